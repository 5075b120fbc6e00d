//! What one template sees while it is rendered, and what it asked for.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use indexmap::{IndexMap, IndexSet};
use minijinja::value::{Enumerator, Object, ObjectRepr};
use minijinja::{Error, State, Value};
use serde::Serialize;

use super::builtins::Builtin;
use super::macros::{MacroRef, Namespace};
use super::names;
use super::relation::Relation;
use super::standins;
use super::universe::Universe;
use super::warehouse::Warehouse;
use crate::project::node::Version;
use crate::project::node_config::NodeConfig;

/// A `ref(...)` as it was called.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct RefKey {
    pub name: String,
    pub package: Option<String>,
    pub version: Option<Version>,
}

impl RefKey {
    /// As the manifest has it.
    pub fn to_json(&self) -> serde_json::Value {
        // It has nothing that JSON has not.
        serde_json::to_value(self).unwrap_or_default()
    }
}

/// Something the template asked for, and where its call stands if that is in the template itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked<T> {
    pub what: T,
    /// Byte offset of the call in the file, when it stands in the node's own file.
    pub at: Option<usize>,
}

/// What a template asked for while it was rendered.
#[derive(Debug, Default, Clone)]
pub struct Captured {
    pub refs: Vec<Asked<RefKey>>,
    pub sources: Vec<Asked<(String, String)>>,
    pub metrics: Vec<Vec<String>>,
    /// The unique ids of the docs blocks that were asked for.
    pub docs: Vec<String>,
    /// The arguments of each `config(...)`, in order.
    pub configs: Vec<serde_json::Map<String, serde_json::Value>>,
    /// The unique ids of the macros that the template itself called, in the order of the first calls.
    pub macros: IndexSet<String>,
    /// What is said of a generic test that was called without an argument it needs.
    pub missing: Option<String>,
    /// The warehouse was asked for something, so that the text depends on more than the project.
    pub asked_warehouse: bool,
    /// What it printed with `print`, `log(…, info=true)` and `exceptions.warn`.
    pub said: Vec<String>,
    /// The value of an expression that was evaluated rather than printed.
    pub value: Option<Value>,
}

impl Captured {
    /// What was asked for by a text that does not stand in the node's own file.
    pub fn without_places(mut self) -> Self {
        self.refs.iter_mut().for_each(|asked| asked.at = None);
        self.sources.iter_mut().for_each(|asked| asked.at = None);
        self
    }
}

/// The most messages of one template that are kept.
const MOST_SAID: usize = 1_000;

/// How far names are to be looked up.
#[derive(Debug)]
pub enum Mode {
    /// Reading YAML: only variables, the environment and the target are known.
    Yaml,
    /// Reading descriptions: as for YAML, and `doc`.
    Docs,
    /// Reading the project: `execute` is false and every `ref` is a stand-in.
    Parse,
    /// Compiling: refs and sources are the relations that reading found.
    Compile(Compiling),
}

/// What a node may name while it is compiled, and how it is configured.
#[derive(Debug, Default)]
pub struct Compiling {
    pub refs: HashMap<RefKey, Relation>,
    pub sources: HashMap<(String, String), Relation>,
    pub config: Arc<NodeConfig>,
    /// What `is_incremental()` answers.
    pub incremental: bool,
}

/// The variables and environment that a project may read.
#[derive(Debug, Clone, Default)]
pub struct Given {
    /// `vars:` of `dbt_project.yml` by package, the empty name for all; `--vars` wins over both.
    pub vars: HashMap<String, serde_json::Map<String, serde_json::Value>>,
    pub cli_vars: serde_json::Map<String, serde_json::Value>,
    /// The environment variables that the settings allow.
    pub env: HashMap<String, String>,
    /// The text of the docs blocks by name and package.
    pub docs: IndexMap<String, IndexMap<String, String>>,
    /// The flag `require_ref_searches_node_package_before_root`.
    pub searches_own_package_first: bool,
    /// `target`, `flags`, `invocation_id`, `run_started_at` and the like: the same for every node.
    pub globals: HashMap<&'static str, Value>,
}

