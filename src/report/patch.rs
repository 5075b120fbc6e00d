//! Mended files in, a unified diff out, as `git apply` takes it.

use std::fmt::Write as _;
use std::path::Path;

use git2::{DiffOptions, Patch};

use super::in_repository;
use super::text::{BOLD, CYAN, GREEN, Out, RED, clean};
use crate::finding::mend::MendedFile;

/// Prints the diff of each file. `prefix` leads from the repository to the project.
pub fn print(files: &[&MendedFile], prefix: &str, out: &Out) {
    for file in files {
        let Some(diff) = diff(file, prefix) else { continue };
        let diff = diff.trim_end_matches('\n');
        // Only what a person reads is made harmless: a program takes the bytes as they are.
        if !out.terminal && !out.in_github {
            out.line(diff);
            continue;
        }
        for line in diff.lines() {
            let line = clean(line);
            let style = match line.as_bytes().first() {
                _ if line.starts_with("+++") || line.starts_with("---") || line.starts_with("diff ") => Some(BOLD),
                Some(b'+') => Some(GREEN),
                Some(b'-') => Some(RED),
                Some(b'@') => Some(CYAN),
                _ => None,
            };
            out.line(&style.map_or(line.clone(), |style| out.paint(style, &line)));
        }
    }
}

/// The diff of one file; nothing when git cannot make one.
fn diff(file: &MendedFile, prefix: &str) -> Option<String> {
    let (from, to) = (in_repository(prefix, &file.from), in_repository(prefix, &file.to));
    let mut options = DiffOptions::new();
    // A file that git takes for binary is text here: it was read as such.
    options.force_text(true);
    let (old, new) = (Path::new(&from), Path::new(&to));
    let mut patch = Patch::from_buffers(&file.before, Some(old), &file.after, Some(new), Some(&mut options)).ok()?;
    let text = String::from_utf8_lossy(&patch.to_buf().ok()?).into_owned();
    if from == to {
        return Some(text);
    }
    // libgit2 does not say that a file was renamed, and without it git does not take the diff.
    let mut out = format!("diff --git a/{from} b/{to}\nrename from {from}\nrename to {to}\n");
    if let Some(at) = text.find("\n--- ") {
        let _ = write!(out, "{}", &text[at + 1..]);
    }
    Some(out)
}
