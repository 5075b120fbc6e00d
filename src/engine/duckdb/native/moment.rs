//! Dates and moments as text, and how far they are apart. Behaviour: Trino's "Date and time functions", Joda's fields.

use jiff::civil::{Date, DateTime, Time};

use super::{Body, Given, first, joda, mysql, nth, number, zone};

pub(super) const TEXTS: &[(&str, Body<String>)] = &[
    ("__zone", |values| zone::canonical(first(values)).map(Some)),
    ("__iso_text", iso_text),
    ("__mysql_format", mysql::format),
    ("__joda_format", joda::format),
];

pub(super) const WHOLE: &[(&str, Body<i64>)] = &[
    ("__zone_local", zone_local),
    ("__zone_instant", zone_instant),
    ("__date_diff", date_diff),
    ("__mysql_parse", mysql::parse),
    ("__text_date", text_date),
    ("__text_timestamp", text_timestamp),
    ("__iso_date", iso_date),
];

fn zone_local(values: &[&str]) -> Given<i64> {
    let clock = zone::local(number(values, 0)?, &zone::zone(nth(values, 1))?)?;
    zone::micros(clock).map(Some)
}

fn zone_instant(values: &[&str]) -> Given<i64> {
    let clock = zone::civil(number(values, 0)?)?;
    zone::instant(clock, &zone::zone(nth(values, 1))?).map(Some)
}

