//! Every column that a data test asks for is one that the table has.
//!
//! ## Why
//!
//! A test on a column that is not there fails with an error of the warehouse, after the table has been built. Mostly the
//! column got another name in the SQL. It is only judged where the columns are sure.
//!
//! ## Fails
//!
//! ```yaml models/prison/prison_safety/properties.yaml
//! models:
//!   - name: prison_safety__visits
//!     columns:
//!       - name: visits_id
//!         data_tests: [not_null]
//! ```
//! ```sql models/prison/prison_safety/prison_safety__visits.sql
//! select 1 as visit_id
//! ```
//!
//! ## Passes
//!
//! A test may ask for an expression, and what `select *` takes from another database is not known.
//!
//! ```yaml models/prison/prison_safety/properties.yaml
//! models:
//!   - name: prison_safety__visits
//!     columns:
//!       - name: Visit_Id
//!         data_tests: [not_null]
//!       - name: "visit_id || '-' || visit_type"
//!         data_tests: [unique]
//!   - name: prison_safety__legal_visits
//!     columns:
//!       - name: anything
//!         data_tests: [not_null]
//! ```
//! ```sql models/prison/prison_safety/prison_safety__visits.sql
//! select 1 as visit_id, 'legal' as visit_type
//! ```
//! ```sql models/prison/prison_safety/prison_safety__legal_visits.sql
//! select * from other_database.visits
//! ```

use serde_json::Value;

use crate::finding::Level;
use crate::project::node::TestInfo;
use crate::project::{Node, ResourceType};
use crate::rules::{Check, Found, Rule, Subject, no_such_column};

pub(crate) const RULE: Rule =
    Rule { level: Level::Error, summary: "a data test on a column that is not there", check: Check::Project(check) };

fn check(subject: &Subject<'_>, found: &mut Found) {
    for test in subject.project.own(ResourceType::Test) {
        let Some(info) = test.test.as_deref() else { continue };
        let Some(node) = info.attached_to.as_ref().and_then(|id| subject.project.node(id)) else { continue };
        for name in asked(info) {
            say(test, node, name, subject, found);
        }
        if let Some((other, field)) = related(test, info, subject) {
            say(test, other, field, subject, found);
        }
    }
}

/// The columns of its own table that a test asks for.
fn asked(test: &TestInfo) -> Vec<&str> {
    let several = match (test.name.as_str(), test.kwargs.get("combination_of_columns")) {
        ("unique_combination_of_columns", Some(Value::Array(names))) => names.as_slice(),
        _ => &[],
    };
    let names = test.column_name.as_deref().into_iter().chain(several.iter().filter_map(Value::as_str));
    names.filter(|name| is_name(name)).collect()
}

/// The other table of `relationships`, and its column.
fn related<'a>(test: &'a Node, info: &'a TestInfo, subject: &Subject<'a>) -> Option<(&'a Node, &'a str)> {
    let field = info.kwargs.get("field").and_then(Value::as_str).filter(|name| is_name(name))?;
    if info.name != "relationships" || info.namespace.is_some() {
        return None;
    }
    let mut others = test.depends_on.iter().filter(|id| Some(*id) != info.attached_to.as_ref());
    let (Some(other), None) = (others.next(), others.next()) else { return None };
    Some((subject.project.node(other)?, field))
}

/// Whether it is a name and nothing but a name: dbt takes any expression.
fn is_name(text: &str) -> bool {
    text.chars().all(|c| c.is_alphanumeric() || c == '_') && !text.starts_with(|c: char| c.is_ascii_digit())
}

fn say(test: &Node, node: &Node, name: &str, subject: &Subject<'_>, found: &mut Found) {
    let Some(columns) = subject.columns(&node.unique_id) else { return };
    if !columns.iter().any(|column| column.is_named(name)) {
        let (message, help) = no_such_column(node, name, &columns);
        found.at(test.place.clone(), format!("{message}, and a test asks for it")).help = Some(help);
    }
}
