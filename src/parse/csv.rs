//! A seed's CSV in, its header, rows and column types out.
//!
//! The types are those that dbt infers with agate: the first of number, date, timestamp and boolean that fits every
//! value of the column, else text.

use std::ops::Range;

/// The rows of a seed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Table {
    pub header: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

/// Why a CSV could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CsvProblem {
    pub message: String,
    pub span: Range<usize>,
    pub help: String,
}

/// A column's type as dbt-athena names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnType {
    Integer,
    Double,
    Date,
    Timestamp,
    Boolean,
    Text,
}

impl ColumnType {
    /// The name of the type in Athena's SQL.
    pub fn name(self) -> &'static str {
        match self {
            Self::Integer => "integer",
            Self::Double => "double",
            Self::Date => "date",
            Self::Timestamp => "timestamp",
            Self::Boolean => "boolean",
            Self::Text => "varchar",
        }
    }
}

/// Reads a CSV with a header.
///
/// # Errors
/// The first row that does not fit, with its place; a quote that never ends; two columns of one name.
pub fn read(text: &str, delimiter: u8) -> Result<Table, CsvProblem> {
    if text.starts_with("version https://git-lfs") {
        let help = "store the file in git itself: `git lfs untrack` it and commit it again".to_owned();
        return Err(CsvProblem {
            message: "this is a pointer of Git LFS, not a CSV".into(),
            span: line_at(text, 0),
            help,
        });
    }
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(text.as_bytes());
    let mut table = Table::default();
    let mut last_start = 0;
    for record in reader.records() {
        let record = record.map_err(|error| unreadable(text, &error))?;
        let start = record.position().map_or(0, |position| usize::try_from(position.byte()).unwrap_or(0));
        last_start = start;
        let values: Vec<String> = record.iter().map(str::to_owned).collect();
        if table.header.is_empty() {
            table.header = header(text, start, values)?;
        } else if values.len() == table.header.len() {
            table.rows.push(values);
        } else {
            return Err(ragged(text, start, values.len(), table.header.len()));
        }
    }
    if table.header.is_empty() {
        let help = "give it a first line with the names of the columns".to_owned();
        return Err(CsvProblem { message: "this seed is empty".into(), span: 0..0, help });
    }
    if ends_inside_quotes(text.get(last_start..).unwrap_or_default()) {
        let help = "close the quote, or double it (`\"\"`) where it is part of the text".to_owned();
        let message = "a quote in this row never ends, so the rest of the file is read as one value".into();
        return Err(CsvProblem { message, span: line_at(text, last_start), help });
    }
    Ok(table)
}

fn header(text: &str, start: usize, names: Vec<String>) -> Result<Vec<String>, CsvProblem> {
    let names: Vec<String> = names.into_iter().map(|name| name.trim_start_matches('\u{feff}').to_owned()).collect();
    if let ([only], Some(other)) = (names.as_slice(), [';', '\t', '|'].into_iter().find(|c| names[0].contains(*c))) {
        let shown = if other == '\t' { "tabs".to_owned() } else { format!("`{other}`") };
        let help =
            "save it with commas (in Excel: \"CSV UTF-8 (comma delimited)\"), or set `delimiter` in its property file";
        let message =
            format!("the columns of this seed are separated by {shown}, so it is read as one column, `{only}`");
        return Err(CsvProblem { message, span: line_at(text, start), help: help.to_owned() });
    }
    let help = "give each column a name of its own in the first line".to_owned();
    for (at, name) in names.iter().enumerate() {
        let message = if name.trim().is_empty() {
            format!("column {} of this seed has no name", at + 1)
        } else if names[..at].iter().any(|known| known.eq_ignore_ascii_case(name)) {
            format!("the column `{name}` stands twice in this seed")
        } else {
            continue;
        };
        return Err(CsvProblem { message, span: line_at(text, start), help });
    }
    Ok(names)
}

