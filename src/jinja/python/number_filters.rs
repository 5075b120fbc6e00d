//! The filters of Jinja2 that are about numbers.

use minijinja::{State, Value};

use super::arguments::{Args, shown};
use super::number::{Number, negated, order};
use super::{Done, fail, float, repr, undefined};

type Filter = fn(&mut State<'_, '_>, &Value, &Args<'_>) -> Done<Value>;

pub(crate) const ALL: &[(&str, Filter)] =
    &[("abs", abs), ("int", int), ("float", to_float), ("round", round), ("filesizeformat", file_size)];

fn number(value: &Value, name: &str) -> Done<Number> {
    if value.is_undefined() {
        return Err(undefined(""));
    }
    Number::of(value)
        .ok_or_else(|| fail(format!("`{name}` needs a number, not {}; write `| int` before it", shown(value))))
}

fn abs(_: &mut State<'_, '_>, value: &Value, args: &Args<'_>) -> Done<Value> {
    args.at_most(&[])?;
    if let Some(span) = crate::jinja::modules::absolute(value) {
        return Ok(span);
    }
    let number = number(value, "abs")?;
    let is_negative = order(&number, &Number::Whole(0)).is_some_and(std::cmp::Ordering::is_lt);
    Ok(match number {
        Number::Float(float) => Value::from(float.abs()),
        number if is_negative => negated(&number).value(),
        number => number.value(),
    })
}

fn int(_: &mut State<'_, '_>, value: &Value, args: &Args<'_>) -> Done<Value> {
    args.at_most(&["default", "base"])?;
    if value.is_undefined() {
        // Jinja2's undefined fails when it is made a number.
        return Err(undefined(""));
    }
    let base = u32::try_from(args.int(1, "base", 10)?).unwrap_or(0);
    let found = match value.as_str() {
        Some(text) => {
            let read = Number::parsed(text, base);
            read.or_else(|| parsed_float(text).and_then(|float| Number::Float(float).truncated()))
        }
        None => Number::of(value).and_then(|number| number.truncated()),
    };
    Ok(found.map_or_else(|| args.value(0, "default").unwrap_or_else(|| Value::from(0)), Number::value))
}

/// Python's `float(text)`.
pub(crate) fn parsed_float(text: &str) -> Option<f64> {
    let text = text.trim();
    let plain = text.trim_start_matches(['+', '-']).to_ascii_lowercase();
    if plain.starts_with(|c: char| !c.is_ascii_digit() && c != '.') && !matches!(&*plain, "inf" | "infinity" | "nan") {
        return None;
    }
    let is_odd = text.starts_with('_') || text.ends_with('_') || text.contains("__");
    let digits: String = text.chars().filter(|c| *c != '_').collect();
    (!is_odd).then(|| digits.parse().ok()).flatten()
}

fn to_float(_: &mut State<'_, '_>, value: &Value, args: &Args<'_>) -> Done<Value> {
    args.at_most(&["default"])?;
    if value.is_undefined() {
        return Err(undefined(""));
    }
    let found = match value.as_str() {
        Some(text) => parsed_float(text),
        None => Number::of(value).map(|number| number.float()).transpose()?,
    };
    Ok(found.map_or_else(|| args.value(0, "default").unwrap_or_else(|| Value::from(0.0)), Value::from))
}

fn round(_: &mut State<'_, '_>, value: &Value, args: &Args<'_>) -> Done<Value> {
    args.at_most(&["precision", "method"])?;
    let precision = args.int(0, "precision", 0)?;
    let method = args.some_text(1, "method")?.unwrap_or_else(|| "common".to_owned());
    let number = number(value, "round")?;
    match (method.as_str(), &number) {
        ("common", Number::Float(float)) => Ok(Value::from(float::rounded(*float, precision))),
        ("common", Number::Decimal(decimal)) => Ok(Number::Decimal(decimal.rounded(precision)).value()),
        ("common", whole) if precision >= 0 => Ok(whole.clone().value()),
        ("common", whole) => {
            let Number::Whole(whole) = whole else { return Ok(whole.clone().value()) };
            let scale = u32::try_from(-precision).ok().and_then(|digits| 10i128.checked_pow(digits));
            let Some(scale) = scale else { return Ok(Value::from(0)) };
            let (floor, rest) = (whole.div_euclid(scale), whole.rem_euclid(scale));
            let up = rest * 2 > scale || (rest * 2 == scale && floor % 2 != 0);
            Ok(Number::Whole((floor + i128::from(up)) * scale).value())
        }
        ("ceil" | "floor", _) => {
            let scale = 10f64.powi(i32::try_from(precision).unwrap_or(i32::MAX));
            let scaled = number.float()? * scale;
            let whole = if method == "ceil" { scaled.ceil() } else { scaled.floor() };
            let result = whole / scale;
            match result.is_finite() {
                true => Ok(Value::from(result)),
                false => Err(fail("the precision is too large for this number")),
            }
        }
        _ => Err(fail("`round` knows the methods `common`, `ceil` and `floor`")),
    }
}

fn file_size(_: &mut State<'_, '_>, value: &Value, args: &Args<'_>) -> Done<Value> {
    args.at_most(&["binary"])?;
    let bytes = match value.as_str() {
        Some(text) => parsed_float(text).ok_or_else(|| fail(format!("{} is no number of bytes", shown(value))))?,
        None => number(value, "filesizeformat")?.float()?,
    };
    let (base, units) = match args.flag(0, "binary", false) {
        true => (1024.0, ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB"]),
        false => (1000.0, ["kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB"]),
    };
    if bytes == 1.0 {
        return Ok(Value::from("1 Byte"));
    }
    if bytes < base {
        return Ok(Value::from(format!("{} Bytes", repr::text(&Value::from(bytes.trunc() as i64))?)));
    }
    let mut unit = base * base;
    for (at, name) in units.iter().enumerate() {
        if bytes < unit || at == units.len() - 1 {
            return Ok(Value::from(format!("{:.1} {name}", base * bytes / unit)));
        }
        unit *= base;
    }
    Ok(Value::UNDEFINED)
}
