//! The arguments of a call of one of dbt's functions, by place or by name.

use minijinja::value::{Kwargs, from_args};
use minijinja::{Error, ErrorKind, State, Value};

use super::values;

/// The arguments without `__at`, and `__at`.
pub(super) struct Arguments<'a> {
    pub positional: &'a [Value],
    pub named: Kwargs,
    /// Byte offset of the call in the file, when it stands in the template itself and not in a macro.
    pub at: Option<usize>,
}

impl<'a> Arguments<'a> {
    pub(super) fn new(state: &State<'_, '_>, args: &'a [Value]) -> Result<Self, Error> {
        let (positional, named): (&[Value], Kwargs) = from_args(args)?;
        let at: Option<usize> = named.get("__at")?;
        let at = at.filter(|_| !state.name().starts_with("macro."));
        Ok(Self { positional, named, at })
    }

    /// The text of the argument at a place, unless it is `none`.
    pub(super) fn text(&self, index: usize) -> Option<String> {
        self.positional.get(index).filter(|value| !value.is_undefined() && !value.is_none()).map(values::text)
    }

    /// A named argument, or the one at a place; `none` is a value.
    pub(super) fn value(&self, index: usize, name: &str) -> Result<Option<Value>, Error> {
        let named: Option<Value> = self.named.get(name)?;
        Ok(named.or_else(|| self.positional.get(index).cloned()).filter(|value| !value.is_undefined()))
    }

    /// A named argument, or the one at a place, unless it is `none`.
    pub(super) fn given(&self, index: usize, name: &str) -> Result<Option<Value>, Error> {
        Ok(self.value(index, name)?.filter(|value| !value.is_none()))
    }

    /// The text of a named argument, or of the one at a place; empty when there is none.
    pub(super) fn named_text(&self, index: usize, name: &str) -> Result<String, Error> {
        Ok(self.given(index, name)?.as_ref().map(values::text).unwrap_or_default())
    }

    /// Refuses what was given and has no place among these.
    pub(super) fn only(&self, names: &[&str]) -> Result<(), Error> {
        let wrong = |message: String| Error::new(ErrorKind::TooManyArguments, message);
        if self.positional.len() > names.len() {
            let (most, count) = (names.len(), self.positional.len());
            return Err(wrong(format!("at most {most} arguments have a place here, and {count} were given")));
        }
        match self.named.args().find(|name| *name != "__at" && !names.contains(name)) {
            None => Ok(()),
            Some(unknown) => {
                Err(wrong(format!("there is no argument `{unknown}` here; there are {}", names.join(", "))))
            }
        }
    }
}
