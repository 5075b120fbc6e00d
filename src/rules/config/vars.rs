//! Every variable that a template reads is in `dbt_project.yml`, or has a default where it is read.
//!
//! ## Why
//!
//! dbt stops at `var('x')` when there is no `x`. In a branch that is not taken today, or in a macro that is not called
//! today, nobody notices until it is.
//!
//! ## Fails
//!
//! ```sql models/prison/prison_safety/prison_safety__visits_joined.sql
//! select 1 as visit_id
//! {% if target.name == 'prod' %} where {{ var('earliest_visit') }} < 1 {% endif %}
//! ```
//!
//! ## Passes
//!
//! ```sql models/prison/prison_safety/prison_safety__visits_joined.sql
//! select 1 as visit_id
//! {% if target.name == 'prod' %} where {{ var('earliest_visit', 1) }} < 1 {% endif %}
//! {% if var.has_var('latest_visit') %} and {{ var('latest_visit') }} > 1 {% endif %}
//! ```

use std::collections::HashSet;

use crate::finding::Level;
use crate::project::problem::did_you_mean;
use crate::rules::templates::Template;
use crate::rules::{Check, Found, Rule, Subject};

pub(crate) const RULE: Rule =
    Rule { level: Level::Warning, summary: "a variable that nobody sets", check: Check::Templates(check) };

fn check(templates: &[Template<'_>], subject: &Subject<'_>, found: &mut Found) {
    let given = &subject.project.given;
    let known: HashSet<&str> =
        given.vars.values().chain([&given.cli_vars]).flat_map(|vars| vars.keys()).map(String::as_str).collect();
    for template in templates.iter().filter(|template| template.text.contains("var(")) {
        if template.nodes.iter().any(|node| node.is_broken || node.config.get("enabled") == Some(&false.into())) {
            // What reading it found is told already, and what is disabled is not read.
            continue;
        }
        for call in template.calls().filter(|call| call.name == "var") {
            let [argument] = call.arguments.as_slice() else { continue };
            let Some(name) = argument.literal(template.text).filter(|name| !known.contains(name)) else { continue };
            if asks_first(template.text, name) {
                continue;
            }
            let finding = found.at(template.at(call.span.clone()), format!("nobody sets the variable `{name}`"));
            finding.help = Some(match did_you_mean(name, known.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("add it to `vars:` in dbt_project.yml, or a default: `var('{name}', …)`"),
            });
        }
    }
}

/// Whether the template looks first whether the variable is there.
fn asks_first(text: &str, name: &str) -> bool {
    ["'", "\""].iter().any(|quote| text.contains(&format!("has_var({quote}{name}{quote}")))
}
