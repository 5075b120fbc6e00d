//! minijinja set up to behave as Jinja2 does under dbt: filters, tests, Python's methods and text, and the budgets.

use std::cell::Cell;

use md5::{Digest, Md5};
use minijinja::value::{Rest, ValueKind, ValueOrKwargs, from_args};
use minijinja::{Environment, Error, ErrorKind, Output, State, UndefinedBehavior, Value};

use super::budget;
use super::macros;
use super::python::cycle::{Cycler, Joiner};
use super::python::lazy::{self, Range};
use super::python::number::Number;
use super::python::repr::{self, is_namespace};
use super::python::{dict_methods, fail, filters, tests, text_methods};
use super::values::{self, List};

/// Instructions that one template may take, macros included: an endless loop stops after about half a second.
const FUEL: u64 = 20_000_000;

/// How deep macros may call one another: each takes a few levels, so that about 110 fit, as in dbt.
const RECURSION: usize = 680;

/// A function of all its arguments.
type Function = fn(&[Value]) -> Result<Value, Error>;

/// The functions that Jinja2 has.
const FUNCTIONS: &[(&str, Function)] = &[
    ("range", Range::function),
    ("dict", dict_methods::function),
    ("namespace", namespace),
    ("cycler", Cycler::function),
    ("joiner", Joiner::function),
];

/// An environment with everything but the macros.
pub(super) fn environment(undefined: UndefinedBehavior) -> Environment<'static> {
    let mut env = Environment::new();
    env.set_undefined_behavior(undefined);
    env.set_fuel(Some(FUEL));
    env.set_recursion_limit(RECURSION);
    env.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
    env.set_formatter(print);
    env.set_unknown_method_callback(unknown_method);
    filters::install(&mut env);
    tests::install(&mut env);
    env.add_filter("__strict", strict);
    env.add_filter("__each", each);
    env.add_filter("__held", held);
    env.add_filter("__spent", |value: Value| budget::charge(256 + value.as_str().map_or(0, str::len)).map(|()| value));
    env.add_function("__block", block);
    for (name, function) in FUNCTIONS {
        env.add_function(*name, move |args: Rest<ValueOrKwargs>| function(&args.into_values()));
    }
    // It is a constant, and reads.
    let _ = env.add_template(macros::BOOT_NAME, macros::BOOT);
    // minijinja keeps functions among its globals; `debug` would print the whole scope.
    env.remove_global("debug");
    env
}

/// What a macro takes an attribute of has to be defined, while the template itself is forgiven when it is read.
fn strict(value: Value) -> Result<Value, Error> {
    match value.is_undefined() {
        true => Err(Error::from(ErrorKind::UndefinedError)),
        false => Ok(value),
    }
}

/// What a loop goes over; `size` is how much text stands in the loop, in bytes.
fn each(value: Value, size: usize) -> Result<Value, Error> {
    if value.is_undefined() {
        return Ok(value);
    }
    let is_iterator = value.downcast_object_ref::<lazy::Iterator>().is_some();
    let iterable = if is_iterator { List::value(lazy::items(&value)?) } else { value };
    let length = match iterable.as_str() {
        Some(text) => text.chars().count(),
        None if iterable.is_none() => 0,
        None => iterable.len().unwrap_or(0),
    };
    if iterable.is_none() || (iterable.as_str().is_none() && iterable.try_iter().is_err()) {
        let shown = super::python::arguments::shown(&iterable);
        return Err(fail(format!("`for` needs a list, and {shown} is none")));
    }
    budget::charge(length.saturating_mul(size + budget::ITEM))?;
    Ok(iterable)
}

/// Namespaces may be nested this deep.
const DEEPEST_NAMESPACE: usize = 50;

/// A value that a namespace is to hold: namespaces in namespaces must not use up the stack.
fn held(value: Value) -> Result<Value, Error> {
    fn depth(value: &Value, at: usize) -> usize {
        if at > DEEPEST_NAMESPACE || !is_namespace(value) {
            return at;
        }
        let inner = value.try_iter().into_iter().flatten().filter_map(|key| value.get_item(&key).ok());
        inner.map(|value| depth(&value, at + 1)).max().unwrap_or(at)
    }
    match depth(&value, 0) > DEEPEST_NAMESPACE {
        true => Err(fail(format!("namespaces may be nested at most {DEEPEST_NAMESPACE} deep"))),
        false => Ok(value),
    }
}

/// `namespace(a=1)`
fn namespace(args: &[Value]) -> Result<Value, Error> {
    let entries = dict_methods::function(args)?;
    for key in entries.try_iter()? {
        held(entries.get_item(&key)?)?;
    }
    let (entries,): (ValueOrKwargs,) = from_args(std::slice::from_ref(&entries))?;
    minijinja::functions::namespace(Some(entries))
}

