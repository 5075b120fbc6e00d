//! minijinja set up to behave as Jinja2 does under dbt: filters, tests, Python's methods and text, and the budgets.

use std::fmt::Write as _;

use md5::{Digest, Md5};
use minijinja::formatting::{FormatStyle, format};
use minijinja::value::ValueKind;
use minijinja::{Environment, Error, ErrorKind, Output, State, UndefinedBehavior, Value};

use super::modules;
use super::relation::Relation;
use super::values::{self, List};

/// Instructions that one template may take, macros included: an endless loop stops after about half a second.
const FUEL: u64 = 20_000_000;

/// How deep macros may call one another (each takes a few levels).
const RECURSION: usize = 400;

/// A text longer than this is refused.
const LONGEST_TEXT: usize = 32 * 1024 * 1024;

/// An environment with everything but the macros.
pub(super) fn environment(undefined: UndefinedBehavior) -> Environment<'static> {
    let mut env = Environment::new();
    env.set_undefined_behavior(undefined);
    env.set_fuel(Some(FUEL));
    env.set_recursion_limit(RECURSION);
    env.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
    env.set_formatter(print);
    env.set_unknown_method_callback(unknown_method);
    env.add_function("__l", |value: Value| -> Result<Value, Error> { Ok(List::value(value.try_iter()?)) });
    env.add_function("__d", dict);
    env.add_function("__m", settled);
    env.add_function("__mod", modulo);
    env.add_function("__add", |left: Value, right: Value| modules::sum(&left, &right, 1));
    env.add_function("__sub", |left: Value, right: Value| modules::sum(&left, &right, -1));
    env.add_filter("list", |value: Value| -> Result<Value, Error> { Ok(List::value(value.try_iter()?)) });
    for name in ["length", "count"] {
        env.add_filter(name, |value: Value| match value.is_undefined() {
            true => Ok(0),
            false => minijinja::filters::length(&value),
        });
    }
    env.add_filter("string", |value: Value| values::text(&value));
    env.add_filter("int", |value: Value, default: Option<i64>| to_int(&value).unwrap_or(default.unwrap_or(0)));
    env.add_filter("float", |value: Value, default: Option<f64>| {
        values::text(&value).trim().parse::<f64>().unwrap_or(default.unwrap_or(0.0))
    });
    env.add_filter("tojson", |value: Value| python_json(&values::to_json(&value)));
    env.add_filter("as_text", |value: Value| value);
    for name in ["as_bool", "as_number", "as_native"] {
        env.add_filter(name, |value: Value| literal(&value).unwrap_or(value));
    }
    env.add_test("sequence", |value: Value| {
        matches!(value.kind(), ValueKind::Seq | ValueKind::Iterable | ValueKind::String | ValueKind::Map)
    });
    // A relation is a mapping to dbt, but it prints as a name.
    env.add_test("mapping", |value: Value| {
        value.kind() == ValueKind::Map || value.downcast_object_ref::<Relation>().is_some()
    });
    // minijinja keeps functions among its globals; `debug` would print the whole scope.
    env.remove_global("debug");
    env
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

fn dict(value: Value) -> Result<Value, Error> {
    let entries: Vec<(Value, Value)> =
        value.try_iter()?.map(|key| Ok((key.clone(), value.get_item(&key)?))).collect::<Result<_, Error>>()?;
    Ok(values::Dict::value(entries))
}

fn settled(value: Value) -> Result<Value, Error> {
    if value.as_str().is_some_and(|text| text.len() > LONGEST_TEXT) {
        return Err(Error::new(
            ErrorKind::InvalidOperation,
            format!("a text may hold at most {} MiB", LONGEST_TEXT >> 20),
        ));
    }
    Ok(values::settled(&value))
}

/// Python's `%`: formatting for text, and a remainder with the sign of the divisor for numbers.
fn modulo(left: Value, right: Value) -> Result<Value, Error> {
    if let Some(pattern) = left.as_str() {
        let args: Vec<Value> = if right.is_tuple() || right.kind() == ValueKind::Seq {
            right.try_iter()?.map(|item| Value::from(values::text(&item))).collect()
        } else {
            vec![right]
        };
        return format(FormatStyle::Printf, pattern, &args).map(Value::from);
    }
    match (left.as_i64(), right.as_i64()) {
        (Some(_), Some(0)) => Err(Error::new(ErrorKind::InvalidOperation, "a number cannot be divided by zero")),
        (Some(a), Some(b)) => Ok(Value::from(((a % b) + b) % b)),
        _ => {
            let (a, b) = (f64::try_from(left)?, f64::try_from(right)?);
            Ok(Value::from(a - b * (a / b).floor()))
        }
    }
}

fn to_int(value: &Value) -> Option<i64> {
    match value.kind() {
        ValueKind::Bool => Some(i64::from(value.is_true())),
        ValueKind::Number => value.as_i64().or_else(|| {
            let number = f64::try_from(value.clone()).ok()?;
            format!("{number:.0}")
                .parse()
                .ok()
                .filter(|_| number.fract() == 0.0)
                .or_else(|| format!("{:.0}", number.trunc()).parse().ok())
        }),
        ValueKind::String => {
            let text = value.as_str()?.trim();
            text.parse().ok().or_else(|| format!("{:.0}", text.parse::<f64>().ok()?.trunc()).parse().ok())
        }
        _ => None,
    }
}

/// Prints a value as Python would, and counts what was printed.
fn print(out: &mut Output<'_>, state: &mut State<'_, '_>, value: &Value) -> Result<(), Error> {
    #[derive(Default)]
    struct Printed(usize);
    let text = values::text(value);
    let printed = state.get_or_insert_extension_with(Printed::default);
    printed.0 += text.len();
    if printed.0 > LONGEST_TEXT {
        return Err(Error::new(
            ErrorKind::InvalidOperation,
            format!("a template may print at most {} MiB", LONGEST_TEXT >> 20),
        ));
    }
    out.write_str(&text).map_err(Error::from)
}

/// Python's methods on plain values; while the project is read, a method of an unknown name is unknown too.
fn unknown_method(state: &mut State<'_, '_>, value: &Value, method: &str, args: &[Value]) -> Result<Value, Error> {
    let forgives = state.undefined_behavior() == UndefinedBehavior::Chainable;
    if value.is_undefined() && forgives {
        return Ok(Value::UNDEFINED);
    }
    minijinja_contrib::pycompat::unknown_method_callback(state, value, method, args)
        .map(|value| values::settled(&value))
}

/// JSON as Python's `json.dumps` writes it: a blank after each comma and colon.
pub(super) fn python_json(json: &serde_json::Value) -> String {
    match json {
        serde_json::Value::Array(items) => {
            let items: Vec<_> = items.iter().map(python_json).collect();
            format!("[{}]", items.join(", "))
        }
        serde_json::Value::Object(entries) => {
            let entries: Vec<_> = entries
                .iter()
                .map(|(key, value)| format!("{}: {}", serde_json::Value::from(key.as_str()), python_json(value)))
                .collect();
            format!("{{{}}}", entries.join(", "))
        }
        scalar => scalar.to_string(),
    }
}

/// The MD5 of a text in hexadecimal, as dbt names things by it.
pub fn md5(text: &str) -> String {
    Md5::digest(text.as_bytes()).iter().fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}
