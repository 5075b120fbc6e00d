//! A word of SQL is put in double quotes where it is a name.
//!
//! ## Why
//!
//! Athena takes `order`, `end`, `values` or `group` for the beginning of a clause, and says that it does not understand
//! what comes after it. In double quotes it is a name. A better name for the column saves everyone who reads the table the
//! quotes. The words are those of [Athena's list](https://docs.aws.amazon.com/athena/latest/ug/reserved-words.html) for
//! `select` that Athena does refuse.
//!
//! ## Fails
//!
//! ```sql models/prison/prison_safety/prison_safety__visits.sql
//! select
//!     visits.visit_id,
//!     visits.end
//! from {{ this }} as visits
//! ```
//!
//! ## Passes
//!
//! `date`, `year`, `position` and `status` may be names.
//!
//! ```sql models/prison/prison_safety/prison_safety__visits.sql
//! select
//!     visits.visit_id,
//!     visits."end" as ended_at,
//!     visits.date,
//!     current_date as loaded_on
//! from {{ this }} as visits
//! ```

use crate::finding::{Fix, Level, Place};
use crate::project::Node;
use crate::rules::{Check, Found, Rule, Subject};

pub(crate) const RULE: Rule =
    Rule { level: Level::Error, summary: "a word of SQL used as a name", check: Check::Model(check) };

fn check(model: &Node, subject: &Subject<'_>, found: &mut Found) {
    let Some(query) = subject.query(model) else { return };
    for word in &query.facts.reserved {
        let place = query.place(word.at);
        if follows_tag(subject.project.text(&place.path), &place) {
            // `{{ x }} as a`, where `x` gives nothing.
            let message =
                format!("the `{{{{ … }}}}` before `{}` gives nothing here, so that a name is missing", word.text);
            found.at(place, message).help =
                Some("look at what it prints: `cadet compile` shows the SQL that comes of it".to_owned());
            continue;
        }
        let message = format!("`{}` is a word of SQL and cannot be a name without quotes", word.text);
        let finding = found.at(place, message);
        finding.help = Some(format!("choose another name, or write `\"{}\"`", word.text));
        if let Some(place) = query.written(word.at) {
            finding.fix = Some(Box::new(Fix::safe(place, format!("\"{}\"", word.text))));
        }
    }
}

/// Whether a word that joins others, such as `as` or `from`, stands right behind what Jinja prints.
fn follows_tag(text: &str, place: &Place) -> bool {
    const JOINING: [&str; 8] = ["as", "from", "where", "and", "or", "then", "else", "end"];
    let Some(span) = place.span.clone() else { return false };
    let is_joining = text.get(span.clone()).is_some_and(|word| JOINING.contains(&word.to_lowercase().as_str()));
    is_joining && text.get(..span.start).is_some_and(|before| before.trim_end().ends_with("}}"))
}
