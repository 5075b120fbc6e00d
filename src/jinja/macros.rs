//! Calling macros: every macro is reached through a [`MacroRef`], which binds the arguments, loads the macro's template
//! into the running render on first use, and turns `return(x)` into the call's value.

use std::collections::HashMap;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use minijinja::value::{Enumerator, Kwargs, Object, ObjectRepr, from_args};
use minijinja::{Error, ErrorKind, State, Value};

use super::blocks::{BlockKind, Parameter};
use super::builtins::Builtin;
use super::environment::forgives;
use super::python::containers::Tuple;
use super::rewrite::{Marks, rewrite};
use super::scope::{Context, Scope};
use super::statements::UNDEFINED;
use super::universe::{INTERNAL_PACKAGES, MacroDef};
use super::values::List;
use crate::guard::{self, Task, Working};
use crate::project::problem::did_you_mean;

/// What stands before every template: [`BOOT`], which is read once for all of them.
pub(super) const PREFIX: &str = "{% include '__cadet_boot' %}";

/// The name that [`PREFIX`] has for [`BOOT`].
pub(super) const BOOT_NAME: &str = "__cadet_boot";

/// It leaves a macro behind that imports other templates into the render that it is in.
///
/// A nested render would lose `caller()`, and the budgets would start anew. The `with` keeps the template's own
/// variables out of the macros.
pub(super) const BOOT: &str = "{% with %}{% macro __cadet_load(__cadet_t) %}{% import __cadet_t as cadet_m %}\
                               {{ __cadet_reg(cadet_m) }}{% endmacro %}{{ __cadet_boot(__cadet_load) }}{% endwith %}";

/// The name of the template that the default of a parameter is.
const DEFAULT: &str = "macro.default";

/// What a render remembers about macros.
#[derive(Debug, Default)]
pub(super) struct Loaded {
    pub loader: Option<Value>,
    /// The module that the loader has just imported.
    pub imported: Option<Value>,
    modules: HashMap<String, Value>,
    /// How many macros are being called inside one another.
    depth: usize,
    returned: Option<Value>,
}

impl Loaded {
    /// Whether the template itself is being rendered, and no macro that it calls.
    pub(super) fn is_outside_macros(&self) -> bool {
        self.depth == 0
    }
}

/// The error that carries `return(x)` out of a macro.
#[derive(Debug)]
pub(super) struct ReturnSignal;

impl fmt::Display for ReturnSignal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("return")
    }
}

impl std::error::Error for ReturnSignal {}

/// `return(x)`: stops the macro and makes `x` its value.
pub(super) fn return_value(state: &mut State<'_, '_>, value: Value) -> Error {
    state.get_or_insert_extension_with(Loaded::default).returned = Some(value);
    Error::new(ErrorKind::InvalidOperation, "`return` stands outside a macro").with_source(ReturnSignal)
}

/// A macro that can be called, with the scope it is called in.
pub(super) struct MacroRef {
    definition: Arc<MacroDef>,
    scope: Arc<Scope>,
}

impl MacroRef {
    pub(super) fn value(scope: &Arc<Scope>, definition: &Arc<MacroDef>) -> Value {
        Value::from_object(Self { definition: Arc::clone(definition), scope: Arc::clone(scope) })
    }

    /// Tells that the macro runs; dbt's own are never to blame for what they are given.
    fn begin(&self) -> Result<Option<Working>, Error> {
        if INTERNAL_PACKAGES.contains(&self.definition.package.as_str()) {
            return Ok(None);
        }
        let task = Task::Macro(self.definition.unique_id.clone());
        let begun = guard::begin(&self.definition.path, task);
        begun
            .map(Some)
            .map_err(|blame| Error::new(ErrorKind::InvalidOperation, format!("{}; {}", blame.message(), blame.help())))
    }

    /// The raw macro, imported into this render on first use.
    fn load(&self, state: &mut State<'_, '_>) -> Result<Value, Error> {
        let id = &self.definition.unique_id;
        let loaded = state.get_or_insert_extension_with(Loaded::default);
        let module = match loaded.modules.get(id) {
            Some(module) => module.clone(),
            None => {
                let loader =
                    loaded.loader.clone().ok_or_else(|| Error::new(ErrorKind::InvalidOperation, "no loader"))?;
                loader.call(state, &[Value::from(id.as_str())])?;
                let loaded = state.get_or_insert_extension_with(Loaded::default);
                let module = loaded.imported.take().unwrap_or_default();
                loaded.modules.insert(id.clone(), module.clone());
                module
            }
        };
        module.get_attr(&format!("dbt_macro__{}", self.definition.name))
    }

