//! What GitHub shows of a deployment.

use std::fs;

use cadet::github::{Deployment, Desk};
use cadet::settings::Environment;
use serde_json::json;

use crate::double::Double;
use crate::request::{Request, TOKEN, good};

const HEAD: &str = "0123456789012345678901234567890123456789";

#[test]
fn a_deployment_leads_to_where_the_tables_are() {
    let (double, folder) = (Double::new(HEAD), tempfile::tempdir().unwrap());
    let event = folder.path().join("event.json");
    fs::write(&event, json!({"pull_request": {"number": 7, "head": {"sha": HEAD}}}).to_string()).unwrap();
    let mut env = Environment::default();
    env.github_run = Some(["moj/tables", "4711", "1"].map(str::to_owned));
    (env.github_event_path, env.github_api) = (Some(event), Some(double.url()));
    let desk = Desk::open(&env, Some(TOKEN), "<!-- x -->").unwrap();
    let page = Some("https://eu-west-1.console.aws.amazon.com/athena/home?region=eu-west-1");
    desk.deployment(&Deployment { environment: "dev", is_good: false, words: "1 table built", page }).unwrap();
    insta::assert_snapshot!(double.state(|state| state.statuses[0].to_string()), @r#"{"state":"failure","log_url":"https://github.com/moj/tables/actions/runs/4711","environment":"dev","description":"1 table built","environment_url":"https://eu-west-1.console.aws.amazon.com/athena/home?region=eu-west-1"}"#);
}

#[test]
fn what_is_on_the_embedded_engine_is_deployed_nowhere() {
    let request = Request::new(good());
    let ran = request.ci(&["--deployment", "dev"]);
    assert_eq!(ran.code, 0);
    assert!(
        ran.stdout.contains(
            "GitHub is told of no deployment to dev: the tables are on the embedded DuckDB of this run, where nobody else \
             can reach them."
        ),
        "{}",
        ran.stdout
    );
    assert_eq!(request.double.count("POST", "/deployments"), 0);
}
