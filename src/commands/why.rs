//! `cadet why`: why a node is in the change, or why it is not.

use serde_json::{Value, json};

use super::Verdict;
use super::changes::PullRequest;
use super::invocation::Invocation;
use crate::cli::{PlanFormat, WhyArgs};
use crate::error::Error;
use crate::plan::name_of;
use crate::plan::why::{Cause, Why, why};
use crate::project::Project;
use crate::report::counted;
use crate::select::{self, Indirect, Previous, Request};

/// More causes than these are counted, not told one by one.
const MOST_CAUSES: usize = 10;

pub(super) fn run(invocation: &Invocation, args: &WhyArgs) -> Result<Verdict, Error> {
    let run = invocation.run("why", false);
    let request = PullRequest::read(invocation, &args.base, &run)?;
    let words = Request { select: &args.nodes, exclude: &[], selector: None, indirect: Indirect::Empty };
    let spec = select::spec(&request.head, words)?;
    let selection = select::select(&request.head, &spec, &Previous::of_project(request.base()))?;
    if let Some((word, near)) = selection.unmatched.first() {
        let is_gone = request.removed().iter().any(|name| name == word);
        let advice = match near {
            _ if is_gone => format!("it is in {}, and this change removes it", request.base_name),
            Some(near) => format!("did you mean `{near}`?"),
            None => "`cadet ls` lists the nodes".to_owned(),
        };
        return Err(Error::usage(format!("there is no node `{word}`"), advice));
    }
    let changed = request.changed();
    let found: Vec<Why> = selection.ids.iter().map(|id| why(&request.head, &changed, id)).collect();
    match args.format {
        PlanFormat::Human => found.iter().for_each(|why| tell(invocation, &request, why)),
        PlanFormat::Json => {
            let nodes: Vec<Value> = found.iter().map(|why| as_json(&request.head, why)).collect();
            invocation.out.json(&json!({"version": 1, "base": request.base_name, "nodes": nodes}).to_string());
        }
    }
    Ok(Verdict::Good)
}

fn tell(invocation: &Invocation, request: &PullRequest, why: &Why) {
    let out = &invocation.out;
    let (head, base) = (&request.head, &request.base_name);
    let name = name_of(head, &why.id);
    let Some(nearest) = why.causes.first() else {
        out.line(&format!("{name} is not in the change. Compared with {base}, these are the same:"));
        out.line("  its file, its configs, and the SQL that comes of them, macros and variables included");
        if why.upstream > 0 {
            out.line(&format!("  {} upstream of it", counted(why.upstream, "node", "nodes")));
        }
        return;
    };
    let is_own = nearest.id == why.id;
    out.line(&format!("{name} is in the change, compared with {base}:"));
    for cause in why.causes.iter().take(MOST_CAUSES) {
        let file = head.node(&cause.id).map(|node| node.file.as_str()).unwrap_or_default();
        let shown = invocation.paths(&request.folder).shown(file);
        if cause.id == why.id {
            out.line(&format!("  {}  ({shown})", cause.reason));
        } else {
            out.line(&format!("  downstream of {}: {}  ({shown})", name_of(head, &cause.id), cause.reason));
            out.line(&format!("    {}", cause.path.join(" → ")));
        }
    }
    let more = why.causes.len().saturating_sub(MOST_CAUSES);
    if more > 0 {
        out.line(&format!("  and downstream of {} more", counted(more, "changed node", "changed nodes")));
    }
    if !is_own && head.node(&why.id).is_some_and(|node| !node.is_built()) {
        out.line("  it is not built itself");
    }
}

fn as_json(project: &Project, why: &Why) -> Value {
    let cause = |cause: &Cause| {
        json!({
            "unique_id": cause.id,
            "path": project.node(&cause.id).map(|node| node.file.clone()),
            "reason": cause.reason.to_string(),
            "way": cause.path,
        })
    };
    json!({
        "unique_id": why.id,
        "name": name_of(project, &why.id),
        "in_change": !why.causes.is_empty(),
        "upstream": why.upstream,
        "causes": why.causes.iter().map(cause).collect::<Vec<_>>(),
    })
}
