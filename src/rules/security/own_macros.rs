//! No macro of the project takes the place of what dbt itself does.
//!
//! ## Why
//!
//! A macro named `ref` or `source` decides for every model which table it reads. One named `athena__create_table_as`, or a
//! materialization named `table`, decides which statements build every table, in production too. cadet writes its own
//! statements, and takes no notice of such a macro when it builds.
//!
//! ## Fails
//!
//! ```sql macros/prison/create_table_as.sql
//! {% macro athena__create_table_as(temporary, relation, sql) %}
//!   create table {{ relation }} as {{ sql }}
//! {% endmacro %}
//! ```
//!
//! ## Passes
//!
//! dbt asks for macros that name schemas and tables.
//!
//! ```sql macros/prison/generate_schema_name.sql
//! {% macro generate_schema_name(custom_schema_name, node) %}{{ return(target.schema) }}{% endmacro %}
//! ```
//!
//! What is for another warehouse replaces nothing on Athena.
//!
//! ```sql macros/prison/table_elsewhere.sql
//! {% materialization table, adapter='snowflake' %}{{ return({'relations': [this]}) }}{% endmaterialization %}
//! ```

use crate::finding::{Level, Place};
use crate::jinja::blocks::BlockKind;
use crate::jinja::universe::MacroDef;
use crate::rules::{Check, Found, Rule, Subject};

pub(crate) const RULE: Rule =
    Rule { level: Level::Warning, summary: "a macro in the place of dbt's own", check: Check::Project(check) };

/// What decides for every model what it reads, and what is run for it.
const OWN: &[&str] = &[
    "config",
    "create_csv_table",
    "create_table_as",
    "create_view_as",
    "drop_relation",
    "load_csv_rows",
    "ref",
    "run_hooks",
    "run_query",
    "source",
    "statement",
    "store_result",
];

/// What dbt builds tables with.
const MATERIALIZATIONS: &[&str] =
    &["ephemeral", "incremental", "materialized_view", "seed", "snapshot", "table", "test", "view"];

fn check(subject: &Subject<'_>, found: &mut Found) {
    let project = subject.project;
    if !subject.is_for_athena() {
        return;
    }
    for own in project.universe.iter().filter(|own| own.package == project.name && !own.path.is_empty()) {
        let Some(what) = replaced(own) else { continue };
        let place = Place::span(own.path.clone(), own.name_span.clone());
        let whose = if what == "materialization `test`" { "tests" } else { "models" };
        found.at(place, format!("this takes the place of dbt's own {what} for all {whose}")).help =
            Some("give it a name of its own, and call it where it is needed".to_owned());
    }
}

/// What of dbt's a macro takes the place of.
fn replaced(own: &MacroDef) -> Option<String> {
    if own.kind == BlockKind::Materialization {
        let (name, adapter) = own.name.trim_start_matches("materialization_").rsplit_once('_')?;
        // What is for another warehouse takes nobody's place here.
        let is_here = matches!(adapter, "default" | "athena");
        return (is_here && MATERIALIZATIONS.contains(&name)).then(|| format!("materialization `{name}`"));
    }
    let name = ["athena__", "default__"].iter().find_map(|prefix| own.name.strip_prefix(prefix)).unwrap_or(&own.name);
    (own.kind == BlockKind::Macro && OWN.contains(&name)).then(|| format!("`{}`", own.name))
}
