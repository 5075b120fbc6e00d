//! Rows in, lines of a table out: columns aligned, numbers to the right, wide texts cut.

use super::text::clean_path;

/// A cell as it is measured, and as it is shown with colour.
#[derive(Debug, Clone)]
pub struct Shown {
    pub plain: String,
    pub painted: String,
}

impl Shown {
    /// A cell without colour.
    pub fn plain(text: String) -> Self {
        Self { painted: text.clone(), plain: text }
    }
}

/// A table that is ready to be written.
#[derive(Debug, Clone, Default)]
pub struct Table {
    pub header: Vec<String>,
    pub rows: Vec<Vec<Shown>>,
    /// Which columns stand at the right.
    pub right: Vec<bool>,
}

impl Table {
    /// How many characters a line takes.
    pub fn width(&self) -> usize {
        let widths = self.widths();
        widths.iter().sum::<usize>() + 3 * widths.len().saturating_sub(1)
    }

    fn widths(&self) -> Vec<usize> {
        let longest = |at: usize| self.rows.iter().map(|row| length(&row[at].plain)).max().unwrap_or(0);
        self.header.iter().enumerate().map(|(at, name)| length(name).max(longest(at))).collect()
    }

    /// The names, a line below them, and the rows.
    pub fn lines(&self) -> Vec<String> {
        let widths = self.widths();
        let line = |cells: &[Shown]| {
            let cells = cells.iter().zip(&widths).enumerate();
            let cells = cells.map(|(at, (cell, width))| padded(cell, *width, self.right.get(at) == Some(&true)));
            cells.collect::<Vec<_>>().join(" │ ").trim_end().to_owned()
        };
        let names: Vec<Shown> = self.header.iter().cloned().map(Shown::plain).collect();
        let below = widths.iter().map(|width| "─".repeat(*width)).collect::<Vec<_>>().join("─┼─");
        [line(&names), below].into_iter().chain(self.rows.iter().map(|row| line(row))).collect()
    }
}

fn padded(cell: &Shown, width: usize, right: bool) -> String {
    let blanks = " ".repeat(width.saturating_sub(length(&cell.plain)));
    if right { format!("{blanks}{}", cell.painted) } else { format!("{}{blanks}", cell.painted) }
}

fn length(text: &str) -> usize {
    text.chars().count()
}

/// A value as an analyst would write it: null is the word, and a text that looks like it, or like nothing, has quotes.
pub fn value(cell: Option<&str>) -> String {
    match cell {
        None => "null".to_owned(),
        Some(text) if text.is_empty() || text.eq_ignore_ascii_case("null") || text.trim() != text => {
            format!("'{}'", clean_path(text))
        }
        Some(text) => clean_path(text),
    }
}

/// The beginning of a text that is too long.
pub fn cut(text: &str, most: usize) -> String {
    if length(text) <= most {
        return text.to_owned();
    }
    let kept: String = text.chars().take(most.saturating_sub(1)).collect();
    format!("{kept}…")
}

/// Whether a column of this type stands at the right.
pub fn is_number(data_type: &str) -> bool {
    let kind = data_type.split('(').next().unwrap_or_default();
    matches!(kind, "tinyint" | "smallint" | "integer" | "bigint" | "double" | "real" | "decimal")
}
