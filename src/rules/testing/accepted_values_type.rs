//! The values of an `accepted_values` test are of the column's type.
//!
//! ## Why
//!
//! dbt puts each value into quotes, unless the test says `quote: false`. Athena does not compare a number with a text: the
//! test fails with a type error instead of looking at the data. The rule speaks where the property file says the column's
//! `data_type`, or where the SQL leaves no doubt: `cast(… as integer)`.
//!
//! ## Fails
//!
//! ```sql models/prison/prison_safety/prison_safety__visits_joined.sql
//! select 1 as visit_id, 2 as visit_kind
//! ```
//! ```yaml models/prison/prison_safety/properties.yaml
//! models:
//!   - name: prison_safety__visits_joined
//!     description: One row for each visit.
//!     columns:
//!       - name: visit_kind
//!         description: What kind of visit it was.
//!         data_type: int
//!         data_tests:
//!           - accepted_values:
//!               arguments:
//!                 values: [1, 2, three]
//! ```
//!
//! ## Passes
//!
//! ```sql models/prison/prison_safety/prison_safety__visits_joined.sql
//! select 1 as visit_id, 2 as visit_kind, '1' as visit_code
//! ```
//! ```yaml models/prison/prison_safety/properties.yaml
//! models:
//!   - name: prison_safety__visits_joined
//!     description: One row for each visit.
//!     columns:
//!       - name: visit_kind
//!         description: What kind of visit it was.
//!         data_type: int
//!         data_tests:
//!           - accepted_values:
//!               arguments:
//!                 values: [1, 2]
//!                 quote: false
//!       - name: visit_code
//!         description: Number on the form.
//!         data_type: varchar(2)
//!         data_tests:
//!           - accepted_values:
//!               arguments:
//!                 values: [1, 2]
//! ```

use serde_json::Value;

use crate::finding::Level;
use crate::project::node::TestInfo;
use crate::project::{Node, ResourceType};
use crate::rules::{Check, Found, Rule, Subject};

pub(crate) const RULE: Rule = Rule {
    level: Level::Warning,
    summary: "accepted values that are not of the column's type",
    check: Check::Project(check),
};

/// What a type holds, as far as a value can be judged by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Family {
    Whole,
    Number,
    Bool,
    Text,
}

fn check(subject: &Subject<'_>, found: &mut Found) {
    let project = subject.project;
    for test in project.own(ResourceType::Test) {
        let Some(info) =
            test.test.as_ref().filter(|info| matches!(info.name.as_str(), "accepted_values" | "not_accepted_values"))
        else {
            continue;
        };
        let tested = info.attached_to.as_deref().and_then(|id| project.node(id));
        let Some(name) = info.column_name.as_deref().map(|name| name.trim_matches('"')) else { continue };
        let Some(data_type) = tested.and_then(|tested| data_type(tested, name, subject)) else { continue };
        if let Some(family) = family(&data_type) {
            judge(test, info, (name, &data_type, family), subject.project.target.kind == "athena", found);
        }
    }
}

/// The type that is declared, or else the one that the SQL surely gives.
fn data_type(tested: &Node, column: &str, subject: &Subject<'_>) -> Option<String> {
    let declared = tested.config.get("column_types").and_then(|types| types.get(column)).and_then(Value::as_str);
    let described = || tested.columns.get(column)?.data_type.clone();
    let of_sql = || {
        let columns = subject.columns(&tested.unique_id)?;
        let mut named = columns.into_iter().filter(|known| known.is_named(column));
        let (found, None) = (named.next()?, named.next()) else { return None };
        found.data_type.as_deref().map(str::to_owned)
    };
    declared.map(str::to_owned).or_else(described).or_else(of_sql)
}

fn family(data_type: &str) -> Option<Family> {
    let word = data_type.to_lowercase();
    match word.split(['(', ' ']).next().unwrap_or_default() {
        "int" | "integer" | "bigint" | "smallint" | "tinyint" => Some(Family::Whole),
        "double" | "float" | "real" | "decimal" | "numeric" => Some(Family::Number),
        "boolean" | "bool" => Some(Family::Bool),
        "varchar" | "string" | "char" | "text" => Some(Family::Text),
        _ => None,
    }
}

fn judge(
    test: &Node,
    info: &TestInfo,
    (column, data_type, family): (&str, &str, Family),
    is_athena: bool,
    found: &mut Found,
) {
    let Some(values) = info.kwargs.get("values").and_then(Value::as_array) else { return };
    let quotes = match info.kwargs.get("quote") {
        None => true,
        Some(Value::Bool(quotes)) => *quotes,
        Some(_) => return,
    };
    if let Some(odd) = values.iter().find(|value| !fits(value, family, quotes)) {
        let message = format!("`{column}` is {data_type}, and the value {odd} of this test is not");
        found.at(test.place.clone(), message).help = Some(match family {
            Family::Text => "leave `quote: false` out: texts stand in quotes".to_owned(),
            _ => "correct the value, or the type of the column".to_owned(),
        });
    } else if quotes && family != Family::Text && is_athena && !values.is_empty() {
        let message = format!(
            "`{column}` is {data_type}, but the values of this test are compared as texts, which Athena refuses"
        );
        found.at(test.place.clone(), message).help = Some("add `quote: false` beside `values:`".to_owned());
    }
}

fn fits(value: &Value, family: Family, quotes: bool) -> bool {
    let text = match value {
        Value::String(text) if text.contains(['{', '(', '\'']) => return true,
        Value::String(text) => text.trim().to_owned(),
        other => other.to_string(),
    };
    match family {
        Family::Whole => text.parse::<i128>().is_ok(),
        Family::Number => text.parse::<f64>().is_ok(),
        Family::Bool => matches!(text.to_lowercase().as_str(), "true" | "false" | "0" | "1" | "t" | "f"),
        // Without quotes a word is a column's name to SQL.
        Family::Text => quotes || value.is_null(),
    }
}
