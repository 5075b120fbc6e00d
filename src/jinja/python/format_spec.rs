//! `'{:>5}'.format(x)`: the mini-language of Python's `str.format`.

use minijinja::{State, Value};

use super::arguments::{Args, shown};
use super::decimal::Decimal;
use super::number::{Number, index};
use super::{Done, fail, float, repr, undefined};
use crate::jinja::budget;

/// More digits than this are not written after a point.
const MOST_DIGITS: usize = 5000;

/// `pattern.format(…)`
pub(crate) fn format(state: &mut State<'_, '_>, pattern: &str, args: &Args<'_>) -> Done<String> {
    let mut automatic = 0;
    fields(state, pattern, args, &mut automatic, 0)
}

fn fields(state: &mut State<'_, '_>, pattern: &str, args: &Args<'_>, next: &mut usize, depth: usize) -> Done<String> {
    if depth > 1 {
        return Err(fail("braces are nested too deeply in this pattern"));
    }
    let mut out = String::new();
    let mut rest = pattern;
    while let Some(at) = rest.find(['{', '}']) {
        out.push_str(&rest[..at]);
        let brace = &rest[at..=at];
        let after = &rest[at + 1..];
        if after.starts_with(brace) {
            out.push_str(brace);
            rest = &after[1..];
            continue;
        }
        if brace == "}" {
            return Err(fail("a `}` stands alone in this pattern; write `}}` for a brace"));
        }
        let end = closing(after).ok_or_else(|| fail("a `{` is not closed in this pattern; write `{{` for a brace"))?;
        let written = field(state, &after[..end], args, next, depth)?;
        budget::text(out.len() + written.len())?;
        out.push_str(&written);
        rest = &after[end + 1..];
    }
    out.push_str(rest);
    budget::text(out.len())?;
    Ok(out)
}

/// Where the brace closes that was opened before `text`.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 1;
    text.char_indices().find_map(|(at, c)| {
        depth += i32::from(c == '{') - i32::from(c == '}');
        (depth == 0).then_some(at)
    })
}

fn field(state: &mut State<'_, '_>, field: &str, args: &Args<'_>, next: &mut usize, depth: usize) -> Done<String> {
    let (name, spec) = field.split_once(':').unwrap_or((field, ""));
    let (name, conversion) = name.split_once('!').map_or((name, None), |(name, how)| (name, Some(how)));
    let value = looked_up(name, args, next)?;
    let spec = if spec.is_empty() { String::new() } else { fields(state, spec, args, next, depth + 1)? };
    match conversion {
        None => formatted(state, &value, &spec),
        Some("s") => formatted(state, &Value::from(repr::text(&value)?), &spec),
        Some("r") => formatted(state, &Value::from(repr::repr(&value)?), &spec),
        Some("a") => formatted(state, &Value::from(super::json::ascii(&repr::repr(&value)?)), &spec),
        Some(other) => Err(fail(format!("`!{other}` means nothing in a pattern; there are `!s`, `!r` and `!a`"))),
    }
}

/// The value of `0`, `name`, `name.attribute` or `0[key]`.
fn looked_up(name: &str, args: &Args<'_>, next: &mut usize) -> Done<Value> {
    let end = name.find(['.', '[']).unwrap_or(name.len());
    let (first, mut path) = name.split_at(end);
    let missing = || fail(format!("the pattern names `{{{first}}}`, and there is no such argument"));
    let mut value = if first.is_empty() {
        *next += 1;
        args.positional.get(*next - 1).cloned().ok_or_else(missing)?
    } else if let Ok(at) = first.parse::<usize>() {
        args.positional.get(at).cloned().ok_or_else(missing)?
    } else {
        args.named.peek::<Value>(first).map_err(|_| missing())?
    };
    while !path.is_empty() {
        let (key, rest) = if let Some(inner) = path.strip_prefix('[') {
            let (key, rest) = inner.split_once(']').ok_or_else(|| fail("a `[` is not closed in this pattern"))?;
            (key.parse::<i64>().map_or_else(|_| Value::from(key), Value::from), rest)
        } else {
            let inner = path.strip_prefix('.').unwrap_or(path);
            let end = inner.find(['.', '[']).unwrap_or(inner.len());
            (Value::from(&inner[..end]), &inner[end..])
        };
        value = value
            .get_item(&key)
            .ok()
            .filter(|found| !found.is_undefined())
            .ok_or_else(|| fail(format!("the pattern asks for {}, and the value has none", shown(&key))))?;
        path = rest;
    }
    Ok(value)
}

/// `[[fill]align][sign][#][0][width][,_][.precision][type]`
#[derive(Default)]
struct Spec {
    fill: Option<char>,
    align: Option<char>,
    sign: Option<char>,
    alternate: bool,
    zero: bool,
    width: usize,
    grouping: Option<char>,
    precision: Option<usize>,
    kind: Option<char>,
}

