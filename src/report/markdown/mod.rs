//! The report as GitHub's Markdown: the pull request's comment, the job's summary and the check's page.
//!
//! All three say the same, each in the room that it has. What comes from the project is text in all of them: see
//! [`escape::markdown`](super::escape::markdown).

mod failed;
mod findings;
mod fit;
mod graph;
mod others;
mod page;
mod promises;
mod readers;
mod tables;
mod verdict;

pub use page::{Page, State};

use crate::finding::Finding;

use fit::Part;

/// A finding in a sentence, for where its place is known.
pub fn sentences(finding: &Finding) -> String {
    findings::sentences(finding)
}

/// A comment may hold 65,536 characters; some are left, because GitHub counts them in its own way.
const COMMENT: usize = 64_000;

/// A check's summary may hold 65,535 bytes.
const CHECK: usize = 60_000;

/// A summary of more than a mebibyte is not shown at all.
const SUMMARY: usize = 1_000_000;

/// By this the comment is known again. A project and a target have one comment: `key` tells several of them apart.
pub fn marker(key: &str) -> String {
    use sha2::Digest;
    let digest = sha2::Sha256::digest(key.as_bytes());
    let name: String = digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
    format!("<!-- cadet:report {name} -->")
}

/// The whole comment.
pub fn comment(page: &Page<'_>, marker: &str) -> String {
    format!("{marker}\n{}", whole(page, COMMENT - marker.len(), "the summary of the run"))
}

/// The job's summary, which has the most room.
pub fn summary(page: &Page<'_>) -> String {
    whole(page, SUMMARY, "`cadet.json` among the artefacts")
}

/// The title and the text of the check's page.
pub fn check(page: &Page<'_>) -> (String, String) {
    (verdict::words(page), whole(page, CHECK, "the summary of the run"))
}

/// The report in at most `most` bytes. `more` says where what is left out can be read.
fn whole(page: &Page<'_>, most: usize, more: &str) -> String {
    let (head, foot) = (verdict::head(page), page.foot());
    let parts = [
        failed::part(page, more),
        findings::parts(page, more),
        promises::part(page, more),
        tables::parts(page, more),
        readers::part(page, more),
        graph::part(page),
        others::part(page, more),
        page.removed(more),
    ];
    let parts: Vec<Part<'_>> = parts.into_iter().flatten().collect();
    let body = fit::fit(&parts, most.saturating_sub(head.len() + foot.len()));
    format!("{head}{body}{foot}")
}
