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

/// The comment and the job's summary of a branch, written by one run.
fn written(sandbox: &Sandbox) -> [String; 2] {
    let data = format!("{HERE}/fixtures/source_data");
    let args = ["ci", "--base", "main", "--source-data", &data, "--comment-file", "target/comment.md", "--quiet"];
    let summary = sandbox.root().join("target/summary.md").display().to_string();
    fs::create_dir_all(sandbox.root().join("target")).unwrap();
    let ran = sandbox.cadet_with(&args, &[("GITHUB_ACTIONS", "true"), ("GITHUB_STEP_SUMMARY", &summary)]);
    assert!(ran.code < 2, "{}", ran.shown());
    [sandbox.read("target/comment.md"), sandbox.read("target/summary.md")]
}

/// Markdown as GitHub shows it.
fn rendered(sandbox: &Sandbox, markdown: &str) -> Browser {
    let file = sandbox.root().join("target/rendered.html");
    fs::write(&file, page(markdown)).unwrap();
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
    // A table that is wider than the column is cut by GitHub and must be pushed aside to be read.
    let cut = browser.js("return [...document.querySelectorAll('table')].map((at) => at.scrollWidth - at.clientWidth)");
    assert!(cut.as_array().unwrap().iter().all(|width| width == 0), "{cut}");
}

#[test]
fn a_comment_and_a_summary_with_mistakes_are_rendered() {
    let sandbox = Sandbox::fixture_branch();
    support::copy(&Path::new(HERE).join("fixtures/pull_request"), sandbox.root());
    let sandbox = sandbox.commit("What incidents cost");
    let [comment, summary] = written(&sandbox);
    let browser = rendered(&sandbox, &comment);
    assert!(browser.text("return document.querySelector('h2').textContent").starts_with('❌'));
    assert_rendered(&browser);
    browser.picture("comment-bad", true);
    browser.js("document.querySelectorAll('details').forEach((at) => { at.open = true; })");
    assert_rendered(&browser);
    browser.picture("comment-bad-open", true);
    let browser = rendered(&sandbox, &summary);
    assert_rendered(&browser);
    browser.picture("summary", true);
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
    let [comment, _] = written(&sandbox);
    let browser = rendered(&sandbox, &comment);
    assert!(browser.text("return document.querySelector('h2').textContent").starts_with('✅'));
    assert_rendered(&browser);
    browser.js("document.querySelectorAll('details').forEach((at) => { at.open = true; })");
    browser.picture("comment-good", true);
}
