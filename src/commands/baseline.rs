//! `cadet baseline`: writes down what is wrong today, so that `check` tells what is new.

use std::path::Path;

use super::Verdict;
use super::changes;
use super::invocation::Invocation;
use super::whole::Whole;
use crate::cli::BaselineArgs;
use crate::error::Error;
use crate::finding::baseline::{Baseline, FILE};
use crate::finding::{Finding, save};
use crate::guard;
use crate::report::counted;
use crate::rules;

pub(super) fn run(invocation: &Invocation, args: &BaselineArgs) -> Result<Verdict, Error> {
    let folder = invocation.project_dir()?;
    let whole = Whole::read(invocation, &folder, invocation.run("baseline", false))?;
    let text = changes::texts(&whole.project);
    let known = whole.known().filter(|finding| rules::can_be_waived(&finding.rule));
    let now = Baseline::of(known, &text);
    let before = whole.baseline.clone();
    let written = if args.prune { before.without(&before.without(&now)) } else { now };
    let gone = before.without(&written).len();
    let new = written.without(&before).len();
    if written != before || !folder.join(FILE).exists() {
        save_text(&folder, &written.written())?;
    }
    let out = &invocation.out;
    let findings = counted(written.len(), "finding", "findings");
    out.line(&format!("{FILE} holds {findings}: {new} new, {gone} gone."));
    let left: Vec<&Finding> = whole.known().filter(|finding| !rules::can_be_waived(&finding.rule)).collect();
    if !left.is_empty() {
        let left = counted(left.len(), "finding", "findings");
        out.line(&format!("Not in it: {left} of rules that can never be left out, which `cadet check --all` shows."));
    }
    if !args.prune {
        out.info("Commit it. From then on `cadet check` tells what is not in it; on a pull request it is the base's that counts.");
    }
    Ok(Verdict::Good)
}

fn save_text(folder: &Path, text: &str) -> Result<(), Error> {
    guard::no_return();
    save::replace(&folder.join(FILE), text.as_bytes()).map_err(|source| Error::File {
        action: "write",
        path: folder.join(FILE),
        source,
    })
}
