//! What is untidy about the project's YAML files: read once for all rules that are about it.

use std::ops::Range;

use rayon::prelude::*;

use super::Subject;
use super::registry::Found;
use crate::finding::{Edit, Fix, Place};
use crate::parse::yaml_layout::{Kind, Untidy};
use crate::source::file::file_name;
use crate::source::{FileKind, SourceFile};

/// What is untidy in a file.
pub(super) struct Layout {
    path: String,
    untidy: Vec<Untidy>,
}

/// Files that a tool writes and nobody edits.
const WRITTEN: &[&str] = &["package-lock.yml", "package-lock.cadet.yml", ".user.yml"];

/// Tells everything untidy of one kind.
pub(super) fn tell(layouts: &[Layout], kind: Kind, found: &mut Found) {
    for Layout { path, untidy } in layouts {
        for each in untidy.iter().filter(|untidy| untidy.kind == kind) {
            let finding = found.at(Place::span(path.as_str(), each.span.clone()), each.message.clone());
            finding.help.clone_from(&each.help);
            finding.fix = fix(path, each).map(Box::new);
        }
    }
}

/// Looks at the files that are judged.
pub(super) fn read(subject: &Subject<'_>) -> Vec<Layout> {
    let is_yaml = |file: &&SourceFile| {
        file.kind == FileKind::Regular
            && matches!(file.extension(), "yml" | "yaml")
            && !WRITTEN.contains(&file_name(&file.path))
    };
    let files: Vec<&SourceFile> =
        subject.own_files().filter(|file| subject.is_judged(&file.path)).filter(is_yaml).collect();
    let one = |file: &&SourceFile| {
        let untidy = subject.policy.untidy(file.text().ok()?);
        (!untidy.is_empty()).then(|| Layout { path: file.path.clone(), untidy })
    };
    files.par_iter().filter_map(one).collect()
}

fn fix(path: &str, untidy: &Untidy) -> Option<Fix> {
    let edit = |(span, text): &(Range<usize>, String)| Edit::Replace {
        place: Place::span(path, span.clone()),
        text: text.clone(),
    };
    let edits: Vec<Edit> = untidy.edits.iter().map(edit).collect();
    (!edits.is_empty()).then_some(Fix { edits, is_safe: untidy.is_safe })
}
