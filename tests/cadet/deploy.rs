//! `cadet deploy` and dbt's verbs: what is built, in which order and why, and what a failure takes with it.

use std::path::Path;

use cadet::engine::duckdb::DuckDb;

use crate::support::{HERE, Ran, Sandbox, copy};

const INCIDENTS: &str = "models/prison/prison_safety/marts/incidents";
const LISTINGS: &str = "models/courts/court_listings/marts/listings";
const DAILY: &str = "prison_population__daily_population_fct";
const DAILY_SQL: &str = "models/prison/prison_population/marts/population/prison_population__daily_population_fct.sql";

/// `cadet <args>` on the fixtures' source data, one step at a time.
fn with_data(sandbox: &Sandbox, args: &[&str]) -> Ran {
    let data = format!("{HERE}/fixtures/source_data");
    sandbox.cadet(&[args, &["--source-data", &data, "--threads", "1"]].concat())
}

/// The statuses in `run_results.json`, with rows or failures, sorted by id.
fn results(sandbox: &Sandbox) -> String {
    let results = sandbox.json("target/run_results.json");
    let line = |result: &serde_json::Value| {
        let count = [&result["adapter_response"]["rows_affected"], &result["failures"]]
            .into_iter()
            .find_map(|count| count.as_u64());
        let count = count.map_or_else(String::new, |count| format!(" {count}"));
        format!("{} {}{count}", result["unique_id"].as_str().unwrap(), result["status"].as_str().unwrap())
    };
    let mut lines: Vec<String> = results["results"].as_array().unwrap().iter().map(line).collect();
    lines.sort();
    lines.join("\n")
}

