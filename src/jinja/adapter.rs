//! `adapter`: what a template may ask of the warehouse. Behaviour: dbt's "About adapter object".
//!
//! What would write is not there for a project's code. Without a warehouse the answers are those that dbt gives while it
//! reads a project: no relation, no column, no row.

use std::sync::Arc;

use minijinja::value::{Object, ObjectRepr};
use minijinja::{Error, ErrorKind, State, Value};

use super::adapter_pure;
use super::answer::Rows;
use super::arguments::Arguments;
use super::column::{self, Column};
use super::macros::MacroRef;
use super::python::bound::bound;
use super::python::containers::Tuple;
use super::relation::Relation;
use super::relation_object::Relations;
use super::response::Response;
use super::scope::Scope;
use super::standins;
use super::values::{self, List};
use super::warehouse::{Answer, Kind, Warehouse, refuse_statements};

#[derive(Debug)]
pub(super) struct Adapter(pub Arc<Scope>);

/// The methods that can be called, or are known and refused.
const METHODS: &[&str] = &[
    "already_exists",
    "check_schema_exists",
    "convert_type",
    "create_schema",
    "dispatch",
    "drop_relation",
    "drop_schema",
    "execute",
    "expand_target_column_types",
    "format_one_partition_key",
    "format_partition_keys",
    "format_value_for_partition",
    "generate_unique_temporary_table_suffix",
    "get_column_schema_from_query",
    "get_columns_in_relation",
    "get_columns_in_table",
    "get_incremental_strategy_macro",
    "get_missing_columns",
    "get_relation",
    "is_list",
    "is_work_group_output_location_enforced",
    "get_glue_table_type",
    "list_schemas",
    "murmur3_hash",
    "quote",
    "quote_as_configured",
    "quote_seed_column",
    "rename_relation",
    "render_raw_columns_constraints",
    "render_raw_model_constraints",
    "standardize_grants_dict",
    "truncate_relation",
    "type",
    "verify_database",
];

fn fail(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidOperation, message.into())
}

fn relation(arguments: &Arguments<'_>, at: usize, name: &str) -> Result<Relation, Error> {
    let given = arguments.given(at, name)?;
    let relation = given.as_ref().and_then(|value| value.downcast_object_ref::<Relation>()).cloned();
    relation.ok_or_else(|| {
        let given = given.as_ref().map_or_else(|| "nothing".to_owned(), values::repr);
        fail(format!("a relation is needed here, such as `ref('…')`, and {given} was given"))
    })
}

impl Adapter {
    /// The warehouse, if there is one; that it was asked is remembered.
    fn warehouse(&self) -> Option<&dyn Warehouse> {
        self.0.captured().asked_warehouse = true;
        self.0.warehouse.as_deref()
    }

    fn dispatch(&self, arguments: &Arguments<'_>) -> Result<Value, Error> {
        arguments.only(&["macro_name", "macro_namespace"])?;
        let name = arguments.named_text(0, "macro_name")?;
        let namespace = arguments.given(1, "macro_namespace")?;
        match self.0.universe.dispatch(&self.0.package, &name, namespace.as_ref().and_then(Value::as_str)) {
            Some(definition) => Ok(MacroRef::value(&self.0, definition)),
            None => Err(Error::new(
                ErrorKind::UnknownFunction,
                format!("no macro `athena__{name}` or `default__{name}` was found to dispatch to"),
            )),
        }
    }

    /// `(response, table)` of a query. Anything but a query is refused.
    ///
    /// What is not fetched is not seen, as in dbt.
    fn execute(&self, arguments: &Arguments<'_>) -> Result<Value, Error> {
        let sql = &arguments.named_text(0, "sql")?;
        let fetches = arguments.given(2, "fetch")?.is_some_and(|fetch| fetch.is_true());
        let limit = arguments.given(3, "limit")?.and_then(|limit| limit.as_usize());
        let query = refuse_statements(sql, self.0.warehouse.is_some()).map_err(fail)?;
        let answer = self.warehouse().map_or_else(|| Ok(Answer::default()), |warehouse| warehouse.query(query));
        let answer = answer.map_err(|message| {
            fail(format!(
                "the query that this template runs failed: {message}; look at the query that is put together there"
            ))
        })?;
        let mut answer = if fetches { answer } else { Answer::default() };
        answer.rows.truncate(limit.filter(|limit| *limit > 0).unwrap_or(usize::MAX));
        Tuple::value(vec![Response::value("OK", None, None), Rows::value(answer)])
    }

    fn get_relation(&self, wanted: Relation) -> Result<Value, Error> {
        let found = self.warehouse().map_or(Ok(None), |warehouse| warehouse.kind(&wanted)).map_err(fail)?;
        Ok(found.map_or_else(|| Value::from(()), |kind| stored(wanted, kind)))
    }

    fn columns(&self, relation: &Relation) -> Result<Vec<Column>, Error> {
        self.warehouse().map_or_else(|| Ok(Vec::new()), |warehouse| warehouse.columns(relation)).map_err(fail)
    }

