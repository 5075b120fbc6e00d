//! A seed is plain UTF-8 text, with the line ends of Linux.
//!
//! ## Why
//!
//! Excel on Windows writes a mark before the first letter (a BOM) and ends lines in two signs. dbt and cadet read both.
//! But Git shows every line as changed when the next person saves the file on another machine, and dbt takes a seed
//! whose bytes differ for a changed one, and loads it and all that reads it anew.
//!
//! ## Fails
//!
//! A file saved as "CSV UTF-8" by Excel on Windows; its mark does not show here.
//!
//! ```csv seeds/prison/prison_safety/prison_safety__sites.csv
//! ﻿code,name
//! 1,North
//! ```
//!
//! ## Passes
//!
//! Letters of other languages are UTF-8 too.
//!
//! ```csv seeds/prison/prison_safety/prison_safety__sites.csv
//! code,name
//! 1,Ynys Môn
//! ```

use crate::finding::{Edit, Fix, Level, Place};
use crate::project::Node;
use crate::rules::{Check, Found, Rule, Subject};

pub(crate) const RULE: Rule =
    Rule { level: Level::Note, summary: "a mark or line ends of Windows in a seed", check: Check::Seed(check) };

/// With more rows the fix would be a list that nobody can read.
const MOST: usize = 2_000;

fn check(seed: &Node, subject: &Subject<'_>, found: &mut Found) {
    let Some(file) = subject.project.tree.find(&seed.file) else { return };
    let Ok(text) = file.text() else { return };
    if file.bytes.starts_with(&[0xef, 0xbb, 0xbf]) {
        let finding = found.at(Place::file(seed.file.clone()), "this seed begins with a byte order mark (BOM)");
        finding.help = Some("save it as UTF-8 without BOM: editors offer both".into());
        finding.fix = Some(Box::new(Fix::without_mark(&seed.file)));
    }
    let ends = ends_of_rows(text);
    if !ends.is_empty() {
        let finding = found.at(Place::file(seed.file.clone()), "the lines of this seed end as on Windows (CRLF)");
        finding.help =
            Some("save it with the line ends of Linux (LF); `*.csv text eol=lf` in .gitattributes keeps it so".into());
        let edit = |at: &usize| Edit::Replace { place: Place::span(&seed.file, *at..at + 1), text: String::new() };
        let edits: Vec<Edit> = ends.iter().map(edit).collect();
        finding.fix = (edits.len() <= MOST).then(|| Box::new(Fix { edits, is_safe: true }));
    }
}

/// Where rows end in two signs. A line break inside of quotes is a part of a value, and no end.
fn ends_of_rows(text: &str) -> Vec<usize> {
    let parts = text.split('"').scan(0, |start, part| {
        let at = *start;
        *start += part.len() + 1;
        Some((at, part))
    });
    let outside = parts.step_by(2);
    outside.flat_map(|(start, part)| part.match_indices("\r\n").map(move |(at, _)| start + at)).collect()
}