#[test]
fn a_branch_that_changes_nothing_builds_nothing() {
    insta::assert_snapshot!(with_data(&Sandbox::fixture_branch(), &["deploy"]).shown(), @"
    Nothing to build: no model, seed or test changed.

    ✓ 0 tables built.
    --- exit code 0
    ");
}

#[test]
fn a_description_that_changes_builds_nothing() {
    let sandbox = Sandbox::fixture_branch().edit(
        &format!("{INCIDENTS}/prison_safety__incidents_fct.yaml"),
        "Unique identifier of the incident.",
        "The incident.",
    );
    insta::assert_snapshot!(with_data(&sandbox, &["deploy"]).shown(), @"
    Nothing to build: no model, seed or test changed.

    ✓ 0 tables built.
    --- exit code 0
    ");
}

/// The branch changes one model in the middle of the graph.
fn one_changed_model() -> Sandbox {
    Sandbox::fixture_branch().edit(
        &format!("{INCIDENTS}/prison_safety__incidents_fct.sql"),
        "order by reported_at asc",
        "order by reported_at",
    )
}

#[test]
fn a_changed_model_is_built_with_the_parents_that_are_missing_and_what_reads_it() {
    insta::assert_snapshot!(with_data(&one_changed_model(), &["deploy", "--verbose"]).shown(), @"
      loaded  source      nomis.incident_reports  24 rows from CSV
      loaded  source      nomis.offender_bookings  20 rows from CSV
      loaded  source      nomis.offenders  16 rows from CSV
      loaded  seed        prison_safety__incident_types  8 rows
       built  table       prison_population__bookings_stg  20 rows
       built  table       prison_population__offenders_stg  16 rows
       built  table       prison_safety__incidents_stg  23 rows
       built  table       prison_population__bookings_joined  20 rows
       built  table       prison_safety__incidents_joined  23 rows
       built  table       prison_population__bookings_grouped  15 rows
       built  table       prison_safety__incidents_fct  20 rows
       built  table       prison_safety__incident_types_dim  8 rows
       built  table       prison_population__offenders_dim  16 rows
       built  table       prison_safety__dates_dim  155 rows
       built  table       prison_safety__establishments_fct  4 rows
       built  table       prison_safety__incident_tags_fct  23 rows
      warned  test        not_null_prison_safety__incidents_fct_damage_cost  4 rows break this test
      passed  test        not_null_prison_safety__incidents_fct_incident_id
      passed  test        prison_safety__value_between_prison_safety__incidents_fct_incident_number__1
      passed  test        relationships_prison_safety__incidents_fct_incident_type_code__incident_type_code__ref_prison_safety__incident_types_dim_
      passed  test        unique_prison_safety__incidents_fct_incident_id
      passed  test        accepted_values_prison_safety__dates_dim_day_of_week__False__1__2__3__4__5__6__7
      passed  test        accepted_values_prison_safety__incident_tags_fct_tag__WEAPON__STAFF__VISITOR__NIGHT__CELL
      passed  test        not_null_prison_safety__dates_dim_date_id
      passed  test        not_null_prison_safety__establishments_fct_establishment_code
      passed  test        not_null_prison_safety__establishments_fct_incident_count
      passed  test        not_null_prison_safety__incident_tags_fct_incident_tag_id
      passed  test        prison_safety__value_between_prison_safety__establishments_fct_average_severity__10__0
      passed  test        relationships_prison_safety__incident_tags_fct_incident_id__incident_id__ref_prison_safety__incidents_fct_
      passed  test        relationships_prison_safety__incidents_fct_offender_id__offender_id__ref_prison_population__offenders_dim_
      passed  test        unique_prison_safety__dates_dim_date_id
      passed  test        unique_prison_safety__establishments_fct_establishment_code
      passed  test        unique_prison_safety__incident_tags_fct_incident_tag_id

    warning[deploy/data-test]: 4 rows break the test `not_null` on `damage_cost`
       ╭▸ models/prison/prison_safety/marts/incidents/prison_safety__incidents_fct.yaml:33:13
       │
    33 │           - not_null:
       │             ━━━━━━━━
       │
       ╰ help: to see the rows: `cadet show --select not_null_prison_safety__incidents_fct_damage_cost`

    ✓ 13 tables built. Tests: 16 passed, 1 warned.
    --- exit code 0
    ");
}

#[test]
fn the_second_run_builds_no_parents_again() {
    let sandbox = one_changed_model();
    assert_eq!(with_data(&sandbox, &["deploy"]).code, 0);
    insta::assert_snapshot!(with_data(&sandbox, &["deploy"]).shown(), @"
       built  table       prison_safety__incidents_fct  20 rows
       built  table       prison_safety__dates_dim  155 rows
       built  table       prison_safety__establishments_fct  4 rows
       built  table       prison_safety__incident_tags_fct  23 rows
      warned  test        not_null_prison_safety__incidents_fct_damage_cost  4 rows break this test

    warning[deploy/data-test]: 4 rows break the test `not_null` on `damage_cost`
       ╭▸ models/prison/prison_safety/marts/incidents/prison_safety__incidents_fct.yaml:33:13
       │
    33 │           - not_null:
       │             ━━━━━━━━
       │
       ╰ help: to see the rows: `cadet show --select not_null_prison_safety__incidents_fct_damage_cost`

    ✓ 4 tables built. Tests: 16 passed, 1 warned.
    --- exit code 0
    ");
}

#[test]
fn a_dry_run_shows_the_plan_with_its_reasons_and_builds_nothing() {
    let sandbox = one_changed_model();
    insta::assert_snapshot!(with_data(&sandbox, &["deploy", "--dry-run"]).shown(), @"
      source  nomis.incident_reports  (source data)
      source  nomis.offender_bookings  (source data)
      source  nomis.offenders  (source data)
        seed  prison_safety__incident_types  (not built here yet)
       model  prison_population__bookings_stg  (not built here yet)
       model  prison_population__offenders_stg  (not built here yet)
       model  prison_safety__incident_types_dim  (not built here yet)
       model  prison_safety__incidents_stg  (not built here yet)
       model  prison_population__bookings_joined  (not built here yet)
       model  prison_safety__incidents_joined  (not built here yet)
       model  prison_population__bookings_grouped  (not built here yet)
       model  prison_safety__incidents_fct  (changed)
       model  prison_population__offenders_dim  (not built here yet)
       model  prison_safety__dates_dim  (reads prison_safety__incidents_fct)
       model  prison_safety__establishments_fct  (reads prison_safety__incidents_fct)
       model  prison_safety__incident_tags_fct  (reads prison_safety__incidents_fct)
        test  not_null_prison_safety__incidents_fct_damage_cost  (tests prison_safety__incidents_fct)
        test  not_null_prison_safety__incidents_fct_incident_id  (tests prison_safety__incidents_fct)
        test  prison_safety__value_between_prison_safety__incidents_fct_incident_number__1  (tests prison_safety__incidents_fct)
        test  relationships_prison_safety__incidents_fct_incident_type_code__incident_type_code__ref_prison_safety__incident_types_dim_  (tests prison_safety__incidents_fct)
        test  unique_prison_safety__incidents_fct_incident_id  (tests prison_safety__incidents_fct)
        test  accepted_values_prison_safety__dates_dim_day_of_week__False__1__2__3__4__5__6__7  (tests prison_safety__dates_dim)
        test  accepted_values_prison_safety__incident_tags_fct_tag__WEAPON__STAFF__VISITOR__NIGHT__CELL  (tests prison_safety__incident_tags_fct)
        test  not_null_prison_safety__dates_dim_date_id  (tests prison_safety__dates_dim)
        test  not_null_prison_safety__establishments_fct_establishment_code  (tests prison_safety__establishments_fct)
        test  not_null_prison_safety__establishments_fct_incident_count  (tests prison_safety__establishments_fct)
        test  not_null_prison_safety__incident_tags_fct_incident_tag_id  (tests prison_safety__incident_tags_fct)
        test  prison_safety__value_between_prison_safety__establishments_fct_average_severity__10__0  (tests prison_safety__establishments_fct)
        test  relationships_prison_safety__incident_tags_fct_incident_id__incident_id__ref_prison_safety__incidents_fct_  (tests prison_safety__incident_tags_fct)
        test  relationships_prison_safety__incidents_fct_offender_id__offender_id__ref_prison_population__offenders_dim_  (tests prison_safety__incidents_fct)
        test  unique_prison_safety__dates_dim_date_id  (tests prison_safety__dates_dim)
        test  unique_prison_safety__establishments_fct_establishment_code  (tests prison_safety__establishments_fct)
        test  unique_prison_safety__incident_tags_fct_incident_tag_id  (tests prison_safety__incident_tags_fct)
    --- exit code 0
    ");
    assert_eq!(
        with_data(&sandbox, &["deploy", "--dry-run"]).stdout,
        with_data(&sandbox, &["deploy", "--dry-run"]).stdout
    );
    assert!(!sandbox.root().join("target/run_results.json").exists());
}

#[test]
fn a_dry_run_of_nothing_says_so() {
    insta::assert_snapshot!(with_data(&Sandbox::fixture_branch(), &["deploy", "--dry-run"]).shown(), @"
    Nothing to build: no model, seed or test changed.
    --- exit code 0
    ");
}

#[test]
fn a_changed_seed_reaches_what_reads_it() {
    let sandbox = Sandbox::fixture_branch().edit(
        "seeds/courts/court_listings/court_listings__result_codes.csv",
        "withdrawn",
        "taken back",
    );
    insta::assert_snapshot!(with_data(&sandbox, &["deploy", "--dry-run"]).shown(), @"
      source  xhibit.courts  (source data)
      source  xhibit.hearing_results  (source data)
      source  xhibit.hearings  (source data)
        seed  court_listings__result_codes  (changed)
       model  court_listings__courts_stg  (not built here yet)
       model  court_listings__hearings_stg  (not built here yet)
       model  court_listings__results_stg  (not built here yet)
        test  accepted_values_court_listings__result_codes_result_group__procedural__custodial__financial__other  (tests court_listings__result_codes)
        test  not_null_court_listings__result_codes_result_code  (tests court_listings__result_codes)
        test  unique_court_listings__result_codes_result_code  (tests court_listings__result_codes)
       model  court_listings__courts_dim.v1  (not built here yet)
        test  relationships_court_listings__results_stg_result_code__result_code__ref_court_listings__result_codes_  (tests court_listings__result_codes)
       model  court_listings__hearings_joined  (not built here yet)
       model  court_listings__hearings_fct  (not built here yet)
       model  court_listings__results_fct  (reads court_listings__result_codes)
        test  not_null_court_listings__results_fct_hearing_result_id  (tests court_listings__results_fct)
        test  prison_safety__value_between_court_listings__results_fct_days_to_record__60__0  (tests court_listings__results_fct)
        test  relationships_court_listings__results_fct_hearing_id__hearing_id__ref_court_listings__hearings_fct_  (tests court_listings__results_fct)
        test  unique_court_listings__results_fct_hearing_result_id  (tests court_listings__results_fct)
    --- exit code 0
    ");
    insta::assert_snapshot!(with_data(&sandbox, &["deploy"]).shown(), @"
       built  table       court_listings__courts_stg  8 rows
       built  table       court_listings__hearings_stg  25 rows
       built  table       court_listings__courts_dim.v1  8 rows
       built  table       court_listings__hearings_joined  25 rows
      loaded  seed        court_listings__result_codes  6 rows
       built  table       court_listings__results_stg  19 rows
       built  table       court_listings__hearings_fct  25 rows
       built  table       court_listings__results_fct  19 rows

    ✓ 8 tables built. Tests: 8 passed.
    --- exit code 0
    ");
}

#[test]
fn a_changed_macro_reaches_the_models_that_call_it() {
    let sandbox =
        Sandbox::fixture_branch().edit("macros/get_count_columns.sql", "then 1 end)", "then 1 else null end)");
    insta::assert_snapshot!(with_data(&sandbox, &["deploy", "--dry-run"]).shown(), @"
      source  nomis.incident_reports  (source data)
      source  nomis.offender_bookings  (source data)
      source  nomis.offenders  (source data)
        seed  prison_safety__incident_types  (not built here yet)
       model  prison_population__bookings_stg  (not built here yet)
       model  prison_population__offenders_stg  (not built here yet)
       model  prison_safety__incidents_stg  (not built here yet)
       model  prison_population__bookings_joined  (not built here yet)
       model  prison_safety__incidents_joined  (not built here yet)
       model  prison_population__current_population_fct  (a macro that it uses changed: get_count_columns)
       model  prison_safety__incidents_fct  (not built here yet)
       model  prison_safety__establishments_fct  (a macro that it uses changed: get_count_columns)
        test  not_null_prison_population__current_population_fct_establishment_code  (tests prison_population__current_population_fct)
        test  unique_prison_population__current_population_fct_establishment_code  (tests prison_population__current_population_fct)
        test  not_null_prison_safety__establishments_fct_establishment_code  (tests prison_safety__establishments_fct)
        test  not_null_prison_safety__establishments_fct_incident_count  (tests prison_safety__establishments_fct)
        test  prison_safety__value_between_prison_safety__establishments_fct_average_severity__10__0  (tests prison_safety__establishments_fct)
        test  unique_prison_safety__establishments_fct_establishment_code  (tests prison_safety__establishments_fct)
    --- exit code 0
    ");
}

#[test]
fn a_changed_macro_of_a_package_reaches_the_models_that_call_it() {
    let sandbox =
        Sandbox::fixture_branch().edit("local_packages/justice_utils/macros/surrogate_key.sql", "_null_", "_none_");
    insta::assert_snapshot!(with_data(&sandbox, &["deploy", "--dry-run"]).shown(), @"
      source  nomis.incident_reports  (source data)
      source  nomis.offender_bookings  (source data)
      source  nomis.offenders  (source data)
      source  xhibit.courts  (source data)
      source  xhibit.hearing_results  (source data)
      source  xhibit.hearings  (source data)
        seed  court_listings__result_codes  (not built here yet)
        seed  prison_safety__incident_types  (not built here yet)
       model  court_listings__courts_stg  (not built here yet)
       model  court_listings__hearings_stg  (not built here yet)
       model  court_listings__results_stg  (not built here yet)
       model  prison_population__bookings_stg  (not built here yet)
       model  prison_population__offenders_stg  (not built here yet)
       model  prison_safety__incidents_stg  (not built here yet)
       model  court_listings__courts_dim.v1  (not built here yet)
       model  prison_population__bookings_joined  (not built here yet)
       model  prison_population__languages_unnested  (not built here yet)
       model  prison_safety__incidents_joined  (not built here yet)
       model  court_listings__hearings_joined  (not built here yet)
       model  prison_population__bookings_grouped  (not built here yet)
       model  prison_safety__incidents_fct  (not built here yet)
       model  court_listings__hearings_fct  (not built here yet)
       model  prison_population__offenders_dim  (not built here yet)
       model  prison_safety__incident_tags_fct  (a macro that it uses changed: surrogate_key)
       model  court_listings__results_fct  (a macro that it uses changed: surrogate_key)
       model  prison_population__languages_fct  (a macro that it uses changed: surrogate_key)
        test  accepted_values_prison_safety__incident_tags_fct_tag__WEAPON__STAFF__VISITOR__NIGHT__CELL  (tests prison_safety__incident_tags_fct)
        test  not_null_prison_safety__incident_tags_fct_incident_tag_id  (tests prison_safety__incident_tags_fct)
        test  relationships_prison_safety__incident_tags_fct_incident_id__incident_id__ref_prison_safety__incidents_fct_  (tests prison_safety__incident_tags_fct)
        test  unique_prison_safety__incident_tags_fct_incident_tag_id  (tests prison_safety__incident_tags_fct)
        test  not_null_court_listings__results_fct_hearing_result_id  (tests court_listings__results_fct)
        test  not_null_prison_population__languages_fct_establishment_language_id  (tests prison_population__languages_fct)
        test  prison_safety__value_between_court_listings__results_fct_days_to_record__60__0  (tests court_listings__results_fct)
        test  relationships_court_listings__results_fct_hearing_id__hearing_id__ref_court_listings__hearings_fct_  (tests court_listings__results_fct)
        test  unique_court_listings__results_fct_hearing_result_id  (tests court_listings__results_fct)
        test  unique_prison_population__languages_fct_establishment_language_id  (tests prison_population__languages_fct)
    --- exit code 0
    ");
}

#[test]
fn a_macro_that_makes_the_same_sql_as_before_is_no_reason() {
    let sandbox = Sandbox::fixture_branch().edit(
        "macros/get_count_columns.sql",
        "{% set expressions = [] %}",
        "{% set expressions = [] %}{# one for each value #}",
    );
    insta::assert_snapshot!(with_data(&sandbox, &["deploy", "--dry-run"]).shown(), @"
    Nothing to build: no model, seed or test changed.
    --- exit code 0
    ");
}

#[test]
fn a_changed_variable_reaches_the_models_that_use_it() {
    let sandbox =
        Sandbox::fixture_branch().edit("dbt_project.yml", "short_hearing_minutes: 30", "short_hearing_minutes: 45");
    insta::assert_snapshot!(with_data(&sandbox, &["deploy", "--dry-run"]).shown(), @"
      source  xhibit.courts  (source data)
      source  xhibit.hearing_results  (source data)
      source  xhibit.hearings  (source data)
        seed  court_listings__result_codes  (not built here yet)
       model  court_listings__courts_stg  (not built here yet)
       model  court_listings__hearings_stg  (not built here yet)
       model  court_listings__results_stg  (not built here yet)
       model  court_listings__courts_dim.v1  (not built here yet)
       model  court_listings__courts_dim.v2  (not built here yet)
       model  court_listings__hearings_joined  (not built here yet)
       model  court_listings__hearings_fct  (a variable that it uses changed: short_hearing_minutes)
       model  court_listings__results_fct  (reads court_listings__hearings_fct)
        test  accepted_values_court_listings__hearings_fct_duration_group__not_held__short__standard__long  (tests court_listings__hearings_fct)
        test  not_null_court_listings__hearings_fct_duration_minutes  (tests court_listings__hearings_fct)
        test  not_null_court_listings__hearings_fct_hearing_id  (tests court_listings__hearings_fct)
        test  relationships_court_listings__hearings_fct_court_id__court_id__ref_court_listings__courts_dim_  (tests court_listings__hearings_fct)
        test  relationships_court_listings__hearings_fct_court_id__court_id__ref_court_listings__courts_dim_v_2_  (tests court_listings__hearings_fct)
        test  unique_court_listings__hearings_fct_hearing_id  (tests court_listings__hearings_fct)
        test  not_null_court_listings__results_fct_hearing_result_id  (tests court_listings__results_fct)
        test  prison_safety__value_between_court_listings__results_fct_days_to_record__60__0  (tests court_listings__results_fct)
        test  relationships_court_listings__results_fct_hearing_id__hearing_id__ref_court_listings__hearings_fct_  (tests court_listings__results_fct)
        test  unique_court_listings__results_fct_hearing_result_id  (tests court_listings__results_fct)
    --- exit code 0
    ");
}

#[test]
fn a_changed_config_is_named() {
    let sandbox = Sandbox::fixture_branch().edit(
        "models/prison/prison_population/marts/population/prison_population__daily_population_fct.yaml",
        "materialized: incremental",
        "materialized: table",
    );
    insta::assert_snapshot!(with_data(&sandbox, &["deploy", "--dry-run"]).shown(), @"
      source  nomis.offender_bookings  (source data)
      source  nomis.offenders  (source data)
       model  prison_population__bookings_stg  (not built here yet)
       model  prison_population__offenders_stg  (not built here yet)
       model  prison_population__bookings_joined  (not built here yet)
       model  prison_population__daily_population_fct  (config changed: materialized)
        test  not_null_prison_population__daily_population_fct_establishment_code  (tests prison_population__daily_population_fct)
        test  not_null_prison_population__daily_population_fct_snapshot_date  (tests prison_population__daily_population_fct)
        test  prison_safety__value_between_prison_population__daily_population_fct_person_count__1  (tests prison_population__daily_population_fct)
        test  unique_prison_population__daily_population_fct_establishment_code_cast_snapshot_date_as_varchar_  (tests prison_population__daily_population_fct)
    --- exit code 0
    ");
}

#[test]
fn a_new_test_is_run_on_the_table_that_is_there() {
    let sandbox = Sandbox::fixture_branch().edit(
        &format!("{INCIDENTS}/prison_safety__incident_tags_fct.yaml"),
        "        description: Month of the report, such as 2024-03.",
        "        description: Month of the report, such as 2024-03.\n        data_tests:\n          - not_null",
    );
    insta::assert_snapshot!(with_data(&sandbox, &["deploy", "--dry-run"]).shown(), @"
      source  nomis.incident_reports  (source data)
      source  nomis.offender_bookings  (source data)
        seed  prison_safety__incident_types  (not built here yet)
       model  prison_population__bookings_stg  (not built here yet)
       model  prison_safety__incidents_stg  (not built here yet)
       model  prison_safety__incidents_joined  (not built here yet)
       model  prison_safety__incidents_fct  (not built here yet)
       model  prison_safety__incident_tags_fct  (not built here yet)
        test  not_null_prison_safety__incident_tags_fct_reported_month  (new)
    --- exit code 0
    ");
}

#[test]
fn a_deleted_model_is_not_built() {
    let sandbox = Sandbox::fixture_branch()
        .remove(&format!("{LISTINGS}/court_listings__court_summary_fct.sql"))
        .remove(&format!("{LISTINGS}/court_listings__court_summary_fct.yaml"));
    insta::assert_snapshot!(with_data(&sandbox, &["deploy"]).shown(), @"
    Nothing to build: no model, seed or test changed.

    This branch removes court_listings__court_summary_fct. Tables that were built from it stay.
    ✓ 0 tables built.
    --- exit code 0
    ");
}

#[test]
fn without_source_data_the_sources_are_empty_tables() {
    let sandbox = one_changed_model();
    insta::assert_snapshot!(sandbox.cadet(&["deploy", "--verbose", "--threads", "1", "--select", "+prison_safety__incidents_fct", "--exclude", "resource_type:test"]).shown(), @"
      loaded  source      nomis.incident_reports  empty: no data was given
      loaded  source      nomis.offender_bookings  empty: no data was given
      loaded  seed        prison_safety__incident_types  8 rows
       built  table       prison_population__bookings_stg  0 rows
       built  table       prison_safety__incidents_stg  0 rows
       built  table       prison_safety__incidents_joined  0 rows
       built  table       prison_safety__incidents_fct  0 rows

    ✓ 5 tables built.
    --- exit code 0
    ");
}

/// The fixtures' source data with one more booking, later than all others.
fn newer_data(sandbox: &Sandbox) -> String {
    let folder = sandbox.root().join("newer");
    copy(&Path::new(HERE).join("fixtures/source_data"), &folder);
    let file = folder.join("nomis/offender_bookings.csv");
    let bookings = std::fs::read_to_string(&file).unwrap();
    std::fs::write(file, format!("{bookings}500021,100016,007,B,2024-06-01,,true,100,99.50\n")).unwrap();
    folder.display().to_string()
}

#[test]
fn an_incremental_model_appends_and_a_full_refresh_builds_it_from_nothing() {
    let sandbox = Sandbox::fixture_branch();
    let select = format!("+{DAILY}");
    let build = |data: &str, more: &[&str]| {
        let args = [
            "build",
            "--select",
            &select,
            "--threads",
            "1",
            "--verbose",
            "--exclude",
            "resource_type:test",
            "--source-data",
            data,
        ];
        let ran = sandbox.cadet(&[&args, more].concat());
        let is_it = |line: &&str| line.contains(&format!("{DAILY}  "));
        format!(
            "{}\n{}",
            ran.shown().lines().filter(is_it).collect::<Vec<_>>().join("\n"),
            ran.shown().lines().last().unwrap()
        )
    };
    let data = format!("{HERE}/fixtures/source_data");
    insta::assert_snapshot!(build(&data, &[]), @"
       built  incremental prison_population__daily_population_fct  72 rows
    --- exit code 0
    ");
    insta::assert_snapshot!(build(&data, &[]), @"
       built  incremental prison_population__daily_population_fct  0 rows added
    --- exit code 0
    ");
    insta::assert_snapshot!(build(&newer_data(&sandbox), &[]), @"
       built  incremental prison_population__daily_population_fct  4 rows added
    --- exit code 0
    ");
    insta::assert_snapshot!(sandbox.read(&format!("target/run/mojap_derived_tables/{DAILY_SQL}")).lines().take(20).collect::<Vec<_>>().join("\n"), @r#"
    insert into "awsdatacatalog"."prison_population_dev_dbt"."daily_population_fct"
    with

    bookings as (
        select * from "awsdatacatalog"."prison_population_dev_dbt"."bookings_joined"
    ),

    snapshot_dates as (

        select distinct begin_date as snapshot_date
        from bookings
        
        where begin_date > (
            select coalesce(max(snapshot_date), date '1900-01-01') from "awsdatacatalog"."prison_population_dev_dbt"."daily_population_fct"
        )
        

    ),

    bookings_on_date as (
    "#);
    insta::assert_snapshot!(build(&newer_data(&sandbox), &["--full-refresh"]), @"
       built  incremental prison_population__daily_population_fct  76 rows
    --- exit code 0
    ");
}

#[test]
fn head_builds_a_commit_and_not_the_working_tree() {
    let path = format!("{INCIDENTS}/prison_safety__incident_types_dim.sql");
    let sandbox = Sandbox::fixture_branch().edit(&path, "'urgent'", "'important'").commit("no longer urgent");
    let sandbox = sandbox.file(&path, "select nothing\n");
    insta::assert_snapshot!(with_data(&sandbox, &["deploy", "--head", "work", "--exclude", "resource_type:test"]).shown(), @"
      loaded  seed        prison_safety__incident_types  8 rows
       built  table       prison_safety__incident_types_dim  8 rows

    ✓ 2 tables built.
    --- exit code 0
    ");
}

#[test]
fn a_table_becomes_a_view_and_a_view_a_table() {
    let path = "models/prison/prison_safety/prison_safety__visits.sql";
    let body = |kind: &str| format!("{{{{ config(materialized='{kind}') }}}}\nselect 1 as visit_id\n");
    let mut sandbox = Sandbox::new();
    for kind in ["table", "view", "incremental", "view", "table"] {
        sandbox = sandbox.file(path, &body(kind)).file(
            "models/prison/prison_safety/properties.yaml",
            "models:\n  - name: prison_safety__visits\n    description: Visits.\n",
        );
        let ran = sandbox.cadet(&["run"]);
        assert_eq!(ran.code, 0, "{kind}\n{}", ran.shown());
        assert!(
            ran.stdout.starts_with(&format!("   built  {kind:<11} prison_safety__visits  ")),
            "{kind}\n{}",
            ran.shown()
        );
    }
}

#[test]
fn two_at_the_same_time_are_told_apart() {
    let sandbox = Sandbox::fixture();
    std::fs::create_dir(sandbox.root().join("target")).unwrap();
    let other = DuckDb::open(&sandbox.root().join("target/cadet.duckdb"), "awsdatacatalog").unwrap();
    insta::assert_snapshot!(with_data(&sandbox, &["seed"]).shown(), @"
    --- stderr
    error: the local database [folder]/target/cadet.duckdb cannot be opened: another cadet is using it
    help: wait for the other run to end, or delete the file: it holds nothing but what cadet built
    --- exit code 3
    ");
    drop(other);
    assert_eq!(with_data(&sandbox, &["seed"]).code, 0);
}

/// A model with a misspelt column, which can be read but not built, and a seed that has nothing to do with it.
fn one_failing_model() -> Sandbox {
    Sandbox::fixture_branch()
        .edit(
            "models/prison/prison_population/marts/intermediate/prison_population__bookings_grouped.sql",
            "count(*) as booking_count",
            "count(*) as booking_count,\n        sum(daily_costs) as total_cost",
        )
        .edit("seeds/courts/court_listings/court_listings__result_codes.csv", "withdrawn", "taken back")
}

#[test]
fn a_failed_model_takes_its_descendants_with_it_and_nothing_else() {
    insta::assert_snapshot!(with_data(&one_failing_model(), &["deploy"]).shown(), @"
       built  table       court_listings__courts_stg  8 rows
       built  table       prison_population__bookings_stg  20 rows
       built  table       prison_population__offenders_stg  16 rows
       built  table       court_listings__hearings_stg  25 rows
       built  table       court_listings__courts_dim.v1  8 rows
       built  table       prison_population__bookings_joined  20 rows
      loaded  seed        prison_safety__incident_types  8 rows
       built  table       prison_safety__incidents_stg  23 rows
       built  table       court_listings__hearings_joined  25 rows
      failed  table       prison_population__bookings_grouped  there is no column `daily_costs` in the tables that this reads
      loaded  seed        court_listings__result_codes  6 rows
       built  table       court_listings__results_stg  19 rows
       built  table       prison_population__languages_unnested  20 rows
       built  table       prison_safety__incidents_joined  23 rows
       built  table       court_listings__hearings_fct  25 rows
     skipped  table       prison_population__offenders_dim  prison_population__bookings_grouped failed
       built  table       prison_safety__incidents_fct  20 rows
       built  table       court_listings__results_fct  19 rows
     skipped  table       prison_population__languages_fct  prison_population__bookings_grouped failed

    error[deploy/build]: there is no column `daily_costs` in the tables that this reads
       ╭▸ models/prison/prison_population/marts/intermediate/prison_population__bookings_grouped.sql:14:13
       │
    14 │         sum(daily_costs) as total_cost,
       │             ━━━━━━━━━━━
       │
       ╰ help: did you mean `daily_cost`?

    error[sql/unknown-column]: the model `prison_population__bookings_joined` has no column `daily_costs`
       ╭▸ models/prison/prison_population/marts/intermediate/prison_population__bookings_grouped.sql:14:13
       │
    14 │         sum(daily_costs) as total_cost,
       │             ━━━━━━━━━━━
       │
       ╰ help: did you mean `daily_cost`?

    ✗ 16 tables built, 1 failed, 2 skipped. Tests: 8 passed, 10 skipped.
    --- exit code 1
    ");
}

#[test]
fn fail_fast_stops_at_the_first_failure() {
    insta::assert_snapshot!(with_data(&one_failing_model(), &["deploy", "--fail-fast"]).shown(), @"
       built  table       court_listings__courts_stg  8 rows
       built  table       prison_population__bookings_stg  20 rows
       built  table       prison_population__offenders_stg  16 rows
       built  table       court_listings__hearings_stg  25 rows
       built  table       court_listings__courts_dim.v1  8 rows
       built  table       prison_population__bookings_joined  20 rows
      loaded  seed        prison_safety__incident_types  8 rows
       built  table       prison_safety__incidents_stg  23 rows
       built  table       court_listings__hearings_joined  25 rows
      failed  table       prison_population__bookings_grouped  there is no column `daily_costs` in the tables that this reads
     skipped  seed        court_listings__result_codes  stopped after the first failure
     skipped  table       court_listings__results_stg  stopped after the first failure
     skipped  table       prison_population__languages_unnested  stopped after the first failure
     skipped  table       prison_safety__incidents_joined  stopped after the first failure
     skipped  table       court_listings__hearings_fct  stopped after the first failure
     skipped  table       prison_population__offenders_dim  prison_population__bookings_grouped failed
     skipped  table       prison_safety__incidents_fct  stopped after the first failure
     skipped  table       court_listings__results_fct  stopped after the first failure
     skipped  table       prison_population__languages_fct  stopped after the first failure

    error[deploy/build]: there is no column `daily_costs` in the tables that this reads
       ╭▸ models/prison/prison_population/marts/intermediate/prison_population__bookings_grouped.sql:14:13
       │
    14 │         sum(daily_costs) as total_cost,
       │             ━━━━━━━━━━━
       │
       ╰ help: did you mean `daily_cost`?

    error[sql/unknown-column]: the model `prison_population__bookings_joined` has no column `daily_costs`
       ╭▸ models/prison/prison_population/marts/intermediate/prison_population__bookings_grouped.sql:14:13
       │
    14 │         sum(daily_costs) as total_cost,
       │             ━━━━━━━━━━━
       │
       ╰ help: did you mean `daily_cost`?

    ✗ 9 tables built, 1 failed, 9 skipped. Tests: 18 skipped.
    --- exit code 1
    ");
}

#[test]
fn a_broken_contract_is_told_and_leaves_the_old_table() {
    let sandbox = Sandbox::fixture_branch();
    assert_eq!(
        with_data(&sandbox, &["run", "--select", "court_listings__courts_stg", "court_listings__courts_dim.v2"]).code,
        0
    );
    let sandbox = sandbox.edit(
        &format!("{LISTINGS}/court_listings__courts_dim_v2.sql"),
        "        is_crown_court\n",
        "        1 as is_crown_court\n",
    );
    insta::assert_snapshot!(with_data(&sandbox, &["deploy"]).shown(), @"
       built  table       court_listings__courts_dim.v1  8 rows
       built  table       court_listings__hearings_stg  25 rows
       built  table       court_listings__hearings_joined  25 rows
      failed  table       court_listings__courts_dim.v2  the contract is broken: the column `is_crown_court` is integer, not boolean
       built  table       court_listings__hearings_grouped  25 rows
       built  table       court_listings__hearings_fct  25 rows
     skipped  table       court_listings__court_summary_fct  court_listings__courts_dim.v2 failed

    error[deploy/build]: the contract is broken: the column `is_crown_court` is integer, not boolean
     ╭▸ models/courts/court_listings/marts/listings/court_listings__courts_dim_v2.sql
     ╰ help: change the select, or the columns in the property file; the table that was there is untouched

    ✗ 5 tables built, 1 failed, 1 skipped. Tests: 7 skipped.
    --- exit code 1
    ");
    // Its tests read the table that was there.
    insta::assert_snapshot!(with_data(&sandbox, &["test", "--verbose", "--select", "court_listings__courts_dim.v2"]).shown(), @"
      passed  test        not_null_court_listings__courts_dim_v2_court_code
      passed  test        not_null_court_listings__courts_dim_v2_court_id
      passed  test        relationships_court_listings__hearings_fct_court_id__court_id__ref_court_listings__courts_dim_v_2_
      passed  test        unique_court_listings__courts_dim_v2_court_id

    ✓ Tests: 4 passed.
    --- exit code 0
    ");
}

#[test]
fn a_column_that_the_contract_does_not_name_breaks_it() {
    let sandbox = Sandbox::fixture_branch().edit(
        &format!("{LISTINGS}/court_listings__courts_dim_v2.sql"),
        "        is_crown_court\n",
        "        is_crown_court,\n        1 as floors\n",
    );
    insta::assert_snapshot!(with_data(&sandbox, &["deploy", "--select", "+court_listings__courts_dim.v2"]).shown(), @"
       built  table       court_listings__courts_stg  8 rows
       built  table       court_listings__hearings_stg  25 rows
       built  table       court_listings__courts_dim.v1  8 rows
       built  table       court_listings__hearings_joined  25 rows
     skipped  table       court_listings__courts_dim.v2  not built: fix contracts/columns first
       built  table       court_listings__hearings_fct  25 rows

    error[contracts/columns]: the contract of `court_listings__courts_dim.v2` does not have the column `floors`
       ╭▸ models/courts/court_listings/marts/listings/court_listings__courts_dim_v2.sql:24:8
       │
    24 │ select * from final
       │        ━
       │
       ├ note: the contract stands here
       │
       ⸬  models/courts/court_listings/marts/listings/court_listings__courts_dim.yaml:4:11
       │
     4 │   - name: court_listings__courts_dim
       │           ──────────────────────────
       │
       ╰ help: add `- name: floors` with its `data_type` to the columns, or take it out of the select

    ✗ 5 tables built, 1 skipped. Tests: 6 passed, 4 skipped.
    --- exit code 1
    ");
}

/// A seed of three rows, two of them without a name and one closed, with these tests on `name`.
fn tested(tests: &str) -> Sandbox {
    let yaml = format!(
        "seeds:\n  - name: prison_safety__sites\n    description: Sites.\n    columns:\n      - name: name\n        data_tests:\n{tests}"
    );
    Sandbox::new()
        .file(
            "seeds/prison/prison_safety/prison_safety__sites.csv",
            "code,name,is_open\n1,Fen,true\n2,,true\n3,,false\n",
        )
        .file("seeds/prison/prison_safety/prison_safety__sites.yaml", &yaml)
}

#[test]
fn a_failed_test_is_shown_where_it_is_written() {
    let sandbox = tested("          - unique\n          - not_null\n");
    insta::assert_snapshot!(with_data(&sandbox, &["build"]).shown(), @"
      loaded  seed        prison_safety__sites  3 rows
      failed  test        not_null_prison_safety__sites_name  2 rows break this test

    error[deploy/data-test]: 2 rows break the test `not_null` on `name`
      ╭▸ seeds/prison/prison_safety/prison_safety__sites.yaml:8:13
      │
    8 │           - not_null
      │             ━━━━━━━━
      │
      ╰ help: to see the rows: `cadet show --select not_null_prison_safety__sites_name`

    ✗ 1 table built. Tests: 1 passed, 1 failed.
    --- exit code 1
    ");
    insta::assert_snapshot!(results(&sandbox), @"
    seed.mojap_derived_tables.prison_safety__sites success 3
    test.mojap_derived_tables.not_null_prison_safety__sites_name.4ce4e97465 fail 2
    test.mojap_derived_tables.unique_prison_safety__sites_name.f428071908 pass 0
    ");
}

#[test]
fn a_test_may_only_warn() {
    let sandbox = tested("          - not_null:\n              config:\n                severity: warn\n");
    insta::assert_snapshot!(with_data(&sandbox, &["build"]).shown(), @"
      loaded  seed        prison_safety__sites  3 rows
      warned  test        not_null_prison_safety__sites_name  2 rows break this test

    warning[deploy/data-test]: 2 rows break the test `not_null` on `name`
      ╭▸ seeds/prison/prison_safety/prison_safety__sites.yaml:7:13
      │
    7 │           - not_null:
      │             ━━━━━━━━
      │
      ╰ help: to see the rows: `cadet show --select not_null_prison_safety__sites_name`

    ✓ 1 table built. Tests: 1 warned.
    --- exit code 0
    ");
}

#[test]
fn a_test_may_look_at_some_rows_only() {
    let sandbox = tested("          - not_null:\n              config:\n                where: not is_open\n");
    assert_eq!(with_data(&sandbox, &["build"]).code, 1);
    insta::assert_snapshot!(results(&sandbox), @"
    seed.mojap_derived_tables.prison_safety__sites success 3
    test.mojap_derived_tables.not_null_prison_safety__sites_name.4ce4e97465 fail 1
    ");
}

#[test]
fn a_test_may_count_no_further_than_its_limit() {
    let sandbox = tested("          - not_null:\n              config:\n                limit: 1\n");
    assert_eq!(with_data(&sandbox, &["build"]).code, 1);
    insta::assert_snapshot!(results(&sandbox), @"
    seed.mojap_derived_tables.prison_safety__sites success 3
    test.mojap_derived_tables.not_null_prison_safety__sites_name.4ce4e97465 fail 1
    ");
}

#[test]
fn a_test_may_allow_some_failures() {
    for (config, word, code) in [
        ("error_if: '>2'\n                warn_if: '>2'", "pass 2", 0),
        ("error_if: '>2'\n                warn_if: '>1'", "warn 2", 0),
        ("error_if: '>1'\n                warn_if: '>0'", "fail 2", 1),
        ("severity: warn\n                error_if: '>1'\n                warn_if: '>1'", "warn 2", 0),
        ("severity: warn\n                warn_if: '>5'", "pass 2", 0),
    ] {
        let sandbox = tested(&format!("          - not_null:\n              config:\n                {config}\n"));
        let ran = with_data(&sandbox, &["build"]);
        assert!(
            results(&sandbox).lines().any(|line| line.starts_with("test.") && line.ends_with(word)),
            "{config}\n{}",
            results(&sandbox)
        );
        assert_eq!(ran.code, code, "{config}\n{}", ran.shown());
    }
}

#[test]
fn build_holds_back_what_reads_a_table_whose_test_failed_and_run_does_not_test() {
    let sandbox = tested("          - not_null\n")
        .file(
            "models/prison/prison_safety/prison_safety__sites_named.sql",
            "select code from {{ ref('prison_safety__sites') }}\n",
        )
        .file(
            "models/prison/prison_safety/properties.yaml",
            "models:\n  - name: prison_safety__sites_named\n    description: Sites.\n",
        );
    insta::assert_snapshot!(with_data(&sandbox, &["build"]).shown(), @"
      loaded  seed        prison_safety__sites  3 rows
      failed  test        not_null_prison_safety__sites_name  2 rows break this test
     skipped  table       prison_safety__sites_named  the test not_null_prison_safety__sites_name failed

    error[deploy/data-test]: 2 rows break the test `not_null` on `name`
      ╭▸ seeds/prison/prison_safety/prison_safety__sites.yaml:7:13
      │
    7 │           - not_null
      │             ━━━━━━━━
      │
      ╰ help: to see the rows: `cadet show --select not_null_prison_safety__sites_name`

    ✗ 1 table built, 1 skipped. Tests: 1 failed.
    --- exit code 1
    ");
    insta::assert_snapshot!(with_data(&sandbox, &["run"]).shown(), @"
       built  table       prison_safety__sites_named  3 rows

    ✓ 1 table built.
    --- exit code 0
    ");
}

#[test]
fn seed_run_and_test_do_one_thing_each() {
    let sandbox = Sandbox::fixture();
    insta::assert_snapshot!(with_data(&sandbox, &["seed"]).shown(), @"
      loaded  seed        court_listings__result_codes  6 rows
      loaded  seed        prison_safety__incident_types  8 rows

    ✓ 2 tables built.
    --- exit code 0
    ");
    insta::assert_snapshot!(with_data(&sandbox, &["run", "--select", "path:models/prison/prison_population"]).shown(), @"
       built  table       prison_population__bookings_stg  20 rows
       built  table       prison_population__offenders_stg  16 rows
       built  table       prison_population__bookings_joined  20 rows
       built  table       prison_population__bookings_grouped  15 rows
       built  table       prison_population__languages_unnested  20 rows
       built  table       prison_population__offenders_dim  16 rows
       built  table       prison_population__current_population_fct  4 rows
       built  incremental prison_population__daily_population_fct  72 rows
       built  table       prison_population__languages_fct  10 rows

    ✓ 9 tables built.
    --- exit code 0
    ");
    insta::assert_snapshot!(with_data(&sandbox, &["test", "--verbose", "--select", "prison_population__bookings_joined"]).shown(), @"
      passed  test        prison_safety__value_between_prison_population__bookings_joined_days_in_custody__0
      passed  test        unique_prison_population__bookings_joined_booking_id

    ✓ Tests: 2 passed.
    --- exit code 0
    ");
}

#[test]
fn run_without_the_tables_that_it_reads_says_which() {
    insta::assert_snapshot!(with_data(&Sandbox::fixture(), &["run", "--select", "prison_safety__incident_types_dim"]).shown(), @"
      failed  table       prison_safety__incident_types_dim  the table `incident_types` has not been built here

    error[deploy/build]: the table `incident_types` has not been built here
      ╭▸ models/prison/prison_safety/marts/incidents/prison_safety__incident_types_dim.sql:6:19
      │
    6 │     select * from {{ ref('prison_safety__incident_types') }}
      │                   ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━
      │
      ╰ help: build it first: `cadet build --select +<this model>` builds what a model reads before the model

    ✗ 0 tables built, 1 failed.
    --- exit code 1
    ");
}

#[test]
fn build_takes_names_tags_paths_and_the_graph() {
    let sandbox = Sandbox::fixture();
    insta::assert_snapshot!(with_data(&sandbox, &["build", "--select", "+court_listings__hearings_grouped", "--exclude", "resource_type:test"]).shown(), @"
       built  table       court_listings__courts_stg  8 rows
       built  table       court_listings__hearings_stg  25 rows
       built  table       court_listings__courts_dim.v1  8 rows
       built  table       court_listings__hearings_joined  25 rows
       built  table       court_listings__hearings_grouped  25 rows

    ✓ 5 tables built.
    --- exit code 0
    ");
    insta::assert_snapshot!(with_data(&sandbox, &["build", "--select", "tag:monthly,path:seeds", "--exclude", "resource_type:test"]).shown(), @"
      loaded  seed        court_listings__result_codes  6 rows

    ✓ 1 table built.
    --- exit code 0
    ");
    insta::assert_snapshot!(with_data(&sandbox, &["build", "--select", "court_listings__hearings_grouped+", "--exclude", "court_listings__court_summary_fct"]).shown(), @"
       built  table       court_listings__hearings_grouped  25 rows

    ✓ 1 table built. Tests: 1 passed.
    --- exit code 0
    ");
}

#[test]
fn ls_lists_by_name_tag_path_and_graph() {
    let sandbox = Sandbox::fixture();
    insta::assert_snapshot!(sandbox.cadet(&["ls", "--select", "tag:weekly", "--resource-type", "model"]).shown(), @"
    mojap_derived_tables.prison.prison_population.marts.intermediate.prison_population__bookings_grouped
    mojap_derived_tables.prison.prison_population.marts.intermediate.prison_population__bookings_joined
    mojap_derived_tables.prison.prison_population.staging.prison_population__bookings_stg
    mojap_derived_tables.prison.prison_population.marts.population.prison_population__current_population_fct
    mojap_derived_tables.prison.prison_population.marts.population.prison_population__daily_population_fct
    mojap_derived_tables.prison.prison_population.marts.population.prison_population__languages_fct
    mojap_derived_tables.prison.prison_population.marts.intermediate.prison_population__languages_unnested
    mojap_derived_tables.prison.prison_population.marts.population.prison_population__offenders_dim
    mojap_derived_tables.prison.prison_population.staging.prison_population__offenders_stg
    --- exit code 0
    ");
    insta::assert_snapshot!(sandbox.cadet(&["ls", "--select", "+prison_safety__incident_types_dim+", "--output", "name"]).shown(), @"
    prison_safety__incident_types_dim
    prison_safety__incident_types
    accepted_values_prison_safety__incident_types_dim_response_group__urgent__important__routine
    not_null_prison_safety__incident_types_dim_incident_type_code
    not_null_prison_safety__incident_types_incident_type_code
    not_null_prison_safety__incident_types_incident_type_name
    prison_safety__value_between_prison_safety__incident_types_priority_rank__9__1
    relationships_prison_safety__incidents_fct_incident_type_code__incident_type_code__ref_prison_safety__incident_types_dim_
    relationships_prison_safety__incidents_stg_incident_type_code__incident_type_code__ref_prison_safety__incident_types_
    unique_prison_safety__incident_types_dim_incident_type_code
    unique_prison_safety__incident_types_incident_type_code
    --- exit code 0
    ");
    insta::assert_snapshot!(sandbox.cadet(&["ls", "--select", "1+court_listings__courts_dim.v1", "--output", "name"]).shown(), @"
    court_listings__courts_dim.v1
    court_listings__courts_stg
    not_null_court_listings__courts_dim_v1_court_code
    not_null_court_listings__courts_dim_v1_court_id
    not_null_court_listings__courts_stg_court_id
    prison_safety__value_between_court_listings__courts_dim_v1_courtroom_count__40__1
    relationships_court_listings__hearings_fct_court_id__court_id__ref_court_listings__courts_dim_
    relationships_court_listings__hearings_stg_court_id__court_id__ref_court_listings__courts_stg_
    unique_court_listings__courts_dim_v1_court_id
    unique_court_listings__courts_stg_court_code
    unique_court_listings__courts_stg_court_id
    --- exit code 0
    ");
    insta::assert_snapshot!(sandbox.cadet(&["ls", "--select", "path:models/courts/court_listings/staging", "--output", "path"]).shown(), @"
    models/courts/court_listings/staging/court_listings__courts_stg.sql
    models/courts/court_listings/staging/court_listings__hearings_stg.sql
    models/courts/court_listings/staging/court_listings__results_stg.sql
    models/courts/court_listings/staging/court_listings__hearings_stg.yaml
    models/courts/court_listings/staging/court_listings__courts_stg.yaml
    models/courts/court_listings/staging/court_listings__hearings_stg.yaml
    models/courts/court_listings/staging/court_listings__hearings_stg.yaml
    models/courts/court_listings/staging/court_listings__results_stg.yaml
    models/courts/court_listings/staging/court_listings__results_stg.yaml
    models/courts/court_listings/staging/court_listings__hearings_stg.yaml
    models/courts/court_listings/staging/court_listings__results_stg.yaml
    models/courts/court_listings/staging/court_listings__courts_stg.yaml
    models/courts/court_listings/staging/court_listings__courts_stg.yaml
    models/courts/court_listings/staging/court_listings__hearings_stg.yaml
    models/courts/court_listings/staging/court_listings__results_stg.yaml
    --- exit code 0
    ");
    insta::assert_snapshot!(sandbox.cadet(&["ls", "--select", "models/courts/court_listings/staging", "--exclude", "court_listings__results_stg", "--resource-type", "model"]).shown(), @"
    mojap_derived_tables.courts.court_listings.staging.court_listings__courts_stg
    mojap_derived_tables.courts.court_listings.staging.court_listings__hearings_stg
    --- exit code 0
    ");
    insta::assert_snapshot!(sandbox.cadet(&["ls", "--select", "source:nomis.offenders+1"]).shown(), @"
    mojap_derived_tables.prison.prison_population.staging.prison_population__offenders_stg
    source:mojap_derived_tables.nomis.offenders
    mojap_derived_tables.prison.prison_population.staging.accepted_values_prison_population__offenders_stg_risk_band__low__medium__high__very_high
    mojap_derived_tables.prison.prison_population.staging.accepted_values_prison_population__offenders_stg_sex_code__M__F__U
    mojap_derived_tables.prison.prison_population.staging.not_null_prison_population__offenders_stg_birth_date
    mojap_derived_tables.prison.prison_population.staging.not_null_prison_population__offenders_stg_offender_id
    mojap_derived_tables.prison.prison_population.staging.relationships_prison_population__bookings_stg_offender_id__offender_id__ref_prison_population__offenders_stg_
    mojap_derived_tables.sources.source_not_null_nomis_offenders_offender_id
    mojap_derived_tables.sources.source_relationships_nomis_offender_bookings_offender_id__offender_id__source_nomis_offenders_
    mojap_derived_tables.sources.source_unique_nomis_offenders_offender_id
    mojap_derived_tables.prison.prison_population.staging.unique_prison_population__offenders_stg_offender_id
    mojap_derived_tables.prison.prison_population.staging.unique_prison_population__offenders_stg_offender_ref
    --- exit code 0
    ");
    insta::assert_snapshot!(sandbox.cadet(&["ls", "--resource-type", "source", "--resource-type", "seed"]).shown(), @"
    mojap_derived_tables.courts.court_listings.court_listings__result_codes
    mojap_derived_tables.prison.prison_safety.prison_safety__incident_types
    source:mojap_derived_tables.nomis.incident_reports
    source:mojap_derived_tables.nomis.offender_bookings
    source:mojap_derived_tables.nomis.offenders
    source:mojap_derived_tables.xhibit.courts
    source:mojap_derived_tables.xhibit.hearing_results
    source:mojap_derived_tables.xhibit.hearings
    --- exit code 0
    ");
}

#[test]
fn ls_as_json_has_one_object_on_a_line() {
    let ran = Sandbox::fixture().cadet(&[
        "ls",
        "--select",
        "prison_safety__incident_types",
        "--resource-type",
        "seed",
        "--output",
        "json",
    ]);
    insta::assert_snapshot!(ran.pretty(), @r#"
    {
      "name": "prison_safety__incident_types",
      "resource_type": "seed",
      "package_name": "mojap_derived_tables",
      "original_file_path": "seeds/prison/prison_safety/prison_safety__incident_types.csv",
      "unique_id": "seed.mojap_derived_tables.prison_safety__incident_types",
      "alias": "incident_types",
      "config": {
        "enabled": true,
        "alias": null,
        "schema": null,
        "database": null,
        "tags": [
          "daily"
        ],
        "meta": {},
        "group": null,
        "static_analysis": null,
        "materialized": "seed",
        "incremental_strategy": null,
        "batch_size": null,
        "lookback": 1,
        "begin": null,
        "persist_docs": {},
        "post-hook": [],
        "pre-hook": [],
        "quoting": {},
        "column_types": {
          "incident_type_code": "varchar"
        },
        "full_refresh": null,
        "unique_key": null,
        "on_schema_change": "ignore",
        "on_configuration_change": "apply",
        "grants": {},
        "packages": [],
        "docs": {
          "show": true,
          "node_color": null
        },
        "contract": {
          "enforced": false,
          "alias_types": true
        },
        "event_time": null,
        "concurrent_batches": null,
        "delimiter": ",",
        "quote_columns": null
      },
      "tags": [
        "daily"
      ],
      "depends_on": {
        "macros": []
      }
    }
    --- exit code 0
    "#);
}

#[test]
fn compile_writes_the_sql() {
    let sandbox = Sandbox::fixture();
    insta::assert_snapshot!(sandbox.cadet(&["compile", "--select", "path:models/courts", "--exclude", "resource_type:test"]).shown(), @"
    ✓ Compiled 10 nodes to target/compiled/mojap_derived_tables.
    --- exit code 0
    ");
    let compiled =
        sandbox.read(&format!("target/compiled/mojap_derived_tables/{LISTINGS}/court_listings__hearings_fct.sql"));
    assert!(compiled.contains("when duration_minutes < 30\n"), "{compiled}");
}

#[test]
fn vars_on_the_command_line_win() {
    let sandbox = Sandbox::fixture();
    assert_eq!(
        sandbox
            .cadet(&["compile", "--select", "court_listings__hearings_fct", "--vars", "{short_hearing_minutes: 45}"])
            .code,
        0
    );
    let compiled =
        sandbox.read(&format!("target/compiled/mojap_derived_tables/{LISTINGS}/court_listings__hearings_fct.sql"));
    assert!(compiled.contains("when duration_minutes < 45\n"), "{compiled}");
}

#[test]
fn the_whole_project_is_built_and_tested() {
    let sandbox = Sandbox::fixture();
    insta::assert_snapshot!(with_data(&sandbox, &["build"]).shown(), @"
       built  table       court_listings__courts_stg  8 rows
       built  table       prison_population__bookings_stg  20 rows
       built  table       prison_population__offenders_stg  16 rows
       built  table       court_listings__hearings_stg  25 rows
       built  table       court_listings__courts_dim.v1  8 rows
       built  table       prison_population__bookings_joined  20 rows
      loaded  seed        prison_safety__incident_types  8 rows
       built  table       prison_safety__incidents_stg  23 rows
       built  table       court_listings__hearings_joined  25 rows
       built  table       prison_population__bookings_grouped  15 rows
       built  table       prison_safety__incidents_joined  23 rows
      loaded  seed        court_listings__result_codes  6 rows
       built  table       court_listings__results_stg  19 rows
       built  table       court_listings__courts_dim.v2  8 rows
       built  table       prison_population__languages_unnested  20 rows
       built  table       prison_safety__incidents_fct  20 rows
       built  table       court_listings__hearings_fct  25 rows
       built  table       court_listings__hearings_grouped  25 rows
       built  table       prison_population__offenders_dim  16 rows
      warned  test        not_null_prison_safety__incidents_fct_damage_cost  4 rows break this test
       built  table       prison_safety__incident_types_dim  8 rows
       built  table       prison_population__current_population_fct  4 rows
       built  incremental prison_population__daily_population_fct  72 rows
       built  table       prison_safety__incidents_grouped  11 rows
       built  table       prison_safety__dates_dim  155 rows
       built  table       prison_safety__establishments_fct  4 rows
       built  table       prison_safety__incident_tags_fct  23 rows
       built  table       court_listings__court_summary_fct  7 rows
       built  table       court_listings__results_fct  19 rows
       built  table       prison_population__languages_fct  10 rows

    warning[deploy/data-test]: 4 rows break the test `not_null` on `damage_cost`
       ╭▸ models/prison/prison_safety/marts/incidents/prison_safety__incidents_fct.yaml:33:13
       │
    33 │           - not_null:
       │             ━━━━━━━━
       │
       ╰ help: to see the rows: `cadet show --select not_null_prison_safety__incidents_fct_damage_cost`

    ✓ 29 tables built. Tests: 111 passed, 1 warned.
    --- exit code 0
    ");
}
