//! Names of dbt's context that hardly any template uses, and the lists of names that `context` and `builtins` have.

use std::cell::Cell;
use std::sync::Arc;

use minijinja::value::{Enumerator, Object, ObjectRepr};
use minijinja::{Error, ErrorKind, State, Value};

use super::builtins::Builtin;
use super::column::Classes;
use super::python::arguments::{Args, shown};
use super::python::compare::equal;
use super::python::lazy::items;
use super::python::{Done, fail};
use super::render;
use super::rewrite::{Marks, rewrite};
use super::scope::{Context, Mode, Scope};
use super::values::{self, Dict, List};

/// What dbt calls builtins, in its order.
pub(crate) const BUILTINS: &[&str] = &[
    "dbt_version",
    "var",
    "env_var",
    "return",
    "fromjson",
    "tojson",
    "fromyaml",
    "toyaml",
    "set",
    "set_strict",
    "zip",
    "zip_strict",
    "log",
    "run_started_at",
    "invocation_id",
    "thread_id",
    "modules",
    "flags",
    "print",
    "diff_of_two_dicts",
    "local_md5",
    "target",
    "project_name",
    "dbt_metadata_envs",
    "invocation_args_dict",
    "_sql_results",
    "load_result",
    "store_result",
    "store_raw_result",
    "validation",
    "write",
    "render",
    "try_or_compiler_error",
    "ref",
    "source",
    "metric",
    "config",
    "execute",
    "exceptions",
    "database",
    "schema",
    "adapter",
    "api",
    "column",
    "env",
    "graph",
    "model",
    "pre_hooks",
    "post_hooks",
    "sql",
    "sql_now",
    "adapter_macro",
    "selected_resources",
    "compiled_code",
    "this",
    "defer_relation",
];

/// The value of a name; nothing for one that is none of these.
pub(super) fn named(scope: &Arc<Scope>, name: &str) -> Option<Value> {
    if !matches!(scope.mode, Mode::Parse | Mode::Compile(_)) {
        return None;
    }
    let helper = |helper| Some(Value::from_object(Call { helper, scope: Arc::clone(scope) }));
    match name {
        "column" => Some(Value::from_object(Classes)),
        "env" => scope.given.globals.get("target").cloned(),
        "pre_hooks" => Some(hooks(scope, "pre-hook")),
        "post_hooks" => Some(hooks(scope, "post-hook")),
        "sql" | "compiled_code" | "defer_relation" => Some(Value::from(())),
        "sql_now" => Some(Value::from("now()")),
        "_sql_results" => Some(Dict::value([])),
        "validation" => Some(Value::from_object(Validation)),
        "render" => helper(Helper::Render),
        "diff_of_two_dicts" => helper(Helper::Difference),
        "adapter_macro" => helper(Helper::AdapterMacro),
        _ => None,
    }
}

/// The hooks of the node: what is not set of one is not there.
fn hooks(scope: &Scope, key: &str) -> Value {
    let Mode::Compile(compiling) = &scope.mode else { return List::value([]) };
    let given = compiling.config.get(key).and_then(serde_json::Value::as_array).into_iter().flatten();
    let told = |hook: &serde_json::Value| {
        let set = hook.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null());
        values::from_json(&serde_json::Value::Object(set.map(|(key, value)| (key.clone(), value.clone())).collect()))
    };
    List::value(given.map(told))
}

#[derive(Debug, Clone, Copy)]
enum Helper {
    Render,
    Difference,
    AdapterMacro,
}

/// A function of dbt's.
#[derive(Debug)]
struct Call {
    helper: Helper,
    scope: Arc<Scope>,
}

impl Object for Call {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn call(self: &Arc<Self>, _: &mut State<'_, '_>, args: &[Value]) -> Result<Value, Error> {
        match self.helper {
            Helper::Render => {
                let args = Args::new("render", args)?;
                args.at_most(&["string"])?;
                rendered(&self.scope, &args.text(0, "string")?)
            }
            Helper::Difference => {
                let args = Args::new("diff_of_two_dicts", args)?;
                args.at_most(&["dict_a", "dict_b"])?;
                difference(&args.must(0, "dict_a")?, &args.must(1, "dict_b")?)
            }
            Helper::AdapterMacro => {
                Err(fail("`adapter_macro` is no more; call `adapter.dispatch('name', 'package')(...)`"))
            }
        }
    }
}

