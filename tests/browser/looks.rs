//! Light and dark, and whether what is written can be read.

use serde_json::json;

use crate::driver::Browser;
use crate::open;

/// The texts whose contrast is less than 4.5 to 1, those of the graph too.
const FAINT: &str = "
    const parse = (color) => { const [r, g, b, a = 1] = color.match(/[\\d.]+/g).map(Number); return {rgb: [r, g, b], a}; };
    const light = (rgb) => rgb.map((v) => v / 255).map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4).reduce((sum, v, at) => sum + v * [0.2126, 0.7152, 0.0722][at], 0);
    const ratio = (a, b) => { const [x, y] = [light(a), light(b)].sort((p, q) => q - p); return (x + 0.05) / (y + 0.05); };
    const ground = (at) => { for (; at; at = at.parentElement) { const {rgb, a} = parse(getComputedStyle(at).backgroundColor); if (a === 1) return rgb; } return [255, 255, 255]; };
    const faint = new Map();
    const note = (what, has) => { if (has < 4.5) faint.set(what, has.toFixed(2)); };
    for (const at of document.querySelectorAll('body *')) {
      if (at.closest('svg') || ['SCRIPT', 'STYLE', 'NOSCRIPT', 'OPTION'].includes(at.tagName)) continue;
      const isText = [...at.childNodes].some((child) => child.nodeType === 3 && child.textContent.trim());
      if (!isText || !at.getClientRects().length) continue;
      note(at.tagName + '.' + at.className + ' ' + at.textContent.slice(0, 30), ratio(parse(getComputedStyle(at).color).rgb, ground(at)));
    }
    for (const node of document.querySelectorAll('svg.graph .node')) {
      const box = parse(getComputedStyle(node.querySelector('rect')).fill).rgb;
      node.querySelectorAll('text').forEach((text) => note('node ' + text.textContent, ratio(parse(getComputedStyle(text).fill).rgb, box)));
    }
    return Object.fromEntries(faint);";

fn page_color(browser: &Browser) -> String {
    browser.text("return getComputedStyle(document.body).backgroundColor")
}

#[test]
fn the_page_is_as_the_system_is_and_can_be_switched() {
    let browser = open();
    browser.prefers("light");
    assert_eq!(page_color(&browser), "rgb(255, 255, 255)");
    browser.prefers("dark");
    assert_eq!(page_color(&browser), "rgb(20, 23, 26)");
    browser.picture("dark", false);
    browser.click(".top button");
    assert_eq!(page_color(&browser), "rgb(255, 255, 255)");
    assert_eq!(browser.text("return document.querySelector('.top button').textContent"), "Dark page");
    browser.click(".top button");
    assert_eq!(page_color(&browser), "rgb(20, 23, 26)");
}

#[test]
fn all_texts_can_be_read_in_both() {
    let browser = open();
    for scheme in ["light", "dark"] {
        browser.prefers(scheme);
        assert_eq!(browser.js(FAINT), json!({}), "{scheme}");
    }
    browser.js("document.querySelector('svg.graph .node.bad').dispatchEvent(new MouseEvent('click', {bubbles: true}))");
    browser.wait("the panel is open", "return !document.querySelector('.panel').hidden");
    for scheme in ["light", "dark"] {
        browser.prefers(scheme);
        assert_eq!(browser.js(FAINT), json!({}), "{scheme}, with a panel");
    }
    browser.picture("dark-panel", false);
}

#[test]
fn a_status_is_told_by_a_word_and_a_shape_of_its_own() {
    let browser = open();
    let shapes = browser.js("const found = {};
         for (const badge of document.querySelectorAll('.badge')) {
           const shape = [...badge.querySelectorAll('path')].map((path) => path.getAttribute('d')).join();
           (found[shape] ||= new Set()).add(badge.className.split(' ').pop());
           if (!badge.textContent.trim()) return 'a badge without a word';
         }
         return Object.values(found).map((looks) => [...looks].join()).sort()");
    assert_eq!(shapes, json!(["bad", "good", "odd", "skip"]));
}
