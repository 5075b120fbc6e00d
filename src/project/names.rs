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

/// Sets the node's database, schema, alias and relation.
///
/// # Errors
/// When one of the project's naming macros fails.
pub fn set(universe: &Arc<Universe>, given: &Arc<Given>, node: &mut Node) -> Result<(), RenderProblem> {
    node.database = generated(universe, given, node, "database")?;
    node.schema = generated(universe, given, node, "schema")?;
    node.alias = generated(universe, given, node, "alias")?;
    node.relation = Relation::new(&node.database, &node.schema, &node.alias);
    Ok(())
}

/// Calls `generate_<what>_name`. The macros are looked up in the root project first, as dbt does.
fn generated(universe: &Arc<Universe>, given: &Arc<Given>, node: &Node, what: &str) -> Result<String, RenderProblem> {
    let custom = node.config.get(what).map_or_else(|| Value::from(()), values::from_json);
    let scope = Scope::new(Arc::clone(universe), Arc::clone(given), &node.package, Mode::Parse)
        .with("__custom", custom)
        .with("__node", values::from_json(&scopes::facts(node)));
    let name = evaluate(&Arc::new(scope), &format!("generate_{what}_name(__custom, __node)"), &node.file)?;
    Ok(values::text(&name).trim().to_owned())
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
