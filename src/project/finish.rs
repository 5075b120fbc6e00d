//! A draft and what the property files say of it in, the whole node out.

use std::sync::Arc;

use super::config::Config;
use super::drafts::{Draft, render_problem};
use super::entries::{self, Entry};
use super::names::Namer;
use super::node::{Node, ResourceType};
use super::problem::{Problem, ProblemKind};
use super::reader::{Reader, unique};
use super::scopes;
use super::version::VersionEntry;
use crate::finding::Place;
use crate::guard::{self, Task};
use crate::jinja::lexer::{Part, lex};
use crate::jinja::relation::Relation;
use crate::jinja::rewrite::{Marks, rewrite};
use crate::jinja::statics::{self, Statics};
use crate::jinja::{render, values};
use crate::parse::yaml::Yaml;

/// What a property file says of one node.
#[derive(Debug, Clone)]
pub(super) struct Said<'e> {
    pub entry: &'e Entry<'e>,
    pub version: Option<VersionEntry<'e>>,
}

impl Said<'_> {
    fn config(&self) -> Config {
        self.version.as_ref().map_or_else(|| self.entry.config(), |version| version.config(self.entry))
    }
}

/// Adds up configs, names, descriptions and columns.
pub(super) fn finish(
    reader: &Reader<'_>,
    namer: &mut Namer<'_>,
    draft: Draft,
    said: Option<&Said<'_>>,
) -> (Node, Vec<Problem>) {
    let Draft { node, calls, mut problems, .. } = draft.read(reader);
    let mut node = *node;
    let mut patch = said.map(Said::config).unwrap_or_default();
    if node.is_python {
        patch.entry("materialized").or_insert_with(|| "table".into());
    }
    if let Some(Said { entry, version: Some(version) }) = said {
        // The tags that the file's own name was given stay.
        let by_file = reader.configure((node.resource_type, &node.package, &node.fqn), &Config::new(), &calls);
        node.tags.extend(by_file.tags);
        version.name(&mut node, &entry.name);
    }
    // A property file of another package configures by that package's `dbt_project.yml`.
    let package = said.filter(|_| !patch.is_empty()).map_or(&node.package, |said| &said.entry.file.package);
    let configured = reader.configure((node.resource_type, package, &node.fqn), &patch, &calls);
    if said.is_some_and(|said| patch.is_empty() && said.entry.yaml.get("relation").is_some())
        && node.resource_type == ResourceType::Snapshot
    {
        // A snapshot of YAML without a config is left as it was made.
        node.config = configured.config;
        node.relation = Relation::default();
        said.into_iter().for_each(|said| apply(&mut node, said));
        describe_at(reader, &mut node, said, &mut problems);
        return (node, problems);
    }
    (node.config, node.unrendered) = (configured.config, configured.unrendered);
    let mut tags = std::mem::take(&mut node.tags);
    tags.extend(configured.tags);
    node.tags = unique(tags);
    take_from_config(&mut node);
    if let Some(said) = said {
        apply(&mut node, said);
    }
    describe_at(reader, &mut node, said, &mut problems);
    let (mut node, failed) = namer.name(node, &configured.nulls);
    if let Some(problem) = failed {
        node.is_broken = true;
        problems.push(render_problem(&node, problem));
    }
    if node.resource_type == ResourceType::Snapshot {
        let is_null = |key: &str| configured.nulls.iter().any(|null| null == key);
        let target =
            |key: &str| node.config_text(key).filter(|name| !name.is_empty() && !is_null(key)).map(str::to_owned);
        let (schema, database) = (target("target_schema"), target("target_database"));
        node.schema = schema.unwrap_or(node.schema);
        node.database = database.unwrap_or(node.database);
        node.relation = super::names::relation(reader, &node);
    }
    let node = hooks(reader, node, &mut problems);
    (node, problems)
}

fn describe_at(reader: &Reader<'_>, node: &mut Node, said: Option<&Said<'_>>, problems: &mut Vec<Problem>) {
    // dbt leaves the descriptions of what is disabled as they were written.
    if let Some(said) = said.filter(|_| node.config.get("enabled") != Some(&serde_json::Value::Bool(false))) {
        describe(reader, node, &said.entry.place(), problems);
    }
}

/// What dbt keeps beside the config as well.
pub(super) fn take_from_config(node: &mut Node) {
    if let Some(serde_json::Value::Object(meta)) = node.config.get("meta") {
        node.meta = meta.clone();
    }
    node.group = node.config_text("group").filter(|group| !group.is_empty()).map(str::to_owned);
    let access = node.config_text("access").unwrap_or_default().to_owned();
    if !access.is_empty() && access != node.access() {
        Arc::make_mut(&mut node.model).access = access;
    }
}

