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
//! ## Passes
//!
//! ```sql tests/generic/prison_safety/prison_safety__not_negative.sql
//! {% test prison_safety__not_negative(model, column_name) %}
//! select {{ column_name }} from {{ model }} where {{ column_name }} < 0
//! {% endtest %}
//! ```

use crate::finding::{Level, Place};
use crate::jinja::blocks::{BlockKind, blocks};
use crate::rules::handbook::Handbook;
use crate::rules::{Check, Found, Rule, Subject};
use crate::source::SourceFile;

pub(crate) const RULE: Rule = Rule {
    level: Level::Error,
    summary: "a generic test outside tests/generic/<team>/",
    check: Check::Handbook(check),
};

fn check(handbook: &Handbook<'_>, found: &mut Found) {
    for file in handbook.subject.own_files() {
        one(file, handbook.subject, found);
    }
}

fn one(file: &SourceFile, subject: &Subject<'_>, found: &mut Found) {
    let below = |folder: &String| file.path.strip_prefix(&format!("{folder}/generic/")).map(str::to_owned);
    let Some(path) = subject.project.root().file.test_paths.iter().find_map(below) else { return };
    if file.extension() != "sql" {
        return;
    }
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
    let Ok(text) = file.text() else { return };
    for block in blocks(text).unwrap_or_default().into_iter().filter(|block| block.kind == BlockKind::Test) {
        let name = block.name.trim_start_matches("test_");
        if name != stem {
            let message = format!("the test in this file is called `{name}`, not `{stem}`");
            found.at(Place::span(file.path.clone(), block.name_span), message).help =
                Some(format!("write `{{% test {stem}(…) %}}`, or rename the file"));
        }
    }
}
