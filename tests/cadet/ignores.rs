//! Comments that ignore findings: where they count, what they need, and what they cannot do.

use crate::support::Sandbox;

const YAML: &str = "models/prison/prison_safety/properties.yaml";
const SQL: &str = "models/prison/prison_safety/prison_safety__visits_joined.sql";

/// A property file with an entry for a model that is not there, and this comment behind it.
fn commented(comment: &str) -> Sandbox {
    Sandbox::new().file(YAML, &format!("models:\n  - name: prison_safety__visits_joined {comment}\n"))
}

#[test]
fn a_comment_with_a_reason_ignores_the_finding_on_its_line() {
    insta::assert_snapshot!(commented("# cadet: ignore[yaml/known-names] it comes next week").cadet(&["check", "--all"]).shown(), @"");
}

#[test]
fn alone_on_a_line_it_counts_for_the_next() {
    let sandbox = Sandbox::new().file(
        YAML,
        "models:\n  # cadet: ignore[yaml/known-names] it comes next week\n  - name: prison_safety__visits_joined\n",
    );
    insta::assert_snapshot!(sandbox.cadet(&["check", "--all"]).shown(), @"");
}

#[test]
fn at_the_head_it_counts_for_the_file() {
    let sandbox = Sandbox::new()
        .file(SQL, "-- cadet: ignore-file[docs/intermediate-is-described] described in spring\nselect 1 as visit_id\n");
    insta::assert_snapshot!(sandbox.cadet(&["check", "--all"]).shown(), @"");
}

#[test]
fn without_a_reason_it_ignores_nothing() {
    insta::assert_snapshot!(commented("# cadet: ignore[yaml/known-names]").cadet(&["check", "--all"]).shown(), @"");
}

#[test]
fn after_its_day_it_counts_no_more() {
    insta::assert_snapshot!(commented("# cadet: ignore[yaml/known-names] soon until=2024-05-31").cadet(&["check", "--all"]).shown(), @"");
    assert_eq!(commented("# cadet: ignore[yaml/known-names] soon until=2999-05-31").cadet(&["check", "--all"]).code, 0);
}

#[test]
fn an_unknown_rule_and_an_idle_one_are_told_and_the_idle_one_goes() {
    let sandbox = commented("# cadet: ignore[yaml/know-names, yaml/known-names, yaml/known-keys] it comes next week");
    insta::assert_snapshot!(sandbox.cadet(&["check", "--all"]).shown(), @"");
    sandbox.cadet(&["check", "--all", "--fix"]);
    assert_eq!(
        sandbox.read(YAML),
        "models:\n  - name: prison_safety__visits_joined # cadet: ignore[yaml/know-names, yaml/known-names] it comes next week\n"
    );
}

#[test]
fn what_dbt_refuses_cannot_be_ignored() {
    let sandbox = Sandbox::new().file(
        SQL,
        "-- cadet: ignore-file[docs/intermediate-is-described] described in spring\n\
         select * from {{ ref('prison_safety__vists') }} {# cadet: ignore[references/exist] it is there #}\n",
    );
    insta::assert_snapshot!(sandbox.cadet(&["check", "--all"]).shown(), @"");
}

#[test]
fn levels_for_a_group_and_for_some_files() {
    let sandbox = Sandbox::new()
        .file(SQL, "select 1 as visit_id\n")
        .file("models/courts/court_listings/court_listings__hearings_joined.sql", "select 1 as hearing_id\n")
        .file("cadet.yaml", "rules:\n  docs: warning\npaths:\n  models/courts/:\n    docs: off\n");
    insta::assert_snapshot!(sandbox.cadet(&["check", "--all"]).shown(), @"");
    insta::assert_snapshot!(sandbox.file("cadet.yaml", "paths:\n  models/courts/:\n    dosc: off\n").cadet(&["check", "--all"]).shown(), @"");
}