/// Templates in templates are not rendered deeper.
const DEEPEST: usize = 10;

thread_local! {
    static DEPTH: Cell<usize> = const { Cell::new(0) };
}

/// A text that is a template itself, in the same scope.
fn rendered(scope: &Arc<Scope>, text: &str) -> Done<Value> {
    if DEPTH.get() >= DEEPEST {
        return Err(fail("`render` calls itself too deeply; look for a template that renders itself"));
    }
    DEPTH.set(DEPTH.get() + 1);
    let template = rewrite(text, 0..text.len(), Marks::None).map_err(|problem| fail(problem.message));
    let done = template.and_then(|template| {
        let failed = |problem: render::RenderProblem| fail(format!("{}; {}", problem.message, problem.help));
        render::render_once(scope, &template, "").map_err(failed)
    });
    DEPTH.set(DEPTH.get() - 1);
    done.map(Value::from)
}

/// What the first dict holds and the second does not, in small letters. Behaviour: `diff_of_two_dicts`.
fn difference(left: &Value, right: &Value) -> Done<Value> {
    let lowered = |dict: &Value| -> Done<Vec<(String, Vec<String>)>> {
        let text = |value: &Value| {
            let text = value.as_str().map(str::to_lowercase);
            text.ok_or_else(|| fail(format!("`diff_of_two_dicts` needs lists of texts, and {} is none", shown(value))))
        };
        let entry =
            |key: Value| Ok((text(&key)?, items(&dict.get_item(&key)?)?.iter().map(text).collect::<Done<_>>()?));
        dict.try_iter()?.map(entry).collect()
    };
    let known = lowered(right)?;
    let mut found = Vec::new();
    for (key, texts) in lowered(left)? {
        let without = known.iter().find(|(name, _)| *name == key).map(|(_, texts)| texts);
        let kept = texts.into_iter().filter(|text| without.is_none_or(|without| !without.contains(text)));
        let kept: Vec<Value> = kept.map(Value::from).collect();
        if without.is_none() || !kept.is_empty() {
            found.push((Value::from(key), List::value(kept)));
        }
    }
    Ok(Dict::value(found))
}

/// `validation`: makes what `config.get(..., validator=...)` takes.
#[derive(Debug)]
struct Validation;

impl Object for Validation {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn call_method(self: &Arc<Self>, _: &mut State<'_, '_>, method: &str, args: &[Value]) -> Result<Value, Error> {
        match method {
            "any" => Ok(Value::from_object(AnyOf(args.to_vec()))),
            _ => Err(Error::from(ErrorKind::UnknownMethod)),
        }
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        (key.as_str() == Some("any")).then(|| Value::from_object(AnyOf(Vec::new())))
    }
}

/// Takes one of some values.
#[derive(Debug)]
struct AnyOf(Vec<Value>);

impl Object for AnyOf {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn call(self: &Arc<Self>, _: &mut State<'_, '_>, args: &[Value]) -> Result<Value, Error> {
        let given = args.first().cloned().unwrap_or_default();
        for known in &self.0 {
            if equal(known, &given, 0)? {
                return Ok(Value::from(()));
            }
        }
        let known: Vec<String> = self.0.iter().map(values::repr).collect();
        Err(fail(format!("{} is none of the values that are expected: {}", shown(&given), known.join(", "))))
    }
}

/// `builtins`: dbt's own functions, whatever macros of these names there are.
#[derive(Debug)]
pub(super) struct Builtins(pub Arc<Scope>);

impl Object for Builtins {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let name = key.as_str().filter(|name| BUILTINS.contains(name))?;
        match Builtin::named(name) {
            Some(builtin) => Some(builtin.value(&self.0)),
            None => Arc::new(Context(Arc::clone(&self.0))).get_value_by_str(name),
        }
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Str(BUILTINS)
    }
}

/// All names of a context: dbt's own, the packages, and the macros that can be called.
pub(super) fn all(scope: &Scope) -> Vec<Value> {
    let own = BUILTINS.iter().chain(&["context", "builtins"]).map(|name| (*name).to_owned());
    let macros = scope.universe.iter().flat_map(|found| [found.package.clone(), found.name.clone()]);
    let names: indexmap::IndexSet<String> = own.chain(macros).collect();
    names.into_iter().map(Value::from).collect()
}