fn ragged(text: &str, start: usize, found: usize, wanted: usize) -> CsvProblem {
    let values = |count: usize| if count == 1 { "1 value".to_owned() } else { format!("{count} values") };
    CsvProblem {
        message: format!("this row has {}, but the header has {wanted} columns", values(found)),
        span: line_at(text, start),
        help: "add the missing value (two commas make an empty one), or put quotes around a value that holds a comma"
            .into(),
    }
}

fn unreadable(text: &str, error: &csv::Error) -> CsvProblem {
    let at = error.position().map_or(0, |position| usize::try_from(position.byte()).unwrap_or(0));
    let help = "save the file as CSV (UTF-8)".to_owned();
    CsvProblem { message: "this row cannot be read as CSV".into(), span: line_at(text, at), help }
}

/// The line that starts at or holds `start`.
fn line_at(text: &str, start: usize) -> Range<usize> {
    let start = start + text.get(start..).map_or(0, |rest| rest.len() - rest.trim_start_matches(['\n', '\r']).len());
    let end = text.get(start..).and_then(|rest| rest.find(['\n', '\r'])).map_or(text.len(), |at| start + at);
    start..end.max(start)
}

/// The csv crate takes everything after an unclosed quote as one value and says nothing.
fn ends_inside_quotes(row: &str) -> bool {
    row.matches('"').count() % 2 == 1
}

/// Whether dbt reads the value as null.
pub fn is_null(value: &str) -> bool {
    value.is_empty() || value.eq_ignore_ascii_case("null")
}

/// The type that dbt infers for the column at `index`.
pub fn infer(table: &Table, index: usize) -> ColumnType {
    let values = || table.rows.iter().map(|row| row[index].trim()).filter(|value| !is_null(value));
    if values().all(|value| number(value).is_some()) {
        let decimals = values()
            .filter_map(number)
            .any(|number| number.contains('.') && !number.trim_end_matches('0').ends_with('.'));
        return if decimals { ColumnType::Double } else { ColumnType::Integer };
    }
    let fits = |pattern: &str| values().all(|value| jiff::fmt::strtime::parse(pattern, value).is_ok());
    if fits("%Y-%m-%d") && values().all(|value| value.len() <= 10) {
        ColumnType::Date
    } else if fits("%Y-%m-%d %H:%M:%S")
        || values().all(|value| value.contains('T') && value.parse::<jiff::civil::DateTime>().is_ok())
    {
        ColumnType::Timestamp
    } else if values().all(|value| value.eq_ignore_ascii_case("true") || value.eq_ignore_ascii_case("false")) {
        ColumnType::Boolean
    } else {
        ColumnType::Text
    }
}

/// A number as agate reads it, without signs of money, percent and thousands.
pub fn number(value: &str) -> Option<String> {
    let clean: String = value.chars().filter(|c| !matches!(c, ',' | '%' | '£' | '$' | '€' | '_')).collect();
    let digits = clean.strip_prefix('-').unwrap_or(&clean);
    let plain = !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit() || c == '.');
    (plain && digits.parse::<f64>().is_ok()).then_some(clean)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_have_the_types_that_dbt_infers() {
        let text = "a,b,c,d,e,f,g\n007,1.5,2024-01-01,2024-01-01 10:00:00,true,,x\n-1,2,2024-12-31,2024-01-02 00:00:00,FALSE,null,1\n";
        let table = read(text, b',').unwrap();
        let types: Vec<_> = (0..7).map(|at| infer(&table, at).name()).collect();
        assert_eq!(types, ["integer", "double", "date", "timestamp", "boolean", "integer", "varchar"]);
    }

    #[test]
    fn a_row_that_does_not_fit_is_named_with_its_line() {
        let text = "a,b\n1,2\n3\n4,5\n";
        let problem = read(text, b',').unwrap_err();
        assert_eq!(
            (&text[problem.span], problem.message.as_str()),
            ("3", "this row has 1 value, but the header has 2 columns")
        );
    }

    #[test]
    fn an_open_quote_does_not_swallow_the_file_in_silence() {
        assert!(read("a,b\n1,\"2\n3,4\n", b',').is_err());
    }
}