impl Spec {
    fn read(spec: &str) -> Done<Self> {
        let mut chars: Vec<char> = spec.chars().rev().collect();
        let mut found = Self::default();
        let is_align = |c: Option<&char>| c.is_some_and(|c| "<>=^".contains(*c));
        if is_align(chars.len().checked_sub(2).and_then(|at| chars.get(at))) {
            found.fill = chars.pop();
        }
        if is_align(chars.last()) {
            found.align = chars.pop();
        }
        found.sign = chars.pop_if(|c| "+- ".contains(*c));
        chars.pop_if(|c| *c == 'z');
        found.alternate = chars.pop_if(|c| *c == '#').is_some();
        found.zero = chars.pop_if(|c| *c == '0').is_some();
        found.width = number(&mut chars).unwrap_or(0);
        found.grouping = chars.pop_if(|c| ",_".contains(*c));
        if chars.pop_if(|c| *c == '.').is_some() {
            found.precision = Some(number(&mut chars).ok_or_else(|| fail("a pattern needs digits after the point"))?);
        }
        found.kind = chars.pop();
        if !chars.is_empty() {
            return Err(fail(format!("`{spec}` is no way to format a value")));
        }
        budget::text(found.width)?;
        Ok(found)
    }
}

fn number(chars: &mut Vec<char>) -> Option<usize> {
    let mut digits = String::new();
    while let Some(digit) = chars.pop_if(|c| c.is_ascii_digit()) {
        digits.push(digit);
    }
    (!digits.is_empty()).then(|| digits.parse().unwrap_or(usize::MAX))
}

/// Python's `format(value, spec)`.
pub(crate) fn formatted(state: &mut State<'_, '_>, value: &Value, spec: &str) -> Done<String> {
    if value.is_undefined() && !spec.is_empty() {
        return Err(undefined(""));
    }
    if spec.is_empty() {
        return repr::text(value);
    }
    let is_plain = value.as_str().is_none() && Number::of(value).is_none();
    if is_plain {
        // A moment is formatted as its `strftime` does it.
        return match value.call_method(state, "strftime", &[Value::from(spec)]) {
            Ok(text) if text.as_str().is_some() => repr::text(&text),
            _ => Err(fail(format!("{} cannot be formatted with `{spec}`; write `!s` before the colon", shown(value)))),
        };
    }
    let spec = Spec::read(spec)?;
    if let Some(text) = value.as_str() {
        if !matches!(spec.kind, None | Some('s')) || spec.sign.is_some() || spec.align == Some('=') {
            return Err(fail(format!("a text cannot be formatted as a number: {}; write `| int`", shown(value))));
        }
        let cut: String = text.chars().take(spec.precision.unwrap_or(usize::MAX)).collect();
        return Ok(padded(&spec, "", &cut, '<'));
    }
    let number = Number::of(value).unwrap_or(Number::Whole(0));
    if let Number::Decimal(decimal) = &number {
        return decimal_text(&spec, decimal);
    }
    let is_bool = value.kind() == minijinja::value::ValueKind::Bool;
    match spec.kind {
        Some('s') | None if is_bool && spec.kind.is_none() => whole(&spec, &number, 'd'),
        None | Some('d' | 'x' | 'X' | 'o' | 'b' | 'c' | 'n') if !number.is_float() => {
            whole(&spec, &number, spec.kind.unwrap_or('d'))
        }
        None | Some('e' | 'E' | 'f' | 'F' | 'g' | 'G' | '%' | 'n') => real(&spec, number.float()?),
        Some(kind) => Err(fail(format!("a number cannot be formatted with `{kind}`"))),
    }
}

/// Whether a whole number is negative, and its digits.
pub(crate) fn digits(number: &Number, kind: char) -> Done<(bool, String)> {
    let text = match (number, kind) {
        (Number::Whole(whole), 'x') => return Ok((*whole < 0, format!("{:x}", whole.unsigned_abs()))),
        (Number::Whole(whole), 'X') => return Ok((*whole < 0, format!("{:X}", whole.unsigned_abs()))),
        (Number::Whole(whole), 'o') => return Ok((*whole < 0, format!("{:o}", whole.unsigned_abs()))),
        (Number::Whole(whole), 'b') => return Ok((*whole < 0, format!("{:b}", whole.unsigned_abs()))),
        (Number::Big(big), 'x') => big.to_str_radix(16),
        (Number::Big(big), 'X') => big.to_str_radix(16).to_uppercase(),
        (Number::Big(big), 'o') => big.to_str_radix(8),
        (Number::Big(big), 'b') => big.to_str_radix(2),
        _ => number.text()?,
    };
    Ok((text.starts_with('-'), text.trim_start_matches('-').to_owned()))
}

