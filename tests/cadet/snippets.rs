//! Templates beside what dbt's own Jinja environment makes of them: as a project is read, and as it is compiled.
//!
//! `tests/jinja/oracle.py` made `oracle.json` from `templates.txt`.

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use cadet::jinja::render::render;
use cadet::jinja::rewrite::{Marks, rewrite};
use cadet::jinja::scope::{Compiling, Given, Mode, Scope};
use cadet::jinja::universe::{MacroFile, Universe};

/// Templates that cadet renders otherwise, each with its row in docs/dbt-differences.md.
const DIFFERS: &[(&str, &str)] = &[
    ("{{ [1,2] | map('string') }}", "the address of a generator is another one each time"),
    ("{{ ret_list }}", "the address of a macro is another one each time"),
    (
        "{{ modules.itertools.product([1,2],['a']) | list }}",
        "cadet has no warning of dbt's that `itertools` will go, which stopped the environment that made the answers",
    ),
];

fn universe() -> Arc<Universe> {
    let read = |path: &str| fs::read_to_string(Path::new("tests/jinja/macros").join(path)).unwrap();
    // cadet has dbt's `statement`: the one that the answers were made with stands before it, in the root project.
    let base = read("dbt/base.sql");
    let start = base.find("{% macro statement").unwrap();
    let end = start + base[start..].find("endmacro %}").unwrap() + "endmacro %}".len();
    let (statement, others) = (&base[start..end], format!("{}{}", &base[..start], &base[end..]));
    let root = format!("{}\n{statement}", read("root/root.sql"));
    let texts = [("root", root), ("pkg", read("pkg/pkg.sql")), ("dbt", others)];
    let file = |(package, text): &'static (&'static str, String)| MacroFile {
        package,
        path: package,
        text,
        only_tests: false,
    };
    let texts: &'static [(&'static str, String)] = Box::leak(Box::new(texts));
    let (universe, problems) = Universe::new("root", &texts.iter().map(file).collect::<Vec<_>>(), Default::default());
    assert!(problems.is_empty(), "{problems:?}");
    Arc::new(universe)
}

fn rendered(universe: &Arc<Universe>, template: &str, mode: &str) -> String {
    let compile = Mode::Compile(Compiling::default());
    let mode = if mode == "compile" { compile } else { Mode::Parse };
    let scope = Arc::new(Scope::new(Arc::clone(universe), Arc::new(Given::default()), "root", mode));
    match rewrite(template, 0..template.len(), Marks::None) {
        Ok(rewritten) => {
            render(&scope, &rewritten, "models/x.sql").unwrap_or_else(|problem| format!("ERR {problem:?}"))
        }
        Err(problem) => format!("ERR {problem:?}"),
    }
}

fn compare(file: &str) {
    let rows: Vec<HashMap<String, String>> = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    let universe = universe();
    let mut differences = Vec::new();
    for row in &rows {
        let template = &row["template"];
        for mode in ["compile", "parse"] {
            let (expected, found) = (&row[mode], rendered(&universe, template, mode));
            let is_same = if expected.starts_with("ERR ") { found.starts_with("ERR ") } else { *expected == found };
            if !is_same && !DIFFERS.iter().any(|(known, _)| known == template) {
                differences.push(format!("{mode}: {template}\n  dbt:   {expected}\n  cadet: {found}"));
            }
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

#[test]
fn snippets_render_as_in_dbt() {
    compare("tests/jinja/snippets.json");
}

#[test]
fn templates_of_every_kind_render_as_in_dbt() {
    compare("tests/jinja/oracle.json");
}
