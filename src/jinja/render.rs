//! A template and a scope in, its text out, or a problem with the author's place.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use minijinja::Value;

use super::JinjaProblem;
use super::budget::Budget;
use super::lexer::{Part, TokenKind, lex};
use super::macros::PREFIX;
use super::rewrite::{Marks, Rewritten, rewrite};
use super::scope::{Context, Mode, Scope};
use super::universe::{CALLS, INTERNAL_PACKAGES, Universe};
use super::values;
use super::words::{unknown_name, unknown_words, words};
use crate::finding::{Finding, Level, Place};
use crate::guard::{self, Blame, Task};

/// What stands for a file's name where a piece of Jinja stands in no file that is known.
pub const HOOK: &str = "a hook";

/// What went wrong while a template was rendered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenderProblem {
    pub message: String,
    /// How to go on.
    pub help: String,
    pub place: Place,
    /// The calls that led there, innermost first, each with its place.
    pub stack: Vec<(Place, String)>,
    /// The function that does not exist, when that is what is wrong.
    pub unknown: Option<String>,
}

impl RenderProblem {
    /// What is shown when the failure comes while SQL is made for a build.
    pub fn finding(self) -> Finding {
        let finding = Finding::new("jinja/renders", Level::Error, self.message, self.place).help(self.help);
        Finding { related: self.stack, ..finding }
    }

    /// A piece of work that ended an earlier process, and so is left out.
    pub fn left_out(blame: &Blame) -> Self {
        let within = |(id, path): &(String, String)| {
            let name = id.rsplit('.').next().unwrap_or(id);
            (Place::file(path.as_str()), format!("the macro `{name}` was running"))
        };
        Self {
            message: blame.message(),
            help: blame.help(),
            place: Place::file(blame.path.as_str()),
            stack: blame.within.iter().map(within).collect(),
            unknown: None,
        }
    }

    /// A piece of Jinja that could not be read at all.
    pub fn unread(problem: JinjaProblem, path: &str) -> Self {
        let help = problem.help.unwrap_or_else(|| "check that every brace and bracket is closed".to_owned());
        Self { message: problem.message, help, place: Place::file(path), stack: Vec::new(), unknown: None }
    }
}

/// Renders `template`, which stands in the file `path`.
///
/// # Errors
/// The first thing that failed, in the author's file or in a macro's.
///
/// While a project is read, a function that does not exist answers nothing, as in dbt: what the rest of the template
/// refers to is known all the same, and compiling it tells.
pub fn render(scope: &Arc<Scope>, template: &Rewritten, path: &str) -> Result<String, RenderProblem> {
    let is_reading = matches!(scope.mode, Mode::Parse);
    let before = is_reading.then(|| scope.captured().clone());
    loop {
        let rendered = render_once(scope, template, path);
        match (&rendered, &before) {
            (Err(RenderProblem { unknown: Some(name), .. }), Some(before)) if scope.stub(name) => {
                *scope.captured() = before.clone();
            }
            _ => return rendered,
        }
    }
}

/// As [`render`](fn@render), but a function that does not exist is an error in any case.
pub(super) fn render_once(scope: &Arc<Scope>, template: &Rewritten, path: &str) -> Result<String, RenderProblem> {
    let in_file = !matches!(path, VARIABLE | HOOK | "");
    let work = in_file.then(|| guard::begin(path, Task::render(&template.text))).transpose();
    let _working = work.map_err(|blame| RenderProblem::left_out(&blame))?;
    let source = format!("{PREFIX}{}", template.text);
    let environment = scope.universe.environment(scope.execute());
    let run = || {
        let _budget = Budget::start();
        let compiled = environment.template_from_named_str(path, &source)?;
        compiled.render(Value::from_object(Context(Arc::clone(scope))))
    };
    // minijinja 3.0.5 panics on a few slices (`[][::-1]`): that is one file's finding, not the end of the run.
    match std::panic::catch_unwind(AssertUnwindSafe(run)) {
        Ok(rendered) => rendered.map_err(|error| problem(scope, template, path, &error)),
        Err(_) => Err(RenderProblem {
            message: "cadet's Jinja cannot render this template".to_owned(),
            help: "look for a slice such as `[::-1]` of something empty, and write it another way".to_owned(),
            place: Place::file(path),
            stack: Vec::new(),
            unknown: None,
        }),
    }
}

