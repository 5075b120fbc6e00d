//! `cadet explain`: a rule's page, or the list of rules.

use std::path::Path;

use super::Verdict;
use super::invocation::Invocation;
use crate::cli::ExplainArgs;
use crate::error::Error;
use crate::project::problem::did_you_mean;
use crate::report::artefacts;
use crate::rules::{self, Entry, page};

pub(super) fn run(invocation: &Invocation, args: &ExplainArgs) -> Result<Verdict, Error> {
    if let Some(folder) = &args.pages {
        return write_pages(folder);
    }
    match &args.rule {
        None => list(invocation),
        Some(rule) => {
            let other = OTHERS.iter().find(|(id, _)| id == rule).map(|(id, text)| format!("# {id}\n\n{text}"));
            let page = rules::find(rule).map(page::markdown).or(other).ok_or_else(|| unknown(rule))?;
            invocation.out.line(page.trim_end());
        }
    }
    Ok(Verdict::Good)
}

/// Findings that are no rule's: they come from building, or from the settings.
const OTHERS: &[(&str, &str)] = &[
    (
        "deploy/build",
        "A table could not be built. The table that was there before is untouched, what reads it is skipped, and\n\
         everything else goes on. The message is the engine's; the place is the line of the model.",
    ),
    (
        "deploy/data-test",
        "A data test found rows that break it. With `severity: warn` it only warns. To see the rows, pass the\n\
         test's name to `cadet show --select`; its query is in target/compiled/ under the property file's name.",
    ),
    (
        "deploy/hooks",
        "The project has statements for the beginning or the end of a run (`on-run-start`, `on-run-end`). cadet makes its\n\
         own statements, and does not run these. A `pre_hook` or `post_hook` of a model can be allowed: docs/athena.md.",
    ),
    (
        "deploy/unit-test",
        "A unit test failed, or could not be run. Where its model gives other rows than it expects, the rows are shown\n\
         beside one another: `~` a row with a value that differs, `-` a row that is expected but missing, `+` a row that\n\
         is not expected. A warning says that the test was not run, because the type of a column is not known: give the\n\
         column a `data_type:` in its property file, or write the rows with `format: sql`.",
    ),
    (
        "settings/baseline",
        "The pull request's cadet-baseline.json cannot be read. This check used the base's, so it went on; after a merge\n\
         every check would stop. Write it anew with `cadet baseline`.",
    ),
    (
        "settings/cadet-yaml",
        "cadet.yaml cannot be used: a key or a rule in it does not exist, or a value is not what belongs there. Nothing is\n\
         done then. When it is a pull request's own, the check uses the settings of the base and goes on; after a merge\n\
         every check would stop. See docs/settings.md.",
    ),
];

fn list(invocation: &Invocation) {
    let width = rules::RULES.iter().map(|entry| entry.id().len()).max().unwrap_or_default();
    for entry in rules::RULES {
        invocation.out.line(&format!("{:width$}  {}", entry.id(), entry.rule.summary));
    }
    invocation.out.info("\nTo learn more: cadet explain naming/model-file");
}

fn unknown(rule: &str) -> Error {
    let ids: Vec<String> = rules::RULES.iter().map(Entry::id).collect();
    let near = ids
        .iter()
        .find(|id| id.ends_with(&format!("/{rule}")))
        .map(String::as_str)
        .or_else(|| did_you_mean(rule, ids.iter().map(String::as_str)));
    let advice =
        near.map_or_else(|| "`cadet explain` lists all rules".to_owned(), |id| format!("did you mean `{id}`?"));
    Error::usage(format!("there is no rule `{rule}`"), advice)
}

/// One page a rule, `<group>/<rule>.md`.
fn write_pages(folder: &Path) -> Result<Verdict, Error> {
    for entry in rules::RULES {
        artefacts::write(&folder.join(format!("{}.md", entry.id())), page::markdown(entry).as_bytes())?;
    }
    Ok(Verdict::Good)
}
