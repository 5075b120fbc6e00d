//! A table or view by its three names, as templates see it.

use std::fmt;
use std::sync::Arc;

use minijinja::value::{DynObject, Enumerator, Kwargs, Object, ObjectRepr, from_args};
use minijinja::{Error, ErrorKind, State, Value};

use super::values;

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
    /// What it is, where that is known: `table`, `view`.
    pub kind: Option<String>,
}

/// The kinds of relations as `Relation.Table` and the like name them, and as `type` has them.
const KINDS: [(&str, &str); 5] = [
    ("Table", "table"),
    ("View", "view"),
    ("CTE", "cte"),
    ("External", "external"),
    ("MaterializedView", "materialized_view"),
];

impl Relation {
    /// A relation with all three names.
    pub fn new(database: &str, schema: &str, identifier: &str) -> Self {
        let name = |name: &str| Some(name.to_owned());
        Self { database: name(database), schema: name(schema), identifier: name(identifier), ..Self::default() }
    }

    /// Says which parts are written without quotes: those for which `quotes` answers no.
    pub fn quote(&mut self, quotes: impl Fn(&str) -> Option<bool>) {
        self.unquoted =
            ["database", "schema", "identifier"].into_iter().filter(|part| quotes(part) == Some(false)).collect();
    }

    /// The CTE that stands for an ephemeral model.
    pub fn cte(identifier: &str) -> Self {
        Self { identifier: Some(format!("__dbt__cte__{identifier}")), is_cte: true, ..Self::default() }
    }

    fn part(&self, name: &str) -> Option<&String> {
        match name {
            "database" => self.database.as_ref(),
            "schema" => self.schema.as_ref(),
            _ => self.identifier.as_ref(),
        }
    }

    fn with(&self, name: &str, part: Option<String>) -> Self {
        let mut relation = self.clone();
        match name {
            "database" => relation.database = part,
            "schema" => relation.schema = part,
            _ => relation.identifier = part,
        }
        relation
    }

    /// `include(database=false)`: without the parts that are switched off.
    fn include(&self, kwargs: &Kwargs) -> Result<Self, Error> {
        let mut relation = self.clone();
        for name in ["database", "schema", "identifier"] {
            if kwargs.get::<Option<bool>>(name)? == Some(false) {
                relation = relation.with(name, None);
            }
        }
        Ok(relation)
    }

    /// `replace_path(identifier='x')`: with other names.
    fn replace_path(&self, kwargs: &Kwargs) -> Result<Self, Error> {
        let mut relation = self.clone();
        for name in ["database", "schema", "identifier"] {
            if let Some(part) = kwargs.get::<Option<Value>>(name)? {
                relation = relation.with(name, part.as_str().map(str::to_owned));
            }
        }
        Ok(relation)
    }

    /// `quote(identifier=false)`: with or without quotes around its names.
    fn requoted(&self, kwargs: &Kwargs) -> Result<Self, Error> {
        let mut relation = self.clone();
        for name in ["database", "schema", "identifier"] {
            if let Some(quotes) = kwargs.get::<Option<bool>>(name)? {
                relation.unquoted.retain(|known| *known != name);
                relation.unquoted.extend((!quotes).then_some(name));
            }
        }
        Ok(relation)
    }

    /// Whether the names that are given are this relation's.
    fn matches(&self, kwargs: &Kwargs) -> Result<bool, Error> {
        let mut fits = true;
        for name in ["database", "schema", "identifier"] {
            let wanted = kwargs.get::<Option<String>>(name)?;
            fits &= wanted.is_none_or(|wanted| self.part(name) == Some(&wanted));
        }
        Ok(fits)
    }

    /// As Hive's statements name it: without the database, in backticks.
    fn render_hive(&self) -> String {
        let parts = [&self.schema, &self.identifier].into_iter().flatten();
        parts.map(|part| format!("`{part}`")).collect::<Vec<_>>().join(".")
    }

    /// Without any quotes.
    fn render_pure(&self) -> String {
        let parts = [&self.database, &self.schema, &self.identifier].into_iter().flatten();
        parts.map(String::as_str).collect::<Vec<_>>().join(".")
    }

    fn is(&self, kind: &str) -> bool {
        self.kind.as_deref() == Some(kind)
    }

