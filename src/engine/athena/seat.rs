//! Who a run is: what others are told when they wait for it, and how they know that it is there no more.

use rustix::process::{Pid, test_kill_process};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The longest name of a branch or a repository that is shown.
const LONGEST: usize = 100;

/// A run's place: the run of a workflow, or a process of a machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seat {
    /// The repository, the run of the workflow, and the attempt at it.
    pub workflow: Option<[String; 3]>,
    pub branch: String,
    /// A word that stands for the machine, since it was last started.
    pub machine: String,
    pub process: u32,
}

impl Seat {
    /// That of this process.
    pub fn new(workflow: Option<[String; 3]>, branch: &str) -> Self {
        Self { workflow, branch: branch.to_owned(), machine: machine(), process: std::process::id() }
    }

    /// Whether another run has certainly ended: a process of this machine that is gone, or an earlier attempt at the run
    /// of a workflow, of which there is one at a time.
    pub(super) fn knows_gone(&self, other: &Self) -> bool {
        let is_earlier = match (&self.workflow, &other.workflow) {
            (Some([repository, run, attempt]), Some([other_repository, other_run, other_attempt])) => {
                let number = |text: &str| text.parse::<u32>().unwrap_or_default();
                (repository, run) == (other_repository, other_run) && number(other_attempt) < number(attempt)
            }
            _ => false,
        };
        is_earlier || (self.machine == other.machine && !lives(other.process))
    }

    /// In words, from what another run wrote.
    pub(super) fn shown(&self) -> String {
        let short = |text: &str| text.chars().take(LONGEST).collect::<String>();
        let branch = match self.branch.is_empty() {
            true => "another run".to_owned(),
            false => format!("a run of the branch `{}`", short(&self.branch)),
        };
        match &self.workflow {
            Some([repository, run, _]) => {
                format!("{branch} (run {} of a workflow of {})", short(run), short(repository))
            }
            None => branch,
        }
    }
}

fn lives(process: u32) -> bool {
    // One that has ended and that nobody has asked about still has its number.
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    if stat.rsplit_once(") ").is_some_and(|(_, rest)| rest.starts_with(['Z', 'X'])) {
        return false;
    }
    let pid = i32::try_from(process).ok().and_then(Pid::from_raw);
    // A process that may not be asked is there.
    pid.is_some_and(|pid| test_kill_process(pid) != Err(rustix::io::Errno::SRCH))
}

/// The machine's name, when it was started, and which of its processes can be seen from here.
fn machine() -> String {
    let name = rustix::system::uname();
    let started = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    let sight = std::fs::read_link("/proc/self/ns/pid").map(|link| link.display().to_string()).unwrap_or_default();
    let text = format!("{}\n{started}\n{sight}", name.nodename().to_string_lossy());
    Sha256::digest(text).iter().take(4).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_gone_is_known_of_this_machine_and_of_earlier_attempts() {
        let run = |run: &str, attempt: &str| Some(["o/r", run, attempt].map(str::to_owned));
        let elsewhere = |workflow| Seat { machine: "other".into(), ..Seat::new(workflow, "b") };
        let own = Seat::new(run("7", "2"), "b");
        assert!(own.knows_gone(&elsewhere(run("7", "1"))));
        for other in [run("7", "2"), run("7", "3"), run("8", "1"), None] {
            assert!(!own.knows_gone(&elsewhere(other.clone())), "{other:?}");
        }
        assert!(!own.knows_gone(&Seat::new(None, "b")), "this process lives");
        // No machine gives a process such a number.
        assert!(own.knows_gone(&Seat { process: 999_999_999, ..Seat::new(None, "b") }));
        assert!(!own.knows_gone(&Seat { process: 999_999_999, ..elsewhere(None) }));
    }
}
