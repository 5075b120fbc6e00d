//! Every number of a seed fits its column.
//!
//! ## Why
//!
//! dbt takes a column of whole numbers for `integer`, and Athena cannot read some of what dbt takes for a whole number:
//! numbers above 2,147,483,647 or below -2,147,483,648, numbers with a point (`1.0`), with an exponent (`1e5`), and `NaN`
//! or `Infinity`. One such value, and the whole seed fails. `column_types` in the property file settles it.
//!
//! Rows are counted as a spreadsheet counts them: the names of the columns are row 1.
//!
//! ## Fails
//!
//! ```csv seeds/prison/prison_safety/prison_safety__sites.csv
//! code,cost
//! 1,25000000
//! 2,3500000000
//! ```
//!
//! ## Passes
//!
//! With one value that is not whole, the column is `double`, which holds them all.
//!
//! ```csv seeds/prison/prison_safety/prison_safety__sites.csv
//! code,cost,budget
//! 1,25000000.0,1
//! 2,3500000000.5,4000000000
//! ```
//! ```yaml seeds/prison/prison_safety/prison_safety__sites.yaml
//! seeds:
//!   - name: prison_safety__sites
//!     config:
//!       column_types: {budget: bigint}
//! ```

use crate::finding::Level;
use crate::parse::csv::{self, ColumnType};
use crate::project::Node;
use crate::rules::{Check, Found, Rule, SeedRows, Subject};

pub(crate) const RULE: Rule =
    Rule { level: Level::Error, summary: "a number that cannot be loaded", check: Check::Seed(check) };

fn check(seed: &Node, subject: &Subject<'_>, found: &mut Found) {
    let Some(rows) = SeedRows::of(seed, subject).filter(|rows| rows.is_uploaded()) else { return };
    for at in rows.guessed() {
        if csv::infer(rows.table, at) != ColumnType::Integer {
            continue;
        }
        let number = |(row, value): (usize, &str)| csv::number(value).map(|number| (row, number));
        let numbers: Vec<(usize, String)> = rows.values(at).filter_map(number).collect();
        let of = |is_lost: &dyn Fn(&str) -> bool| -> Vec<usize> {
            numbers.iter().filter(|(_, number)| is_lost(number)).map(|(row, _)| *row).collect()
        };
        let is_word = |number: &str| number.ends_with("NaN") || number.ends_with("Infinity");
        let is_written_otherwise = |number: &str| !is_word(number) && number.contains(['.', 'e', 'E']);
        let is_large =
            |number: &str| !is_word(number) && !is_written_otherwise(number) && number.parse::<i32>().is_err();
        let kinds: [(Vec<usize>, &str, &str); 3] = [
            (of(&is_large), "too large for `integer`", "bigint"),
            (of(&is_written_otherwise), "written with a point or an exponent, which `integer` does not read", "double"),
            (of(&is_word), "no numbers (`NaN` or `Infinity`)", "double"),
        ];
        for (lost, what, data_type) in kinds {
            if !lost.is_empty() {
                let name = &rows.table.header[at];
                let message = format!("values of the column `{name}` are {what}: {}", SeedRows::counted(&lost));
                found.at(rows.header(at), message).help = Some(rows.type_help(at, data_type));
            }
        }
    }
}
