//! A name in double quotes has no capitals.
//!
//! ## Why
//!
//! In most databases, double quotes keep the capitals of a name. Athena and Glue turn every column's name into small
//! letters, quoted or not, so `"VisitType"` becomes `visittype`: the words run together, and a tool that looks for the
//! written name does not find it.
//!
//! ## Fails
//!
//! ```sql models/prison/prison_safety/prison_safety__visits.sql
//! select type as "VisitType"
//! from {{ this }}
//! ```
//!
//! ## Passes
//!
//! Without quotes nobody expects that capitals are kept, and in a text they are.
//!
//! ```sql models/prison/prison_safety/prison_safety__visits.sql
//! select
//!     type as visit_type,
//!     'Legal' as "kind",
//!     prison AS PRISON
//! from {{ this }}
//! where "Source" = 'A'
//! ```

use crate::finding::{Fix, Level};
use crate::project::Node;
use crate::rules::{Check, Found, Output, Rule, Subject, is_built, snake_case};

pub(crate) const RULE: Rule =
    Rule { level: Level::Warning, summary: "capitals in a column's name", check: Check::Model(check) };

fn check(model: &Node, subject: &Subject<'_>, found: &mut Found) {
    let Some(query) = subject.query(model).filter(|_| is_built(model)) else { return };
    for output in subject.outputs(&model.unique_id) {
        let Output::Column(column) = output else { continue };
        let Some(name) = column.name.as_ref().filter(|_| column.is_quoted) else { continue };
        if !name.chars().any(char::is_uppercase) {
            continue;
        }
        let lower = name.to_lowercase();
        let finding = found.at(query.place(column.named), format!("the column `{name}` will be called `{lower}`"));
        finding.help = Some(format!("Glue keeps no capitals: write `{}`", snake_case(name)));
        if let Some(place) = query.written(column.listed).filter(|_| column.named == column.listed) {
            finding.fix = Some(Box::new(Fix::unsafe_to(place, snake_case(name))));
        }
    }
}
