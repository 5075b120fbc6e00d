//! What is said of templates that fail: `tests/jinja/errors.txt` has each template beside all that is told of it.

use std::fmt::Write as _;
use std::fs;
use std::sync::Arc;

use cadet::finding::Place;
use cadet::jinja::render::render;
use cadet::jinja::rewrite::{Marks, rewrite};
use cadet::jinja::scope::{Compiling, Given, Mode, Scope};
use cadet::jinja::universe::{MacroFile, Universe};

const TEMPLATES: &[&str] = &[
    "select\n{% for c in get_colums_of('a') %}{{ c }}{% endfor %}",
    "select\n{% set c = get_colums_of('a') %}",
    "{{ sums_up(1) }}",
    "{{ misspelt_in_a_loop() }}",
    "{{ misspelt_call_block() }}",
    "{{ takes_an_attribute({}) }}",
    "{% call get_colums_of(1) %}x{% endcall %}",
    "{{ nope.b }}",
    "a {{ x_undefined + 1 }}",
    "{{ dbt_utils.star() }}",
    "a\n{{ ref('a) }} from {{ ref('b') }}\n{{ 'c' }}",
    "a\n{{ ref('a }}",
    "{{ get_columns_of(1, 2) }}",
    "{{ get_columns_of(y=1) }}",
    "{% if '08' > 5 %}x{% endif %}",
    "{{ 'a' + 1 }}",
    "a\n{{ 'a' | uper }}",
    "{{ x is defned }}",
    "{{ [1].apend(2) }}",
    "{{ 'a'.uper() }}",
    "{% for x in 5 %}{% endfor %}",
    "{{ 1 / 0 }}",
    "{{ '%d' % 'a' }}",
    "{{ 'x' * 10**9 }}",
    "x\n{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}",
    "{{ forever(1) }}",
    "a\n{% if true %}\nb",
    "{% include 'x' %}",
    "{{ modules.re.match('(', 'a') }}",
];

const MACROS: &str = "{% macro adds(x) %}
  {{ x + 'a' }}
{% endmacro %}
{% macro sums_up(x) %}
  {% set y = adds(x) %}
{% endmacro %}
{% macro misspelt_in_a_loop() %}
  {% for c in get_columns_off() %}{{ c }}{% endfor %}
{% endmacro %}
{% macro misspelt_call_block() %}
  {% call get_columns_off(1) %}{% endcall %}
{% endmacro %}
{% macro takes_an_attribute(x) %}
  {{ x.y.z }}
{% endmacro %}
{% macro get_columns_of(x) %}{% endmacro %}
{% macro forever(x) %}{{ forever(x) }}{% endmacro %}
";

/// `path:line:column` and the text that is marked.
fn shown(place: &Place, template: &str) -> String {
    let source = if place.path.starts_with("models") { template } else { MACROS };
    let Some(span) = &place.span else { return place.path.clone() };
    let before = &source[..span.start];
    let (line, column) =
        (before.matches('\n').count() + 1, before.len() - before.rfind('\n').map_or(0, |at| at + 1) + 1);
    format!("{}:{line}:{column} `{}`", place.path, &source[span.clone()])
}

fn told() -> String {
    let file = MacroFile { package: "root", path: "macros/m.sql", text: MACROS, only_tests: false };
    let universe = Arc::new(Universe::new("root", &[file], Default::default()).0);
    let mut out = String::new();
    for template in TEMPLATES {
        let compile = Mode::Compile(Compiling::default());
        let scope = Arc::new(Scope::new(Arc::clone(&universe), Arc::new(Given::default()), "root", compile));
        writeln!(out, "{template}").unwrap();
        match rewrite(template, 0..template.len(), Marks::None) {
            Err(problem) => {
                let place = shown(&Place::span("models/x.sql", problem.span), template);
                writeln!(out, "  {}\n  help: {}\n  at {place}\n", problem.message, problem.help.unwrap_or_default())
                    .unwrap();
            }
            Ok(rewritten) => match render(&scope, &rewritten, "models/x.sql") {
                Ok(text) => writeln!(out, "  {text:?}\n").unwrap(),
                Err(problem) => {
                    writeln!(out, "  {}\n  help: {}", problem.message, problem.help).unwrap();
                    writeln!(out, "  at {}", shown(&problem.place, template)).unwrap();
                    for (place, message) in problem.stack.iter().take(3) {
                        writeln!(out, "  from {} {message}", shown(place, template)).unwrap();
                    }
                    out.push('\n');
                }
            },
        }
    }
    out
}

#[test]
fn failing_templates_are_told_with_place_and_help() {
    assert_eq!(told(), fs::read_to_string("tests/jinja/errors.txt").unwrap());
}
