//! What dbt answers for the warehouse while a project is read: nothing, an empty list, an empty table; and `api`.
//!
//! When a node is compiled, [`adapter`](super::adapter) answers for it.

use std::fmt;
use std::sync::Arc;

use minijinja::value::{Enumerator, Object, ObjectRepr};
use minijinja::{Error, ErrorKind, State, Value};

use super::column::Classes;
use super::modules::Modules;
use super::names::{self, Builtins};
use super::relation_object::Relations;
use super::scope::{Mode, Scope};
use super::values::List;

/// Functions of dbt's that answer `None`, and so can be called while a project is read.
const NOTHING: &[&str] = &["load_agate_table", "submit_python_job", "validate_sql"];

/// Functions of dbt's that answer an empty text: cadet writes its own files.
const EMPTY: &[&str] = &["write"];

/// What `name` is to a template while a project is read, and what it is at any time.
pub(super) fn named(scope: &Arc<Scope>, name: &str) -> Option<Value> {
    match name {
        "modules" => return Some(Value::from_object(Modules(Arc::clone(scope)))),
        "api" => return Some(Value::from_object(Api)),
        "builtins" if !matches!(scope.mode, Mode::Yaml | Mode::Docs) => {
            return Some(Value::from_object(Builtins(Arc::clone(scope))));
        }
        "__cadet_no_answer" => return Some(Value::from_object(NoAnswer)),
        _ => {}
    }
    let answer = match name {
        name if NOTHING.contains(&name) && !scope.execute() => Value::from(()),
        name if EMPTY.contains(&name) => Value::from(""),
        _ => return names::named(scope, name),
    };
    Some(Value::from_object(Answer(answer)))
}

/// What a method of `adapter` answers while a project is read; a method that does not exist answers nothing at all.
///
/// Behaviour: the `parse` replacements of `dbt.adapters.base.impl.BaseAdapter`.
pub(super) fn of_adapter(method: &str) -> Value {
    match method {
        "get_columns_in_relation"
        | "get_columns_in_table"
        | "get_missing_columns"
        | "get_column_schema_from_query"
        | "list_schemas"
        | "list_relations_without_caching" => List::value([]),
        "already_exists" | "check_schema_exists" => Value::from(false),
        "execute" | "get_partitions_metadata" => List::value([Value::from(""), Value::UNDEFINED]),
        "add_query" => List::value([Value::from(()), Value::from(())]),
        "get_relation"
        | "create_schema"
        | "drop_schema"
        | "drop_relation"
        | "rename_relation"
        | "truncate_relation"
        | "expand_target_column_types"
        | "valid_snapshot_target"
        | "assert_valid_snapshot_target_given_strategy"
        | "get_hard_deletes_behavior"
        | "get_incremental_strategy_macro"
        | "cache_added"
        | "cache_dropped"
        | "cache_renamed" => Value::from(()),
        _ => Value::UNDEFINED,
    }
}

/// A function with one answer.
#[derive(Debug)]
struct Answer(Value);

impl Object for Answer {
    fn call(self: &Arc<Self>, _: &mut State<'_, '_>, _: &[Value]) -> Result<Value, Error> {
        Ok(self.0.clone())
    }
}

/// What `run_query` answers while a project is read: nothing, of which no attribute can be taken.
///
/// It prints as nothing, is false and has no items, as what is not defined; and as in dbt, whoever looks into it fails.
#[derive(Debug)]
pub(super) struct NoAnswer;

impl NoAnswer {
    /// Whether a value is the answer of a query that was not asked.
    pub(super) fn is(value: &Value) -> bool {
        value.downcast_object_ref::<Self>().is_some()
    }

    fn looked_into(what: &str) -> Error {
        let message = format!(
            "`run_query` answers nothing while the project is read, so it has no `{what}`; put `{{% if execute %}}` and \
             `{{% endif %}}` around all that looks into the answer"
        );
        Error::new(ErrorKind::UndefinedError, message)
    }
}

impl Object for NoAnswer {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        Some(Value::from(Self::looked_into(&key.to_string())))
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Empty
    }

    fn is_true(self: &Arc<Self>) -> bool {
        false
    }

    fn call_method(self: &Arc<Self>, _: &mut State<'_, '_>, method: &str, _: &[Value]) -> Result<Value, Error> {
        Err(Self::looked_into(method))
    }

    fn render(self: &Arc<Self>, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}

/// `api`: the classes of relations and columns.
#[derive(Debug)]
struct Api;

impl Object for Api {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        match key.as_str()? {
            "Relation" => Some(Value::from_object(Relations)),
            "Column" => Some(Value::from_object(Classes)),
            _ => None,
        }
    }

    /// `api.Column(…)` is a call of the class.
    fn call_method(self: &Arc<Self>, state: &mut State<'_, '_>, method: &str, args: &[Value]) -> Result<Value, Error> {
        match self.get_value(&Value::from(method)) {
            Some(class) => class.call(state, args),
            None => Err(Error::from(ErrorKind::UnknownMethod)),
        }
    }
}
