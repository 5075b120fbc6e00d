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

use crate::compile::sql;
use crate::finding::{Level, Place};
use crate::guard::{self, Task};
use crate::project::Node;
use crate::rules::{Check, Found, Rule, Subject};

pub(crate) const RULE: Rule =
    Rule { level: Level::Error, summary: "SQL that cannot be read", check: Check::Model(check) };

fn check(model: &Node, subject: &Subject<'_>, found: &mut Found) {
    if model.is_python {
        return;
    }
    let Some(Ok(compiled)) = subject.compiled.get(&model.unique_id) else { return };
    if compiled.asks_warehouse {
        // What it will be is known when the warehouse answers.
        return;
    }
    let is_refused = subject.policy.level("sql/length-limit", Level::Error).is_some();
    if is_refused && compiled.sql.len() > sql::LONGEST {
        // What else is wrong with it need not be known, and might take long to find out.
        return;
    }
    let read = guard::begin(&model.file, Task::sql(&compiled.sql)).map(|_working| sql::check(&compiled.sql));
    let problem = match read {
        Ok(Ok(())) => return,
        Ok(Err(problem)) => problem,
        Err(blame) => {
            found.at(Place::file(model.file.clone()), blame.message()).help = Some(blame.help());
            return;
        }
    };
    let text = |path: &str| subject.project.text(path).to_owned();
    let place = compiled.map.place(problem.span.start, text).unwrap_or_else(|| Place::file(model.file.clone()));
    let place = widened(place, problem.span.len(), subject);
    let finding = found.at(place, problem.message);
    finding.help = Some(problem.help);
    if problem.is_unread {
        finding.level = Level::Note;
        finding.help = Some("cadet's reader does not know every clause of Athena: this need not be wrong".into());
    }
}

/// The mapped place is the first character: mark the whole word where it stands in the author's text.
fn widened(mut place: Place, length: usize, subject: &Subject<'_>) -> Place {
    if let Some(span) = &mut place.span
        && span.len() <= 4
    {
        let text = subject.project.text(&place.path);
        let line_end = text[span.start..].find('\n').map_or(text.len(), |at| span.start + at);
        span.end = crate::source::file::floor_char(text, (span.start + length.max(1)).min(line_end)).max(span.end);
    }
    place
}
