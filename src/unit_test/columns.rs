//! A relation in, its columns with their types out: from the warehouse when what stands there is of these files, else from
//! what the project says and what its SQL makes of that. A type that is nowhere known is not guessed.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::text::Form;
use crate::compile::{self, sql};
use crate::engine::duckdb::DuckDb;
use crate::engine::{Engine, EngineError, Load, Rows, TypedColumn, Write};
use crate::finding::Place;
use crate::jinja::relation::Relation;
use crate::parse::csv::Table;
use crate::project::{Node, Project, ResourceType};

/// A column and its type, in the words of DuckDB and of Athena.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    pub name: String,
    native: String,
    pub athena: String,
}

impl Column {
    /// The columns of a query.
    pub fn all(rows: Rows) -> Vec<Self> {
        let columns = rows.columns.into_iter().zip(rows.native);
        columns.map(|(column, native)| Self { name: column.name, athena: column.data_type, native }).collect()
    }

    /// The name as dbt reads it from the warehouse: Glue knows no capital letters.
    pub fn named(&self, form: Form) -> String {
        match form {
            Form::DuckDb => self.name.clone(),
            Form::Athena => self.name.to_lowercase(),
        }
    }

    /// The type as dbt reads it from the warehouse and writes it into a unit test.
    pub fn written(&self, form: Form) -> String {
        match (form, self.native.as_str()) {
            (Form::DuckDb, "VARCHAR") => "character varying(256)".to_owned(),
            (Form::DuckDb, "\"NULL\"") => "INTEGER".to_owned(),
            (Form::DuckDb, native) => native.to_owned(),
            (Form::Athena, _) => hive_words(&self.athena),
        }
    }
}

/// Glue writes `int`, where Trino says `integer`.
fn hive_words(athena: &str) -> String {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut out = String::with_capacity(athena.len());
    for (at, part) in athena.split_inclusive(|c: char| !is_word(c)).enumerate() {
        let word = part.trim_end_matches(|c: char| !is_word(c));
        let is_type = at == 0 || out.ends_with([' ', '(', ',']);
        out.push_str(if word == "integer" && is_type { "int" } else { word });
        out.push_str(&part[word.len()..]);
    }
    out
}

/// Why the types of a relation's columns are not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Untyped {
    pub message: String,
    pub help: String,
    /// Where the columns are described, or should be.
    pub place: Place,
}

/// The warehouse, and the mark of what each of its tables is to be built from.
#[derive(Clone, Copy)]
pub struct Warehouse<'a> {
    pub engine: &'a dyn Engine,
    pub marks: &'a HashMap<String, String>,
}

type Known = Result<Arc<Vec<Column>>, Untyped>;

/// What is known of the relations of a project, and an engine in memory with an empty table for each of them.
pub struct Relations<'a> {
    project: &'a Project,
    warehouse: Option<Warehouse<'a>>,
    pub engine: DuckDb,
    known: Mutex<HashMap<String, Known>>,
}