/// What one template sees.
pub struct Scope {
    pub universe: Arc<Universe>,
    pub given: Arc<Given>,
    /// The package of the node.
    pub package: String,
    pub mode: Mode,
    /// What is special to the node: `this`, `model`, `config` values and the like.
    pub values: HashMap<&'static str, Value>,
    /// The warehouse that is read from while the node is compiled, if there is one.
    pub warehouse: Option<Arc<dyn Warehouse>>,
    /// The results of `statement` blocks by name; nothing once one was loaded.
    results: Mutex<HashMap<String, Option<Value>>>,
    /// What a unit test puts in the place of macros and values, by name or by `package.name`.
    pub overrides: HashMap<String, Value>,
    captured: Mutex<Captured>,
    /// It is a generic test or an exposure: while it is read, `ref` and `source` are dbt's own, whatever macros of these
    /// names the project has, and a macro of any package can be called by its name alone.
    pub is_test: bool,
    /// It is a file that may name secrets: profiles.yml, or a list of packages.
    pub(super) names_secrets: bool,
    /// Functions that do not exist, and answer nothing while the project is read.
    stubs: Mutex<Vec<String>>,
    /// The arguments of a generic test, known once they are rendered in this scope.
    test_arguments: OnceLock<Value>,
    /// Variables whose text holds Jinja, as rendered in this scope; nothing while one is being rendered.
    rendered_vars: Mutex<HashMap<String, Option<String>>>,
}

impl Scope {
    /// A scope that has asked for nothing yet.
    pub fn new(universe: Arc<Universe>, given: Arc<Given>, package: &str, mode: Mode) -> Self {
        Self {
            universe,
            given,
            package: package.to_owned(),
            mode,
            values: HashMap::new(),
            warehouse: None,
            results: Mutex::default(),
            overrides: HashMap::new(),
            captured: Mutex::default(),
            is_test: false,
            names_secrets: false,
            stubs: Mutex::default(),
            test_arguments: OnceLock::new(),
            rendered_vars: Mutex::default(),
        }
    }

    /// A scope of YAML with the same variables, for a file that may name secrets.
    #[must_use]
    pub fn naming_secrets(&self) -> Arc<Self> {
        let scope = Self::new(Arc::clone(&self.universe), Arc::clone(&self.given), &self.package, Mode::Yaml);
        Arc::new(Self { names_secrets: true, ..scope })
    }