/// Takes in what stands beside `config:`.
fn apply(node: &mut Node, said: &Said<'_>) {
    let Said { entry, version } = said;
    let shared = |key: &str| match version {
        Some(version) => version.own_or_shared(entry, key),
        None => entry.yaml.get(key).map(std::borrow::Cow::Borrowed),
    };
    node.patch = Some(entry.place());
    node.description = shared("description").and_then(|text| text.scalar()).unwrap_or_default();
    node.columns = match version {
        Some(version) => version.read_columns(entry),
        None => entries::columns(entry.yaml.get("columns").map_or(&[][..], Yaml::items)),
    };
    if node.resource_type != ResourceType::Model {
        return;
    }
    let model = Arc::make_mut(&mut node.model);
    model.constraints = entries::array(shared("constraints").as_deref());
    // A version says for itself when it ends.
    let ends = version.as_ref().map_or(entry.yaml.as_ref(), |version| version.yaml).get("deprecation_date");
    if let Some(ends) = ends.filter(|ends| ends.scalar().is_some()) {
        model.deprecation_date = ends.scalar();
        model.deprecation_place = Some(entry.at(ends));
    }
    let spine = entry.yaml.get("time_spine").filter(|spine| version.is_none() && !spine.is_empty());
    model.time_spine = spine.map(Yaml::to_json);
    let keys: Vec<serde_json::Value> = node
        .columns
        .values()
        .flat_map(|column| &column.more().constraints)
        .chain(&node.model.constraints)
        .cloned()
        .collect();
    let calls = keys.iter().filter(|key| key.get("type").and_then(|kind| kind.as_str()) == Some("foreign_key"));
    // dbt takes the constraints of a version in twice.
    for _ in 0..if version.is_some() { 2 } else { 1 } {
        for to in calls.clone().filter_map(|key| key.get("to")?.as_str()) {
            if let Some(found) = reference(to) {
                node.refs.extend(found.refs);
                node.sources.extend(found.sources);
            }
        }
    }
}

/// A bare `ref('x')` or `source('a', 'b')`, as YAML has them without braces.
pub(crate) fn reference(text: &str) -> Option<Statics> {
    let written = format!("{{{{ {} }}}}", text.trim());
    let parts = lex(&written).ok()?;
    let [Part::Print(tag)] = parts.as_slice() else { return None };
    let (name, arguments, rest) = statics::call(&written, &tag.tokens)?;
    let mut found = Statics::default();
    if !rest.is_empty() || name == "config" {
        return None;
    }
    found.add(name, arguments, 0)?;
    found.refs.iter_mut().for_each(|asked| asked.at = None);
    found.sources.iter_mut().for_each(|asked| asked.at = None);
    Some(found)
}

/// Renders the description and those of the columns, and learns which docs blocks they name.
pub(super) fn describe(reader: &Reader<'_>, node: &mut Node, place: &Place, problems: &mut Vec<Problem>) {
    let package = node.package.clone();
    let mut render_text = |text: &mut String, blocks: &mut Vec<String>| match described(reader, &package, text, place) {
        Ok(Some((rendered, named))) => (*text, *blocks) = (rendered, named),
        Ok(None) => {}
        Err(problem) => problems.push(*problem),
    };
    render_text(&mut node.description, &mut node.doc_blocks);
    for column in node.columns.values_mut() {
        if render::has_jinja(&column.description) {
            render_text(&mut column.description, &mut column.more.get_or_insert_default().doc_blocks);
        }
    }
}

/// A text with its Jinja rendered, and the docs blocks that it names; nothing when it has none.
///
/// # Errors
/// When it cannot be rendered: the problem, at `place`.
pub(super) fn described(
    reader: &Reader<'_>,
    package: &str,
    text: &str,
    place: &Place,
) -> Result<Option<(String, Vec<String>)>, Box<Problem>> {
    if !render::has_jinja(text) {
        return Ok(None);
    }
    let scope = Arc::new(scopes::docs(reader.universe, reader.given, package));
    let fail =
        |message: String, help: String| Box::new(Problem::new(ProblemKind::Jinja, message, place.clone()).help(help));
    let template = rewrite(text, 0..text.len(), Marks::None).map_err(|problem| {
        fail(
            problem.message,
            problem.help.unwrap_or_else(|| "close every brace, or write `{% raw %}` around them".to_owned()),
        )
    })?;
    let rendered =
        render::render(&scope, &template, &place.path).map_err(|problem| fail(problem.message, problem.help))?;
    let named = std::mem::take(&mut scope.captured().docs);
    Ok(Some((rendered, named)))
}

/// Renders the hooks, for what they refer to. A hook is never run.
fn hooks(reader: &Reader<'_>, node: Node, problems: &mut Vec<Problem>) -> Node {
    let of = |key: &str| node.config.get(key).and_then(|hooks| hooks.as_array()).cloned().unwrap_or_default();
    let hooks: Vec<serde_json::Value> = of("pre-hook").into_iter().chain(of("post-hook")).collect();
    if hooks.is_empty() || node.resource_type == ResourceType::Test {
        return node;
    }
    let _working = match guard::begin(&node.file, Task::read(&node.raw)) {
        Ok(working) => working,
        Err(blame) => {
            problems.push(Problem::left_out(ProblemKind::Jinja, &blame));
            return node;
        }
    };
    let node = Arc::new(node);
    let scope = Arc::new(scopes::reading(reader.universe, reader.given, &node));
    for hook in hooks.iter().filter_map(|hook| hook.get("sql")) {
        let text = values::text(&values::from_json(hook));
        if !text.contains("{{") && !text.contains("{%") {
            continue;
        }
        if let Ok(template) = rewrite(&text, 0..text.len(), Marks::None)
            && let Err(problem) = render::render(&scope, &template, render::HOOK)
        {
            let place = if problem.place.path == render::HOOK { node.place.clone() } else { problem.place };
            let message = format!("a hook of `{}` cannot be rendered: {}", node.display_name(), problem.message);
            problems.push(Problem::new(ProblemKind::Jinja, message, place).help(problem.help));
        }
    }
    let captured = std::mem::take(&mut *scope.captured()).without_places();
    drop(scope);
    let mut node = Arc::unwrap_or_clone(node);
    node.refs.extend(captured.refs);
    node.sources.extend(captured.sources);
    node.macros.extend(captured.macros);
    node.macros = unique(node.macros);
    node
}
