//! The functions that dbt gives to every template. Behaviour: dbt's "dbt Jinja functions".

use std::sync::Arc;

use minijinja::value::{Kwargs, Object, ObjectRepr, from_args};
use minijinja::{Error, ErrorKind, State, Value};

use super::macros::{Adapter, Loaded, return_value};
use super::python::containers::Tuple;
use super::python::json;
use super::python::lazy::Iterator;
use super::render;
use super::scope::{Asked, Mode, RefKey, Scope};
use super::standins;
use super::statics::with_hook_names;
use super::values;
use crate::project::node::Version;

/// A function that knows the scope it is called in.
#[derive(Debug)]
pub(super) struct Function {
    pub builtin: Builtin,
    pub scope: Arc<Scope>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Builtin {
    Ref,
    Source,
    Config,
    Var,
    EnvVar,
    Doc,
    Metric,
    Return,
    Log,
    IsIncremental,
    ShouldFullRefresh,
    FromJson,
    ToJson,
    LocalMd5,
    Set,
    Zip,
    Adapter,
    Exceptions,
    Builtins,
    Boot,
    Register,
    Value,
}

impl Builtin {
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "ref" => Self::Ref,
            "source" => Self::Source,
            "config" => Self::Config,
            "var" => Self::Var,
            "env_var" => Self::EnvVar,
            "doc" => Self::Doc,
            "metric" => Self::Metric,
            "return" => Self::Return,
            "log" | "print" => Self::Log,
            "is_incremental" => Self::IsIncremental,
            "should_full_refresh" => Self::ShouldFullRefresh,
            "fromjson" => Self::FromJson,
            "tojson" => Self::ToJson,
            "local_md5" => Self::LocalMd5,
            "set" => Self::Set,
            "zip" => Self::Zip,
            "adapter" => Self::Adapter,
            "exceptions" => Self::Exceptions,
            "builtins" => Self::Builtins,
            "__cadet_boot" => Self::Boot,
            "__cadet_reg" => Self::Register,
            "__cadet_val" => Self::Value,
            _ => return None,
        })
    }
}

impl Builtin {
    /// Whether templates of this kind have the function: YAML knows fewer than SQL.
    pub(super) fn is_known_in(self, mode: &Mode) -> bool {
        let of_sql = matches!(
            self,
            Self::Ref
                | Self::Source
                | Self::Config
                | Self::Metric
                | Self::IsIncremental
                | Self::ShouldFullRefresh
                | Self::Adapter
                | Self::Builtins
        );
        match mode {
            Mode::Yaml => !of_sql && self != Self::Doc,
            Mode::Docs => !of_sql,
            Mode::Parse | Mode::Compile { .. } => self != Self::Doc,
        }
    }
}

fn fail(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidOperation, message.into())
}

/// The arguments without `__at`, and `__at`.
struct Arguments<'a> {
    positional: &'a [Value],
    named: Kwargs,
    at: Option<usize>,
}

impl<'a> Arguments<'a> {
    /// `at` counts only when the call stands in the template itself, not in a macro.
    fn new(state: &State<'_, '_>, args: &'a [Value]) -> Result<Self, Error> {
        let (positional, named): (&[Value], Kwargs) = from_args(args)?;
        let at: Option<usize> = named.get("__at")?;
        let at = at.filter(|_| !state.name().starts_with("macro."));
        Ok(Self { positional, named, at })
    }

    fn text(&self, index: usize) -> Option<String> {
        self.positional.get(index).filter(|value| !value.is_undefined() && !value.is_none()).map(values::text)
    }

    /// A named argument, or the positional one at `index`.
    fn value(&self, index: usize, name: &str) -> Result<Option<Value>, Error> {
        let named: Option<Value> = self.named.get(name)?;
        Ok(named.or_else(|| self.positional.get(index).cloned()).filter(|value| !value.is_undefined()))
    }
}

