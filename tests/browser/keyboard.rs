//! The page without a mouse.

use crate::driver::{Browser, ENTER, ESCAPE, LEFT, RIGHT, TAB};
use crate::open;

fn focused(browser: &Browser) -> String {
    browser.text("const at = document.activeElement; return at.getAttribute('aria-label') || at.textContent")
}

#[test]
fn the_graph_is_reached_and_gone_through() {
    let browser = open();
    browser.press(&[TAB]);
    assert_eq!(focused(&browser), "Skip to the report");
    let mut steps = 0;
    while browser.js("return document.activeElement.closest('svg.graph') === null") == true {
        browser.press(&[TAB]);
        steps += 1;
        assert!(steps < 80, "the graph is not reached by Tab");
    }
    // The node that failed comes first, and is the only stop of the graph.
    assert_eq!(focused(&browser), "prison_safety__establishments_fct, table, failed, changed, 2 findings");
    let box_of = "const style = getComputedStyle(document.activeElement.querySelector('rect')); return style.fill + ' ' + style.strokeWidth";
    assert_eq!(browser.text(box_of), "rgb(255, 221, 0) 3px");
    let is_seen = "const at = document.activeElement.getBoundingClientRect(); return at.top >= 0 && at.bottom <= innerHeight && at.left >= 0 && at.right <= innerWidth";
    assert!(browser.js(is_seen) == true, "what is focused is not on the screen");
    browser.picture("keyboard", false);
    browser.press(&[LEFT]);
    assert_eq!(focused(&browser), "prison_safety__incidents_fct, table, built, 1 finding");
    browser.press(&[RIGHT]);
    let child = focused(&browser);
    assert!(child.starts_with("prison_safety__"), "{child}");
    browser.press(&[ENTER]);
    browser.wait("the panel is open", "return !document.querySelector('.panel').hidden");
    assert_eq!(browser.text("return document.activeElement.id"), "panel-title");
    browser.press(&[TAB]);
    assert!(browser.js("return document.activeElement.closest('.panel') !== null") == true, "{}", focused(&browser));
    browser.press(&[ESCAPE]);
    browser.wait("the panel is closed", "return document.querySelector('.panel').hidden");
    assert_eq!(focused(&browser), child);
    browser.press(&[TAB]);
    assert!(browser.js("return document.activeElement.closest('svg.graph') === null") == true);
}

#[test]
fn everything_that_can_be_focused_shows_it() {
    let browser = open();
    for _ in 0..60 {
        browser.press(&[TAB]);
        let seen = browser.js(
            "const at = document.activeElement;
             const style = getComputedStyle(at.closest('.node') ? at.querySelector('rect') : at);
             const isPage = at === document.body || at === document.documentElement;
             return isPage || style.outlineStyle !== 'none' || style.boxShadow !== 'none' || style.strokeWidth === '3px'",
        );
        assert!(seen == true, "{} does not show that it is focused", focused(&browser));
    }
}

#[test]
fn what_is_named_has_a_name() {
    let browser = open();
    browser.click("svg.graph .node.bad");
    browser.wait("the panel is open", "return !document.querySelector('.panel').hidden");
    let nameless = browser.js(
        "const named = (at) => (at.getAttribute('aria-label') || at.textContent || '').trim() || (at.labels && at.labels.length);
         return [...document.querySelectorAll('button, a, input, select, [role=button], [role=img], [tabindex=\"0\"]')].filter((at) => !named(at)).map((at) => at.outerHTML.slice(0, 200))",
    );
    assert_eq!(nameless, serde_json::json!([]));
}
