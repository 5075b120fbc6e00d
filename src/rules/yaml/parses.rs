//! Every YAML file can be read.
//!
//! ## Why
//!
//! dbt stops at the first YAML file that it cannot read, with a message about tokens. The usual reasons are a tab, an
//! indentation that does not line up, and a colon inside text that is not quoted.
//!
//! ## Fails
//!
//! ```yaml models/prison/prison_safety/prison_safety__visits_fct.yaml
//! models:
//! →- name: prison_safety__visits_fct
//! ```
//!
//! ## Passes
//!
//! ```yaml models/prison/prison_safety/prison_safety__visits_fct.yaml
//! models:
//!   - name: prison_safety__visits_fct
//! ```
//!
//! In quotes a colon and a tab are text.
//!
//! ```yaml models/prison/prison_safety/prison_safety__visitors_fct.yaml
//! models:
//!   - name: prison_safety__visitors_fct
//!     description: "Visitors: one row for each,→by number."
//! ```

use crate::finding::Level;
use crate::project::ProblemKind;
use crate::rules::{Check, Rule};

pub(crate) const RULE: Rule =
    Rule { level: Level::Error, summary: "YAML that cannot be read", check: Check::Problems(ProblemKind::YamlSyntax) };