    /// `incorporate(path={'identifier': 'x'})`: with other parts.
    fn incorporate(&self, kwargs: &Kwargs) -> Result<Self, Error> {
        let mut relation = self.clone();
        let path: Option<Value> = kwargs.get("path")?;
        if let Some(kind) = kwargs.get::<Option<Value>>("type")?.filter(|kind| !kind.is_none()) {
            relation.kind = Some(values::text(&kind));
        }
        for name in ["database", "schema", "identifier"] {
            let part = path.as_ref().and_then(|path| path.get_attr(name).ok()).filter(|part| !part.is_undefined());
            if let Some(part) = part {
                relation = relation.with(name, part.as_str().map(str::to_owned));
            }
        }
        Ok(relation)
    }
}

impl fmt::Display for Relation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = [("database", &self.database), ("schema", &self.schema), ("identifier", &self.identifier)];
        let parts = parts.into_iter().filter_map(|(name, part)| Some((name, part.as_ref()?)));
        for (at, (name, part)) in parts.enumerate() {
            f.write_str(if at > 0 { "." } else { "" })?;
            let is_name = || part.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
            let is_plain = self.is_cte || (self.unquoted.contains(&name) && is_name());
            if is_plain { f.write_str(part)? } else { write!(f, "\"{}\"", part.replace('"', "\"\""))? }
        }
        Ok(())
    }
}

impl Object for Relation {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value_by_str(self: &Arc<Self>, key: &str) -> Option<Value> {
        match key {
            "database" | "schema" | "identifier" => Some(Value::from(self.part(key).cloned())),
            "name" | "table" => Some(Value::from(self.identifier.clone())),
            "type" => Some(self.kind.as_deref().map_or_else(|| Value::from(()), Value::from)),
            "is_table" => Some(Value::from(self.is("table"))),
            "is_view" => Some(Value::from(self.is("view"))),
            "is_materialized_view" => Some(Value::from(self.is("materialized_view"))),
            "is_cte" => Some(Value::from(self.is_cte)),
            "can_be_renamed" | "can_be_replaced" => Some(Value::from(false)),
            "quote_character" => Some(Value::from("\"")),
            "s3_path_table_part" => Some(Value::from(())),
            "metadata" => Some(values::facts(serde_json::json!({"type": "AthenaRelation"}))),
            _ => KINDS.iter().find(|(name, _)| *name == key).map(|(_, kind)| Value::from(*kind)),
        }
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.get_value_by_str(key.as_str()?)
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::NonEnumerable
    }

    fn call_method(self: &Arc<Self>, _: &mut State<'_, '_>, method: &str, args: &[Value]) -> Result<Value, Error> {
        let (positional, kwargs): (&[Value], Kwargs) = from_args(args)?;
        let relation = match method {
            "render" => return Ok(Value::from(self.to_string())),
            "render_hive" => return Ok(Value::from(self.render_hive())),
            "render_pure" => return Ok(Value::from(self.render_pure())),
            "matches" => return self.matches(&kwargs).map(Value::from),
            "quoted" => {
                return Ok(Value::from(format!("\"{}\"", positional.first().map(values::text).unwrap_or_default())));
            }
            "information_schema" => {
                let catalogue = Self { schema: None, identifier: None, ..(**self).clone() };
                let view = positional.first().map(|view| format!(".{}", values::text(view))).unwrap_or_default();
                return Ok(Value::from(format!("{catalogue}.INFORMATION_SCHEMA{view}")));
            }
            "replace_path" => self.replace_path(&kwargs)?,
            "quote" => self.requoted(&kwargs)?,
            "include" => self.include(&kwargs)?,
            "incorporate" => self.incorporate(&kwargs)?,
            "get" => {
                let (key, default): (String, Option<Value>) = from_args(args)?;
                return Ok(self.get_value_by_str(&key).or(default).unwrap_or_else(|| Value::from(())));
            }
            "without_identifier" => self.with("identifier", None),
            _ => return Err(Error::from(ErrorKind::UnknownMethod)),
        };
        kwargs.assert_all_used()?;
        Ok(Value::from_object(relation))
    }

    fn custom_cmp(self: &Arc<Self>, other: &DynObject) -> Option<std::cmp::Ordering> {
        other.downcast_ref::<Self>().map(|other| self.as_ref().cmp(other))
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}
