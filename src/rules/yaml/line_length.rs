//! A line of YAML is not too long, when a project has decided how long that is.
//!
//! ## Why
//!
//! Long lines are hard to read in a review. A project sets the most characters in `cadet.yaml` (`yaml: {line_length: 120}`),
//! or in `.yamllint`. Otherwise this rule says nothing. A single long word, such as an address, may stand.
//!
//! ## Fails
//!
//! ```yaml models/prison/prison_safety/properties.yaml
//! models:
//!   - name: prison_safety__visits_joined
//!     description: Visits with their visitors, and where they went, and when, and for how long, and why.
//! ```
//! ```yaml cadet.yaml
//! yaml:
//!   line_length: 80
//! ```
//!
//! ## Passes
//!
//! ```yaml models/prison/prison_safety/properties.yaml
//! models:
//!   - name: prison_safety__visits_joined
//!     description: >-
//!       Visits with their visitors, and where they went, and when,
//!       and for how long, and why.
//! ```
//! ```yaml cadet.yaml
//! yaml:
//!   line_length: 80
//! ```
//!
//! An address cannot be broken.
//!
//! ```yaml models/prison/prison_safety/visitors.yaml
//! models:
//!   - name: prison_safety__visitors_joined
//!     description: >-
//!       https://example.com/prison-safety/guides/how-visits-and-visitors-are-counted-and-why.html
//! ```

use crate::finding::Level;
use crate::parse::yaml_layout::Kind;
use crate::rules::{Check, Rule};

pub(crate) const RULE: Rule =
    Rule { level: Level::Warning, summary: "a line of YAML that is too long", check: Check::Layout(Kind::LineLength) };
