//! What Python does with values, as far as templates can see it: operators, methods, text, filters and tests.
//!
//! minijinja has its own ideas of all these. The rewriter therefore turns every operator into a filter of ours, and the
//! environment takes every filter, test and method from here. Behaviour: Python 3.11 and Jinja2 3.1.

pub(super) mod arguments;
pub(super) mod bound;
pub(super) mod compare;
pub(super) mod containers;
pub(super) mod cycle;
pub(super) mod decimal;
pub(super) mod dict_methods;
pub(super) mod filters;
pub(super) mod float;
pub(super) mod format_spec;
pub(super) mod itertools;
pub(super) mod json;
pub(super) mod lazy;
pub(super) mod list_methods;
pub(super) mod nesting;
pub(super) mod number;
pub(super) mod number_filters;
pub(super) mod operators;
pub(super) mod percent;
pub(super) mod pretty;
pub(super) mod regex;
pub(super) mod regex_match;
pub(super) mod repr;
pub(super) mod sequence_filters;
pub(super) mod set_methods;
pub(super) mod slice;
pub(super) mod sort_filters;
pub(super) mod tests;
pub(super) mod text_filters;
pub(super) mod text_methods;
pub(super) mod web_filters;

use minijinja::{Error, ErrorKind};

/// The result of an operation on values.
pub(super) type Done<T> = Result<T, Error>;

/// An error in words: what is wrong, and after `; ` how to go on.
pub(super) fn fail(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidOperation, message.into())
}

/// The error of Python's that names what is undefined.
pub(super) fn undefined(what: &str) -> Error {
    Error::new(ErrorKind::UndefinedError, what.to_owned())
}
