//! `cadet expire`: what cadet built on Athena and nobody needs any more, listed and, when asked to, removed.

use std::time::Duration;

use super::Verdict;
use super::invocation::Invocation;
use super::warehouse::SettingsOf;
use crate::cli::ExpireArgs;
use crate::engine::athena::{Expired, ExpiredKind};
use crate::error::Error;
use crate::report::counted;
use crate::report::text::{DIM, GREEN, YELLOW, clean_path};
use crate::settings::Policy;
use crate::settings::bytes::Bytes;

pub(super) fn run(invocation: &Invocation, args: &ExpireArgs) -> Result<Verdict, Error> {
    let folder = invocation.project_dir()?;
    let (mut project, policy) = invocation.working_project(&folder, invocation.run("expire", false))?;
    if !invocation.is_on_athena(&project) {
        return Err(Error::usage(
            "tables are removed from a target on Athena only, and none is named",
            "name it with --target; `cadet clean` removes the local engine's",
        ));
    }
    may_expire(&policy, &project.target.name)?;
    // What someone is working on is left, not waited for.
    let mut policy = policy;
    policy.athena.lock_wait_minutes = 0;
    let (engine, _) = invocation.connected(&folder, &mut project, SettingsOf::Folder(&policy))?;
    let found = engine.expired(args.older_than)?;
    let mut done = Vec::new();
    for expired in found {
        let expired = if args.apply { engine.remove(expired) } else { expired };
        invocation.out.line(&line(&expired, args.apply, invocation));
        done.push(expired);
    }
    sum_up(&done, args, invocation);
    Ok(Verdict::of(done.iter().any(|expired| expired.left.is_some())))
}

/// Production is never cleared unless the settings say so.
fn may_expire(policy: &Policy, target: &str) -> Result<(), Error> {
    let own = policy.athena.targets.get(target);
    match own.and_then(|own| own.expires).unwrap_or(target != policy.athena.defer_to) {
        true => Ok(()),
        false => Err(Error::usage(
            format!("nothing is removed from the target `{target}`"),
            format!("`expires: true` under `athena.targets.{target}` in cadet.yaml allows it"),
        )),
    }
}

fn line(expired: &Expired, is_applied: bool, invocation: &Invocation) -> String {
    let out = &invocation.out;
    let kind = match expired.kind {
        ExpiredKind::Table => "table",
        ExpiredKind::View => "view",
        ExpiredKind::Partition => "partition",
        ExpiredKind::Leftover => "leftover",
        ExpiredKind::Lock => "lock",
    };
    let (style, word) = match (&expired.left, is_applied) {
        (Some(_), _) => (YELLOW, "left"),
        (None, true) => (GREEN, "removed"),
        (None, false) => (DIM, "old"),
    };
    let why = expired.left.as_ref().map_or_else(String::new, |why| format!(": {}", clean_path(why)));
    let about = format!("{}, {}", Bytes(expired.bytes), age(expired.age));
    let word = out.paint(style, &format!("{word:>8}"));
    format!("{word}  {kind:<10} {}  {}{why}", clean_path(&expired.name), out.paint(DIM, &about))
}

fn age(age: Duration) -> String {
    let hours = age.as_secs() / 3600;
    match usize::try_from(hours).unwrap_or(usize::MAX) {
        hours @ 0..48 => counted(hours, "hour", "hours"),
        hours => counted(hours / 24, "day", "days"),
    }
}

fn sum_up(done: &[Expired], args: &ExpireArgs, invocation: &Invocation) {
    let (left, gone): (Vec<&Expired>, Vec<&Expired>) = done.iter().partition(|expired| expired.left.is_some());
    let bytes = Bytes(gone.iter().map(|expired| expired.bytes).sum());
    let things = counted(gone.len(), "thing", "things");
    let out = &invocation.out;
    if !done.is_empty() {
        out.info("");
    }
    match (gone.is_empty() && left.is_empty(), args.apply) {
        (true, _) => out.line(&format!("Nothing of cadet's is older than {}.", age(args.older_than))),
        (false, false) => {
            out.line(&format!("{things} of cadet's, {bytes}, would be removed. Nothing was: pass --apply to do it."));
        }
        (false, true) => out.line(&format!("Removed {things}, {bytes}; left {}.", left.len())),
    }
}
