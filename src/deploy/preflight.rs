//! A plan and an engine in, what cannot be built there out, before anything is changed.

use std::collections::{HashMap, HashSet};

use crate::engine::Engine;
use crate::finding::{Finding, Level};
use crate::plan::Plan;
use crate::project::{Node, Project, ResourceType};

/// The rules under which it is told.
const RULE: &str = "deploy/destination";
const HOOKS: &str = "deploy/hooks";

/// The rule that tells of a config's word that dbt does not have.
const MISSPELT: &str = "config/unknown-value";

/// What the engine cannot build.
#[derive(Debug, Default)]
pub struct Preflight {
    pub findings: Vec<Finding>,
    /// The nodes by unique id, each with the reason in words.
    pub blocked: HashMap<String, String>,
}

/// Asks the engine of every node of the plan whether it can build it. A word that `told` says dbt does not have either is
/// not told again.
pub fn preflight(project: &Project, plan: &Plan, engine: &dyn Engine, told: &[Finding]) -> Preflight {
    let mut found = Preflight::default();
    let misspelt: HashSet<&str> =
        told.iter().filter(|finding| finding.rule == MISSPELT).map(|finding| finding.place.path.as_str()).collect();
    let is_told = |node: &Node| {
        let described = node.patch.as_ref().map(|place| place.path.as_str());
        described.into_iter().chain([node.file.as_str()]).any(|path| misspelt.contains(path))
    };
    let nodes = plan.steps.iter().filter_map(|step| project.nodes.get(&step.id));
    for (node, refused) in nodes.filter_map(|node| Some((node, engine.refuses(node)?))) {
        found.blocked.insert(node.unique_id.clone(), format!("not built: {}", refused.message));
        if is_told(node) {
            continue;
        }
        let finding = Finding::new(RULE, Level::Error, refused.message, node.place.clone());
        found.findings.push(finding.help(refused.help));
    }
    found.findings.extend(left_out(project, plan));
    found
}

/// That the statements before and after a whole run are not run.
fn left_out(project: &Project, plan: &Plan) -> Option<Finding> {
    let operation = project.nodes.values().find(|node| node.resource_type == ResourceType::Operation)?;
    let message = "`on-run-start` and `on-run-end` are not run: cadet makes its own statements";
    let finding = Finding::new(HOOKS, Level::Warning, message, operation.place.clone());
    let help = "run what they do by hand if it is needed; a `pre_hook` or `post_hook` of a model can be allowed, see docs/athena.md";
    (!plan.steps.is_empty()).then(|| finding.help(help))
}
