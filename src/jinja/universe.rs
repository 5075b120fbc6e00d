//! Every macro that a project can call: its own, its packages', and the ones that come with dbt.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Arc, LazyLock};

use foldhash::{HashMap, HashMapExt, HashSet, HashSetExt};
use minijinja::{Environment, UndefinedBehavior};

use super::JinjaProblem;
use super::blocks::{Block, BlockKind, Parameter, blocks};
use super::environment;
use super::internal::MACROS;
use super::rewrite::{Rewritten, rewrite_macro};
use crate::guard::{self, Task};

/// The package of the macros that come with dbt, in cadet's own words.
pub const INTERNAL: &str = "dbt";

/// The template in which macros are called that no template calls: see [`Calls`](super::render::Calls).
pub(super) const CALLS: &str = "__cadet_calls";

/// The package of the macros that come with dbt's adapter for Athena. They stand before dbt's own of the same name.
pub(super) const ATHENA: &str = "dbt_athena";

/// Packages whose macros come with dbt: its own, and those of its adapter for Athena.
pub const INTERNAL_PACKAGES: [&str; 2] = [INTERNAL, ATHENA];

/// Every macro that comes with dbt, by name: those that cadet does not have are known, but cannot be called.
static KNOWN: LazyLock<HashMap<&'static str, Arc<MacroDef>>> = LazyLock::new(|| {
    let names = include_str!("dbt/names.txt").lines().filter_map(|line| line.split_once('.'));
    names.map(|(package, name)| (name, Arc::new(MacroDef::known(package, name)))).collect()
});

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
    /// The block with the white space that its tags take away, as the manifest has it.
    pub full: Range<usize>,
    pub name_span: Range<usize>,
    pub kind: BlockKind,
    pub parameters: Vec<Parameter>,
    /// The body names `varargs` or `kwargs`, and so takes any arguments.
    pub takes_varargs: bool,
    pub takes_kwargs: bool,
    pub rewritten: Rewritten,
    /// The unique ids of the macros that its text calls.
    pub depends_on: Vec<String>,
    /// It comes with dbt, and cadet has no body for it.
    pub is_known_only: bool,
}

impl MacroDef {
    fn known(package: &str, name: &str) -> Self {
        Self {
            unique_id: format!("macro.{package}.{name}"),
            package: package.to_owned(),
            name: name.to_owned(),
            path: String::new(),
            source: "".into(),
            range: 0..0,
            full: 0..0,
            name_span: 0..0,
            kind: BlockKind::Macro,
            parameters: Vec::new(),
            takes_varargs: true,
            takes_kwargs: true,
            rewritten: Rewritten::default(),
            depends_on: Vec::new(),
            is_known_only: true,
        }
    }

    /// The languages of the models that a materialisation builds; nothing for what is none.
    pub fn languages(&self) -> Option<Vec<&'static str>> {
        if self.kind != BlockKind::Materialization {
            return None;
        }
        let head = self.text().split("%}").next().unwrap_or_default();
        let said = head.split_once("supported_languages").map_or("", |(_, said)| said);
        let named: Vec<&str> = ["sql", "python"].into_iter().filter(|language| said.contains(language)).collect();
        Some(if named.is_empty() { vec!["sql"] } else { named })
    }

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
    /// Whether only generic tests are read from it, as from `tests/generic/`.
    pub only_tests: bool,
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
    has_macros: bool,
    /// What every name means in the nodes of each package that has macros, and of the root project.
    seen: HashMap<String, HashMap<String, Arc<MacroDef>>>,
    replaces_references: bool,
    /// The packages in whose nodes dbt's own four tests are dbt's own, with all that they call.
    own_tests: HashSet<String>,
}

impl Universe {
    /// A universe for YAML, where no macro is known.
    pub fn without_macros(root: &str, undefined: UndefinedBehavior) -> Self {
        Self {
            packages: BTreeMap::new(),
            root: root.to_owned(),
            dispatch: HashMap::new(),
            parse: environment::environment(undefined),
            compile: environment::environment(undefined),
            has_macros: false,
            seen: HashMap::new(),
            replaces_references: false,
            own_tests: HashSet::new(),
        }
    }

