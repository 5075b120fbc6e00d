//! What others rely on: contracts that the change breaks, versions, and models that end; with the YAML to paste.

use super::super::escape::cut;
use super::super::escape::markdown::{code, plain};
use super::findings::item;
use super::fit::{Part, rows};
use super::page::Page;
use crate::finding::Finding;
use crate::report::around::Versioned;

/// Groups of rules whose findings are told here.
const GROUPS: [&str; 2] = ["contracts/", "versions/"];

/// Whether a finding is told here.
pub(super) fn is_one(finding: &Finding) -> bool {
    GROUPS.iter().any(|group| finding.rule.starts_with(group))
}

/// Broken promises first, then the versions that are part of the change.
pub(super) fn part<'p>(page: &Page<'p>, more: &str) -> Vec<Part<'p>> {
    let broken =
        page.report.all_findings().into_iter().filter(|finding| is_one(finding)).map(|finding| item(page, finding));
    let mut items: Vec<String> = broken.collect();
    items.extend(page.report.aside.around.versions.iter().map(version));
    if items.is_empty() {
        return Vec::new();
    }
    let (count, more) = (items.len(), more.to_owned());
    let write = move |shown: usize| {
        let list = rows(&items, shown, (5, ""), (("promise", "promises"), &more));
        format!("### 🤝 Contracts and versions ({count})\n\n{list}")
    };
    vec![Part { weight: 4, rows: count, write: Box::new(write) }]
}

fn version(versioned: &Versioned) -> String {
    let name = code(&cut(&versioned.name, 240));
    let mut words = match (versioned.version.as_str(), versioned.is_new) {
        ("", _) => format!("{name} changed"),
        (version, true) => format!("{name} has a new version {}", plain(version)),
        (version, false) => format!("Version {} of {name} changed", plain(version)),
    };
    if let Some(latest) = &versioned.latest {
        let is_it = *latest == versioned.version;
        let said = if is_it { "; it is the latest".to_owned() } else { format!("; the latest is {}", plain(latest)) };
        words.push_str(&said);
    }
    if let Some(ends) = &versioned.ends {
        words.push_str(&format!("; it ends on {}", plain(ends.split('T').next().unwrap_or(ends))));
    }
    format!("- {words}\n")
}
