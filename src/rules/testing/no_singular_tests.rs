//! There are no singular tests: no `.sql` file under `tests/` outside `tests/generic/`.
//!
//! ## Why
//!
//! Singular tests are not run in production. A generic test can be used on any table, and is declared where the table
//! is described.
//!
//! ## Fails
//!
//! ```sql tests/visits_have_visitors.sql
//! select 1 as visit_id where 1 = 0
//! ```
//!
//! ## Passes
//!
//! ```sql tests/generic/prison_safety/prison_safety__not_negative.sql
//! {% test prison_safety__not_negative(model, column_name) %}
//! select {{ column_name }} from {{ model }} where {{ column_name }} < 0
//! {% endtest %}
//! ```
//!
//! What a unit test is given may stand in `tests/fixtures/`.
//!
//! ```sql tests/fixtures/visits_without_visitors.sql
//! select 1 as visit_id
//! ```

use crate::finding::{Level, Place};
use crate::rules::handbook::Handbook;
use crate::rules::{Check, Found, Rule, Subject};
use crate::source::SourceFile;

pub(crate) const RULE: Rule = Rule { level: Level::Error, summary: "a singular test", check: Check::Handbook(check) };

fn check(handbook: &Handbook<'_>, found: &mut Found) {
    for file in handbook.subject.own_files() {
        one(file, handbook.subject, found);
    }
}

fn one(file: &SourceFile, subject: &Subject<'_>, found: &mut Found) {
    let is_singular = |folder: &String| {
        file.path.strip_prefix(&format!("{folder}/")).is_some_and(|below| {
            // Generic tests are macros, and fixtures belong to unit tests.
            !below.starts_with("generic/") && !below.starts_with("fixtures/")
        })
    };
    if file.extension() == "sql" && subject.project.root().file.test_paths.iter().any(is_singular) {
        found.at(Place::file(file.path.clone()), "singular tests are not used here, and never run in production").help =
            Some("make it a generic test in `tests/generic/<team>/<team>__<name>.sql` and name it under `data_tests:` of the model".into());
    }
}
