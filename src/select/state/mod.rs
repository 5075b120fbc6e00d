//! `state:`: what differs between the project and another state of it, node by node, with the reasons.
//!
//! Behaviour: `StateSelectorMethod` of dbt. The other state is a `manifest.json`, or the project as git has it.

mod compare;
mod contract;
mod macros;
mod view;

use std::collections::HashSet;
use std::fmt;

pub use view::State;

use super::SelectError;
use super::bits::Bits;
use super::index::Index;
use crate::project::problem::did_you_mean;
use crate::project::{Node, Project, ResourceType};
pub(super) use compare::is_parsed;
use contract::Change;
use macros::ChangedMacros;
use view::StateNode;

/// Why a node is not as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// It was not there.
    New,
    /// Its template, or the rows of a seed.
    Body,
    /// The configs that were set differently.
    Configs(Vec<String>),
    /// The configs that say where the table goes, or where a source's table is.
    Relation,
    /// Descriptions that are written to the warehouse.
    PersistedDescriptions,
    /// The changed macros that it uses, itself or through others.
    Macros(Vec<String>),
    /// What its contract promises.
    Contract,
    /// Its file moved: the fqn is another.
    Moved,
    /// Its latest version, its access or its deprecation date.
    Reference,
    /// What a source, an exposure, a metric or the like says: the names of the fields.
    Fields(Vec<String>),
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::New => f.write_str("new"),
            Self::Body => f.write_str("its file changed"),
            Self::Configs(names) => write!(f, "configs changed: {}", names.join(", ")),
            Self::Relation => f.write_str("its table's name changed"),
            Self::PersistedDescriptions => f.write_str("its description in the warehouse changed"),
            Self::Macros(names) => write!(f, "macros changed: {}", names.join(", ")),
            Self::Contract => f.write_str("its contract changed"),
            Self::Moved => f.write_str("it moved"),
            Self::Reference => f.write_str("its latest version, access or deprecation date changed"),
            Self::Fields(names) => write!(f, "changed: {}", names.join(", ")),
        }
    }
}

/// The words after `state:`.
const WORDS: &[&str] = &[
    "new",
    "old",
    "modified",
    "unmodified",
    "modified.body",
    "modified.configs",
    "modified.persisted_descriptions",
    "modified.relation",
    "modified.macros",
    "modified.contract",
];

/// A project beside another state of it.
pub struct Comparison<'c> {
    project: &'c Project,
    state: &'c State<'c>,
    macros: ChangedMacros<'c>,
    /// The fields that say where a source's table is.
    table_of_source: &'static [&'static str; 3],
    /// Models whose contract was broken, as it is told.
    notes: Vec<String>,
    told: HashSet<String>,
}

impl<'c> Comparison<'c> {
    /// Compares the macros at once, and nodes as they are asked for.
    pub fn new(project: &'c Project, state: &'c State<'c>) -> Self {
        let macros = ChangedMacros::new(project, state);
        let flag = project.root().file.flag("state_modified_compare_more_unrendered_values");
        let table_of_source = match flag {
            Some(true) => &compare::TABLE_OF_SOURCE_UNRENDERED,
            _ => &compare::TABLE_OF_SOURCE,
        };
        Self { project, state, macros, table_of_source, notes: Vec::new(), told: HashSet::new() }
    }

    /// Every way in which a node differs; none when it does not.
    pub fn reasons(&self, node: &Node) -> Vec<Reason> {
        let mut reasons = match self.state.node(&node.unique_id) {
            None => vec![Reason::New],
            Some(old) => self.differences(node, &StateNode::of(node), &old),
        };
        if self.macros.touches(node) {
            reasons.push(Reason::Macros(self.macros.names(node)));
        }
        reasons
    }

    fn differences(&self, node: &Node, new: &StateNode<'_>, old: &StateNode<'_>) -> Vec<Reason> {
        let kind = node.resource_type;
        let mut reasons = Vec::new();
        let mut add = |differs: bool, reason: Reason| reasons.extend(differs.then_some(reason));
        // Of a generic test, only what it is called and its configs count.
        let is_whole = is_parsed(kind) && node.test.is_none();
        let has_fqn = is_parsed(kind) || matches!(kind, ResourceType::Source | ResourceType::Exposure);
        add(is_whole && !compare::same_body(kind, new, old), Reason::Body);
        let configs = compare::changed_configs(kind, new, old);
        add(!configs.is_empty(), Reason::Configs(configs));
        let has_relation = is_whole || kind == ResourceType::Source;
        add(has_relation && !compare::same_relation((kind, self.table_of_source), new, old), Reason::Relation);
        add(is_whole && !compare::same_persisted_descriptions(new, old), Reason::PersistedDescriptions);
        add(has_fqn && !new.has_same_fqn(old), Reason::Moved);
        if kind == ResourceType::Model {
            add(contract::compare(self.project, new, old) != Change::Same, Reason::Contract);
            add(new.reference() != old.reference(), Reason::Reference);
        }
        let fields = compare::changed_fields(kind, new, old);
        add(!fields.is_empty(), Reason::Fields(fields));
        reasons
    }