    /// The value of a default that names the parameters before it, in a render of its own.
    fn late_default(&self, range: Range<usize>, bound: &[(String, Value)]) -> Result<Value, Error> {
        let wrong = |message: String| Error::new(ErrorKind::InvalidOperation, message);
        let written = format!("{{{{ __cadet_val({}) }}}}", &self.definition.source[range]);
        let template = rewrite(&written, 0..written.len(), Marks::None).map_err(|problem| wrong(problem.message))?;
        let source = format!("{PREFIX}{}", template.text);
        let environment = self.scope.universe.environment(self.scope.execute());
        let compiled = environment.template_from_named_str(DEFAULT, &source)?;
        let seen = Bound { arguments: bound.to_vec(), outer: Context(Arc::clone(&self.scope)) };
        let called = self.scope.captured().macros.len();
        compiled.render(Value::from_object(seen))?;
        let mut captured = self.scope.captured();
        // What is called here is called by the macro, not by the template.
        captured.macros.truncate(called);
        Ok(captured.value.take().unwrap_or_default())
    }

    /// The names of the arguments that are given, are not defined, and are not to get their defaults.
    fn undefined(&self, bound: &[(String, Value)]) -> Option<(String, Value)> {
        let has_default =
            |name: &str| self.definition.parameters.iter().any(|known| known.has_default && known.name == name);
        let undefined = bound.iter().filter(|(name, value)| value.is_undefined() && has_default(name));
        let names: Vec<Value> = undefined.map(|(name, _)| Value::from(name.as_str())).collect();
        (!names.is_empty()).then(|| (UNDEFINED.to_owned(), List::value(names)))
    }

    /// Python's binding of arguments to parameters, `varargs` and `kwargs` included.
    fn bind(&self, args: &[Value]) -> Result<Kwargs, Error> {
        let (positional, given): (&[Value], Kwargs) = from_args(args)?;
        let wrong = |message: String| Error::new(ErrorKind::TooManyArguments, message);
        let name = &self.definition.name;
        let parameters = &self.definition.parameters;
        let mut bound: Vec<(String, Value)> = Vec::new();
        for (parameter, value) in parameters.iter().zip(positional) {
            bound.push((parameter.name.clone(), value.clone()));
        }
        let more = positional.get(parameters.len()..).unwrap_or_default();
        if !more.is_empty() && !self.definition.takes_varargs {
            let (most, count) = (parameters.len(), positional.len());
            return Err(wrong(format!("`{name}` takes at most {most} arguments, {count} were given")));
        }
        let mut extra = Vec::new();
        for key in given.args() {
            if key == "__at" {
                continue;
            }
            let value: Value = given.peek(key)?;
            if bound.iter().any(|(known, _)| known == key) {
                return Err(wrong(format!("`{name}` was given `{key}` twice")));
            } else if key == "caller" || parameters.iter().any(|parameter| parameter.name == key) {
                bound.push((key.to_owned(), value));
            } else if self.definition.takes_kwargs {
                extra.push((Value::from(key), value));
            } else {
                let known: Vec<_> = parameters.iter().map(|parameter| parameter.name.as_str()).collect();
                return Err(wrong(format!("`{name}` has no argument `{key}` (it has: {})", known.join(", "))));
            }
        }
        let is_missing =
            |parameter: &&Parameter| !parameter.has_default && bound.iter().all(|(known, _)| *known != parameter.name);
        if self.definition.kind == BlockKind::Test
            && let Some(missing) = parameters.iter().find(is_missing)
        {
            let test = name.trim_start_matches("test_");
            let message =
                format!("the test `{test}` needs `{}`; write it under `arguments:` of the test", missing.name);
            if self.scope.execute() {
                return Err(wrong(message));
            }
            // What the rest of the test refers to is to be known all the same.
            self.scope.captured().missing.get_or_insert(message);
        }
        for parameter in parameters {
            if let Some(range) = &parameter.late_default
                && bound.iter().all(|(known, _)| *known != parameter.name)
            {
                let value = self.late_default(range.clone(), &bound)?;
                bound.push((parameter.name.clone(), value));
            }
        }
        bound.extend(self.undefined(&bound));
        if self.definition.takes_varargs {
            bound.push(("varargs".to_owned(), Tuple::value(more.to_vec())?));
        }
        if self.definition.takes_kwargs {
            bound.push(("kwargs".to_owned(), super::values::Dict::value(extra)));
        }
        Ok(bound.into_iter().collect())
    }
}