/// The name of the template that a variable's text is.
const VARIABLE: &str = "macro.variable";

/// The text of a variable that holds Jinja. Behaviour: `dbt.context.base.Var.get_rendered_var`.
pub(super) fn variable(scope: &Arc<Scope>, name: &str, text: &str) -> Result<String, minijinja::Error> {
    let fail = |message: String| minijinja::Error::new(minijinja::ErrorKind::InvalidOperation, message);
    let render = || {
        let template = rewrite(text, 0..text.len(), Marks::None);
        let template = template.map_err(|problem| fail(format!("the variable `{name}`: {}", problem.message)))?;
        let rendered = render_once(scope, &template, VARIABLE);
        rendered.map_err(|problem| fail(format!("the variable `{name}`: {}; {}", problem.message, problem.help)))
    };
    scope
        .rendered_var(name, render)
        .unwrap_or_else(|| Err(fail(format!("the variable `{name}` names itself; look at `vars:` in dbt_project.yml"))))
}

/// Macros called one after the other in one render, so that what they need is made ready once.
pub struct Calls<'u> {
    universe: &'u Universe,
    scope: Arc<Scope>,
    render: Option<minijinja::Captured<'u>>,
}

/// A render with less fuel left is given up for a new one.
const LEAST_FUEL: u64 = 5_000_000;

impl<'u> Calls<'u> {
    /// Calls in `scope`, whose macros are those of `universe`.
    pub fn new(universe: &'u Universe, scope: Arc<Scope>) -> Self {
        Self { universe, scope, render: None }
    }

    /// Calls the macro `name` for something that stands in the file `path`; its text without the white space around it.
    ///
    /// # Errors
    /// As [`render`].
    pub fn call(&mut self, name: &str, args: &[Value], path: &str) -> Result<String, RenderProblem> {
        let _working =
            guard::begin(path, Task::Call(name.to_owned())).map_err(|blame| RenderProblem::left_out(&blame))?;
        let scope = Arc::clone(&self.scope);
        let failed = |error: &minijinja::Error| problem(&scope, &Rewritten::default(), path, error);
        let is_spent =
            |render: &minijinja::Captured<'_>| render.state().fuel_levels().is_some_and(|(_, left)| left < LEAST_FUEL);
        if self.render.as_ref().is_none_or(is_spent) {
            let environment = self.universe.environment(false);
            let template = environment.get_template(CALLS).map_err(|error| failed(&error))?;
            let ready = template.render_captured(Value::from_object(Context(Arc::clone(&self.scope))));
            self.render = Some(ready.map_err(|error| failed(&error))?);
        }
        let Some(render) = &mut self.render else { return Ok(String::new()) };
        let called = render.with_state_mut(|state| match state.lookup(name) {
            Some(function) => function.call(state, args),
            None => Ok(Value::UNDEFINED),
        });
        match called {
            Ok(value) => Ok(values::text(&value).trim().to_owned()),
            Err(error) => {
                // What failed may have left the render in the middle of a macro.
                self.render = None;
                Err(failed(&error))
            }
        }
    }
}

/// Evaluates one expression and returns its value rather than its text.
///
/// # Errors
/// As [`render`].
pub fn evaluate(scope: &Arc<Scope>, expression: &str, path: &str) -> Result<Value, RenderProblem> {
    let source = format!("{{{{ __cadet_val({expression}) }}}}");
    let rewritten =
        rewrite(&source, 0..source.len(), Marks::None).map_err(|problem| RenderProblem::unread(problem, path))?;
    render(scope, &rewritten, path)?;
    Ok(scope.captured().value.take().unwrap_or_default())
}

/// Renders text of a YAML file as dbt does natively: `"{{ x }}"` is the value of `x`, other text is text.
///
/// # Errors
/// As [`render`].
pub fn native(scope: &Arc<Scope>, text: &str, path: &str) -> Result<Value, RenderProblem> {
    super::environment::natively(|| rendered_natively(scope, text, path))
}

