//! A node in, rows of it out. Nothing is written.

use std::sync::Arc;

use super::build::{Builder, Built};
use crate::compile::Compiled;
use crate::engine::{EngineError, Rows};
use crate::finding::{Finding, Level};
use crate::project::{Node, ResourceType};

impl Builder<'_> {
    /// The rows that a model's, a test's or a query's SQL gives here, or those of a seed; at most `limit` of them.
    ///
    /// # Errors
    /// What became of it instead: an error with its place, or that the engine cannot run it.
    pub fn rows(&self, node: &Arc<Node>, limit: Option<usize>) -> Result<Rows, Box<Built>> {
        if node.resource_type == ResourceType::Seed {
            return self.seed_rows(node, limit);
        }
        let is_incremental = node.materialized() == "incremental" && !self.full_refresh;
        let found = if is_incremental { self.is_table(node) } else { Ok(false) };
        let incremental = found.map_err(|error| Box::new(self.refused(node, &Compiled::default(), &error)))?;
        let compiled = self.compiled(node, incremental)?;
        if let Some(refused) = self.unsafe_sql(node, &compiled, &compiled.sql) {
            return Err(Box::new(refused));
        }
        let rows = self.engine.rows(compiled.sql.trim(), limit);
        rows.map_err(|error| Box::new(self.refused(node, &compiled, &error)))
    }

    /// A seed is read from its file: what stands in the warehouse may be of an older one.
    fn seed_rows(&self, node: &Arc<Node>, limit: Option<usize>) -> Result<Rows, Box<Built>> {
        self.load_seed(self.bench.engine(), node)?;
        let rows = self.bench.engine().rows(&format!("select * from {}", node.relation), limit);
        rows.map_err(|error: EngineError| Box::new(self.refused(node, &Compiled::default(), &error)))
    }

    /// What is said of a kind of node that has no rows.
    pub fn not_shown(node: &Node) -> Finding {
        let message = format!("the {} `{}` has no rows to show", node.resource_type, node.name);
        Finding::new("deploy/build", Level::Error, message, node.place.clone())
            .help("show a model, a seed, a test or an analysis, or a query with --inline")
    }
}
