//! Files of SQL, Python and CSV in, nodes as their files alone show them out; no property file is known here.

use std::ops::Range;
use std::sync::Arc;

use rayon::prelude::*;
use sha2::{Digest, Sha256};

use super::config::{self, Config};
use super::files::{self, Found};
use super::node::{Node, ResourceType};
use super::package::Package;
use super::problem::{Problem, ProblemKind};
use super::reader::Reader;
use super::{python_model, scopes};
use crate::finding::Place;
use crate::guard::{self, Blame, Task};
use crate::jinja::blocks::{self, BlockKind};
use crate::jinja::relation::Relation;
use crate::jinja::rewrite::{Marks, Rewritten, parts, rewrite, rewrite_parts};
use crate::jinja::{JinjaProblem, render, statics};
use crate::parse::yaml::Yaml;

/// dbt does not hash a larger seed: two of them are the same when their paths are.
const LARGEST_HASHED_SEED: usize = 1024 * 1024;

/// A node as its file alone shows it, and the arguments of its `config(...)` calls.
#[derive(Debug, Clone)]
pub(super) struct Draft {
    pub node: Box<Node>,
    pub calls: Config,
    pub problems: Vec<Problem>,
    unread: Unread,
}

/// What of a draft is not known before it is read.
#[derive(Debug, Clone, PartialEq)]
enum Unread {
    Nothing,
    /// The template in this range of its file.
    File(Range<usize>),
    /// The template that the node has, which stands in YAML.
    Text,
}

impl Draft {
    /// A draft of which all is known.
    pub(super) fn known(node: Node, calls: Config, problems: Vec<Problem>) -> Self {
        Self { node: Box::new(node), calls, problems, unread: Unread::Nothing }
    }

    /// A draft of which nothing can be known: reading it ended an earlier process.
    fn left_out(node: Node, blame: &Blame) -> Self {
        let problems = vec![render_problem(&node, render::RenderProblem::left_out(blame))];
        Self::known(Node { is_broken: true, ..node }, Config::new(), problems)
    }

    fn unread(node: Node, unread: Unread) -> Self {
        Self { node: Box::new(node), calls: Config::new(), problems: Vec::new(), unread }
    }

    /// Reads the template: what it refers to, and how it is configured.
    pub(super) fn read(self, reader: &Reader<'_>) -> Self {
        match self.unread {
            Unread::Nothing => self,
            Unread::File(range) => read(reader, *self.node, range),
            Unread::Text => rendered_text(reader, *self.node),
        }
    }
}

/// Everything that a file of SQL, Python or CSV defines, in every package.
pub(super) fn drafts(reader: &Reader<'_>) -> Vec<Draft> {
    let kinds =
        [ResourceType::Model, ResourceType::Snapshot, ResourceType::Analysis, ResourceType::Test, ResourceType::Seed];
    let mut found: Vec<(ResourceType, &Package, Found<'_>)> = Vec::new();
    for package in reader.packages {
        for kind in kinds {
            found.extend(files_of(reader, package, kind).into_iter().map(|file| (kind, package, file)));
        }
    }
    let mut drafts: Vec<Draft> =
        found.par_iter().flat_map_iter(|(kind, package, found)| of_file(reader, package, *kind, found)).collect();
    drafts.extend(reader.packages.iter().flat_map(|package| operations(reader, package)));
    drafts
}

fn files_of<'t>(reader: &Reader<'t>, package: &Package, kind: ResourceType) -> Vec<Found<'t>> {
    let file = &package.file;
    let (folders, endings): (_, &[&str]) = match kind {
        ResourceType::Seed => (&file.seed_paths, &["csv"]),
        ResourceType::Snapshot => (&file.snapshot_paths, &["sql"]),
        ResourceType::Analysis => (&file.analysis_paths, &["sql"]),
        ResourceType::Test => (&file.test_paths, &["sql"]),
        _ => (&file.model_paths, &["sql", "py"]),
    };
    let mut found = files::find(reader.tree, package, folders, endings);
    if kind == ResourceType::Test {
        // Generic tests are macros, and fixtures belong to unit tests.
        found.retain(|found| !matches!(found.below.split('/').next(), Some("generic" | "fixtures")));
    }
    found
}

fn of_file(reader: &Reader<'_>, package: &Package, kind: ResourceType, found: &Found<'_>) -> Vec<Draft> {
    if kind == ResourceType::Snapshot {
        return snapshots(reader, package, found);
    }
    let name = found.file.stem();
    let mut node = blank(reader, package, kind, name, found);
    node.path = match kind {
        ResourceType::Analysis => format!("analysis/{}", found.below),
        _ => found.below.to_owned(),
    };
    node.fqn = fqn(package, &node.path, name);
    let start = found.text.len() - found.text.trim_start().len();
    vec![Draft::unread(node, Unread::File(start..start + found.text.trim().len()))]
}

