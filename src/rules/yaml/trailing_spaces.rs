//! No line of YAML ends with blanks or tabs.
//!
//! ## Why
//!
//! They cannot be seen, and show up in reviews as changes. Where a text under `|` ends a line with blanks they belong to the
//! text: `--fix` leaves those to `--unsafe-fixes`.
//!
//! ## Fails
//!
//! A dot shows a blank at the end of the line.
//!
//! ```yaml models/prison/prison_safety/properties.yaml
//! models: []··
//! ```
//!
//! ## Passes
//!
//! ```yaml models/prison/prison_safety/properties.yaml
//! models: []
//! ```
//!
//! A blank in front of a quote does not end the line.
//!
//! ```yaml models/prison/prison_safety/visitors.yaml
//! models:
//!   - name: prison_safety__visitors_joined
//!     description: "One row for each visitor. "
//! ```

use crate::finding::Level;
use crate::parse::yaml_layout::Kind;
use crate::rules::{Check, Rule};

pub(crate) const RULE: Rule = Rule {
    level: Level::Warning,
    summary: "a line of YAML that ends with blanks",
    check: Check::Layout(Kind::TrailingSpaces),
};
