//! A pattern of fields, printed and read: what the patterns of MySQL and of Joda have in common.

use jiff::civil::{Date, DateTime, Time, Weekday};
use jiff::tz::TimeZone;

use super::zone;
use crate::calendar::{DAYS, MONTHS};

/// One piece of a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    Literal(String),
    /// A field, with the digits that it is printed with at least and read with at most.
    Field(Field, usize, usize),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    Era,
    Century,
    Year,
    /// Two digits; read as 1970 to 2069.
    ShortYear,
    Month,
    MonthName,
    ShortMonthName,
    Day,
    DayOfYear,
    WeekYear,
    Week,
    DayOfWeek,
    WeekdayName,
    ShortWeekdayName,
    Hour,
    /// 1 to 12.
    ClockHour,
    /// 0 to 11.
    HalfHour,
    /// 1 to 24.
    FullClockHour,
    HalfDay,
    Minute,
    Second,
    Fraction,
    ZoneId,
    ZoneName,
    Offset,
    OffsetWithColon,
}

fn weekday(day: Weekday) -> &'static str {
    DAYS.get(usize::try_from(day.to_monday_zero_offset()).unwrap_or_default()).copied().unwrap_or_default()
}

fn month(number: i8) -> &'static str {
    usize::try_from(number - 1).ok().and_then(|at| MONTHS.get(at)).copied().unwrap_or_default()
}

/// Prints an instant, in microseconds, as a zone's clock shows it.
pub(super) fn printed(parts: &[Part], micros: i64, zone_name: &str) -> Result<String, String> {
    let zone = zone::zone(zone_name)?;
    let clock = zone::local(micros, &zone)?;
    let mut out = String::new();
    for part in parts {
        match part {
            Part::Literal(text) => out.push_str(text),
            Part::Field(field, least, most) => {
                out.push_str(&shown(*field, (*least, *most), clock, (micros, zone_name, &zone))?)
            }
        }
    }
    Ok(out)
}

fn shown(
    field: Field,
    (least, most): (usize, usize),
    clock: DateTime,
    (micros, name, zone): (i64, &str, &TimeZone),
) -> Result<String, String> {
    let twelve = |hour: i8| if hour % 12 == 0 { 12 } else { hour % 12 };
    let number = match field {
        Field::Century => i32::from(clock.year()) / 100,
        Field::Year => i32::from(clock.year()),
        Field::ShortYear => i32::from(clock.year()).rem_euclid(100),
        Field::Month => i32::from(clock.month()),
        Field::Day => i32::from(clock.day()),
        Field::DayOfYear => i32::from(clock.date().day_of_year()),
        Field::WeekYear => i32::from(clock.date().iso_week_date().year()),
        Field::Week => i32::from(clock.date().iso_week_date().week()),
        Field::DayOfWeek => i32::from(clock.weekday().to_monday_one_offset()),
        Field::Hour => i32::from(clock.hour()),
        Field::ClockHour => i32::from(twelve(clock.hour())),
        Field::HalfHour => i32::from(clock.hour() % 12),
        Field::FullClockHour => {
            if clock.hour() == 0 {
                24
            } else {
                i32::from(clock.hour())
            }
        }
        Field::Minute => i32::from(clock.minute()),
        Field::Second => i32::from(clock.second()),
        Field::Fraction => {
            let digits = format!("{:09}", clock.subsec_nanosecond());
            return Ok(digits.get(..least.min(9)).unwrap_or_default().to_owned() + &"0".repeat(least.saturating_sub(9)));
        }
        Field::Era => return Ok("AD".to_owned()),
        Field::MonthName => return Ok(month(clock.month()).to_owned()),
        Field::ShortMonthName => return Ok(month(clock.month())[..3].to_owned()),
        Field::WeekdayName => return Ok(weekday(clock.weekday()).to_owned()),
        Field::ShortWeekdayName => return Ok(weekday(clock.weekday())[..3].to_owned()),
        Field::HalfDay => return Ok(if clock.hour() < 12 { "AM" } else { "PM" }.to_owned()),
        Field::ZoneId => return Ok(name.to_owned()),
        Field::ZoneName | Field::Offset | Field::OffsetWithColon => {
            let offset = zone::offset_text(zone::seconds(micros, zone)?);
            return Ok(match field {
                Field::ZoneName if most > 0 => zone::short_name(micros, zone)?,
                Field::Offset => offset.replace(':', ""),
                _ => offset,
            });
        }
    };
    Ok(format!("{number:0least$}"))
}

/// What was read.
#[derive(Debug, Default)]
pub(super) struct Read {
    year: Option<i64>,
    month: Option<i64>,
    day: Option<i64>,
    day_of_year: Option<i64>,
    hour: Option<i64>,
    half_hour: Option<i64>,
    afternoon: Option<bool>,
    minute: i64,
    second: i64,
    nanos: i64,
    pub(super) zone: Option<String>,
}