/// The fqn: the package, the folders, the name.
pub(super) fn fqn(package: &Package, path: &str, name: &str) -> Vec<String> {
    let folders = path.rsplit_once('/').map(|(folders, _)| folders.split('/'));
    let mut fqn = Vec::with_capacity(2 + path.matches('/').count());
    fqn.push(package.name().to_owned());
    fqn.extend(folders.into_iter().flatten().map(str::to_owned));
    fqn.push(name.to_owned());
    fqn
}

fn blank(reader: &Reader<'_>, package: &Package, kind: ResourceType, name: &str, found: &Found<'_>) -> Node {
    let mut node = Node::new(kind, package.name(), name, Place::file(found.file.path.clone()));
    package.relative(&found.file.path).clone_into(&mut node.original_file_path);
    node.is_python = found.file.extension() == "py";
    named_as_usual(reader, &mut node);
    node
}

fn checksum(node: &Node, text: &str) -> String {
    let is_large = node.resource_type == ResourceType::Seed && text.len() > LARGEST_HASHED_SEED;
    if is_large { node.original_file_path.clone() } else { sha256(text.trim()) }
}

/// The names that a node has until the project's macros are asked.
pub(super) fn named_as_usual(reader: &Reader<'_>, node: &mut Node) {
    node.alias.clone_from(&node.name);
    node.schema.clone_from(&reader.target.schema);
    node.database.clone_from(&reader.target.database);
    node.relation = Relation::new(&node.database, &node.schema, &node.alias);
}