impl fmt::Debug for MacroRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<macro {}>", self.definition.unique_id)
    }
}

impl Object for MacroRef {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn call(self: &Arc<Self>, state: &mut State<'_, '_>, args: &[Value]) -> Result<Value, Error> {
        if state.get_or_insert_extension_with(Loaded::default).is_outside_macros() {
            self.scope.captured().macros.insert(self.definition.unique_id.clone());
        }
        if self.definition.is_known_only {
            return match self.scope.execute() {
                true => Err(Error::new(ErrorKind::UnknownFunction, format!("{} is unknown", self.definition.name))),
                // What it would write is for a warehouse.
                false => Ok(Value::from("")),
            };
        }
        let _working = self.begin()?;
        let kwargs = self.bind(args)?;
        let raw = self.load(state)?;
        state.get_or_insert_extension_with(Loaded::default).depth += 1;
        let result = raw.call(state, &[Value::from(kwargs)]);
        let loaded = state.get_or_insert_extension_with(Loaded::default);
        loaded.depth -= 1;
        match result {
            Err(error) if is_return(&error) => Ok(loaded.returned.take().unwrap_or_default()),
            Err(error) => {
                let message = format!("in the macro `{}`", self.definition.name);
                Err(Error::new(ErrorKind::InvalidOperation, message).with_source(error))
            }
            Ok(value) => Ok(value),
        }
    }
}

/// What the default of a parameter sees: the arguments before it, and all that every template sees.
#[derive(Debug)]
struct Bound {
    arguments: Vec<(String, Value)>,
    outer: Context,
}

impl Object for Bound {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let name = key.as_str()?;
        let given = self.arguments.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
        given.or_else(|| Arc::new(Context(Arc::clone(&self.outer.0))).get_value_by_str(name))
    }
}

fn is_return(error: &Error) -> bool {
    let mut current: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = current {
        if error.is::<ReturnSignal>() {
            return true;
        }
        current = error.source();
    }
    false
}

/// `package.macro`
#[derive(Debug)]
pub(super) struct Namespace {
    pub package: String,
    pub scope: Arc<Scope>,
}

impl Object for Namespace {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let name = key.as_str()?;
        if let Some(value) = self.scope.overrides.get(&format!("{}.{name}", self.package)) {
            return Some(value.clone());
        }
        let definition = self.scope.universe.find_in(&self.package, name)?;
        match Builtin::named(name).filter(|_| definition.is_known_only) {
            // A macro of dbt's that cadet has as a function.
            Some(builtin) => Some(builtin.value(&self.scope)),
            None => Some(MacroRef::value(&self.scope, definition)),
        }
    }

    /// The names of the package's macros: it is a dict to dbt.
    fn enumerate(self: &Arc<Self>) -> Enumerator {
        let own = self.scope.universe.iter().filter(|found| found.package == self.package);
        Enumerator::Values(own.map(|found| Value::from(found.name.as_str())).collect())
    }

    fn call_method(self: &Arc<Self>, state: &mut State<'_, '_>, method: &str, args: &[Value]) -> Result<Value, Error> {
        let Some(found) = self.get_value(&Value::from(method)) else {
            let own = self.scope.universe.iter().filter(|known| known.package == self.package);
            let help = match did_you_mean(method, own.map(|known| known.name.as_str())) {
                Some(near) => format!("did you mean `{}.{near}`?", self.package),
                None => "check the name, and that the package is of the version that has it".to_owned(),
            };
            let message = format!("the package `{}` has no macro `{method}`; {help}", self.package);
            // Of an unknown method minijinja would say so in its own words.
            return match forgives(state) {
                true => Ok(Value::UNDEFINED),
                false => Err(Error::new(ErrorKind::InvalidOperation, message)),
            };
        };
        found.call(state, args)
    }
}
