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
use crate::finding::{Fix, Level, Place};
use crate::project::Node;
use crate::rules::personal::is_personal;
use crate::rules::{Check, Found, Rule, SeedRows, Subject, snake_case};

pub(crate) const RULE: Rule =
    Rule { level: Level::Warning, summary: "a seed's column that needs quotes", check: Check::Seed(check) };

/// With more columns in capitals, all are told in one finding.
const MOST: usize = 3;

/// So many of them are written out.
const LISTED: usize = 20;

fn check(seed: &Node, subject: &Subject<'_>, found: &mut Found) {
    let Some(rows) = SeedRows::of(seed, subject) else { return };
    let header = &rows.table.header;
    if header.iter().any(|name| is_personal(name)) {
        found
            .at(Place::file(seed.file.clone()), "the first line of this seed looks like values, not like names")
            .help =
            Some("write a line with the names of the columns above it; the first line is never loaded as a row".into());
        return;
    }
    let capitals: Vec<usize> = (0..header.len()).filter(|at| has_only_capitals(&header[*at])).collect();
    let are_many = capitals.len() > MOST;
    if let (Some(first), true) = (capitals.first(), are_many) {
        let message = format!("{} columns of this seed have capitals, which Glue does not keep", capitals.len());
        let mut names: Vec<String> = capitals.iter().take(LISTED).map(|at| snake_case(&header[*at])).collect();
        names.extend((capitals.len() > LISTED).then(|| "…".to_owned()));
        found.at(rows.header(*first), message).help =
            Some(format!("write small letters in the first line: {}", names.join(", ")));
    }
    for (at, name) in header.iter().enumerate().filter(|(at, _)| !(are_many && capitals.contains(at))) {
        if let Some(message) = wrong(name) {
            say(&rows, at, message, subject, found);
        }
    }
}

/// What is wrong with the name of a column.
fn wrong(name: &str) -> Option<String> {
    if name.trim() != name {
        Some(format!("the name of the column `{}` has a blank before or after it", name.trim()))
    } else if is_reserved(name) {
        Some(format!("`{name}` is a word of SQL, and as a column it needs quotes wherever it is used"))
    } else if name.starts_with(|c: char| c.is_ascii_digit()) {
        Some(format!(
            "the name of the column `{name}` begins with a digit, so that it needs quotes wherever it is used"
        ))
    } else if !is_plain(name) {
        Some(format!("the name of the column `{name}` has other signs than letters, digits and `_`"))
    } else if has_only_capitals(name) {
        Some(format!("the column `{name}` will be called `{}`", name.to_lowercase()))
    } else {
        None
    }
}

fn is_plain(name: &str) -> bool {
    name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// Whether nothing is wrong with a name but its capitals.
fn has_only_capitals(name: &str) -> bool {
    let is_name = is_plain(name) && !is_reserved(name) && !name.starts_with(|c: char| c.is_ascii_digit());
    is_name && name.chars().any(char::is_uppercase)
}

fn say(rows: &SeedRows<'_>, at: usize, message: String, subject: &Subject<'_>, found: &mut Found) {
    let (header, name) = (&rows.table.header, rows.table.header[at].as_str());
    let (place, better) = (rows.header(at), snake_case(name));
    let is_name = is_plain(&better) && !is_reserved(&better) && better.starts_with(|c: char| c.is_ascii_lowercase());
    let is_free = is_name && !header.iter().any(|other| other.eq_ignore_ascii_case(&better) && other != name);
    let written = place.span.clone().and_then(|span| subject.project.text(&place.path).get(span));
    let is_alone = written == Some(name);
    let finding = found.at(place.clone(), message);
    if is_free {
        finding.help = Some(format!("call it `{better}` in the first line, and wherever else the seed is used"));
        finding.fix = is_alone.then(|| Box::new(Fix::unsafe_to(place, better)));
    } else {
        finding.help = Some("give it another name, of small letters, digits and `_`".to_owned());
    }
}
