//! minijinja's errors in words for people who write SQL, with the way out.

use minijinja::{Error, ErrorKind};

use super::python::{dict_methods, filters, list_methods, set_methods, tests, text_methods};
use super::scope::Scope;
use super::universe::INTERNAL;
use crate::project::problem::did_you_mean;

/// What helps where nothing better is known.
const LOOK: &str = "look at the name and the arguments of what is called there";

/// What dbt gives to templates and cadet does not yet.
const NOT_YET: &[&str] = &["load_agate_table", "submit_python_job", "validate_sql"];

/// What is wrong, and how to go on.
pub(super) fn words(scope: &Scope, error: &Error) -> (String, String) {
    let detail = error.detail().unwrap_or_default();
    match error.kind() {
        ErrorKind::OutOfFuel if detail.contains("; ") => split(detail),
        ErrorKind::OutOfFuel => (
            "this template runs for too long".to_owned(),
            "a loop that never ends, or loops inside loops over long lists, cannot be rendered".to_owned(),
        ),
        ErrorKind::UnknownFunction => unknown_function(scope, detail),
        ErrorKind::UnknownFilter => (
            format!("there is no filter `{}`", name(detail)),
            nearest(name(detail), filters::names())
                .unwrap_or_else(|| "dbt has the filters of Jinja2; check the spelling after `|`".to_owned()),
        ),
        ErrorKind::UnknownTest => (
            format!("there is no test `{}`", name(detail)),
            nearest(name(detail), tests::names())
                .unwrap_or_else(|| "dbt has the tests of Jinja2; check the spelling after `is`".to_owned()),
        ),
        ErrorKind::UnknownMethod if detail.contains(" has no method named ") => {
            let method = detail.rsplit(' ').next().unwrap_or_default();
            let methods = [list_methods::NAMES, dict_methods::NAMES, set_methods::NAMES, text_methods::NAMES];
            let help = nearest(method, methods.into_iter().flatten().copied());
            (format!("there is no method `{method}` of such a value"), help.unwrap_or_else(|| LOOK.to_owned()))
        }
        ErrorKind::SyntaxError if detail.starts_with("unexpected end of input") => (
            "a block in this file is never closed".to_owned(),
            "every `{% if %}`, `{% for %}` and `{% set x %}` needs its `{% endif %}`, `{% endfor %}` or `{% endset %}`"
                .to_owned(),
        ),
        _ => match undefined(detail) {
            Some(name) => unknown_name(scope, name),
            None if detail.is_empty() && error.kind() == ErrorKind::UndefinedError => {
                ("a value is used here that is not defined".to_owned(), LOOK.to_owned())
            }
            None if detail.is_empty() => (error.kind().to_string(), LOOK.to_owned()),
            None if detail.contains("recursion limit") => (
                "macros call one another too deeply".to_owned(),
                "a macro that calls itself needs an end; look for two macros that call each other".to_owned(),
            ),
            None => split(detail),
        },
    }
}

/// A message of ours: what is wrong, and after `; ` how to go on.
fn split(detail: &str) -> (String, String) {
    match detail.split_once("; ") {
        Some((message, help)) => (message.to_owned(), help.to_owned()),
        None => (detail.to_owned(), LOOK.to_owned()),
    }
}

/// The name that may have been meant.
fn nearest<'n>(name: &str, known: impl Iterator<Item = &'n str>) -> Option<String> {
    did_you_mean(name, known).map(|near| format!("did you mean `{near}`?"))
}

/// `filter x is unknown`, `x is unknown`: the name in it.
fn name(detail: &str) -> &str {
    detail.trim_end_matches(" is unknown").rsplit(' ').next().unwrap_or(detail)
}

/// ``… (`x` is undefined)``: the name in it.
fn undefined(detail: &str) -> Option<&str> {
    let (_, rest) = detail.rsplit_once('`').map_or((detail, ""), |_| detail.split_once('`').unwrap_or_default());
    let (name, rest) = rest.split_once('`')?;
    rest.trim_start().starts_with("is undefined").then_some(name).filter(|name| !name.contains('.'))
}

fn unknown_function(scope: &Scope, detail: &str) -> (String, String) {
    if detail.contains(' ') && !detail.ends_with(" is unknown") {
        return (detail.to_owned(), LOOK.to_owned());
    }
    unknown_words(scope, name(detail))
}

/// What is said of a function that does not exist.
pub(super) fn unknown_words(scope: &Scope, name: &str) -> (String, String) {
    let comes_with_dbt = || scope.universe.find_in(INTERNAL, name).is_some_and(|found| found.is_known_only);
    if NOT_YET.contains(&name) || comes_with_dbt() {
        return not_yet(name);
    }
    let help = match near(scope, name) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "macros are in the project's macros/ folder and in its packages; check the name".to_owned(),
    };
    (format!("there is no macro or function `{name}`"), help)
}

fn not_yet(name: &str) -> (String, String) {
    (
        format!("cadet does not know dbt's `{name}` yet"),
        "the model need not be wrong, but cadet can neither check nor build it".to_owned(),
    )
}

/// What is said of a name that means nothing.
pub(super) fn unknown_name(scope: &Scope, name: &str) -> (String, String) {
    if name.contains('.') || name.contains('[') {
        return (format!("`{name}` is not defined"), "check the name, or write `| default(…)` after it".to_owned());
    }
    if NOT_YET.contains(&name) {
        return not_yet(name);
    }
    let help = match near(scope, name) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("if `{name}` is a package, add it to packages.yml and install it with `cadet deps`"),
    };
    (format!("`{name}` is not known here: no package, macro or variable has that name"), help)
}

fn near<'s>(scope: &'s Scope, wanted: &str) -> Option<&'s str> {
    let macros = scope.universe.iter().map(|definition| definition.name.as_str());
    let functions =
        ["ref", "source", "config", "var", "env_var", "doc", "return", "log", "this", "target", "is_incremental"];
    did_you_mean(wanted, macros.chain(functions))
}
