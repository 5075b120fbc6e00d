//! The pull request's comment as GitHub shows it: rendered by GitHub's own dialect of Markdown, with the colours and sizes
//! that its pages have.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use serde_json::Value;

use crate::driver::Browser;
use crate::{HERE, Sandbox, support};

/// GitHub's own style sheet for Markdown.
static STYLE: LazyLock<String> =
    LazyLock::new(|| fs::read_to_string(packaged(("github-markdown-css", "5.9.0"), "github-markdown.css")).unwrap());

/// What GitHub draws graphs with.
static MERMAID: LazyLock<PathBuf> = LazyLock::new(|| packaged(("mermaid", "11.12.1"), "dist/mermaid.min.js"));

/// A file of an npm package, which is fetched once into the target folder.
fn packaged((package, version): (&str, &str), file: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{package}-{version}"));
    let file = folder.join("node_modules").join(package).join(file);
    if !file.is_file() {
        let install = ["install", "--no-audit", "--no-fund", "--silent", "--prefix"];
        let ran = Command::new("npm").args(install).arg(&folder).arg(format!("{package}@{version}")).status();
        assert!(
            ran.is_ok_and(|status| status.success()),
            "npm cannot install {package}: apt-get install npm, and see to the network"
        );
    }
    file
}

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

/// Draws the graphs of a page as GitHub does, and returns the labels of their nodes; or what Mermaid cannot read.
fn draw(browser: &Browser) -> Value {
    // Mermaid's own script makes names for the whole page.
    let script = Value::from(fs::read_to_string(&*MERMAID).unwrap());
    browser.js(&format!("document.head.append(Object.assign(document.createElement('script'), {{text: {script}}}))"));
    browser.js("window.drawn = null;
         mermaid.initialize({startOnLoad: false, securityLevel: 'strict'});
         const texts = [...document.querySelectorAll('code.language-mermaid')];
         (async () => {
           for (const [at, code] of texts.entries()) {
             const {svg} = await mermaid.render('graph' + at, code.textContent);
             code.closest('pre').innerHTML = svg;
           }
           return [...document.querySelectorAll('svg .node')].map((node) => node.textContent.trim());
         })().then((drawn) => { window.drawn = drawn; }, (error) => { window.drawn = String(error); })");
    browser.wait("the graph is drawn", "return window.drawn !== null");
    browser.js("return window.drawn")
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
    let drawn = draw(&browser);
    assert!(drawn.as_array().is_some_and(|nodes| nodes.len() > 5), "{drawn}");
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

/// Names that Mermaid would take for more than a label.
const LABELS: [&str; 16] = [
    "end",
    "prison_safety_dev_dbt.visits_fct",
    "\"]; click n0 \"https://e.uk\"",
    "`**bold**`",
    "a --> b",
    "%%{init: {'theme':'forest'}}%%",
    "subgraph x",
    "n1:::failed",
    "<img src=x onerror=alert(1)>",
    "#quot;",
    "#35;",
    "$$x^2$$",
    "fa:fa-ban",
    "1. one",
    "\u{1f600} \u{202e}",
    "a;b",
];

#[test]
fn a_label_of_the_graph_is_only_a_label() {
    let label = |(at, text): (usize, &&str)| format!("  n{at}[\"{}\"]\n", cadet::report::escape::mermaid(text));
    let graph: String = LABELS.iter().enumerate().map(label).collect();
    let sandbox = Sandbox::new().file("target/empty", "");
    let browser = rendered(&sandbox, &format!("```mermaid\nflowchart LR\n{graph}```\n"));
    let drawn = draw(&browser);
    let shown: Vec<String> = LABELS.iter().map(|text| cadet::report::escape::clean_path(text)).collect();
    assert_eq!(drawn, serde_json::json!(shown));
    assert_eq!(browser.js("return document.querySelectorAll('article img, article a').length"), 0);
}
