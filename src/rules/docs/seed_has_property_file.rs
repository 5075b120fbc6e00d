//! A seed has a property file of the same name beside it.
//!
//! ## Why
//!
//! A seed is a lookup table that anyone can read. The property file says what it is for, what its columns are, and of
//! which types.
//!
//! ## Fails
//!
//! ```csv seeds/prison/prison_safety/prison_safety__sites.csv
//! code,name
//! 1,North
//! ```
//!
//! ## Passes
//!
//! ```csv seeds/prison/prison_safety/prison_safety__sites.csv
//! code,name
//! 1,North
//! ```
//! ```yaml seeds/prison/prison_safety/prison_safety__sites.yaml
//! seeds:
//!   - name: prison_safety__sites
//!     description: One row for each site.
//! ```
//!
//! The property file may end in `.yml`, which `naming/yaml-ending` notes.
//!
//! ```csv seeds/prison/prison_safety/prison_safety__wings.csv
//! wing,name
//! A,North wing
//! ```
//! ```yaml seeds/prison/prison_safety/prison_safety__wings.yml
//! seeds:
//!   - name: prison_safety__wings
//!     description: One row for each wing.
//! ```

use crate::finding::Level;
use crate::project::{Node, ResourceType};
use crate::rules::handbook::Handbook;
use crate::rules::{Check, Found, Rule, Subject};
use crate::source::file::folder;

pub(crate) const RULE: Rule =
    Rule { level: Level::Error, summary: "a seed without its property file", check: Check::Handbook(check) };

fn check(handbook: &Handbook<'_>, found: &mut Found) {
    for seed in handbook.subject.project.own(ResourceType::Seed) {
        one(seed, handbook.subject, found);
    }
}

fn one(seed: &Node, subject: &Subject<'_>, found: &mut Found) {
    let beside = |ending: &str| format!("{}/{}.{ending}", folder(&seed.file), seed.name);
    if ["yaml", "yml"].iter().all(|ending| subject.project.tree.find(&beside(ending)).is_none()) {
        found.at(seed.place.clone(), "this seed has no property file").help = Some(format!(
            "add `{}` with:\nversion: 2\nseeds:\n  - name: {}\n    description: One row for each …",
            beside("yaml"),
            seed.name
        ));
    }
}
