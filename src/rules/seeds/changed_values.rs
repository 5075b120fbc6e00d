//! The values of a seed are loaded as they are written.
//!
//! ## Why
//!
//! dbt guesses the type of each column from its values, and says nothing of what is lost by it: `007` becomes 7, `+44…`
//! loses its `+`, `£1,000` and `5%` become 1000 and 5, and a moment with a time zone or with parts of a second
//! (`2024-01-01T10:00:00Z`) becomes null on Athena. `column_types` in the property file settles it: a column that has a
//! type there is loaded as it is written.
//!
//! Rows are counted as a spreadsheet counts them: the names of the columns are row 1.
//!
//! ## Fails
//!
//! ```csv seeds/prison/prison_safety/prison_safety__sites.csv
//! code,name
//! 007,North
//! 012,South
//! ```
//!
//! ## Passes
//!
//! Codes that are not all digits are text, and `0` is a number.
//!
//! ```csv seeds/prison/prison_safety/prison_safety__sites.csv
//! code,area,cells,opened_on,cost
//! 007,01A,0,2024-01-01,0.50
//! 012,02,10,2024-01-02,1.25
//! ```
//! ```yaml seeds/prison/prison_safety/prison_safety__sites.yaml
//! seeds:
//!   - name: prison_safety__sites
//!     config:
//!       column_types: {code: varchar}
//! ```

use crate::finding::Level;
use crate::parse::csv;
use crate::project::Node;
use crate::rules::{Check, Found, Rule, SeedRows, Subject};

pub(crate) const RULE: Rule =
    Rule { level: Level::Warning, summary: "values that change when they are loaded", check: Check::Seed(check) };

type Test = fn(&str) -> bool;

/// What happens to a value of a column of numbers, in the order in which it is told.
const LOSSES: [(Test, &str); 5] = [
    (has_leading_zero, "lose the zeros that they begin with"),
    (|value| value.starts_with('+'), "lose the `+` that they begin with"),
    (|value| value.contains('%'), "lose their `%`, and 5% becomes 5"),
    (|value| value.contains([',', '_']), "lose the signs between their digits, and 1,000 becomes 1000"),
    (|value| !value.is_ascii() || value.contains('$'), "lose their sign of money"),
];

fn check(seed: &Node, subject: &Subject<'_>, found: &mut Found) {
    let Some(rows) = SeedRows::of(seed, subject).filter(|rows| rows.is_uploaded()) else { return };
    for at in rows.guessed() {
        let values: Vec<(usize, &str)> = rows.values(at).collect();
        if values.is_empty() {
            continue;
        }
        if values.iter().all(|(_, value)| csv::number(value).is_some()) {
            for (is_lost, loss) in LOSSES {
                say(&rows, at, (loss, "varchar"), values.iter().filter(|(_, value)| is_lost(value)), found);
            }
        } else if values.iter().all(|(_, value)| csv::iso_moment(value).is_some()) {
            let lost = || values.iter().filter(|(_, value)| csv::iso_moment(value) == Some(false));
            // As text, a moment that ends in seconds and `Z` is one that dbt-athena reads.
            let is_read = |value: &str| value.ends_with('Z') && value.len() == "2024-01-01T10:00:00Z".len();
            let data_type = if lost().all(|(_, value)| is_read(value)) { "timestamp" } else { "varchar" };
            let loss = "have a time zone or parts of a second, and become null on Athena";
            say(&rows, at, (loss, data_type), lost(), found);
        }
    }
}

/// `007`, but neither `0` nor `0.5`.
fn has_leading_zero(value: &str) -> bool {
    let value = value.trim_start_matches('-');
    value.len() > 1 && value.starts_with('0') && !value.starts_with("0.") && value.chars().any(|c| c.is_ascii_digit())
}

fn say<'v>(
    rows: &SeedRows<'_>,
    at: usize,
    (loss, data_type): (&str, &str),
    lost: impl Iterator<Item = &'v (usize, &'v str)>,
    found: &mut Found,
) {
    let lost: Vec<usize> = lost.map(|(row, _)| *row).collect();
    if lost.is_empty() {
        return;
    }
    let message = format!("values of {} {loss}: {}", rows.column(at), SeedRows::counted(&lost));
    let advice = if loss.contains("sign") || loss.contains('%') {
        "write plain numbers, as in 1000; or, to keep the text, "
    } else {
        ""
    };
    found.at(rows.header(at), message).help = Some(format!("{advice}{}", rows.type_help(at, data_type)));
}
