//! Carries out a plan: several steps at once, each after what it needs; what fails takes only its descendants with it.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::build::{Builder, Built};
use super::outcome::{Outcome, Status};
use crate::finding::{Finding, Level, Place};
use crate::guard;
use crate::plan::order::{Waiting, before_their_models, waits_for};
use crate::plan::queue::Queue;
use crate::plan::{Plan, Step, name_of};
use crate::project::graph::Graph;
use crate::project::{Project, ResourceType};
use crate::settings;

/// The rule under which a budget that is used up is told.
const BUDGET: &str = "deploy/budget";

/// How a plan is carried out.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// The most steps at the same time.
    pub threads: usize,
    /// Stop starting steps after the first that fails.
    pub fail_fast: bool,
    /// A failed test holds back what reads the tested table, as `dbt build` does.
    pub tests_gate: bool,
}

/// Told of each step as it begins and ends, from several threads.
pub trait Progress: Sync {
    /// A step begins.
    fn started(&self, name: &str);
    /// A step has ended.
    fn finished(&self, outcome: &Outcome);
}

/// The steps that can still be done, and what became of the others.
struct State<'p> {
    queue: Queue<'p>,
    running: usize,
    /// What failed, with the reason that its descendants are told.
    failed: HashMap<&'p str, String>,
    outcomes: Vec<Outcome>,
    stopped: bool,
}

/// What is to be said of a plan before its first step begins: should nothing more be said, all of them are left to do.
pub fn not_begun(plan: &Plan, project: &Project) -> Vec<Outcome> {
    let began = (jiff::Timestamp::now(), Instant::now());
    let told = |step: &Step| {
        let message = "not begun, or cadet was killed before it could say how this ended".to_owned();
        let built = Built { status: Some(Status::Skipped), message, ..Built::default() };
        outcome(project, step, (name_of(project, &step.id), built), began)
    };
    plan.steps.iter().map(told).collect()
}

fn outcome(
    project: &Project,
    step: &Step,
    (name, built): (String, Built),
    (started, clock): (jiff::Timestamp, Instant),
) -> Outcome {
    let node = project.node(&step.id).filter(|node| !project.sources.contains_key(&node.unique_id));
    let materialized = match node {
        Some(node) if node.resource_type == ResourceType::UnitTest => "unit",
        Some(node) => node.materialized(),
        None => "source",
    };
    Outcome {
        id: step.id.clone(),
        name,
        kind: node.map_or(ResourceType::Source, |node| node.resource_type),
        materialized: materialized.to_owned(),
        status: built.status.unwrap_or(Status::Error),
        message: built.message,
        count: built.count,
        relation: node.filter(|node| node.has_relation()).map(|node| node.relation.to_string()),
        reason: step.reason.to_string(),
        compiled: built.compiled,
        ran: built.ran,
        finding: built.finding,
        spent: built.spent,
        started,
        took: clock.elapsed(),
    }
}

/// Carries out the plan. `blocked` are nodes that may not be built, each with the reason in words.
pub fn run(
    plan: &Plan,
    builder: &Builder<'_>,
    blocked: &HashMap<String, String>,
    options: Options,
    progress: &dyn Progress,
) -> Vec<Outcome> {
    guard::no_return();
    let project = builder.project;
    project.select(plan.steps.iter().map(|step| step.id.as_str()));
    let graph = Graph::new(project);
    let ids: BTreeSet<&str> = plan.steps.iter().map(|step| step.id.as_str()).collect();
    let mut waiting = waits_for(project, &graph, &ids);
    if options.tests_gate {
        gate(project, &graph, &mut waiting);
        before_their_models(project, &graph, &mut waiting);
    }
    // What is not built anyway waits for nothing, so that a circle does not wait for itself.
    for (id, parents) in &mut waiting {
        if blocked.contains_key(*id) {
            parents.clear();
        }
    }
    let queue = Queue::new(plan.steps.iter().map(|step| step.id.as_str()), waiting);
    let state = State { queue, running: 0, failed: HashMap::new(), outcomes: Vec::new(), stopped: false };
    let shared = (Mutex::new(state), Condvar::new());
    let place: HashMap<&str, usize> = plan.steps.iter().enumerate().map(|(at, step)| (step.id.as_str(), at)).collect();
    let worker = Worker { plan, place: &place, builder, blocked, options, progress, shared: &shared };
    std::thread::scope(|scope| {
        for _ in 0..options.threads.clamp(1, plan.steps.len().max(1)) {
            scope.spawn(|| worker.work());
        }
    });
    let state = shared.0.into_inner().unwrap_or_else(PoisonError::into_inner);
    let mut outcomes = state.outcomes;
    outcomes.sort_by_key(|outcome| place.get(outcome.id.as_str()).copied());
    if let Some(words) = builder.engine.used_up() {
        tell_used_up(&mut outcomes, &words);
    }
    outcomes
}

