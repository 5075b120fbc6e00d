//! `cadet.json` is as `docs/cadet-report.schema.json` says.

use crate::request::{Request, failing, good, wrong};
use crate::sandbox::HERE;

#[test]
fn the_report_keeps_to_its_schema() {
    let schema = std::fs::read_to_string(format!("{HERE}/docs/cadet-report.schema.json")).unwrap();
    let validator = jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap();
    for sandbox in [good(), wrong(), failing()] {
        let request = Request::new(sandbox);
        request.ci(&["--artefacts-to", "target/upload"]);
        let report = request.sandbox.json("target/cadet.json");
        let wrong: Vec<String> =
            validator.iter_errors(&report).map(|error| format!("{error} at {}", error.instance_path())).collect();
        assert!(wrong.is_empty(), "{wrong:?}");
        let runs = request.sandbox.root().join("target/upload/dev/run_artefacts");
        let run = std::fs::read_dir(runs).unwrap().flatten().next().unwrap().path();
        assert!(run.join("target/cadet.json").is_file() && run.join("target/manifest.json").is_file());
    }
}
