//! What `cadet.yaml` says of the look of YAML files.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::parse::yaml_layout::{EmptyLines, Layout, Lists};

/// The key `yaml` of `cadet.yaml`. What is left out is as it is without the key.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct YamlStyle {
    /// Spaces for each level; 2 when left out.
    pub indent: Option<usize>,
    /// Whether the items of a list stand further in than the key that they are under; both will do when left out.
    pub lists: Option<ListStyle>,
    /// The most characters of a line; any number when left out.
    pub line_length: Option<usize>,
    /// Whether a file begins with `---`; both will do when left out.
    pub document_start: Option<DocumentStart>,
    /// The most empty lines in a row; any number when left out.
    pub empty_lines: Option<usize>,
    /// How lines end; both will do when left out.
    pub line_endings: Option<LineEndings>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ListStyle {
    Indented,
    Flush,
    Either,
    Consistent,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum DocumentStart {
    Required,
    Forbidden,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum LineEndings {
    Unix,
    Windows,
}

impl YamlStyle {
    /// How lines are to look.
    pub fn layout(&self) -> Layout {
        let usual = Layout::default();
        Layout {
            indent: self.indent.or(usual.indent),
            lists: match self.lists {
                Some(ListStyle::Indented) => Lists::Indented,
                Some(ListStyle::Flush) => Lists::Flush,
                Some(ListStyle::Consistent) => Lists::Consistent,
                Some(ListStyle::Either) | None => usual.lists,
            },
            line_length: self.line_length,
            document_start: self.document_start.map(|start| start == DocumentStart::Required),
            empty_lines: self.empty_lines.map(|most| EmptyLines { inside: most, at_start: most, at_end: 0 }),
            carriage_returns: self.line_endings.map(|ending| ending == LineEndings::Windows),
            ..usual
        }
    }
}
