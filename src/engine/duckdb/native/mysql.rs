//! Patterns of MySQL, as `date_format` and `date_parse` take them. Behaviour: Trino's "MySQL date functions".

use super::clock::{Field, Part, printed, read};
use super::{Given, first, nth, number, zone};

fn parts(pattern: &str) -> Result<Vec<Part>, String> {
    let mut parts = Vec::new();
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        let code = match c {
            '%' => chars.next().unwrap_or('%'),
            c => {
                parts.push(Part::Literal(c.to_string()));
                continue;
            }
        };
        let field = |field, least, most| vec![Part::Field(field, least, most)];
        let literal = |text: &str| vec![Part::Literal(text.to_owned())];
        parts.extend(match code {
            'a' => field(Field::ShortWeekdayName, 0, 0),
            'b' => field(Field::ShortMonthName, 0, 0),
            'c' => field(Field::Month, 1, 2),
            'd' => field(Field::Day, 2, 2),
            'e' => field(Field::Day, 1, 2),
            'f' => field(Field::Fraction, 6, 9),
            'H' => field(Field::Hour, 2, 2),
            'h' | 'I' => field(Field::ClockHour, 2, 2),
            'i' => field(Field::Minute, 2, 2),
            'j' => field(Field::DayOfYear, 3, 3),
            'k' => field(Field::Hour, 1, 2),
            'l' => field(Field::ClockHour, 1, 2),
            'M' => field(Field::MonthName, 0, 0),
            'm' => field(Field::Month, 2, 2),
            'p' => field(Field::HalfDay, 0, 0),
            'r' => [
                field(Field::ClockHour, 2, 2),
                literal(":"),
                field(Field::Minute, 2, 2),
                literal(":"),
                field(Field::Second, 2, 2),
                literal(" "),
                field(Field::HalfDay, 0, 0),
            ]
            .concat(),
            'S' | 's' => field(Field::Second, 2, 2),
            'T' => [
                field(Field::Hour, 2, 2),
                literal(":"),
                field(Field::Minute, 2, 2),
                literal(":"),
                field(Field::Second, 2, 2),
            ]
            .concat(),
            'v' => field(Field::Week, 2, 2),
            'W' => field(Field::WeekdayName, 0, 0),
            'x' => field(Field::WeekYear, 4, 4),
            'Y' => field(Field::Year, 4, 4),
            'y' => field(Field::ShortYear, 2, 2),
            'D' | 'U' | 'u' | 'V' | 'w' | 'X' => return Err(format!("%{code} not supported in date format string")),
            other => literal(&other.to_string()),
        });
    }
    Ok(parts)
}

/// The clock in microseconds, and the pattern. Only milliseconds are printed.
pub(super) fn format(values: &[&str]) -> Given<String> {
    let millis = number(values, 0)?.div_euclid(1000) * 1000;
    printed(&parts(nth(values, 1))?, millis, "UTC").map(Some)
}

/// The text, and the pattern: the clock in microseconds, to the millisecond.
pub(super) fn parse(values: &[&str]) -> Given<i64> {
    let (clock, _) = read(&parts(nth(values, 1))?, first(values))?;
    let micros = zone::micros(clock)?;
    Ok(Some(micros.div_euclid(1000) * 1000))
}
