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
    insta::assert_snapshot!(commented("# cadet: ignore[yaml/known-names] it comes next week").cadet(&["check", "--all"]).shown(), @"
    ✓ Checked the whole project: nothing to fix.
      1 finding is ignored by comments.
    --- exit code 0
    ");
}

#[test]
fn alone_on_a_line_it_counts_for_the_next() {
    let sandbox = Sandbox::new().file(
        YAML,
        "models:\n  # cadet: ignore[yaml/known-names] it comes next week\n  - name: prison_safety__visits_joined\n",
    );
    insta::assert_snapshot!(sandbox.cadet(&["check", "--all"]).shown(), @"
    ✓ Checked the whole project: nothing to fix.
      1 finding is ignored by comments.
    --- exit code 0
    ");
}

#[test]
fn at_the_head_it_counts_for_the_file() {
    let sandbox = Sandbox::new()
        .file(SQL, "-- cadet: ignore-file[docs/intermediate-is-described] described in spring\nselect 1 as visit_id\n");
    insta::assert_snapshot!(sandbox.cadet(&["check", "--all"]).shown(), @"
    ✓ Checked the whole project: nothing to fix.
      1 finding is ignored by comments.
    --- exit code 0
    ");
}

#[test]
fn without_a_reason_it_ignores_nothing() {
    insta::assert_snapshot!(commented("# cadet: ignore[yaml/known-names]").cadet(&["check", "--all"]).shown(), @"
    warning[yaml/known-names]: there is no model named `prison_safety__visits_joined`, so this description and its tests do nothing
      ╭▸ models/prison/prison_safety/properties.yaml:2:11
      │
    2 │   - name: prison_safety__visits_joined # cadet: ignore[yaml/known-names]
      │           ━━━━━━━━━━━━━━━━━━━━━━━━━━━━
      │
      ╰ help: the name must be the file's name without its ending

    warning[ignores/reasoned]: this comment ignores nothing, because it does not say why
      ╭▸ models/prison/prison_safety/properties.yaml:2:40
      │
    2 │   - name: prison_safety__visits_joined # cadet: ignore[yaml/known-names]
      │                                        ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━
      │
      ╰ help: write behind the brackets why this is right here

    ✓ Checked the whole project: 2 warnings.
      To learn more about a rule: cadet explain yaml/known-names
    --- exit code 0
    ");
}

#[test]
fn after_its_day_it_counts_no_more() {
    insta::assert_snapshot!(commented("# cadet: ignore[yaml/known-names] soon until=2024-05-31").cadet(&["check", "--all"]).shown(), @"
    warning[yaml/known-names]: there is no model named `prison_safety__visits_joined`, so this description and its tests do nothing
      ╭▸ models/prison/prison_safety/properties.yaml:2:11
      │
    2 │   - name: prison_safety__visits_joined # cadet: ignore[yaml/known-names] soon until=2024-05-31
      │           ━━━━━━━━━━━━━━━━━━━━━━━━━━━━
      │
      ╰ help: the name must be the file's name without its ending

    warning[ignores/not-expired]: this comment counted until 2024-05-31, and ignores nothing any more
      ╭▸ models/prison/prison_safety/properties.yaml:2:79
      │
    2 │   - name: prison_safety__visits_joined # cadet: ignore[yaml/known-names] soon until=2024-05-31
      │                                                                               ━━━━━━━━━━━━━━━━
      │
      ╰ help: fix what it ignored, or give it another day

    ✓ Checked the whole project: 2 warnings.
      To learn more about a rule: cadet explain yaml/known-names
    --- exit code 0
    ");
    assert_eq!(commented("# cadet: ignore[yaml/known-names] soon until=2999-05-31").cadet(&["check", "--all"]).code, 0);
}

#[test]
fn an_unknown_rule_and_an_idle_one_are_told_and_the_idle_one_goes() {
    let sandbox = commented("# cadet: ignore[yaml/know-names, yaml/known-names, yaml/known-keys] it comes next week");
    insta::assert_snapshot!(sandbox.cadet(&["check", "--all"]).shown(), @"
    warning[ignores/known-rules]: there is no rule `yaml/know-names`
      ╭▸ models/prison/prison_safety/properties.yaml:2:56
      │
    2 │   - name: prison_safety__visits_joined # cadet: ignore[yaml/know-names, yaml/known-names, yaml/known-keys] it comes next week
      │                                                        ━━━━━━━━━━━━━━━
      │
      ╰ help: did you mean `yaml/known-names`?

    warning[ignores/used]: there is nothing here that `yaml/known-keys` would find, so it need not be ignored
      ╭▸ models/prison/prison_safety/properties.yaml:2:91
      │
    2 │   - name: prison_safety__visits_joined # cadet: ignore[yaml/know-names, yaml/known-names, yaml/known-keys] it comes next week
      │                                                                                           ━━━━━━━━━━━━━━━
      │
      ╰ help: take the comment out, or the rule out of it

    ✓ Checked the whole project: 2 warnings.
      To learn more about a rule: cadet explain ignores/known-rules
      1 finding is ignored by comments.
      cadet can fix 1 of these: cadet check --fix
    --- exit code 0
    ");
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
    insta::assert_snapshot!(sandbox.cadet(&["check", "--all"]).shown(), @"
    error[references/exist]: there is no model or seed named `prison_safety__vists`
      ╭▸ models/prison/prison_safety/prison_safety__visits_joined.sql:2:18
      │
    2 │ select * from {{ ref('prison_safety__vists') }} {# cadet: ignore[references/exist] it is there #}
      │                  ━━━━━━━━━━━━━━━━━━━━━━━━━━━
      │
      ╰ help: check the name: it is the file's name without `.sql` or `.csv`

    warning[ignores/permitted]: `references/exist` cannot be ignored by a comment
      ╭▸ models/prison/prison_safety/prison_safety__visits_joined.sql:2:66
      │
    2 │ select * from {{ ref('prison_safety__vists') }} {# cadet: ignore[references/exist] it is there #}
      │                                                                  ━━━━━━━━━━━━━━━━
      │
      ╰ help: fix what it finds, and take it out of the comment

    ✗ Checked the whole project: 1 error, 1 warning.
      To learn more about a rule: cadet explain references/exist
      1 finding is ignored by comments.
    --- exit code 1
    ");
}

#[test]
fn levels_for_a_group_and_for_some_files() {
    let sandbox = Sandbox::new()
        .file(SQL, "select 1 as visit_id\n")
        .file("models/courts/court_listings/court_listings__hearings_joined.sql", "select 1 as hearing_id\n")
        .file("cadet.yaml", "rules:\n  docs: warning\npaths:\n  models/courts/:\n    docs: off\n");
    insta::assert_snapshot!(sandbox.cadet(&["check", "--all"]).shown(), @"
    warning[docs/intermediate-is-described]: this model is not described in the `properties.yaml` of its folder
     ╭▸ models/prison/prison_safety/prison_safety__visits_joined.sql
     ╰ help: add to `models/prison/prison_safety/properties.yaml`, under `models:`:
               - name: prison_safety__visits_joined
                 description: …

    ✓ Checked the whole project: 1 warning.
      To learn more about a rule: cadet explain docs/intermediate-is-described
    --- exit code 0
    ");
    insta::assert_snapshot!(sandbox.file("cadet.yaml", "paths:\n  models/courts/:\n    dosc: off\n").cadet(&["check", "--all"]).shown(), @"
    --- stderr
    error[settings/cadet-yaml]: there is no rule and no group of rules `dosc`; did you mean `docs`?
      ╭▸ cadet.yaml:3:5
      │
    3 │     dosc: off
      │     ━━━━
      │
      ╰ help: nothing was done: cadet does not guess what was meant; see docs/settings.md for what cadet.yaml may hold
    --- exit code 2
    ");
}