impl Function {
    fn reference(&self, args: &Arguments<'_>) -> Result<Value, Error> {
        let version: Option<Value> = args.named.get::<Option<Value>>("version")?.or(args.named.get("v")?);
        let version = version.filter(|version| !version.is_none()).map(|version| Version(values::to_json(&version)));
        let (package, name) = match args.positional.len() {
            1 => (None, args.text(0)),
            2 => (args.text(0), args.text(1)),
            count => {
                return Err(fail(format!(
                    "`ref` takes a model's name, or a package and a name; {count} arguments were given"
                )));
            }
        };
        let name = name.ok_or_else(|| fail("`ref` was given an empty name"))?;
        let key = RefKey { package, name, version };
        self.scope.captured().refs.push(Asked { what: key.clone(), at: args.at });
        let Mode::Compile { refs, .. } = &self.scope.mode else { return Ok(self.stand_in()) };
        refs.get(&key).map(|relation| Value::from_object(relation.clone())).ok_or_else(|| {
            fail(format!(
                "`ref('{}')` was not seen when the project was read; write `-- depends_on: {{{{ ref('{}') }}}}` at the top",
                key.name, key.name
            ))
        })
    }

    /// What `ref` and `source` answer while the project is read: any relation does.
    fn stand_in(&self) -> Value {
        self.scope.values.get("this").cloned().unwrap_or_default()
    }

    fn source(&self, args: &Arguments<'_>) -> Result<Value, Error> {
        let (Some(source), Some(table), 2) = (args.text(0), args.text(1), args.positional.len()) else {
            return Err(fail("`source` takes two arguments: the source's name and the table's name"));
        };
        let key = (source, table);
        self.scope.captured().sources.push(Asked { what: key.clone(), at: args.at });
        let Mode::Compile { sources, .. } = &self.scope.mode else { return Ok(self.stand_in()) };
        let missing = || fail(format!("`source('{}', '{}')` was not seen when the project was read", key.0, key.1));
        sources.get(&key).map(|relation| Value::from_object(relation.clone())).ok_or_else(missing)
    }

    /// `config(a=1)` or `config({'a': 1})`.
    fn config(&self, args: &Arguments<'_>) -> Result<Value, Error> {
        let mut given = serde_json::Map::new();
        if let Some(serde_json::Value::Object(entries)) = args.positional.first().map(values::to_json) {
            given.extend(entries);
        }
        for key in args.named.args().filter(|key| *key != "__at") {
            given.insert(key.to_owned(), values::to_json(&args.named.peek(key)?));
        }
        self.scope.captured().configs.push(with_hook_names(given));
        Ok(Value::from(""))
    }

    fn config_value(&self, key: &str) -> Option<Value> {
        let config = self.scope.values.get("__config")?;
        config.get_attr(key).ok().filter(|value| !value.is_undefined() && !value.is_none())
    }

    fn var(&self, args: &Arguments<'_>) -> Result<Value, Error> {
        let Some(name) = args.text(0) else {
            return Ok(Value::from_object(Self { builtin: Builtin::Var, scope: Arc::clone(&self.scope) }));
        };
        match self.scope.var(&name) {
            // YAML gets the text as it is.
            Some(serde_json::Value::String(text)) if self.scope.renders_vars() && render::has_jinja(text) => {
                return render::variable(&self.scope, &name, text).map(Value::from);
            }
            Some(found) => return Ok(values::from_json(found)),
            None => {}
        }
        match args.value(1, "default")? {
            Some(default) => Ok(default),
            None if matches!(self.scope.mode, Mode::Parse) => Ok(Value::from(())),
            None => Err(fail(format!("the variable `{name}` is not set; set it under `vars:` in dbt_project.yml"))),
        }
    }

