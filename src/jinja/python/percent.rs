//! `'%s' % x`: printf as Python has it.

use std::iter::Peekable;
use std::str::Chars;

use minijinja::Value;

use super::containers::{Dict, Tuple};
use super::number::{Number, index};
use super::{Done, fail, float, repr};
use crate::jinja::budget;

/// More digits than this are not written after a point.
const MOST_DIGITS: usize = 5000;

/// One `%…` of a pattern.
#[derive(Default)]
struct Directive {
    flags: String,
    width: usize,
    precision: Option<usize>,
}

impl Directive {
    fn has(&self, flag: char) -> bool {
        self.flags.contains(flag)
    }
}

/// The values that are left to be written.
struct Values<'v> {
    all: &'v Value,
    tuple: Option<Vec<Value>>,
    used: usize,
}

impl Values<'_> {
    fn next(&mut self) -> Done<Value> {
        let found = match &self.tuple {
            Some(items) => items.get(self.used).cloned(),
            None => (self.used == 0).then(|| self.all.clone()),
        };
        self.used += 1;
        found.ok_or_else(|| fail("there are more `%` in this text than values after it; write `%%` for a percent sign"))
    }
}

/// `pattern % values`
pub(crate) fn format(pattern: &str, values: &Value) -> Done<String> {
    let tuple = values.downcast_object_ref::<Tuple>().map(|tuple| tuple.items.clone());
    let mut left = Values { all: values, tuple, used: 0 };
    let mut out = String::new();
    let mut chars = pattern.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '%' {
            out.push(c);
            continue;
        }
        directive(&mut chars, &mut left, &mut out)?;
        if out.len() > budget::LONGEST_TEXT {
            break;
        }
    }
    budget::text(out.len())?;
    let is_mapping =
        values.downcast_object_ref::<Dict>().is_some() || values.kind() == minijinja::value::ValueKind::Map;
    let given = left.tuple.as_ref().map_or(1, Vec::len);
    let may_be_left = left.tuple.is_none() && (is_mapping || matches!(repr::type_name(values), "list"));
    if left.used < given && !may_be_left {
        return Err(fail("there are more values after this text than `%s` in it"));
    }
    Ok(out)
}

fn directive(chars: &mut Peekable<Chars<'_>>, values: &mut Values<'_>, out: &mut String) -> Done<()> {
    let incomplete = || fail("the text ends in the middle of a `%`; write `%%` for a percent sign");
    let mut named = None;
    if chars.next_if_eq(&'(').is_some() {
        let mut key = String::new();
        let mut depth = 1;
        loop {
            let c = chars.next().ok_or_else(incomplete)?;
            depth += i32::from(c == '(') - i32::from(c == ')');
            if depth == 0 {
                break;
            }
            key.push(c);
        }
        named = Some(key);
    }
    let mut directive = Directive::default();
    while let Some(flag) = chars.next_if(|c| "#0- +".contains(*c)) {
        directive.flags.push(flag);
    }
    if let Some(width) = size(chars, values)? {
        if width < 0 {
            directive.flags.push('-');
        }
        directive.width = usize::try_from(width.unsigned_abs()).unwrap_or(usize::MAX);
    }
    if chars.next_if_eq(&'.').is_some() {
        directive.precision = Some(usize::try_from(size(chars, values)?.unwrap_or(0).max(0)).unwrap_or(usize::MAX));
    }
    while chars.next_if(|c| "hlL".contains(*c)).is_some() {}
    let kind = chars.next().ok_or_else(incomplete)?;
    if kind == '%' {
        out.push('%');
        return Ok(());
    }
    let value = match named {
        Some(key) => {
            values.used = values.used.max(1);
            let is_map = values.all.kind() == minijinja::value::ValueKind::Map;
            let found = is_map.then(|| values.all.get_item(&Value::from(key.as_str())).ok()).flatten();
            found
                .filter(|found| !found.is_undefined())
                .ok_or_else(|| fail(format!("there is no value for `%({key})`")))?
        }
        None => values.next()?,
    };
    budget::text(out.len().saturating_add(directive.width))?;
    out.push_str(&written(&directive, kind, &value)?);
    Ok(())
}