    /// Reads the macro files; what cannot be read is reported and left out.
    pub fn new(
        root: &str,
        files: &[MacroFile<'_>],
        dispatch: HashMap<String, Vec<String>>,
    ) -> (Self, Vec<MacroProblem>) {
        let compile = environment::environment(UndefinedBehavior::Lenient);
        let read = Self::without_macros(root, UndefinedBehavior::Chainable);
        let mut universe = Self { dispatch, compile, has_macros: true, ..read };
        let mut problems = Vec::new();
        for (package, path, text) in MACROS.iter() {
            universe.add_file(&MacroFile { package, path, text, only_tests: false }, &mut problems);
        }
        for file in files {
            universe.add_file(file, &mut problems);
        }
        universe.link();
        universe.look_ahead();
        for environment in [&mut universe.parse, &mut universe.compile] {
            // It is a constant, and reads.
            let _ = environment.add_template(CALLS, super::macros::PREFIX);
        }
        (universe, problems)
    }

    fn add_file(&mut self, file: &MacroFile<'_>, problems: &mut Vec<MacroProblem>) {
        let mut report = |problem| problems.push(MacroProblem { path: file.path.to_owned(), problem });
        let _working = match guard::begin(file.path, Task::read(file.text)) {
            Ok(working) => working,
            Err(blame) => {
                let (message, help) = (blame.message(), Some(blame.help()));
                return report(JinjaProblem { message, span: 0..0, help });
            }
        };
        let found = match blocks(file.text) {
            Ok(found) => found,
            Err(problem) => return report(problem),
        };
        let source: Arc<str> = Arc::from(file.text);
        for block in found {
            if block.kind == BlockKind::Snapshot || (file.only_tests && block.kind != BlockKind::Test) {
                continue;
            }
            if let Err(problem) = self.add(file, &source, block) {
                report(problem);
            }
        }
    }

    fn add(&mut self, file: &MacroFile<'_>, source: &Arc<str>, block: Block) -> Result<(), JinjaProblem> {
        let rewritten = rewrite_macro(source, block.range.clone())?;
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
            full: block.full,
            name_span: block.name_span,
            kind: block.kind,
            parameters: block.parameters,
            takes_varargs: body.contains("varargs"),
            takes_kwargs: body.contains("kwargs"),
            rewritten,
            depends_on: Vec::new(),
            is_known_only: false,
        };
        self.packages.entry(file.package.to_owned()).or_default().insert(block.name, Arc::new(definition));
        Ok(())
    }

