//! Names, messages and SQL that try to be more than text.

use serde_json::{Value, json};

use crate::driver::Browser;
use crate::support::Sandbox;

const HOSTILE: &str = "</script><img src=x onerror=\"window.hacked=1\"><svg onload=window.hacked=2><!--<script>\u{202e}`${7*7}` javascript:alert(1)";

/// Artefacts in which every text is hostile.
fn artefacts() -> Sandbox {
    let id = format!("model.p.{HOSTILE}");
    let test = format!("test.p.{HOSTILE}");
    let column = json!({HOSTILE: {"name": HOSTILE, "description": HOSTILE, "data_type": HOSTILE}});
    let node = json!({
        "name": HOSTILE, "resource_type": "model", "original_file_path": HOSTILE, "patch_path": format!("p://{HOSTILE}"), "description": HOSTILE,
        "config": {"materialized": HOSTILE}, "tags": [HOSTILE], "raw_code": HOSTILE, "relation_name": HOSTILE, "columns": column,
        "owner": {"name": HOSTILE},
    });
    let on_it = json!({"name": HOSTILE, "resource_type": "test", "attached_node": id, "depends_on": {"nodes": [id]},
        "column_name": HOSTILE, "test_metadata": {"name": HOSTILE}, "raw_code": HOSTILE});
    let kind = json!({"name": HOSTILE, "resource_type": HOSTILE, "depends_on": {"nodes": [id]}});
    let result = |id: &str, status: &str| {
        json!({"unique_id": id, "status": status, "message": HOSTILE, "compiled_code": HOSTILE, "execution_time": 0.5, "failures": 3,
            "timing": [{"started_at": "2026-01-01T00:00:00Z", "completed_at": "2026-01-01T00:00:01Z"}],
            "adapter_response": {"queries": [{"query_id": HOSTILE}], "rows_affected": HOSTILE}})
    };
    let diff = json!({"columns": [HOSTILE], "rows": [{"is": "changed", "expected": [HOSTILE], "actual": [null]}]});
    let finding = json!({"path": HOSTILE, "line": 1, "column": 2, "end_line": 1, "end_column": 9, "rule": HOSTILE, "level": HOSTILE, "message": HOSTILE,
        "help": format!("{HOSTILE}\n{HOSTILE}"), "related": [{"path": HOSTILE, "line": 1, "message": HOSTILE}], "nodes": [id, test], "diff": diff,
        "excerpt": {"line": 1, "lines": [HOSTILE]}, "fix": {"safe": true, "edits": []}});
    let metadata =
        json!({"project_name": HOSTILE, "adapter_type": HOSTILE, "invocation_id": "one", "generated_at": HOSTILE});
    let told = json!({"invocation_id": "one", "command": HOSTILE, "base": HOSTILE, "head": HOSTILE, "changed_files": 1, "removed": [HOSTILE],
        "artefacts": HOSTILE, "changed": [{"unique_id": id, "reason": HOSTILE}, {"unique_id": test, "reason": "new"}], "findings": [finding, HOSTILE, 7],
        "outcomes": [{"unique_id": id, "status": "error", "reason": HOSTILE, "message": HOSTILE}]});
    let results = json!({"metadata": metadata, "results": [result(&id, HOSTILE), result(&test, HOSTILE)], "args": {"which": HOSTILE}, "elapsed_time": 1.0});
    let manifest = json!({"metadata": metadata, "nodes": {id.clone(): node, test.clone(): on_it}, "exposures": {format!("exposure.p.{HOSTILE}"): kind}});
    Sandbox::new()
        .file("run/manifest.json", &manifest.to_string())
        .file("run/run_results.json", &results.to_string())
        .file("run/cadet.json", &told.to_string())
}

/// What no page of cadet's has, and whether something of it ran.
fn assert_is_text(browser: &Browser) {
    let found = browser.js(
        "const elements = [...document.querySelectorAll('img, iframe, object, embed, link, base, form, foreignObject, [onerror], [onload], [onclick]')];
         return [elements.map((at) => at.outerHTML), document.scripts.length, window.hacked === undefined,
           [...document.querySelectorAll('a')].every((at) => at.getAttribute('href').startsWith('#'))]",
    );
    assert_eq!(found, json!([[], 2, true, true]));
    assert_eq!(browser.console(), Vec::<String>::new());
}

#[test]
fn hostile_texts_stay_texts() {
    let sandbox = artefacts();
    let ran = sandbox.cadet(&["report", "--html", "page.html", "--artefacts", "run"]);
    assert_eq!(ran.code, 0, "{}", ran.shown());
    let browser = Browser::new();
    browser.go(&sandbox.root().join("page.html"));
    assert_is_text(&browser);
    browser.picture("hostile", true);
    let shown = HOSTILE.replace('\u{202e}', "\\u{202e}");
    for place in ["#tables .link", "#tests .link", "#changes .link", ".finding pre"] {
        let text = browser.text(&format!("return document.querySelector('{place}').textContent"));
        assert!(place == "#tests .link" || text.contains(&shown), "{place}: {text}");
    }
    for item in ["svg.graph .node.bad", "#tests .link"] {
        browser
            .js(&format!("document.querySelector('{item}').dispatchEvent(new MouseEvent('click', {{bubbles: true}}))"));
        browser.wait("the panel is open", "return !document.querySelector('.panel').hidden");
        assert_eq!(browser.text("return document.querySelector('.panel h2').textContent"), shown);
        assert_is_text(&browser);
        browser.picture("hostile-panel", false);
    }
    browser.screen(360, 740, true);
    assert_eq!(browser.js("return document.documentElement.scrollWidth"), Value::from(360));
}

#[test]
fn a_direction_of_text_cannot_be_turned() {
    let sandbox = artefacts();
    sandbox.cadet(&["report", "--html", "page.html", "--artefacts", "run"]);
    let browser = Browser::new();
    browser.go(&sandbox.root().join("page.html"));
    let turned = browser.js("return document.body.innerText.includes('\\u202e') || document.title.includes('\\u202e')");
    assert_eq!(turned, Value::from(false));
}