/// A width or precision: digits, or `*` for the next value.
fn size(chars: &mut Peekable<Chars<'_>>, values: &mut Values<'_>) -> Done<Option<i64>> {
    if chars.next_if_eq(&'*').is_some() {
        let value = values.next()?;
        return index(&value).map(Some).ok_or_else(|| fail("`*` in a pattern needs a whole number"));
    }
    let mut digits = String::new();
    while let Some(digit) = chars.next_if(char::is_ascii_digit) {
        digits.push(digit);
    }
    Ok((!digits.is_empty()).then(|| digits.parse().unwrap_or(i64::MAX)))
}

fn written(directive: &Directive, kind: char, value: &Value) -> Done<String> {
    let text = |text: String| {
        let cut: String = text.chars().take(directive.precision.unwrap_or(usize::MAX)).collect();
        pad(directive, "", &cut, false)
    };
    match kind {
        's' => Ok(text(repr::text(value)?)),
        'r' => Ok(text(repr::repr(value)?)),
        'a' => Ok(text(super::json::ascii(&repr::repr(value)?))),
        'c' => match index(value).and_then(|code| char::from_u32(u32::try_from(code).ok()?)) {
            Some(c) => Ok(text(c.to_string())),
            None => match value.as_str().filter(|text| text.chars().count() == 1) {
                Some(one) => Ok(text(one.to_owned())),
                None => Err(fail("`%c` needs one character, or its number")),
            },
        },
        'd' | 'i' | 'u' => whole(directive, kind, value),
        'x' | 'X' | 'o' => whole(directive, kind, value),
        'e' | 'E' | 'f' | 'F' | 'g' | 'G' => {
            let number = Number::of(value).ok_or_else(|| not_a_number(kind, value))?;
            real(directive, kind, number.float()?)
        }
        _ => Err(fail(format!("`%{kind}` means nothing in a text; write `%%` for a percent sign"))),
    }
}

fn not_a_number(kind: char, value: &Value) -> minijinja::Error {
    fail(format!("`%{kind}` needs a number, not {}; write `%s`, or `| int`", super::arguments::shown(value)))
}

fn whole(directive: &Directive, kind: char, value: &Value) -> Done<String> {
    let number = Number::of(value).filter(|number| !number.is_float() || "diu".contains(kind));
    let number = number.and_then(|number| number.truncated()).ok_or_else(|| not_a_number(kind, value))?;
    let (sign, digits) = super::format_spec::digits(&number, kind)?;
    let prefix = if directive.has('#') {
        match kind {
            'x' => "0x",
            'X' => "0X",
            'o' => "0o",
            _ => "",
        }
    } else {
        ""
    };
    let least = directive.precision.unwrap_or(0);
    budget::text(least)?;
    let digits = format!("{}{digits}", "0".repeat(least.saturating_sub(digits.len())));
    Ok(pad(directive, &format!("{}{prefix}", sign_of(directive, sign)), &digits, true))
}

fn real(directive: &Directive, kind: char, value: f64) -> Done<String> {
    let precision = directive.precision.unwrap_or(6);
    if precision > MOST_DIGITS {
        return Err(fail(format!("more than {MOST_DIGITS} digits after the point are not written")));
    }
    let mut digits = match kind.to_ascii_lowercase() {
        _ if !value.is_finite() => float::plain(value.abs()),
        'f' => format!("{:.*}", precision, value.abs()),
        'e' => float::exponential(value, precision),
        _ => float::general(value, precision, directive.has('#')),
    };
    if kind.is_ascii_uppercase() {
        digits = digits.to_ascii_uppercase();
    }
    let sign = sign_of(directive, value.is_sign_negative() && !value.is_nan());
    Ok(pad(directive, sign, &digits, value.is_finite()))
}

fn sign_of(directive: &Directive, is_negative: bool) -> &'static str {
    match () {
        () if is_negative => "-",
        () if directive.has('+') => "+",
        () if directive.has(' ') => " ",
        () => "",
    }
}

fn pad(directive: &Directive, sign: &str, text: &str, is_number: bool) -> String {
    let missing = directive.width.saturating_sub(text.chars().count() + sign.len());
    if directive.has('-') {
        format!("{sign}{text}{}", " ".repeat(missing))
    } else if directive.has('0') && is_number {
        format!("{sign}{}{text}", "0".repeat(missing))
    } else {
        format!("{}{sign}{text}", " ".repeat(missing))
    }
}
