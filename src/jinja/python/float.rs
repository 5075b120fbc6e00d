//! Floats as Python writes and rounds them.

/// As Python's `repr`: the shortest digits that lead back, with an exponent below 1e-4 and from 1e16 on.
pub(crate) fn repr(value: f64) -> String {
    if !value.is_finite() {
        return plain(value);
    }
    let written = format!("{value:e}");
    let (digits, exponent) = written.split_once('e').unwrap_or((&written, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..16).contains(&exponent) {
        let text = value.to_string();
        return if text.contains('.') { text } else { text + ".0" };
    }
    format!("{digits}e{}", signed(exponent))
}

/// What is no finite number.
pub(crate) fn plain(value: f64) -> String {
    match value {
        value if value.is_nan() => "nan".to_owned(),
        value if value < 0.0 => "-inf".to_owned(),
        _ => "inf".to_owned(),
    }
}

fn signed(exponent: i32) -> String {
    format!("{}{:02}", if exponent < 0 { '-' } else { '+' }, exponent.unsigned_abs())
}

/// C's `%e`, without the sign of the value.
pub(crate) fn exponential(value: f64, precision: usize) -> String {
    let written = format!("{:.*e}", precision, value.abs());
    let (digits, exponent) = written.split_once('e').unwrap_or((&written, "0"));
    format!("{digits}e{}", signed(exponent.parse().unwrap_or(0)))
}

/// C's `%g`, without the sign of the value; `keeps_zeros` is the flag `#`.
pub(crate) fn general(value: f64, precision: usize, keeps_zeros: bool) -> String {
    let precision = precision.max(1);
    let scientific = exponential(value, precision - 1);
    let exponent: i64 = scientific.split_once('e').and_then(|(_, exponent)| exponent.parse().ok()).unwrap_or(0);
    let shorter = |digits: &str| match digits.contains('.') && !keeps_zeros {
        true => digits.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => digits.to_owned(),
    };
    let limit = i64::try_from(precision).unwrap_or(i64::MAX);
    if exponent < -4 || exponent >= limit {
        let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "+00"));
        return format!("{}e{exponent}", shorter(digits));
    }
    let decimals = usize::try_from(limit - 1 - exponent).unwrap_or(0);
    shorter(&format!("{:.*}", decimals, value.abs()))
}

/// Python's `round(x, digits)`: half to even, on the value that the float really has.
pub(crate) fn rounded(value: f64, digits: i64) -> f64 {
    if !value.is_finite() || digits > 330 {
        return value;
    }
    if digits < -310 {
        return 0.0f64.copysign(value);
    }
    match usize::try_from(digits) {
        Ok(digits) => format!("{value:.digits$}").parse().unwrap_or(value),
        Err(_) => {
            let scale = 10f64.powi(i32::try_from(-digits).unwrap_or(0));
            (value / scale).round_ties_even() * scale
        }
    }
}
