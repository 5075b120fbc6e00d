//! A tree of files in, the whole project out.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use indexmap::IndexMap;
use rayon::prelude::*;
use sha2::{Digest, Sha256};

use super::config::{self, Config};
use super::config_jinja;
use super::files::{self, Found};
use super::node::{Node, ResourceType};
use super::package::{self, Package};
use super::problem::{Problem, ProblemKind, did_you_mean};
use super::profile::Target;
use super::properties::{self, Patch};
use super::scopes::{self, Run};
use super::version::{self, Version, Versions};
use super::{Project, SourceTable, graph, names, resolve, tests};
use crate::finding::Place;
use crate::jinja::relation::Relation;
use crate::jinja::rewrite::{Marks, rewrite};
use crate::jinja::scope::Given;
use crate::jinja::universe::{MacroFile, Universe};
use crate::jinja::{JinjaProblem, blocks, render};
use crate::parse::yaml::Yaml;
use crate::source::Tree;

/// What reading depends on besides the files.
#[derive(Debug, Clone)]
pub struct Inputs {
    pub target: Target,
    pub run: Run,
    /// `--vars`
    pub vars: serde_json::Map<String, serde_json::Value>,
    /// The environment variables that templates may read.
    pub env: HashMap<String, String>,
}

/// Reads a project. Nothing stops the reading: see [`Project::problems`].
pub fn read(tree: &Arc<Tree>, inputs: &Inputs) -> Project {
    let mut problems = Vec::new();
    let packages = package::packages(tree, &mut problems);
    let mut property_files = Vec::new();
    for package in &packages {
        problems.extend(files::unreadable(tree, package));
        property_files.extend(properties::read(tree, package, &mut problems));
    }
    problems.extend(files::missing_folders(tree, &packages[0]));
    let universe = universe(tree, &packages, &mut problems);
    let name = packages[0].name().to_owned();
    let given = Arc::new(Given {
        vars: vars(&packages),
        cli_vars: inputs.vars.clone(),
        env: inputs.env.clone(),
        docs: docs(tree, &packages),
        globals: scopes::globals(&inputs.target, &inputs.run, &name),
    });
    let source_patches = properties::patches(&property_files, "sources", &mut problems);
    let sources = SourceTable::read(&source_patches, &packages, &inputs.target);
    let sources = sources.into_iter().map(|table| (table.unique_id.clone(), table)).collect();
    let mut project = Project {
        name,
        target: inputs.target.clone(),
        tree: Arc::clone(tree),
        packages,
        nodes: IndexMap::new(),
        sources,
        property_files,
        universe: Arc::new(universe),
        given,
        problems,
    };
    let patches = read_nodes(&mut project);
    tests::add(&mut project, &patches, &source_patches);
    resolve::resolve(&mut project);
    let circles = graph::circles(&project);
    project.problems.extend(circles);
    project
}