/// `2024-01-15`, `2024-1-5`: nothing before it, nothing after it.
fn date(text: &str) -> Option<Date> {
    let (sign, text) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let mut parts = text.split('-');
    let mut part = |least: usize, most: usize| {
        parts
            .next()
            .filter(|part| (least..=most).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let (year, month, day) = (part(4, 6)?, part(1, 2)?, part(1, 2)?);
    parts.next().is_none().then_some(())?;
    Date::new(sign * year.parse::<i16>().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

/// `10:20`, `10:20:30`, `10:20:30.123`.
fn time(text: &str) -> Option<Time> {
    let (clock, fraction) = text.split_once('.').map_or((text, ""), |(clock, fraction)| (clock, fraction));
    let parts: Vec<i8> = clock
        .split(':')
        .map(|part| part.parse().ok().filter(|_| part.len() <= 2 && part.bytes().all(|byte| byte.is_ascii_digit())))
        .collect::<Option<_>>()?;
    if !fraction.bytes().all(|byte| byte.is_ascii_digit()) || (parts.len() < 3 && text.contains('.')) {
        return None;
    }
    let nanos: i32 = format!("{fraction:0<9}").get(..9)?.parse().ok()?;
    match parts.as_slice() {
        [hour, minute] => Time::new(*hour, *minute, 0, nanos).ok(),
        [hour, minute, second] => Time::new(*hour, *minute, *second, nanos).ok(),
        _ => None,
    }
}

fn micros(clock: DateTime) -> Result<i64, String> {
    // Half a microsecond and more is one.
    let more = i64::from(clock.subsec_nanosecond() % 1000 >= 500);
    Ok(zone::micros(clock)? + more)
}

fn text_date(values: &[&str]) -> Given<i64> {
    match date(first(values).trim()) {
        Some(date) => micros(date.at(0, 0, 0, 0)).map(Some),
        None => Err(format!("Value cannot be cast to date: {}", first(values))),
    }
}

fn iso_date(values: &[&str]) -> Given<i64> {
    match iso_day(first(values)) {
        Some(date) => micros(date.at(0, 0, 0, 0)).map(Some),
        None => Err(format!("Invalid format: \"{}\"", first(values))),
    }
}

/// The clock and the zone of `2024-01-15 10:20:30 Europe/London`.
fn clock_and_zone(text: &str) -> Option<(DateTime, &str)> {
    let text = text.trim();
    let (day, rest) = text.split_once(' ').unwrap_or((text, ""));
    let rest = rest.trim_start();
    let end = rest.find(|c: char| !c.is_ascii_digit() && c != ':' && c != '.').unwrap_or(rest.len());
    let (clock, zone) = rest.split_at(end);
    let clock = if clock.is_empty() { Time::midnight() } else { time(clock)? };
    Some((date(day)?.to_datetime(clock), zone.trim()))
}

fn text_timestamp(values: &[&str]) -> Given<i64> {
    match clock_and_zone(first(values)) {
        // A zone is read, and left out.
        Some((clock, name)) if name.is_empty() || zone::canonical(name).is_ok() => micros(clock).map(Some),
        _ => Err(format!("Value cannot be cast to timestamp: {}", first(values))),
    }
}

/// The instant in microseconds, and its zone.
pub(super) fn text_zoned(values: &[&str]) -> Given<Vec<Option<String>>> {
    let wrong = || format!("Value cannot be cast to timestamp with time zone: {}", first(values));
    let (clock, name) = clock_and_zone(first(values)).ok_or_else(wrong)?;
    zoned(clock, if name.is_empty() { "UTC" } else { name })
}

fn zoned(clock: DateTime, name: &str) -> Given<Vec<Option<String>>> {
    let name = zone::canonical(name)?;
    let micros = zone::instant(clock, &zone::zone(&name)?)?;
    Ok(Some(vec![Some(micros.to_string()), Some(name)]))
}

/// `2024-01-15T09:30:00+01:00`: the time and the zone may be left out.
pub(super) fn iso_timestamp(values: &[&str]) -> Given<Vec<Option<String>>> {
    let text = first(values);
    let wrong = || format!("Invalid format: \"{text}\"");
    let (day, rest) = text.split_once('T').unwrap_or((text, ""));
    let day = iso_day(day).ok_or_else(wrong)?;
    let end = rest.find(['Z', '+', '-']).unwrap_or(rest.len());
    let (clock, name) = rest.split_at(end);
    let clock = match clock.len() {
        0 => Time::midnight(),
        1 | 2 => time(&format!("{clock}:00")).ok_or_else(wrong)?,
        _ => time(&clock.replace(',', ".")).ok_or_else(wrong)?,
    };
    let zone = if name.is_empty() { "UTC" } else { name };
    if !matches!(zone, "UTC" | "Z") && !zone.starts_with(['+', '-']) {
        return Err(wrong());
    }
    // Only milliseconds are kept.
    let clock =
        day.to_datetime(clock).with().subsec_nanosecond(clock.subsec_nanosecond() / 1_000_000 * 1_000_000).build();
    zoned(clock.map_err(|error| error.to_string())?, zone)
}

/// A day, a month or a year; a day by its number in the year, `2024-005`, or in a week, `2024-W01-3`.
fn iso_day(text: &str) -> Option<Date> {
    if let Some((year, rest)) = text.split_once('-') {
        if let Some(week) = rest.strip_prefix('W') {
            let (week, day) = week.split_once('-').unwrap_or((week, "1"));
            let day = jiff::civil::Weekday::from_monday_one_offset(day.parse().ok()?).ok()?;
            return jiff::civil::ISOWeekDate::new(year.parse().ok()?, week.parse().ok()?, day).ok().map(Into::into);
        }
        if rest.len() == 3 && rest.bytes().all(|byte| byte.is_ascii_digit()) {
            let first = Date::new(year.parse().ok()?, 1, 1).ok()?;
            return first.with().day_of_year(rest.parse().ok()?).build().ok();
        }
    }
    match text.split('-').count() {
        1 if !text.is_empty() => date(&format!("{text}-01-01")),
        2 => date(&format!("{text}-01")),
        _ => date(text),
    }
}

/// The instant in microseconds, the zone, which may be empty, and how many digits are shown after the seconds.
fn iso_text(values: &[&str]) -> Given<String> {
    let (micros, name) = (number(values, 0)?, nth(values, 1));
    let zone = zone::zone(if name.is_empty() { "UTC" } else { name })?;
    let clock = zone::local(micros, &zone)?;
    let shown = format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{}",
        clock.year(),
        clock.month(),
        clock.day(),
        clock.hour(),
        clock.minute(),
        clock.second(),
        fraction(clock, number(values, 2)?)
    );
    Ok(Some(match (name, zone::seconds(micros, &zone)?) {
        ("", _) => shown,
        (_, 0) => format!("{shown}Z"),
        (_, seconds) => format!("{shown}{}", zone::offset_text(seconds)),
    }))
}

/// So many digits after the seconds, and the point before them.
fn fraction(clock: DateTime, digits: i64) -> String {
    let all = format!(".{:09}", clock.subsec_nanosecond());
    match usize::try_from(digits) {
        Ok(digits @ 1..) => all.get(..=digits).unwrap_or(&all).to_owned(),
        _ => String::new(),
    }
}

/// The unit and two clocks in microseconds: how many whole units from the first to the second.
fn date_diff(values: &[&str]) -> Given<i64> {
    let (unit, from, to) = (first(values), number(values, 1)?, number(values, 2)?);
    let size = match unit {
        "millisecond" => 1_000,
        "second" => 1_000_000,
        "minute" => 60_000_000,
        "hour" => 3_600_000_000,
        "day" => 86_400_000_000,
        "week" => 604_800_000_000,
        _ => {
            let (earlier, later) = (zone::civil(from.min(to))?, zone::civil(from.max(to))?);
            let whole = match unit {
                "year" => years(earlier, later),
                "quarter" => months(earlier, later) / 3,
                _ => months(earlier, later),
            };
            return Ok(Some(if from <= to { whole } else { -whole }));
        }
    };
    // Moments are compared to the millisecond.
    Ok(Some((to.div_euclid(1000) - from.div_euclid(1000)) * 1000 / size))
}

/// Whole months. The last day of a shorter month stands for the days that it lacks.
fn months(earlier: DateTime, later: DateTime) -> i64 {
    let count = (i64::from(later.year()) - i64::from(earlier.year())) * 12 + i64::from(later.month())
        - i64::from(earlier.month());
    let is_last = later.day() == later.date().days_in_month();
    let day = if is_last { earlier.day().min(later.day()) } else { earlier.day() };
    if (later.day(), later.time()) < (day, earlier.time()) { count - 1 } else { count }
}

/// Whole years, by the day of the year; the 29th of February is the 28th where there is none.
fn years(earlier: DateTime, later: DateTime) -> i64 {
    let count = i64::from(later.year()) - i64::from(earlier.year());
    let day = |clock: DateTime, other: DateTime| {
        let day = clock.date().day_of_year();
        let is_after = day >= 60 && clock.date().in_leap_year() && !other.date().in_leap_year();
        if is_after { day - 1 } else { day }
    };
    let (from, to) = ((day(earlier, later), earlier.time()), (day(later, earlier), later.time()));
    if to < from { count - 1 } else { count }
}
