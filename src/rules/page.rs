//! A rule's page: the `//!` comment at the top of its file, with its examples taken apart.

use super::Entry;

/// A file of an example.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExampleFile {
    /// The word after the fence.
    pub language: String,
    pub path: String,
    /// It is the file before the change, marked with the word `before`.
    pub is_before: bool,
    pub text: String,
}

/// The page as Markdown: the rule's id, its level, and the comment.
pub fn markdown(entry: &Entry) -> String {
    let level = match entry.rule.level {
        crate::finding::Level::Error => "error",
        crate::finding::Level::Warning => "warning",
        crate::finding::Level::Note => "note",
    };
    let never = if super::can_be_waived(&entry.id()) { "" } else { "; cannot be ignored by a comment" };
    format!("# {}\n\nLevel: {level}{never}\n\n{}\n", entry.id(), comment(entry))
}

fn comment(entry: &Entry) -> String {
    let lines = entry.source.lines().map_while(|line| line.strip_prefix("//!"));
    let lines: Vec<&str> = lines.map(|line| line.strip_prefix(' ').unwrap_or(line)).collect();
    lines.join("\n").trim().to_owned()
}

/// The files of the example under a heading, `Fails` or `Passes`.
pub fn example(entry: &Entry, heading: &str) -> Vec<ExampleFile> {
    let page = comment(entry);
    let Some((_, section)) = page.split_once(&format!("## {heading}\n")) else { return Vec::new() };
    let section = section.split("\n## ").next().unwrap_or_default();
    let mut files = Vec::new();
    let mut open: Option<ExampleFile> = None;
    for line in section.lines() {
        match (line.strip_prefix("```"), &mut open) {
            (Some(info), None) => {
                let mut words = info.split_whitespace().map(str::to_owned);
                let (language, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
                let is_before = words.next().as_deref() == Some("before");
                open = Some(ExampleFile { language, path, is_before, text: String::new() });
            }
            (Some(_), Some(_)) => files.extend(open.take()),
            (None, Some(file)) => {
                // A tab is shown as an arrow, and a blank at the end of a line as a dot: an editor would change real ones.
                file.text.push_str(&line.replace('→', "\t").replace('·', " "));
                // The end of a file without a line break.
                match file.text.strip_suffix('␄') {
                    Some(text) => file.text.truncate(text.len()),
                    None => file.text.push('\n'),
                }
            }
            (None, None) => {}
        }
    }
    files
}
