//! The functions that dbt gives to every template. Behaviour: dbt's "dbt Jinja functions".

use std::sync::Arc;

use minijinja::value::{Kwargs, Object, ObjectRepr};
use minijinja::{Error, ErrorKind, State, Value};

use super::adapter::Adapter;
use super::answer::Rows;
use super::arguments::Arguments;
use super::config;
use super::exceptions::Exceptions;
use super::macros::{Loaded, return_value};
use super::pure::Pure;
use super::render;
use super::response::{self, Response};
use super::scope::{Asked, Compiling, Mode, RefKey, Scope};
use super::values;
use super::warehouse::Answer;
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
    Print,
    IsIncremental,
    Adapter,
    Exceptions,
    LoadResult,
    StoreResult,
    StoreRawResult,
    TryOrCompilerError,
    Pure(Pure),
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
            "log" => Self::Log,
            "print" => Self::Print,
            "is_incremental" => Self::IsIncremental,
            "load_result" => Self::LoadResult,
            "store_result" => Self::StoreResult,
            "store_raw_result" => Self::StoreRawResult,
            "try_or_compiler_error" => Self::TryOrCompilerError,
            "adapter" => Self::Adapter,
            "exceptions" => Self::Exceptions,
            "__cadet_boot" => Self::Boot,
            "__cadet_reg" => Self::Register,
            "__cadet_val" => Self::Value,
            _ => return Pure::named(name).map(Self::Pure),
        })
    }
}

impl Builtin {
    /// What the name is to a template in this scope.
    pub(super) fn value(self, scope: &Arc<Scope>) -> Value {
        match self {
            Self::Exceptions => Value::from_object(Exceptions(Arc::clone(scope))),
            builtin => Value::from_object(Function { builtin, scope: Arc::clone(scope) }),
        }
    }

    /// Whether templates of this kind have the function: YAML knows fewer than SQL.
    pub(super) fn is_known_in(self, mode: &Mode) -> bool {
        let of_sql = matches!(
            self,
            Self::Ref
                | Self::Source
                | Self::Config
                | Self::Metric
                | Self::IsIncremental
                | Self::LoadResult
                | Self::StoreResult
                | Self::StoreRawResult
                | Self::TryOrCompilerError
                | Self::Adapter
        );
        match mode {
            Mode::Yaml => !of_sql && self != Self::Doc,
            Mode::Docs => !of_sql,
            Mode::Parse | Mode::Compile(_) => self != Self::Doc,
        }
    }
}

/// What the name of a secret variable begins with. Behaviour: `dbt_common.constants.SECRET_ENV_PREFIX`.
const SECRET: &str = "DBT_ENV_SECRET";

