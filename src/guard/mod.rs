//! Two processes: the one that was started waits, and starts itself again to do the work.
//!
//! A template made for it can use up the stack or the memory, or never end, and no process survives that. So the one
//! that reads the project may die of it. The one that waits ([`parent`]) then learns from it ([`journal`]) which file it
//! was reading ([`work`]), and starts it again without that file: the report has all other findings, and one for that
//! file. What the working process does for its own limits is in [`child`].

pub mod child;
pub mod journal;
#[cfg(debug_assertions)]
mod mishap;
pub mod parent;
pub mod work;

pub use journal::Blame;
pub use work::{Task, Working, begin, no_return};

use std::sync::OnceLock;

use crate::error::Error;
use crate::report::secrets;
use crate::settings::Environment;

/// The token for GitHub's API, which is in no environment of this process.
static TOKEN: OnceLock<Option<String>> = OnceLock::new();

/// The token for GitHub's API, if this process was given one.
pub fn github_token() -> Option<&'static str> {
    TOKEN.get()?.as_deref()
}

/// Called before anything is read. In the process that was started it does not come back before the work is done, and
/// returns the exit code to end with; in the working process it returns nothing, and the work can begin.
///
/// # Errors
/// When the work cannot be done, or ended in a way that no file can be blamed for.
pub fn enter(env: &Environment) -> Result<Option<u8>, Error> {
    let Some(folder) = &env.worker else {
        secrets::learn(env.secrets());
        return parent::run(env).map(Some).inspect_err(|_| {
            // Only this process is left to say so. It is called once.
            let _ = TOKEN.set(env.github_token().map(str::to_owned));
        });
    };
    let handed = journal::Folder::new(folder).take_secret();
    secrets::learn(handed.hidden.iter().map(String::as_str));
    // It is called once.
    let _ = TOKEN.set(handed.token);
    let wrong = |_| Error::usage("CADET_MEMORY is not a number", "it is the most memory to use, in MiB: 4096");
    let memory = env.memory.as_ref().map(|text| text.parse::<u64>().map_err(wrong)).transpose()?;
    #[cfg(debug_assertions)]
    mishap::plan(env.mishaps.as_deref().unwrap_or_default());
    child::start(folder, memory).map(|()| None)
}
