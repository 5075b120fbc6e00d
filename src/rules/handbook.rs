//! The handbook: where models lie, how they are named, and what each of them is for.

use std::sync::Arc;

use super::Subject;
use crate::project::{Node, Project, ResourceType};
use crate::settings::Preset;
use crate::source::file::stem;

/// A project with fewer models and seeds than this is taken to follow the handbook, whatever their names are.
const FEW: usize = 3;

/// What a model is for, as its name says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    Fact,
    Dimension,
    Staging,
    /// Everything between those.
    Intermediate,
    /// A table for readers that is neither: the later handbook's `_derived` databases.
    Derived,
}

impl Role {
    /// Whether other people read the table, so that it has a property file and a key.
    pub fn is_for_readers(self) -> bool {
        matches!(self, Self::Fact | Self::Dimension | Self::Staging)
    }
}

/// The handbook for one project.
pub struct Handbook<'a> {
    pub subject: &'a Subject<'a>,
    pub preset: Preset,
}

impl<'a> Handbook<'a> {
    /// The handbook that a project follows: the one of `preset:`; without it the one of suffixes, but nothing where
    /// of several models and seeds less than half are named after the folder of their database.
    pub(super) fn of(subject: &'a Subject<'a>) -> Option<Self> {
        let preset = match subject.policy.preset {
            Some(preset) => preset,
            None => Names::of(subject.project).usual(),
        };
        (preset != Preset::None).then_some(Self { subject, preset })
    }

    /// The project's own models.
    pub fn models(&self) -> impl Iterator<Item = &'a Arc<Node>> + use<'a> {
        self.subject.project.own(ResourceType::Model)
    }

    /// The project's own models and seeds.
    pub fn tables(&self) -> impl Iterator<Item = &'a Arc<Node>> + use<'a> {
        self.models().chain(self.subject.project.own(ResourceType::Seed))
    }

    /// Whether a model has a property file of its own: by its ending, or as a table of a staging database, which needs none.
    pub fn has_own_file(&self, model: &Node) -> bool {
        let suffixes = &self.subject.policy.described_suffixes;
        let is_staging = || suffixes.iter().any(|suffix| suffix == "_stg") && self.role(model) == Role::Staging;
        suffixes.iter().any(|suffix| model.name.ends_with(suffix)) || is_staging()
    }

    /// What a model is for.
    pub fn role(&self, model: &Node) -> Role {
        let table = model.name.split_once("__").map_or(model.name.as_str(), |(_, table)| table);
        let database = database(model).unwrap_or_default();
        match self.preset {
            Preset::Prefix => by_prefix(table, domain(model).unwrap_or_default(), database),
            Preset::Suffix | Preset::None => by_suffix(table, database, &self.subject.policy.described_suffixes),
        }
    }
}

fn by_suffix(table: &str, database: &str, described: &[String]) -> Role {
    match table.rsplit('_').next() {
        Some("fct") => Role::Fact,
        Some("dim") => Role::Dimension,
        Some("stg") => Role::Staging,
        _ if described.iter().any(|suffix| table.ends_with(suffix)) => Role::Fact,
        _ if is_staging(database) => Role::Staging,
        _ => Role::Intermediate,
    }
}

fn by_prefix(table: &str, domain: &str, database: &str) -> Role {
    match table.split('_').next() {
        Some("fct") => Role::Fact,
        Some("dim") => Role::Dimension,
        Some("int") => Role::Intermediate,
        Some("stg" | "base") => Role::Staging,
        _ if domain == "staging" || is_staging(database) => Role::Staging,
        _ if database.ends_with("_int") => Role::Intermediate,
        _ => Role::Derived,
    }
}

/// Whether a project follows the handbook at all.
pub(super) fn is_followed(subject: &Subject<'_>) -> bool {
    Handbook::of(subject).is_some()
}

/// Whether a database is there for staging models only.
pub(super) fn is_staging(database: &str) -> bool {
    database.split('_').any(|word| matches!(word, "stg" | "staging"))
}

/// The folder of the domain: the first below `models/` or `seeds/`.
pub(super) fn domain(node: &Node) -> Option<&str> {
    folders(node).next()
}

/// The folder of the database: the second. The folders below it mean nothing.
pub(super) fn database(node: &Node) -> Option<&str> {
    folders(node).nth(1)
}

fn folders(node: &Node) -> impl Iterator<Item = &str> {
    let below = node.path.rsplit_once('/').map_or("", |(folders, _)| folders);
    below.split('/').filter(|folder| !folder.is_empty())
}

/// How many of a project's models and seeds are named in which way.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Names {
    pub(crate) all: usize,
    /// Those that are named after the folder of their database: `<database>__…`.
    pub(crate) by_database: usize,
    /// Of these, those whose table's name begins with its role (`fct_visits`), and those where it ends so (`visits_fct`).
    pub(crate) prefixed: usize,
    pub(crate) suffixed: usize,
}

impl Names {
    /// Looks at the project's own models and seeds.
    pub(crate) fn of(project: &Project) -> Self {
        let mut names = Self { all: 0, by_database: 0, prefixed: 0, suffixed: 0 };
        for node in project.own(ResourceType::Model).chain(project.own(ResourceType::Seed)) {
            names.all += 1;
            let name = stem(&node.file);
            let Some(table) = database(node).and_then(|database| name.strip_prefix(database)?.strip_prefix("__"))
            else {
                continue;
            };
            names.by_database += 1;
            let is_role = |word: Option<&str>| matches!(word, Some("fct" | "dim" | "stg" | "int"));
            names.prefixed += usize::from(is_role(table.split('_').next()));
            names.suffixed += usize::from(is_role(table.rsplit('_').next()));
        }
        names
    }

    /// The preset that holds for them when the settings name none.
    pub(crate) fn usual(&self) -> Preset {
        if self.all < FEW || self.by_database * 2 >= self.all { Preset::Suffix } else { Preset::None }
    }

    /// The preset that their authors follow.
    pub(crate) fn followed(&self) -> Preset {
        match self.by_database * 2 < self.all {
            true => Preset::None,
            false if self.prefixed > self.suffixed => Preset::Prefix,
            false => Preset::Suffix,
        }
    }
}
