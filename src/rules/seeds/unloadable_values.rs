//! Every value of a seed fits the type of its column.
//!
//! ## Why
//!
//! dbt takes a column of whole numbers for `integer`, and Athena cannot read some of what dbt takes for a whole number:
//! numbers above 2,147,483,647 or below -2,147,483,648, numbers with a point (`1.0`), with an exponent (`1e5`), and `NaN`
//! or `Infinity`. One such value, and the whole seed fails. `column_types` in the property file settles it; a value that
//! is none of the type that stands there stops the seed as well.
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
    Rule { level: Level::Error, summary: "a value that cannot be loaded", check: Check::Seed(check) };

fn check(seed: &Node, subject: &Subject<'_>, found: &mut Found) {
    let Some(rows) = SeedRows::of(seed, subject).filter(|rows| rows.is_uploaded()) else { return };
    rows.guessed()
        .filter(|at| csv::infer(&rows.table, *at) == ColumnType::Integer)
        .for_each(|at| guessed(&rows, at, found));
    rows.declared().for_each(|(at, data_type)| declared(&rows, at, data_type, found));
}

/// A column that dbt takes for `integer`.
fn guessed(rows: &SeedRows<'_>, at: usize, found: &mut Found) {
    let number = |(row, value): (usize, &str)| csv::number(value).map(|number| (row, number));
    let numbers: Vec<(usize, String)> = rows.values(at).filter_map(number).collect();
    let of = |is_lost: &dyn Fn(&str) -> bool| -> Vec<usize> {
        numbers.iter().filter(|(_, number)| is_lost(number)).map(|(row, _)| *row).collect()
    };
    let is_word = |number: &str| number.ends_with("NaN") || number.ends_with("Infinity");
    let is_written_otherwise = |number: &str| !is_word(number) && number.contains(['.', 'e', 'E']);
    let is_large = |number: &str| !is_word(number) && !is_written_otherwise(number) && number.parse::<i32>().is_err();
    let kinds: [(Vec<usize>, &str, &str); 3] = [
        (of(&is_large), "too large for `integer`", holds(&numbers)),
        (of(&is_written_otherwise), "written with a point or an exponent, which `integer` does not read", "double"),
        (of(&is_word), "no numbers (`NaN` or `Infinity`)", "double"),
    ];
    for (lost, what, data_type) in kinds {
        if !lost.is_empty() {
            let message = format!("values of {} are {what}: {}", rows.column(at), SeedRows::counted(&lost));
            found.at(rows.header(at), message).help = Some(rows.type_help(at, data_type));
        }
    }
}

/// The smallest type that holds all whole numbers of a column.
fn holds(numbers: &[(usize, String)]) -> &'static str {
    let is_whole = |number: &&str| number.trim_start_matches('-').chars().all(|c| c.is_ascii_digit());
    let numbers = || numbers.iter().map(|(_, number)| number.as_str()).filter(is_whole);
    let digits = |number: &str| number.trim_start_matches(['-', '0']).len();
    match () {
        () if numbers().all(|number| number.parse::<i64>().is_ok()) => "bigint",
        () if numbers().all(|number| digits(number) <= 38) => "decimal(38, 0)",
        () => "varchar",
    }
}

/// A column with a type of its own: Athena casts each value to it, and one that does not fit stops the seed.
fn declared(rows: &SeedRows<'_>, at: usize, data_type: &str, found: &mut Found) {
    let Some(fits) = fits(data_type) else { return };
    let lost: Vec<usize> = rows.values(at).filter(|(_, value)| !fits(value)).map(|(row, _)| row).collect();
    if !lost.is_empty() {
        let message = format!("values of {} are no `{data_type}`: {}", rows.column(at), SeedRows::counted(&lost));
        found.at(rows.header(at), message).help = Some(match data_type.to_lowercase().starts_with("date") {
            true => "write dates as 2024-01-31, or give the column the type `varchar` in `column_types`".to_owned(),
            false => "correct them, or give the column a type in `column_types` that holds them, such as `varchar`"
                .to_owned(),
        });
    }
}

/// What tells whether Athena can cast a text to a type; nothing for a type of which that is not sure.
fn fits(data_type: &str) -> Option<fn(&str) -> bool> {
    let word = data_type.trim().to_lowercase();
    Some(match word.as_str() {
        "tinyint" => |value| value.parse::<i8>().is_ok(),
        "smallint" => |value| value.parse::<i16>().is_ok(),
        "int" | "integer" => |value| value.parse::<i32>().is_ok(),
        "bigint" => |value| value.parse::<i64>().is_ok(),
        "double" | "real" | "float" => |value| value.parse::<f64>().is_ok() || value.ends_with(['d', 'D', 'f', 'F']),
        "boolean" => |value| matches!(value.to_lowercase().as_str(), "true" | "false" | "t" | "f" | "0" | "1"),
        "date" => is_date,
        _ => return None,
    })
}

/// `2024-1-31`: a year, a month and a day, in this order.
fn is_date(value: &str) -> bool {
    let parts: Vec<&str> = value.trim_start_matches(['+', '-']).split('-').collect();
    let [year, month, day] = parts.as_slice() else { return false };
    let is_of =
        |part: &str, most: u32| part.len() <= 2 && part.parse::<u32>().is_ok_and(|part| (1..=most).contains(&part));
    !year.is_empty() && year.chars().all(|c| c.is_ascii_digit()) && is_of(month, 12) && is_of(day, 31)
}
