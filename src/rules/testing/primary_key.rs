//! A fact, dimension or staging table has a primary key that is tested.
//!
//! ## Why
//!
//! Athena knows no keys. Only a test finds out that a join has doubled the rows before somebody counts them. A key is
//! tested as `unique` and `not_null` on one column, or by one test of a combination of columns, such as
//! `dbt_utils.unique_combination_of_columns` or a `unique` test of an expression.
//!
//! ## Fails
//!
//! ```sql models/prison/prison_safety/prison_safety__visits_fct.sql
//! select 1 as visit_id
//! ```
//! ```yaml models/prison/prison_safety/prison_safety__visits_fct.yaml
//! models:
//!   - name: prison_safety__visits_fct
//!     description: One row for each visit.
//!     columns:
//!       - name: visit_id
//!         description: Number of the visit.
//!         data_tests:
//!           - unique
//! ```
//!
//! ## Passes
//!
//! ```sql models/prison/prison_safety/prison_safety__visits_fct.sql
//! select 1 as visit_id
//! ```
//! ```yaml models/prison/prison_safety/prison_safety__visits_fct.yaml
//! models:
//!   - name: prison_safety__visits_fct
//!     description: One row for each visit.
//!     columns:
//!       - name: visit_id
//!         description: Number of the visit.
//!         data_tests:
//!           - unique
//!           - not_null
//! ```
//! ```sql models/prison/prison_safety/prison_safety__days_fct.sql
//! select 1 as site, 2 as day
//! ```
//! ```yaml models/prison/prison_safety/prison_safety__days_fct.yaml
//! models:
//!   - name: prison_safety__days_fct
//!     description: One row for each site and day.
//!     data_tests:
//!       - unique:
//!           arguments:
//!             column_name: cast(site as varchar) || '-' || cast(day as varchar)
//! ```

use std::collections::HashMap;

use crate::finding::Level;
use crate::project::{Node, ResourceType};
use crate::rules::handbook::Handbook;
use crate::rules::{Check, Found, Rule};

pub(crate) const RULE: Rule = Rule {
    level: Level::Warning,
    summary: "a table for readers without a tested primary key",
    check: Check::Handbook(check),
};

/// What the tests of one table say of its key.
#[derive(Default)]
struct Key<'p> {
    unique: Vec<&'p str>,
    not_null: Vec<&'p str>,
    is_tested: bool,
}

fn check(handbook: &Handbook<'_>, found: &mut Found) {
    let project = handbook.subject.project;
    let mut keys: HashMap<&str, Key<'_>> = HashMap::new();
    for test in project.of_type(ResourceType::Test) {
        let Some((info, attached)) = test.test.as_ref().and_then(|info| Some((info, info.attached_to.as_deref()?)))
        else {
            continue;
        };
        let key = keys.entry(attached).or_default();
        let is_plain = info.namespace.is_none();
        match (info.name.as_str(), column(test)) {
            ("unique", Some(column)) if is_plain => key.unique.push(column),
            ("not_null", Some(column)) if is_plain => key.not_null.push(column),
            // `unique` of an expression, a combination of columns, or a test of the team's own.
            (name, _) if name.contains("unique") || name.contains("primary_key") => key.is_tested = true,
            _ => {}
        }
    }
    let none = Key::default();
    for model in handbook.models().filter(|model| handbook.role(model).is_for_readers() && !model.is_ephemeral()) {
        tell(model, keys.get(model.unique_id.as_str()).unwrap_or(&none), found);
    }
}

/// The column that a test stands at.
fn column(test: &Node) -> Option<&str> {
    let info = test.test.as_ref()?;
    let name = info.column_name.as_deref()?;
    Some(name.trim_matches('"'))
}

fn tell(model: &Node, key: &Key<'_>, found: &mut Found) {
    if key.is_tested || key.unique.iter().any(|column| key.not_null.contains(column)) {
        return;
    }
    let Some(place) = model.patch.clone() else { return };
    let name = model.display_name();
    let (message, help) = match key.unique.first() {
        Some(column) => (
            format!("`{column}` of `{name}` is tested as `unique`, but not as `not_null`: rows without a key are not found"),
            format!("      - name: {column}\n        data_tests:\n          - unique\n          - not_null"),
        ),
        None => (
            format!("`{name}` has no primary key that is tested"),
            "test the column that is different in each row:\n    columns:\n      - name: …\n        data_tests:\n          - unique\n          - not_null".to_owned(),
        ),
    };
    found.at(place, message).help = Some(help);
}
