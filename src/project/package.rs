//! The project's packages: the root first, then those that lie in it as installed or as `local:` folders.

use std::sync::Arc;

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::problem::{Problem, ProblemKind};
use super::project_file::ProjectFile;
use super::yaml_jinja;
use crate::finding::Place;
use crate::guard::{self, Blame, Task};
use crate::jinja::scope::Scope;
use crate::parse::yaml::{self, Yaml};
use crate::source::Tree;

/// One package: its settings and its folder.
#[derive(Debug, Clone)]
pub struct Package {
    pub file: ProjectFile,
    /// Relative to the root project, empty for the root, else ending in `/`.
    pub root: String,
    /// What `.dbtignore` takes out, when there is one.
    ignored: Option<Gitignore>,
}

impl Package {
    /// Whether `.dbtignore` says that a file is not to be read.
    pub fn ignores(&self, path: &str) -> bool {
        let below = self.relative(path);
        self.ignored.as_ref().is_some_and(|ignored| ignored.matched_path_or_any_parents(below, false).is_ignore())
    }

    /// The package's name.
    pub fn name(&self) -> &str {
        &self.file.name
    }

    /// A path of the package, relative to the root project.
    pub fn join(&self, path: &str) -> String {
        format!("{}{}", self.root, path.trim_start_matches("./").trim_end_matches('/'))
    }

    /// A path relative to the root project, as the package itself sees it.
    pub fn relative<'p>(&self, path: &'p str) -> &'p str {
        path.strip_prefix(self.root.as_str()).unwrap_or(path)
    }
}

/// Finds the packages. The first is the root, which is empty when `dbt_project.yml` cannot be read. `scope` is what
/// Jinja in `dbt_project.yml` sees.
pub fn packages(tree: &Tree, scope: &Arc<Scope>, problems: &mut Vec<Problem>) -> Vec<Package> {
    let root = read(tree, "", scope, problems).unwrap_or_else(|| Package {
        file: ProjectFile::default(),
        root: String::new(),
        ignored: None,
    });
    // What `dbt deps` installed comes before the folder that it was installed from.
    let mut folders: Vec<String> = installed(tree, &root.file.packages_path);
    let has_installed = !folders.is_empty();
    for path in ["packages.yml", "dependencies.yml"] {
        let Some(yaml) = document(tree, path, problems) else { continue };
        for entry in yaml.get("packages").map_or(&[][..], Yaml::items) {
            folders.extend(entry.get("local").and_then(Yaml::scalar));
        }
    }
    let mut packages = vec![root];
    for folder in folders {
        let folder = format!("{}/", folder.trim_start_matches("./").trim_end_matches('/'));
        let Some(package) = read(tree, &folder, scope, problems) else {
            let is_outside = folder.starts_with("../") || folder.starts_with('/');
            let (message, help) = match is_outside {
                // It may be one of those that are installed.
                true if has_installed => continue,
                true => (
                    format!(
                        "the package in `{folder}` is outside the project's folder, and cadet reads only what is in it"
                    ),
                    "run `cadet deps`, which puts it into dbt_packages/",
                ),
                false => (format!("the package in `{folder}` has no dbt_project.yml"), "check the path after `local:`"),
            };
            problems.push(Problem::new(ProblemKind::Properties, message, Place::file("packages.yml")).help(help));
            continue;
        };
        if packages.iter().all(|known| known.name() != package.name()) {
            packages.push(package);
        }
    }
    packages
}

/// The folders below `folder` that hold a package.
fn installed(tree: &Tree, folder: &str) -> Vec<String> {
    let suffix = "/dbt_project.yml";
    let depth = |path: &str| path.matches('/').count();
    let packages = depth(folder) + 2;
    let files = tree.below(folder).filter(|file| file.path.ends_with(suffix) && depth(&file.path) == packages);
    files.map(|file| file.path.trim_end_matches(suffix).to_owned()).collect()
}

fn read(tree: &Tree, root: &str, scope: &Arc<Scope>, problems: &mut Vec<Problem>) -> Option<Package> {
    let path = format!("{root}dbt_project.yml");
    let yaml = document(tree, &path, problems)?;
    let rendered = yaml_jinja::rendered(scope, &yaml, (&path, ""), yaml_jinja::in_project_file, problems).into_owned();
    let file = ProjectFile::new(yaml, rendered);
    if file.name.is_empty() {
        let problem = Problem::new(ProblemKind::Properties, "the project has no `name`", Place::file(path));
        problems.push(problem.help("add `name: mojap_derived_tables` (or another name) at the top"));
    }
    Some(Package { file, root: root.to_owned(), ignored: ignored(tree, root) })
}

/// The patterns of a package's `.dbtignore`, which are git's.
fn ignored(tree: &Tree, root: &str) -> Option<Gitignore> {
    let text = tree.find(&format!("{root}.dbtignore"))?.text().ok()?;
    let mut patterns = GitignoreBuilder::new("");
    for line in text.lines() {
        // A pattern that cannot be read matches nothing, as in git.
        let _ = patterns.add_line(None, line);
    }
    patterns.build().ok()
}

/// Reads one YAML file; a problem is reported.
fn document(tree: &Tree, path: &str, problems: &mut Vec<Problem>) -> Option<Yaml> {
    let text = tree.find(path)?.text().ok()?;
    let left_out = |blame: Blame| problems.push(Problem::left_out(ProblemKind::YamlSyntax, &blame));
    let _working = guard::begin(path, Task::read(text)).map_err(left_out).ok()?;
    match yaml::read(text) {
        Ok((yaml, warnings)) => {
            problems.extend(warnings.into_iter().map(|problem| Problem::yaml(path, problem)));
            Some(yaml)
        }
        Err(problem) => {
            problems.push(Problem::yaml(path, problem));
            None
        }
    }
}

impl Problem {
    /// A problem of a YAML file.
    pub fn yaml(path: &str, problem: yaml::YamlProblem) -> Self {
        let kind = if problem.is_warning { ProblemKind::DuplicateKey } else { ProblemKind::YamlSyntax };
        Self { help: problem.help, ..Self::new(kind, problem.message, Place::span(path, problem.span)) }
    }
}