impl<'a> Relations<'a> {
    /// Opens an engine in memory.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn new(project: &'a Project, warehouse: Option<Warehouse<'a>>) -> Result<Self, EngineError> {
        let engine = DuckDb::open(std::path::Path::new(":memory:"), &project.target.database)?;
        Ok(Self { project, warehouse, engine, known: Mutex::default() })
    }

    /// The columns of a node or source.
    ///
    /// # Errors
    /// When the type of one of them is not known.
    pub fn columns(&self, node: &Arc<Node>) -> Known {
        self.learn(&mut self.known.lock().unwrap_or_else(PoisonError::into_inner), node)
    }

    fn learn(&self, known: &mut HashMap<String, Known>, node: &Arc<Node>) -> Known {
        if let Some(known) = known.get(&node.unique_id) {
            return known.clone();
        }
        // Should the models form a circle, this is what is known.
        known.insert(node.unique_id.clone(), Err(untyped(node, "it depends on itself")));
        let found = self.find(known, node).and_then(|columns| {
            if !node.is_ephemeral() {
                self.create(&node.relation, &columns).map_err(|error| untyped(node, &error.to_string()))?;
            }
            Ok(Arc::new(columns))
        });
        known.insert(node.unique_id.clone(), found.clone());
        found
    }

    fn find(&self, known: &mut HashMap<String, Known>, node: &Arc<Node>) -> Result<Vec<Column>, Untyped> {
        let is_source = node.resource_type == ResourceType::Source;
        if let Some(columns) = self.built(node, !is_source) {
            return Ok(columns);
        }
        if node.resource_type == ResourceType::Seed {
            let table = self.project.seed_table(node).map_err(|problem| untyped(node, &problem.message))?;
            let columns = table.header.iter().zip(self.project.seed_types(node, &table));
            let typed = columns.map(|(name, data_type)| TypedColumn { name: name.clone(), data_type });
            return self.typed(node, typed.collect());
        }
        if is_source || node.has_contract() || node.is_python || node.resource_type == ResourceType::Snapshot {
            return self.described(node).or_else(|untyped| self.built(node, false).ok_or(untyped));
        }
        let derived = self.derived(known, node);
        derived.or_else(|untyped| self.described(node).ok().or_else(|| self.built(node, false)).ok_or(untyped))
    }

    /// What the warehouse has; `fresh` asks for what is built from these files.
    fn built(&self, node: &Node, fresh: bool) -> Option<Vec<Column>> {
        let warehouse = self.warehouse.filter(|_| !node.is_ephemeral())?;
        let found = warehouse.engine.find(&node.relation).ok().flatten()?;
        let is_fresh = found.mark.is_some() && found.mark.as_ref() == warehouse.marks.get(&node.unique_id);
        let rows = || warehouse.engine.rows(&format!("select * from {}", node.relation), Some(0)).ok();
        (is_fresh || !fresh).then(rows).flatten().map(Column::all)
    }

    /// What the property file says, when it gives every column a type.
    fn described(&self, node: &Node) -> Result<Vec<Column>, Untyped> {
        let without: Vec<String> = node
            .columns
            .values()
            .filter(|column| column.data_type.is_none())
            .map(|column| format!("`{}`", column.name))
            .collect();
        if node.columns.is_empty() {
            return Err(untyped(node, "its property file describes no columns"));
        }
        if !without.is_empty() {
            let have = if without.len() == 1 { "has" } else { "have" };
            return Err(untyped(node, &format!("{} {have} no `data_type`", without.join(", "))));
        }
        let typed = |column: &crate::project::node::Column| TypedColumn {
            name: column.name.clone(),
            data_type: column.data_type.clone().unwrap_or_default(),
        };
        self.typed(node, node.columns.values().map(typed).collect())
    }

    fn typed(&self, node: &Node, columns: Vec<TypedColumn>) -> Result<Vec<Column>, Untyped> {
        let failed = |error: EngineError| untyped(node, &error.to_string());
        let empty = empty(&columns);
        self.engine.load(&Write::plain(&node.relation), &Load { table: &empty, columns }).map_err(failed)?;
        self.engine.rows(&format!("select * from {}", node.relation), Some(0)).map(Column::all).map_err(failed)
    }

    /// What the model's SQL makes of empty tables with the columns of what it reads.
    fn derived(&self, known: &mut HashMap<String, Known>, node: &Arc<Node>) -> Result<Vec<Column>, Untyped> {
        self.prepare(known, node)?;
        let compiled =
            compile::node_sql(self.project, node, false).map_err(|problem| untyped(node, &problem.message))?;
        if compiled.asks_warehouse {
            return Err(untyped(node, "its template asks the warehouse, which a unit test does not have"));
        }
        if let Err(problem) = sql::check(&compiled.sql)
            && !problem.is_unread
        {
            return Err(untyped(node, &problem.message));
        }
        let rows = self.engine.rows(compiled.sql.trim(), Some(0)).map_err(|error| untyped(node, &error.to_string()))?;
        Ok(Column::all(rows))
    }

    /// Makes an empty table of everything that a model reads; what it reads through ephemeral models too.
    fn prepare(&self, known: &mut HashMap<String, Known>, node: &Node) -> Result<(), Untyped> {
        for parent in node.depends_on.iter().filter_map(|id| self.project.node(id)) {
            match parent.is_ephemeral() {
                true => self.prepare(known, parent)?,
                false => drop(self.learn(known, parent)?),
            }
        }
        Ok(())
    }

    fn create(&self, relation: &Relation, columns: &[Column]) -> Result<(), EngineError> {
        let typed = |column: &Column| TypedColumn { name: column.name.clone(), data_type: column.athena.clone() };
        let columns: Vec<TypedColumn> = columns.iter().map(typed).collect();
        self.engine.load(&Write::plain(relation), &Load { table: &empty(&columns), columns }).map(drop)
    }
}

fn empty(columns: &[TypedColumn]) -> Table {
    Table { header: columns.iter().map(|column| column.name.clone()).collect(), rows: Vec::new() }
}

fn untyped(node: &Node, why: &str) -> Untyped {
    let what = if node.resource_type == ResourceType::Source { "source" } else { node.resource_type.name() };
    let place = node.patch.clone().unwrap_or_else(|| node.place.clone());
    Untyped {
        message: format!("the types of the columns of the {what} `{}` are not known: {why}", node.display_name()),
        help: "give every column a `data_type:` in its property file, or write the rows with `format: sql`".to_owned(),
        place,
    }
}

#[cfg(test)]
mod tests {
    use super::hive_words;

    #[test]
    fn whole_numbers_are_named_as_in_glue() {
        assert_eq!(hive_words("integer"), "int");
        assert_eq!(hive_words("row(a integer, integer_b array(integer))"), "row(a int, integer_b array(int))");
        assert_eq!(hive_words("decimal(10,2)"), "decimal(10,2)");
    }
}
