//! What `.yamllint` says can be understood.
//!
//! ## Why
//!
//! Where `cadet.yaml` has no key `yaml`, cadet takes from `.yamllint` how YAML files are to look. A rule or an option that
//! does not exist stops yamllint, and means nothing to cadet: the files are then not judged as the project wants.
//!
//! ## Fails
//!
//! ```yaml .yamllint
//! extends: default
//! rules:
//!   line-lenght:
//!     max: 120
//! ```
//!
//! ## Passes
//!
//! yamllint has rules that cadet has no like of.
//!
//! ```yaml .yamllint
//! extends: relaxed
//! rules:
//!   line-length:
//!     max: 120
//!   truthy:
//!     check-keys: false
//! ```

use crate::finding::Level;
use crate::rules::{Check, Found, Rule, Subject};
use crate::settings::Yamllint;

pub(crate) const RULE: Rule =
    Rule { level: Level::Warning, summary: "a `.yamllint` that is not understood", check: Check::Project(check) };

fn check(subject: &Subject<'_>, found: &mut Found) {
    if subject.policy.yaml.is_some() {
        return;
    }
    let Some(yamllint) = Yamllint::find(&subject.project.tree) else { return };
    for misread in yamllint.misread {
        found.at(misread.place, misread.message).help = misread.help;
    }
}