fn fail(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidOperation, message.into())
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
        if let Some(unknown) = args.named.args().find(|name| !matches!(*name, "version" | "v" | "__at")) {
            return Err(fail(format!("`ref` has no argument `{unknown}`; it has a version: `v=`")));
        }
        let name = name.ok_or_else(|| fail("`ref` was given an empty name"))?;
        let key = RefKey { package, name, version };
        self.scope.captured().refs.push(Asked { what: key.clone(), at: args.at });
        let Mode::Compile(compiling) = &self.scope.mode else { return Ok(self.stand_in()) };
        compiling.refs.get(&key).map(|relation| Value::from_object(relation.clone())).ok_or_else(|| {
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
        args.only(&["", ""])?;
        let key = (source, table);
        self.scope.captured().sources.push(Asked { what: key.clone(), at: args.at });
        let Mode::Compile(compiling) = &self.scope.mode else { return Ok(self.stand_in()) };
        let missing = || fail(format!("`source('{}', '{}')` was not seen when the project was read", key.0, key.1));
        compiling.sources.get(&key).map(|relation| Value::from_object(relation.clone())).ok_or_else(missing)
    }

    fn var(&self, args: &Arguments<'_>) -> Result<Value, Error> {
        args.only(&["var_name", "default"])?;
        let name = args.given(0, "var_name")?.ok_or_else(|| fail("`var` needs the name of a variable"))?;
        let name = values::text(&name);
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
        args.only(&["var", "default"])?;
        let name = args.named_text(0, "var")?;
        if name.starts_with(SECRET) && !self.scope.names_secrets {
            return Err(fail(format!(
                "the environment variable `{name}` is a secret, which only profiles.yml and packages.yml may name; \
                 rename it without `{SECRET}` if it is none"
            )));
        }
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
        args.only(&["", ""])?;
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

    /// `load_result('name')`: what a `statement` block of that name answered, once.
    fn load_result(&self, args: &Arguments<'_>) -> Result<Value, Error> {
        args.only(&["name"])?;
        let name = args.named_text(0, "name")?;
        match self.scope.load_result(&name) {
            None => Ok(Value::from(())),
            Some(Some(result)) => Ok(result),
            Some(None) => {
                Err(fail(format!("the result of the statement `{name}` was loaded before; keep it in a variable")))
            }
        }
    }

    /// `store_result('name', response=…, agate_table=…)`
    fn store_result(&self, args: &Arguments<'_>) -> Result<Value, Error> {
        args.only(&["name", "response", "agate_table"])?;
        let response = args.value(1, "response")?.unwrap_or_default();
        self.keep_result(args, response, args.given(2, "agate_table")?)
    }

    /// `store_raw_result('name', message=…, code=…, rows_affected=…, agate_table=…)`
    fn store_raw_result(&self, args: &Arguments<'_>) -> Result<Value, Error> {
        args.only(&["name", "message", "code", "rows_affected", "agate_table"])?;
        let message = response::message(args.given(1, "message")?);
        let response = Response::value(&message, args.given(2, "code")?, args.given(3, "rows_affected")?);
        self.keep_result(args, response, args.given(4, "agate_table")?)
    }

    fn keep_result(&self, args: &Arguments<'_>, response: Value, table: Option<Value>) -> Result<Value, Error> {
        let table = table.unwrap_or_else(|| Rows::value(Answer::default()));
        let data = table.downcast_object_ref::<Rows>().map_or_else(|| Ok(values::List::value([])), Rows::data)?;
        let entries = [("response", response), ("data", data), ("table", table)];
        let result = values::Dict::value(entries.map(|(key, value)| (Value::from(key), value)));
        self.scope.store_result(args.named_text(0, "name")?, result);
        Ok(Value::from(""))
    }

    /// `try_or_compiler_error('message', function, …)`: the function's value, or the message.
    fn try_or_fail(&self, state: &mut State<'_, '_>, args: &Arguments<'_>) -> Result<Value, Error> {
        let [message, function, rest @ ..] = args.positional else {
            return Err(fail("`try_or_compiler_error` takes a message, a function and its arguments"));
        };
        let mut rest = rest.to_vec();
        let named = args.named.args().filter(|name| *name != "__at");
        let named = named.map(|name| Ok((name.to_owned(), args.named.peek::<Value>(name)?)));
        let named = named.collect::<Result<Vec<(String, Value)>, Error>>()?;
        if !named.is_empty() {
            rest.push(Value::from(named.into_iter().collect::<Kwargs>()));
        }
        function.call(state, &rest).map_err(|error| fail(values::text(message)).with_source(error))
    }

    fn is_incremental(&self) -> bool {
        matches!(self.scope.mode, Mode::Compile(Compiling { incremental: true, .. }))
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
            Builtin::Config => config::call(&self.scope, &arguments),
            Builtin::Var => self.var(&arguments),
            Builtin::EnvVar => self.env_var(&arguments),
            Builtin::Doc => self.doc(&arguments),
            Builtin::Metric => self.metric(&arguments),
            Builtin::Return => {
                arguments.only(&["data"])?;
                let value = arguments
                    .value(0, "data")?
                    .unwrap_or_else(|| args.first().cloned().unwrap_or_else(|| Value::from(())));
                Err(return_value(state, values::settled(&value)))
            }
            Builtin::Log => {
                arguments.only(&["msg", "info"])?;
                if arguments.value(1, "info")?.is_some_and(|info| info.is_true()) {
                    self.scope.say(arguments.named_text(0, "msg")?);
                }
                Ok(Value::from(""))
            }
            Builtin::Print => {
                arguments.only(&["msg"])?;
                self.scope.say(arguments.named_text(0, "msg")?);
                Ok(Value::from(""))
            }
            Builtin::IsIncremental => {
                self.record(state, "is_incremental");
                Ok(Value::from(self.is_incremental()))
            }
            Builtin::LoadResult => self.load_result(&arguments),
            Builtin::StoreResult => self.store_result(&arguments),
            Builtin::StoreRawResult => self.store_raw_result(&arguments),
            Builtin::TryOrCompilerError => self.try_or_fail(state, &arguments),
            Builtin::Pure(pure) => pure.call(&arguments),
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
            Builtin::Adapter | Builtin::Exceptions => Err(fail("this is not a function")),
        }
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        match self.builtin {
            Builtin::Adapter => Arc::new(Adapter(Arc::clone(&self.scope))).get_value(key),
            _ => None,
        }
    }

    fn call_method(self: &Arc<Self>, state: &mut State<'_, '_>, method: &str, args: &[Value]) -> Result<Value, Error> {
        let arguments = Arguments::new(state, args)?;
        match (self.builtin, method) {
            (Builtin::Config, _) => config::method(&self.scope, state, method, &arguments),
            (Builtin::Var, "has_var") => {
                Ok(Value::from(self.scope.var(&arguments.text(0).unwrap_or_default()).is_some()))
            }
            (Builtin::Adapter, _) => Arc::new(Adapter(Arc::clone(&self.scope))).call_method(state, method, args),
            _ => Err(Error::from(ErrorKind::UnknownMethod)),
        }
    }
}
