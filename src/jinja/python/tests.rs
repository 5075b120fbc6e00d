//! Every test of Jinja2 by name: what stands after `is`.

use minijinja::value::{Rest, ValueKind};
use minijinja::{Environment, Value};

use super::compare::{compare, equal};
use super::number::{self, Number};
use super::{Done, fail, repr};
use crate::jinja::relation::Relation;
use crate::jinja::sequence::sequence;
use crate::jinja::standins::NoAnswer;

type Test = fn(&Value, &[Value]) -> Done<bool>;

const TESTS: &[(&str, Test)] = &[
    ("defined", |value, _| Ok(!is_undefined(value))),
    ("undefined", |value, _| Ok(is_undefined(value))),
    ("none", |value, _| Ok(value.is_none())),
    ("boolean", |value, _| Ok(value.kind() == ValueKind::Bool)),
    ("true", |value, _| Ok(value.kind() == ValueKind::Bool && value.is_true())),
    ("false", |value, _| Ok(value.kind() == ValueKind::Bool && !value.is_true())),
    ("integer", |value, _| Ok(is_number(value) && repr::type_name(value) == "int")),
    ("float", |value, _| Ok(repr::type_name(value) == "float")),
    ("number", |value, _| Ok(Number::of(value).is_some())),
    ("string", |value, _| Ok(value.as_str().is_some())),
    ("sequence", |value, _| Ok(is_sequence(value))),
    ("mapping", |value, _| Ok(is_mapping(value))),
    ("iterable", |value, _| Ok(is_iterable(value))),
    ("callable", |value, _| Ok(is_callable(value))),
    ("escaped", |_, _| Ok(false)),
    ("lower", |value, _| {
        let text = repr::text(value)?;
        Ok(text.chars().any(char::is_lowercase) && !text.chars().any(char::is_uppercase))
    }),
    ("upper", |value, _| {
        let text = repr::text(value)?;
        Ok(text.chars().any(char::is_uppercase) && !text.chars().any(char::is_lowercase))
    }),
    ("odd", |value, _| remainder(value, &Value::from(2)).map(|rest| rest == 1.0)),
    ("even", |value, _| remainder(value, &Value::from(2)).map(|rest| rest == 0.0)),
    ("divisibleby", |value, args| remainder(value, argument(args)?).map(|rest| rest == 0.0)),
    ("in", |value, args| compare(value, "in", argument(args)?)),
    ("eq", |value, args| equal(value, argument(args)?, 0)),
    ("equalto", |value, args| equal(value, argument(args)?, 0)),
    ("==", |value, args| equal(value, argument(args)?, 0)),
    ("ne", |value, args| compare(value, "!=", argument(args)?)),
    ("!=", |value, args| compare(value, "!=", argument(args)?)),
    ("gt", |value, args| compare(value, ">", argument(args)?)),
    ("greaterthan", |value, args| compare(value, ">", argument(args)?)),
    (">", |value, args| compare(value, ">", argument(args)?)),
    ("ge", |value, args| compare(value, ">=", argument(args)?)),
    (">=", |value, args| compare(value, ">=", argument(args)?)),
    ("lt", |value, args| compare(value, "<", argument(args)?)),
    ("lessthan", |value, args| compare(value, "<", argument(args)?)),
    ("<", |value, args| compare(value, "<", argument(args)?)),
    ("le", |value, args| compare(value, "<=", argument(args)?)),
    ("<=", |value, args| compare(value, "<=", argument(args)?)),
    ("sameas", |value, args| Ok(is_same(value, argument(args)?))),
];

/// The tests that a template can name.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    TESTS.iter().map(|(name, _)| *name)
}

/// Gives an environment all tests, in the place of minijinja's.
pub(crate) fn install(env: &mut Environment<'_>) {
    for (name, test) in TESTS {
        env.add_test(*name, move |value: Value, rest: Rest<Value>| test(&value, &rest));
    }
}

fn argument(args: &[Value]) -> Done<&Value> {
    args.first().ok_or_else(|| fail("this test needs something to compare with"))
}

fn is_undefined(value: &Value) -> bool {
    value.is_undefined() || NoAnswer::is(value)
}

fn is_number(value: &Value) -> bool {
    value.kind() != ValueKind::Bool && Number::of(value).is_some()
}

fn is_sequence(value: &Value) -> bool {
    // What has a length and can be asked for an item: dicts too, but no views and sets.
    sequence(value).is_some()
        || matches!(value.kind(), ValueKind::Seq | ValueKind::String | ValueKind::Map | ValueKind::Undefined)
            && value.downcast_object_ref::<Relation>().is_none()
}

fn is_mapping(value: &Value) -> bool {
    // A relation is a mapping to dbt, but it prints as a name.
    (value.kind() == ValueKind::Map && !repr::is_namespace(value)) || value.downcast_object_ref::<Relation>().is_some()
}

fn is_iterable(value: &Value) -> bool {
    match value.kind() {
        ValueKind::None => false,
        ValueKind::Undefined => true,
        _ => value.try_iter().is_ok(),
    }
}

fn is_callable(value: &Value) -> bool {
    value.kind() == ValueKind::Plain
        && value.try_iter().is_err()
        && Number::of(value).is_none()
        && value.downcast_object_ref::<Relation>().is_none()
}

fn is_same(left: &Value, right: &Value) -> bool {
    match (repr::identity(left), repr::identity(right)) {
        (None, None) => left.kind() == right.kind() && left == right,
        (left, right) => left == right,
    }
}

fn remainder(value: &Value, by: &Value) -> Done<f64> {
    let numbers = (Number::of(value), Number::of(by));
    let (Some(value), Some(by)) = numbers else {
        return Err(fail(format!("{} is no number; make one of it with `| int`", super::arguments::shown(value))));
    };
    number::apply("%", &value, &by)?.float()
}
