//! A table or view by its three names, as it is written into SQL.

use std::fmt;

/// A relation: `"database"."schema"."identifier"`, or the name of an ephemeral model's CTE.
///
/// Behaviour: `dbt.adapters.base.relation.BaseRelation`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Relation {
    pub database: Option<String>,
    pub schema: Option<String>,
    pub identifier: Option<String>,
    /// A CTE is written without quotes and without a schema.
    pub is_cte: bool,
    /// The parts that are written without quotes, when they are plain names; hardly any project wants that.
    pub unquoted: Vec<&'static str>,
    /// The parts that are known and not written.
    pub hidden: Vec<&'static str>,
    /// What it is, where that is known: `table`, `view`.
    pub kind: Option<String>,
    /// The view of an information schema that is meant.
    pub view: Option<String>,
}

/// The names of a relation, in the order in which they are written.
pub(super) const PARTS: [&str; 3] = ["database", "schema", "identifier"];

impl Relation {
    /// A relation with all three names.
    pub fn new(database: &str, schema: &str, identifier: &str) -> Self {
        let name = |name: &str| Some(name.to_owned());
        Self { database: name(database), schema: name(schema), identifier: name(identifier), ..Self::default() }
    }

    /// Says which parts are written without quotes: those for which `quotes` answers no.
    pub fn quote(&mut self, quotes: impl Fn(&str) -> Option<bool>) {
        self.unquoted = PARTS.into_iter().filter(|part| quotes(part) == Some(false)).collect();
    }

    /// The CTE that stands for an ephemeral model.
    pub fn cte(identifier: &str) -> Self {
        Self { identifier: Some(format!("__dbt__cte__{identifier}")), is_cte: true, ..Self::default() }
    }

    pub(super) fn part(&self, name: &str) -> Option<&String> {
        match name {
            "database" => self.database.as_ref(),
            "schema" => self.schema.as_ref(),
            _ => self.identifier.as_ref(),
        }
    }

    pub(super) fn set(&mut self, name: &str, part: Option<String>) {
        match name {
            "database" => self.database = part,
            "schema" => self.schema = part,
            _ => self.identifier = part,
        }
    }

    /// The catalogue's description of itself: a relation of the same database, or one view of it.
    pub(super) fn information_schema(&self, view: Option<String>) -> Self {
        let unquoted = self.unquoted.iter().copied().filter(|part| *part != "identifier").chain(["identifier"]);
        let hidden = self.hidden.iter().copied().filter(|part| *part == "database");
        Self {
            database: self.database.clone(),
            identifier: Some("INFORMATION_SCHEMA".to_owned()),
            unquoted: unquoted.collect(),
            hidden: hidden.collect(),
            kind: Some("view".to_owned()),
            view,
            ..Self::default()
        }
    }

    fn written(&self) -> impl Iterator<Item = (&'static str, &String)> {
        let shown = PARTS.into_iter().filter(|name| !self.hidden.contains(name));
        shown.filter_map(|name| Some((name, self.part(name)?)))
    }

    /// As Hive's statements name it: without the database, in backticks.
    pub(super) fn render_hive(&self) -> String {
        let parts = [&self.schema, &self.identifier].into_iter().flatten();
        parts.map(|part| format!("`{part}`")).collect::<Vec<_>>().join(".")
    }

    /// Without any quotes.
    pub(super) fn render_pure(&self) -> String {
        self.written().map(|(_, part)| part.as_str()).collect::<Vec<_>>().join(".")
    }
}

impl fmt::Display for Relation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, (name, part)) in self.written().enumerate() {
            f.write_str(if at > 0 { "." } else { "" })?;
            let is_name = || part.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
            let is_plain = self.is_cte || (self.unquoted.contains(&name) && is_name());
            if is_plain { f.write_str(part)? } else { write!(f, "\"{}\"", part.replace('"', "\"\""))? }
        }
        self.view.as_ref().map_or(Ok(()), |view| write!(f, ".{view}"))
    }
}