    fn env_var(&self, args: &Arguments<'_>) -> Result<Value, Error> {
        let name = args.text(0).unwrap_or_default();
        match (self.scope.given.env.get(&name), args.value(1, "default")?) {
            (Some(value), _) => Ok(Value::from(value.as_str())),
            (None, Some(default)) => Ok(default),
            (None, None) => Err(fail(format!(
                "the environment variable `{name}` may not be read here; \
                 a maintainer can allow it under `env_vars:` in cadet.yaml on the main branch"
            ))),
        }
    }

    fn doc(&self, args: &Arguments<'_>) -> Result<Value, Error> {
        let names: Vec<String> = args.positional.iter().map(values::text).collect();
        let (package, name) = match names.as_slice() {
            [name] => (None, name),
            [package, name] => (Some(package.as_str()), name),
            _ => return Err(fail("`doc` takes a docs block's name, or a package and a name")),
        };
        let blocks = self.scope.given.docs.get(name);
        let packages = self.scope.packages(package);
        let found = blocks.and_then(|blocks| {
            packages.into_iter().find_map(|package| match package {
                Some(package) => blocks.get_key_value(package),
                None => blocks.first(),
            })
        });
        let Some((package, text)) = found else {
            let known = self.scope.given.docs.keys().map(String::as_str);
            let help = crate::project::problem::did_you_mean(name, known).map_or_else(
                || "; write it as `{% docs … %}` in a Markdown file".to_owned(),
                |near| format!("; did you mean `{near}`?"),
            );
            return Err(fail(format!("there is no docs block `{}`{help}", names.join("."))));
        };
        self.scope.captured().docs.push(format!("doc.{package}.{name}"));
        Ok(Value::from(text.as_str()))
    }

    /// `metric('name')`, in exposures and old models.
    fn metric(&self, args: &Arguments<'_>) -> Result<Value, Error> {
        let names: Vec<String> = args.positional.iter().map(values::text).collect();
        if names.is_empty() || names.len() > 2 {
            return Err(fail("`metric` takes a metric's name, or a package and a name"));
        }
        let name = names.last().cloned().unwrap_or_default();
        self.scope.captured().metrics.push(names);
        Ok(Value::from(name))
    }

    /// dbt's own macros that cadet has as functions count as macros that were called.
    fn record(&self, state: &mut State<'_, '_>, name: &str) {
        if state.get_or_insert_extension_with(Loaded::default).is_outside_macros() {
            self.scope.captured().macros.insert(format!("macro.dbt.{name}"));
        }
    }

    fn is_incremental(&self) -> bool {
        matches!(self.scope.mode, Mode::Compile { incremental: true, .. })
    }
}

