//! `exceptions`: how a template says that something is wrong. Behaviour: `dbt.context.exceptions_jinja`.

use std::sync::Arc;

use minijinja::value::{Enumerator, Kwargs, Object, ObjectRepr, from_args};
use minijinja::{Error, ErrorKind, State, Value};

use super::python::bound::bound;
use super::scope::Scope;
use super::values;

/// The functions that stop a template with the message that they are given.
const RAISE: &[&str] = &[
    "raise_compiler_error",
    "raise_database_error",
    "raise_dependency_error",
    "raise_not_implemented",
    "raise_fail_fast_error",
    "raise_cache_inconsistent",
];

/// All that dbt has here.
const NAMES: &[&str] = &[
    "warn",
    "missing_config",
    "missing_materialization",
    "missing_relation",
    "raise_ambiguous_alias",
    "raise_ambiguous_catalog_match",
    "raise_cache_inconsistent",
    "raise_dataclass_not_dict",
    "raise_compiler_error",
    "raise_database_error",
    "raise_dep_not_found",
    "raise_dependency_error",
    "raise_duplicate_patch_name",
    "raise_duplicate_resource_name",
    "raise_invalid_property_yml_version",
    "raise_not_implemented",
    "relation_wrong_type",
    "raise_contract_error",
    "column_type_missing",
    "raise_fail_fast_error",
    "warn_snapshot_timestamp_data_types",
];

#[derive(Debug)]
pub(super) struct Exceptions(pub Arc<Scope>);

impl Object for Exceptions {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Map
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        bound(Value::from_dyn_object(Arc::clone(self)), NAMES, key)
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Str(NAMES)
    }

    fn call_method(self: &Arc<Self>, _: &mut State<'_, '_>, method: &str, args: &[Value]) -> Result<Value, Error> {
        let (positional, named): (&[Value], Kwargs) = from_args(args)?;
        let given = |at: usize| positional.get(at).map(values::text).unwrap_or_default();
        let message = match method {
            "warn" => {
                self.0.say(format!("warning: {}", given(0)));
                return Ok(Value::from(""));
            }
            "warn_snapshot_timestamp_data_types" => return Ok(Value::from("")),
            // `node` says which node it is about, which the place says better.
            raise if RAISE.contains(&raise) => match positional.is_empty() {
                true => named.get::<Option<String>>("msg")?.unwrap_or_default(),
                false => given(0),
            },
            "missing_config" => format!("the config `{}` is missing", given(1)),
            "missing_materialization" => "there is no such materialisation".to_owned(),
            "missing_relation" => format!("the relation {} does not exist", given(0)),
            "relation_wrong_type" => format!("the relation {} is not a {}", given(0), given(1)),
            "column_type_missing" => {
                let names: Value = positional.first().cloned().map_or_else(|| named.get("column_names"), Ok)?;
                format!("these columns have no `data_type`: {}", values::text(&names))
            }
            "raise_contract_error" => {
                format!("the contract is broken: it promises {}, the query has {}", given(0), given(1))
            }
            "raise_ambiguous_alias" => format!("two nodes have the name {}", given(2)),
            "raise_invalid_property_yml_version" => format!("{}: {}", given(0), given(1)),
            "keys" | "values" | "items" | "get" => return Err(Error::from(ErrorKind::UnknownMethod)),
            _ if !self.0.execute() => return Ok(Value::UNDEFINED),
            _ => return Err(Error::from(ErrorKind::UnknownMethod)),
        };
        Err(Error::new(ErrorKind::InvalidOperation, message))
    }
}
