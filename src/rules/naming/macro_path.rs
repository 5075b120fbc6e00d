//! Macros lie in `macros/`: what stands elsewhere cannot be called.
//!
//! ## Why
//!
//! dbt reads macros from `macros/` only. In `tests/generic/` it reads nothing but the tests, so a macro beside a test is
//! not there when the test runs. And a file under `models/` that holds nothing but macros is a model without a query.
//!
//! ## Fails
//!
//! ```sql tests/generic/prison_safety/prison_safety__not_negative.sql
//! {% macro is_negative(column) %}{{ column }} < 0{% endmacro %}
//! {% test prison_safety__not_negative(model, column_name) %}
//! select {{ column_name }} from {{ model }} where {{ column_name }} < 0
//! {% endtest %}
//! ```
//!
//! ## Passes
//!
//! ```sql macros/is_negative.sql
//! {% macro is_negative(column) %}{{ column }} < 0{% endmacro %}
//! ```
//!
//! A comment defines nothing.
//!
//! ```sql tests/generic/prison_safety/prison_safety__not_negative.sql
//! {# {% macro is_negative(column) %} stands in macros/is_negative.sql #}
//! {% test prison_safety__not_negative(model, column_name) %}
//! select {{ column_name }} from {{ model }} where {{ is_negative(column_name) }}
//! {% endtest %}
//! ```

use crate::finding::Level;
use crate::jinja::blocks::{BlockKind, blocks};
use crate::project::ResourceType;
use crate::rules::templates::Template;
use crate::rules::{Check, Found, Rule, Subject};

pub(crate) const RULE: Rule =
    Rule { level: Level::Warning, summary: "a macro that dbt does not read", check: Check::Templates(check) };

fn check(templates: &[Template<'_>], subject: &Subject<'_>, found: &mut Found) {
    let root = subject.project.root();
    let tests: Vec<String> = root.file.test_paths.iter().map(|path| format!("{}/generic/", root.join(path))).collect();
    for template in templates.iter().filter(|template| template.text.contains("macro")) {
        let is_model = template.node().is_some_and(|node| node.resource_type == ResourceType::Model);
        if !is_model && !tests.iter().any(|folder| template.path.starts_with(folder)) {
            continue;
        }
        let Ok(blocks) = blocks(template.text) else { continue };
        let macros = || blocks.iter().filter(|block| block.kind == BlockKind::Macro);
        let Some(first) = macros().next() else { continue };
        if is_model && !holds_nothing_else(template.text, macros().map(|block| block.range.clone())) {
            continue;
        }
        let message = match is_model {
            true => format!("this file is read as a model, so nothing can call its macro `{}`", first.name),
            false => format!("dbt reads only tests from this file, so nothing can call its macro `{}`", first.name),
        };
        found.at(template.at(first.name_span.clone()), message).help =
            Some(format!("move it to `macros/{}.sql`", first.name));
    }
}

fn holds_nothing_else(text: &str, blocks: impl Iterator<Item = std::ops::Range<usize>>) -> bool {
    let mut at = 0;
    for block in blocks {
        if !text[at.min(block.start)..block.start].trim().is_empty() {
            return false;
        }
        at = block.end;
    }
    text[at..].trim().is_empty()
}
