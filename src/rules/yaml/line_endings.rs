//! The lines of YAML files end in one way, when a project has decided on one.
//!
//! ## Why
//!
//! With both ways in a repository, a change of one line can show as a change of the whole file. A project decides in
//! `cadet.yaml` (`yaml: {line_endings: unix}`, or `windows`), or in `.yamllint`. Otherwise this rule says nothing.
//!
//! ## Fails
//!
//! ```yaml models/prison/prison_safety/properties.yaml
//! models: []
//! ```
//! ```yaml cadet.yaml
//! yaml:
//!   line_endings: windows
//! ```
//!
//! ## Passes
//!
//! ```yaml models/prison/prison_safety/properties.yaml
//! models: []
//! ```
//! ```yaml cadet.yaml
//! yaml:
//!   line_endings: unix
//! ```
//!
//! What stands for a line ending in a text is none.
//!
//! ```yaml models/prison/prison_safety/visitors.yaml
//! models:
//!   - name: prison_safety__visitors_joined
//!     description: "The export's lines end with \r\n."
//! ```

use crate::finding::Level;
use crate::parse::yaml_layout::Kind;
use crate::rules::{Check, Rule};

pub(crate) const RULE: Rule = Rule {
    level: Level::Warning,
    summary: "YAML with the wrong line endings",
    check: Check::Layout(Kind::LineEndings),
};
