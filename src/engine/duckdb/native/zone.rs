//! Time zones by their names, and what a clock on the wall shows in them.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};

/// The zone of a name, `Europe/London`, or an offset, `+01:00`.
pub(super) fn zone(name: &str) -> Result<TimeZone, String> {
    if let Some(seconds) = offset(name) {
        return Offset::from_seconds(seconds).map(TimeZone::fixed).map_err(|error| error.to_string());
    }
    if matches!(name, "Z" | "z" | "UTC" | "GMT" | "UT" | "Zulu") {
        return Ok(TimeZone::UTC);
    }
    TimeZone::get(name).map_err(|_| format!("'{name}' is not a valid time zone"))
}

/// The name as Trino keeps it: no offset is UTC.
pub(super) fn canonical(name: &str) -> Result<String, String> {
    zone(name)?;
    Ok(match offset(name) {
        Some(0) => "UTC".to_owned(),
        Some(seconds) => offset_text(seconds),
        None if matches!(name, "Z" | "z" | "GMT" | "UT" | "Zulu") => "UTC".to_owned(),
        None => name.to_owned(),
    })
}

fn offset(name: &str) -> Option<i32> {
    let (sign, rest) = match name.strip_prefix('+') {
        Some(rest) => (1, rest),
        None => (-1, name.strip_prefix('-')?),
    };
    let digits: String = rest.chars().filter(|c| *c != ':').collect();
    if !digits.chars().all(|c| c.is_ascii_digit()) || !matches!(digits.len(), 1 | 2 | 4) {
        return None;
    }
    let (hours, minutes) = if digits.len() == 4 { digits.split_at(2) } else { (digits.as_str(), "0") };
    Some(sign * (hours.parse::<i32>().ok()? * 3600 + minutes.parse::<i32>().ok()? * 60))
}

pub(super) fn offset_text(seconds: i32) -> String {
    let sign = if seconds < 0 { '-' } else { '+' };
    let minutes = seconds.unsigned_abs() / 60;
    format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60)
}

const DAY: i64 = 86_400_000_000;

/// The clock of no zone at all.
pub(super) fn civil(micros: i64) -> Result<DateTime, String> {
    let out = |error: jiff::Error| error.to_string();
    let days = jiff::Span::new().try_days(micros.div_euclid(DAY)).map_err(out)?;
    let time = jiff::Span::new().try_microseconds(micros.rem_euclid(DAY)).map_err(out)?;
    EPOCH.checked_add(days).and_then(|date| date.at(0, 0, 0, 0).checked_add(time)).map_err(out)
}

/// The microseconds from 1970 of a clock of no zone.
pub(super) fn micros(clock: DateTime) -> Result<i64, String> {
    let days = clock.date().since(EPOCH).map_err(|error| error.to_string())?.get_days();
    let seconds = i64::from(clock.hour()) * 3600 + i64::from(clock.minute()) * 60 + i64::from(clock.second());
    Ok(i64::from(days) * DAY + seconds * 1_000_000 + i64::from(clock.subsec_nanosecond() / 1000))
}

const EPOCH: jiff::civil::Date = jiff::civil::date(1970, 1, 1);

/// What a zone's clock shows at an instant.
pub(super) fn local(micros: i64, zone: &TimeZone) -> Result<DateTime, String> {
    if *zone == TimeZone::UTC {
        return civil(micros);
    }
    let instant = Timestamp::from_microsecond(micros).map_err(|error| error.to_string())?;
    Ok(zone.to_datetime(instant))
}

/// The microseconds from 1970 of a clock in a zone. An hour that is skipped moves on; of one that is twice, the first.
pub(super) fn instant(clock: DateTime, zone: &TimeZone) -> Result<i64, String> {
    if *zone == TimeZone::UTC {
        return micros(clock);
    }
    zone.to_ambiguous_timestamp(clock).compatible().map(Timestamp::as_microsecond).map_err(|error| error.to_string())
}

/// How far a zone's clock is from UTC at an instant, in seconds.
pub(super) fn seconds(micros: i64, zone: &TimeZone) -> Result<i32, String> {
    if *zone == TimeZone::UTC {
        return Ok(0);
    }
    let instant = Timestamp::from_microsecond(micros).map_err(|error| error.to_string())?;
    Ok(zone.to_offset(instant).seconds())
}

/// `UTC`, `EDT`, `BST`.
pub(super) fn short_name(micros: i64, zone: &TimeZone) -> Result<String, String> {
    let instant = Timestamp::from_microsecond(micros).map_err(|error| error.to_string())?;
    Ok(zone.to_offset_info(instant).abbreviation().to_owned())
}
