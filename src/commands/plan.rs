//! `cadet plan`: everything that `cadet deploy` would do at most, without a warehouse. And a deploy that is held to that.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::Path;

use super::Verdict;
use super::changes::PullRequest;
use super::deploy;
use super::invocation::{Invocation, LOCAL};
use super::warehouse::{SettingsOf, Warehouse};
use crate::cli::{DeployArgs, PlanArgs, PlanFormat, SelectArgs};
use crate::engine::athena::place::{Destination, Layout, Misplaced};
use crate::engine::athena::{self, Aim};
use crate::error::Error;
use crate::plan::effect::Effect;
use crate::plan::saved::{Allowed, Moved, Origin, Saved, sum};
use crate::plan::{Plan, Reason, Step, name_of};
use crate::project::{Node, Project, ResourceType};
use crate::report;
use crate::report::artefacts;
use crate::source::FileKind;

/// The most bytes of a plan's file that are read: what is larger was not written by `cadet plan`.
const LARGEST: u64 = 64 * 1024 * 1024;

/// What was asked for.
struct Asked<'a> {
    invocation: &'a Invocation,
    reasons: &'a BTreeMap<String, Reason>,
    /// None on the embedded engine.
    aim: Option<&'a Aim>,
    select: &'a SelectArgs,
    full_refresh: bool,
}

pub(super) fn run(invocation: &Invocation, args: &PlanArgs) -> Result<Verdict, Error> {
    // The project is read as the deploy will read it: templates can ask which command runs.
    let run = invocation.run("deploy", args.full_refresh);
    let mut request = PullRequest::read(invocation, &args.base, &run)?;
    let reasons = deploy::reasons(invocation, &request, &args.select)?;
    let policy = request.policy.clone();
    let aim = invocation.aim(&mut request.head, SettingsOf::Base(&policy))?;
    let asked = Asked {
        invocation,
        reasons: &reasons,
        aim: aim.as_ref(),
        select: &args.select,
        full_refresh: args.full_refresh,
    };
    let saved = asked.plan(&request);
    if let Some(file) = &args.out {
        write(file, &saved.text())?;
    }
    match args.format {
        PlanFormat::Json => invocation.out.json(saved.text().trim_end()),
        PlanFormat::Human => {
            report::plan::show(&saved, (&request.head_name, &request.base_name), &invocation.out);
            if let Some(file) = &args.out {
                let file = report::text::clean_path(&file.display().to_string());
                invocation.out.info(&format!(
                    "It is in {file}. `cadet deploy --plan {file}`, with these flags, does that and no more."
                ));
            }
        }
    }
    Ok(Verdict::Good)
}

/// The plan that a deploy is held to, once it was compared with what holds now; nothing when none was named.
///
/// # Errors
/// When it cannot be read, or anything has moved since it was made.
pub(super) fn agreed(
    invocation: &Invocation,
    args: &DeployArgs,
    request: &PullRequest,
    (reasons, warehouse): (&BTreeMap<String, Reason>, &Warehouse),
) -> Result<Option<Saved>, Error> {
    let Some(file) = &args.plan else { return Ok(None) };
    let saved = Saved::read(&file.display().to_string(), &read(file)?)?;
    let asked = Asked {
        invocation,
        reasons,
        aim: warehouse.aim.as_ref(),
        select: &args.select,
        full_refresh: args.run.full_refresh,
    };
    saved.compare(&asked.plan(request))?;
    Ok(Some(saved))
}

/// Holds what is really to be done against the plan: what was missing is known by now.
///
/// # Errors
/// When something is not in the plan, or not at that place, or not by that kind of statement.
pub(super) fn hold(
    saved: &Saved,
    (head, plan): (&Project, &Plan),
    warehouse: &Warehouse,
    full_refresh: bool,
) -> Result<(), Moved> {
    let aim = warehouse.aim.as_ref();
    let steps: Vec<Allowed> = plan.steps.iter().map(|step| allowed(head, step, aim, full_refresh)).collect();
    saved.allows(&steps)
}

