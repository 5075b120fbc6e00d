//! What each thread is working on: told before the work begins, forgotten when it ends.

use std::fs::File;
use std::hash::BuildHasher;
use std::marker::PhantomData;
use std::os::unix::fs::FileExt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::child;
use super::journal::{Blame, Folder};

/// The longest that one piece of work may take.
pub const LONGEST: Duration = Duration::from_secs(10);

/// How often [`overdue`] looks: the time that work takes is counted in these.
pub(super) const TICK: Duration = Duration::from_millis(250);

/// What is done with a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Task {
    /// Reading a text that stands in it, known by its hash: YAML, the blocks of a file of macros, a template's tags.
    Read(u64),
    /// Rendering a template that stands in it, known by the hash of its text.
    Render(u64),
    /// Calling a macro of this name for a node that it defines.
    Call(String),
    /// Running the macro with this unique id, which stands in it, for something else.
    Macro(String),
    /// Reading the SQL that a model of this file is compiled to, known by its hash.
    Sql(u64),
}

impl Task {
    /// Reading this text.
    pub fn read(text: &str) -> Self {
        Self::Read(hash(text))
    }

    /// Rendering this text.
    pub fn render(text: &str) -> Self {
        Self::Render(hash(text))
    }

    /// Reading this SQL.
    pub fn sql(text: &str) -> Self {
        Self::Sql(hash(text))
    }
}

/// The base and the head may have the same file with other text: only the text that was worked on is to blame.
fn hash(text: &str) -> u64 {
    foldhash::fast::FixedState::default().hash_one(text)
}

/// A piece of work that has begun.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Frame {
    /// Relative to the project's folder.
    pub path: String,
    pub task: Task,
    /// When it began, in ticks of the process.
    began: u64,
}

/// What one thread is working on, outermost first.
type Thread = Arc<Mutex<Vec<Frame>>>;

static THREADS: Mutex<Vec<Thread>> = Mutex::new(Vec::new());
static TICKS: AtomicU64 = AtomicU64::new(0);
static HIRED: OnceLock<Hired> = OnceLock::new();
static IS_WRITTEN_DOWN: AtomicBool = AtomicBool::new(false);
static IS_PAST_RETURN: AtomicBool = AtomicBool::new(false);

thread_local! {
    static OWN: Thread = {
        let own = Thread::default();
        lock(&THREADS).push(Arc::clone(&own));
        own
    };
}

/// What the working process was told.
struct Hired {
    folder: Folder,
    file: File,
    blamed: Vec<Blame>,
}

/// Makes this the working process. `careful`: every piece of work is written down.
pub(super) fn hire(folder: Folder, file: File, blamed: Vec<Blame>, careful: bool) {
    IS_WRITTEN_DOWN.store(careful, Ordering::Relaxed);
    // It is called once.
    let _ = HIRED.set(Hired { folder, file, blamed });
}

/// Work that goes on until this is dropped, on the thread that began it.
#[derive(Debug)]
pub struct Working {
    /// How much other work it is a part of.
    depth: usize,
    stays: PhantomData<*const ()>,
}

impl Drop for Working {
    fn drop(&mut self) {
        // A panic may be the end of the process: what was worked on stays written down, unless someone catches it.
        if !std::thread::panicking() {
            OWN.with(|own| lock(own).truncate(self.depth));
            write_down();
        }
    }
}

/// Begins a piece of work on the file `path`.
///
/// # Errors
/// When this very work has ended an earlier process: it must be left out.
pub fn begin(path: &str, task: Task) -> Result<Working, Blame> {
    if let Some(hired) = HIRED.get()
        && let Some(blame) = hired.blamed.iter().find(|blame| blame.task == task && blame.path == path)
    {
        return Err(blame.clone());
    }
    #[cfg(debug_assertions)]
    let stage = match task {
        _ if IS_PAST_RETURN.load(Ordering::Relaxed) => "late",
        Task::Macro(_) => "macro",
        _ => "",
    };
    let frame = Frame { path: path.to_owned(), task, began: TICKS.load(Ordering::Relaxed) };
    let depth = OWN.with(|own| {
        let mut frames = lock(own);
        frames.push(frame);
        frames.len() - 1
    });
    write_down();
    #[cfg(debug_assertions)]
    super::mishap::at(path, stage);
    Ok(Working { depth, stays: PhantomData })
}

/// Says that from now on the work must not be done twice: something is about to be printed, or changed on the warehouse.
pub fn no_return() {
    let Some(hired) = HIRED.get() else { return };
    if !IS_PAST_RETURN.swap(true, Ordering::Relaxed) {
        hired.folder.tell_no_return();
        child::lift_limits();
        IS_WRITTEN_DOWN.store(true, Ordering::Relaxed);
    }
}

/// One tick later: the thread whose innermost work has taken too long, if there is one. While tables are built, templates
/// may wait for the warehouse as long as they like.
///
/// Ticks are counted, and not seconds, so that a process that was stopped for a while is not late.
pub(super) fn overdue() -> Option<Vec<Frame>> {
    let now = TICKS.fetch_add(1, Ordering::Relaxed) + 1;
    let most = u64::try_from(LONGEST.as_millis() / TICK.as_millis()).unwrap_or(u64::MAX);
    let may_wait = IS_PAST_RETURN.load(Ordering::Relaxed);
    let is_late = |frames: &Vec<Frame>| {
        let frame = innermost(frames).and_then(|at| frames.get(at));
        let frame = frame.filter(|frame| !may_wait || matches!(frame.task, Task::Sql(_)));
        frame.is_some_and(|frame| now.saturating_sub(frame.began) > most)
    };
    lock(&THREADS).iter().map(|thread| lock(thread).clone()).find(is_late)
}

/// The innermost work that is not a macro's, which is done for something else.
pub(super) fn innermost(frames: &[Frame]) -> Option<usize> {
    frames.iter().rposition(|frame| !matches!(frame.task, Task::Macro(_)))
}

fn write_down() {
    if !IS_WRITTEN_DOWN.load(Ordering::Relaxed) {
        return;
    }
    let Some(hired) = HIRED.get() else { return };
    // Held until it is written, so that nothing older is written over it.
    let threads = lock(&THREADS);
    let frames: Vec<Vec<Frame>> =
        threads.iter().map(|thread| lock(thread).clone()).filter(|frames| !frames.is_empty()).collect();
    let Ok(mut line) = serde_json::to_vec(&frames) else { return };
    line.push(b'\n');
    // What cannot be written down cannot be blamed: the run then ends with an error instead.
    let _ = hired.file.write_all_at(&line, 0);
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
