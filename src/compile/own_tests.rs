//! The SQL of dbt's own four tests, the most common nodes of all, written without rendering.
//!
//! The text is what the macros of `jinja/dbt/tests.sql` give. Whatever may make it another text is left to rendering: a
//! macro of the project's own in the place of one of dbt's, an argument that holds Jinja, a `where`.

use serde_json::Value;

use super::test::is_plain;
use crate::jinja::relation::Relation;
use crate::project::node::TestInfo;
use crate::project::{Node, Project, reference, resolve};

/// The test's SQL; nothing when it must be rendered to be known.
pub(super) fn sql(project: &Project, node: &Node) -> Option<String> {
    let test = node.test.as_deref().filter(|test| test.namespace.is_none())?;
    let is_set = |key: &str| node.config.get(key).is_some_and(|value| !value.is_null());
    if !project.universe.has_own_tests(&node.package) || is_set("where") || is_set("store_failures") {
        return None;
    }
    let arguments = Arguments { project, node, test };
    let query = match test.name.as_str() {
        "unique" => unique(&arguments)?,
        "not_null" => not_null(&arguments)?,
        "accepted_values" => accepted_values(&arguments)?,
        "relationships" => relationships(&arguments)?,
        _ => return None,
    };
    // What stands between the tags of the macros that lead there is printed as well.
    Some(format!("\n    \n    \n\n{query}\n\n\n"))
}

fn unique(arguments: &Arguments<'_>) -> Option<String> {
    let (model, column) = (arguments.model()?, arguments.only(&["column_name"])?);
    Some(format!(
        "select\n    {column} as unique_field,\n    count(*) as n_records\n\nfrom {model}\nwhere {column} is not null\n\
         group by {column}\nhaving count(*) > 1"
    ))
}

fn not_null(arguments: &Arguments<'_>) -> Option<String> {
    let (model, column) = (arguments.model()?, arguments.only(&["column_name"])?);
    Some(format!("\n\nselect {column}\nfrom {model}\nwhere {column} is null"))
}

fn accepted_values(arguments: &Arguments<'_>) -> Option<String> {
    let (model, column) = (arguments.model()?, arguments.only(&["column_name", "values", "quote"])?);
    let quote = match arguments.test.kwargs.get("quote") {
        None | Some(Value::Bool(true)) => "'",
        Some(Value::Bool(false)) => "",
        Some(_) => return None,
    };
    let write = |value: &Value| match value {
        Value::String(text) => Arguments::plain(text).map(|text| format!("{quote}{text}{quote}")),
        Value::Number(number) => number.as_i64().map(|number| format!("{quote}{number}{quote}")),
        _ => None,
    };
    let values = arguments.test.kwargs.get("values")?.as_array()?;
    let values = values.iter().map(write).collect::<Option<Vec<_>>>()?.join(",");
    Some(format!(
        "with all_values as (\n\n    select\n        {column} as value_field,\n        count(*) as n_records\n\n    \
         from {model}\n    group by {column}\n\n)\n\nselect *\nfrom all_values\nwhere value_field not in (\n    {values}\n)"
    ))
}

fn relationships(arguments: &Arguments<'_>) -> Option<String> {
    let (model, column) = (arguments.model()?, arguments.only(&["column_name", "to", "field"])?);
    let to = arguments.relation(arguments.test.kwargs.get("to")?.as_str()?)?;
    let field = Arguments::plain(arguments.test.kwargs.get("field")?.as_str()?)?;
    Some(format!(
        "with child as (\n    select {column} as from_field\n    from {model}\n    where {column} is not null\n),\n\n\
         parent as (\n    select {field} as to_field\n    from {to}\n)\n\nselect\n    from_field\n\nfrom child\n\
         left join parent\n    on child.from_field = parent.to_field\n\nwhere parent.to_field is null"
    ))
}

/// The arguments of a test as they stand in its YAML.
struct Arguments<'a> {
    project: &'a Project,
    node: &'a Node,
    test: &'a TestInfo,
}

impl Arguments<'_> {
    /// The column, when there are no arguments but the model and these.
    fn only(&self, names: &[&str]) -> Option<&str> {
        let are_known = self.test.kwargs.keys().all(|key| key == "model" || names.contains(&key.as_str()));
        self.test.kwargs.get("column_name")?.as_str().filter(|_| are_known)
    }

    /// What is tested.
    fn model(&self) -> Option<Relation> {
        let call = self.test.kwargs.get("model")?.as_str()?;
        self.relation(call.strip_prefix("{{ get_where_subquery(")?.strip_suffix(") }}")?)
    }

    /// What a plain `ref('x')` or `source('a', 'b')` means.
    fn relation(&self, call: &str) -> Option<Relation> {
        let found = reference(call)?;
        match (found.refs.as_slice(), found.sources.as_slice()) {
            ([asked], []) => {
                let found = resolve::find_ref(self.project, &self.node.package, &asked.what)?;
                self.node.depends_on.contains(&found.unique_id).then(|| found.referred())
            }
            ([], [asked]) => {
                let found = resolve::find_source(self.project, &self.node.package, &asked.what)?;
                Some(found.referred())
            }
            _ => None,
        }
    }

    /// A text that is printed as it stands.
    fn plain(text: &str) -> Option<&str> {
        (is_plain(text) && !text.ends_with('\n')).then_some(text)
    }
}
