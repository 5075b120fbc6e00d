//! The end of a model's name says what the model is for: `_fct`, `_dim`, `_stg`, or what was done to the data, such as
//! `_joined`.
//!
//! ## Why
//!
//! Whoever looks for a table sees from its name whether it is meant for them: facts and dimensions are, staging and
//! intermediate tables are steps on the way. Intermediate tables end in the main transformation in the past tense:
//! `_grouped`, `_filtered`, `_left_joined`. In a database for staging only, such as `stg_nomis` or `nomis_stg`, the names
//! need no suffix. This is a warning: cadet knows verbs by a list and by their endings. More of them can be named under
//! `transformations:` in `cadet.yaml`.
//!
//! With `preset: prefix` in `cadet.yaml` the names begin with it instead, as the later handbook has it: `int_` in a
//! database that ends in `_int`, `fct_` or `dim_` in one that ends in `_datamarts`. Staging models lie in databases of
//! the domain `staging`. In other databases, such as `_derived`, names are free.
//!
//! ## Fails
//!
//! ```sql models/prison/prison_safety/prison_safety__visits.sql
//! select 1 as visit_id
//! ```
//!
//! ## Passes
//!
//! ```sql models/prison/prison_safety/prison_safety__visits_fct.sql
//! select 1 as visit_id
//! ```
//! ```sql models/prison/prison_safety/prison_safety__visits_joined_to_visitors.sql
//! select 1 as visit_id
//! ```
//! ```sql models/prison/nomis_stg/nomis_stg__visits.sql
//! select 1 as visit_id
//! ```

use crate::finding::Level;
use crate::project::Node;
use crate::rules::handbook::{self, Handbook, Role};
use crate::rules::participle::says_what_was_done;
use crate::rules::{Check, Found, Rule};
use crate::settings::Preset;

pub(crate) const RULE: Rule = Rule {
    level: Level::Warning,
    summary: "a model whose name does not say what it is for",
    check: Check::Handbook(check),
};

fn check(handbook: &Handbook<'_>, found: &mut Found) {
    for model in handbook.models() {
        let Some((database, table)) = model.name.split_once("__") else { continue };
        match handbook.preset {
            Preset::Prefix => prefix(handbook, model, (database, table), found),
            Preset::Suffix | Preset::None => suffix(handbook, model, table, found),
        }
    }
}

fn suffix(handbook: &Handbook<'_>, model: &Node, table: &str, found: &mut Found) {
    let policy = handbook.subject.policy;
    if handbook.role(model) != Role::Intermediate || says_what_was_done(table, &policy.transformations) {
        return;
    }
    let message = format!("the name `{}` does not say what this model is for", model.name);
    found.at(model.place.clone(), message).help = Some(format!(
        "end it in `_fct` (a fact table), `_dim` (a dimension) or `_stg` (staging); an intermediate table ends in what was done, such as `{table}_joined` or `{table}_filtered`"
    ));
}

fn prefix(handbook: &Handbook<'_>, model: &Node, (database, table): (&str, &str), found: &mut Found) {
    let domain = handbook::domain(model).unwrap_or_default();
    let role = handbook.role(model);
    let begins = table.split('_').next().unwrap_or_default();
    let (message, help) = if role == Role::Staging && domain != "staging" && begins == "stg" {
        let folder = format!("models/staging/{database}/");
        (
            format!("this staging model lies in the domain `{domain}`, not in `staging`"),
            format!("move it to `{folder}`, where staging models of all domains lie"),
        )
    } else if domain == "staging" && !handbook::is_staging(database) {
        (
            format!("the database `{database}` in the domain `staging` is not named after staging"),
            format!("name the database `stg_{database}`"),
        )
    } else if database.ends_with("_int") && begins != "int" {
        (
            format!("this intermediate model is named `{table}`, without `int_`"),
            format!("rename it to `{database}__int_{table}.sql`"),
        )
    } else if database.ends_with("_datamarts") && !matches!(begins, "fct" | "dim") {
        (
            format!("`{table}` in a datamart is named neither as a fact nor as a dimension"),
            format!(
                "rename it to `{database}__fct_{table}.sql` or `{database}__dim_{table}.sql`, or move it to a `_derived` database"
            ),
        )
    } else {
        return;
    };
    found.at(model.place.clone(), message).help = Some(help);
}