    /// What dbt means by `state:modified`: what is new is changed only when it is built or tested.
    pub fn is_modified(&self, node: &Node) -> bool {
        self.reasons(node).iter().any(|reason| match reason {
            Reason::New => is_parsed(node.resource_type) || node.resource_type == ResourceType::UnitTest,
            _ => true,
        })
    }

    /// What was noted on the way: contracts that were broken.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    pub(super) fn search(&mut self, index: &Index<'_>, word: &str) -> Result<Bits, SelectError> {
        if !WORDS.contains(&word) {
            let advice = match did_you_mean(word, WORDS.iter().copied()) {
                Some(near) => format!("did you mean `state:{near}`?"),
                None => format!("write state: and one of {}", WORDS.join(", ")),
            };
            return Err(SelectError::new(format!("the selector `state:{word}` means nothing"), advice));
        }
        if matches!(word, "modified" | "unmodified" | "modified.contract") {
            self.check_contracts()?;
        }
        Ok(index.of(|node| self.is(word, node)))
    }

    fn is(&self, word: &str, node: &Node) -> bool {
        let kind = node.resource_type;
        let is_known = || self.state.node(&node.unique_id).is_some();
        // What is new differs in every part that it has.
        let differs = |has_part: bool, same: &dyn Fn(&StateNode<'_>, &StateNode<'_>) -> bool| {
            let old = has_part.then(|| self.state.node(&node.unique_id));
            old.is_some_and(|old| old.is_none_or(|old| !same(&StateNode::of(node), &old)))
        };
        let parsed = is_parsed(kind);
        match word {
            "new" => !is_known(),
            "old" => is_known(),
            "modified" => self.is_modified(node),
            "unmodified" => !self.is_modified(node),
            "modified.body" => differs(parsed, &|new, old| compare::same_body(kind, new, old)),
            "modified.configs" => {
                differs(kind != ResourceType::UnitTest, &|new, old| compare::changed_configs(kind, new, old).is_empty())
            }
            "modified.persisted_descriptions" => differs(parsed, &compare::same_persisted_descriptions),
            "modified.relation" => differs(parsed || kind == ResourceType::Source, &|new, old| {
                compare::same_relation((kind, self.table_of_source), new, old)
            }),
            "modified.macros" => self.macros.touches(node),
            _ => differs(parsed, &|new, old| {
                kind != ResourceType::Model || contract::compare(self.project, new, old) == Change::Same
            }),
        }
    }

    /// Tells of broken contracts.
    ///
    /// # Errors
    /// When a version of a model broke its contract: whoever pinned it relies on it.
    fn check_contracts(&mut self) -> Result<(), SelectError> {
        let disabled: std::collections::HashMap<&str, &Node> =
            self.project.disabled.iter().map(|node| (node.unique_id.as_str(), &**node)).collect();
        for (id, old) in self.state.models() {
            let breaks = match (self.project.nodes.get(id), disabled.get(id)) {
                (Some(node), _) if old.is_model() => {
                    match contract::compare(self.project, &StateNode::of(node), &old) {
                        Change::Breaking(breaks) => breaks,
                        _ => continue,
                    }
                }
                (Some(_), _) => continue,
                (None, Some(node)) => {
                    contract::removed(&StateNode::Read(node).written(self.project)).into_iter().collect()
                }
                (None, None) => contract::removed(&old.written(self.project)).into_iter().collect(),
            };
            if breaks.is_empty() || !self.told.insert(id.to_owned()) {
                continue;
            }
            let name = id.splitn(3, '.').nth(2).unwrap_or(id);
            let message = format!("`{name}` breaks its contract: {}", breaks.join("; "));
            if !old.written(self.project)["version"].is_null() {
                return Err(SelectError::new(
                    message,
                    "make a new version of the model instead, and keep this one as it is",
                ));
            }
            self.notes.push(message);
        }
        Ok(())
    }
}