fn rendered_natively(scope: &Arc<Scope>, text: &str, path: &str) -> Result<Value, RenderProblem> {
    // Jinja drops one line break at the end, whether there is anything to render or not.
    let text = text.strip_suffix('\n').map_or(text, |text| text.strip_suffix('\r').unwrap_or(text));
    if !has_jinja(text) {
        return Ok(Value::from(text));
    }
    if let Some(expression) = only_expression(text) {
        let source = format!(
            "{}{{{{ __cadet_val({}) }}}}{}",
            &text[..expression.start],
            text[expression.clone()].trim_start_matches("{{").trim_end_matches("}}").trim_matches('-'),
            &text[expression.end..]
        );
        let rewritten =
            rewrite(&source, 0..source.len(), Marks::None).map_err(|problem| RenderProblem::unread(problem, path))?;
        render(scope, &rewritten, path)?;
        let value = scope.captured().value.take().unwrap_or_default();
        // Jinja computes what names nothing before it renders, and then it is text: `"{{ 1 + 1 }}"` is `'2'`.
        let inner = text[expression].trim_matches(['{', '}', '-']);
        return Ok(if is_constant(inner) { Value::from(values::text(&value)) } else { value });
    }
    let rewritten =
        rewrite(text, 0..text.len(), Marks::None).map_err(|problem| RenderProblem::unread(problem, path))?;
    render(scope, &rewritten, path).map(Value::from)
}

/// Whether there is anything in a text that Jinja would change.
pub fn has_jinja(text: &str) -> bool {
    // It is asked of every scalar of every property file: most have no brace at all.
    let follows = |at: usize| text.as_bytes().get(at + 1);
    text.match_indices('{').any(|(at, _)| matches!(follows(at), Some(b'{' | b'%' | b'#')))
}

/// Whether dbt renders a text at all: a closing sign is enough. Behaviour: `dbt.clients.jinja.get_rendered`.
pub fn may_be_jinja(text: &str) -> bool {
    has_jinja(text) || ["}}", "%}", "#}"].iter().any(|closing| text.contains(closing))
}

/// The one `{{ … }}` of a template that prints nothing else.
fn only_expression(text: &str) -> Option<std::ops::Range<usize>> {
    let mut found = None;
    for part in lex(text).ok()? {
        match part {
            Part::Text(_) => return None,
            Part::Print(tag) if found.is_none() => found = Some(tag.range),
            Part::Print(_) => return None,
            Part::Statement(tag) => {
                let sets = tag.tokens.first().is_some_and(|token| token.text(text) == "set");
                sets.then_some(())?;
            }
            Part::Verbatim(_) => {}
        }
    }
    found
}

/// Whether an expression names nothing that could be looked up.
fn is_constant(expression: &str) -> bool {
    const WORDS: &[&str] =
        &["true", "false", "none", "True", "False", "None", "and", "or", "not", "in", "is", "if", "else"];
    let written = format!("{{{{ {expression} }}}}");
    let Ok(parts) = lex(&written) else { return false };
    let tags = parts.iter().filter_map(|part| if let Part::Print(tag) = part { Some(tag) } else { None });
    let mut names = tags.flat_map(|tag| &tag.tokens).filter(|token| token.kind == TokenKind::Name);
    names.all(|token| WORDS.contains(&token.text(&written)))
}

/// One error in the chain that has a place: the file, the offset, and the words.
struct Located<'s> {
    place: Place,
    message: String,
    is_internal: bool,
    /// The rewritten text, and where in it the error is.
    text: &'s str,
    at: usize,
}

/// What is undefined, when an error says only that something is: the name that stands before the operator, or after it.
fn undefined_name<'s>(found: &Located<'s>, error: &minijinja::Error) -> Option<&'s str> {
    let is_bare = error.kind() == minijinja::ErrorKind::UndefinedError && error.detail().unwrap_or_default().is_empty();
    let (before, after) = found.text.split_at_checked(found.at).filter(|_| is_bare)?;
    let is_name = |name: &&str| {
        name.starts_with(|c: char| c.is_alphabetic() || c == '.') && !matches!(*name, "in" | "set" | "none")
    };
    let after = after.split_once(',').map_or("", |(_, after)| after).trim_start_matches([' ', '(']);
    let right = &after[..after.find(|c: char| !is_part(c)).unwrap_or(after.len())];
    [name_before(before.trim_end_matches([' ', ')', '|'])), right].into_iter().find(is_name)
}

/// Whether a character can be part of a name with dots.
fn is_part(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '.')
}

/// The name with dots that a text ends in.
fn name_before(text: &str) -> &str {
    &text[text.trim_end_matches(is_part).len()..]
}

