//! A plain YAML scalar in, its value as PyYAML's SafeLoader (and so dbt) reads it out.
//!
//! The rules are YAML 1.1's implicit types: `yes` and `on` are booleans, `012` is octal, `1:30` is sexagesimal.

use super::yaml::Value;

/// Resolves a plain (unquoted, untagged) scalar.
pub fn resolve(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Value::Null,
        "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => return Value::Bool(true),
        "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => return Value::Bool(false),
        // Numbers and dates begin with a digit, a sign or a dot.
        text if text.starts_with(|c: char| c.is_ascii_alphabetic()) => return Value::String(text.into()),
        _ => {}
    }
    integer(text)
        .map(Value::Int)
        .or_else(|| float(text).map(Value::Float))
        .unwrap_or_else(|| Value::String(moment(text).map_or_else(|| text.into(), Into::into)))
}

/// Resolves a plain scalar with a tag of YAML's own, `!!float 1`.
pub fn tagged(text: &str, tag: &str) -> Value {
    match (tag, resolve(text)) {
        ("null", _) => Value::Null,
        ("float", Value::Int(number)) => Value::Float(number as f64),
        (_, value) => value,
    }
}

/// A date with a time, as Python's `isoformat` writes what PyYAML reads; a date alone stays as it is.
fn moment(text: &str) -> Option<String> {
    let at = text.find(['T', 't', ' '])?;
    let date: jiff::civil::Date = text[..at].parse().ok()?;
    let rest = text[at + 1..].trim_start();
    let end = rest.find(|c: char| !c.is_ascii_digit() && !matches!(c, ':' | '.')).unwrap_or(rest.len());
    let (time, zone) = (&rest[..end], rest[end..].trim_start());
    let time: jiff::civil::Time =
        if time.find(':') == Some(1) { format!("0{time}") } else { time.to_owned() }.parse().ok()?;
    let zone = match zone {
        "" => String::new(),
        "Z" | "z" => "+00:00".to_owned(),
        zone => offset(zone)?,
    };
    let fraction = time.subsec_nanosecond() / 1000;
    let fraction = if fraction == 0 { String::new() } else { format!(".{fraction:06}") };
    Some(format!("{date}T{:02}:{:02}:{:02}{fraction}{zone}", time.hour(), time.minute(), time.second()))
}

/// `-5`, `+05:30`: hours and minutes with two digits each.
fn offset(zone: &str) -> Option<String> {
    let sign = zone.chars().next().filter(|sign| matches!(sign, '+' | '-'))?;
    let (hours, minutes) = zone[1..].split_once(':').unwrap_or((&zone[1..], "0"));
    Some(format!("{sign}{:02}:{:02}", hours.parse::<u8>().ok()?, minutes.parse::<u8>().ok()?))
}

fn integer(text: &str) -> Option<i64> {
    let (negative, digits) = sign(text);
    let first = digits.chars().next()?;
    if !first.is_ascii_digit() {
        return None;
    }
    let clean = digits.replace('_', "");
    let value = if let Some(bits) = clean.strip_prefix("0b") {
        i64::from_str_radix(bits, 2).ok()?
    } else if let Some(hex) = clean.strip_prefix("0x") {
        i64::from_str_radix(hex, 16).ok()?
    } else if digits.contains(':') {
        sexagesimal(digits, first)?
    } else if first == '0' && clean.len() > 1 {
        i64::from_str_radix(&clean, 8).ok()?
    } else {
        clean.parse().ok()?
    };
    Some(if negative { -value } else { value })
}

/// `1:30` is 90: base 60, as in YAML 1.1.
fn sexagesimal(digits: &str, first: char) -> Option<i64> {
    if first == '0' {
        return None;
    }
    let mut parts = digits.split(':');
    let mut value: i64 = parts.next()?.replace('_', "").parse().ok()?;
    for part in parts {
        let short = part.len() <= 2 && part.parse::<i64>().is_ok_and(|part| part < 60);
        if !short {
            return None;
        }
        value = value.checked_mul(60)?.checked_add(part.parse().ok()?)?;
    }
    Some(value)
}

fn float(text: &str) -> Option<f64> {
    let (negative, body) = sign(text);
    let value = match body {
        ".inf" | ".Inf" | ".INF" => f64::INFINITY,
        ".nan" | ".NaN" | ".NAN" if body.len() == text.len() => f64::NAN,
        _ if body.contains(':') => sexagesimal_float(body)?,
        // PyYAML knows no sign before a dot.
        _ if body.starts_with('.') && body.len() != text.len() => return None,
        _ => decimal(body)?,
    };
    Some(if negative { -value } else { value })
}

/// `190:20:30.15`
fn sexagesimal_float(body: &str) -> Option<f64> {
    let (whole, fraction) = body.split_once('.')?;
    let seconds: f64 = format!("0.{}", fraction.replace('_', "")).trim_end_matches('.').parse().ok()?;
    Some(sexagesimal(whole, whole.chars().next()?)? as f64 + seconds)
}

/// PyYAML wants a dot, and a sign in the exponent: `1e5` is text, `1.0e+5` a number.
fn decimal(body: &str) -> Option<f64> {
    let (whole, rest) = body.split_once('.')?;
    let digits = |part: &str| part.chars().all(|c| c.is_ascii_digit() || c == '_');
    let (fraction, exponent) = match rest.find(['e', 'E']) {
        Some(at) => (&rest[..at], Some(&rest[at + 1..])),
        None => (rest, None),
    };
    let starts_well = whole
        .chars()
        .next()
        .map_or_else(|| fraction.starts_with(|c: char| c.is_ascii_digit()), |first| first.is_ascii_digit());
    let exponent_fits = exponent.is_none_or(|exponent| {
        exponent
            .strip_prefix(['+', '-'])
            .is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()))
    });
    if !starts_well || !digits(whole) || !digits(fraction) || !exponent_fits {
        return None;
    }
    let clean = body.replace('_', "");
    let clean =
        if clean.ends_with('.') { format!("{clean}0") } else { clean.replace(".e", ".0e").replace(".E", ".0E") };
    clean.parse().ok()
}

fn sign(text: &str) -> (bool, &str) {
    match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_scalars_have_the_values_that_pyyaml_gives() {
        let cases = [
            ("yes", "true"),
            ("off", "false"),
            ("y", "\"y\""),
            ("", "null"),
            ("~", "null"),
            ("012", "10"),
            ("0o12", "\"0o12\""),
            ("08", "\"08\""),
            ("0x1F", "31"),
            ("1_000", "1000"),
            ("1:30", "90"),
            ("-5", "-5"),
            ("1e5", "\"1e5\""),
            ("1.0e+5", "100000.0"),
            ("1.", "1.0"),
            (".5", "0.5"),
            ("1.2.3", "\"1.2.3\""),
            ("2024-01-01", "\"2024-01-01\""),
            ("-", "\"-\""),
        ];
        for (text, json) in cases {
            assert_eq!(resolve(text).to_json().to_string(), json, "{text:?}");
        }
    }
}
