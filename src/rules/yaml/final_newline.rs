//! The last line of a YAML file ends with a line break.
//!
//! ## Why
//!
//! Without it the next person who adds a line changes the last one too, and the review shows both.
//!
//! ## Fails
//!
//! The mark `␄` shows where the file ends.
//!
//! ```yaml models/prison/prison_safety/properties.yaml
//! models: []␄
//! ```
//!
//! ## Passes
//!
//! ```yaml models/prison/prison_safety/properties.yaml
//! models: []
//! ```
//!
//! A file with nothing in it has no last line.
//!
//! ```yaml models/prison/prison_safety/visitors.yaml
//! ␄
//! ```

use crate::finding::Level;
use crate::parse::yaml_layout::Kind;
use crate::rules::{Check, Rule};

pub(crate) const RULE: Rule = Rule {
    level: Level::Warning,
    summary: "YAML whose last line has no line break",
    check: Check::Layout(Kind::FinalNewline),
};
