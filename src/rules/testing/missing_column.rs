//! A test names columns that are there.
//!
//! ## Why
//!
//! A test of a column that does not exist fails when it is run, after everything was built. cadet is sure of the columns
//! where they cannot be others: those of a seed stand in its first line, and a model with an enforced contract lists all
//! of its own. Of other models it says nothing.
//!
//! ## Fails
//!
//! ```csv seeds/prison/prison_safety/prison_safety__sites.csv
//! code,name
//! 1,North
//! ```
//! ```yaml seeds/prison/prison_safety/prison_safety__sites.yaml
//! seeds:
//!   - name: prison_safety__sites
//!     description: One row for each site.
//!     columns:
//!       - name: site_code
//!         description: Number of the site.
//!         data_tests:
//!           - not_null
//! ```
//!
//! ## Passes
//!
//! Capital letters do not matter, and a test may be of an expression.
//!
//! ```csv seeds/prison/prison_safety/prison_safety__sites.csv
//! code,name
//! 1,North
//! ```
//! ```yaml seeds/prison/prison_safety/prison_safety__sites.yaml
//! seeds:
//!   - name: prison_safety__sites
//!     description: One row for each site.
//!     data_tests:
//!       - unique:
//!           arguments:
//!             column_name: code || name
//!     columns:
//!       - name: CODE
//!         description: Number of the site.
//!         data_tests:
//!           - not_null
//! ```

use std::collections::HashMap;

use serde_json::Value;

use crate::finding::Level;
use crate::project::node::TestInfo;
use crate::project::problem::did_you_mean;
use crate::project::{Node, Project, ResourceType};
use crate::rules::{Check, Found, Rule, Subject};

pub(crate) const RULE: Rule =
    Rule { level: Level::Error, summary: "a test of a column that is not there", check: Check::Project(check) };

/// The columns of each table that was asked for, in small letters; nothing where they are not surely known.
type Known<'p> = HashMap<&'p str, Option<Vec<String>>>;

fn check(subject: &Subject<'_>, found: &mut Found) {
    let project = subject.project;
    let mut known = Known::new();
    for test in project.own(ResourceType::Test) {
        let Some(info) = &test.test else { continue };
        let Some(tested) = info.attached_to.as_deref().and_then(|id| project.nodes.get(id)) else { continue };
        for column in own_columns(info) {
            missing(project, &mut known, (test, tested), &column, found);
        }
        if let ("relationships", Some(field)) = (info.name.as_str(), info.kwargs.get("field").and_then(Value::as_str))
            && let Some(other) = other_table(project, test, tested)
            && is_plain(field)
        {
            missing(project, &mut known, (test, other), field, found);
        }
    }
}

/// The columns of the tested table itself that a test names plainly.
fn own_columns(info: &TestInfo) -> Vec<String> {
    let mut columns: Vec<String> = info.column_name.iter().map(|name| name.trim_matches('"').to_owned()).collect();
    if info.column_name.is_none() {
        columns.extend(info.kwargs.get("column_name").and_then(Value::as_str).map(str::to_owned));
    }
    if info.name == "unique_combination_of_columns" {
        let listed = info.kwargs.get("combination_of_columns").and_then(Value::as_array);
        columns.extend(listed.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned));
    }
    columns.retain(|column| is_plain(column));
    columns
}

fn is_plain(name: &str) -> bool {
    !name.is_empty()
        && name.chars().all(|c| c.is_alphanumeric() || c == '_')
        && !name.starts_with(|c: char| c.is_ascii_digit())
}

/// The table that `to:` leads to: the one thing besides the tested table that the test reads.
fn other_table<'p>(project: &'p Project, test: &'p Node, tested: &'p Node) -> Option<&'p Node> {
    let mut others = test.depends_on.iter().filter(|id| **id != tested.unique_id);
    match (others.next(), others.next()) {
        (Some(id), None) => project.nodes.get(id).map(|node| &**node),
        (None, _) => Some(tested),
        _ => None,
    }
}

fn missing<'p>(
    project: &'p Project,
    known: &mut Known<'p>,
    (test, table): (&Node, &'p Node),
    column: &str,
    found: &mut Found,
) {
    let columns = known.entry(&table.unique_id).or_insert_with(|| columns(project, table));
    let Some(columns) = columns.as_ref().filter(|columns| !columns.contains(&column.to_lowercase())) else { return };
    let message = format!("the {} `{}` has no column `{column}`", table.resource_type, table.display_name());
    let near = did_you_mean(&column.to_lowercase(), columns.iter().map(String::as_str));
    found.at(test.place.clone(), message).help =
        Some(near.map_or_else(
            || format!("its columns are {}", columns.join(", ")),
            |near| format!("did you mean `{near}`?"),
        ));
}

fn columns(project: &Project, table: &Node) -> Option<Vec<String>> {
    let names: Vec<String> = match table.resource_type {
        ResourceType::Seed => project.seed_table(table).ok()?.header,
        ResourceType::Model if table.has_contract() => table.columns.keys().cloned().collect(),
        _ => return None,
    };
    (!names.is_empty()).then(|| names.iter().map(|name| name.trim().to_lowercase()).collect())
}