/// A run that did not do everything since it had read enough has failed, and says so once.
fn tell_used_up(outcomes: &mut [Outcome], words: &str) {
    let is_left = |outcome: &Outcome| outcome.status == Status::Skipped && outcome.message == words;
    let left = outcomes.iter().filter(|outcome| is_left(outcome)).count();
    if let Some(first) = outcomes.iter_mut().find(|outcome| is_left(outcome)) {
        let message = format!("{words}; {left} {} not begun", if left == 1 { "step was" } else { "steps were" });
        let finding = Finding::new(BUDGET, Level::Error, message, Place::file(settings::FILE));
        first.finding = Some(finding.help("go on with a larger `--max-bytes`: `cadet retry` does only what is left"));
    }
}

/// A test comes before everything that reads all of the tables that it tests, as in dbt.
fn gate<'p>(project: &'p Project, graph: &Graph<'p>, waiting: &mut Waiting<'p>) {
    let is_test = |id: &str| project.nodes.get(id).is_some_and(|node| node.resource_type == ResourceType::Test);
    let tests: Vec<&str> = waiting.keys().copied().filter(|id| is_test(id)).collect();
    for test in tests {
        let readers: BTreeSet<&str> = match graph.parents(test) {
            [] => continue,
            [only] => graph.children(only).iter().copied().collect(),
            [first, rest @ ..] => rest.iter().fold(graph.descendants(first, None), |common, parent| {
                common.intersection(&graph.descendants(parent, None)).copied().collect()
            }),
        };
        for reader in readers.into_iter().filter(|id| !is_test(id) && !project.others.contains_key(*id)) {
            if let Some(parents) = waiting.get_mut(reader) {
                parents.insert(test);
            }
        }
    }
}

struct Worker<'a, 'p> {
    plan: &'p Plan,
    /// Where each step stands in the plan.
    place: &'a HashMap<&'p str, usize>,
    builder: &'a Builder<'a>,
    blocked: &'a HashMap<String, String>,
    options: Options,
    progress: &'a dyn Progress,
    shared: &'a (Mutex<State<'p>>, Condvar),
}

impl<'p> Worker<'_, 'p> {
    fn lock(&self) -> MutexGuard<'_, State<'p>> {
        self.shared.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn work(&self) {
        while let Some((step, because)) = self.next() {
            let began = (jiff::Timestamp::now(), Instant::now());
            let name = name_of(self.builder.project, &step.id);
            let built = match because {
                Some(message) => Built { status: Some(Status::Skipped), message, ..Built::default() },
                None => {
                    self.progress.started(&name);
                    self.build(step)
                }
            };
            let outcome = outcome(self.builder.project, step, (name, built), began);
            self.progress.finished(&outcome);
            self.finish(step, outcome);
        }
    }

    /// The next step that waits for nothing, and why it is to be skipped, if it is.
    fn next(&self) -> Option<(&'p Step, Option<String>)> {
        let mut state = self.lock();
        loop {
            let next = state.queue.take().and_then(|id| self.plan.steps.get(*self.place.get(id)?));
            if let Some(step) = next {
                state.running += 1;
                let failed = state.queue.parents(&step.id).find_map(|parent| state.failed.get(parent).cloned());
                let stopped = state.stopped.then(|| "stopped after the first failure".to_owned());
                let interrupted = self.builder.engine.is_interrupted().then(|| "cadet was stopped".to_owned());
                let stopped = interrupted.or_else(|| self.builder.engine.used_up()).or(stopped);
                return Some((step, self.blocked.get(&step.id).cloned().or(failed).or(stopped)));
            }
            if state.running == 0 {
                return None;
            }
            state = self.shared.1.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn build(&self, step: &Step) -> Built {
        let project = self.builder.project;
        match (project.sources.get(&step.id), project.node(&step.id)) {
            (Some(table), _) => self.builder.source(table),
            (None, Some(node)) if node.resource_type == ResourceType::UnitTest => self.builder.unit_test(node),
            (None, Some(node)) => self.builder.node(node),
            (None, None) => Built::default(),
        }
    }

    fn finish(&self, step: &'p Step, outcome: Outcome) {
        let mut state = self.lock();
        state.running -= 1;
        state.queue.done(&step.id);
        let words = match outcome.status {
            Status::Error => Some(format!("{} failed", outcome.name)),
            Status::Fail if outcome.kind == ResourceType::UnitTest => {
                Some(format!("the unit test {} failed", outcome.name))
            }
            Status::Fail if self.options.tests_gate => Some(format!("the test {} failed", outcome.name)),
            Status::Skipped => Some(if self.blocked.contains_key(&step.id) {
                format!("{} was not built", outcome.name)
            } else {
                outcome.message.clone()
            }),
            Status::NotRun if matches!(outcome.kind, ResourceType::Model | ResourceType::Snapshot) => {
                Some(format!("{} was not run here", outcome.name))
            }
            _ => None,
        };
        if let Some(words) = words {
            state.failed.insert(&step.id, words);
        }
        state.stopped |= self.options.fail_fast && outcome.status.is_bad();
        state.outcomes.push(outcome);
        self.shared.1.notify_all();
    }
}
