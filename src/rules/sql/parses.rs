//! The SQL of a model can be read, and is one query.
//!
//! ## Why
//!
//! Athena would refuse it too, but minutes later and with a line number of the compiled SQL. cadet shows the line of
//! the model.
//!
//! ## Fails
//!
//! ```sql models/prison/prison_safety/prison_safety__visits.sql
//! select
//!     visit_id,
//!     visit_date,
//! from {{ this }}
//! ```
//!
//! ## Passes
//!
//! ```sql models/prison/prison_safety/prison_safety__visits.sql
//! select
//!     visit_id,
//!     visit_date
//! from {{ this }}
//! ```
//!
//! In a text or a comment a comma may stand anywhere.
//!
//! ```sql models/prison/prison_safety/prison_safety__visits_filtered.sql
//! select
//!     visit_id,
//!     'kept, from 2024' as note -- visit_date,
//! from {{ this }}
//! ```

use crate::compile::sql::SqlProblem;
use crate::finding::{Level, Place};
use crate::project::Node;
use crate::rules::bodies::Read;
use crate::rules::{Check, Found, Rule, Subject};

pub(crate) const RULE: Rule =
    Rule { level: Level::Error, summary: "SQL that cannot be read", check: Check::Model(check) };

fn check(model: &Node, subject: &Subject<'_>, found: &mut Found) {
    match subject.read(model) {
        Some(Read::Problem(problem)) => say(model, problem, subject, found),
        Some(Read::LeftOut(blame)) => {
            found.at(Place::file(model.file.clone()), blame.message()).help = Some(blame.help());
        }
        Some(Read::Facts(_)) | None => {}
    }
}

fn say(model: &Node, problem: &SqlProblem, subject: &Subject<'_>, found: &mut Found) {
    let Some(Ok(compiled)) = subject.compiled.get(&model.unique_id) else { return };
    let text = |path: &str| subject.project.text(path).to_owned();
    let place = compiled.place(problem.span.clone(), text).map(|(place, _)| place);
    let place = place.unwrap_or_else(|| Place::file(model.file.clone()));
    let finding = found.at(place, problem.message.clone());
    finding.help = Some(problem.help.clone());
    if problem.is_unread {
        finding.level = Level::Note;
        finding.help = Some("cadet's reader does not know every clause of Athena: this need not be wrong".into());
    }
}
