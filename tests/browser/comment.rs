//! The pull request's comment as GitHub shows it: rendered by GitHub's own dialect of Markdown, with the colours and sizes
//! that its pages have.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::LazyLock;

use crate::driver::Browser;
use crate::{HERE, Sandbox, support};

/// GitHub's own style sheet for Markdown, from an npm package that is fetched once into the target folder.
const PACKAGE: &str = "github-markdown-css@5.9.0";

static STYLE: LazyLock<String> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("github-markdown-css");
    let file = folder.join("node_modules/github-markdown-css/github-markdown.css");
    if !file.is_file() {
        let install = ["install", "--no-audit", "--no-fund", "--silent", "--prefix"];
        let ran = Command::new("npm").args(install).arg(&folder).arg(PACKAGE).status();
        assert!(
            ran.is_ok_and(|status| status.success()),
            "npm cannot install {PACKAGE}: apt-get install npm, and see to the network"
        );
    }
    fs::read_to_string(file).unwrap()
});

/// The page on which a comment stands.
fn page(markdown: &str) -> String {
    let mut options = comrak::Options::default();
    let extension = &mut options.extension;
    (extension.table, extension.strikethrough, extension.autolink, extension.tasklist) = (true, true, true, true);
    options.render.r#unsafe = true;
    let body = comrak::markdown_to_html(markdown, &options);
    format!(
        "<!doctype html><meta charset=utf-8><meta name=viewport content='width=device-width'><style>{}body {{ margin: 24px auto; max-width: 850px; }}</style>\
         <article class='comment markdown-body'>{body}</article><footer></footer>",
        *STYLE
    )
}

/// The comment of a branch, rendered.
fn rendered(sandbox: &Sandbox) -> Browser {
    let data = format!("{HERE}/fixtures/source_data");
    let args = ["ci", "--base", "main", "--source-data", &data, "--comment-file", "target/comment.md", "--quiet"];
    let ran = sandbox.cadet(&args);
    assert!(ran.code < 2, "{}", ran.shown());
    let file = sandbox.root().join("target/comment.html");
    fs::write(&file, page(&sandbox.read("target/comment.md"))).unwrap();
    let browser = Browser::new();
    browser.go(&file);
    browser
}

/// Nothing is left over of the Markdown, and no part of the comment is wider than GitHub's column.
fn assert_rendered(browser: &Browser) {
    let rest = browser.js(
        "const walk = document.createTreeWalker(document.querySelector('.comment'), NodeFilter.SHOW_TEXT);
         const rest = [];
         while (walk.nextNode()) {
           const at = walk.currentNode;
           if (!at.parentElement.closest('pre, code') && /\\*\\*|\\|.*\\||^#+ |&#?\\w+;|<\\/?\\w/.test(at.textContent)) rest.push(at.textContent);
         }
         return rest",
    );
    assert_eq!(rest, serde_json::json!([]));
    let widths = browser.js("const at = document.querySelector('.comment'); return at.scrollWidth - at.clientWidth");
    assert_eq!(widths, 0);
}

#[test]
fn a_comment_with_mistakes_is_rendered() {
    let sandbox = Sandbox::fixture_branch();
    support::copy(&Path::new(HERE).join("fixtures/pull_request"), sandbox.root());
    let browser = rendered(&sandbox.commit("What incidents cost"));
    assert!(browser.text("return document.querySelector('h2').textContent").starts_with('❌'));
    assert_rendered(&browser);
    browser.picture("comment-bad", true);
    browser.js("document.querySelectorAll('details').forEach((at) => { at.open = true; })");
    assert_rendered(&browser);
    browser.picture("comment-bad-open", true);
}

#[test]
fn a_good_comment_is_rendered() {
    let folder = "models/prison/visits";
    let sandbox = Sandbox::fixture_branch()
        .file(&format!("{folder}/visits__sites_fct.sql"), "{{ config(external_location=generate_s3_location()) }}\nselect 1 as site_id, 'Fen' as site_name\n")
        .file(
            &format!("{folder}/visits__sites_fct.yaml"),
            "version: 2\n\nmodels:\n  - name: visits__sites_fct\n    description: One row for each site.\n    columns:\n      - name: site_id\n        description: Its number.\n        data_tests:\n          - not_null\n          - unique\n      - name: site_name\n        description: Its name.\n",
        )
        .commit("Sites");
    let browser = rendered(&sandbox);
    assert!(browser.text("return document.querySelector('h2').textContent").starts_with('✅'));
    assert_rendered(&browser);
    browser.js("document.querySelectorAll('details').forEach((at) => { at.open = true; })");
    browser.picture("comment-good", true);
}
