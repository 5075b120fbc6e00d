//! Ways to die, for tests of what comes after; they are not there in a release.

use std::sync::OnceLock;

/// The file, and how work on it is to end: `stack`, `memory`, `time`, `abort` or `panic`.
static MISHAPS: OnceLock<Vec<(String, String)>> = OnceLock::new();

/// Plans mishaps, written `models/a.sql=stack,models/b.sql=time`. `macros/m.sql#macro` is a macro of that file while it
/// runs, `models/a.sql#late` the file once the report or the first statement has begun.
pub(super) fn plan(written: &str) {
    let pairs = written.split(',').filter_map(|one| one.split_once('='));
    // It is called once.
    let _ = MISHAPS.set(pairs.map(|(path, how)| (path.to_owned(), how.to_owned())).collect());
}

/// Dies, if that is what is planned for this file.
#[expect(clippy::panic, reason = "it is planned")]
pub(super) fn at(path: &str, stage: &str) {
    let is_this = |(planned, _): &&(String, String)| planned.split_once('#').unwrap_or((planned, "")) == (path, stage);
    let planned = MISHAPS.get().and_then(|mishaps| mishaps.iter().find(is_this));
    match planned.map(|(_, how)| how.as_str()) {
        Some("stack") => drop(deeper(0)),
        Some("memory") => drop(std::hint::black_box(vec![0u8; 1 << 46])),
        Some("time") => std::thread::sleep(std::time::Duration::from_secs(60)),
        Some("abort") => std::process::abort(),
        Some("panic") => std::panic::panic_any("planned"),
        _ => {}
    }
}

fn deeper(depth: u64) -> u64 {
    let kept = std::hint::black_box([depth; 64]);
    if depth == u64::MAX { kept[0] } else { deeper(depth + 1) + kept[1] }
}
