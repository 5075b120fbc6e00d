//! A model has at most one schedule, `daily`, `weekly` or `monthly`, and so have the models that it reads.
//!
//! ## Why
//!
//! Only models with a schedule tag are built in production. Tags add up: a model in a folder with `+tags: weekly` that
//! says `tags: daily` itself has both, and is built by both. And a scheduled model that reads one without a schedule
//! reads a table that nobody ever builds in production. A model without a schedule that no scheduled model reads is fine:
//! it stays in dev; you get a note only where all other models of its database have one. A model with another tag of its
//! team may be built by that, and is left alone.
//!
//! The names of the schedules can be set with `schedules:` in `cadet.yaml`.
//!
//! ## Fails
//!
//! ```sql models/prison/prison_safety/prison_safety__visits_joined.sql
//! {{ config(tags='daily') }}
//! select visit_id from {{ ref('prison_safety__visits_stg') }}
//! ```
//! ```sql models/prison/prison_safety/prison_safety__visits_stg.sql
//! select 1 as visit_id
//! ```
//! ```sql models/prison/prison_safety/prison_safety__visitors_joined.sql
//! {{ config(tags=['daily', 'weekly']) }}
//! select 1 as visitor_id
//! ```
//!
//! An ephemeral model is no table of its own: what it reads has to be there.
//!
//! ```sql models/prison/prison_safety/prison_safety__names_joined.sql
//! {{ config(tags='daily') }}
//! select visit_id from {{ ref('prison_safety__visits_filtered') }}
//! ```
//! ```sql models/prison/prison_safety/prison_safety__visits_filtered.sql
//! {{ config(materialized='ephemeral') }}
//! select visit_id from {{ ref('prison_safety__visits_stg') }} where visit_id > 0
//! ```
//!
//! ## Passes
//!
//! ```sql models/prison/prison_safety/prison_safety__visits_joined.sql
//! {{ config(tags=['daily', 'dc_display_in_catalogue']) }}
//! select visit_id from {{ ref('prison_safety__visits_stg') }}
//! ```
//! ```sql models/prison/prison_safety/prison_safety__visits_stg.sql
//! {{ config(tags='daily') }}
//! select 1 as visit_id
//! ```
//! ```sql models/prison/prison_population/prison_population__people_joined.sql
//! select 1 as person_id
//! ```

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::finding::{Level, Place};
use crate::project::{Node, ResourceType};
use crate::rules::handbook::{self, Handbook};
use crate::rules::{Check, Found, Rule};

pub(crate) const RULE: Rule = Rule {
    level: Level::Warning,
    summary: "a schedule that is missing, doubled or misspelt",
    check: Check::Handbook(check),
};

fn check(handbook: &Handbook<'_>, found: &mut Found) {
    let schedules = &handbook.subject.policy.schedules;
    let mut by_database: HashMap<Option<&str>, (usize, Vec<&Arc<Node>>)> = HashMap::new();
    for model in handbook.models() {
        let own: Vec<&str> = schedules_of(model, schedules);
        if own.len() > 1 {
            doubled(handbook, model, &own, found);
        }
        if let [schedule, ..] = own.as_slice() {
            parents(handbook, model, schedule, found);
        }
        let (scheduled, without) = by_database.entry(handbook::database(model)).or_default();
        *scheduled += usize::from(!own.is_empty());
        if own.is_empty() && !model.is_ephemeral() && !misspelt(model, schedules, found) && !has_other_tags(model) {
            without.push(model);
        }
    }
    for (database, (scheduled, without)) in by_database {
        if let ([model], Some(database)) = (without.as_slice(), database)
            && scheduled > 2
        {
            let message = format!("`{}` has no schedule, as the only model of `{database}`", model.display_name());
            let finding = found.at(place(model), message);
            finding.level = finding.level.max(Level::Note);
            finding.help = Some(format!(
                "if it is meant for production, add one of the tags {} to its config; without one it is never built there",
                schedules.join(", ")
            ));
        }
    }
}

fn schedules_of<'n>(model: &'n Node, schedules: &[String]) -> Vec<&'n str> {
    model.tags.iter().map(String::as_str).filter(|tag| schedules.iter().any(|known| known == tag)).collect()
}

/// Whether it has tags of which one may be a schedule of the team's own; those that begin with `dc_` are for the catalogue.
fn has_other_tags(model: &Node) -> bool {
    model.tags.iter().any(|tag| !tag.starts_with("dc_"))
}

/// Where its tags are best changed.
fn place(model: &Node) -> Place {
    model.patch.clone().unwrap_or_else(|| model.place.clone())
}

fn doubled(handbook: &Handbook<'_>, model: &Node, own: &[&str], found: &mut Found) {
    let message = format!("`{}` has more than one schedule: {}", model.display_name(), own.join(" and "));
    let of_folder = handbook.subject.project.root().file.levels("models", &model.fqn, true);
    let is_of_folder = of_folder.iter().any(|level| {
        let tags = crate::project::config::texts(level.get("tags"));
        tags.iter().any(|tag| own.contains(&tag.as_str()))
    });
    found.at(place(model), message).help = Some(match is_of_folder {
        true => "tags add up: a tag of a folder in dbt_project.yml cannot be replaced below it; give the folder's other models theirs instead, and keep one for this model".to_owned(),
        false => "keep one of them".to_owned(),
    });
}

/// The models and snapshots that a scheduled model reads, through ephemeral ones too.
fn parents(handbook: &Handbook<'_>, model: &Node, schedule: &str, found: &mut Found) {
    let project = handbook.subject.project;
    let schedules = &handbook.subject.policy.schedules;
    let (mut ids, mut seen): (Vec<&String>, HashSet<&String>) = (model.depends_on.iter().collect(), HashSet::new());
    while let Some(id) = ids.pop() {
        let Some(parent) = project.nodes.get(id).filter(|_| seen.insert(id)) else { continue };
        if parent.is_ephemeral() {
            ids.extend(&parent.depends_on);
            continue;
        }
        let is_own = parent.resource_type == ResourceType::Model && parent.package == project.name;
        if !is_own || !schedules_of(parent, schedules).is_empty() || has_other_tags(parent) {
            continue;
        }
        let message = format!(
            "`{}` is built {schedule}, but it reads `{}`, which has no schedule and is never built in production",
            model.display_name(),
            parent.display_name()
        );
        let finding = found.at(place(model), message);
        finding.help = Some(format!(
            "add a schedule to `{}`, in its property file:\n    config:\n      tags: {schedule}",
            parent.display_name()
        ));
        finding.related.push((place(parent), "this one has no schedule".to_owned()));
    }
}

/// A tag that is nearly a schedule.
fn misspelt(model: &Node, schedules: &[String], found: &mut Found) -> bool {
    let near = |tag: &String| {
        let is_near = |known: &&String| strsim::damerau_levenshtein(&tag.to_lowercase(), known) <= 1;
        schedules.iter().find(is_near).map(|known| (tag.clone(), known.clone()))
    };
    let Some((tag, known)) = model.tags.iter().find_map(near) else { return false };
    let message = format!("the tag `{tag}` of `{}` is no schedule", model.display_name());
    found.at(place(model), message).help = Some(format!("did you mean `{known}`?"));
    true
}
