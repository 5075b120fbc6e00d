//! `cadet demo`: what a newcomer sees first.

use crate::support::Sandbox;

#[test]
fn the_demo_shows_six_mistakes_the_tables_the_tests_and_the_comment() {
    let sandbox = Sandbox::new();
    let ran = sandbox.cadet(&["demo", "--keep", "example", "--threads", "1"]);
    insta::assert_snapshot!(ran.shown(), @r#"
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

    error[sql/unknown-column]: the model `prison_safety__incidents_fct` has no column `damage_costs`
       ╭▸ mojap_derived_tables/models/prison/prison_safety/marts/incidents/prison_safety__establishments_fct.sql:22:13
       │
    22 │         sum(damage_costs) as total_damage_cost,
       │             ━━━━━━━━━━━━
       │
       ╰ help: did you mean `damage_cost`?

    error[naming/model-file]: the name of this file has no `__` between database and table
     ╭▸ mojap_derived_tables/models/prison/prison_safety/marts/incidents/prison_safety_violence_fct.sql
     ╰ help: rename it to `prison_safety__violence_fct.sql`, and with it its property file, and the name in property files and `ref`s

    ✗ Checked 11 changed files: 6 errors.
      To learn more about a rule: cadet explain references/exist

    2. Deploy: what changed and everything downstream, with its tests

      loaded  seed        prison_safety__incident_types  9 rows
       built  table       court_listings__courts_stg  8 rows
       built  table       prison_population__bookings_stg  20 rows
       built  table       prison_population__offenders_stg  16 rows
       built  table       prison_safety__incidents_stg  23 rows
       built  table       court_listings__hearings_stg  25 rows
       built  table       court_listings__courts_dim.v1  8 rows
       built  table       prison_population__bookings_joined  20 rows
       built  table       prison_safety__incidents_joined  23 rows
       built  table       prison_safety__incident_types_dim  9 rows
       built  table       court_listings__hearings_joined  25 rows
       built  table       prison_population__bookings_grouped  15 rows
       built  table       prison_safety__incidents_fct  20 rows
       built  table       prison_safety__incidents_grouped  11 rows
       built  table       court_listings__hearings_fct  25 rows
       built  table       prison_population__offenders_dim  16 rows
       built  table       prison_safety__dates_dim  155 rows
      failed  table       prison_safety__establishments_fct  there is no column `damage_costs` in the tables that this reads
       built  table       prison_safety__incident_costs_fct  9 rows
       built  table       prison_safety__incident_tags_fct  23 rows
     skipped  table       prison_safety_violence_fct  not built: fix naming/model-file first
     skipped  table       court_listings__busy_courts_fct  not built: fix references/exist first
     skipped  table       court_listings__results_fct  not built: fix sql/parses first
      loaded  seed        court_listings__result_codes  6 rows
       built  table       court_listings__results_stg  19 rows
       built  table       prison_population__receptions_fct  19 rows
      warned  test        not_null_prison_safety__incidents_fct_damage_cost  4 rows break this test

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

      <!-- cadet:report 578634ce37c7 -->
      ## ❌ Not ready: 6 errors to fix, 1 table failed
      
      **Next:** fix `mojap_derived_tables/models/courts/court_listings/marts/listings/court_listings__busy_courts_fct.sql` line 6: there is no model or seed named `court_listings__court_dim`. Then push again; `cadet ci` on your machine shows the same before you push.
      
      **Tables on the embedded DuckDB:** 9 built, 1 failed, 3 not built · **Tests:** 29 passed, 1 warned, 12 skipped
      
      ### 💥 Failed (1)
      
      - **`prison_safety_dev_dbt.establishments_fct`: There is no column `damage_costs` in the tables that this reads**<br>`mojap_derived_tables/models/prison/prison_safety/marts/incidents/prison_safety__establishments_fct.sql` line 22
        <br>**Fix:** did you mean `damage_cost`?
      
      ### ❌ To fix (6)
      
      - **There is no model or seed named `court_listings__court_dim`**<br>`mojap_derived_tables/models/courts/court_listings/marts/listings/court_listings__busy_courts_fct.sql` line 6 · `references/exist`
        <br>**Fix:** did you mean `court_listings__courts_dim`?
      - **There is a comma too many before `from`**<br>`mojap_derived_tables/models/courts/court_listings/marts/listings/court_listings__results_fct.sql` line 58 · `sql/parses`
        <br>**Fix:** take the comma away, or write the column that is missing after it
      - **This YAML file cannot be read: a line is indented with a tab**<br>`mojap_derived_tables/models/prison/prison_population/marts/population/prison_population__languages_fct.yaml` line 18 · `yaml/parses`
        <br>**Fix:** replace the tab by spaces, 2 for each level
      - **This `_fct` model has no property file**<br>`mojap_derived_tables/models/prison/prison_population/marts/population/prison_population__receptions_fct.sql` · `docs/model-has-property-file`
        <br>**Fix:** add `models/prison/prison_population/marts/population/prison_population__receptions_fct.yaml` with:
      
        ```yaml
        version: 2
        models:
          - name: prison_population__receptions_fct
            description: One row for each …
        ```
      
      - **The model `prison_safety__incidents_fct` has no column `damage_costs`**<br>`mojap_derived_tables/models/prison/prison_safety/marts/incidents/prison_safety__establishments_fct.sql` line 22 · `sql/unknown-column`
        <br>**Fix:** did you mean `damage_cost`?
      
      <details><summary>1 more finding</summary>
      
      - **The name of this file has no `__` between database and table**<br>`mojap_derived_tables/models/prison/prison_safety/marts/incidents/prison_safety_violence_fct.sql` · `naming/model-file`
        <br>**Fix:** rename it to `prison_safety__violence_fct.sql`, and with it its property file, and the name in property files and `ref`s
      
      </details>
      
      ### ⚠️ To look at (1)
      
      - **4 rows break the test `not_null` on `damage_cost`**<br>`mojap_derived_tables/models/prison/prison_safety/marts/incidents/prison_safety__incidents_fct.yaml` line 33 · `deploy/data-test`
        <br>**Fix:** to see the rows: `cadet show --select not_null_prison_safety__incidents_fct_damage_cost`
      
      ### Tables: 9 of 13 built
      
      | | Table | Result | Time | Tests |
      |---|---|---|--:|---|
      | ❌ | `prison_safety_dev_dbt.establishments_fct`<br><sub>changed</sub> | failed | [seconds] |  |
      | ⏭️ | `prison_safety_dev_dbt.prison_safety_violence_fct`<br><sub>new</sub> | not built: fix naming/model-file first |  |  |
      | ⏭️ | `court_listings_dev_dbt.busy_courts_fct`<br><sub>new</sub> | not built: fix references/exist first |  |  |
      | ⏭️ | `court_listings_dev_dbt.results_fct`<br><sub>changed</sub> | not built: fix sql/parses first |  |  |
      | ✅ | `prison_safety_dev_dbt.incident_types`<br><sub>changed</sub> | 9 rows | [seconds] | 4 ✅ |
      | ✅ | `prison_safety_dev_dbt.incident_types_dim`<br><sub>reads incident_types</sub> | 9 rows | [seconds] | 3 ✅ |
      | ✅ | `prison_safety_dev_dbt.incidents_joined`<br><sub>reads incident_types</sub> | 23 rows | [seconds] | 3 ✅ |
      | ✅ | `prison_population_dev_dbt.receptions_fct`<br><sub>new</sub> | 19 rows | [seconds] |  |
      | ✅ | `prison_safety_dev_dbt.incidents_fct`<br><sub>reads incident_types</sub> | 20 rows | [seconds] | 5 ✅ 1 ⚠️ |
      | ✅ | `prison_safety_dev_dbt.incidents_grouped`<br><sub>reads incidents_filtered</sub> | 11 rows | [seconds] | 2 ✅ |
      
      <details><summary>3 more tables</summary>
      
      | | Table | Result | Time | Tests |
      |---|---|---|--:|---|
      | ✅ | `prison_safety_dev_dbt.dates_dim`<br><sub>reads incident_types</sub> | 155 rows | [seconds] | 3 ✅ |
      | ✅ | `prison_safety_dev_dbt.incident_costs_fct`<br><sub>new</sub> | 9 rows | [seconds] | 4 ✅ |
      | ✅ | `prison_safety_dev_dbt.incident_tags_fct`<br><sub>reads incident_types</sub> | 23 rows | [seconds] | 4 ✅ |
      
      </details>
      
      13 unchanged tables that they read were built too.
      
      <details><summary>Look into the tables</summary>
      
      On your machine, after `cadet ci`:
      
      ```sh
      cadet show --select prison_safety__incident_types
      ```
      
      ```sh
      cadet show --select prison_safety__incident_types_dim
      ```
      
      ```sh
      cadet show --select prison_safety__incidents_joined
      ```
      
      ```sh
      cadet show --select prison_population__receptions_fct
      ```
      
      ```sh
      cadet show --select prison_safety__incidents_fct
      ```
      
      ```sh
      cadet show --select prison_safety__incidents_grouped
      ```
      
      ```sh
      cadet show --select prison_safety__dates_dim
      ```
      
      ```sh
      cadet show --select prison_safety__incident_costs_fct
      ```
      
      ```sh
      cadet show --select prison_safety__incident_tags_fct
      ```
      
      </details>
      
      <details><summary>How it hangs together</summary>
      
      ```mermaid
      flowchart LR
        n0[("court_listings_dev_dbt.result_codes")]:::built
        n1[("prison_safety_dev_dbt.incident_types")]:::built
        class n1 changed
        n2["court_listings_dev_dbt.courts_stg"]:::built
        n3["court_listings_dev_dbt.hearings_stg"]:::built
        n4["court_listings_dev_dbt.results_stg"]:::built
        n5["prison_population_dev_dbt.bookings_stg"]:::built
        n6["prison_population_dev_dbt.offenders_stg"]:::built
        n7["prison_safety_dev_dbt.incident_types_dim"]:::built
        n8["prison_safety_dev_dbt.incidents_stg"]:::built
        n9["court_listings_dev_dbt.courts_dim_v1"]:::built
        n10["prison_population_dev_dbt.bookings_joined"]:::built
        n11["prison_safety_dev_dbt.incidents_joined"]:::built
        n12["court_listings_dev_dbt.hearings_joined"]:::built
        n13["prison_population_dev_dbt.bookings_grouped"]:::built
        n14["prison_population_dev_dbt.receptions_fct"]:::built
        class n14 changed
        n15["prison_safety_dev_dbt.incidents_fct"]:::built
        n16["prison_safety_dev_dbt.incidents_grouped"]:::built
        n17["court_listings_dev_dbt.hearings_fct"]:::built
        n18["prison_population_dev_dbt.offenders_dim"]:::built
        n19["prison_safety_dev_dbt.dates_dim"]:::built
        n20["prison_safety_dev_dbt.establishments_fct"]:::failed
        class n20 changed
        n21["prison_safety_dev_dbt.incident_costs_fct"]:::built
        class n21 changed
        n22["prison_safety_dev_dbt.incident_tags_fct"]:::built
        n23["prison_safety_dev_dbt.prison_safety_violence_fct"]:::waits
        class n23 changed
        n24["court_listings_dev_dbt.busy_courts_fct"]:::waits
        class n24 changed
        n25["court_listings_dev_dbt.results_fct"]:::waits
        class n25 changed
        n26["court_listings_dev_dbt.courts_dim_v2"]:::other
        n27["prison_population_dev_dbt.languages_unnested"]:::other
        n28["prison_population_dev_dbt.current_population_fct"]:::other
        n29["prison_population_dev_dbt.daily_population_fct"]:::other
        n30["prison_safety__incidents_filtered"]:::other
        n31["court_listings_dev_dbt.hearings_grouped"]:::other
        n32["prison_population_dev_dbt.languages_fct"]:::other
        n1 --> n7
        n2 --> n9
        n5 --> n10
        n6 --> n10
        n8 --> n11
        n1 --> n11
        n5 --> n11
        n3 --> n12
        n9 --> n12
        n10 --> n13
        n10 --> n14
        n30 --> n15
        n30 --> n16
        n12 --> n17
        n6 --> n18
        n13 --> n18
        n15 --> n19
        n15 --> n20
        n15 --> n21
        n7 --> n21
        n15 --> n22
        n15 --> n23
        n17 --> n24
        n4 --> n25
        n0 --> n25
        n17 --> n25
        n2 --> n26
        n6 --> n27
        n10 --> n28
        n10 --> n29
        n11 --> n30
        n12 --> n31
        n27 --> n32
        n18 --> n32
        classDef built fill:#dafbe1,stroke:#1a7f37,color:#0a3016
        classDef failed fill:#ffebe9,stroke:#cf222e,color:#5c0f14
        classDef waits fill:#fff8c5,stroke:#9a6700,color:#4d3300
        classDef other fill:#f6f8fa,stroke:#8c959f,color:#1f2328
        classDef changed stroke-width:4px
      ```
      
      Green: built. Red: failed. Yellow: not built. Grey: no part of the run. Thick: changed.
      
      </details>
      
      ---
      <sub>Commit `[commit]` of `incident-costs`, compared with `main ([commit])`: 11 changed files · manifest, results, SQL and log: `example/create-a-derived-table/target/dev/run_artefacts/run_time=[time]` · begun [time] · cadet 0.1.0</sub>

    Try next
      cd example/create-a-derived-table
      cadet check                                     the same check; mend a file and see its finding go
      cadet explain naming/model-file                 what a rule asks for, and why
      cadet deploy --source-data source_data          build again what is mended, and what reads it
      cadet ls --select +court_listings__results_fct  everything that a table is made of
      cadet check --format json                       for scripts
    --- exit code 0
    "#);
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
