//! Where a node's table goes: database, schema and alias, as the project's `generate_*_name` macros decide.

use std::collections::HashMap;
use std::sync::Arc;

use minijinja::Value;

use super::facts::{facts, is_told_apart};
use super::node::{Node, ResourceType};
use super::reader::Reader;
use crate::jinja::relation::Relation;
use crate::jinja::render::{Calls, RenderProblem};
use crate::jinja::scope::{Mode, Scope};
use crate::jinja::values;

/// The macros that name, in the order in which dbt asks them.
const MACROS: [(&str, &str); 3] =
    [("generate_database_name", "database"), ("generate_schema_name", "schema"), ("generate_alias_name", "alias")];

/// Names nodes one after the other: what a project's own macros need is made ready once for each package.
pub(super) struct Namer<'r> {
    reader: &'r Reader<'r>,
    packages: Vec<Own<'r>>,
}

/// What names the nodes of one package.
struct Own<'r> {
    package: String,
    /// The project's own macros; nothing where dbt's is the one.
    macros: [Option<&'r str>; 3],
    calls: Calls<'r>,
    /// The names that are the same for all nodes that have these in common.
    known: HashMap<Common, String>,
}

/// Which of [`MACROS`] was asked, the name that the node's config wishes for, and what the macro may have read of the node.
type Common = (usize, Option<String>, ResourceType, String, String);

impl Own<'_> {
    /// What the project's macro `found` answers.
    fn ask(
        &mut self,
        (at, found): (usize, &str),
        custom: Option<&serde_json::Value>,
        node: &Arc<Node>,
    ) -> Result<String, RenderProblem> {
        let text = custom.map(serde_json::Value::as_str);
        let common = match text {
            Some(None) => None,
            text => Some(text.flatten().map(str::to_owned)),
        };
        let common = common.map(|custom| (at, custom, node.resource_type, node.database.clone(), node.schema.clone()));
        if let Some(name) = common.as_ref().and_then(|common| self.known.get(common)) {
            return Ok(name.clone());
        }
        let facts = facts(node);
        let custom = custom.map_or_else(|| Value::from(()), values::from_json);
        let name = self.calls.call(found, &[custom, facts.clone()], &node.file)?;
        if let Some(common) = common.filter(|_| !is_told_apart(&facts)) {
            self.known.insert(common, name.clone());
        }
        Ok(name)
    }
}

impl<'r> Namer<'r> {
    pub(super) fn new(reader: &'r Reader<'r>) -> Self {
        Self { reader, packages: Vec::new() }
    }

    /// Sets the node's database, schema, alias and relation, and says what failed. The configs `nulls` count as not set.
    pub(super) fn name(&mut self, node: Node, nulls: &[String]) -> (Node, Option<RenderProblem>) {
        let mut node = Arc::new(node);
        let mut names: [String; 3] = Default::default();
        let mut failed = None;
        for (at, (_, config)) in MACROS.into_iter().enumerate() {
            let is_null = nulls.iter().any(|null| null == config);
            let custom = node.config.get(config).filter(|custom| !custom.is_null() && !is_null);
            let own = self.own(&node.package);
            names[at] = match own.macros[at] {
                None => self.usual(config, custom, &node),
                Some(found) => own.ask((at, found), custom, &node).unwrap_or_else(|problem| {
                    failed = Some(problem);
                    String::new()
                }),
            };
            // The next macro sees what the one before it decided.
            let [database, schema, alias] = &names;
            let named = Arc::make_mut(&mut node);
            match at {
                0 => named.database.clone_from(database),
                1 => named.schema.clone_from(schema),
                _ => named.alias.clone_from(alias),
            }
        }
        let mut node = Arc::unwrap_or_clone(node);
        node.relation = relation(self.reader, &node);
        (node, failed)
    }

    /// What dbt's own macros answer, without rendering them.
    fn usual(&self, config: &str, custom: Option<&serde_json::Value>, node: &Node) -> String {
        let target = self.reader.target;
        let custom = custom.map(|custom| values::text(&values::from_json(custom)).trim().to_owned());
        match (config, custom) {
            ("database", custom) => custom.unwrap_or_else(|| target.database.clone()),
            ("schema", Some(custom)) => format!("{}_{custom}", target.schema),
            ("schema", None) => target.schema.clone(),
            (_, Some(custom)) if !custom.is_empty() => custom,
            _ => match &node.model.version {
                Some(version) => format!("{}_v{}", node.name, version.to_string().replace('.', "_")),
                None => node.name.clone(),
            },
        }
    }

    fn own(&mut self, package: &str) -> &mut Own<'r> {
        let at = match self.packages.iter().position(|known| known.package == package) {
            Some(at) => at,
            None => {
                let reader = self.reader;
                let scope = Scope::new(Arc::clone(reader.universe), Arc::clone(reader.given), package, Mode::Parse);
                let name = |(name, _)| reader.universe.naming_macro(package, name).map(|found| found.name.as_str());
                self.packages.push(Own {
                    package: package.to_owned(),
                    macros: MACROS.map(name),
                    calls: Calls::new(reader.universe, Arc::new(scope)),
                    known: HashMap::new(),
                });
                self.packages.len() - 1
            }
        };
        &mut self.packages[at]
    }
}

/// The relation of a node by its names, with the quotes that the project wants: a node's own `quoting` changes nothing.
pub(super) fn relation(reader: &Reader<'_>, node: &Node) -> Relation {
    let mut relation = Relation::new(&node.database, &node.schema, &node.alias);
    relation.quote(|part| reader.root().file.quotes(part));
    relation
}