fn problem(scope: &Scope, template: &Rewritten, path: &str, error: &minijinja::Error) -> RenderProblem {
    let mut located = Vec::new();
    let mut message = None;
    let mut unknown = None;
    let mut current: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = current {
        if let Some(error) = error.downcast_ref::<minijinja::Error>() {
            unknown = unknown_function(error);
            let found = locate(scope, template, path, error);
            message = Some(match undefined_function(scope, template, path, error) {
                Some(name) => unknown_words(scope, &name),
                None => match found.as_ref().and_then(|found| undefined_name(found, error)) {
                    Some(name) => unknown_name(scope, name),
                    None => words(scope, error),
                },
            });
            located.extend(found);
        }
        current = error.source();
    }
    let (message, help) = message.unwrap_or_else(|| (error.to_string(), String::new()));
    // Innermost first; a place inside dbt's own macros means nothing to the author.
    located.reverse();
    located.retain(|found| !found.is_internal);
    located.dedup_by(|a, b| a.place == b.place);
    let mut located = located.into_iter();
    let place = located.next().map_or_else(|| Place::file(path), |found| found.place);
    let stack = located.map(|found| (found.place, found.message)).collect();
    RenderProblem { message, help, place, stack, unknown }
}

/// The name of the function that was called and does not exist.
fn unknown_function(error: &minijinja::Error) -> Option<String> {
    let name = error.detail().filter(|_| error.kind() == minijinja::ErrorKind::UnknownFunction)?;
    name.strip_suffix(" is unknown").filter(|name| !name.contains(' ')).map(str::to_owned)
}

/// The name that was called in a macro, where minijinja only says that it is undefined.
fn undefined_function(scope: &Scope, template: &Rewritten, path: &str, error: &minijinja::Error) -> Option<String> {
    error.detail().filter(|detail| *detail == "value of type undefined is not callable")?;
    let (name, range) = (error.name()?, error.range()?);
    let called = match name == path {
        true => template.text.get(range.start.checked_sub(PREFIX.len())?..)?,
        false => scope.universe.by_id(name)?.rewritten.text.get(range.start..)?,
    };
    // A call block calls through a function of ours, which has the name as text.
    if let Some(block) = called.strip_prefix("__block('") {
        return block.split_once('\'').map(|(name, _)| name.to_owned()).filter(|name| !name.is_empty());
    }
    let end = called.find(|c: char| !c.is_ascii_alphanumeric() && c != '_')?;
    let is_call = end > 0 && called[end..].trim_start().starts_with('(');
    is_call.then(|| called[..end].to_owned())
}

fn locate<'s>(scope: &'s Scope, template: &'s Rewritten, path: &str, error: &minijinja::Error) -> Option<Located<'s>> {
    let name = error.name()?;
    let message = error.detail().unwrap_or_default().to_owned();
    let (rewritten, prefix) = match scope.universe.by_id(name).filter(|_| name != path) {
        Some(definition) => (&definition.rewritten, 0),
        None if name == path => (template, PREFIX.len()),
        None => return None,
    };
    // Where the fuel ran out is chance: the line has to do.
    let range = match error.range().filter(|_| error.kind() != minijinja::ErrorKind::OutOfFuel) {
        Some(range) => range.start.checked_sub(prefix)?..range.end.saturating_sub(prefix),
        // Where only the line is known, the first tag in it.
        None => {
            let above: usize =
                rewritten.text.split_inclusive('\n').take(error.line()?.checked_sub(1)?).map(str::len).sum();
            let line = rewritten.text.get(above..)?.lines().next()?;
            let at = above + line.find("{%").or_else(|| line.find("{{")).unwrap_or(0);
            at..at + 2
        }
    };
    let start = rewritten.map.original(range.start);
    let mut span = start..rewritten.map.original(range.end).max(start);
    if span.is_empty() {
        // What was put in has no place of its own: what it stands behind has.
        let before = rewritten.text.get(..range.start).unwrap_or_default();
        span.start = span.start.saturating_sub(name_before(before.trim_end_matches(['|', ')'])).len());
    }
    let (path, is_internal) = match scope.universe.by_id(name).filter(|_| name != path) {
        Some(definition) => (definition.path.as_str(), INTERNAL_PACKAGES.contains(&definition.package.as_str())),
        None => (path, false),
    };
    Some(Located { place: Place::span(path, span), message, is_internal, text: &rewritten.text, at: range.start })
}
