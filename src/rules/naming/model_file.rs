//! A model's file is named `<database>__<table>.sql`: the database is the folder's, and `__` stands in it once.
//!
//! ## Why
//!
//! The name of the table in Athena is what follows `__`, and the database is what stands before it. A name without
//! `__`, or with two of them, or with another database than its folder's, would deploy to the wrong place.
//!
//! ## Fails
//!
//! ```sql models/prison/prison_safety/prison_safety_visits.sql
//! select 1 as visit_id
//! ```
//!
//! ## Passes
//!
//! ```sql models/prison/prison_safety/prison_safety__visits.sql
//! select 1 as visit_id
//! ```

use crate::finding::Level;
use crate::project::Node;
use crate::rules::{Check, Found, Rule, Subject};
use crate::source::file::stem;

pub(crate) const RULE: Rule = Rule {
    level: Level::Error,
    summary: "a model file whose name is not <database>__<table>.sql",
    check: Check::Model(check),
};

fn check(model: &Node, _: &Subject<'_>, found: &mut Found) {
    let Some(database) = model.path.split('/').nth(1).filter(|_| model.path.split('/').count() > 2) else { return };
    let name = stem(&model.file);
    let (message, table) = match name.split("__").collect::<Vec<_>>().as_slice() {
        [first, _] if *first == database => return,
        [first, table] => (
            format!("this file is in the folder of the database `{database}`, but its name begins with `{first}`"),
            (*table).to_owned(),
        ),
        [_] => ("the name of this file has no `__` between database and table".to_owned(), without(name, database)),
        _ => ("the name of this file has more than one `__`".to_owned(), without(name, database).replace("__", "_")),
    };
    found.at(model.place.clone(), message).help = Some(format!(
        "rename it to `{database}__{table}.sql`, and with it its property file, and the name in property files and `ref`s"
    ));
}

/// The table's part of a name that begins with the database, whatever stands between.
fn without(name: &str, database: &str) -> String {
    let rest = name.strip_prefix(database).unwrap_or(name).trim_start_matches('_');
    if rest.is_empty() { "<table>".to_owned() } else { rest.to_owned() }
}
