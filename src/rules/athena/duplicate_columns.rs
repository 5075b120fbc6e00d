//! Every column of a table has a name of its own.
//!
//! ## Why
//!
//! Athena refuses to build a table with two columns of one name, and it makes no difference between capitals and small
//! letters. Mostly two tables with the same key were joined, and `select *` took the key of both.
//!
//! ## Fails
//!
//! ```sql models/prison/prison_safety/prison_safety__visits.sql
//! with visits as (select 1 as visit_id, 7 as prison_id),
//! prisons as (select 7 as prison_id, 'North' as prison)
//!
//! select *
//! from visits
//! inner join prisons on visits.prison_id = prisons.prison_id
//! ```
//!
//! ## Passes
//!
//! `using` gives the key once.
//!
//! ```sql models/prison/prison_safety/prison_safety__visits.sql
//! with visits as (select 1 as visit_id, 7 as prison_id),
//! prisons as (select 7 as prison_id, 'North' as prison)
//!
//! select *
//! from visits
//! inner join prisons using (prison_id)
//! ```

use std::collections::HashMap;

use crate::compile::query::Column;
use crate::finding::Level;
use crate::project::Node;
use crate::rules::{Check, Found, Output, Rule, Subject, is_built};

pub(crate) const RULE: Rule =
    Rule { level: Level::Error, summary: "two columns of one name", check: Check::Model(check) };

fn check(model: &Node, subject: &Subject<'_>, found: &mut Found) {
    let Some(query) = subject.query(model).filter(|_| is_built(model)) else { return };
    let mut seen: HashMap<String, &Column> = HashMap::new();
    for output in subject.outputs(&model.unique_id) {
        let Output::Column(column) = output else { continue };
        let Some(name) = column.name.as_ref().map(|name| name.to_lowercase()) else { continue };
        if let Some(first) = seen.insert(name.clone(), column) {
            let (first, second) = (query.place(first.named), query.place(column.named));
            let place = query.place(column.listed);
            let finding = found.at(place.clone(), format!("the column `{name}` stands twice in this table"));
            for (at, words) in [(first, "here it is the first time"), (second, "here it is the second time")] {
                if at != place {
                    finding.related.push((at, words.to_owned()));
                }
            }
            finding.help = Some("write the columns that are wanted, and give one of the two another name".into());
        }
    }
}
