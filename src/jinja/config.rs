//! `config` in templates: what it is called with, and what it answers. Behaviour: dbt's "About config variable".

use std::sync::Arc;

use minijinja::{Error, ErrorKind, State, Value};
use serde_json::Value as Json;

use super::arguments::Arguments;
use super::python::fail;
use super::record::Record;
use super::scope::{Mode, Scope};
use super::statics::with_hook_names;
use super::values::{self, List};

/// The methods of `config`.
const METHODS: [&str; 7] =
    ["get", "require", "meta_get", "meta_require", "set", "persist_relation_docs", "persist_column_docs"];

/// `config(a=1)` or `config({'a': 1})`.
pub(super) fn call(scope: &Scope, args: &Arguments<'_>) -> Result<Value, Error> {
    let named: Vec<&str> = args.named.args().filter(|key| *key != "__at").collect();
    let given = match (args.positional, named.is_empty()) {
        ([], false) => {
            named.iter().map(|key| Ok(((*key).to_owned(), values::to_json(&args.named.peek(key)?)))).collect()
        }
        ([one], true) => match values::to_json(one) {
            Json::Object(entries) => Ok(entries),
            _ => Err(fail("`config` takes named arguments, or one dict")),
        },
        _ => Err(fail("`config` takes named arguments, or one dict; write `config(name=value)`")),
    };
    scope.captured().configs.push(with_hook_names(given?));
    Ok(Value::from(""))
}

/// `config.get(…)` and the like.
pub(super) fn method(
    scope: &Arc<Scope>,
    state: &mut State<'_, '_>,
    method: &str,
    args: &Arguments<'_>,
) -> Result<Value, Error> {
    match method {
        "get" | "meta_get" => args.only(&["name", "default", "validator"])?,
        "require" | "meta_require" => args.only(&["name", "validator"])?,
        "set" => args.only(&["name", "value"])?,
        _ if METHODS.contains(&method) => args.only(&[])?,
        _ => return Err(Error::from(ErrorKind::UnknownMethod)),
    }
    let name = args.named_text(0, "name")?;
    if method == "set" {
        let value = args.value(1, "value")?.unwrap_or_default();
        let given = std::iter::once((name, values::to_json(&value))).collect();
        scope.captured().configs.push(with_hook_names(given));
        return Ok(Value::from(""));
    }
    let Mode::Compile(compiling) = &scope.mode else {
        return Ok(if method.starts_with("persist") { Value::from(false) } else { Value::from("") });
    };
    let found = |name: &str| compiling.config.get(name).filter(|value| !value.is_null());
    match method {
        "persist_relation_docs" | "persist_column_docs" => {
            let part = if method == "persist_relation_docs" { "relation" } else { "columns" };
            let set = found("persist_docs").and_then(|docs| docs.get(part));
            Ok(set.map_or_else(|| Value::from(false), values::from_json))
        }
        _ => {
            let found = match method {
                "get" | "require" => answered(&name, &found),
                _ => found("meta").and_then(|meta| meta.get(&name)).map(values::from_json),
            };
            let default = if method.ends_with("get") { args.value(1, "default")? } else { None };
            let is_checked = method.ends_with("require") || default.as_ref().is_some_and(|value| !value.is_none());
            let none = || method.ends_with("get").then(|| Value::from(()));
            let value = found.or(default).or_else(none).ok_or_else(|| {
                fail(format!("the config `{name}` is required but not set; set it with `config({name}=…)`"))
            })?;
            let validator = args.given(if method.ends_with("get") { 2 } else { 1 }, "validator")?;
            if let Some(validator) = validator.filter(|_| is_checked) {
                validator.call(state, std::slice::from_ref(&value))?;
            }
            Ok(value)
        }
    }
}

/// What is set under a name, as dbt's own classes show it.
fn answered<'c>(name: &str, found: &dyn Fn(&str) -> Option<&'c Json>) -> Option<Value> {
    match name {
        // dbt keeps hooks under a name that `get` does not find, and finds them under the other.
        "pre-hook" | "post-hook" => None,
        "pre_hook" | "post_hook" => Some(hooks(found(&name.replace('_', "-")))),
        "contract" => Some(Record::of_json("ContractConfig", &["enforced", "alias_types"], found(name)?)),
        "docs" => Some(Record::of_json("Docs", &["show", "node_color"], found(name)?)),
        _ => found(name).map(values::from_json),
    }
}

fn hooks(given: Option<&Json>) -> Value {
    let hooks = given.and_then(Json::as_array).into_iter().flatten();
    List::value(hooks.map(|hook| Record::of_json("Hook", &["sql", "transaction", "index"], hook)))
}
