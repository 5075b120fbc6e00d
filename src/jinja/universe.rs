//! Every macro that a project can call: its own, its packages', and the ones that come with dbt.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::sync::Arc;

use minijinja::{Environment, UndefinedBehavior};

use super::JinjaProblem;
use super::blocks::{Block, BlockKind, Parameter, blocks};
use super::environment;
use super::rewrite::{Marks, Rewritten, rewrite};

/// The package of the macros that come with dbt, in cadet's own words.
pub const INTERNAL: &str = "dbt";

const INTERNAL_MACROS: &[(&str, &str)] =
    &[("macros/names.sql", include_str!("dbt/names.sql")), ("macros/tests.sql", include_str!("dbt/tests.sql"))];

/// One macro, generic test or materialisation.
#[derive(Debug)]
pub struct MacroDef {
    /// `macro.<package>.<name>`
    pub unique_id: String,
    pub package: String,
    pub name: String,
    /// The file, relative to the root project's folder.
    pub path: String,
    pub source: Arc<str>,
    pub range: Range<usize>,
    pub name_span: Range<usize>,
    pub kind: BlockKind,
    pub parameters: Vec<Parameter>,
    /// The body names `varargs` or `kwargs`, and so takes any arguments.
    pub takes_varargs: bool,
    pub takes_kwargs: bool,
    pub rewritten: Rewritten,
}

impl MacroDef {
    /// The text of the block, which is what decides whether it changed.
    pub fn text(&self) -> &str {
        &self.source[self.range.clone()]
    }
}

/// A file of macros that is to join the universe.
pub struct MacroFile<'a> {
    pub package: &'a str,
    pub path: &'a str,
    pub text: &'a str,
}

/// A macro file that could not be read, or a macro that stands twice.
#[derive(Debug, Clone)]
pub struct MacroProblem {
    pub path: String,
    pub problem: JinjaProblem,
}

/// All macros by package and name, ready to be called.
#[derive(Debug)]
pub struct Universe {
    packages: BTreeMap<String, HashMap<String, Arc<MacroDef>>>,
    root: String,
    /// Search orders of `dispatch:` in `dbt_project.yml`, by namespace.
    dispatch: HashMap<String, Vec<String>>,
    parse: Environment<'static>,
    compile: Environment<'static>,
}

impl Universe {
    /// Reads the macro files; what cannot be read is reported and left out.
    pub fn new(
        root: &str,
        files: &[MacroFile<'_>],
        dispatch: HashMap<String, Vec<String>>,
    ) -> (Self, Vec<MacroProblem>) {
        let mut universe = Self {
            packages: BTreeMap::new(),
            root: root.to_owned(),
            dispatch,
            parse: environment::environment(UndefinedBehavior::Chainable),
            compile: environment::environment(UndefinedBehavior::Lenient),
        };
        let mut problems = Vec::new();
        let internal = INTERNAL_MACROS.iter().map(|(path, text)| MacroFile { package: INTERNAL, path, text });
        for file in internal {
            universe.add_file(&file, &mut problems);
        }
        for file in files {
            universe.add_file(file, &mut problems);
        }
        (universe, problems)
    }

    fn add_file(&mut self, file: &MacroFile<'_>, problems: &mut Vec<MacroProblem>) {
        let mut report = |problem| problems.push(MacroProblem { path: file.path.to_owned(), problem });
        let found = match blocks(file.text) {
            Ok(found) => found,
            Err(problem) => return report(problem),
        };
        let source: Arc<str> = Arc::from(file.text);
        for block in found {
            if block.kind == BlockKind::Snapshot {
                continue;
            }
            if let Err(problem) = self.add(file, &source, block) {
                report(problem);
            }
        }
    }

    fn add(&mut self, file: &MacroFile<'_>, source: &Arc<str>, block: Block) -> Result<(), JinjaProblem> {
        let rewritten = rewrite(source, block.range.clone(), Marks::None)?;
        let unique_id = format!("macro.{}.{}", file.package, block.name);
        let known = self.packages.get(file.package).and_then(|package| package.get(&block.name));
        if let Some(known) = known {
            let message = format!("the macro `{}` stands twice: it is in `{}` too", block.name, known.path);
            let help = Some("dbt refuses a project in which a macro stands twice; rename or remove one".to_owned());
            return Err(JinjaProblem { message, span: block.name_span, help });
        }
        if block.kind != BlockKind::Materialization {
            for environment in [&mut self.parse, &mut self.compile] {
                environment.add_template_owned(unique_id.clone(), rewritten.text.clone()).map_err(|error| {
                    let start = error.range().map_or(block.range.start, |range| rewritten.map.original(range.start));
                    let message = error.detail().unwrap_or("this block cannot be read").to_owned();
                    JinjaProblem { message, span: start..start + 1, help: None }
                })?;
            }
        }
        let body = &source[block.range.clone()];
        let definition = MacroDef {
            unique_id,
            package: file.package.to_owned(),
            name: block.name.clone(),
            path: file.path.to_owned(),
            source: Arc::clone(source),
            range: block.range.clone(),
            name_span: block.name_span,
            kind: block.kind,
            parameters: block.parameters,
            takes_varargs: body.contains("varargs"),
            takes_kwargs: body.contains("kwargs"),
            rewritten,
        };
        self.packages.entry(file.package.to_owned()).or_default().insert(block.name, Arc::new(definition));
        Ok(())
    }

    /// The environment that forgives unknown names, for reading; or the strict one, for compiling.
    pub(super) fn environment(&self, execute: bool) -> &Environment<'static> {
        if execute { &self.compile } else { &self.parse }
    }

    /// The macro that `name` means in a node of `package`: that package's, the root project's, or dbt's.
    pub fn find(&self, package: &str, name: &str) -> Option<&Arc<MacroDef>> {
        [package, &self.root, INTERNAL].into_iter().find_map(|package| self.find_in(package, name))
    }

    /// The macro `name` of one package.
    pub fn find_in(&self, package: &str, name: &str) -> Option<&Arc<MacroDef>> {
        self.packages.get(package)?.get(name)
    }

    /// The macro with this unique id.
    pub fn by_id(&self, unique_id: &str) -> Option<&Arc<MacroDef>> {
        let (package, name) = unique_id.strip_prefix("macro.")?.split_once('.')?;
        self.find_in(package, name)
    }

    /// Whether a package of this name has macros.
    pub fn has_package(&self, package: &str) -> bool {
        self.packages.contains_key(package)
    }

    /// Every macro, dbt's own included, by package and name.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<MacroDef>> {
        let mut all: Vec<_> = self.packages.values().flat_map(HashMap::values).collect();
        all.sort_by(|a, b| a.unique_id.cmp(&b.unique_id));
        all.into_iter()
    }

    /// What `adapter.dispatch(name, namespace)` finds: `athena__name` before `default__name`, package by package.
    ///
    /// Behaviour: `dbt.context.providers.BaseDatabaseWrapper.dispatch`.
    pub fn dispatch(&self, package: &str, name: &str, namespace: Option<&str>) -> Option<&Arc<MacroDef>> {
        let names = ["athena", "default"].map(|prefix| format!("{prefix}__{name}"));
        let Some(namespace) = namespace else {
            return names.iter().find_map(|name| self.find(package, name));
        };
        let order = match self.dispatch.get(namespace) {
            Some(order) => order.clone(),
            None => vec![self.root.clone(), namespace.to_owned()],
        };
        order.iter().find_map(|package| names.iter().find_map(|name| self.find_in(package, name)))
    }
}
