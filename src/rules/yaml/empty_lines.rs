//! A YAML file has not too many empty lines in a row, when a project has decided how many that is.
//!
//! ## Why
//!
//! Empty lines part what belongs apart. Many of them, or some at the end of a file, are mostly left over from moving things
//! about. A project says how many it wants at most in `cadet.yaml` (`yaml: {empty_lines: 1}`), or in `.yamllint`. Otherwise
//! this rule says nothing.
//!
//! ## Fails
//!
//! ```yaml models/prison/prison_safety/properties.yaml
//! models: []
//!
//!
//! seeds: []
//! ```
//! ```yaml cadet.yaml
//! yaml:
//!   empty_lines: 1
//! ```
//!
//! ## Passes
//!
//! ```yaml models/prison/prison_safety/properties.yaml
//! models: []
//!
//! seeds: []
//! ```
//! ```yaml cadet.yaml
//! yaml:
//!   empty_lines: 1
//! ```
//!
//! A comment between them parts empty lines.
//!
//! ```yaml models/prison/prison_safety/visitors.yaml
//! models: []
//!
//! # What is filled in by hand:
//!
//! seeds: []
//! ```

use crate::finding::Level;
use crate::parse::yaml_layout::Kind;
use crate::rules::{Check, Rule};

pub(crate) const RULE: Rule =
    Rule { level: Level::Warning, summary: "too many empty lines in YAML", check: Check::Layout(Kind::EmptyLines) };
