//! The hooks of a node in, run out: statements of the project's own, where the settings allow them.

use std::sync::Arc;

use serde_json::Value;

use super::build::{BUILD, Builder, Built};
use crate::engine::EngineError;
use crate::finding::{Finding, Level};
use crate::project::Node;

/// When a hook is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum When {
    Before,
    After,
}

impl Builder<'_> {
    /// Runs the hooks of a node that come then, in their order, each once. Where the engine runs none, nothing is done.
    pub(super) fn hooks(&self, node: &Arc<Node>, when: When, incremental: bool) -> Result<(), Box<Built>> {
        let key = if when == When::Before { "pre-hook" } else { "post-hook" };
        let hooks = node.config.get(key).and_then(Value::as_array);
        for hook in hooks.into_iter().flatten().filter(|_| self.engine.runs_hooks()) {
            let text = hook.get("sql").and_then(Value::as_str).unwrap_or_default();
            // Nothing of the models that the node reads is written into a hook.
            let own = Node { raw: text.trim().into(), raw_start: 0, refs: Vec::new(), ..Node::clone(node) };
            let compiled = self.compiled(&Arc::new(own), incremental)?;
            let statement = compiled.sql.trim().trim_end_matches(';').trim_end();
            if statement.is_empty() {
                continue;
            }
            self.engine.run_hook(statement).map_err(|error| failed(node, (key, when), &error))?;
        }
        Ok(())
    }
}

fn failed(node: &Node, (key, when): (&str, When), error: &EngineError) -> Box<Built> {
    if *error == EngineError::Interrupted {
        return Box::new(Built::interrupted());
    }
    let message = format!("a `{key}` failed: {error}");
    let finding = Finding::new(BUILD, Level::Error, message, node.place.clone());
    Box::new(Built::failed(finding.help(match when {
        When::Before => "the table that was there is untouched; a hook is run once and never again by itself",
        When::After => "the table is built and readers have it; a hook is run once and never again by itself",
    })))
}
