//! YAML is indented by two spaces for each level.
//!
//! ## Why
//!
//! In YAML blanks decide what belongs to what. With one width everywhere a mistake can be seen. The items of a list may
//! stand under their key or two spaces further in.
//!
//! Another width is set in `cadet.yaml` (`yaml: {indent: 4}`) or in `.yamllint`. Tabs are no indentation for YAML at all:
//! `yaml/parses` tells of them.
//!
//! ## Fails
//!
//! ```yaml models/prison/prison_safety/properties.yaml
//! models:
//!     - name: prison_safety__visits_joined
//!       columns:
//!          - name: visit_id
//! ```
//!
//! ## Passes
//!
//! ```yaml models/prison/prison_safety/properties.yaml
//! models:
//!   - name: prison_safety__visits_joined
//!     columns:
//!     - name: visit_id
//! ```

use crate::finding::Level;
use crate::parse::yaml_layout::Kind;
use crate::rules::{Check, Rule};

pub(crate) const RULE: Rule = Rule {
    level: Level::Warning,
    summary: "YAML that is not indented by two spaces",
    check: Check::Layout(Kind::Indentation),
};
