//! The report's page in a real browser: what it looks like, what it does, and what it never does.
//!
//! Chromium and its driver are needed: `apt-get install chromium chromium-driver`. Screenshots are left in
//! `screenshots/` of the folder for temporary files of the target folder; look at them after a change of the page.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

#[path = "../cadet/support/mod.rs"]
mod support;

mod comment;
mod driver;
mod hostile;
mod keyboard;
mod looks;
mod sizes;
mod views;

use std::path::PathBuf;
use std::sync::LazyLock;

use driver::Browser;
use support::{HERE, Sandbox};

/// The page of the fixture's pull request, with its six mistakes.
static PAGE: LazyLock<(Sandbox, PathBuf)> = LazyLock::new(|| {
    let sandbox = Sandbox::fixture_branch();
    support::copy(&PathBuf::from(HERE).join("fixtures/pull_request"), sandbox.root());
    let sandbox = sandbox.commit("What incidents cost");
    let data = format!("{HERE}/fixtures/source_data");
    let ran = sandbox.cadet(&["ci", "--base", "main", "--source-data", &data, "--html", "page.html"]);
    assert_eq!(ran.code, 1, "{}", ran.shown());
    let page = sandbox.root().join("page.html");
    (sandbox, page)
});

/// A browser that shows it.
fn open() -> Browser {
    let browser = Browser::new();
    browser.go(&PAGE.1);
    browser
}

/// The screen of a small phone that shows it.
fn open_on_phone() -> Browser {
    let browser = Browser::new();
    browser.screen(360, 740, true);
    browser.go(&PAGE.1);
    browser
}
