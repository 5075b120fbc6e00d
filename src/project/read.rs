//! A tree of files in, the whole project out.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use indexmap::IndexMap;
use minijinja::UndefinedBehavior;

use super::drafts::jinja_problem;
use super::entries;
use super::files::{self, Found};
use super::known::Known;
use super::package::{self, Package};
use super::problem::Problem;
use super::profile::Target;
use super::reader::Reader;
use super::resolve::Lookup;
use super::scopes::{self, Run};
use super::{DocsBlock, Project, graph, identity, parts, resolve, semantic_checks, semantic_links};
use crate::jinja::rewrite::{Marks, rewrite};
use crate::jinja::scope::{Given, Mode, Scope};
use crate::jinja::universe::{MacroFile, Universe};
use crate::jinja::{blocks, render};
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
    read_beside(tree, inputs, None)
}

/// Reads a project, and nothing again that `known`, another state of it, has read already.
pub fn read_beside(tree: &Arc<Tree>, inputs: &Inputs, known: Option<&Project>) -> Project {
    let mut problems = Vec::new();
    let scope = scopes::project_file(Some(&inputs.target), &inputs.vars, &inputs.env);
    let packages = package::packages(tree, &scope, &mut problems);
    let mut property_files = Vec::new();
    for package in &packages {
        problems.extend(files::unreadable(tree, package));
        let known = known.map(|known| known.property_files.as_slice());
        property_files.extend(entries::read(tree, package, known, &mut problems));
    }
    problems.extend(files::missing_folders(tree, &packages[0]));
    let known = known.map(|known| Known::new(known, tree, &packages));
    let name = packages[0].name().to_owned();
    let (universe, docs, given) = match known.as_ref().filter(|known| known.has_same_world) {
        Some(Known { project, .. }) => {
            (Arc::clone(&project.universe), project.docs.clone(), Arc::clone(&project.given))
        }
        None => {
            let universe = Arc::new(universe(tree, &packages, &mut problems));
            let docs = docs(tree, &packages);
            let given = Arc::new(given(&packages, inputs, &docs));
            (universe, docs, given)
        }
    };
    let reader = Reader::new(tree, &packages, &inputs.target, &universe, &given);
    let parts = parts::read(&reader, &property_files, known.as_ref(), &mut problems);
    property_files.sort_by(|a, b| a.path.cmp(&b.path));
    let mut project = Project {
        name,
        target: inputs.target.clone(),
        run: inputs.run.clone(),
        tree: Arc::clone(tree),
        nodes: parts.nodes,
        sources: parts.sources,
        others: parts.others,
        groups: parts.groups,
        lost_tests: Vec::new(),
        disabled: parts.disabled,
        macro_patches: parts.macro_patches,
        packages,
        property_files,
        universe,
        given,
        docs,
        lookup: Lookup::default(),
        problems,
        flat_graph: OnceLock::new(),
        selected: OnceLock::new(),
    };
    resolve::resolve(&mut project);
    semantic_links::link(&mut project);
    let others = || (semantic_checks::problems(&project), identity::problems(&project));
    let (circles, (semantic, identity)) = rayon::join(|| graph::circles(&project), others);
    project.problems.extend(circles.into_iter().chain(semantic).chain(identity));
    project
}

/// What every template of the project can read.
fn given(packages: &[Package], inputs: &Inputs, docs: &[DocsBlock]) -> Given {
    Given {
        vars: vars(packages),
        cli_vars: inputs.vars.clone(),
        env: inputs.env.clone(),
        docs: docs_texts(docs),
        searches_own_package_first: packages[0].file.flag("require_ref_searches_node_package_before_root")
            == Some(true),
        globals: scopes::globals((&inputs.target, packages[0].name()), &inputs.run, &inputs.vars, &inputs.env),
    }
}

fn universe(tree: &Tree, packages: &[Package], problems: &mut Vec<Problem>) -> Universe {
    let mut found: Vec<(&str, Found<'_>, bool)> = Vec::new();
    for package in packages {
        let tests: Vec<String> = package.file.test_paths.iter().map(|path| format!("{path}/generic")).collect();
        for (folders, only_tests) in [(&package.file.macro_paths, false), (&tests, true)] {
            let files = files::find(tree, package, folders, &["sql"]).into_iter();
            found.extend(files.map(|file| (package.name(), file, only_tests)));
        }
    }
    let files: Vec<MacroFile<'_>> = found
        .iter()
        .map(|(package, found, only_tests)| MacroFile {
            package,
            path: &found.file.path,
            text: found.text,
            only_tests: *only_tests,
        })
        .collect();
    let (universe, failed) = Universe::new(packages[0].name(), &files, packages[0].file.dispatch.clone());
    problems.extend(failed.into_iter().map(|failed| jinja_problem(&failed.path, failed.problem)));
    universe
}

/// The variables that the nodes of each package see; the empty name is for what belongs to no package.
///
/// Those of the root project win over the package's own, and in each file those under the package's name over the others.
/// Behaviour: `dbt.context.providers.ModelConfiguredVar`.
fn vars(packages: &[Package]) -> HashMap<String, serde_json::Map<String, serde_json::Value>> {
    let seen_by = |name: &str| {
        let mut seen = serde_json::Map::new();
        let own = packages.iter().skip(1).find(|package| package.name() == name);
        for package in own.into_iter().chain(packages.first()) {
            let vars = &package.file.vars;
            seen.extend(vars.iter().map(|(name, value)| (name.clone(), value.clone())));
            if let Some(serde_json::Value::Object(scoped)) = vars.get(name) {
                seen.extend(scoped.clone());
            }
        }
        seen
    };
    let names = packages.iter().map(Package::name).chain([""]);
    names.map(|name| (name.to_owned(), seen_by(name))).collect()
}

/// A docs block may hold Jinja, which sees nothing.
fn docs_text(scope: &Arc<Scope>, text: &str, path: &str) -> Option<String> {
    let template = rewrite(text, 0..text.len(), Marks::None).ok()?;
    render::render(scope, &template, path).ok().map(|text| text.trim().to_owned())
}

fn docs(tree: &Tree, packages: &[Package]) -> Vec<DocsBlock> {
    let universe = Arc::new(Universe::without_macros("", UndefinedBehavior::Lenient));
    let scope = Arc::new(Scope::new(universe, Arc::default(), "", Mode::Yaml));
    let mut docs = Vec::new();
    for package in packages {
        for found in files::find(tree, package, &package.file.docs_paths, &["md"]) {
            docs.extend(blocks::docs(found.text).into_iter().map(|(name, text)| DocsBlock {
                name,
                package: package.name().to_owned(),
                path: found.below.to_owned(),
                original_file_path: package.relative(&found.file.path).to_owned(),
                text: if text.contains(['{', '#']) {
                    docs_text(&scope, &text, &found.file.path).unwrap_or(text)
                } else {
                    text
                },
            }));
        }
    }
    docs
}

/// The text of the docs blocks by name and package.
fn docs_texts(docs: &[DocsBlock]) -> IndexMap<String, IndexMap<String, String>> {
    let mut texts: IndexMap<String, IndexMap<String, String>> = IndexMap::new();
    for block in docs {
        texts.entry(block.name.clone()).or_default().insert(block.package.clone(), block.text.clone());
    }
    texts
}
