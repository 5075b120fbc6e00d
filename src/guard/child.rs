//! The working process: its limits, and the watch over how long it takes.

use std::path::Path;
use std::process;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use super::journal::Folder;
use super::work::{self, TICK};
use crate::error::Error;

/// The most memory that reading a project may take: a project of ten thousand models takes less than a tenth of it.
const MOST_MEMORY: u64 = 8 << 30;

/// Makes this the working process, as the orders in `folder` say. `memory` is the most that it may take, in MiB, when
/// it is not to be the usual.
///
/// # Errors
/// When the folder cannot be read or written.
pub fn start(folder: &Path, memory: Option<u64>) -> Result<(), Error> {
    let place = folder;
    let failed = |source| Error::File { action: "use the folder", path: place.to_owned(), source };
    let folder = Folder::new(place);
    let orders = folder.orders().map_err(failed)?;
    end_with_parent();
    // What the process was given before it began to read counts for nothing: the allocator takes a lot in advance.
    let most = memory.map_or_else(usual_memory, |mebibytes| mebibytes.saturating_mul(1 << 20));
    limit(most.saturating_add(in_use()));
    if orders.careful {
        // It fails when the threads are there already, and they are not.
        let _ = rayon::ThreadPoolBuilder::new().num_threads(1).build_global();
    }
    let file = folder.work_file().map_err(failed)?;
    work::hire(folder.clone(), file, orders.blamed, orders.careful);
    let watching = std::thread::Builder::new().spawn(move || watch(&folder, orders.parent));
    watching.map(drop).map_err(failed)
}

/// Ends the process when its parent is gone, or when a piece of work takes too long.
fn watch(folder: &Folder, parent: u32) {
    let is_alone = || {
        let now = rustix::process::getppid().map(|pid| pid.as_raw_nonzero().get());
        now.and_then(|pid| u32::try_from(pid).ok()) != Some(parent)
    };
    loop {
        if is_alone() {
            // `exit` would wait for what is being done.
            process::abort();
        }
        if let Some(frames) = work::overdue() {
            folder.tell_overdue(&frames);
            process::abort();
        }
        std::thread::sleep(TICK);
    }
}

/// On Linux the system itself ends the process with its parent; elsewhere [`watch`] does, a moment later.
fn end_with_parent() {
    #[cfg(target_os = "linux")]
    // Where it cannot be asked for, the watch is enough.
    let _ = rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL));
}

/// Limits the memory, as far as the system does that, and leaves no core file behind: it would hold the environment.
fn limit(memory: u64) {
    let lower = |resource: Resource, most: u64| {
        let limits = getrlimit(resource);
        let most = limits.current.map_or(most, |now| now.min(most));
        // A limit that cannot be set leaves the one that is there.
        let _ = setrlimit(resource, Rlimit { current: Some(most), maximum: limits.maximum });
    };
    lower(Resource::Data, memory);
    lower(Resource::Core, 0);
}

/// Gives the memory back its usual limit: the embedded engine has one of its own.
pub(super) fn lift_limits() {
    let limits = getrlimit(Resource::Data);
    // It cannot fail: everyone may go up to their maximum.
    let _ = setrlimit(Resource::Data, Rlimit { current: limits.maximum, maximum: limits.maximum });
}

/// The memory that counts towards the limit now.
fn in_use() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let kibibytes =
        status.lines().find_map(|line| line.strip_prefix("VmData:")?.trim().strip_suffix("kB")?.trim().parse().ok());
    kibibytes.map_or(0, |kibibytes: u64| kibibytes << 10)
}

/// Three quarters of the memory that is there, and at most [`MOST_MEMORY`].
fn usual_memory() -> u64 {
    #[cfg(target_os = "linux")]
    let there = {
        let system = rustix::system::sysinfo();
        let machine = system.totalram.saturating_mul(u64::from(system.mem_unit));
        // In a container it is what the container may take.
        let container = std::fs::read_to_string("/sys/fs/cgroup/memory.max").ok();
        let container = container.and_then(|text| text.trim().parse::<u64>().ok());
        container.map_or(machine, |container| container.min(machine))
    };
    #[cfg(not(target_os = "linux"))]
    let there = u64::MAX;
    (there / 4 * 3).min(MOST_MEMORY)
}
