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

use crate::finding::{Fix, Level, Place};
use crate::project::Node;
use crate::rules::{Check, Found, Rule, Subject};

pub(crate) const RULE: Rule =
    Rule { level: Level::Note, summary: "a mark or line ends of Windows in a seed", check: Check::Seed(check) };

fn check(seed: &Node, subject: &Subject<'_>, found: &mut Found) {
    let Some(file) = subject.project.tree.find(&seed.file) else { return };
    let Ok(text) = file.text() else { return };
    if file.bytes.starts_with(&[0xef, 0xbb, 0xbf]) {
        let message = "this seed begins with a byte order mark (BOM)";
        found.at(Place::file(seed.file.clone()), message).help =
            Some("save it as UTF-8 without BOM: editors offer both".into());
    }
    if text.contains("\r\n") {
        let finding = found.at(Place::file(seed.file.clone()), "the lines of this seed end as on Windows (CRLF)");
        finding.help =
            Some("save it with the line ends of Linux (LF); `*.csv text eol=lf` in .gitattributes keeps it so".into());
        let whole = Place::span(seed.file.clone(), 0..text.len());
        finding.fix = Some(Box::new(Fix::safe(whole, text.replace("\r\n", "\n"))));
    }
}
