//! What a unit test puts in the place of macros: a macro that answers one value, whatever it is called with.
//!
//! Behaviour: `dbt.context.providers.generate_runtime_unit_test_context`.

use std::collections::HashMap;
use std::sync::Arc;

use minijinja::value::{Object, ObjectRepr};
use minijinja::{Error, State, Value};
use serde_json::Map;

use super::builtins::Builtin;
use super::scope::Scope;
use super::universe::INTERNAL;
use super::values;

/// A macro with its answer.
#[derive(Debug)]
struct Answer(Value);

impl Object for Answer {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn call(self: &Arc<Self>, _: &mut State<'_, '_>, _: &[Value]) -> Result<Value, Error> {
        Ok(self.0.clone())
    }
}

/// What `overrides: macros:` puts into a scope, and the names that are nothing in it: dbt passes over those.
pub fn overrides(scope: &Scope, macros: &Map<String, serde_json::Value>) -> (HashMap<String, Value>, Vec<String>) {
    let (mut found, mut unknown) = (HashMap::new(), Vec::new());
    for (name, value) in macros {
        let value = values::from_json(value);
        let answer = || Value::from_object(Answer(value.clone()));
        match name.split_once('.') {
            Some((package, only)) if scope.universe.find_in(package, only).is_some() => {
                found.insert(name.clone(), answer());
                if package == INTERNAL {
                    found.entry(only.to_owned()).or_insert_with(answer);
                }
            }
            None if scope.universe.find(&scope.package, name).is_some() => {
                found.insert(format!("{INTERNAL}.{name}"), answer());
                found.insert(name.clone(), answer());
            }
            None if is_value(scope, name) => drop(found.insert(name.clone(), value)),
            _ => unknown.push(name.clone()),
        }
    }
    (found, unknown)
}

/// Whether a name is a value or a function of every template, and no macro.
fn is_value(scope: &Scope, name: &str) -> bool {
    let is_known = scope.values.contains_key(name) || scope.given.globals.contains_key(name);
    is_known || matches!(name, "execute" | "project_name") || Builtin::named(name).is_some()
}
