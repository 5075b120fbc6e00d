//! A seed's CSV in, its header, rows and column types out.
//!
//! The types are those that dbt infers with agate: the first of number, date, timestamp and boolean that fits every
//! value of the column, else text.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

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

/// The rows of a CSV that need not fit its header: what is missing is empty, and what is too much has a column without a
/// name. For looking at values, whatever else is wrong.
pub fn loose(text: &str, delimiter: u8) -> Table {
    const MOST_COLUMNS: usize = 500;
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(text.as_bytes());
    let records = reader.records().filter_map(Result::ok);
    let mut rows: Vec<Vec<String>> =
        records.map(|record| record.iter().take(MOST_COLUMNS).map(str::to_owned).collect()).collect();
    let width = rows.iter().map(Vec::len).max().unwrap_or(0);
    let mut header = if rows.is_empty() { Vec::new() } else { rows.remove(0) };
    header.resize(width, String::new());
    Table { header, rows }
}

fn header(text: &str, start: usize, names: Vec<String>) -> Result<Vec<String>, CsvProblem> {
    let names: Vec<String> = names.into_iter().map(|name| name.trim_start_matches('\u{feff}').to_owned()).collect();
    if let ([_], Some(other)) = (names.as_slice(), [';', '\t', '|'].into_iter().find(|c| names[0].contains(*c))) {
        let shown = if other == '\t' { "tabs".to_owned() } else { format!("`{other}`") };
        let help =
            "save it with commas (in Excel: \"CSV UTF-8 (comma delimited)\"), or set `delimiter` in its property file";
        let message = format!("the columns of this seed are separated by {shown}, so it is read as one column");
        return Err(CsvProblem { message, span: line_at(text, start), help: help.to_owned() });
    }
    let help = "give each column a name of its own in the first line".to_owned();
    for (at, name) in names.iter().enumerate() {
        let message = if name.trim().is_empty() {
            format!("column {} of this seed has no name", at + 1)
        } else if let Some(first) = names[..at].iter().position(|known| known.eq_ignore_ascii_case(name)) {
            format!("the columns {} and {} of this seed have the same name", first + 1, at + 1)
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
        let decimals = values().filter_map(number).any(|number| has_decimals(&number));
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

/// The signs of money that agate takes off both ends of a number.
const MONEY: &[char] = &[
    '\u{60b}', '$', 'ƒ', '\u{17db}', '¥', '₡', '₱', '£', '€', '¢', '\u{fdfc}', '₪', '₩', '₭', '₮', '₦', '฿', '₤', '₫',
];

/// A number as agate reads it, without signs of money, percent and thousands: digits, or Python's `NaN`, `Infinity` and
/// exponents.
pub fn number(value: &str) -> Option<String> {
    let value = value.trim().trim_matches('%');
    let (sign, rest) = value.strip_prefix('-').map_or(("", value), |rest| ("-", rest));
    let rest = rest.trim_matches(|c: char| MONEY.contains(&c)).replace([',', '_'], "");
    let rest = rest.trim();
    // A second sign is the number's own.
    let (own, digits) = match rest.as_bytes().first() {
        Some(b'-') => ("-", &rest[1..]),
        Some(b'+') => ("", &rest[1..]),
        _ => ("", rest),
    };
    let sign = if sign == own { "" } else { "-" };
    let name = digits.to_ascii_lowercase();
    if matches!(name.as_str(), "nan" | "inf" | "infinity") {
        return Some(format!("{sign}{}", if name == "nan" { "NaN" } else { "Infinity" }));
    }
    let (mantissa, exponent) = name.split_once('e').map_or((name.as_str(), None), |(mantissa, exponent)| {
        (mantissa, Some(exponent.strip_prefix(['+', '-']).unwrap_or(exponent)))
    });
    let is_number = mantissa.chars().all(|c| c.is_ascii_digit() || c == '.')
        && mantissa.chars().any(|c| c.is_ascii_digit())
        && mantissa.matches('.').count() <= 1
        && exponent.is_none_or(|digits| !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit()));
    is_number.then(|| format!("{sign}{digits}"))
}

/// Whether a number as [`number`] gives it is not whole.
pub fn has_decimals(number: &str) -> bool {
    let lower = number.trim_start_matches('-').to_ascii_lowercase();
    let (mantissa, exponent) = lower.split_once('e').unwrap_or((&lower, "0"));
    let exponent: i64 = exponent.parse().unwrap_or(0);
    let (whole, decimals) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{decimals}");
    let kept = digits.trim_end_matches('0');
    let count = |text: &str| i64::try_from(text.len()).unwrap_or(i64::MAX);
    // The last digit that is not zero stands so far behind the point.
    digits.starts_with(|c: char| c.is_ascii_digit())
        && !kept.is_empty()
        && count(decimals) - (count(&digits) - count(kept)) > exponent
}

/// What agate takes for a moment in ISO's form, and whether Athena keeps it: with a zone, or with parts of a second,
/// it becomes null. Behaviour: dbt-athena's `try_cast_timestamp`.
pub fn iso_moment(value: &str) -> Option<bool> {
    static MOMENT: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d([.,]\d+)?)?(Z|[+-]\d\d(:?\d\d)?)?$").ok());
    let found = MOMENT.as_ref()?.captures(value)?;
    Some(found.get(2).is_none() && found.get(3).is_none())
}

/// The bytes of the header, and within it those of the name at `index`, where it is written as it is read.
pub fn header_span(text: &str, delimiter: u8, index: usize) -> Range<usize> {
    let line = line_at(text, 0);
    let header = &text[line.clone()];
    let whole = line.clone();
    if header.contains('"') {
        return whole;
    }
    let mut start = line.start;
    for (at, name) in header.split(char::from(delimiter)).enumerate() {
        if at == index {
            return start..start + name.len();
        }
        start += name.len() + 1;
    }
    whole
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
    fn numbers_are_what_agate_takes_for_numbers() {
        for (value, wanted) in [
            ("007", "007"),
            ("£1,000.50", "1000.50"),
            ("£ 5", "5"),
            ("5 %", "5"),
            ("-£5", "-5"),
            ("--5", "5"),
            ("+5", "5"),
            ("1_000", "1000"),
            ("1e5", "1e5"),
            ("nan", "NaN"),
            ("inf", "Infinity"),
            (".5", ".5"),
        ] {
            assert_eq!(number(value).as_deref(), Some(wanted), "{value}");
        }
        for text in ["", "-", "%", "$", "1 000", "(5)", "5-", "1.2.3", "0x1F", "1d", "e5", "07700 900123", "sNaN"] {
            assert_eq!(number(text), None, "{text}");
        }
        for (number, wanted) in [
            ("1.5", true),
            ("1.0", false),
            ("1e-5", true),
            ("1.5e3", false),
            ("1500e-2", false),
            ("NaN", false),
            ("10", false),
        ] {
            assert_eq!(has_decimals(number), wanted, "{number}");
        }
    }

    #[test]
    fn moments_with_a_zone_or_parts_of_a_second_are_lost() {
        let found = |value| iso_moment(value);
        assert_eq!(found("2024-01-01T10:00:00"), Some(true));
        assert_eq!(found("2024-01-01T10:00"), Some(true));
        for lost in ["2024-01-01T10:00:00Z", "2024-01-01T10:00:00+01:00", "2024-01-01T10:00:00.123"] {
            assert_eq!(found(lost), Some(false), "{lost}");
        }
        assert_eq!(found("2024-01-01 10:00:00"), None);
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
