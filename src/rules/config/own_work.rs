//! A pull request configures only the databases that it works on.
//!
//! ## Why
//!
//! `dbt_project.yml` is shared by all teams. A tag or a materialisation in another team's block changes when and how
//! their tables are built, without them knowing. A block above several databases, such as a domain or the project, reaches
//! all of them. A pull request that changes nothing but one database's block is taken to come from its own team.
//!
//! ## Fails
//!
//! ```yaml dbt_project.yml before
//! name: mojap_derived_tables
//! profile: mojap_derived_tables
//! models:
//!   mojap_derived_tables:
//!     +materialized: table
//!     prison:
//!       prison_population:
//!         +tags: weekly
//! ```
//! ```sql models/prison/prison_population/prison_population__people_joined.sql before
//! select 1 as person_id
//! ```
//! ```sql models/prison/prison_safety/prison_safety__visits_joined.sql before
//! select 1 as visit_id
//! ```
//! ```yaml dbt_project.yml
//! name: mojap_derived_tables
//! profile: mojap_derived_tables
//! models:
//!   mojap_derived_tables:
//!     +materialized: table
//!     prison:
//!       prison_population:
//!         +tags: daily
//! ```
//! ```sql models/prison/prison_safety/prison_safety__visits_joined.sql
//! select 2 as visit_id
//! ```
//!
//! ## Passes
//!
//! What is only written in another way, here without `+`, is not changed.
//!
//! ```yaml dbt_project.yml before
//! name: mojap_derived_tables
//! profile: mojap_derived_tables
//! models:
//!   mojap_derived_tables:
//!     +materialized: table
//!     prison:
//!       prison_population:
//!         +tags: weekly
//! ```
//! ```sql models/prison/prison_population/prison_population__people_joined.sql before
//! select 1 as person_id
//! ```
//! ```sql models/prison/prison_safety/prison_safety__visits_joined.sql before
//! select 1 as visit_id
//! ```
//! ```yaml dbt_project.yml
//! name: mojap_derived_tables
//! profile: mojap_derived_tables
//! models:
//!   mojap_derived_tables:
//!     +materialized: table
//!     prison:
//!       prison_safety:
//!         +tags: daily
//!       prison_population:
//!         tags: weekly
//! ```
//! ```sql models/prison/prison_safety/prison_safety__visits_joined.sql
//! select 2 as visit_id
//! ```

use std::collections::{BTreeMap, BTreeSet};

use crate::finding::{Level, Place};
use crate::parse::yaml::{Value, Yaml};
use crate::project::{Project, ResourceType};
use crate::rules::handbook::Handbook;
use crate::rules::{Check, Found, Rule};

pub(crate) const RULE: Rule = Rule {
    level: Level::Warning,
    summary: "a change of another team's configs in dbt_project.yml",
    check: Check::Handbook(check),
};

/// The domain and the database.
type Database = (String, String);

/// The configs of one level, and where its name stands.
type Levels = BTreeMap<Vec<String>, (serde_json::Value, std::ops::Range<usize>)>;

fn check(handbook: &Handbook<'_>, found: &mut Found) {
    let head = handbook.subject.project;
    let Some(base) = handbook.subject.base else { return };
    let mut changed: Vec<(&str, Vec<String>, std::ops::Range<usize>)> = Vec::new();
    for section in ["models", "seeds", "snapshots"] {
        let (before, after) = (levels(base, section), levels(head, section));
        for (way, (configs, span)) in &after {
            let known = before.get(way).map(|(known, _)| known);
            let is_empty = configs.as_object().is_some_and(serde_json::Map::is_empty);
            if known.map_or(!is_empty, |known| known != configs) {
                changed.push((section, way.clone(), span.clone()));
            }
        }
    }
    if changed.is_empty() {
        return;
    }
    let (known, touched) = (databases(base), touched(base, head));
    let of_others = |way: &[String]| -> BTreeSet<Database> {
        let in_way = |(domain, database): &Database| {
            way.get(1).is_none_or(|name| name == domain) && way.get(2).is_none_or(|name| name == database)
        };
        known.iter().filter(|known| in_way(known) && !touched.contains(known)).cloned().collect()
    };
    // Someone who changes one database's block and nothing else looks after that database.
    let blocks: BTreeSet<_> = changed.iter().filter_map(|(_, way, _)| Some((way.get(1)?, way.get(2)?))).collect();
    let is_own = touched.is_empty() && blocks.len() == 1;
    for (section, way, span) in changed {
        let others = of_others(&way);
        if others.is_empty() || (is_own && way.len() > 2) {
            continue;
        }
        tell(section, &way, (&others, span), found);
    }
}

