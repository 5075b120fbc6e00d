//! The arguments of a filter, test or method, by place and by name.

use minijinja::Value;
use minijinja::value::{Kwargs, from_args};

use super::number::index;
use super::{Done, fail};
use crate::jinja::values;

/// The arguments of a call; for a filter, without the value that it is applied to.
pub(crate) struct Args<'a> {
    /// What is called, for messages.
    pub name: &'a str,
    pub positional: &'a [Value],
    pub named: Kwargs,
}

impl<'a> Args<'a> {
    pub(crate) fn new(name: &'a str, values: &'a [Value]) -> Done<Self> {
        let (positional, named): (&[Value], Kwargs) = from_args(values)?;
        Ok(Self { name, positional, named })
    }

    /// The argument at this place, or with this name.
    pub(crate) fn value(&self, at: usize, name: &str) -> Option<Value> {
        self.positional.get(at).cloned().or_else(|| self.named.peek::<Value>(name).ok())
    }

    /// As [`value`](Self::value), and it has to be there.
    pub(crate) fn must(&self, at: usize, name: &str) -> Done<Value> {
        self.value(at, name).ok_or_else(|| fail(format!("`{}` needs an argument (`{name}`)", self.name)))
    }

    /// As [`value`](Self::value), without an argument that is `none`.
    pub(crate) fn some(&self, at: usize, name: &str) -> Option<Value> {
        self.value(at, name).filter(|value| !value.is_none())
    }

    /// A whole number.
    pub(crate) fn int(&self, at: usize, name: &str, default: i64) -> Done<i64> {
        match self.value(at, name) {
            None => Ok(default),
            Some(value) => self.whole(&value),
        }
    }

    /// A whole number, or nothing.
    pub(crate) fn some_int(&self, at: usize, name: &str) -> Done<Option<i64>> {
        self.some(at, name).map(|value| self.whole(&value)).transpose()
    }

    fn whole(&self, value: &Value) -> Done<i64> {
        index(value).ok_or_else(|| fail(format!("`{}` needs a whole number here, not {}", self.name, shown(value))))
    }

    /// What Python takes for true.
    pub(crate) fn flag(&self, at: usize, name: &str, default: bool) -> bool {
        self.value(at, name).map_or(default, |value| value.is_true())
    }

    /// A text; other values are not taken for one.
    pub(crate) fn text(&self, at: usize, name: &str) -> Done<String> {
        let value = self.must(at, name)?;
        let text = value.as_str().map(str::to_owned);
        text.ok_or_else(|| fail(format!("`{}` needs a text here, not {}", self.name, shown(&value))))
    }

    /// A text, or nothing.
    pub(crate) fn some_text(&self, at: usize, name: &str) -> Done<Option<String>> {
        self.some(at, name).map(|_| self.text(at, name)).transpose()
    }

    /// Refuses what was given and has no place.
    pub(crate) fn at_most(&self, names: &[&str]) -> Done<()> {
        if self.positional.len() > names.len() {
            let (name, most, count) = (self.name, names.len(), self.positional.len());
            return Err(fail(format!("`{name}` takes at most {most} arguments, {count} were given")));
        }
        match self.named.args().find(|name| !names.contains(name)) {
            None => Ok(()),
            Some(unknown) => Err(fail(format!("`{}` has no argument `{unknown}`", self.name))),
        }
    }
}

/// A value in a message.
pub(crate) fn shown(value: &Value) -> String {
    if value.is_undefined() {
        return "something that is not defined".to_owned();
    }
    let text = values::repr(value);
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("`{}…`", &text[..end]),
        None => format!("`{text}`"),
    }
}
