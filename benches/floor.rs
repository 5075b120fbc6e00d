//! A project's folder in, what nothing that reads the project can be faster than out: every file is read, the YAML is
//! loaded with its spans, and the Jinja is compiled. Two threads, no project, no dependencies, nothing rendered.
//!
//! An example and no bench target, so that it is built with the profile that DuckDB was compiled for.

#![allow(clippy::print_stdout, reason = "it tells what it read")]

use std::fs;
use std::path::{Path, PathBuf};

use cadet::jinja::rewrite::{Marks, rewrite};
use cadet::parse::yaml;
use rayon::prelude::*;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What became of one file.
#[derive(Default)]
struct Count {
    files: usize,
    bytes: usize,
    yaml: usize,
    templates: usize,
    /// Not YAML, or not a template.
    unread: usize,
}

impl Count {
    fn plus(self, other: Self) -> Self {
        Self {
            files: self.files + other.files,
            bytes: self.bytes + other.bytes,
            yaml: self.yaml + other.yaml,
            templates: self.templates + other.templates,
            unread: self.unread + other.unread,
        }
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let root = std::env::args_os().nth(1).map_or_else(|| PathBuf::from("."), PathBuf::from);
    rayon::ThreadPoolBuilder::new().num_threads(2).build_global()?;
    let mut paths = Vec::new();
    collect(&root, &mut paths)?;
    let total = paths.par_iter().map(|path| read(path)).reduce(Count::default, Count::plus);
    let Count { files, bytes, yaml, templates, unread } = total;
    println!("files {files}, bytes {bytes}, YAML {yaml}, templates {templates}, not read {unread}");
    Ok(())
}

/// The files of a project, without what git and dbt keep beside them.
fn collect(folder: &Path, paths: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let left_out = ["target", "logs"].iter().any(|left_out| name == *left_out);
        if left_out || name.as_encoded_bytes().starts_with(b".") {
            continue;
        }
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), paths)?;
        } else {
            paths.push(entry.path());
        }
    }
    Ok(())
}

fn read(path: &Path) -> Count {
    let Ok(text) = fs::read_to_string(path) else { return Count { files: 1, unread: 1, ..Count::default() } };
    let mut count = Count { files: 1, bytes: text.len(), ..Count::default() };
    let worked = match path.extension().and_then(|extension| extension.to_str()) {
        Some("yml" | "yaml") => {
            count.yaml = 1;
            yaml::read(&text).is_ok()
        }
        Some("sql") => {
            count.templates = 1;
            compiles(&text)
        }
        _ => true,
    };
    count.unread = usize::from(!worked);
    count
}

/// Most templates are minijinja's as they stand; those that only dbt's Jinja can read are rewritten first.
fn compiles(text: &str) -> bool {
    let environment = minijinja::Environment::new();
    environment.template_from_str(text).is_ok()
        || rewrite(text, 0..text.len(), Marks::None)
            .is_ok_and(|rewritten| environment.template_from_str(&rewritten.text).is_ok())
}