fn universe(tree: &Tree, packages: &[Package], problems: &mut Vec<Problem>) -> Universe {
    let mut found: Vec<(&str, Found<'_>)> = Vec::new();
    for package in packages {
        let mut folders = package.file.macro_paths.clone();
        folders.extend(package.file.test_paths.iter().map(|path| format!("{path}/generic")));
        found.extend(files::find(tree, package, &folders, &["sql"]).into_iter().map(|file| (package.name(), file)));
    }
    let files: Vec<MacroFile<'_>> =
        found.iter().map(|(package, found)| MacroFile { package, path: &found.file.path, text: found.text }).collect();
    let (universe, failed) = Universe::new(packages[0].name(), &files, packages[0].file.dispatch.clone());
    problems.extend(failed.into_iter().map(|failed| jinja_problem(&failed.path, 0, failed.problem)));
    universe
}

fn jinja_problem(path: &str, start: usize, problem: JinjaProblem) -> Problem {
    let span = problem.span.start + start..problem.span.end + start;
    Problem { help: problem.help, ..Problem::new(ProblemKind::Jinja, problem.message, Place::span(path, span)) }
}

fn vars(packages: &[Package]) -> HashMap<String, serde_json::Map<String, serde_json::Value>> {
    let mut vars: HashMap<String, serde_json::Map<String, serde_json::Value>> = HashMap::new();
    for package in packages.iter().rev() {
        for (name, value) in &package.file.vars {
            match (value, packages.iter().any(|known| known.name() == name)) {
                (serde_json::Value::Object(own), true) => vars.entry(name.clone()).or_default().extend(own.clone()),
                _ if package.root.is_empty() => {
                    drop(vars.entry(String::new()).or_default().insert(name.clone(), value.clone()))
                }
                _ => drop(vars.entry(package.name().to_owned()).or_default().insert(name.clone(), value.clone())),
            }
        }
    }
    vars
}

fn docs(tree: &Tree, packages: &[Package]) -> HashMap<String, String> {
    let mut docs = HashMap::new();
    for package in packages {
        for found in files::find(tree, package, &package.file.docs_paths, &["md"]) {
            let blocks = blocks::docs(found.text).into_iter();
            docs.extend(blocks.map(|(name, text)| (format!("{}.{name}", package.name()), text)));
        }
    }
    docs
}

/// Models and seeds with what the property files say of them; returns the patches for the tests.
fn read_nodes(project: &mut Project) -> HashMap<(ResourceType, String, String), Patch> {
    let mut patches = HashMap::new();
    // Models and seeds share their names.
    let mut taken: HashMap<(String, String, Option<String>), String> = HashMap::new();
    let mut problems = std::mem::take(&mut project.problems);
    for kind in [ResourceType::Model, ResourceType::Seed] {
        let found = properties::patches(&project.property_files, kind.config_key(), &mut problems);
        let by_name = properties::by_name(found, &mut problems);
        let mut drafts: Vec<Node> =
            project.packages.iter().flat_map(|package| drafts(project, package, kind)).collect();
        let versions = version::versions(&by_name);
        let read: Vec<(Node, Vec<Problem>)> =
            drafts.par_drain(..).map(|node| finish(project, node, &by_name, &versions)).collect();
        for (node, found) in read {
            problems.extend(found);
            if node.config.get("enabled") == Some(&serde_json::Value::Bool(false)) {
                continue;
            }
            let name = (node.package.clone(), node.name.clone(), node.version.clone());
            match taken.get(&name).and_then(|id| project.nodes.get(id)) {
                Some(known) => problems.push(twice(&node, known)),
                None => {
                    taken.insert(name, node.unique_id.clone());
                    project.nodes.insert(node.unique_id.clone(), node);
                }
            }
        }
        problems.extend(orphans(project, kind, &by_name));
        patches.extend(by_name.into_iter().map(|((package, name), patch)| ((kind, package, name), patch)));
    }
    project.problems = problems;
    patches
}

fn twice(node: &Node, known: &Node) -> Problem {
    let message = format!("the name `{}` is taken: every model and seed needs a name of its own", node.name);
    Problem::new(ProblemKind::DuplicateName, message, node.place.clone())
        .related(known.place.clone(), "this file has the same name")
        .help("rename one of the two files")
}

/// Properties of what is not there: dbt ignores them with a warning.
fn orphans(project: &Project, kind: ResourceType, patches: &HashMap<(String, String), Patch>) -> Vec<Problem> {
    let mut names: Vec<&str> = project.of_type(kind).map(|node| node.name.as_str()).collect();
    // A file that could not be read is told already.
    names.extend(project.tree.iter().filter(|file| file.text().is_err()).map(|file| file.stem()));
    let mut problems: Vec<Problem> = patches
        .values()
        .filter(|patch| !names.contains(&patch.name.as_str()))
        .map(|patch| {
            let message =
                format!("there is no {kind} named `{}`, so this description and its tests do nothing", patch.name);
            let problem = Problem::new(ProblemKind::Orphan, message, patch.name_place.clone());
            match did_you_mean(&patch.name, names.iter().copied()) {
                Some(name) => problem.help(format!("did you mean `{name}`?")),
                None => problem.help("the name must be the file's name without its ending"),
            }
        })
        .collect();
    problems.sort_by(|a, b| a.place.path.cmp(&b.place.path));
    problems
}

fn drafts(project: &Project, package: &Package, kind: ResourceType) -> Vec<Node> {
    let (folders, ending) = match kind {
        ResourceType::Seed => (&package.file.seed_paths, "csv"),
        _ => (&package.file.model_paths, "sql"),
    };
    files::find(&project.tree, package, folders, &[ending])
        .into_iter()
        .map(|found| draft(project, package, kind, &found))
        .collect()
}

/// A node as its file alone shows it.
fn draft(project: &Project, package: &Package, kind: ResourceType, found: &Found<'_>) -> Node {
    let name = found.file.stem().to_owned();
    let raw = if kind == ResourceType::Model { found.text.trim() } else { "" };
    let mut fqn = vec![package.name().to_owned()];
    fqn.extend(found.below.split('/').map(str::to_owned));
    fqn.pop();
    fqn.push(name.clone());
    let digest = Sha256::digest(if kind == ResourceType::Model { raw.as_bytes() } else { &found.file.bytes });
    Node {
        unique_id: format!("{kind}.{}.{name}", package.name()),
        resource_type: kind,
        package: package.name().to_owned(),
        path: found.below.to_owned(),
        file: found.file.path.clone(),
        original_file_path: package.relative(&found.file.path).to_owned(),
        fqn,
        raw_start: found.text.len() - found.text.trim_start().len(),
        raw: raw.into(),
        template: None,
        checksum: digest.iter().map(|byte| format!("{byte:02x}")).collect(),
        config: Config::new(),
        description: String::new(),
        columns: IndexMap::new(),
        patch: None,
        version: None,
        latest_version: None,
        relation: Relation::new(&project.target.database, &project.target.schema, &name),
        alias: String::new(),
        schema: project.target.schema.clone(),
        database: project.target.database.clone(),
        refs: Vec::new(),
        sources: Vec::new(),
        depends_on: Vec::new(),
        macros: std::collections::BTreeSet::new(),
        test: None,
        place: Place::file(found.file.path.clone()),
        is_broken: false,
        name,
    }
}

/// Renders a draft, and takes in what the property files say.
fn finish(
    project: &Project,
    mut node: Node,
    patches: &HashMap<(String, String), Patch>,
    versions: &Versions,
) -> (Node, Vec<Problem>) {
    let mut problems = Vec::new();
    let version = versions.get(&(node.package.clone(), node.name.clone()));
    let in_file = render_draft(project, &mut node, &mut problems);
    let name = version.map_or_else(|| node.name.clone(), |version| version.model.clone());
    let patch = patches.get(&(node.package.clone(), name));
    let mut configs: Vec<Config> = project_configs(project, &node, &mut problems);
    if let Some(version) = version {
        version.apply(&mut node);
    }
    let entries = patch.map(|patch| &patch.yaml).into_iter().chain(version.map(|version| &version.yaml));
    for yaml in entries {
        let path = patch.map_or(node.file.as_str(), |patch| patch.path.as_str());
        configs.extend(patch_configs(project, &node, (path, yaml), &mut problems));
    }
    configs.extend(in_file);
    node.config = config::defaults(node.resource_type);
    for level in &configs {
        config::merge(&mut node.config, level);
    }
    if let Some(patch) = patch {
        problems.extend(apply_patch(project, &mut node, patch, version));
    }
    if let Err(problem) = names::set(&project.universe, &project.given, &mut node) {
        node.is_broken = true;
        problems.push(render_problem(&node, problem));
    }
    (node, problems)
}

/// Renders the template and returns the configs that it sets.
fn render_draft(project: &Project, node: &mut Node, problems: &mut Vec<Problem>) -> Vec<Config> {
    if node.resource_type == ResourceType::Seed {
        return Vec::new();
    }
    let text = project.text(&node.file);
    let range: Range<usize> = node.raw_start..node.raw_start + node.raw.len();
    let template = match rewrite(text, range, Marks::Text) {
        Ok(template) => Arc::new(template),
        Err(problem) => {
            node.is_broken = true;
            problems.push(jinja_problem(&node.file, 0, problem));
            return Vec::new();
        }
    };
    node.template = Some(Arc::clone(&template));
    let scope = Arc::new(scopes::reading(&project.universe, &project.given, node));
    if let Err(problem) = render::render(&scope, &template, &node.file) {
        node.is_broken = true;
        problems.push(render_problem(node, problem));
    }
    let mut captured = scope.captured();
    node.refs = std::mem::take(&mut captured.refs);
    node.sources = std::mem::take(&mut captured.sources);
    node.macros = std::mem::take(&mut captured.macros);
    std::mem::take(&mut captured.configs)
}

/// A failed rendering, told at the author's place with the calls that led there.
pub fn render_problem(node: &Node, problem: render::RenderProblem) -> Problem {
    let place = if node.test.is_some() && problem.place.span.is_none() { node.place.clone() } else { problem.place };
    let told = Problem::new(ProblemKind::Jinja, problem.message, place).help(problem.help);
    problem.stack.into_iter().fold(told, |told, (place, words)| told.related(place, words))
}

/// The configs of `dbt_project.yml`: the package's own, then the root's.
fn project_configs(project: &Project, node: &Node, problems: &mut Vec<Problem>) -> Vec<Config> {
    let own = project.packages.iter().find(|package| package.name() == node.package && !package.root.is_empty());
    let mut configs = Vec::new();
    for package in own.into_iter().chain([project.root()]) {
        let path = package.join("dbt_project.yml");
        for level in package.file.configs(node.resource_type.config_key(), &node.fqn) {
            configs.push(config_jinja::rendered(project, node, level, &path, problems));
        }
    }
    configs
}

/// What a property file sets: a few keys beside `config:`, and `config:` itself.
fn patch_configs(
    project: &Project,
    node: &Node,
    (path, yaml): (&str, &Yaml),
    problems: &mut Vec<Problem>,
) -> Vec<Config> {
    let beside = ["tags", "meta", "docs", "access", "group"]
        .iter()
        .filter_map(|key| Some(((*key).to_owned(), yaml.get(key)?.to_json())));
    let mut levels: Vec<Config> = vec![beside.collect()];
    if let Some(config) = yaml.get("config") {
        levels.push(config.entries().iter().map(|(key, value)| (key.name.clone(), value.to_json())).collect());
    }
    levels.into_iter().map(|level| config_jinja::rendered(project, node, level, path, problems)).collect()
}

fn apply_patch(project: &Project, node: &mut Node, patch: &Patch, version: Option<&Version>) -> Vec<Problem> {
    let description = |yaml: &Yaml| yaml.get("description").and_then(Yaml::scalar);
    let text =
        version.and_then(|version| description(&version.yaml)).or_else(|| description(&patch.yaml)).unwrap_or_default();
    let scope = Arc::new(scopes::reading(&project.universe, &project.given, node));
    let mut problems = Vec::new();
    let mut rendered = |text: &str| match render::native(&scope, text, &patch.path) {
        Ok(value) => crate::jinja::values::text(&value),
        Err(problem) => {
            let told = Problem::new(ProblemKind::Jinja, problem.message, patch.name_place.clone());
            problems.push(told.help(problem.help));
            text.to_owned()
        }
    };
    node.description = rendered(&text);
    node.columns = properties::columns(&patch.yaml);
    if let Some(version) = version {
        node.columns = version.columns(&node.columns);
    }
    for column in node.columns.values_mut() {
        column.description = rendered(&column.description);
    }
    node.patch = Some(patch.name_place.clone());
    problems
}
