//! Any text through the lexer, the rewriter and minijinja's parser.

#![no_main]

use std::sync::LazyLock;

use cadet_fuzz::jinja::rewrite::{Marks, Rewritten, rewrite, rewrite_macro};
use libfuzzer_sys::fuzz_target;

static ENVIRONMENT: LazyLock<minijinja::Environment<'static>> = LazyLock::new(minijinja::Environment::new);

fuzz_target!(|source: &str| {
    let whole = 0..source.len();
    for rewritten in [rewrite(source, whole.clone(), Marks::None), rewrite_macro(source, whole)] {
        match rewritten {
            Ok(rewritten) => check(source, &rewritten),
            Err(problem) => assert!(problem.span.start <= problem.span.end && problem.span.end <= source.len()),
        }
    }
    if let Ok(rewritten) = rewrite(source, 0..source.len(), Marks::Text) {
        follow(source, &rewritten);
    }
});

fn check(source: &str, rewritten: &Rewritten) {
    let lines = |text: &str| text.replace("\r\n", "\n").replace('\r', "\n").matches('\n').count();
    assert_eq!(lines(source), lines(&rewritten.text), "{:?}", rewritten.text);
    follow(source, rewritten);
    // What is wrong is told by an error, never by a panic.
    let _ = ENVIRONMENT.template_from_str(&rewritten.text);
}

/// The way back leads to places of the original, and never backwards.
fn follow(source: &str, rewritten: &Rewritten) {
    let mut last = 0;
    for offset in 0..=rewritten.text.len() {
        let original = rewritten.map.original(offset);
        assert!(original >= last && original <= source.len(), "{offset} leads to {original} after {last}");
        last = original;
    }
}
