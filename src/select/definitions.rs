//! `selectors.yml` in, named selections out. Behaviour: `dbt.config.selectors` and `dbt.graph.cli`.
//!
//! A definition is a text as on the command line, a method with its value, or a `union` or `intersection` of others;
//! each may leave out what an `exclude` names.

use std::borrow::Cow;
use std::ops::Range;

use indexmap::IndexMap;
use serde_json::Value as Json;

use super::SelectError;
use super::spec::{self, Combine, Criterion, Group, Indirect, Method, Part, Reach, Spec};
use crate::parse::yaml::{self, Value, Yaml};
use crate::project::problem::did_you_mean;
use crate::project::{Project, scopes, yaml_jinja};
use crate::source::LineIndex;

/// The file at the top of the project.
pub(super) const FILE: &str = "selectors.yml";

/// The selectors of a project, by name.
pub(super) struct Definitions {
    by_name: IndexMap<String, Part>,
    default: Option<String>,
}

impl Definitions {
    /// Reads the file; a project without one has no selectors. `indirect` is for those that do not say it themselves.
    pub(super) fn read(project: &Project, indirect: Indirect) -> Result<Self, SelectError> {
        let mut definitions = Self { by_name: IndexMap::new(), default: None };
        let Some(tree) = tree(project)? else { return Ok(definitions) };
        let reader = Reader { text: project.text(FILE), indirect };
        for entry in reader.selectors(&tree)? {
            let (name, definition, is_default) = reader.selector(entry)?;
            let part = reader.definition(definition, &definitions.by_name, true)?;
            if is_default {
                if let Some(other) = &definitions.default {
                    let message = format!("both `{other}` and `{name}` say `default: true`");
                    return Err(reader.error(&entry.span, message, "only one selector can be the default"));
                }
                definitions.default = Some(name.clone());
            }
            drop(definitions.by_name.insert(name, part));
        }
        Ok(definitions)
    }

    /// The selector of this name.
    pub(super) fn named(&self, name: &str) -> Result<Spec, SelectError> {
        if let Some(part) = self.by_name.get(name) {
            return Ok(Spec(part.clone()));
        }
        let advice = match did_you_mean(name, self.by_name.keys().map(String::as_str)) {
            Some(near) => format!("did you mean `{near}`?"),
            None if self.by_name.is_empty() => format!("selectors are written in {FILE}, beside dbt_project.yml"),
            None => format!("its selectors are {}", self.by_name.keys().cloned().collect::<Vec<_>>().join(", ")),
        };
        Err(SelectError::new(format!("{FILE} has no selector `{name}`"), advice))
    }

    /// The selector that is meant when nothing is asked for.
    pub(super) fn default(&self) -> Option<Spec> {
        self.default.as_ref().and_then(|name| self.by_name.get(name)).map(|part| Spec(part.clone()))
    }
}

/// The file's YAML with its Jinja rendered.
pub(super) fn tree(project: &Project) -> Result<Option<Yaml>, SelectError> {
    let text = project.text(FILE);
    if text.trim().is_empty() {
        return Ok(None);
    }
    let located = |span: &Range<usize>, message: &str, help: Option<&String>| {
        let help = help.cloned().unwrap_or_else(|| "see dbt's page on YAML selectors".to_owned());
        SelectError::new(format!("{FILE}:{}: {message}", line(text, span)), help)
    };
    let (yaml, _) = yaml::read(text).map_err(|found| located(&found.span, &found.message, found.help.as_ref()))?;
    let scope = scopes::project_file(Some(&project.target), &project.given.cli_vars, &project.given.env);
    let mut problems = Vec::new();
    let rendered = yaml_jinja::rendered(&scope, &yaml, (FILE, ""), yaml_jinja::everywhere, &mut problems);
    if let Some(problem) = problems.first() {
        let span = problem.place.span.clone().unwrap_or_default();
        return Err(located(&span, &problem.message, problem.help.as_ref()));
    }
    Ok(Some(match rendered {
        Cow::Owned(rendered) => rendered,
        Cow::Borrowed(_) => yaml,
    }))
}

fn line(text: &str, span: &Range<usize>) -> usize {
    LineIndex::new(text).position(span.start).0
}

struct Reader<'r> {
    text: &'r str,
    indirect: Indirect,
}

type Known = IndexMap<String, Part>;