impl Asked<'_> {
    /// Everything that changed and is downstream of it, and with it whatever that reads: the target may lack it.
    fn plan(&self, request: &PullRequest) -> Saved {
        let head = &request.head;
        let certain = Plan::complete(head, self.reasons.clone(), |_| None);
        let whole = Plan::complete(head, self.reasons.clone(), |_| Some(Reason::Missing));
        let blocked = request.blocked(&certain);
        let is_certain: HashMap<&str, &Step> = certain.steps.iter().map(|step| (step.id.as_str(), step)).collect();
        let steps = whole.steps.iter().filter(|step| self.aim.is_none() || !head.sources.contains_key(&step.id));
        let steps = steps.map(|step| {
            let known = is_certain.get(step.id.as_str()).copied();
            let step = allowed(head, known.unwrap_or(step), self.aim, self.full_refresh);
            let refused = step.refused.or_else(|| blocked.get(&step.unique_id).cloned());
            Allowed { only_if_missing: known.is_none(), refused, ..step }
        });
        Saved::new(self.origin(request), steps.collect(), request.removed())
    }

    fn origin(&self, request: &PullRequest) -> Origin {
        Origin {
            cadet: env!("CARGO_PKG_VERSION").to_owned(),
            // Without a target that is named, tables go to the embedded engine, whatever they are called.
            target: self.aim.map_or(LOCAL, |_| &request.head.target.name).to_owned(),
            commit: request.comparison.head.to_string(),
            base: request.comparison.merge_base.to_string(),
            files: files(&request.head),
            settings: self.settings(request),
            options: self.options(),
        }
    }

    /// A sum of what decides besides the files: `cadet.yaml` of the base, and what this call was given.
    fn settings(&self, request: &PullRequest) -> String {
        let (global, env) = (&self.invocation.global, &self.invocation.env);
        let file = request.base_tree.find(crate::settings::FILE).map(|file| file.bytes.to_vec()).unwrap_or_default();
        let target = &request.head.target;
        let number = env.pull_request().map_or_else(String::new, |number| number.to_string());
        let variables: BTreeMap<String, String> = env.allowed(&request.policy).into_iter().collect();
        let mut parts = vec![file, global.vars.clone().unwrap_or_default().into_bytes()];
        let names = [&target.profile_name, &target.name, &target.kind, &target.database, &target.schema, &number];
        parts.extend(names.map(|name| name.clone().into_bytes()));
        parts.extend(variables.into_iter().flat_map(|(name, value)| [name.into_bytes(), value.into_bytes()]));
        sum(parts.iter().map(Vec::as_slice))
    }

    /// The flags that decide what is built, as they are typed.
    fn options(&self) -> Vec<String> {
        let (select, how) = (&self.select.select, &self.select.how);
        let list = |flag: &str, words: &[String]| (!words.is_empty()).then(|| format!("{flag} {}", words.join(" ")));
        let options = [
            self.full_refresh.then(|| "--full-refresh".to_owned()),
            list("--select", select),
            list("--exclude", &how.exclude),
            how.selector.as_ref().map(|name| format!("--selector {name}")),
        ];
        options.into_iter().flatten().collect()
    }
}

/// A sum of every file that the project is read from.
fn files(head: &Project) -> String {
    let is_part = |kind: &FileKind, bytes: &[u8]| *kind != FileKind::Regular || !bytes.is_empty();
    let files = head.tree.iter().filter(|file| is_part(&file.kind, &file.bytes));
    sum(files.flat_map(|file| [file.path.as_bytes(), &*file.bytes]))
}

/// What a step does, and where.
fn allowed(head: &Project, step: &Step, aim: Option<&Aim>, full_refresh: bool) -> Allowed {
    let is_source = head.sources.contains_key(&step.id);
    let node = head.node(&step.id).filter(|_| !is_source);
    let effect = match node {
        Some(node) => Effect::of(node, full_refresh),
        None => Some(Effect::FillSource),
    };
    let built = node.filter(|node| node.has_relation());
    let place = built.and_then(|node| Some(destination(head, node, &aim?.layout).ok()));
    let relation = match (&place, built) {
        (Some(place), _) => place.as_ref().map(|place| format!("{}.{}", place.database, place.table)),
        (None, Some(node)) => Some(format!("{}.{}", node.schema, node.alias)),
        (None, None) => None,
    };
    let is_view = node.is_some_and(|node| node.config_text("store_failures_as") == Some("view"));
    let has_files = !is_view && !matches!(effect, None | Some(Effect::ReplaceView));
    Allowed {
        unique_id: step.id.clone(),
        name: name_of(head, &step.id),
        resource_type: node.map_or("source", |node| node.resource_type.name()).to_owned(),
        statement: effect,
        only_if_missing: false,
        reason: step.reason.to_string(),
        relation,
        location: place.flatten().filter(|_| has_files).map(|place| place.location()),
        refused: node.and_then(|node| refused(node, aim)),
    }
}

/// Where a node's table goes; of a test, the rows that break it.
fn destination(head: &Project, node: &Node, layout: &Layout) -> Result<Destination, Misplaced> {
    match node.resource_type {
        ResourceType::Test => Destination::of_failures(node, head.tested(node), layout),
        _ => Destination::of(node, layout),
    }
}

fn refused(node: &Node, aim: Option<&Aim>) -> Option<String> {
    let here = aim.and_then(|aim| athena::refuses(node, aim)).map(|refused| refused.message);
    here.or_else(|| node.is_python.then(|| "cadet does not build models in Python: it runs no Python".to_owned()))
}

/// Writes the file, never through a link: in a workflow the folder holds a stranger's files.
fn write(file: &Path, text: &str) -> Result<(), Error> {
    if fs::symlink_metadata(file).is_ok_and(|found| found.is_symlink()) {
        return Err(Error::usage(
            format!("{} is a symbolic link, and cadet does not write through links", file.display()),
            "name another file with --out",
        ));
    }
    artefacts::write(file, text.as_bytes())
}

fn read(file: &Path) -> Result<String, Error> {
    let failed = |source| Error::File { action: "read", path: file.to_owned(), source };
    if fs::metadata(file).map_err(failed)?.len() > LARGEST {
        let (file, reason) = (file.display().to_string(), "it is too large".to_owned());
        return Err(Error::Plan(Moved::Unread { file, reason }));
    }
    fs::read_to_string(file).map_err(failed)
}
