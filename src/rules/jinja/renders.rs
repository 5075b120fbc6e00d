//! Every template can be read and rendered: braces are closed, and what is called exists.
//!
//! ## Why
//!
//! dbt compiles a model's Jinja before anything is sent to Athena. When that fails, nothing of the project is built.
//!
//! ## Fails
//!
//! ```sql models/prison/prison_safety/prison_safety__visits.sql
//! select {{ dbt_utils.surrogate_key(['a', 'b']) } as visit_id
//! ```
//!
//! ## Passes
//!
//! ```sql models/prison/prison_safety/prison_safety__visits.sql
//! select {{ 1 + 1 }} as visit_id
//! ```
//!
//! In a comment and between `raw` and `endraw` nothing is Jinja.
//!
//! ```sql models/prison/prison_safety/prison_safety__visits_joined.sql
//! {# select {{ dbt_utils.surrogate_key(['a', 'b']) } as visit_id #}
//! select '{% raw %}{{ not_there() }{% endraw %}' as visit_note
//! ```

use crate::finding::Level;
use crate::project::ProblemKind;
use crate::rules::{Check, Found, Rule, Subject};

pub(crate) const RULE: Rule =
    Rule { level: Level::Error, summary: "Jinja that cannot be rendered", check: Check::Project(check) };

fn check(subject: &Subject<'_>, found: &mut Found) {
    found.problems(subject, ProblemKind::Jinja, Level::Error);
    let mut ids: Vec<&String> = subject.compiled.keys().collect();
    ids.sort();
    for id in ids {
        let Some(Err(problem)) = subject.compiled.get(id) else { continue };
        let finding = found.at(problem.place.clone(), problem.message.clone());
        finding.related.clone_from(&problem.stack);
        finding.help = Some(problem.help.clone());
    }
}
