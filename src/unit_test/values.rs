//! A value of a fixture and the type of its column in, whether the one fits the other out.
//!
//! Behaviour: Trino's casts. What Trino would make null, or another value of, does not fit.

use serde_json::Value;

/// Whether Athena makes the same value of it.
pub(super) enum Fit {
    Fits,
    /// What the column takes, in words.
    Misfit(&'static str),
    /// What no such row can hold, with the way out.
    Unwritable(&'static str),
    /// The engine has to be asked.
    Unknown,
}

/// Looks whether a value fits a type in Athena's words.
pub(super) fn fit(value: &Value, data_type: &str) -> Fit {
    let (kind, sizes) = data_type.split_once('(').unwrap_or((data_type, ""));
    let check = |fits: bool, words: &'static str| if fits { Fit::Fits } else { Fit::Misfit(words) };
    match (kind, value) {
        (_, Value::Null) => Fit::Fits,
        ("array" | "map" | "row", Value::Array(_) | Value::Object(_) | Value::String(_)) => {
            Fit::Unwritable("Athena reads no lists or maps from such rows: write them with `format: sql`")
        }
        (_, Value::Array(_) | Value::Object(_)) => Fit::Misfit("a number, a text or null"),
        ("varchar" | "char", _) => Fit::Fits,
        ("tinyint", _) => check(is_whole(value, 8), "a whole number from -128 to 127"),
        ("smallint", _) => check(is_whole(value, 16), "a whole number from -32768 to 32767"),
        ("integer" | "int", _) => check(is_whole(value, 32), "a whole number of at most ten digits"),
        ("bigint", _) => check(is_whole(value, 64), "a whole number"),
        ("double" | "real", _) => check(is_number(value), "a number"),
        ("decimal", _) => check(is_decimal(value, sizes), "a number with no more digits than the type has"),
        ("boolean", _) => check(is_boolean(value), "`true` or `false`"),
        ("date", _) => check(value.as_str().is_some_and(is_date), "a date as in '2024-01-31'"),
        ("timestamp", _) if !data_type.contains("zone") => {
            check(value.as_str().is_some_and(is_timestamp), "a time as in '2024-01-31 10:00:00'")
        }
        _ => Fit::Unknown,
    }
}

fn is_whole(value: &Value, bits: u32) -> bool {
    let number: Option<i128> = match value {
        Value::Bool(_) => return true,
        Value::Number(number) => number.as_i64().map(i128::from).or_else(|| whole(number.as_f64()?)),
        Value::String(text) => text.parse().ok(),
        _ => None,
    };
    let most = 1i128 << (bits - 1);
    number.is_some_and(|number| (-most..most).contains(&number))
}

/// `2.0` is a whole number too.
fn whole(number: f64) -> Option<i128> {
    format!("{number:.0}").parse().ok().filter(|_| number.fract() == 0.0)
}

fn is_number(value: &Value) -> bool {
    match value {
        Value::String(text) => !text.contains(char::is_whitespace) && text.parse::<f64>().is_ok(),
        _ => true,
    }
}

fn is_decimal(value: &Value, sizes: &str) -> bool {
    let mut sizes = sizes.trim_end_matches(')').split(',').map(|size| size.trim().parse::<usize>().unwrap_or(0));
    let (precision, scale) = (sizes.next().unwrap_or(38), sizes.next().unwrap_or(0));
    let text = match value {
        Value::Bool(_) => return true,
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.clone(),
        _ => return false,
    };
    let digits = text.strip_prefix(['-', '+']).unwrap_or(&text);
    if digits.contains(['e', 'E']) {
        return digits.parse::<f64>().is_ok();
    }
    let (before, after) = digits.split_once('.').unwrap_or((digits, ""));
    let is_digits = |text: &str| text.chars().all(|c| c.is_ascii_digit());
    let before = before.trim_start_matches('0');
    !digits.trim_matches('.').is_empty()
        && is_digits(before)
        && is_digits(after)
        && before.len() <= precision.saturating_sub(scale)
        && after.trim_end_matches('0').len() <= scale
}

fn is_boolean(value: &Value) -> bool {
    match value {
        Value::String(text) => matches!(text.to_lowercase().as_str(), "true" | "false" | "t" | "f" | "1" | "0"),
        _ => true,
    }
}

fn is_date(text: &str) -> bool {
    let mut parts = text.splitn(3, '-').map(|part| {
        let is_digits = !part.is_empty() && part.chars().all(|c| c.is_ascii_digit());
        is_digits.then(|| part.parse::<i16>().ok()).flatten()
    });
    let mut part = || parts.next().flatten();
    let (Some(year), Some(month), Some(day)) = (part(), part(), part()) else { return false };
    let (Ok(month), Ok(day)) = (i8::try_from(month), i8::try_from(day)) else { return false };
    jiff::civil::Date::new(year, month, day).is_ok()
}

fn is_timestamp(text: &str) -> bool {
    let (date, time) = text.split_once(' ').unwrap_or((text, "0:0"));
    let fraction = time.split_once('.').map_or("0", |(_, fraction)| fraction);
    let clock = time.split('.').next().unwrap_or_default();
    let parts: Vec<Option<u8>> = clock.split(':').map(|part| part.parse().ok()).collect();
    let is_clock = match parts.as_slice() {
        [Some(hour), Some(minute)] => *hour < 24 && *minute < 60,
        [Some(hour), Some(minute), Some(second)] => *hour < 24 && *minute < 60 && *second < 60,
        _ => false,
    };
    is_date(date) && is_clock && !fraction.is_empty() && fraction.chars().all(|c| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_athena_would_change_does_not_fit() {
        let fits = |value: Value, data_type: &str| matches!(fit(&value, data_type), Fit::Fits);
        for (value, data_type) in [
            (json!(1), "integer"),
            (json!("1"), "bigint"),
            (json!(2.0), "integer"),
            (json!(true), "integer"),
            (json!(null), "date"),
            (json!("2024-02-29"), "date"),
            (json!("2024-02-29"), "timestamp"),
            (json!("2024-02-29 10:00"), "timestamp"),
            (json!("2024-02-29 10:00:00.123"), "timestamp"),
            (json!(1.5), "decimal(10,2)"),
            (json!("12345678.90"), "decimal(10,2)"),
            (json!("false"), "boolean"),
            (json!(7), "varchar"),
        ] {
            assert!(fits(value.clone(), data_type), "{value} as {data_type}");
        }
        for (value, data_type) in [
            (json!(1.5), "integer"),
            (json!("1.0"), "integer"),
            (json!(" 1"), "integer"),
            (json!(300), "tinyint"),
            (json!("abc"), "double"),
            (json!("1.234"), "decimal(10,2)"),
            (json!("123456789"), "decimal(10,2)"),
            (json!("2023-02-29"), "date"),
            (json!("2024-02-29T10:00:00"), "timestamp"),
            (json!(20240229), "date"),
            (json!("yes"), "boolean"),
            (json!([1]), "array(integer)"),
            (json!({"a": 1}), "varchar"),
        ] {
            assert!(!fits(value.clone(), data_type), "{value} as {data_type}");
        }
    }
}
