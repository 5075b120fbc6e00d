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
use crate::rules::{Check, Found, Output, Rule, Subject, is_built};

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

/// `VisitType` and `Visit Type` as `visit_type`; `NOMIS ID` as `nomis_id`.
fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    let mut before = '_';
    for c in name.chars() {
        if c.is_uppercase() && (before.is_lowercase() || before.is_ascii_digit()) {
            snake.push('_');
        }
        if c.is_alphanumeric() {
            snake.extend(c.to_lowercase());
        } else if !snake.is_empty() && !snake.ends_with('_') {
            snake.push('_');
        }
        before = c;
    }
    snake.trim_end_matches('_').to_owned()
}

#[cfg(test)]
mod tests {
    use super::snake_case;

    #[test]
    fn words_are_told_apart() {
        for (name, wanted) in [("VisitType", "visit_type"), ("NOMIS ID", "nomis_id"), ("Visit (legal)", "visit_legal")]
        {
            assert_eq!(snake_case(name), wanted);
        }
    }
}
