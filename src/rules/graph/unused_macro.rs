//! Every macro of the project is used somewhere. Only `cadet check --all` looks.
//!
//! ## Why
//!
//! A macro that nothing names any more is read and kept in order by everybody, for nobody. cadet looks for its name in all
//! files of the project. Macros that replace one of dbt's own, and those that are the form of another macro for one
//! warehouse (`athena__x`), are used by that. Is it run by hand with `dbt run-operation`, name it in its description, or
//! switch this rule off.
//!
//! ## Fails
//!
//! ```sql macros/pounds.sql
//! {% macro pounds(pence) %}({{ pence }} / 100.0){% endmacro %}
//! ```
//!
//! ## Passes
//!
//! ```sql macros/pounds.sql
//! {% macro pounds(pence) %}({{ pence }} / 100.0){% endmacro %}
//! {% macro generate_database_name(custom_database_name=none, node=none) %}awsdatacatalog{% endmacro %}
//! {% macro default__pence(pounds) %}({{ pounds }} * 100){% endmacro %}
//! ```
//! ```sql models/prison/prison_safety/prison_safety__costs_joined.sql
//! select {{ pounds('5') }} as cost, {{ adapter.dispatch('pence')('5') }} as small_cost
//! ```

use std::sync::Arc;

use foldhash::{HashMap, HashSet};

use crate::finding::{Level, Place};
use crate::jinja::blocks::BlockKind;
use crate::jinja::universe::{INTERNAL, MacroDef};
use crate::rules::{Check, Found, Rule, Subject};
use crate::source::SourceFile;

pub(crate) const RULE: Rule =
    Rule { level: Level::Warning, summary: "a macro that nothing uses", check: Check::Project(check) };

fn check(subject: &Subject<'_>, found: &mut Found) {
    let project = subject.project;
    if !subject.is_whole() {
        return;
    }
    let universe = &project.universe;
    let is_own = |known: &&Arc<MacroDef>| known.package == project.name && known.kind == BlockKind::Macro;
    let own: HashMap<&str, &Arc<MacroDef>> =
        universe.iter().filter(is_own).map(|known| (known.name.as_str(), known)).collect();
    if own.is_empty() {
        return;
    }
    let of_others = universe.iter().filter(|known| known.package != project.name);
    let others: HashSet<&str> = of_others.map(|known| known.name.as_str()).collect();
    // `adapter.dispatch('x')` names the forms of a macro that may have no `x` itself.
    let names: HashSet<&str> = own.keys().flat_map(|name| [*name, base(name)]).collect();
    let mut used: HashSet<&str> = HashSet::default();
    let may_call = |file: &&SourceFile| matches!(file.extension(), "sql" | "yml" | "yaml" | "md" | "py");
    for file in project.tree.iter().filter(may_call) {
        if let Ok(text) = file.text() {
            uses(text, file.extension(), &names, &mut used);
        }
    }
    for (name, known) in own {
        let base = base(name);
        let replaces = |name: &str| universe.find_in(INTERNAL, name).is_some() || others.contains(name);
        if used.contains(name) || used.contains(base) || replaces(name) || replaces(base) {
            continue;
        }
        let place = Place::span(known.path.clone(), known.name_span.clone());
        found.at(place, format!("nothing uses the macro `{name}`")).help =
            Some("remove it, or switch this rule off if it is called by hand".to_owned());
    }
}

/// The name by which the forms of a macro are called: `x` of `default__x`.
fn base(name: &str) -> &str {
    name.split_once("__").map_or(name, |(_, base)| base)
}

/// Adds the macros whose names a text says elsewhere than in their own definition or in the list of their descriptions.
fn uses<'o>(text: &str, extension: &str, names: &HashSet<&'o str>, used: &mut HashSet<&'o str>) {
    let is_yaml = matches!(extension, "yml" | "yaml");
    for line in text.lines() {
        if is_yaml && line.trim_start().trim_start_matches("- ").starts_with("name:") {
            continue;
        }
        let mut before = "";
        for word in line.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty()) {
            if let Some(name) = names.get(word)
                && !matches!(before, "macro" | "endmacro")
            {
                used.insert(name);
            }
            before = word;
        }
    }
}