/// SHA-256 in hexadecimal.
pub(super) fn sha256(text: &str) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digest = Sha256::digest(text.as_bytes());
    let digits = digest.iter().flat_map(|byte| [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
    digits.map(char::from).collect()
}

/// Every `{% snapshot %}` block of a file.
fn snapshots(reader: &Reader<'_>, package: &Package, found: &Found<'_>) -> Vec<Draft> {
    let blocks = match blocks::blocks(found.text) {
        Ok(blocks) => blocks,
        Err(problem) => {
            let mut node = blank(reader, package, ResourceType::Snapshot, found.file.stem(), found);
            node.is_broken = true;
            let problems = vec![jinja_problem(&found.file.path, problem)];
            return vec![Draft::known(node, Config::new(), problems)];
        }
    };
    let snapshots = blocks.into_iter().filter(|block| block.kind == BlockKind::Snapshot);
    snapshots
        .map(|block| {
            let mut node = blank(reader, package, ResourceType::Snapshot, &block.name, found);
            found.below.clone_into(&mut node.path);
            let file = found.below.rsplit_once('.').map_or(found.below, |(file, _)| file);
            node.fqn = fqn(package, &format!("{file}/_"), &block.name);
            Draft::unread(node, Unread::File(block.body))
        })
        .collect()
}

/// What `on-run-start:` and `on-run-end:` run.
fn operations(reader: &Reader<'_>, package: &Package) -> Vec<Draft> {
    let path = package.join("dbt_project.yml");
    let hooks = [("on-run-start", &package.file.on_run_start), ("on-run-end", &package.file.on_run_end)];
    let mut drafts = Vec::new();
    for (hook, statements) in hooks {
        let written = package.file.yaml.as_ref().and_then(|yaml| yaml.get(hook));
        for (index, statement) in statements.iter().enumerate() {
            let item = written.map(|written| written.items().get(index).unwrap_or(written));
            let place = item
                .map_or_else(|| Place::file(path.clone()), |item: &Yaml| Place::span(path.clone(), item.span.clone()));
            let name = format!("{}-{hook}-{index}", package.name());
            let mut node = Node::new(ResourceType::Operation, package.name(), &name, place);
            node.path = format!("hooks/{name}.sql");
            node.original_file_path = "./dbt_project.yml".to_owned();
            node.fqn = fqn(package, &node.path, &name);
            node.raw = statement.as_str().into();
            node.checksum = sha256(reader.text(&path).trim());
            node.tags = vec![hook.to_owned()];
            node.body.insert("index".to_owned(), index.into());
            named_as_usual(reader, &mut node);
            node.config =
                reader.configure((node.resource_type, &node.package, &node.fqn), &Config::new(), &Config::new()).config;
            drafts.push(Draft::unread(node, Unread::Text));
        }
    }
    drafts
}

/// Reads the template of a node, which stands in `range` of its file.
fn read(reader: &Reader<'_>, mut node: Node, range: Range<usize>) -> Draft {
    let text = reader.text(&node.file);
    if node.resource_type == ResourceType::Seed {
        // To dbt a byte order mark is part of a seed.
        let bytes = reader.tree.find(&node.file).map(|file| &*file.bytes).unwrap_or_default();
        node.checksum = checksum(&node, std::str::from_utf8(bytes).unwrap_or(text));
        return Draft::known(node, Config::new(), Vec::new());
    }
    node.checksum = checksum(&node, text);
    node.raw = text[range.clone()].into();
    node.raw_start = range.start;
    let _working = match guard::begin(&node.file, Task::read(&node.raw)) {
        Ok(working) => working,
        Err(blame) => return Draft::left_out(node, &blame),
    };
    if node.is_python {
        return python_model::read(node);
    }
    let parts = match parts(text, range.clone()) {
        Ok(parts) => parts,
        Err(problem) => return unread(node, problem),
    };
    if !reader.universe.replaces_references()
        && let Some(found) = statics::read(text, &parts)
    {
        (node.refs, node.sources) = (found.refs, found.sources);
        return Draft::known(node, calls(found.configs), Vec::new());
    }
    let base = reader.configure((node.resource_type, &node.package, &node.fqn), &Config::new(), &Config::new());
    node.config = base.config;
    match rewrite_parts(text, range, &parts) {
        Ok(template) => rendered(reader, node, &template),
        Err(problem) => unread(node, problem),
    }
}

/// A template that is no Jinja.
fn unread(mut node: Node, problem: JinjaProblem) -> Draft {
    node.is_broken = true;
    let problems = vec![jinja_problem(&node.file, problem)];
    Draft::known(node, Config::new(), problems)
}

/// A template that stands in YAML: its places mean nothing in the file.
fn rendered_text(reader: &Reader<'_>, mut node: Node) -> Draft {
    let _working = match guard::begin(&node.file, Task::read(&node.raw)) {
        Ok(working) => working,
        Err(blame) => return Draft::left_out(node, &blame),
    };
    match rewrite(&node.raw, 0..node.raw.len(), Marks::None) {
        Ok(template) => {
            let mut draft = rendered(reader, node, &template);
            for problem in draft.problems.iter_mut().filter(|problem| problem.place.path == draft.node.file) {
                problem.place = draft.node.place.clone();
            }
            draft
        }
        Err(problem) => {
            node.is_broken = true;
            let told = Problem::new(ProblemKind::Jinja, problem.message, node.place.clone());
            let problems = vec![Problem { help: problem.help, ..told }];
            Draft::known(node, Config::new(), problems)
        }
    }
}

fn rendered(reader: &Reader<'_>, node: Node, template: &Rewritten) -> Draft {
    let mut problems = Vec::new();
    let node = Arc::new(node);
    let scope = Arc::new(scopes::reading(reader.universe, reader.given, &node));
    let failed = render::render(&scope, template, &node.file).err();
    let mut captured = std::mem::take(&mut *scope.captured());
    drop(scope);
    let mut node = Arc::unwrap_or_clone(node);
    if let Some(problem) = failed {
        node.is_broken = true;
        problems.push(render_problem(&node, problem));
    }
    node.refs = std::mem::take(&mut captured.refs);
    node.sources = std::mem::take(&mut captured.sources);
    node.metrics = std::mem::take(&mut captured.metrics);
    node.macros = std::mem::take(&mut captured.macros).into_iter().collect();
    Draft::known(node, calls(captured.configs), problems)
}

fn calls(configs: Vec<Config>) -> Config {
    let mut calls = Config::new();
    for call in configs {
        config::merge_call(&mut calls, &call);
    }
    calls
}

/// A problem with the Jinja of a file.
pub(super) fn jinja_problem(path: &str, problem: JinjaProblem) -> Problem {
    Problem { help: problem.help, ..Problem::new(ProblemKind::Jinja, problem.message, Place::span(path, problem.span)) }
}

/// A failed rendering, told at the author's place with the calls that led there.
pub(super) fn render_problem(node: &Node, problem: render::RenderProblem) -> Problem {
    let place =
        if problem.place.span.is_none() && node.place.span.is_some() { node.place.clone() } else { problem.place };
    let told = Problem::new(ProblemKind::Jinja, problem.message, place).help(problem.help);
    problem.stack.into_iter().fold(told, |told, (place, words)| told.related(place, words))
}
