//! Numbers as text and bits. Behaviour: Java's `Double.toString`, Trino's "Mathematical" and "Bitwise functions".

use num_bigint::BigInt;
use num_traits::{Signed, Zero};

use super::{Given, first, nth, number};

/// A double as Trino casts it to text: `1.2345E2`. It is given in DuckDB's digits, which are the shortest that stand for it.
pub(super) fn double_text(values: &[&str]) -> Given<String> {
    Ok(Some(match first(values) {
        "nan" | "-nan" => "NaN".to_owned(),
        "inf" => "Infinity".to_owned(),
        "-inf" => "-Infinity".to_owned(),
        text => {
            let (sign, digits, exponent) = parts(text)?;
            if digits == "0" {
                return Ok(Some(format!("{sign}0E0")));
            }
            let whole = digits.get(..1).unwrap_or("0");
            let fraction = digits.get(1..).filter(|rest| !rest.is_empty()).unwrap_or("0");
            format!("{sign}{whole}.{fraction}E{exponent}")
        }
    }))
}

/// A real as Trino casts it to text: at most seven digits, the last one rounded.
pub(super) fn real_text(values: &[&str]) -> Given<String> {
    match first(values).parse::<f32>() {
        Ok(value) if value.is_finite() => double_text(&[&format!("{:.6e}", f64::from(value))]),
        _ => double_text(values),
    }
}

/// The sign, the digits without zeros around them, and the power of ten of the first.
pub(super) fn parts(text: &str) -> Result<(&str, String, i32), String> {
    let wrong = || format!("`{text}` is no number");
    let (sign, text) = match text.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", text),
    };
    let (digits, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let exponent: i32 = exponent.trim_start_matches('+').parse().map_err(|_| wrong())?;
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all = format!("{whole}{fraction}");
    let leading = all.len() - all.trim_start_matches('0').len();
    let digits = all.trim_matches('0').to_owned();
    if digits.is_empty() {
        return Ok((sign, "0".to_owned(), 0));
    }
    let place = i32::try_from(whole.len()).unwrap_or_default() - i32::try_from(leading).unwrap_or_default() - 1;
    Ok((sign, digits, exponent + place))
}

/// A double as Java prints it: plain between a thousandth and ten million.
pub(super) fn java_double(text: &str) -> Result<String, String> {
    let (sign, digits, exponent) = parts(text)?;
    if digits == "0" {
        return Ok(format!("{sign}0.0"));
    }
    if !(-3..7).contains(&exponent) {
        let fraction = digits.get(1..).filter(|rest| !rest.is_empty()).unwrap_or("0");
        return Ok(format!("{sign}{}.{fraction}E{exponent}", &digits[..1]));
    }
    if exponent < 0 {
        let zeros = usize::try_from(-exponent - 1).unwrap_or_default();
        return Ok(format!("{sign}0.{}{digits}", "0".repeat(zeros)));
    }
    let whole = usize::try_from(exponent + 1).unwrap_or_default();
    let padded = format!("{digits:0<whole$}");
    let fraction = padded.get(whole..).filter(|rest| !rest.is_empty()).unwrap_or("0");
    Ok(format!("{sign}{}.{fraction}", &padded[..whole]))
}

/// Two decimals and a scale: the first divided by the second, with so many digits after the point, half up.
pub(super) fn quotient(values: &[&str]) -> Given<String> {
    let (dividend, divisor) = (unscaled(first(values))?, unscaled(nth(values, 1))?);
    let scale = u32::try_from(number(values, 2)?).map_err(|error| error.to_string())?;
    let ((a, a_scale), (b, b_scale)) = (dividend, divisor);
    if b.is_zero() {
        return Err("Division by zero".to_owned());
    }
    let ten = BigInt::from(10);
    let (a, b) = (a * ten.pow(scale + b_scale), b * ten.pow(a_scale));
    let doubled: BigInt = a.abs() * 2 + b.abs();
    let rounded: BigInt = doubled / (b.abs() * 2) * a.signum() * b.signum();
    let digits =
        format!("{:0>width$}", rounded.abs().to_string(), width = usize::try_from(scale).unwrap_or_default() + 1);
    let (whole, fraction) = digits.split_at(digits.len() - usize::try_from(scale).unwrap_or_default());
    let sign = if rounded.is_negative() { "-" } else { "" };
    Ok(Some(format!("{sign}{whole}.{fraction}")))
}

/// The digits of a decimal, and how many of them stand after the point.
fn unscaled(text: &str) -> Result<(BigInt, u32), String> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = format!("{whole}{fraction}").parse().map_err(|_| format!("`{text}` is no decimal"))?;
    Ok((digits, u32::try_from(fraction.len()).unwrap_or_default()))
}

fn radix(values: &[&str]) -> Result<u32, String> {
    let radix = number(values, 1)?;
    u32::try_from(radix)
        .ok()
        .filter(|radix| (2..=36).contains(radix))
        .ok_or_else(|| "Radix must be between 2 and 36".to_owned())
}

pub(super) fn to_base(values: &[&str]) -> Given<String> {
    let (value, radix) = (number(values, 0)?, u64::from(radix(values)?));
    let mut rest = value.unsigned_abs();
    let mut digits = Vec::new();
    loop {
        digits.push(char::from_digit(u32::try_from(rest % radix).unwrap_or_default(), 36).unwrap_or('0'));
        rest /= radix;
        if rest == 0 {
            break;
        }
    }
    let sign = if value < 0 { "-" } else { "" };
    Ok(Some(format!("{sign}{}", digits.iter().rev().collect::<String>())))
}

pub(super) fn from_base(values: &[&str]) -> Given<i64> {
    let radix = radix(values)?;
    i64::from_str_radix(first(values), radix)
        .map(Some)
        .map_err(|_| format!("Not a valid base-{radix} number: {}", first(values)))
}

/// The value, by how many places, and how: `left 64`, `right 32`, `keep 64` (the sign).
pub(super) fn shifted(values: &[&str]) -> Given<i64> {
    let (value, places) = (number(values, 0)?, number(values, 1)?);
    let (how, bits) = nth(values, 2).split_once(' ').unwrap_or(("left", "64"));
    let bits: u32 = bits.parse().unwrap_or(64);
    if places < 0 {
        return Err("Shift count must not be negative".to_owned());
    }
    let places = u32::try_from(places).unwrap_or(u32::MAX);
    let is_out = places >= bits;
    let in_width = |value: i64| if bits == 32 { i64::from(low_half(value)) } else { value };
    Ok(Some(match how {
        "keep" => value >> places.min(63),
        _ if is_out => 0,
        "left" => in_width(value.wrapping_shl(places)),
        _ if bits == 32 => i64::from((low_half(value).cast_unsigned() >> places).cast_signed()),
        _ => (value.cast_unsigned() >> places).cast_signed(),
    }))
}

fn low_half(value: i64) -> i32 {
    let bytes = value.to_le_bytes();
    i32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])
}

pub(super) fn bit_count(values: &[&str]) -> Given<i64> {
    let (value, bits) = (number(values, 0)?, number(values, 1)?);
    if !(2..=64).contains(&bits) {
        return Err("Bits specified in bit_count must be between 2 and 64".to_owned());
    }
    let reach = 1i128 << (bits - 1);
    if i128::from(value) >= reach || i128::from(value) < -reach {
        return Err(format!(
            "Number must be representable with the bits specified. {value} cannot be represented with {bits} bits"
        ));
    }
    let mask = if bits == 64 { u64::MAX } else { (1u64 << bits) - 1 };
    Ok(Some(i64::from((value.cast_unsigned() & mask).count_ones())))
}