fn tell(
    section: &str,
    way: &[String],
    (others, span): (&BTreeSet<Database>, std::ops::Range<usize>),
    found: &mut Found,
) {
    let names: Vec<String> = others.iter().take(3).map(|(_, database)| format!("`{database}`")).collect();
    let more = if others.len() > 3 { format!(" and {} more", others.len() - 3) } else { String::new() };
    let block = way.iter().skip(1).cloned().collect::<Vec<_>>().join("/");
    let block = if block.is_empty() { format!("all of `{section}:`") } else { format!("`{block}`") };
    let message = format!(
        "this changes the configs of {block}, and with them those of {}{more}, where this pull request changes no file",
        names.join(", ")
    );
    found.at(Place::span("dbt_project.yml", span), message).help = Some(
        "configure only your own database; if this is meant, agree with those who look after the others".to_owned(),
    );
}

/// The databases of models and seeds.
fn databases(project: &Project) -> BTreeSet<Database> {
    let tables = project.own(ResourceType::Model).chain(project.own(ResourceType::Seed));
    tables.filter_map(|node| of_path(&node.path)).collect()
}

fn of_path(path: &str) -> Option<Database> {
    let mut parts = path.split('/');
    let found = (parts.next()?.to_owned(), parts.next()?.to_owned());
    parts.next().map(|_| found)
}

/// The databases in whose folders a file is new, changed or gone.
fn touched(base: &Project, head: &Project) -> BTreeSet<Database> {
    let root = head.root();
    let folders: Vec<String> =
        root.file.model_paths.iter().chain(&root.file.seed_paths).map(|path| format!("{}/", root.join(path))).collect();
    let differs = |one: &Project, other: &Project| -> BTreeSet<Database> {
        let is_other = |file: &&crate::source::SourceFile| {
            other.tree.find(&file.path).is_none_or(|known| known.bytes != file.bytes)
        };
        let below = |path: &str| folders.iter().find_map(|folder| path.strip_prefix(folder.as_str())).and_then(of_path);
        one.tree.iter().filter(is_other).filter_map(|file| below(&file.path)).collect()
    };
    let mut touched = differs(head, base);
    touched.extend(differs(base, head));
    touched
}

fn levels(project: &Project, section: &str) -> Levels {
    let mut found = Levels::new();
    if let Some((key, level)) = project.root().file.yaml.as_ref().and_then(|yaml| yaml.entry(section)) {
        walk(level, &key.span, &mut Vec::new(), &mut found);
    }
    found
}

fn walk(level: &Yaml, span: &std::ops::Range<usize>, way: &mut Vec<String>, found: &mut Levels) {
    let is_folder = |key: &str, value: &Yaml| !key.starts_with('+') && matches!(value.value, Value::Map(_));
    let mut configs = serde_json::Map::new();
    for (key, value) in level.entries() {
        if is_folder(&key.name, value) {
            way.push(key.name.to_string());
            walk(value, &key.span, way, found);
            way.pop();
        } else {
            configs.insert(key.name.trim_start_matches('+').to_owned(), value.to_json());
        }
    }
    found.insert(way.clone(), (configs.into(), span.clone()));
}