impl Object for Function {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn call(self: &Arc<Self>, state: &mut State<'_, '_>, args: &[Value]) -> Result<Value, Error> {
        let arguments = Arguments::new(state, args)?;
        match self.builtin {
            Builtin::Ref => self.reference(&arguments),
            Builtin::Source => self.source(&arguments),
            Builtin::Config => self.config(&arguments),
            Builtin::Var => self.var(&arguments),
            Builtin::EnvVar => self.env_var(&arguments),
            Builtin::Doc => self.doc(&arguments),
            Builtin::Metric => self.metric(&arguments),
            Builtin::Return => {
                let value = args.first().cloned().unwrap_or_default();
                Err(return_value(state, values::settled(&value)))
            }
            Builtin::Log => Ok(Value::from("")), // What a template logs is not shown: the output is for findings.
            Builtin::IsIncremental => {
                self.record(state, "is_incremental");
                Ok(Value::from(self.is_incremental()))
            }
            Builtin::ShouldFullRefresh => {
                self.record(state, "should_full_refresh");
                Ok(Value::from(!self.is_incremental()))
            }
            Builtin::FromJson => Ok(serde_json::from_str(&arguments.text(0).unwrap_or_default()).map_or_else(
                |_| arguments.positional.get(1).cloned().unwrap_or_default(),
                |json| values::from_json(&json),
            )),
            Builtin::ToJson => {
                let sorts_keys = arguments.value(2, "sort_keys")?.is_some_and(|sorts| sorts.is_true());
                let style = json::Style { sorts_keys, indent: None };
                match json::dumps(args.first().unwrap_or(&Value::UNDEFINED), &style) {
                    Ok(json) => Ok(Value::from(json)),
                    Err(error) => arguments.value(1, "default")?.ok_or(error),
                }
            }
            Builtin::LocalMd5 => Ok(Value::from(super::environment::md5(&arguments.text(0).unwrap_or_default()))),
            Builtin::Set => {
                let items = args.first().map(Value::try_iter).transpose()?.into_iter().flatten();
                super::python::containers::Set::of(items.collect())
            }
            Builtin::Zip => {
                let columns: Vec<Vec<Value>> =
                    arguments.positional.iter().map(|c| Ok(c.try_iter()?.collect())).collect::<Result<_, Error>>()?;
                let rows = columns.iter().map(Vec::len).min().unwrap_or(0);
                let row = |row: usize| Tuple::value(columns.iter().map(|column| column[row].clone()).collect());
                Iterator::value("zip", (0..rows).map(row).collect::<Result<_, Error>>()?)
            }
            Builtin::Boot => {
                state.get_or_insert_extension_with(Loaded::default).loader = args.first().cloned();
                Ok(Value::from(""))
            }
            Builtin::Register => {
                state.get_or_insert_extension_with(Loaded::default).imported = args.first().cloned();
                Ok(Value::from(""))
            }
            Builtin::Value => {
                self.scope.captured().value = args.first().cloned();
                Ok(Value::from(""))
            }
            Builtin::Adapter | Builtin::Exceptions | Builtin::Builtins => Err(fail("this is not a function")),
        }
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let name = key.as_str()?;
        match self.builtin {
            Builtin::Builtins if matches!(name, "ref" | "source" | "config") => {
                let builtin = Builtin::named(name)?;
                Some(Value::from_object(Self { builtin, scope: Arc::clone(&self.scope) }))
            }
            Builtin::Config => self.config_value(name),
            Builtin::Adapter if name == "Relation" => Some(Value::from_object(standins::Relations)),
            _ => None,
        }
    }

    fn call_method(self: &Arc<Self>, state: &mut State<'_, '_>, method: &str, args: &[Value]) -> Result<Value, Error> {
        let arguments = Arguments::new(state, args)?;
        match (self.builtin, method) {
            (Builtin::Config, "get" | "require" | "meta_get" | "meta_require") if !self.scope.execute() => {
                Ok(Value::from(""))
            }
            (Builtin::Config, "get") => {
                let key = arguments.text(0).unwrap_or_default();
                let default = arguments.value(1, "default")?.unwrap_or_else(|| Value::from(()));
                Ok(self.config_value(&key).unwrap_or(default))
            }
            (Builtin::Config, "require") => {
                let key = arguments.text(0).unwrap_or_default();
                match self.config_value(&key) {
                    Some(value) => Ok(value),
                    None => Err(fail(format!("the config `{key}` is required but not set"))),
                }
            }
            (Builtin::Var, "has_var") => {
                Ok(Value::from(self.scope.var(&arguments.text(0).unwrap_or_default()).is_some()))
            }
            (Builtin::Adapter, _) => Arc::new(Adapter(Arc::clone(&self.scope))).call_method(state, method, args),
            (Builtin::Exceptions, "raise_compiler_error") => Err(fail(arguments.text(0).unwrap_or_default())),
            (Builtin::Exceptions, "warn") => Ok(Value::from("")),
            (Builtin::Builtins, _) => match self.get_value(&Value::from(method)) {
                Some(function) => function.call(state, args),
                None => Err(Error::from(ErrorKind::UnknownMethod)),
            },
            (Builtin::Exceptions, _) if !self.scope.execute() => Ok(Value::UNDEFINED),
            _ => Err(Error::from(ErrorKind::UnknownMethod)),
        }
    }
}
