//! How a finding is mended without a person: the edits of files that do it.

use super::Place;

/// The edits that mend a finding, all of them or none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    pub edits: Vec<Edit>,
    /// What the project means stays the same, so that nobody needs to look at it.
    pub is_safe: bool,
}

/// One edit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edit {
    /// The bytes at `place`, which has a span, become `text`.
    Replace { place: Place, text: String },
    /// A file gets another path, relative to the project's folder.
    Rename { from: String, to: String },
}

impl Fix {
    /// A safe fix that puts `text` at a place with a span.
    pub fn safe(place: Place, text: impl Into<String>) -> Self {
        Self { edits: vec![Edit::Replace { place, text: text.into() }], is_safe: true }
    }

    /// The same, where a person should look at the outcome.
    pub fn unsafe_to(place: Place, text: impl Into<String>) -> Self {
        Self { is_safe: false, ..Self::safe(place, text) }
    }

    /// A safe fix that takes the byte order mark of a file away. The mark is no part of the file's text, so that the edit is
    /// one of nothing, at the very start.
    pub fn without_mark(path: &str) -> Self {
        Self::safe(Place::span(path, 0..0), "")
    }

    /// What carries it out, for people.
    pub fn command(&self) -> &'static str {
        match self.is_safe {
            true => "`cadet check --fix` fixes it",
            false => "`cadet check --fix --unsafe-fixes` fixes it; look at the outcome",
        }
    }
}

impl Edit {
    /// Whether it takes away the byte order mark.
    pub(super) fn is_of_mark((span, new): &(std::ops::Range<usize>, &str)) -> bool {
        *span == (0..0) && new.is_empty()
    }

    /// The file that it changes, by its path before.
    pub fn path(&self) -> &str {
        match self {
            Self::Replace { place, .. } => &place.path,
            Self::Rename { from, .. } => from,
        }
    }
}
