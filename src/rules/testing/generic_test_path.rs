//! A generic test lies in `tests/generic/<team>/<team>__<name>.sql`, and has the name of its file.
//!
//! ## Why
//!
//! The folder says who looks after the test, and the name can then be used by one team only.
//!
//! ## Fails
//!
//! ```sql tests/generic/not_negative.sql
//! {% test not_negative(model, column_name) %}
//! select {{ column_name }} from {{ model }} where {{ column_name }} < 0
//! {% endtest %}
//! ```
//!
//! dbt finds a test in `macros/` too, where nobody looks for it.
//!
//! ```sql macros/not_odd.sql
//! {% test not_odd(model, column_name) %}
//! select {{ column_name }} from {{ model }} where {{ column_name }} % 2 = 1
//! {% endtest %}
//! ```
//! ```sql models/prison/prison_safety/prison_safety__visits_joined.sql
//! select 1 as visit_id
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
//! A comment is no test.
//!
//! ```sql tests/generic/prison_safety/prison_safety__not_empty.sql
//! {# {% test not_empty(model) %} was its name before #}
//! {% test prison_safety__not_empty(model) %}
//! select count(*) as row_count from {{ model }} having count(*) = 0
//! {% endtest %}
//! ```

use crate::finding::{Level, Place};
use crate::jinja::blocks::{Block, BlockKind, blocks};
use crate::rules::handbook::Handbook;
use crate::rules::{Check, Found, Rule, Subject};
use crate::source::SourceFile;

pub(crate) const RULE: Rule = Rule {
    level: Level::Error,
    summary: "a generic test outside tests/generic/<team>/",
    check: Check::Handbook(check),
};

fn check(handbook: &Handbook<'_>, found: &mut Found) {
    // A package of macros and tests for others has no team.
    let is_package = handbook.tables().next().is_none();
    for file in handbook.subject.own_files() {
        one(file, handbook.subject, is_package, found);
    }
}

fn one(file: &SourceFile, subject: &Subject<'_>, is_package: bool, found: &mut Found) {
    let below = |folder: &String| file.path.strip_prefix(&format!("{folder}/generic/")).map(str::to_owned);
    let root = &subject.project.root().file;
    if file.extension() != "sql" {
        return;
    }
    let Some(path) = root.test_paths.iter().find_map(below) else {
        if !is_package && root.macro_paths.iter().any(|folder| file.path.starts_with(&format!("{folder}/"))) {
            among_macros(file, found);
        }
        return;
    };
    let stem = file.stem();
    let fits = matches!(path.split('/').collect::<Vec<_>>().as_slice(), [team, _] if stem.split_once("__").is_some_and(|(first, name)| first == *team && !name.is_empty()));
    if !fits {
        let team = path.split_once('/').map_or("<team>", |(team, _)| team);
        let name = stem.rsplit("__").next().unwrap_or(stem);
        let message = "this generic test is not in `tests/generic/<team>/<team>__<name>.sql`";
        found.at(Place::file(file.path.clone()), message).help =
            Some(format!("move it to `tests/generic/{team}/{team}__{name}.sql`"));
        return;
    }
    for block in tests(file) {
        let name = block.name.trim_start_matches("test_");
        if name != stem {
            let message = format!("the test in this file is called `{name}`, not `{stem}`");
            found.at(Place::span(file.path.clone(), block.name_span), message).help =
                Some(format!("write `{{% test {stem}(…) %}}`, or rename the file"));
        }
    }
}

fn among_macros(file: &SourceFile, found: &mut Found) {
    for block in tests(file) {
        let name = block.name.trim_start_matches("test_");
        let message = format!("the generic test `{name}` is not in `tests/generic/<team>/<team>__<name>.sql`");
        let own = name.rsplit("__").next().unwrap_or(name);
        found.at(Place::span(file.path.clone(), block.name_span), message).help =
            Some(format!("move it to `tests/generic/<team>/<team>__{own}.sql`"));
    }
}

/// The generic tests that a file defines.
fn tests(file: &SourceFile) -> impl Iterator<Item = Block> {
    let all = file.text().ok().and_then(|text| blocks(text).ok()).unwrap_or_default();
    all.into_iter().filter(|block| block.kind == BlockKind::Test)
}
