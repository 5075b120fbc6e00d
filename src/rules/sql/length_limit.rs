//! The SQL of a model has at most 262,144 bytes, which is all that Athena takes.
//!
//! ## Why
//!
//! Athena refuses a longer statement, and nothing can raise this limit. The local engine has none, so that such a model
//! can be built on a laptop and fails when it is deployed. The SQL is counted as it is compiled: a loop in a template can
//! make a long query of a few lines. From nine tenths of the length on it is a warning: what creates the table is
//! counted too.
//!
//! ## Fails
//!
//! ```sql models/prison/prison_safety/prison_safety__visits.sql
//! select 1 as visit_id
//! where 2 in ({% for id in range(50000) %}{{ id }}, {% endfor %}0)
//! ```
//!
//! ## Passes
//!
//! The list has become a seed.
//!
//! ```sql models/prison/prison_safety/prison_safety__visits.sql
//! select id as visit_id
//! from {{ ref('prison_safety__ids') }}
//! ```
//! ```csv seeds/prison/prison_safety/prison_safety__ids.csv
//! id
//! 1
//! 2
//! ```
//!
//! What a template does not print is not counted.
//!
//! ```sql models/prison/prison_safety/prison_safety__letters_counted.sql
//! {% set ids %}{% for id in range(50000) %}{{ id }}, {% endfor %}{% endset %}
//! select {{ ids | length }} as letters
//! ```

use crate::compile::sql::LONGEST;
use crate::finding::{Level, Place};
use crate::project::Node;
use crate::rules::{Check, Found, Rule, Subject};

pub(crate) const RULE: Rule =
    Rule { level: Level::Error, summary: "SQL that is too long for Athena", check: Check::Model(check) };

fn check(model: &Node, subject: &Subject<'_>, found: &mut Found) {
    let Some(Ok(compiled)) = subject.compiled.get(&model.unique_id) else { return };
    let length = compiled.sql.len();
    if length <= LONGEST / 10 * 9 {
        return;
    }
    let message = format!("the SQL of this model is {length} bytes long, and Athena takes at most {LONGEST}");
    let finding = found.at(Place::file(model.file.clone()), message);
    finding.help =
        Some("put long lists of values into a seed, or split the model into several that read one another".into());
    if length <= LONGEST {
        finding.level = finding.level.max(Level::Warning);
    }
}
