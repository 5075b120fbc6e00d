//! Any text rendered, as when a project is read and as when it is compiled, with the budgets.

#![no_main]

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use cadet_fuzz::jinja::render::render;
use cadet_fuzz::jinja::rewrite::{Marks, rewrite};
use cadet_fuzz::jinja::scope::{Compiling, Given, Mode, Scope};
use cadet_fuzz::jinja::universe::{MacroFile, Universe};
use libfuzzer_sys::fuzz_target;

static UNIVERSE: LazyLock<Arc<Universe>> = LazyLock::new(|| {
    let text = include_str!("../../tests/jinja/macros/root/root.sql");
    let file = MacroFile { package: "root", path: "macros/root.sql", text, only_tests: false };
    Arc::new(Universe::new("root", &[file], HashMap::new()).0)
});

static GIVEN: LazyLock<Arc<Given>> = LazyLock::new(Arc::default);

fuzz_target!(|source: &str| {
    let Ok(template) = rewrite(source, 0..source.len(), Marks::None) else { return };
    let compile = Mode::Compile(Compiling::default());
    for mode in [Mode::Parse, compile] {
        let scope = Arc::new(Scope::new(Arc::clone(&UNIVERSE), Arc::clone(&GIVEN), "root", mode));
        // Findings are as welcome as text.
        let _ = render(&scope, &template, "models/x.sql");
    }
});
