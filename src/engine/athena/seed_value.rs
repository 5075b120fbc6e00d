//! The types that a seed's columns can have, and its texts read as their values. A text that is no value of its type is
//! told with its row and its column: nothing becomes null by itself.

use crate::engine::Load;
use crate::parse::csv;

/// A type of Glue's, as it is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stored {
    Text,
    Boolean,
    /// So many bits.
    Integer(i8),
    Float,
    Double,
    Date,
    Timestamp,
    Decimal {
        precision: i32,
        scale: i32,
    },
}

impl Stored {
    pub(super) fn of(glue: &str) -> Option<Self> {
        Some(match glue {
            "string" => Self::Text,
            "boolean" => Self::Boolean,
            "tinyint" => Self::Integer(8),
            "smallint" => Self::Integer(16),
            "int" => Self::Integer(32),
            "bigint" => Self::Integer(64),
            "float" => Self::Float,
            "double" => Self::Double,
            "date" => Self::Date,
            "timestamp" => Self::Timestamp,
            other => {
                let (precision, scale) = other.strip_prefix("decimal(")?.strip_suffix(')')?.split_once(',')?;
                let (precision, scale) = (precision.parse().ok()?, scale.parse().ok()?);
                ((1..=38).contains(&precision) && (0..=precision).contains(&scale))
                    .then_some(Self::Decimal { precision, scale })?
            }
        })
    }
}

/// The texts of a column, of which those that are null are none.
pub(super) fn texts<'t>(load: &Load<'t>, name: &str) -> Vec<Option<&'t str>> {
    let at = load.table.header.iter().position(|known| known.eq_ignore_ascii_case(name));
    let text = |row: &'t Vec<String>| at.and_then(|at| row.get(at)).map(String::as_str);
    load.table.rows.iter().map(|row| text(row).filter(|text| !csv::is_null(text))).collect()
}

/// A text that is no value of its column's type. `row` counts from zero.
pub(super) fn unfit(load: &Load<'_>, column: usize, row: usize) -> String {
    let column = &load.columns[column];
    let text = texts(load, &column.name)[row].unwrap_or_default();
    let told = format!("`{text}` in row {} of the column `{}` is no {}", row + 1, column.name, column.data_type);
    // Athena's tables of files keep no more of a second.
    if column.data_type == "timestamp" && time(text).is_some() { told + " of milliseconds" } else { told }
}

pub(super) fn boolean(text: &str) -> Option<bool> {
    match text.to_lowercase().as_str() {
        "true" | "t" | "1" => Some(true),
        "false" | "f" | "0" => Some(false),
        _ => None,
    }
}

/// A number, and not one of the words that Rust reads as one, nor one that is larger than its type has.
pub(super) fn number<T: std::str::FromStr + Into<f64> + Copy>(text: &str) -> Option<T> {
    let is_plain = text.bytes().all(|c| c.is_ascii_digit() || b"+-.eE".contains(&c));
    let number: T = is_plain.then(|| text.parse().ok())??;
    number.into().is_finite().then_some(number)
}

/// `2024-01-31` and `2024-1-31`.
pub(super) fn date(text: &str) -> Option<jiff::civil::Date> {
    let mut parts = text.splitn(3, '-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let is_number =
        |text: &str, most: usize| (1..=most).contains(&text.len()) && text.bytes().all(|c| c.is_ascii_digit());
    let fits = is_number(year, 4) && is_number(month, 2) && is_number(day, 2);
    fits.then(|| jiff::civil::Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok())?
}

pub(super) fn days(text: &str) -> Option<i32> {
    let epoch = jiff::civil::date(1970, 1, 1);
    Some(date(text)?.since((jiff::Unit::Day, epoch)).ok()?.get_days())
}

/// `2024-01-31 10:00:00`, with `T` and with fractions too, and a date alone. A time zone has no place here.
pub(super) fn time(text: &str) -> Option<jiff::civil::DateTime> {
    let (day, time) = text.split_once([' ', 'T']).unwrap_or((text, "00:00:00"));
    let is_plain = time.bytes().all(|c| c.is_ascii_digit() || b":.".contains(&c));
    let time: jiff::civil::Time = is_plain.then(|| time.parse().ok())??;
    Some(date(day)?.to_datetime(time))
}

/// Milliseconds since 1970; nothing when a part of a millisecond would be lost.
pub(super) fn milliseconds(text: &str) -> Option<i64> {
    let moment = time(text)?.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp();
    (moment.subsec_nanosecond() % 1_000_000 == 0).then(|| moment.as_millisecond())
}

/// A decimal as a whole number of its last digits; one with more digits than fit is none.
pub(super) fn decimal(text: &str, precision: i32, scale: i32) -> Option<i128> {
    let (is_negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let fraction = fraction.trim_end_matches('0');
    let scale = usize::try_from(scale).ok()?;
    let is_number = |text: &str| text.bytes().all(|c| c.is_ascii_digit());
    if !is_number(whole) || !is_number(fraction) || (whole.is_empty() && fraction.is_empty()) || fraction.len() > scale
    {
        return None;
    }
    let all = format!("{whole}{fraction:0<scale$}");
    let all = all.trim_start_matches('0');
    if all.len() > usize::try_from(precision).ok()? {
        return None;
    }
    let number: i128 = if all.is_empty() { 0 } else { all.parse().ok()? };
    Some(if is_negative { -number } else { number })
}
