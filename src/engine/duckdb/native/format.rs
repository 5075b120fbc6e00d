//! `format('%05d', x)`. Behaviour: Java's `Formatter`, for numbers, texts and booleans.

use super::{Given, first, numbers};

/// One `%…` of a pattern.
struct Spec {
    flags: String,
    width: usize,
    precision: Option<usize>,
    code: char,
}

/// The pattern, then the values: each begins with the letter of its kind.
pub(super) fn format(values: &[&str]) -> Given<String> {
    let mut out = String::new();
    let mut rest = first(values);
    let mut next = 0;
    while let Some((before, after)) = rest.split_once('%') {
        out.push_str(before);
        let (spec, position, after) = spec(after)?;
        rest = after;
        match spec.code {
            '%' => out.push('%'),
            'n' => out.push('\n'),
            _ => {
                let at = position.unwrap_or(next + 1);
                if position.is_none() {
                    next += 1;
                }
                let value = values.get(at).ok_or_else(|| format!("Format specifier '%{}'", spec.code))?;
                out.push_str(&shown(&spec, value)?);
            }
        }
    }
    out.push_str(rest);
    Ok(Some(out))
}

/// The first code of a pattern that Java has and this file has not.
pub(in crate::engine::duckdb) fn unknown_code(pattern: &str) -> Option<char> {
    let mut rest = pattern;
    while let Some((_, after)) = rest.split_once('%') {
        let (spec, _, after) = spec(after).ok()?;
        if "eEgGaAtThH".contains(spec.code) {
            return Some(spec.code);
        }
        rest = after;
    }
    None
}

fn spec(text: &str) -> Result<(Spec, Option<usize>, &str), String> {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let count = digits(text);
    let (position, text) = match text[count..].strip_prefix('$') {
        Some(rest) if count > 0 => (text[..count].parse().ok(), rest),
        _ => (None, text),
    };
    let end = text.find(|c| !"-#+ 0,(".contains(c)).unwrap_or(text.len());
    let (flags, text) = text.split_at(end);
    let (width, text) = text.split_at(digits(text));
    let (precision, text) = match text.strip_prefix('.') {
        Some(rest) => {
            let (precision, rest) = rest.split_at(digits(rest));
            (precision.parse().ok(), rest)
        }
        None => (None, text),
    };
    let code = text.chars().next().ok_or("UnknownFormatConversionException: Conversion = '%'")?;
    let width: usize = width.parse().unwrap_or_default();
    if width > 10_000 || precision.is_some_and(|precision| precision > 1_000) {
        return Err("the format asks for too many characters".to_owned());
    }
    Ok((Spec { flags: flags.to_owned(), width, precision, code }, position, &text[code.len_utf8()..]))
}

fn shown(spec: &Spec, value: &str) -> Result<String, String> {
    let mut chars = value.chars();
    let kind = chars.next().unwrap_or('s');
    let value = chars.as_str();
    let is_null = value == "\u{1}";
    let text = match (spec.code, kind) {
        ('s' | 'S' | 'b' | 'B', _) | (_, _) if is_null && spec.code != 'b' => "null".to_owned(),
        ('b' | 'B', 'b') => value.to_owned(),
        ('b' | 'B', _) => (!is_null).to_string(),
        ('s' | 'S', 'f') => numbers::java_double(value)?,
        ('s' | 'S', _) => value.to_owned(),
        ('d', 'd') => return Ok(padded(spec, &signed(spec, value, String::new()))),
        ('f', 'f' | 'n') => {
            let rounded = fixed(value, spec.precision.unwrap_or(6))?;
            let (whole, fraction) = rounded
                .split_once('.')
                .map_or((rounded.as_str(), String::new()), |(whole, fraction)| (whole, format!(".{fraction}")));
            return Ok(padded(spec, &signed(spec, whole, fraction)));
        }
        ('x' | 'X' | 'o', 'd') => {
            let number: i64 = value.parse().map_err(|_| format!("`{value}` is no whole number"))?;
            if spec.code == 'o' { format!("{number:o}") } else { format!("{number:x}") }
        }
        (code, _) => return Err(format!("IllegalFormatConversionException: %{code}")),
    };
    let text = match spec.precision {
        Some(precision) if matches!(spec.code, 's' | 'S' | 'b' | 'B') => text.chars().take(precision).collect(),
        _ => text,
    };
    let text = if spec.code.is_ascii_uppercase() { text.to_uppercase() } else { text };
    Ok(padded(spec, &text))
}

/// The number with its sign, and with commas between the thousands if they are asked for.
fn signed(spec: &Spec, whole: &str, fraction: String) -> String {
    let (is_negative, digits) = match whole.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, whole),
    };
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if spec.flags.contains(',') && at > 0 && (digits.len() - at) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    let number = format!("{grouped}{fraction}");
    let (before, after) = match is_negative {
        true if spec.flags.contains('(') => ("(", ")"),
        true => ("-", ""),
        false if spec.flags.contains('+') => ("+", ""),
        false if spec.flags.contains(' ') => (" ", ""),
        false => ("", ""),
    };
    let width = spec.width.saturating_sub(before.len() + after.len());
    match spec.flags.contains('0') {
        true => format!("{before}{number:0>width$}{after}"),
        false => format!("{before}{number}{after}"),
    }
}

fn padded(spec: &Spec, text: &str) -> String {
    let width = spec.width;
    if spec.flags.contains('-') { format!("{text:<width$}") } else { format!("{text:>width$}") }
}

/// A number with so many digits after the point, half up: by the digits that stand for it.
fn fixed(text: &str, places: usize) -> Result<String, String> {
    let (sign, digits, exponent) = match text {
        "nan" | "inf" | "-inf" => return Ok(text.replace("nan", "NaN").replace("inf", "Infinity")),
        text => numbers::parts(text)?,
    };
    // Digits before the point, then those that are kept.
    let whole = exponent + 1;
    let mut all: Vec<u8> = Vec::new();
    all.extend(std::iter::repeat_n(b'0', usize::try_from(1 - whole).unwrap_or_default()));
    all.extend(digits.bytes());
    let point = usize::try_from(whole.max(1)).unwrap_or(1);
    let kept = point + places;
    let up = all.get(kept).is_some_and(|digit| *digit >= b'5');
    all.resize(kept, b'0');
    if up {
        let nines = all.iter().rev().take_while(|digit| **digit == b'9').count();
        let at = kept - nines;
        all[at..].fill(b'0');
        match at.checked_sub(1) {
            Some(last) => all[last] += 1,
            None => all.insert(0, b'1'),
        }
    }
    let shown: String = all.iter().map(|digit| char::from(*digit)).collect();
    let (before, after) = shown.split_at(shown.len() - places);
    Ok(if places == 0 { format!("{sign}{before}") } else { format!("{sign}{before}.{after}") })
}