    fn relations(&self, schema: &Relation) -> Result<Value, Error> {
        let found = self.warehouse().map_or_else(|| Ok(Vec::new()), |warehouse| warehouse.relations(schema));
        let relations = found.map_err(fail)?.into_iter().map(|(name, kind)| {
            let relation = Relation { identifier: Some(name), ..schema.clone() };
            stored(relation, kind)
        });
        Ok(List::value(relations))
    }

    /// The database of the target.
    fn database(&self) -> String {
        self.0.values.get("database").map(values::text).unwrap_or_default()
    }

    fn schemas(&self) -> Result<Vec<String>, Error> {
        self.warehouse().map_or_else(|| Ok(Vec::new()), Warehouse::schemas).map_err(fail)
    }

    /// What reads; nothing for a method that is none of these.
    fn read(&self, method: &str, arguments: &Arguments<'_>) -> Result<Option<Value>, Error> {
        let listed = |columns: Vec<Column>| List::value(columns.into_iter().map(Value::from_object));
        let schema_of = |database: Option<Value>, schema: String| Relation {
            database: database.as_ref().map(values::text),
            schema: Some(schema),
            ..Relation::default()
        };
        Ok(Some(match method {
            "execute" => self.execute(arguments)?,
            "get_relation" => {
                let schema = schema_of(arguments.given(0, "database")?, arguments.named_text(1, "schema")?);
                self.get_relation(Relation { identifier: Some(arguments.named_text(2, "identifier")?), ..schema })?
            }
            "get_columns_in_table" => {
                let schema = arguments.named_text(0, "schema_name")?;
                let table = Relation::new(&self.database(), &schema, &arguments.named_text(1, "identifier")?);
                listed(self.columns(&table)?)
            }
            "get_columns_in_relation" => listed(self.columns(&relation(arguments, 0, "relation")?)?),
            "get_missing_columns" => {
                let known = self.columns(&relation(arguments, 1, "to_relation")?)?;
                let mut columns = self.columns(&relation(arguments, 0, "from_relation")?)?;
                columns.retain(|column| known.iter().all(|known| known.name != column.name));
                listed(columns)
            }
            "get_column_schema_from_query" => {
                let sql = arguments.named_text(0, "sql")?;
                let query = refuse_statements(&sql, self.0.warehouse.is_some()).map_err(fail)?;
                let asked = self.warehouse().map_or_else(|| Ok(Vec::new()), |found| found.columns_of_query(query));
                listed(asked.map_err(fail)?)
            }
            "list_relations" => {
                self.relations(&schema_of(arguments.given(0, "database")?, arguments.named_text(1, "schema")?))?
            }
            "list_relations_without_caching" => self.relations(&relation(arguments, 0, "schema_relation")?)?,
            "list_schemas" => List::value(self.schemas()?.into_iter().map(Value::from)),
            "check_schema_exists" => {
                let wanted = arguments.named_text(1, "schema")?;
                Value::from(self.schemas()?.iter().any(|known| known.eq_ignore_ascii_case(&wanted)))
            }
            "already_exists" => {
                let wanted = Relation::new("", &arguments.named_text(0, "schema")?, &arguments.named_text(1, "name")?);
                Value::from(!self.get_relation(Relation { database: None, ..wanted })?.is_none())
            }
            _ => return Ok(None),
        }))
    }
}

/// A relation that is there, with what it is.
fn stored(relation: Relation, kind: Kind) -> Value {
    let kind = match kind {
        Kind::Table => "table",
        Kind::View => "view",
    };
    Value::from_object(Relation { kind: Some(kind.to_owned()), ..relation })
}

impl Object for Adapter {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        match key.as_str()? {
            "Relation" => Some(Value::from_object(Relations)),
            "Column" => Some(Value::from_object(column::Classes)),
            // The flags that dbt's adapters keep for a time: all of them are off.
            "behavior" => Some(Value::from_object(Behavior)),
            _ => bound(Value::from_dyn_object(Arc::clone(self)), METHODS, key),
        }
    }

    fn call_method(self: &Arc<Self>, state: &mut State<'_, '_>, method: &str, args: &[Value]) -> Result<Value, Error> {
        let arguments = Arguments::new(state, args)?;
        match method {
            "dispatch" => return self.dispatch(&arguments),
            "type" => return Ok(Value::from("athena")),
            // It looks for a macro, which is done when the node is compiled.
            "get_incremental_strategy_macro" if !self.0.execute() => return Ok(Value::from(())),
            _ => {}
        }
        if let Some(value) = adapter_pure::call(&self.0, method, &arguments)? {
            return Ok(value);
        }
        if !self.0.execute() {
            return Ok(standins::of_adapter(method));
        }
        self.read(method, &arguments)?.ok_or_else(|| {
            let message = format!(
                "`adapter.{method}` is not available to a project's code; a template may read the warehouse, and cadet alone changes it"
            );
            Error::new(ErrorKind::InvalidOperation, message)
        })
    }
}

/// A flag of `adapter.behavior`, and all of them.
#[derive(Debug)]
struct Behavior;

impl Object for Behavior {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        match key.as_str()? {
            "no_warn" | "setting" => Some(Value::from(false)),
            _ => Some(Value::from_object(Self)),
        }
    }

    fn is_true(self: &Arc<Self>) -> bool {
        false
    }
}
