//! Values as text: Python's `str` and `repr`.

use minijinja::Value;
use minijinja::value::ValueKind;

use super::containers::{Dict, List, Part, Set, Tuple, View};
use super::decimal::Decimal;
use super::lazy::{Iterator, Range};
use super::number::Number;
use super::{Done, fail};
use crate::jinja::budget;
use crate::jinja::relation::Relation;

/// Values that are nested deeper are not written out.
const DEEPEST: usize = 200;

/// As Python's `str` writes it; what is undefined is nothing.
pub(crate) fn text(value: &Value) -> Done<String> {
    match value.as_str() {
        Some(text) => {
            budget::text(text.len())?;
            Ok(text.to_owned())
        }
        None if value.is_undefined() => Ok(String::new()),
        None if crate::jinja::moment::repr(value).is_some() || value.downcast_object_ref::<Relation>().is_some() => {
            Ok(value.to_string())
        }
        None => match Number::of(value) {
            Some(Number::Decimal(decimal)) => Ok(decimal.to_string()),
            _ => repr(value),
        },
    }
}

/// As Python's `repr` writes it.
///
/// # Errors
/// The text becomes too long, or the value is nested too deeply.
pub(crate) fn repr(value: &Value) -> Done<String> {
    let mut writer = Writer { out: String::new(), open: Vec::new(), charged: 0 };
    writer.value(value)?;
    budget::text(writer.out.len() - writer.charged)?;
    Ok(writer.out)
}

struct Writer {
    out: String,
    /// The containers that are being written.
    open: Vec<usize>,
    charged: usize,
}

impl Writer {
    fn value(&mut self, value: &Value) -> Done<()> {
        if self.out.len() > self.charged + 65536 {
            budget::text(self.out.len())?;
            self.charged = self.out.len();
        }
        match value.kind() {
            ValueKind::None => self.out.push_str("None"),
            ValueKind::Undefined => self.out.push_str("Undefined"),
            ValueKind::Bool => self.out.push_str(if value.is_true() { "True" } else { "False" }),
            ValueKind::String => quoted(&mut self.out, value.as_str().unwrap_or_default()),
            ValueKind::Number => {
                self.out.push_str(&Number::of(value).map_or_else(|| Ok(String::new()), |number| number.text())?)
            }
            _ => match Number::of(value) {
                Some(Number::Decimal(decimal)) => self.out.push_str(&format!("Decimal('{decimal}')")),
                Some(number) => self.out.push_str(&number.text()?),
                None => self.object(value)?,
            },
        }
        Ok(())
    }

    fn object(&mut self, value: &Value) -> Done<()> {
        if value.downcast_object_ref::<Range>().is_some() {
            self.out.push_str(&value.to_string());
            return Ok(());
        }
        if let Some(iterator) = value.downcast_object_ref::<Iterator>() {
            self.out.push_str(&format!("<{} object>", iterator.name));
            return Ok(());
        }
        if let Some(written) = crate::jinja::moment::repr(value) {
            self.out.push_str(&written);
            return Ok(());
        }
        if let Some(relation) = value.downcast_object_ref::<Relation>() {
            self.out.push_str(&format!("<AthenaRelation {relation}>"));
            return Ok(());
        }
        let shape = shape(value);
        let Some((opening, closing)) = shape else {
            self.out.push_str(&value.to_string());
            return Ok(());
        };
        let place = identity(value);
        if place.is_some_and(|place| self.open.contains(&place)) {
            self.out.push_str(if value.kind() == ValueKind::Map { "{...}" } else { "[...]" });
            return Ok(());
        }
        if self.open.len() >= DEEPEST {
            return Err(fail(format!("a value that is nested more than {DEEPEST} deep cannot be written out")));
        }
        budget::charge(256)?;
        self.open.push(place.unwrap_or(0));
        self.out.push_str(opening);
        if value.kind() == ValueKind::Map {
            self.entries(value)?;
        } else {
            let count = self.items(value)?;
            if opening == "(" && count == 1 {
                self.out.push(',');
            }
        }
        self.out.push_str(closing);
        self.open.pop();
        Ok(())
    }

    fn items(&mut self, value: &Value) -> Done<usize> {
        let mut count = 0;
        for item in value.try_iter()? {
            if count > 0 {
                self.out.push_str(", ");
            }
            self.value(&item)?;
            count += 1;
        }
        Ok(count)
    }

    fn entries(&mut self, value: &Value) -> Done<()> {
        for (at, key) in value.try_iter()?.enumerate() {
            if at > 0 {
                self.out.push_str(", ");
            }
            self.value(&key)?;
            self.out.push_str(": ");
            self.value(&value.get_item(&key).unwrap_or_default())?;
        }
        Ok(())
    }
}