    /// The environment that forgives unknown names, for reading; or the strict one, for compiling.
    pub(super) fn environment(&self, execute: bool) -> &Environment<'static> {
        if execute { &self.compile } else { &self.parse }
    }

    /// The root project's name.
    pub(super) fn root(&self) -> &str {
        &self.root
    }

    /// Learns which macros each macro's text calls, once all of them are known.
    fn link(&mut self) {
        let mut linked: Vec<(String, String, Vec<String>)> = Vec::new();
        for definition in self.packages.values().flat_map(HashMap::values) {
            let called = super::macro_calls::called(self, definition);
            linked.push((definition.package.clone(), definition.name.clone(), called));
        }
        for (package, name, called) in linked {
            let definition = self.packages.get_mut(&package).and_then(|macros| macros.get_mut(&name));
            if let Some(definition) = definition.and_then(Arc::get_mut) {
                definition.depends_on = called;
            }
        }
    }

    /// Works out, once all macros are known, what is asked for every node.
    fn look_ahead(&mut self) {
        let is_own = |package: &&String| !INTERNAL_PACKAGES.contains(&package.as_str());
        let own = || self.packages.iter().filter(|(package, _)| is_own(package));
        self.replaces_references = own()
            .flat_map(|(_, macros)| macros.keys())
            .any(|name| matches!(name.as_str(), "ref" | "source" | "config"));
        let packages: Vec<String> = own().map(|(package, _)| package.clone()).chain([self.root.clone()]).collect();
        let names: HashSet<&str> =
            self.packages.values().flat_map(HashMap::keys).map(String::as_str).chain(KNOWN.keys().copied()).collect();
        let seen_in = |package: &String| {
            let found =
                names.iter().filter_map(|name| Some(((*name).to_owned(), self.look_up(package, name)?.clone())));
            (package.clone(), found.collect())
        };
        self.seen = packages.iter().map(seen_in).collect();
        self.own_tests = packages.into_iter().filter(|package| self.are_tests_own(package)).collect();
    }

    fn are_tests_own(&self, package: &str) -> bool {
        let is_own = |name: &str| self.find(package, name).is_some_and(|found| found.package == INTERNAL);
        let is_dispatched_to_own = |name: &str| {
            let found = self.dispatch(package, name, Some(INTERNAL));
            found.is_some_and(|found| INTERNAL_PACKAGES.contains(&found.package.as_str()))
        };
        let dispatched = ["unique", "not_null", "accepted_values", "relationships"].map(|name| format!("test_{name}"));
        let mut dispatched = dispatched.iter().map(String::as_str).chain(["get_where_subquery"]);
        !self.replaces_references
            && dispatched.all(|name| is_own(name) && is_dispatched_to_own(name))
            && is_own("should_store_failures")
    }

    /// Whether dbt's own four tests are dbt's own in the nodes of `package`, with every macro that they call.
    pub fn has_own_tests(&self, package: &str) -> bool {
        let package = if self.seen.contains_key(package) { package } else { &self.root };
        self.own_tests.contains(package)
    }

    /// Whether the project or a package has a `ref`, `source` or `config` of its own.
    pub fn replaces_references(&self) -> bool {
        self.replaces_references
    }

    /// The macro that `name` means in a node of `package`: that package's, the root project's, or dbt's.
    pub fn find(&self, package: &str, name: &str) -> Option<&Arc<MacroDef>> {
        match self.seen.get(package).or_else(|| self.seen.get(&self.root)) {
            Some(seen) => seen.get(name),
            // Not all macros are known yet.
            None => self.look_up(package, name),
        }
    }

    fn look_up(&self, package: &str, name: &str) -> Option<&Arc<MacroDef>> {
        [package, &self.root, INTERNAL].into_iter().find_map(|package| self.find_in(package, name))
    }

    /// As [`find`](Self::find), and then in any other package: how dbt reads a call without rendering it.
    pub fn find_anywhere(&self, package: &str, name: &str) -> Option<&Arc<MacroDef>> {
        let own = self.find_in(package, name).or_else(|| self.find_in(&self.root, name));
        let any = || {
            let mut others =
                self.packages.iter().rev().filter(|(package, _)| !INTERNAL_PACKAGES.contains(&package.as_str()));
            others.find_map(|(_, macros)| macros.get(name))
        };
        own.or_else(any).or_else(|| self.find_in(INTERNAL, name))
    }

    /// The project's own macro for one of the macros that name, or what dbt's own dispatches to; nothing when it is dbt's.
    pub fn naming_macro(&self, package: &str, name: &str) -> Option<&Arc<MacroDef>> {
        let is_own = |found: &&Arc<MacroDef>| !INTERNAL_PACKAGES.contains(&found.package.as_str());
        let own = self.find(package, name).filter(is_own);
        own.or_else(|| self.dispatch(package, name, Some(INTERNAL)).filter(is_own))
    }

    /// The macro `name` of one package; `dbt` stands for all that comes with dbt.
    pub fn find_in(&self, package: &str, name: &str) -> Option<&Arc<MacroDef>> {
        let of = |package: &str| self.packages.get(package).and_then(|macros| macros.get(name));
        let athenas = if package == INTERNAL { of(ATHENA) } else { None };
        let own = athenas.or_else(|| of(package));
        let is_internal = self.has_macros && INTERNAL_PACKAGES.contains(&package);
        own.or_else(|| {
            is_internal
                .then(|| KNOWN.get(name))
                .flatten()
                .filter(|known| package == INTERNAL || known.package == package)
        })
    }

    /// The macro with this unique id.
    pub fn by_id(&self, unique_id: &str) -> Option<&Arc<MacroDef>> {
        let (package, name) = unique_id.strip_prefix("macro.")?.split_once('.')?;
        self.packages.get(package).and_then(|macros| macros.get(name)).or_else(|| self.find_in(package, name))
    }

    /// The unique ids of these macros and of all that they call: a generic test sees no others.
    ///
    /// Behaviour: `dbt.context.macro_resolver.TestMacroNamespace`.
    pub fn called_from(&self, unique_ids: &[&str]) -> HashSet<String> {
        let mut seen: HashSet<String> = HashSet::new();
        let mut open: Vec<String> = unique_ids.iter().map(|&id| id.to_owned()).collect();
        while let Some(id) = open.pop() {
            if let Some(found) = self.by_id(&id).filter(|_| !seen.contains(&id)) {
                open.extend(found.depends_on.iter().cloned());
            }
            seen.insert(id);
        }
        seen
    }

    /// Whether a package of this name has macros.
    pub fn has_package(&self, package: &str) -> bool {
        self.packages.contains_key(package) || (self.has_macros && INTERNAL_PACKAGES.contains(&package))
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
        let order = namespace.and_then(|namespace| match self.dispatch.get(namespace) {
            Some(order) => Some(order.clone()),
            // The root project is no package of its own.
            None if namespace == self.root || !self.has_package(namespace) => None,
            None => Some(vec![self.root.clone(), namespace.to_owned()]),
        });
        match order {
            Some(order) => order.iter().find_map(|package| names.iter().find_map(|name| self.find_in(package, name))),
            None => names.iter().find_map(|name| self.find(package, name)),
        }
    }
}
