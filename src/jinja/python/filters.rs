//! Every filter of Jinja2 by name.

use minijinja::value::{Rest, ValueOrKwargs};
use minijinja::{Environment, State, Value};

use super::arguments::Args;
use super::{
    Done, containers, dict_methods, fail, number_filters, operators, sequence_filters, slice, sort_filters,
    text_filters, undefined, web_filters,
};
use crate::jinja::environment;

/// A filter: the value that it is applied to, and its arguments.
type Filter = fn(&mut State<'_, '_>, &Value, &Args<'_>) -> Done<Value>;

/// What the rewriter puts in the place of an operator: all values in order.
type Operator = fn(&[Value]) -> Done<Value>;

const OPERATORS: &[(&str, Operator)] = &[
    ("__chain", operators::chain),
    ("__power", operators::power),
    ("__concat", operators::concat),
    ("__compare", operators::comparison),
    ("__neg", |values| operators::signed(&values[0], true)),
    ("__pos", |values| operators::signed(&values[0], false)),
    ("__l", |values| containers::List::charged(values[0].try_iter()?.collect())),
    ("__t", |values| containers::Tuple::value(values[0].try_iter()?.collect())),
    ("__d", |values| dict_methods::literal(&values[0])),
    ("__int", |values| {
        let number = super::number::Number::parsed(values[0].as_str().unwrap_or_default(), 0);
        number.map(super::number::Number::value).ok_or_else(|| fail("this number is too long"))
    }),
];

const FILTERS: &[&[(&str, Filter)]] =
    &[number_filters::ALL, sequence_filters::ALL, sort_filters::ALL, text_filters::ALL, web_filters::ALL];

/// The filters that a template can name.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    FILTERS.iter().copied().flatten().map(|(name, _)| *name)
}

/// Gives an environment all filters, in the place of minijinja's.
pub(crate) fn install(env: &mut Environment<'_>) {
    for (name, operator) in OPERATORS {
        env.add_filter(*name, move |values: &[Value]| operator(values));
    }
    env.add_filter(
        "__slice",
        |state: &State<'_, '_>, value: Value, start: Value, stop: Value, step: Value| match value.is_undefined()
            && !environment::forgives(state)
        {
            true => Err(undefined("")),
            false => slice::slice(&value, [&start, &stop, &step]),
        },
    );
    for (name, filter) in FILTERS.iter().copied().flatten() {
        env.add_filter(*name, move |state: &mut State<'_, '_>, value: Value, rest: Rest<ValueOrKwargs>| {
            let rest = rest.into_values();
            filter(state, &value, &Args::new(name, &rest)?)
        });
    }
}