    /// Adds a value that is special to the node.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: Value) -> Self {
        self.values.insert(name, value);
        self
    }

    /// Sets what `_dbt_generic_test_kwargs` is; only the first call counts.
    pub fn set_test_arguments(&self, arguments: Value) {
        self.test_arguments.get_or_init(|| arguments);
    }

    /// The packages in which dbt looks for a name: the one that is named, else the root project's, the node's own, and any.
    pub fn packages<'s>(&'s self, named: Option<&'s str>) -> Vec<Option<&'s str>> {
        let own_first = self.given.searches_own_package_first;
        crate::project::resolve::packages(self.universe.root(), &self.package, named, own_first)
    }

    /// Whether this is a compilation, dbt's `execute`.
    pub fn execute(&self) -> bool {
        matches!(self.mode, Mode::Compile(_))
    }

    /// Whether Jinja in variables is rendered.
    pub(super) fn renders_vars(&self) -> bool {
        matches!(self.mode, Mode::Parse | Mode::Compile(_))
    }

    /// Lets a function that does not exist answer nothing from now on; false when it does already.
    pub fn stub(&self, name: &str) -> bool {
        let mut stubs = self.stubs.lock().unwrap_or_else(PoisonError::into_inner);
        if stubs.iter().any(|known| known == name) {
            return false;
        }
        stubs.push(name.to_owned());
        true
    }

    fn is_stub(&self, name: &str) -> bool {
        self.stubs.lock().unwrap_or_else(PoisonError::into_inner).iter().any(|known| known == name)
    }

    /// Keeps the result of a `statement` block.
    pub(super) fn store_result(&self, name: String, result: Value) {
        self.results.lock().unwrap_or_else(PoisonError::into_inner).insert(name, Some(result));
    }

    /// The result of a `statement` block, which is given once; outside nothing when there was no such block.
    pub(super) fn load_result(&self, name: &str) -> Option<Option<Value>> {
        self.results.lock().unwrap_or_else(PoisonError::into_inner).get_mut(name).map(Option::take)
    }

    /// What was asked for so far.
    pub fn captured(&self) -> MutexGuard<'_, Captured> {
        self.captured.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps a message of the template for whoever reads the output; of very many only the first are kept.
    pub(super) fn say(&self, message: String) {
        let mut captured = self.captured();
        if captured.said.len() < MOST_SAID {
            captured.said.push(message);
        }
    }

    /// A variable: from the command line, else as the node's package sees it.
    pub fn var(&self, name: &str) -> Option<&serde_json::Value> {
        let seen =
            || self.given.vars.get(&self.package).or_else(|| self.given.vars.get("")).and_then(|vars| vars.get(name));
        self.given.cli_vars.get(name).or_else(seen)
    }

    /// What `render` makes of a variable's text, once for all calls; nothing when the variable names itself.
    pub(super) fn rendered_var(
        &self,
        name: &str,
        render: impl FnOnce() -> Result<String, Error>,
    ) -> Option<Result<String, Error>> {
        let lock = || self.rendered_vars.lock().unwrap_or_else(PoisonError::into_inner);
        match lock().entry(name.to_owned()) {
            Entry::Occupied(known) => return known.get().clone().map(Ok),
            Entry::Vacant(free) => drop(free.insert(None)),
        }
        let rendered = render();
        match &rendered {
            Ok(text) => drop(lock().insert(name.to_owned(), Some(text.clone()))),
            Err(_) => drop(lock().remove(name)),
        }
        Some(rendered)
    }
}

impl fmt::Debug for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Scope({})", self.package)
    }
}

/// A function that does not exist, while the project is read.
#[derive(Debug)]
struct Stub;

impl Object for Stub {
    fn call(self: &Arc<Self>, _: &mut State<'_, '_>, _: &[Value]) -> Result<Value, Error> {
        Ok(Value::UNDEFINED)
    }
}

/// The names that a template can use: macros first, since a project may replace even `ref`.
#[derive(Debug)]
pub struct Context(pub Arc<Scope>);

impl Object for Context {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Map
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.get_value_by_str(key.as_str()?)
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Values(names::all(&self.0))
    }

    fn get_value_by_str(self: &Arc<Self>, name: &str) -> Option<Value> {
        let scope = &self.0;
        if let Some(value) = scope.overrides.get(name) {
            return Some(value.clone());
        }
        let builtin = Builtin::named(name).filter(|builtin| builtin.is_known_in(&scope.mode));
        // To compile a test, dbt gives it what every node has.
        let definition = match scope.is_test && !scope.execute() {
            true if matches!(name, "ref" | "source" | "config") => None,
            true => scope.universe.find_anywhere(&scope.package, name),
            false => scope.universe.find(&scope.package, name),
        };
        // Of a macro of dbt's that cadet has as a function, only the name is known.
        let definition = definition.filter(|found| !found.is_known_only || builtin.is_none());
        if let Some(definition) = definition {
            return Some(MacroRef::value(scope, definition));
        }
        if let Some(value) = scope.values.get(name).or_else(|| scope.given.globals.get(name)) {
            return Some(value.clone());
        }
        if let Some(builtin) = builtin {
            return Some(builtin.value(scope));
        }
        match name {
            "_dbt_generic_test_kwargs" => scope.test_arguments.get().cloned(),
            "execute" => Some(Value::from(scope.execute())),
            "context" => Some(Value::from_object(Self(Arc::clone(scope)))),
            "project_name" => Some(Value::from(scope.package.as_str())),
            name if scope.is_stub(name) => Some(Value::from_object(Stub)),
            package if scope.universe.has_package(package) => {
                Some(Value::from_object(Namespace { package: package.to_owned(), scope: Arc::clone(scope) }))
            }
            _ => standins::named(scope, name),
        }
    }
}
