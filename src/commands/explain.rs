//! `cadet explain`: a rule's page, or the list of rules.

use std::path::Path;

use super::Verdict;
use super::session::Session;
use crate::cli::ExplainArgs;
use crate::error::Error;
use crate::project::problem::did_you_mean;
use crate::report::artefacts;
use crate::rules::{self, Entry, page};

pub(super) fn run(session: &Session, args: &ExplainArgs) -> Result<Verdict, Error> {
    if let Some(folder) = &args.pages {
        return write_pages(folder);
    }
    match &args.rule {
        None => list(session),
        Some(rule) => {
            let entry = rules::find(rule).ok_or_else(|| unknown(rule))?;
            session.out.line(page::markdown(entry).trim_end());
        }
    }
    Ok(Verdict::Good)
}

fn list(session: &Session) {
    let width = rules::RULES.iter().map(|entry| entry.id().len()).max().unwrap_or_default();
    for entry in rules::RULES {
        session.out.line(&format!("{:width$}  {}", entry.id(), entry.rule.summary));
    }
    session.out.info("\nTo learn more: cadet explain naming/model-file");
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
