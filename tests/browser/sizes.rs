//! The page on a phone, and with a project of two thousand nodes.

use std::fs;

use serde_json::{Value, json};

use crate::driver::Browser;
use crate::open_on_phone;
use crate::support::Sandbox;

#[test]
fn a_phone_shows_it_without_scrolling_sideways() {
    let browser = open_on_phone();
    let widths = "return [document.documentElement.scrollWidth, document.body.scrollWidth]";
    assert_eq!(browser.js(widths), json!([360, 360]));
    browser.picture("phone", true);
    browser.js("document.querySelector('#graph').scrollIntoView({behavior: 'instant'})");
    browser.picture("phone-graph", false);
    browser.click("svg.graph .node.bad");
    browser.wait("the panel is open", "return !document.querySelector('.panel').hidden");
    assert_eq!(browser.js(widths), json!([360, 360]));
    assert_eq!(
        browser.js("const panel = document.querySelector('.panel'); return panel.scrollWidth - panel.clientWidth"),
        0
    );
    browser.picture("phone-panel", false);
}

#[test]
fn what_is_touched_is_large_enough() {
    let browser = open_on_phone();
    let small = browser.js("return [...document.querySelectorAll('.button, select, input, .numbers a, .sections a')]
           .filter((at) => at.getClientRects().length && at.getBoundingClientRect().height < 24)
           .map((at) => at.textContent)");
    assert_eq!(small, json!([]));
}

/// A manifest of two thousand models, and a run in which one of them failed.
fn large() -> Sandbox {
    let name = |at: usize| format!("database_{:02}__table_{at:04}_fct", at % 37);
    let id = |at: usize| format!("model.large.{}", name(at));
    let node = |at: usize| {
        let parents: Vec<String> =
            (1..4).map(|step| at.checked_sub(step * step * (7 + at % 11))).map_while(|at| at.map(id)).collect();
        let value = json!({
            "name": name(at), "resource_type": "model", "original_file_path": format!("models/{}.sql", name(at)),
            "config": {"materialized": "table"}, "depends_on": {"nodes": parents}, "raw_code": "select 1 as one\n",
        });
        (id(at), value)
    };
    let result = |at: usize| {
        let status = if at == 777 { "error" } else { "success" };
        let moment = |milliseconds: usize| {
            format!(
                "2026-01-01T00:{:02}:{:02}.{:03}Z",
                milliseconds / 60_000,
                milliseconds / 1_000 % 60,
                milliseconds % 1_000
            )
        };
        let times =
            json!([{"name": "execute", "started_at": moment(at * 100), "completed_at": moment(at * 100 + 350)}]);
        json!({"unique_id": id(at), "status": status, "timing": times, "execution_time": 0.35, "message": "1 row",
            "adapter_response": {"rows_affected": 1, "data_scanned_in_bytes": at * 1_000_000, "cost": 0.001}})
    };
    let nodes: serde_json::Map<String, Value> = (0..2_000).map(node).collect();
    let metadata = json!({"project_name": "large", "invocation_id": "one", "generated_at": "2026-01-01T00:05:00Z"});
    let manifest = json!({"metadata": metadata, "nodes": nodes});
    let results =
        json!({"metadata": metadata, "elapsed_time": 205.0, "results": (0..2_000).map(result).collect::<Vec<_>>()});
    Sandbox::new().file("run/manifest.json", &manifest.to_string()).file("run/run_results.json", &results.to_string())
}

fn nodes(browser: &Browser) -> Value {
    browser.js("return document.querySelectorAll('svg.graph .node').length")
}

#[test]
fn of_two_thousand_nodes_those_that_matter_are_drawn_and_all_on_request() {
    let sandbox = large();
    let ran = sandbox.cadet(&["report", "--html", "page.html", "--artefacts", "run"]);
    insta::assert_snapshot!(ran.shown(), @"
    ✗ 1 table could not be built  run, 2026-01-01 00:05 UTC
      Tables: 1999 built, 1 failed
      There is no cadet.json of this run, so the page knows neither findings nor what changed.
    The report as a page: page.html
    --- exit code 0
    ");
    let page = sandbox.root().join("page.html");
    assert!(fs::metadata(&page).unwrap().len() < 4_000_000);
    let browser = Browser::new();
    browser.go(&page);
    let told = browser.text("return document.querySelector('.graph-head [role=status]').textContent");
    insta::assert_snapshot!(told, @"6 nodes of 2,000: what changed, failed or has findings, with its neighbours.");
    browser.js("document.querySelector('#graph').scrollIntoView({behavior: 'instant'})");
    browser.picture("large", false);
    browser.js("[...document.querySelectorAll('.tools button')].find((button) => button.textContent === 'Show all 2,000 nodes').click()");
    assert_eq!(nodes(&browser), 2_000);
    browser.picture("large-whole", false);
    assert_eq!(browser.js("return document.querySelectorAll('#tables tbody tr').length"), 100);
    browser.js("document.querySelector('#tables table + .button').click()");
    assert_eq!(browser.js("return document.querySelectorAll('#tables tbody tr').length"), 2_000);
    assert_eq!(browser.console(), Vec::<String>::new());
}
