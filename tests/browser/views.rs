//! What a reader sees and does with the mouse.

use serde_json::{Value, json};

use crate::{PAGE, open};

#[test]
fn the_verdict_comes_first() {
    let browser = open();
    assert_eq!(browser.text("return document.querySelector('h1').innerText"), "7 things to fix");
    insta::assert_snapshot!(
        browser.text("return document.querySelector('.numbers').innerText.replace(/\\n+(?=[a-z])/g, ' ')"),
        @"
    7 errors
    1 warning
    22 built
    1 failed
    3 skipped
    29 tests passed
    1 test warned
    12 tests skipped
    "
    );
    assert_eq!(browser.text("return document.title"), "7 things to fix · mojap_derived_tables");
    browser.picture("page", true);
    browser.picture("page-top", false);
}

#[test]
fn a_finding_shows_the_line_that_it_is_about() {
    let browser = open();
    insta::assert_snapshot!(browser.text("return document.querySelector('.finding').innerText"), @"
    error
     there is no model or seed named court_listings__court_dim

    models/courts/court_listings/marts/listings/court_listings__busy_courts_fct.sql:6references/exist

    5courts as (
    6    select * from {{ ref('court_listings__court_dim') }}
    7),


    To fix it: did you mean court_listings__courts_dim?

    See court_listings__busy_courts_fct
    ");
    let marked = browser.text("return document.querySelector('.finding mark').textContent");
    assert_eq!(marked, "ref('court_listings__court_dim')");
}

#[test]
fn a_click_on_a_node_shows_its_findings_tests_timings_and_sql() {
    let browser = open();
    browser.click("svg.graph .node.bad");
    browser.wait("the panel is open", "return !document.querySelector('.panel').hidden");
    let shown = browser.text("return document.querySelector('.panel').innerText");
    for part in [
        "prison_safety__establishments_fct",
        "there is no column damage_costs in the tables that this reads",
        "did you mean damage_cost?",
        "Took",
        "Tests (",
        "As it is written",
        "As it is compiled",
        "Reads (",
    ] {
        assert!(shown.contains(part), "{part} is not in\n{shown}");
    }
    browser.picture("panel", false);
    let source = browser.text("return document.querySelector('.panel .sql').textContent");
    assert!(source.contains("{{ ref("), "{source}");
    browser.click(".panel [role=tab]:nth-child(2)");
    let compiled = browser.text("return document.querySelector('.panel .sql').textContent");
    assert!(!compiled.contains("{{") && compiled.contains("damage_costs"), "{compiled}");
    browser.click(".panel .close");
    browser.wait("the panel is closed", "return document.querySelector('.panel').hidden");
}

#[test]
fn a_part_of_the_address_opens_a_node() {
    let browser = open();
    let file = PAGE.1.display();
    browser.js(&format!(
        "location.href = 'file://{file}#item=model.mojap_derived_tables.prison_safety__incident_costs_fct'"
    ));
    browser.wait("the panel is open", "return !document.querySelector('.panel').hidden");
    assert_eq!(
        browser.text("return document.querySelector('.panel h2').textContent"),
        "prison_safety__incident_costs_fct"
    );
}

#[test]
fn tables_sort_and_filter() {
    let browser = open();
    let names = "return [...document.querySelectorAll('#tables tbody tr')].map((row) => row.querySelector('.link').textContent)";
    let rows = "return [...document.querySelectorAll('#tables tbody tr')].map((row) => row.cells[3].textContent)";
    browser.click("#tables th:nth-child(4) button");
    let sorted: Vec<u64> =
        browser.js(rows).as_array().unwrap().iter().filter_map(|cell| cell.as_str()?.parse().ok()).collect();
    assert!(sorted.len() > 10 && sorted.is_sorted_by(|a, b| a >= b), "{sorted:?}");
    assert_eq!(browser.js("return document.querySelector('#tables th:nth-child(4)').ariaSort"), "descending");
    browser.click("#tables input");
    browser.press(&["v", "i", "o", "l"]);
    assert_eq!(browser.js(names), json!(["prison_safety_violence_fct"]));
    assert_eq!(browser.text("return document.querySelector('#tables [role=status]').textContent"), "1 of 40 nodes");
}

#[test]
fn the_page_asks_for_nothing_and_nothing_goes_wrong() {
    let browser = open();
    browser.click("svg.graph .node.bad");
    browser.wait("the panel is open", "return !document.querySelector('.panel').hidden");
    assert_eq!(browser.console(), Vec::<String>::new());
    let own = |address: &String| address.starts_with("file://") && address.contains("/page.html");
    let requests = browser.requests();
    assert!(!requests.is_empty() && requests.iter().all(own), "{requests:?}");
}

#[test]
fn the_policy_lets_nothing_else_in() {
    let browser = open();
    let refused = browser.js(
        "const refused = [];
         document.addEventListener('securitypolicyviolation', (event) => refused.push(event.effectiveDirective));
         const add = (tag, more) => document.body.append(Object.assign(document.createElement(tag), more));
         add('script', {textContent: 'window.hacked = true'});
         add('img', {src: 'http://127.0.0.1:9/x.png'});
         add('style', {textContent: 'body { display: none }'});
         add('iframe', {src: 'http://127.0.0.1:9/'});
         return new Promise((done) => setTimeout(() => done([refused.sort().join(' '), window.hacked === undefined]), 500));",
    );
    assert_eq!(refused, json!(["frame-src img-src script-src-elem style-src-elem", true]));
    assert_ne!(browser.js("return getComputedStyle(document.body).display"), Value::from("none"));
}
