//! The artefacts of a run in, objects in the bucket out: where those who follow a schedule look for them.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Runtime;
use tokio::task::JoinSet;

use super::Core;
use super::call::CallError;
use crate::engine::EngineError;
use crate::settings::ArtefactLayout;

/// How many files are on their way at once.
const AT_ONCE: usize = 16;

/// How long a run that was stopped may take for it.
const SHORT: Duration = Duration::from_secs(2);

/// The folders below a target's own that the artefacts of a run go to; none when they are not kept.
pub(super) fn shelves(
    layout: ArtefactLayout,
    folder: &str,
    (workflow, began): (Option<&str>, jiff::Timestamp),
) -> Vec<String> {
    let time = format!("run_time={}", began.strftime("%Y-%m-%dT%H:%M:%S"));
    let plain = |name: &str| -> String {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        let name: String = name.chars().map(|c| if is_plain(c) { c } else { '-' }).take(100).collect();
        name.trim_matches(['-', '.']).to_owned()
    };
    let workflow = workflow.map(plain).filter(|name| !name.is_empty());
    match (layout, workflow) {
        (ArtefactLayout::Off, _) => Vec::new(),
        (ArtefactLayout::Workflow, Some(name)) => {
            let of = |last: &str| format!("{folder}/run_artefacts/{name}/{last}/");
            vec![of(&time), of("latest")]
        }
        _ => vec![format!("{folder}/run_artefacts/{time}/")],
    }
}

/// Stores the files; where they are then.
///
/// # Errors
/// When one of them cannot be read or stored.
pub(super) fn keep(
    core: &Arc<Core>,
    runtime: &Runtime,
    files: &[(String, PathBuf)],
) -> Result<Option<String>, EngineError> {
    let Some(first) = core.shelves.first() else { return Ok(None) };
    let bucket = &core.aim.layout.bucket;
    let shown = format!("s3://{bucket}/{first}");
    let failed = |message: String| EngineError::Unavailable(format!("cannot be kept at {shown}: {message}"));
    let all = async {
        for shelf in &core.shelves {
            for some in files.chunks(AT_ONCE) {
                let mut under_way = JoinSet::new();
                for (name, path) in some {
                    let bytes = std::fs::read(path).map_err(|error| failed(error.to_string()))?;
                    let (core, key) = (Arc::clone(core), format!("{shelf}{name}"));
                    under_way.spawn(async move { store(&core, &key, &bytes).await });
                }
                while let Some(stored) = under_way.join_next().await {
                    stored.map_err(|error| failed(error.to_string()))?.map_err(|error| failed(error.to_string()))?;
                }
            }
        }
        Ok(Some(shown.clone()))
    };
    match core.live.is_interrupted() {
        false => runtime.block_on(all),
        true => runtime
            .block_on(async { tokio::time::timeout(SHORT, all).await })
            .unwrap_or_else(|_| Err(failed("there was no time left for it".to_owned()))),
    }
}

async fn store(core: &Core, key: &str, bytes: &[u8]) -> Result<(), CallError> {
    core.store.put(&core.calls, (&core.aim.layout.bucket, key), bytes).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn artefacts_lie_where_the_service_looks_for_them() {
        let began: jiff::Timestamp = "2026-11-23T01:15:07.5Z".parse().unwrap();
        let of = |layout, workflow| shelves(layout, "dev", (workflow, began));
        assert_eq!(of(ArtefactLayout::Run, Some("daily")), ["dev/run_artefacts/run_time=2026-11-23T01:15:07/"]);
        assert_eq!(
            of(ArtefactLayout::Workflow, Some("Deploy: daily/../x")),
            [
                "dev/run_artefacts/Deploy--daily-..-x/run_time=2026-11-23T01:15:07/",
                "dev/run_artefacts/Deploy--daily-..-x/latest/"
            ]
        );
        assert_eq!(of(ArtefactLayout::Workflow, None), of(ArtefactLayout::Run, None));
        assert_eq!(of(ArtefactLayout::Workflow, Some("..")), of(ArtefactLayout::Run, None));
        assert!(of(ArtefactLayout::Off, Some("daily")).is_empty());
    }
}