/// Reads all of a text; what is not in the pattern is the first of January 1970 at midnight.
pub(super) fn read(parts: &[Part], text: &str) -> Result<(DateTime, Read), String> {
    let wrong = |rest: &str| match rest {
        "" => format!("Invalid format: \"{text}\" is too short"),
        rest => format!("Invalid format: \"{text}\" is malformed at \"{rest}\""),
    };
    let mut found = Read::default();
    let mut rest = text;
    for (at, part) in parts.iter().enumerate() {
        rest = match part {
            Part::Literal(literal) => {
                let length = literal.len();
                match rest.get(..length) {
                    Some(start) if start.eq_ignore_ascii_case(literal) => &rest[length..],
                    _ => return Err(wrong(rest)),
                }
            }
            Part::Field(field, least, most) => {
                // Digits that follow one another are told apart by their number.
                let next_is_number = matches!(parts.get(at + 1), Some(Part::Field(next, ..)) if is_number(*next));
                let most = if next_is_number && *most > 4 { *least } else { *most };
                taken(*field, most, rest, &mut found).ok_or_else(|| wrong(rest))?
            }
        };
    }
    if !rest.is_empty() {
        return Err(wrong(rest));
    }
    let clock = found.clock().ok_or_else(|| format!("Cannot parse \"{text}\": a value is out of its range"))?;
    Ok((clock, found))
}

fn is_number(field: Field) -> bool {
    !matches!(
        field,
        Field::Era
            | Field::MonthName
            | Field::ShortMonthName
            | Field::WeekdayName
            | Field::ShortWeekdayName
            | Field::HalfDay
            | Field::ZoneId
            | Field::ZoneName
            | Field::Offset
            | Field::OffsetWithColon
    )
}

/// Reads one field, and gives what comes after it.
fn taken<'t>(field: Field, most: usize, rest: &'t str, found: &mut Read) -> Option<&'t str> {
    if !is_number(field) {
        return taken_word(field, rest, found);
    }
    let signed = rest.strip_prefix('-').filter(|_| field == Field::Year);
    let digits = signed.unwrap_or(rest);
    let count = digits.bytes().take(most).take_while(u8::is_ascii_digit).count();
    let value: i64 = digits.get(..count).filter(|digits| !digits.is_empty())?.parse().ok()?;
    let value = if signed.is_some() { -value } else { value };
    match field {
        Field::Year => found.year = Some(value),
        Field::ShortYear => found.year = Some(if value < 70 { 2000 + value } else { 1900 + value }),
        Field::Month => found.month = Some(value),
        Field::Day => found.day = Some(value),
        Field::DayOfYear => found.day_of_year = Some(value),
        Field::Hour => found.hour = Some(value),
        Field::FullClockHour => found.hour = Some(value % 24).filter(|_| (1..=24).contains(&value)),
        Field::ClockHour => found.half_hour = (1..=12).contains(&value).then_some(value % 12),
        Field::HalfHour => found.half_hour = (0..12).contains(&value).then_some(value),
        Field::Minute => found.minute = value,
        Field::Second => found.second = value,
        Field::Fraction => {
            let digits = digits.get(..count)?;
            found.nanos = format!("{digits:0<9}").get(..9)?.parse().ok()?;
        }
        Field::DayOfWeek => {}
        _ => return None,
    }
    if matches!(field, Field::ClockHour | Field::HalfHour) {
        found.half_hour?;
    }
    digits.get(count..)
}

fn taken_word<'t>(field: Field, rest: &'t str, found: &mut Read) -> Option<&'t str> {
    let begins = |word: &str| rest.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
    let named = |names: &[&'static str]| {
        names.iter().enumerate().find_map(|(at, name)| {
            [*name, &name[..3]].into_iter().find(|word| begins(word)).map(|word| (at, word.len()))
        })
    };
    match field {
        Field::MonthName | Field::ShortMonthName => {
            let (at, length) = named(&MONTHS)?;
            found.month = i64::try_from(at + 1).ok();
            rest.get(length..)
        }
        Field::WeekdayName | Field::ShortWeekdayName => rest.get(named(&DAYS)?.1..),
        Field::HalfDay => {
            found.afternoon = Some(begins("PM"));
            (begins("AM") || begins("PM")).then_some(rest.get(2..)).flatten()
        }
        Field::Offset | Field::OffsetWithColon | Field::ZoneId | Field::ZoneName => {
            let end = rest.find([' ', ')']).unwrap_or(rest.len());
            let name = &rest[..end];
            found.zone = Some(zone::canonical(name).ok()?);
            rest.get(end..)
        }
        _ => None,
    }
}

impl Read {
    fn clock(&self) -> Option<DateTime> {
        let year = i16::try_from(self.year.unwrap_or(1970)).ok()?;
        let (month, day) = (self.month.unwrap_or(1), self.day.unwrap_or(1));
        let date = match self.day_of_year {
            Some(day) if self.month.is_none() && self.day.is_none() => {
                let date = Date::new(year, 1, 1).ok()?.checked_add(jiff::Span::new().try_days(day - 1).ok()?).ok()?;
                Some(date).filter(|date| date.year() == year)?
            }
            _ => Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?,
        };
        let hour = match (self.hour, self.half_hour) {
            (Some(hour), _) => hour,
            (None, Some(hour)) => hour + if self.afternoon == Some(true) { 12 } else { 0 },
            (None, None) => {
                if self.afternoon == Some(true) {
                    12
                } else {
                    0
                }
            }
        };
        let time = Time::new(
            i8::try_from(hour).ok()?,
            i8::try_from(self.minute).ok()?,
            i8::try_from(self.second).ok()?,
            i32::try_from(self.nanos).ok()?,
        );
        Some(DateTime::from_parts(date, time.ok()?))
    }
}
