//! `column_types` names columns of the seed.
//!
//! ## Why
//!
//! dbt looks for the names exactly as they stand in the first line of the CSV, capitals too. A type for a name that it
//! does not find is left out without a word, and the column gets the type that its values look like: `007` becomes 7.
//!
//! ## Fails
//!
//! ```csv seeds/prison/prison_safety/prison_safety__sites.csv
//! code,name
//! 007,North
//! ```
//! ```yaml seeds/prison/prison_safety/prison_safety__sites.yaml
//! seeds:
//!   - name: prison_safety__sites
//!     config:
//!       column_types: {Code: varchar}
//! ```
//!
//! ## Passes
//!
//! Not every column needs a type.
//!
//! ```csv seeds/prison/prison_safety/prison_safety__sites.csv
//! code,name
//! 007,North
//! ```
//! ```yaml seeds/prison/prison_safety/prison_safety__sites.yaml
//! seeds:
//!   - name: prison_safety__sites
//!     config:
//!       column_types: {code: varchar}
//! ```
//!
//! Here the first line has the capital too.
//!
//! ```csv seeds/prison/prison_safety/prison_safety__wings.csv
//! Code,wing
//! 007,A
//! ```
//! ```yaml seeds/prison/prison_safety/prison_safety__wings.yaml
//! seeds:
//!   - name: prison_safety__wings
//!     config:
//!       column_types: {Code: varchar}
//! ```

use serde_json::Value;

use crate::finding::Level;
use crate::project::Node;
use crate::project::problem::did_you_mean;
use crate::rules::{Check, Found, Rule, SeedRows, Subject};

pub(crate) const RULE: Rule =
    Rule { level: Level::Warning, summary: "a type for a column that is not there", check: Check::Seed(check) };

fn check(seed: &Node, subject: &Subject<'_>, found: &mut Found) {
    let Some(rows) = SeedRows::of(seed, subject) else { return };
    let Some(Value::Object(types)) = seed.config.get("column_types") else { return };
    let header = &rows.table.header;
    for name in types.keys().filter(|name| !header.contains(name)) {
        let place = seed.patch.clone().unwrap_or_else(|| seed.place.clone());
        let same = header.iter().find(|known| known.eq_ignore_ascii_case(name)).map(String::as_str);
        let near = same.or_else(|| did_you_mean(name, header.iter().map(String::as_str)));
        let message = format!("`column_types` has a type for `{name}`, and the seed has no such column");
        found.at(place, message).help = Some(near.filter(|_| rows.has_names()).map_or_else(
            || "take it out, or write the name as in the first line of the CSV".to_owned(),
            |near| format!("write `{near}`, as in the first line of the CSV"),
        ));
    }
}
