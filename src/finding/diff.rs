//! What a unit test expects beside what its model gives, row by row: data, written out by `report`.

/// A value as text; nothing for null.
pub type Cell = Option<String>;

/// The rows of both, matched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diff {
    pub columns: Vec<String>,
    pub rows: Vec<Matched>,
}

/// A row of the one, of the other, or of both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Matched {
    Same(Vec<Cell>),
    /// Each value as expected, and as the model gives it.
    Changed(Vec<(Cell, Cell)>),
    /// Expected, but missing.
    Missing(Vec<Cell>),
    /// Not expected.
    Extra(Vec<Cell>),
}

impl Diff {
    /// How many rows are not the same.
    pub fn differing(&self) -> usize {
        self.rows.iter().filter(|row| !matches!(row, Matched::Same(_))).count()
    }
}