fn whole(spec: &Spec, number: &Number, kind: char) -> Done<String> {
    if kind == 'c' {
        let code = index(&number.clone().value()).and_then(|code| char::from_u32(u32::try_from(code).ok()?));
        let c = code.ok_or_else(|| fail("there is no character with this number"))?;
        return Ok(padded(spec, "", &c.to_string(), '<'));
    }
    if spec.precision.is_some() {
        return Err(fail("a whole number has no digits after the point; write `f` at the end of the pattern"));
    }
    let (is_negative, digits) = digits(number, kind)?;
    let prefix = if spec.alternate {
        match kind {
            'x' => "0x",
            'X' => "0X",
            'o' => "0o",
            'b' => "0b",
            _ => "",
        }
    } else {
        ""
    };
    let sign = format!("{}{prefix}", sign(spec, is_negative));
    let every = if matches!(kind, 'x' | 'X' | 'o' | 'b') { 4 } else { 3 };
    Ok(padded(spec, &sign, &grouped(spec, &digits, every, sign.len()), '>'))
}

fn real(spec: &Spec, value: f64) -> Done<String> {
    if spec.precision.is_some_and(|precision| precision > MOST_DIGITS) {
        return Err(fail(format!("more than {MOST_DIGITS} digits after the point are not written")));
    }
    let precision = spec.precision.unwrap_or(6);
    let mut digits = match spec.kind.map(|kind| kind.to_ascii_lowercase()) {
        Some('%') if value.is_finite() => format!("{:.*}%", precision, (value * 100.0).abs()),
        _ if !value.is_finite() => float::plain(value.abs()),
        Some('f') => format!("{:.*}", precision, value.abs()),
        Some('e') => float::exponential(value, precision),
        Some(_) => float::general(value, precision, spec.alternate),
        None => match spec.precision {
            None => float::repr(value.abs()),
            Some(precision) => with_point(&float::general(value, precision, false)),
        },
    };
    if spec.kind.is_some_and(|kind| kind.is_ascii_uppercase()) {
        digits = digits.to_ascii_uppercase();
    }
    let sign = sign(spec, value.is_sign_negative() && !value.is_nan());
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    let (whole, rest) = digits.split_at(end);
    let whole = grouped(spec, whole, 3, sign.len() + rest.len());
    Ok(padded(spec, sign, &format!("{whole}{rest}"), '>'))
}

/// A decimal is rounded as it is written, not as the float beside it.
fn decimal_text(spec: &Spec, decimal: &Decimal) -> Done<String> {
    let shown = match (spec.kind, spec.precision) {
        (None, None) => decimal.clone(),
        (Some('f' | 'F'), precision) if precision.unwrap_or(6) <= MOST_DIGITS => {
            decimal.rounded(i64::try_from(precision.unwrap_or(6)).unwrap_or(0))
        }
        _ => return real(spec, decimal.float()),
    };
    let written = shown.to_string();
    let (is_negative, digits) = (written.starts_with('-'), written.trim_start_matches('-'));
    let (whole, rest) = digits.split_at(digits.find('.').unwrap_or(digits.len()));
    let sign = sign(spec, is_negative);
    let whole = grouped(spec, whole, 3, sign.len() + rest.len());
    Ok(padded(spec, sign, &format!("{whole}{rest}"), '>'))
}

/// A float without a type keeps a digit after the point.
fn with_point(digits: &str) -> String {
    if digits.contains(['.', 'e']) { digits.to_owned() } else { format!("{digits}.0") }
}

fn sign(spec: &Spec, is_negative: bool) -> &'static str {
    match spec.sign {
        _ if is_negative => "-",
        Some('+') => "+",
        Some(' ') => " ",
        _ => "",
    }
}

/// The digits with their separators, filled up with zeros where the width asks for them.
fn grouped(spec: &Spec, digits: &str, every: usize, beside: usize) -> String {
    let Some(separator) = spec.grouping else { return digits.to_owned() };
    let fills = spec.zero && spec.align.is_none();
    let mut out: Vec<char> = Vec::new();
    let mut left = digits.chars().rev();
    let mut count = 0;
    loop {
        let more = match left.next() {
            Some(digit) => digit,
            None if fills && out.len() + beside < spec.width => '0',
            None => break,
        };
        if count > 0 && count % every == 0 {
            out.push(separator);
        }
        out.push(more);
        count += 1;
    }
    out.into_iter().rev().collect()
}

fn padded(spec: &Spec, sign: &str, text: &str, default: char) -> String {
    let missing = spec.width.saturating_sub(sign.chars().count() + text.chars().count());
    let align = spec.align.unwrap_or(if spec.zero && default == '>' { '=' } else { default });
    let fill = spec.fill.unwrap_or(if spec.zero { '0' } else { ' ' }).to_string();
    let fill = |count: usize| fill.repeat(count);
    match align {
        '<' => format!("{sign}{text}{}", fill(missing)),
        '=' => format!("{sign}{}{text}", fill(missing)),
        '^' => format!("{}{sign}{text}{}", fill(missing / 2), fill(missing - missing / 2)),
        _ => format!("{}{sign}{text}", fill(missing)),
    }
}
