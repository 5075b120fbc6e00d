//! What is known of a table before its query: its name, its place, how it is stored, and what it must be like.

use serde_json::Value;

use super::TypedColumn;
use super::athena::place::Destination;
use crate::jinja::relation::Relation;
use crate::project::Node;

/// A table or view that is to be written.
#[derive(Debug, Clone)]
pub struct Write<'a> {
    pub relation: &'a Relation,
    /// Its place on Athena; the embedded engine needs none.
    pub destination: Option<Destination>,
    /// What it is built from, left on it so that a later run knows.
    pub mark: Option<&'a str>,
    pub contract: Option<Vec<TypedColumn>>,
    /// What its configs say of how it is stored; nothing where there is no node.
    pub node: Option<&'a Node>,
}

/// How rows are added to a table that is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strategy {
    Append,
    InsertOverwrite,
    Merge,
}

/// What `persist_docs` puts into the catalogue.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Documented {
    pub table: Option<String>,
    /// By the name of the column, in small letters.
    pub columns: Vec<(String, String)>,
}

impl<'a> Write<'a> {
    /// A table of which nothing but the name matters.
    pub fn plain(relation: &'a Relation) -> Self {
        Self { relation, destination: None, mark: None, contract: None, node: None }
    }

    /// A config that is text, in small letters.
    pub fn text(&self, key: &str) -> Option<String> {
        self.node?.config_text(key).map(|text| text.trim().to_lowercase()).filter(|text| !text.is_empty())
    }

    /// A config that is a name or a list of names.
    pub fn names(&self, key: &str) -> Vec<String> {
        match self.node.and_then(|node| node.config.get(key)) {
            Some(Value::String(name)) => vec![name.to_lowercase()],
            Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).map(str::to_lowercase).collect(),
            _ => Vec::new(),
        }
    }

    /// A config that is a number.
    pub fn number(&self, key: &str) -> Option<u64> {
        self.node?.config.get(key)?.as_u64()
    }

    /// Whether the table is Iceberg's.
    pub fn is_iceberg(&self) -> bool {
        self.text("table_type").as_deref() == Some("iceberg")
    }

    /// How rows are added: `incremental_strategy`, or what dbt-athena takes without one.
    ///
    /// # Errors
    /// The strategy's name, when there is no such strategy.
    pub fn strategy(&self) -> Result<Strategy, String> {
        match self.text("incremental_strategy").as_deref() {
            Some("append") => Ok(Strategy::Append),
            None | Some("insert_overwrite") => Ok(Strategy::InsertOverwrite),
            Some("merge") => Ok(Strategy::Merge),
            Some(other) => Err(other.to_owned()),
        }
    }

    /// The descriptions that go into the catalogue: those that `persist_docs` asks for.
    pub fn documented(&self) -> Documented {
        let Some(node) = self.node else { return Documented::default() };
        let asks = |what: &str| {
            node.config.get("persist_docs").and_then(|docs| docs.get(what)).and_then(Value::as_bool).unwrap_or(false)
        };
        let columns = node.columns.values().filter(|column| !column.description.is_empty());
        Documented {
            table: asks("relation").then(|| cut(node.description.trim(), 2048)),
            columns: match asks("columns") {
                true => columns.map(|column| (column.name.to_lowercase(), line(&column.description))).collect(),
                false => Vec::new(),
            },
        }
    }
}

/// The beginning of a text: as many bytes as the catalogue takes. Behaviour: `TableInput` and `Column` in Glue's API.
fn cut(text: &str, most: usize) -> String {
    text[..text.floor_char_boundary(most)].to_owned()
}

/// A text in one line, which a column's comment has to be.
fn line(text: &str) -> String {
    let words: Vec<&str> =
        text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|it| !it.is_empty()).collect();
    cut(&words.join(" "), 255)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_is_one_line_that_the_catalogue_takes() {
        assert_eq!(line(" When it\n  happened,\r\n\tin UTC. "), "When it happened, in UTC.");
        assert_eq!(line(&"é".repeat(200)).len(), 254);
    }
}
