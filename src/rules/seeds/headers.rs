//! The columns of a seed have names that need no quotes.
//!
//! ## Why
//!
//! The names in the first line become the columns of the table. Glue turns capitals into small letters. A name with
//! blanks, brackets or other signs, or one that begins with a digit, has to be put in double quotes by everyone who reads
//! the table. A blank after a comma is part of the name. dbt looks for the names under `column_types` exactly as they are
//! written in the CSV.
//!
//! ## Fails
//!
//! ```csv seeds/prison/prison_safety/prison_safety__sites.csv
//! Site Code,name
//! 1,North
//! ```
//!
//! ## Passes
//!
//! The values may be whatever they are.
//!
//! ```csv seeds/prison/prison_safety/prison_safety__sites.csv
//! site_code,name_2
//! "Site Code","North (upper)"
//! ```

use crate::compile::sql::is_reserved;
use crate::finding::{Fix, Level};
use crate::project::Node;
use crate::rules::{Check, Found, Rule, SeedRows, Subject, snake_case};

pub(crate) const RULE: Rule =
    Rule { level: Level::Warning, summary: "a seed's column that needs quotes", check: Check::Seed(check) };

fn check(seed: &Node, subject: &Subject<'_>, found: &mut Found) {
    let Some(rows) = SeedRows::of(seed, subject) else { return };
    for (at, name) in rows.table.header.iter().enumerate() {
        let message = if name.trim() != name {
            format!("the name of the column `{}` has a blank before or after it", name.trim())
        } else if is_reserved(name) {
            format!("`{name}` is a word of SQL, and as a column it needs quotes wherever it is used")
        } else if name.starts_with(|c: char| c.is_ascii_digit()) {
            format!("the name of the column `{name}` begins with a digit, so that it needs quotes wherever it is used")
        } else if name.chars().any(|c| !c.is_ascii_alphanumeric() && c != '_') {
            format!("the name of the column `{name}` has other signs than letters, digits and `_`")
        } else if name.chars().any(char::is_uppercase) {
            format!("the column `{name}` will be called `{}`", name.to_lowercase())
        } else {
            continue;
        };
        let (place, better) = (rows.header(at), snake_case(name));
        let is_name = !better.is_empty() && !is_reserved(&better) && !better.starts_with(|c: char| c.is_ascii_digit());
        let is_free =
            is_name && !rows.table.header.iter().any(|other| other.eq_ignore_ascii_case(&better) && other != name);
        let finding = found.at(place.clone(), message);
        finding.help = Some(if is_free {
            format!("call it `{better}` in the first line, and wherever else the seed is used")
        } else {
            "give it another name, of small letters, digits and `_`".to_owned()
        });
        let is_alone =
            place.span.as_ref().is_some_and(|span| subject.project.text(&seed.file).get(span.clone()) == Some(name));
        if is_free && is_alone {
            finding.fix = Some(Box::new(Fix::unsafe_to(place, better)));
        }
    }
}
