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

use crate::error::Error;
use crate::settings::Environment;

/// Called before anything is read. In the process that was started it does not come back before the work is done, and
/// returns the exit code to end with; in the working process it returns nothing, and the work can begin.
///
/// # Errors
/// When the work cannot be done, or ended in a way that no file can be blamed for.
pub fn enter(env: &Environment) -> Result<Option<u8>, Error> {
    let Some(folder) = &env.worker else { return parent::run().map(Some) };
    let wrong = |_| Error::usage("CADET_MEMORY is not a number", "it is the most memory to use, in MiB: 4096");
    let memory = env.memory.as_ref().map(|text| text.parse::<u64>().map_err(wrong)).transpose()?;
    #[cfg(debug_assertions)]
    mishap::plan(env.mishaps.as_deref().unwrap_or_default());
    child::start(folder, memory).map(|()| None)
}
