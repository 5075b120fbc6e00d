//! A YAML file begins with `---`, or does not, when a project has decided on one of the two.
//!
//! ## Why
//!
//! dbt does not care. A project that does says so in `cadet.yaml` (`yaml: {document_start: required}`, or `forbidden`), or
//! in `.yamllint`. Otherwise this rule says nothing.
//!
//! ## Fails
//!
//! ```yaml models/prison/prison_safety/properties.yaml
//! models: []
//! ```
//! ```yaml cadet.yaml
//! ---
//! yaml:
//!   document_start: required
//! ```
//!
//! ## Passes
//!
//! A line in a comment begins nothing.
//!
//! ```yaml models/prison/prison_safety/properties.yaml
//! # ---
//! models: []
//! ```
//! ```yaml cadet.yaml
//! yaml:
//!   document_start: forbidden
//! ```

use crate::finding::Level;
use crate::parse::yaml_layout::Kind;
use crate::rules::{Check, Rule};

pub(crate) const RULE: Rule = Rule {
    level: Level::Warning,
    summary: "YAML that begins with `---`, or does not",
    check: Check::Layout(Kind::DocumentStart),
};
