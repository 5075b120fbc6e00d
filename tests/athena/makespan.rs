//! How long a large run takes, beside the least that it could: its longest chain, and all of its work on its threads.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::account::{Account, SAFETY, project};
use crate::double::athena::plan::Course;
use crate::sandbox::Sandbox;

const LAYERS: usize = 8;
const WIDTH: usize = 25;
const THREADS: usize = 16;

/// Numbers without a pattern, the same in each run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most
    }
}

fn name(layer: usize, at: usize) -> String {
    format!("m{layer}_{at:02}")
}

/// Two hundred models, each on two of the layer before, and how long the query of each takes.
struct Work {
    parents: BTreeMap<String, Vec<String>>,
    times: BTreeMap<String, Duration>,
}

impl Work {
    fn new(shortest: u64, longest: u64) -> Self {
        let mut numbers = Numbers(20_261_123);
        let (mut parents, mut times) = (BTreeMap::new(), BTreeMap::new());
        for layer in 0..LAYERS {
            for at in 0..WIDTH {
                let mut own = Vec::new();
                while layer > 0 && own.len() < 2 {
                    let parent = name(layer - 1, usize::try_from(numbers.below(WIDTH as u64)).unwrap());
                    if !own.contains(&parent) {
                        own.push(parent);
                    }
                }
                parents.insert(name(layer, at), own);
                let millis = shortest + numbers.below(longest - shortest);
                times.insert(name(layer, at), Duration::from_millis(millis));
            }
        }
        Self { parents, times }
    }

    fn sandbox(&self) -> Sandbox {
        self.parents.iter().fold(project(), |sandbox, (name, parents)| {
            let reads: Vec<String> = parents
                .iter()
                .map(|parent| format!("select id from {{{{ ref('prison_safety__{parent}') }}}}"))
                .collect();
            let text = if reads.is_empty() { "select 1 as id".to_owned() } else { reads.join("\nunion\n") };
            sandbox.file(&format!("{SAFETY}/prison_safety__{name}.sql"), &text)
        })
    }

    /// The longest chain, and all work on the threads: no run is shorter than the larger of the two.
    fn bounds(&self, times: &BTreeMap<String, f64>) -> (f64, f64) {
        let mut ends: BTreeMap<&str, f64> = BTreeMap::new();
        // By name they stand in the order of the layers.
        for (name, parents) in &self.parents {
            let begins = parents.iter().map(|parent| ends[parent.as_str()]).fold(0.0, f64::max);
            ends.insert(name, begins + times[name]);
        }
        let all: f64 = times.values().sum();
        (ends.values().copied().fold(0.0, f64::max), all / THREADS as f64)
    }
}

/// How long the run took by its own account, and each of its models.
fn measured(account: &Account) -> (f64, BTreeMap<String, f64>) {
    let results = account.sandbox.json("target/run_results.json");
    let seconds = |text: &str| text.parse::<jiff::Timestamp>().unwrap().as_nanosecond() as f64 / 1e9;
    let mut times = BTreeMap::new();
    let (mut first, mut last) = (f64::MAX, 0.0_f64);
    for result in results["results"].as_array().unwrap() {
        let timing = &result["timing"][1];
        let (began, ended) =
            (seconds(timing["started_at"].as_str().unwrap()), seconds(timing["completed_at"].as_str().unwrap()));
        first = first.min(began);
        last = last.max(ended);
        let name = result["unique_id"].as_str().unwrap().rsplit("__").next().unwrap().to_owned();
        times.insert(name, ended - began);
    }
    (last - first, times)
}

/// Runs it all; the makespan, the bounds of what each model really took, and those of the simulated times alone.
fn run(work: &Work) -> (f64, (f64, f64), (f64, f64)) {
    let account = Account::new(work.sandbox());
    for (name, time) in &work.times {
        account.double.course(&format!("{name}__cadet"), Course::runs(*time));
    }
    account.done(&["run", "--threads", &THREADS.to_string()]);
    let (makespan, times) = measured(&account);
    assert_eq!(times.len(), LAYERS * WIDTH);
    let simulated: BTreeMap<String, f64> =
        work.times.iter().map(|(name, time)| (name.clone(), time.as_secs_f64())).collect();
    (makespan, work.bounds(&times), work.bounds(&simulated))
}

/// What a model takes is its query and cadet's own calls, which a busy machine makes longer; that no thread waits without
/// need does not hang on the machine.
#[test]
fn two_hundred_models_take_hardly_longer_than_they_must() {
    let work = Work::new(100, 700);
    let (makespan, (chain, shared), simulated) = run(&work);
    let least = chain.max(shared);
    assert!(
        makespan <= least * 1.1,
        "{makespan:.2} s, where the longest chain takes {chain:.2} s and all work on the threads {shared:.2} s; \
         simulated: {simulated:.2?}"
    );
}
