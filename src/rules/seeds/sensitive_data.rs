//! A seed tells nothing about people.
//!
//! ## Why
//!
//! Seeds are stored in Git for ever, and their tables can be read by everyone with standard database access. Data about
//! people does not belong there. cadet looks for e-mail addresses of persons, National Insurance and NHS numbers, PNC ids
//! and prison numbers (by their form and their check digits), mobile numbers, and for telephone numbers, postcodes and
//! dates of birth beside people's names. It says where they are, and never shows them.
//!
//! A code may look like one of them by chance: a few values are only reported when the column's name says the same. Rows
//! are counted as a spreadsheet counts them: the names of the columns are row 1.
//!
//! ## Fails
//!
//! ```csv seeds/prison/prison_safety/prison_safety__contacts.csv
//! site,contact
//! North,jane.smith@example.com
//! ```
//!
//! ## Passes
//!
//! Courts have postcodes, telephones and addresses of offices, and codes have letters and digits.
//!
//! ```csv seeds/prison/prison_safety/prison_safety__courts.csv
//! court_code,court_name,postcode,telephone,email
//! B01CN00,Leeds,LS1 3BG,0113 496 0100,enquiries.leeds@example.com
//! C05LV00,York,YO1 9WZ,01904 496 010,enquiries.york@example.com
//! A1234BC,Hull,HU1 2EZ,01482 496 010,enquiries.hull@example.com
//! ```

use crate::finding::Level;
use crate::project::Node;
use crate::rules::personal::{KINDS, Values, is_name};
use crate::rules::{Check, Found, Rule, SeedRows, Subject};

pub(crate) const RULE: Rule =
    Rule { level: Level::Warning, summary: "data about people in a seed", check: Check::Seed(check) };

fn check(seed: &Node, subject: &Subject<'_>, found: &mut Found) {
    let Some(rows) = SeedRows::loosely(seed, subject) else { return };
    let header = &rows.table.header;
    let has_names = header.iter().any(|name| is_name(name));
    // Beside a date of birth, a name is a person's.
    let has_name = has_names || header.iter().any(|name| name.trim().eq_ignore_ascii_case("name"));
    for (at, name) in header.iter().enumerate() {
        // Without a line of names, the first row stands where the names should be.
        let first = (!rows.has_names()).then(|| (1, name.trim()));
        let values: Vec<(usize, &str)> = first.into_iter().chain(rows.values(at)).collect();
        let column = Values { header: name, values: &values };
        let first = KINDS.iter().find_map(|kind| {
            let people = if kind.name.starts_with("dates") { has_name } else { has_names };
            let rows = (kind.rows)(&column, people);
            (!rows.is_empty()).then_some((kind.name, rows))
        });
        let Some((kind, lost)) = first else { continue };
        let message = format!("values of {} look like {kind}: {}", rows.column(at), SeedRows::counted(&lost));
        found.at(rows.header(at), message).help = Some(
            "everyone can read a seed: take the column out. If the file was pushed, tell the Data Modelling team, since it stays in Git's history"
                .into(),
        );
    }
}
