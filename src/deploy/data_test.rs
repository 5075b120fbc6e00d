//! A data test in, what it found out. The rows that break it are kept where its configs say so.

use super::build::{Builder, Built, rows_words};
use super::outcome::Status;
use crate::compile::Compiled;
use crate::engine::{EngineError, Write};
use crate::finding::{Finding, Level};
use crate::jinja::relation::Relation;
use crate::project::Node;

/// The rule under which a failed test is shown on its file.
const TEST: &str = "deploy/data-test";

/// Where the rows that break a test are.
enum Kept {
    Nowhere,
    /// Why not, though they are to be.
    Not(String),
    There(Relation),
}

impl Builder<'_> {
    /// The name of a table that a test needs and the engine does not have.
    fn missing_parent(&self, test: &Node) -> Option<String> {
        let is_missing =
            |node: &&std::sync::Arc<Node>| node.has_relation() && matches!(self.engine.find(&node.relation), Ok(None));
        let mut parents = test.depends_on.iter().filter_map(|id| self.project.nodes.get(id));
        parents.find(is_missing).map(|node| node.display_name())
    }

    /// The query as dbt wraps a test: `dbt.get_test_sql`.
    pub(super) fn test(&self, node: &Node, compiled: &Compiled) -> Built {
        if let Some(missing) = self.missing_parent(node) {
            let message = format!("{missing} has not been built here");
            return Built { status: Some(Status::NotRun), message, ..Built::default() };
        }
        let text = |key: &str, usual: &str| node.config_text(key).unwrap_or(usual).to_owned();
        let limit = node
            .config
            .get("limit")
            .and_then(|limit| limit.as_u64())
            .map_or_else(String::new, |limit| format!("\nlimit {limit}"));
        let wrapped = |rows: &str| {
            let (calc, warn_if, error_if) =
                (text("fail_calc", "count(*)"), text("warn_if", "!= 0"), text("error_if", "!= 0"));
            format!(
                "select {calc} as failures, {calc} {warn_if} as should_warn, {calc} {error_if} as should_error\nfrom (\n{rows}\n) dbt_internal_test"
            )
        };
        let rows = format!("{}{limit}", compiled.sql.trim());
        let mut query = wrapped(&rows);
        if let Some(refused) = self.unsafe_sql(node, compiled, &query) {
            return refused;
        }
        let kept = match self.keep(node, &rows) {
            Ok(kept) => kept,
            Err(error) => return self.refused(node, compiled, &error),
        };
        if let Kept::There(relation) = &kept {
            query = wrapped(&format!("select * from {relation}"));
        }
        let built = match self.engine.test(&query) {
            Ok(answer) => {
                let only_warns = text("severity", "ERROR").eq_ignore_ascii_case("warn");
                let status = match (answer.fails && !only_warns, answer.warns) {
                    (true, _) => Status::Fail,
                    (false, true) => Status::Warn,
                    (false, false) => Status::Pass,
                };
                tested(node, status, answer.failures, &kept)
            }
            Err(error) => self.refused(node, compiled, &error),
        };
        Built { ran: Some(query), ..built }
    }

    /// Keeps the rows that break a test, in the place of those of its last run, when `store_failures` says so.
    fn keep(&self, test: &Node, rows: &str) -> Result<Kept, EngineError> {
        if !test.has_relation() {
            return Ok(Kept::Nowhere);
        }
        let destination = match self.engine.place_of_failures(test, self.project.tested(test)) {
            Ok(destination) => destination,
            Err(misplaced) => return Ok(Kept::Not(misplaced.message)),
        };
        let relation = match &destination {
            None => test.relation.clone(),
            Some(place) => Relation {
                schema: Some(place.database.clone()),
                identifier: Some(place.table.clone()),
                ..test.relation.clone()
            },
        };
        let write = Write { destination, node: Some(test), ..Write::plain(&relation) };
        match test.config_text("store_failures_as") {
            Some("view") => self.engine.replace_view(&write, rows)?,
            _ => drop(self.engine.replace_table(&write, rows)?),
        }
        Ok(Kept::There(relation))
    }
}

fn tested(node: &Node, status: Status, failures: u64, kept: &Kept) -> Built {
    let verb = if failures == 1 { "breaks" } else { "break" };
    let message =
        if status == Status::Pass { String::new() } else { format!("{} {verb} this test", rows_words(failures)) };
    let finding = match status {
        Status::Fail | Status::Warn => {
            let level = if status == Status::Fail { Level::Error } else { Level::Warning };
            let name = node.test.as_ref().map_or(node.name.as_str(), |test| test.name.as_str());
            let of = node
                .test
                .as_ref()
                .and_then(|test| test.column_name.as_ref())
                .map_or_else(String::new, |column| format!(" on `{column}`"));
            let message = format!("{} {verb} the test `{name}`{of}", rows_words(failures));
            let help = match kept {
                Kept::There(relation) => format!("the rows are kept in {relation}"),
                Kept::Not(why) => {
                    format!("the rows are not kept: {why}; to see them: `cadet show --select {}`", node.name)
                }
                Kept::Nowhere => format!("to see the rows: `cadet show --select {}`", node.name),
            };
            Some(Finding::new(TEST, level, message, node.place.clone()).help(help))
        }
        _ => None,
    };
    Built { status: Some(status), message, count: Some(failures), finding, ..Built::default() }
}