/// What a call block calls: `{% call f(x) %}` is `{% call __block('f', f, x) %}`. Only text can be printed in its place.
fn block(state: &mut State<'_, '_>, args: Rest<ValueOrKwargs>) -> Result<Value, Error> {
    let args = args.into_values();
    let [name, called, args @ ..] = args.as_slice() else { return Ok(Value::UNDEFINED) };
    if called.is_undefined() {
        return match name.as_str().filter(|name| !name.is_empty() && !state.name().starts_with("macro.")) {
            Some(name) => Err(Error::new(ErrorKind::UnknownFunction, format!("{name} is unknown"))),
            None => Err(Error::new(ErrorKind::InvalidOperation, "value of type undefined is not callable")),
        };
    }
    let value = called.call(state, args)?;
    if value.is_undefined() {
        return Ok(Value::from(""));
    }
    // A macro may go on to `return` something else: then what it printed is never put together.
    if value.as_str().is_none() && !state.name().starts_with("macro.") {
        let shown = super::python::arguments::shown(&value);
        return Err(fail(format!("a call block prints what the macro gives, which has to be text and not {shown}")));
    }
    Ok(value)
}

/// The value of a text that is a literal of Python's: what `as_bool`, `as_number` and `as_native` make of it.
fn literal(value: &Value) -> Option<Value> {
    let source = format!("{{{{ x({}) }}}}", value.as_str()?.trim());
    let parts = super::lexer::lex(&source).ok()?;
    let [super::lexer::Part::Print(tag)] = parts.as_slice() else { return None };
    let (_, arguments, rest) = super::statics::call(&source, &tag.tokens)?;
    match arguments.positional.as_slice() {
        [value] if rest.is_empty() => Some(values::from_json(value)),
        _ => None,
    }
}

/// Prints a value as Python would.
fn print(out: &mut Output<'_>, _: &mut State<'_, '_>, value: &Value) -> Result<(), Error> {
    match value.as_str() {
        Some(text) => {
            budget::text(text.len())?;
            out.write_str(text).map_err(Error::from)
        }
        None => out.write_str(&repr::text(value)?).map_err(Error::from),
    }
}

/// Python's methods on plain values; while the project is read, a method of an unknown name is unknown too.
fn unknown_method(state: &mut State<'_, '_>, value: &Value, method: &str, args: &[Value]) -> Result<Value, Error> {
    let forgives = forgives(state);
    if let Some(text) = value.as_str() {
        return match text_methods::call(state, text, method, args) {
            Err(error) if error.kind() == ErrorKind::UnknownMethod && forgives => Ok(Value::UNDEFINED),
            result => result,
        };
    }
    if value.is_undefined() && forgives {
        return Ok(Value::UNDEFINED);
    }
    if value.is_undefined() {
        return Err(Error::from(ErrorKind::UndefinedError));
    }
    if let Some(found) = Number::of(value).and_then(|number| number_methods(&number, method)) {
        return Ok(found);
    }
    if value.kind() == ValueKind::Map && dict_methods::READING.contains(&method) {
        return dict_methods::read(state, value, method, args);
    }
    // An attribute that can be called: a macro or a function that an object holds.
    match value.get_attr(method) {
        Ok(found) if !found.is_undefined() => found.call(state, args),
        _ if forgives => Ok(Value::UNDEFINED),
        _ => Err(Error::from(ErrorKind::UnknownMethod)),
    }
}

/// Whether what is not defined is passed over: in a template, not in a macro, while the project is read.
pub(super) fn forgives(state: &State<'_, '_>) -> bool {
    state.undefined_behavior() == UndefinedBehavior::Chainable && !state.name().starts_with("macro.")
}

fn number_methods(number: &Number, method: &str) -> Option<Value> {
    match (method, number) {
        ("is_integer", Number::Float(float)) => Some(Value::from(float.fract() == 0.0)),
        ("conjugate", number) => Some(number.clone().value()),
        ("bit_length", Number::Whole(whole)) => Some(Value::from(128 - whole.unsigned_abs().leading_zeros())),
        _ => None,
    }
}

thread_local! {
    /// Whether text of a YAML file is rendered, where `as_bool` and the like mean something.
    static NATIVE: Cell<bool> = const { Cell::new(false) };
}

/// Renders text of a YAML file: `as_bool`, `as_number` and `as_native` make values of texts.
pub(super) fn natively<T>(render: impl FnOnce() -> T) -> T {
    let before = NATIVE.replace(true);
    let result = render();
    NATIVE.set(before);
    result
}

/// What `as_bool`, `as_number` and `as_native` make of a value: in SQL nothing else.
pub(super) fn as_native(value: &Value) -> Value {
    let made = if NATIVE.get() { literal(value) } else { None };
    made.unwrap_or_else(|| value.clone())
}

/// The MD5 of a text in hexadecimal, as dbt names things by it.
pub fn md5(text: &str) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |half: u8| char::from(DIGITS[usize::from(half)]);
    Md5::digest(text.as_bytes()).iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}
