//! Every table has a place of its own in S3, and none lies within another's.
//!
//! ## Why
//!
//! Before a table is built, everything at its `external_location` is deleted. Two tables at one place delete each other's
//! data, and a table whose place lies within another's goes with it; who reads the outer one gets the rows of both. dbt
//! says nothing of it. Mostly an `external_location` was copied.
//!
//! ## Fails
//!
//! ```sql models/prison/prison_safety/prison_safety__visits.sql
//! {{ config(external_location='s3://bucket/prison/visits') }}
//! select 1 as visit_id
//! ```
//! ```sql models/prison/prison_safety/prison_safety__legal_visits.sql
//! {{ config(external_location='s3://bucket/prison/visits/legal/') }}
//! select 1 as visit_id
//! ```
//!
//! ## Passes
//!
//! `visits_legal` begins like `visits`, and is another folder.
//!
//! ```sql models/prison/prison_safety/prison_safety__visits.sql
//! {{ config(external_location='s3://bucket/prison/visits') }}
//! select 1 as visit_id
//! ```
//! ```sql models/prison/prison_safety/prison_safety__legal_visits.sql
//! {{ config(external_location='s3://bucket/prison/visits_legal/') }}
//! select 1 as visit_id
//! ```

use crate::finding::Level;
use crate::project::Node;
use crate::rules::{Check, Found, Rule, Subject};

pub(crate) const RULE: Rule =
    Rule { level: Level::Error, summary: "two tables at one place in S3", check: Check::Project(check) };

/// A place, and who writes there.
type Written<'n> = (String, &'n Node);

/// So many tables are named that lie within another's place.
const NAMED: usize = 5;

fn check(subject: &Subject<'_>, found: &mut Found) {
    let nodes = subject.project.nodes.values().filter(|node| node.has_relation());
    let mut places: Vec<Written<'_>> = nodes.filter_map(|node| Some((location(node)?, node.as_ref()))).collect();
    places.sort_by(|a, b| (&a.0, &a.1.unique_id).cmp(&(&b.0, &b.1.unique_id)));
    // Sorted by whole folders, what lies within a place comes right after it.
    let mut open: Vec<&Written<'_>> = Vec::new();
    let mut within: Vec<(&Written<'_>, Vec<&Written<'_>>)> = Vec::new();
    for place in &places {
        while open.last().is_some_and(|outer| !place.0.starts_with(&outer.0)) {
            open.pop();
        }
        if let Some(outer) = open.last() {
            match within.iter_mut().find(|(known, _)| known.1.unique_id == outer.1.unique_id) {
                Some((_, inner)) => inner.push(place),
                None => within.push((outer, vec![place])),
            }
        }
        // The second of one place stands for nothing that the first does not.
        if open.last().is_none_or(|outer| outer.0 != place.0) {
            open.push(place);
        }
    }
    for (outer, inner) in within {
        match inner.as_slice() {
            [one] => say(one, outer, subject, found),
            all if outer.1.package == subject.project.name => say_outer(outer, all, found),
            all => all.iter().for_each(|one| say(one, outer, subject, found)),
        }
    }
}

/// The folder that the node's data is written to, ending in `/`.
fn location(node: &Node) -> Option<String> {
    let written = node.config_text("external_location")?.trim_end_matches('/');
    written.starts_with("s3://").then(|| format!("{written}/"))
}

/// One table whose place holds those of several others is told once.
fn say_outer(outer: &Written<'_>, inner: &[&Written<'_>], found: &mut Found) {
    let (name, count) = (outer.1.display_name(), inner.len());
    let message = format!("`{name}` is written to {}, and {count} other tables lie at or within that place", outer.0);
    let finding = found.at(outer.1.place.clone(), message);
    let related =
        |one: &&Written<'_>| (one.1.place.clone(), format!("`{}` is written to {}", one.1.display_name(), one.0));
    finding.related = inner.iter().take(NAMED).map(related).collect();
    finding.help = Some(format!("give `{name}` an `external_location` of its own, or leave it out"));
}

fn say(inner: &Written<'_>, outer: &Written<'_>, subject: &Subject<'_>, found: &mut Found) {
    let is_own = |node: &Node| node.package == subject.project.name;
    let (at, other) = if is_own(inner.1) { (inner, outer) } else { (outer, inner) };
    if !is_own(at.1) {
        return;
    }
    let (name, other_name) = (at.1.display_name(), other.1.display_name());
    let message = if at.0 == other.0 {
        format!("`{name}` is written to the same place as `{other_name}`: {}", at.0)
    } else {
        let (inner, outer) = (inner.1.display_name(), outer.1.display_name());
        format!("the data of `{inner}` lies within that of `{outer}`: {}", at.0)
    };
    let finding = found.at(at.1.place.clone(), message);
    finding.related.push((other.1.place.clone(), format!("`{other_name}` is written to {}", other.0)));
    finding.help = Some(format!("give `{name}` an `external_location` of its own, or leave it out"));
}
