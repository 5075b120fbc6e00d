//! A snapshot in, its history brought up to date out.

use super::build::{BUILD, Builder, Built, rows_words};
use crate::compile::Compiled;
use crate::engine::snapshot::{Known, Snapshot};
use crate::engine::{EngineError, Stored};
use crate::finding::{Finding, Level};
use crate::project::Node;

impl Builder<'_> {
    /// Begins the history of a snapshot, or goes on with it.
    pub(super) fn snapshot(&self, node: &Node, compiled: &Compiled) -> Built {
        if let Some(refused) = self.unsafe_sql(node, compiled, &compiled.sql) {
            return refused;
        }
        let snapshot = match Snapshot::of(node) {
            Ok(snapshot) => snapshot,
            Err((what, help)) => return wrong(node, format!("{what} cannot be built"), help),
        };
        let query = compiled.sql.trim();
        // What cannot be looked up is not taken to be missing: its history would begin again.
        let (sql, written) = match self.engine.find(&node.relation) {
            Err(error) => return self.refused(node, compiled, &error),
            Ok(None) => {
                let first = snapshot.first(query);
                let written = self.engine.replace_table(&self.write(self.engine, node), &first);
                (first, written)
            }
            Ok(Some(found)) if found.stored == Stored::View => {
                let message = format!("a view stands where the history of `{}` is to be", node.name);
                return wrong(node, message, "drop the view, or give the snapshot another name");
            }
            Ok(Some(_)) => match self.renewed(node, compiled, &snapshot) {
                Ok(done) => done,
                Err(built) => return *built,
            },
        };
        let built = match written {
            Ok(rows) => Built::done(rows_words(rows), rows),
            Err(error) => self.refused(node, compiled, &placed(error, &sql, query)),
        };
        Built { ran: Some(sql), ..built }
    }

    /// Goes on with a history. Returns the query that makes the whole of it, and how many rows were written.
    fn renewed(
        &self,
        node: &Node,
        compiled: &Compiled,
        snapshot: &Snapshot,
    ) -> Result<(String, Result<u64, EngineError>), Box<Built>> {
        let unread = |message: String| {
            let finding = Finding::new(BUILD, Level::Error, message, node.place.clone());
            Box::new(Built::failed(finding))
        };
        let reader = self.engine.reader().map_err(|error| unread(error.to_string()))?;
        let known = reader.columns(&node.relation).map_err(unread)?;
        let known: Vec<Known> = known.into_iter().map(|column| (column.name.clone(), column.data_type())).collect();
        let query = compiled.sql.trim();
        let given = self.engine.rows(query, Some(0)).map_err(|error| Box::new(self.refused(node, compiled, &error)))?;
        let given: Vec<String> = given.columns.into_iter().map(|column| column.name.to_lowercase()).collect();
        let target = node.relation.to_string();
        let renewal = snapshot.next(query, (&target, &known), &given).map_err(|missing| {
            let message =
                format!("{target} is no history of a snapshot: it has no column `{}`", missing.join("`, no `"));
            Box::new(wrong(
                node,
                message,
                "rename the table that is there; or say how its columns are called under `snapshot_meta_column_names`",
            ))
        })?;
        let rows = self.engine.renew(&self.write(self.engine, node), &renewal);
        Ok((renewal.whole, rows))
    }
}

fn wrong(node: &Node, message: String, help: &str) -> Built {
    Built::failed(Finding::new(BUILD, Level::Error, message, node.place.clone()).help(help))
}

/// The error with its place in the author's query, which stands inside of the statement.
fn placed(error: EngineError, sql: &str, query: &str) -> EngineError {
    match error {
        EngineError::Query { message, offset, help } => {
            let before = sql.find(query).unwrap_or_default();
            let offset = offset.and_then(|offset| offset.checked_sub(before)).filter(|offset| *offset < query.len());
            EngineError::Query { message, offset, help }
        }
        other => other,
    }
}
