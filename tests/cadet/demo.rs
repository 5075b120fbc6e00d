//! `cadet demo`: what a newcomer sees first.

use crate::support::Sandbox;

#[test]
fn the_demo_shows_six_mistakes_the_tables_the_tests_and_the_comment() {
    let sandbox = Sandbox::new();
    let ran = sandbox.cadet(&["demo", "--keep", "example", "--threads", "1"]);
    insta::assert_snapshot!(ran.shown(), @"
    cadet on a pull request
    The branch `incident-costs` adds a table of what incidents cost and a row to a seed, which is fine.
    It also makes six mistakes. This is what its author and its reviewer would be told.

    1. Check: incident-costs compared with main ([commit])

    error[references/exist]: there is no model or seed named `court_listings__court_dim`
      ╭▸ mojap_derived_tables/models/courts/court_listings/marts/listings/court_listings__busy_courts_fct.sql:6:22
      │
    6 │     select * from {{ ref('court_listings__court_dim') }}
      │                      ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━
      │
      ╰ help: did you mean `court_listings__courts_dim`?

    error[sql/parses]: there is a comma too many before `from`
       ╭▸ mojap_derived_tables/models/courts/court_listings/marts/listings/court_listings__results_fct.sql:58:36
       │
    58 │             as has_amount_in_detail,
       │                                    ━
       │
       ╰ help: take the comma away, or write the column that is missing after it

    error[yaml/parses]: this YAML file cannot be read: a line is indented with a tab
       ╭▸ mojap_derived_tables/models/prison/prison_population/marts/population/prison_population__languages_fct.yaml:18:1
       │
    18 │     data_tests:
       │ ━━━━
       │
       ╰ help: replace the tab by spaces, 2 for each level

    error[docs/model-has-property-file]: this `_fct` model has no property file
     ╭▸ mojap_derived_tables/models/prison/prison_population/marts/population/prison_population__receptions_fct.sql
     ╰ help: add `models/prison/prison_population/marts/population/prison_population__receptions_fct.yaml` with:
             version: 2
             models:
               - name: prison_population__receptions_fct
                 description: One row for each …

    error[naming/model-file]: the name of this file has no `__` between database and table
     ╭▸ mojap_derived_tables/models/prison/prison_safety/marts/incidents/prison_safety_violence_fct.sql
     ╰ help: rename it to `prison_safety__violence_fct.sql`, and with it its property file, and the name in property files and `ref`s

    ✗ Checked 11 changed files: 5 errors.
      To learn more about a rule: cadet explain references/exist

    2. Deploy: what changed and everything downstream, with its tests

      loaded  seed        court_listings__result_codes  6 rows
      loaded  seed        prison_safety__incident_types  9 rows
       built  table       court_listings__courts_stg  8 rows
       built  table       court_listings__hearings_stg  25 rows
       built  table       court_listings__results_stg  19 rows
       built  table       prison_population__bookings_stg  20 rows
       built  table       prison_population__offenders_stg  16 rows
       built  table       prison_safety__incident_types_dim  9 rows
       built  table       prison_safety__incidents_stg  23 rows
       built  table       court_listings__courts_dim.v1  8 rows
       built  table       prison_population__bookings_joined  20 rows
       built  table       prison_safety__incidents_joined  23 rows
       built  table       court_listings__hearings_joined  25 rows
       built  table       prison_population__bookings_grouped  15 rows
       built  table       prison_population__receptions_fct  19 rows
       built  table       prison_safety__incidents_fct  20 rows
       built  table       prison_safety__incidents_grouped  11 rows
       built  table       court_listings__hearings_fct  25 rows
       built  table       prison_population__offenders_dim  16 rows
       built  table       prison_safety__dates_dim  155 rows
      failed  table       prison_safety__establishments_fct  there is no column `damage_costs` in the tables that this reads
       built  table       prison_safety__incident_costs_fct  9 rows
       built  table       prison_safety__incident_tags_fct  23 rows
     skipped  table       prison_safety_violence_fct  not built: fix naming/model-file first
      warned  test        not_null_prison_safety__incidents_fct_damage_cost  4 rows break this test
     skipped  table       court_listings__busy_courts_fct  not built: fix references/exist first
     skipped  table       court_listings__results_fct  not built: fix sql/parses first

    error[deploy/build]: there is no column `damage_costs` in the tables that this reads
       ╭▸ mojap_derived_tables/models/prison/prison_safety/marts/incidents/prison_safety__establishments_fct.sql:22:13
       │
    22 │         sum(damage_costs) as total_damage_cost,
       │             ━━━━━━━━━━━━
       │
       ╰ help: did you mean `damage_cost`?

    warning[deploy/data-test]: 4 rows break the test `not_null` on `damage_cost`
       ╭▸ mojap_derived_tables/models/prison/prison_safety/marts/incidents/prison_safety__incidents_fct.yaml:33:13
       │
    33 │           - not_null:
       │             ━━━━━━━━
       │
       ╰ help: to see the rows: `cadet show --select not_null_prison_safety__incidents_fct_damage_cost`

    ✗ 22 tables built, 1 failed, 3 skipped. Tests: 29 passed, 1 warned, 12 skipped.

    3. Report

    The pull request's comment is in example/create-a-derived-table/target/comment.md.
    Artefacts: example/create-a-derived-table/target/dev/run_artefacts/run_time=[time]

    The comment on the pull request, in Markdown:

      <!-- cadet:report -->
      ## ❌ cadet: 6 things to fix
      
      `incident-costs` compared with `main ([commit])`, 11 changed files.
      
      ### To fix (6)
      
      | Where | What | How to go on |
      |---|---|---|
      | `mojap_derived_tables/models/courts/court_listings/marts/listings/court_listings__busy_courts_fct.sql` line 6 | there is no model or seed named `court_listings__court_dim` <br><sub>`references/exist`</sub> | did you mean `court_listings__courts_dim`? |
      | `mojap_derived_tables/models/courts/court_listings/marts/listings/court_listings__results_fct.sql` line 58 | there is a comma too many before `from` <br><sub>`sql/parses`</sub> | take the comma away, or write the column that is missing after it |
      | `mojap_derived_tables/models/prison/prison_population/marts/population/prison_population__languages_fct.yaml` line 18 | this YAML file cannot be read: a line is indented with a tab <br><sub>`yaml/parses`</sub> | replace the tab by spaces, 2 for each level |
      | `mojap_derived_tables/models/prison/prison_population/marts/population/prison_population__receptions_fct.sql` | this `_fct` model has no property file <br><sub>`docs/model-has-property-file`</sub> | add `models/prison/prison_population/marts/population/prison_population__receptions_fct.yaml` with:<pre>version: 2<br>models:<br>  - name: prison_population&#95;&#95;receptions_fct<br>    description: One row for each …</pre> |
      | `mojap_derived_tables/models/prison/prison_safety/marts/incidents/prison_safety__establishments_fct.sql` line 22 | there is no column `damage_costs` in the tables that this reads <br><sub>`deploy/build`</sub> | did you mean `damage_cost`? |
      | `mojap_derived_tables/models/prison/prison_safety/marts/incidents/prison_safety_violence_fct.sql` | the name of this file has no `__` between database and table <br><sub>`naming/model-file`</sub> | rename it to `prison_safety__violence_fct.sql`, and with it its property file, and the name in property files and `ref`s |
      
      ### To look at (1)
      
      | Where | What | How to go on |
      |---|---|---|
      | `mojap_derived_tables/models/prison/prison_safety/marts/incidents/prison_safety__incidents_fct.yaml` line 33 | 4 rows break the test `not_null` on `damage_cost` <br><sub>`deploy/data-test`</sub> | to see the rows: `cadet show --select not_null_prison_safety__incidents_fct_damage_cost` |
      
      <details open><summary><b>Tables: 9 of 13 built</b></summary>
      
      | | Table | Result | Why it is here |
      |---|---|---|---|
      | ✅ | `prison_safety__incident_types` | 9 rows | changed |
      | ✅ | `prison_safety__incident_types_dim` | 9 rows | reads prison_safety&#95;&#95;incident_types |
      | ✅ | `prison_safety__incidents_joined` | 23 rows | reads prison_safety&#95;&#95;incident_types |
      | ✅ | `prison_population__receptions_fct` | 19 rows | new |
      | ✅ | `prison_safety__incidents_fct` | 20 rows | reads prison_safety&#95;&#95;incident_types |
      | ✅ | `prison_safety__incidents_grouped` | 11 rows | reads prison_safety&#95;&#95;incidents_filtered |
      | ✅ | `prison_safety__dates_dim` | 155 rows | reads prison_safety&#95;&#95;incident_types |
      | ❌ | `prison_safety__establishments_fct` | there is no column `damage_costs` in the tables that this reads | changed |
      | ✅ | `prison_safety__incident_costs_fct` | 9 rows | new |
      | ✅ | `prison_safety__incident_tags_fct` | 23 rows | reads prison_safety&#95;&#95;incident_types |
      | ⏭️ | `prison_safety_violence_fct` | not built: fix naming/model-file first | new |
      | ⏭️ | `court_listings__busy_courts_fct` | not built: fix references/exist first | new |
      | ⏭️ | `court_listings__results_fct` | not built: fix sql/parses first | changed |
      
      13 unchanged tables that they read were built too.
      
      </details>
      
      **Tests:** 29 passed, 1 warned, 12 skipped.
      
      Artefacts of this run (manifest, results, compiled SQL, log): `example/create-a-derived-table/target/dev/run_artefacts/run_time=[time]`
      
      Run `cadet check` on your machine to see the same before you push.

    Try next
      cd example/create-a-derived-table
      cadet check                                     the same check; mend a file and see its finding go
      cadet explain naming/model-file                 what a rule asks for, and why
      cadet deploy --source-data source_data          build again what is mended, and what reads it
      cadet ls --select +court_listings__results_fct  everything that a table is made of
      cadet check --format json                       for scripts
    --- exit code 0
    ");
}

#[test]
fn the_demo_does_not_write_over_another_one() {
    let sandbox = Sandbox::new();
    assert_eq!(sandbox.cadet(&["demo", "--keep", "example", "--quiet"]).code, 0);
    insta::assert_snapshot!(sandbox.cadet(&["demo", "--keep", "example"]).shown(), @"
    --- stderr
    error: example holds an example already
    help: name another folder, or delete that one
    --- exit code 2
    ");
}
