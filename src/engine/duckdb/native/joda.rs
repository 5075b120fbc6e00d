//! Patterns of Joda, as `format_datetime` and `parse_datetime` take them. Behaviour: Joda's `DateTimeFormat`.

use super::clock::{Field, Part, printed, read};
use super::{Given, first, nth, number, zone};

fn parts(pattern: &str) -> Result<Vec<Part>, String> {
    let mut parts = Vec::new();
    let mut chars = pattern.chars().peekable();
    while let Some(c) = chars.next() {
        if c == '\'' {
            let mut text = String::new();
            while let Some(c) = chars.next() {
                match c {
                    '\'' if chars.peek() == Some(&'\'') => {
                        chars.next();
                        text.push('\'');
                    }
                    '\'' => break,
                    c => text.push(c),
                }
            }
            // Two quotes are one.
            parts.push(Part::Literal(if text.is_empty() { "'".to_owned() } else { text }));
            continue;
        }
        if !c.is_ascii_alphabetic() {
            parts.push(Part::Literal(c.to_string()));
            continue;
        }
        let mut count = 1;
        while chars.peek() == Some(&c) {
            chars.next();
            count += 1;
        }
        parts.push(field(c, count)?);
    }
    Ok(parts)
}

fn field(letter: char, count: usize) -> Result<Part, String> {
    let (field, most) = match (letter, count) {
        ('G', _) => (Field::Era, 0),
        ('C', _) => (Field::Century, 9),
        ('y' | 'Y', 2) => (Field::ShortYear, 2),
        ('y' | 'Y', _) => (Field::Year, 9),
        ('x', _) => (Field::WeekYear, 9),
        ('w', _) => (Field::Week, 2),
        ('e', _) => (Field::DayOfWeek, 1),
        ('E', 4..) => (Field::WeekdayName, 0),
        ('E', _) => (Field::ShortWeekdayName, 0),
        ('D', _) => (Field::DayOfYear, 3),
        ('M', 4..) => (Field::MonthName, 0),
        ('M', 3) => (Field::ShortMonthName, 0),
        ('M', _) => (Field::Month, 2),
        ('d', _) => (Field::Day, 2),
        ('a', _) => (Field::HalfDay, 0),
        ('K', _) => (Field::HalfHour, 2),
        ('h', _) => (Field::ClockHour, 2),
        ('H', _) => (Field::Hour, 2),
        ('k', _) => (Field::FullClockHour, 2),
        ('m', _) => (Field::Minute, 2),
        ('s', _) => (Field::Second, 2),
        ('S', _) => (Field::Fraction, count),
        ('z', 1..=3) => (Field::ZoneName, 1),
        ('Z', 1) => (Field::Offset, 0),
        ('Z', 2) => (Field::OffsetWithColon, 0),
        ('Z', _) => (Field::ZoneId, 0),
        _ => return Err(format!("Illegal pattern component: {}", letter.to_string().repeat(count))),
    };
    Ok(Part::Field(field, count, most))
}

/// The instant in microseconds, the pattern and the zone. Only milliseconds are printed.
pub(super) fn format(values: &[&str]) -> Given<String> {
    let millis = number(values, 0)?.div_euclid(1000) * 1000;
    printed(&parts(nth(values, 1))?, millis, nth(values, 2)).map(Some)
}

/// The text, and the pattern: the instant in microseconds, and its zone.
pub(super) fn parse(values: &[&str]) -> Given<Vec<Option<String>>> {
    let (clock, found) = read(&parts(nth(values, 1))?, first(values))?;
    let name = found.zone.unwrap_or_else(|| "UTC".to_owned());
    let micros = zone::instant(clock, &zone::zone(&name)?)?;
    Ok(Some(vec![Some((micros.div_euclid(1000) * 1000).to_string()), Some(name)]))
}
