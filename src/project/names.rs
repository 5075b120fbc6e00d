//! Where a node's table goes: database, schema and alias, as the project's `generate_*_name` macros decide.

use std::fmt;
use std::sync::Arc;

use minijinja::value::{Object, ObjectRepr, from_args};
use minijinja::{Error, ErrorKind, State, Value};

use super::node::Node;
use super::scopes;
use crate::jinja::relation::Relation;
use crate::jinja::render::{RenderProblem, evaluate};
use crate::jinja::scope::{Given, Mode, Scope};
use crate::jinja::universe::Universe;
use crate::jinja::values;

/// The three macros in one template: rendering is most of the cost. The root project's come first, as in dbt.
const CALLS: &str = "[generate_database_name(__database, __node), generate_schema_name(__schema, __node), \
                     generate_alias_name(__alias, __node)]";

/// Sets the node's database, schema, alias and relation.
///
/// # Errors
/// When one of the project's naming macros fails.
pub fn set(universe: &Arc<Universe>, given: &Arc<Given>, node: &mut Node) -> Result<(), RenderProblem> {
    let custom = |what: &str| node.config.get(what).map_or_else(|| Value::from(()), values::from_json);
    let scope = Scope::new(Arc::clone(universe), Arc::clone(given), &node.package, Mode::Parse)
        .with("__database", custom("database"))
        .with("__schema", custom("schema"))
        .with("__alias", custom("alias"))
        .with("__node", values::facts(scopes::facts(node)));
    let names = evaluate(&Arc::new(scope), CALLS, &node.file)?;
    let name =
        |at: usize| names.get_item_by_index(at).map(|name| values::text(&name).trim().to_owned()).unwrap_or_default();
    (node.database, node.schema, node.alias) = (name(0), name(1), name(2));
    node.relation = Relation::new(&node.database, &node.schema, &node.alias);
    Ok(())
}

/// A moment as Python's datetime shows it to templates.
#[derive(Debug)]
pub struct Moment(pub jiff::Zoned);

impl Object for Moment {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn call_method(self: &Arc<Self>, _: &mut State<'_, '_>, method: &str, args: &[Value]) -> Result<Value, Error> {
        match method {
            "strftime" => {
                let (pattern,): (String,) = from_args(args)?;
                Ok(Value::from(self.0.strftime(&pattern).to_string()))
            }
            "isoformat" => Ok(Value::from(self.0.strftime("%Y-%m-%dT%H:%M:%S%.6f%:z").to_string())),
            "date" => Ok(Value::from(self.0.date().to_string())),
            _ => Err(Error::from(ErrorKind::UnknownMethod)),
        }
    }

    fn get_value_by_str(self: &Arc<Self>, key: &str) -> Option<Value> {
        match key {
            "year" => Some(Value::from(self.0.year())),
            "month" => Some(Value::from(self.0.month())),
            "day" => Some(Value::from(self.0.day())),
            "hour" => Some(Value::from(self.0.hour())),
            "minute" => Some(Value::from(self.0.minute())),
            _ => None,
        }
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.get_value_by_str(key.as_str()?)
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.strftime("%Y-%m-%d %H:%M:%S%.6f%:z"))
    }
}