impl Reader<'_> {
    fn error(&self, span: &Range<usize>, message: impl AsRef<str>, advice: impl Into<String>) -> SelectError {
        SelectError::new(format!("{FILE}:{}: {}", line(self.text, span), message.as_ref()), advice)
    }

    /// The list under `selectors:`.
    fn selectors<'y>(&self, tree: &'y Yaml) -> Result<&'y [Yaml], SelectError> {
        self.known_keys(tree, &["version", "selectors"])?;
        match tree.get("selectors") {
            Some(list) if matches!(list.value, Value::List(_)) => Ok(list.items()),
            Some(other) => {
                Err(self.error(&other.span, "`selectors:` is not a list", "begin each selector with `- name:`"))
            }
            None => Err(self.error(
                &tree.span,
                "there is no `selectors:`",
                "put the selectors in a list under `selectors:`",
            )),
        }
    }

    fn known_keys(&self, yaml: &Yaml, known: &[&str]) -> Result<(), SelectError> {
        let Some((key, _)) = yaml.entries().iter().find(|(key, _)| !known.contains(&key.name.as_str())) else {
            return Ok(());
        };
        let advice = match did_you_mean(&key.name, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}:`?"),
            None => format!("it can hold {}", known.join(", ")),
        };
        Err(self.error(&key.span, format!("`{}:` is not known here", key.name), advice))
    }

    /// The name, the definition, and whether it is the default.
    fn selector<'y>(&self, entry: &'y Yaml) -> Result<(String, &'y Yaml, bool), SelectError> {
        let advice = "a selector is a `name:` and a `definition:`";
        let Some(name) = entry.get("name").and_then(Yaml::as_str) else {
            return Err(self.error(&entry.span, "this selector has no name", advice));
        };
        self.known_keys(entry, &["name", "definition", "description", "default"])?;
        let Some(definition) = entry.get("definition") else {
            return Err(self.error(&entry.span, format!("the selector `{name}` has no definition"), advice));
        };
        let is_default = match entry.get("default") {
            None => false,
            Some(default) => default.as_bool().ok_or_else(|| {
                self.error(
                    &default.span,
                    format!("`default:` of `{name}` is neither true nor false"),
                    "write true or false",
                )
            })?,
        };
        Ok((name.to_owned(), definition, is_default))
    }

    fn definition(&self, yaml: &Yaml, known: &Known, is_top: bool) -> Result<Part, SelectError> {
        match &yaml.value {
            Value::String(text) => spec::parse(text, self.indirect).map_err(|error| self.located(yaml, error)),
            Value::Map(entries) => {
                for (key, combine) in [("union", Combine::Union), ("intersection", Combine::Intersection)] {
                    let Some(list) = yaml.get(key) else { continue };
                    if is_top && entries.len() > 1 {
                        let message = format!("`{key}:` must stand alone in a definition");
                        return Err(self.error(&yaml.span, message, "put what else is there into its list"));
                    }
                    return self.combined(list, combine, known);
                }
                self.criterion(yaml, known)
            }
            _ => Err(self.error(
                &yaml.span,
                "this is no definition",
                "write a text, a method with its value, or a `union:` or `intersection:` with a list",
            )),
        }
    }

    fn located(&self, yaml: &Yaml, error: SelectError) -> SelectError {
        self.error(&yaml.span, error.message, error.advice)
    }

    fn list<'y>(&self, yaml: &'y Yaml, key: &str) -> Result<&'y [Yaml], SelectError> {
        match &yaml.value {
            Value::List(items) => Ok(items),
            _ => Err(self.error(&yaml.span, format!("`{key}:` is not a list"), "begin each of its parts with `-`")),
        }
    }

    /// A union or an intersection, without what its `exclude` names.
    fn combined(&self, list: &Yaml, combine: Combine, known: &Known) -> Result<Part, SelectError> {
        let name = if combine == Combine::Union { "union" } else { "intersection" };
        let (mut parts, mut left_out) = (Vec::new(), None);
        for item in self.list(list, name)? {
            // Whatever else stands beside an `exclude` in such a list, dbt takes the `exclude` only.
            match item.get("exclude") {
                Some(_) if left_out.is_some() => {
                    let advice = "put all that is left out into one `exclude:`";
                    return Err(self.error(&item.span, format!("this {name} has two `exclude:`"), advice));
                }
                Some(exclude) => left_out = self.exclusion(exclude, known)?,
                None => parts.push(self.definition(item, known, false)?),
            }
        }
        Ok(without(Group::part(combine, parts), left_out))
    }

    fn exclusion(&self, yaml: &Yaml, known: &Known) -> Result<Option<Part>, SelectError> {
        let items = self.list(yaml, "exclude")?.iter();
        let mut parts = items.map(|item| self.definition(item, known, false)).collect::<Result<Vec<Part>, _>>()?;
        Ok(if parts.len() > 1 { Some(Group::part(Combine::Union, parts)) } else { parts.pop() })
    }

    /// A method and its value: `tag: daily`, or with more keys.
    fn criterion(&self, yaml: &Yaml, known: &Known) -> Result<Part, SelectError> {
        let (method, value) = match yaml.entries() {
            [(key, value)] => (key.name.to_string(), value),
            _ => match (yaml.get("method").and_then(Yaml::scalar), yaml.get("value")) {
                (Some(method), Some(value)) => (method, value),
                _ => {
                    let keys: Vec<String> = yaml.entries().iter().map(|(key, _)| format!("`{}:`", key.name)).collect();
                    let message =
                        format!("this definition has {}, but not both `method:` and `value:`", keys.join(", "));
                    return Err(self.error(
                        &yaml.span,
                        message,
                        "write `method:` and `value:`, or one method with its value",
                    ));
                }
            },
        };
        if method == "selector" && yaml.entries().len() > 1 {
            return self.inherited(value, known);
        }
        let (found, arguments) = Method::parse(&method, &format!("{method}:{}", value.scalar().unwrap_or_default()))
            .map_err(|error| self.located(yaml, error))?;
        let is_set = |key: &str| yaml.get(key).is_some_and(|value| is_true(&value.value));
        let criterion = Criterion {
            raw: format!("{method}:{}", value.scalar().unwrap_or_default()),
            method: found,
            arguments,
            value: value.to_json(),
            childrens_parents: is_set("childrens_parents"),
            parents: is_set("parents").then(|| self.depth(yaml, "parents_depth")).transpose()?,
            children: is_set("children").then(|| self.depth(yaml, "children_depth")).transpose()?,
            indirect: self.indirect(yaml)?,
        };
        let part = criterion.checked().map_err(|error| self.located(yaml, error))?;
        let left_out = match yaml.get("exclude").filter(|_| yaml.entries().len() > 1) {
            Some(exclude) => self.exclusion(exclude, known)?,
            None => None,
        };
        Ok(without(part, left_out))
    }

    /// `method: selector`: what another selector above says.
    fn inherited(&self, value: &Yaml, known: &Known) -> Result<Part, SelectError> {
        let name = value.scalar().unwrap_or_default();
        if let Some(part) = known.get(&name) {
            return Ok(part.clone());
        }
        let advice = match did_you_mean(&name, known.keys().map(String::as_str)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "a selector can only name one that stands above it".to_owned(),
        };
        Err(self.error(&value.span, format!("there is no selector `{name}` above this one"), advice))
    }

    /// A number of steps: 0 stands for all of them, unless it is a text.
    fn depth(&self, yaml: &Yaml, key: &str) -> Result<Reach, SelectError> {
        let Some(depth) = yaml.get(key).filter(|depth| is_true(&depth.value)) else { return Ok(None) };
        let number = match depth.to_json() {
            Json::String(text) => text.trim().parse::<usize>().ok(),
            // Python reads less than nothing as a number too: no step is taken.
            number => number.as_f64().map(|number| number.max(0.0).trunc() as usize),
        };
        let error = || {
            self.error(&depth.span, format!("`{key}:` is not a number"), "write how many steps away, or leave it out")
        };
        number.map(Some).ok_or_else(error)
    }

    fn indirect(&self, yaml: &Yaml) -> Result<Indirect, SelectError> {
        let Some(mode) = yaml.get("indirect_selection") else { return Ok(self.indirect) };
        let named = mode.as_str().and_then(Indirect::named);
        let advice = "write eager, cautious, buildable or empty";
        named.ok_or_else(|| self.error(&mode.span, "this `indirect_selection:` does not exist", advice))
    }
}

fn without(part: Part, left_out: Option<Part>) -> Part {
    match left_out {
        Some(left_out) => Group::part(Combine::Difference, vec![part, left_out]),
        None => part,
    }
}

/// Python's `bool()`.
fn is_true(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(value) => *value,
        Value::Int(number) => *number != 0,
        Value::Float(number) => *number != 0.0,
        Value::String(text) => !text.is_empty(),
        Value::List(items) => !items.is_empty(),
        Value::Map(entries) => !entries.is_empty(),
    }
}