/// What stands around the items.
fn shape(value: &Value) -> Option<(&'static str, &'static str)> {
    if value.downcast_object_ref::<Tuple>().is_some() || value.is_tuple() {
        return Some(("(", ")"));
    }
    if let Some(view) = value.downcast_object_ref::<View>() {
        return Some(match view.part {
            Part::Keys => ("dict_keys([", "])"),
            Part::Values => ("dict_values([", "])"),
            Part::Items => ("dict_items([", "])"),
        });
    }
    if let Some(set) = value.downcast_object_ref::<Set>() {
        return Some(if set.len() == 0 { ("set(", ")") } else { ("{", "}") });
    }
    match value.kind() {
        ValueKind::Seq | ValueKind::Iterable => Some(("[", "]")),
        ValueKind::Map if is_namespace(value) => Some(("<Namespace {", "}>")),
        ValueKind::Map => Some(("{", "}")),
        _ => None,
    }
}

/// Whether it is what `namespace()` makes.
pub(crate) fn is_namespace(value: &Value) -> bool {
    value.as_object().is_some_and(|object| {
        object.type_name().ends_with("::Namespace") && object.type_name().starts_with("minijinja")
    })
}

/// Which container it is; nothing for what cannot hold itself.
pub(crate) fn identity(value: &Value) -> Option<usize> {
    if let Some(list) = value.downcast_object_ref::<List>() {
        return Some(std::ptr::from_ref(list).addr());
    }
    if let Some(tuple) = value.downcast_object_ref::<Tuple>() {
        return Some(std::ptr::from_ref(tuple).addr());
    }
    if let Some(set) = value.downcast_object_ref::<Set>() {
        return Some(std::ptr::from_ref(set).addr());
    }
    value.downcast_object_ref::<Dict>().map(|dict| std::ptr::from_ref(dict).addr())
}

/// The name of a value's type in Python.
pub(crate) fn type_name(value: &Value) -> &'static str {
    match value.kind() {
        ValueKind::Undefined => "Undefined",
        ValueKind::None => "NoneType",
        ValueKind::Bool => "bool",
        ValueKind::Number if value.is_integer() => "int",
        ValueKind::Number => "float",
        ValueKind::String => "str",
        _ if value.downcast_object_ref::<Decimal>().is_some() => "Decimal",
        _ if Number::of(value).is_some() => "int",
        _ if value.downcast_object_ref::<Tuple>().is_some() || value.is_tuple() => "tuple",
        _ if value.downcast_object_ref::<Set>().is_some() => "set",
        _ if value.downcast_object_ref::<Range>().is_some() => "range",
        _ if value.downcast_object_ref::<View>().is_some() => "dict_view",
        ValueKind::Seq | ValueKind::Iterable => "list",
        ValueKind::Map => "dict",
        _ => match value.downcast_object_ref::<Iterator>() {
            Some(iterator) => iterator.name,
            None => value.as_object().map_or("object", |object| object.type_name()),
        },
    }
}

/// A text with quotes and escapes.
pub(crate) fn quoted(out: &mut String, text: &str) {
    use std::fmt::Write as _;
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    out.push(quote);
    // Nearly all texts have nothing to escape.
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~') && !matches!(byte, b'\\' | b'\'')) {
        out.push_str(text);
        out.push(quote);
        return;
    }
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c == quote => out.extend(['\\', c]),
            c if is_printable(c) => out.push(c),
            c => {
                let code = u32::from(c);
                // Writing to a text cannot fail.
                let _ = match code {
                    0..=0xff => write!(out, "\\x{code:02x}"),
                    0x100..=0xffff => write!(out, "\\u{code:04x}"),
                    _ => write!(out, "\\U{code:08x}"),
                };
            }
        }
    }
    out.push(quote);
}

/// Whether Python's `repr` shows a character as it is.
pub(crate) fn is_printable(c: char) -> bool {
    let is_space = c.is_whitespace() && c != ' ';
    let is_format = matches!(u32::from(c),
        0xad | 0x600..=0x605 | 0x61c | 0x6dd | 0x70f | 0x180e | 0x200b..=0x200f | 0x202a..=0x202e | 0x2060..=0x206f
        | 0xe000..=0xf8ff | 0xfeff | 0xfff0..=0xfffb | 0xfffe..=0xffff | 0xe0000..=0x0010_ffff);
    !c.is_control() && !is_space && !is_format
}
