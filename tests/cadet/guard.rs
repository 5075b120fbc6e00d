//! A file that ends the process that reads it: it is one finding, and everything else is still checked.
//!
//! The variable `CADET_MISHAPS`, which a release does not know, makes work on a file end the process for certain.

#[cfg(target_os = "linux")]
use std::process::{Child, Command, Stdio};
#[cfg(target_os = "linux")]
use std::time::{Duration, Instant};

use insta::assert_snapshot;
#[cfg(target_os = "linux")]
use rustix::process::{Pid, Signal, kill_process};

use crate::support::Sandbox;

/// A model that is fine, one with an ordinary mistake, and three that are about to end the process.
fn project() -> Sandbox {
    Sandbox::new()
        .file("models/prison/safety/safety__fine.sql", "select 1 as a\n")
        .file("models/prison/safety/safety__mistake.sql", "select 1 as a,\nfrom {{ ref('safety__fine') }}\n")
        .file("models/prison/safety/safety__deep.sql", "select {{ 1 + 1 }} as a\n")
        .file("models/prison/safety/safety__large.sql", "select {{ 1 + 2 }} as a\n")
        .file("models/prison/safety/safety__odd.sql", "select {{ 1 + 3 }} as a\n")
        .file("cadet.yaml", "rules:\n  docs/intermediate-is-described: off\n")
}

const THREE: &str = "models/prison/safety/safety__deep.sql=stack,models/prison/safety/safety__large.sql=memory,\
                     models/prison/safety/safety__odd.sql=abort";

#[test]
fn files_that_end_the_process_are_findings_beside_all_others() {
    let ran = project().cadet_with(&["check", "--all"], &[("CADET_MISHAPS", THREE)]);
    assert_snapshot!(ran.stdout, @"
    error[jinja/renders]: reading this file uses up the stack: something in it is nested too deeply
     ╭▸ models/prison/safety/safety__deep.sql
     ╰ help: look for a very long chain of `+`, `~`, filters or `elif`, for lists put into lists in a loop, or for a macro that calls itself; cadet left it out and went on with everything else

    error[jinja/renders]: reading this file uses up the memory
     ╭▸ models/prison/safety/safety__large.sql
     ╰ help: look for a text or a list that grows in a loop, or that is repeated very often; cadet left it out and went on with everything else

    error[sql/parses]: there is a comma too many before `from`
      ╭▸ models/prison/safety/safety__mistake.sql:1:14
      │
    1 │ select 1 as a,
      │              ━
      │
      ╰ help: take the comma away, or write the column that is missing after it

    error[jinja/renders]: reading this file ends cadet
     ╭▸ models/prison/safety/safety__odd.sql
     ╰ help: look for what is unusual in it, and write it another way; cadet left it out and went on with everything else

    warning[naming/role]: the name `safety__deep` does not say what this model is for
     ╭▸ models/prison/safety/safety__deep.sql
     ╰ help: end it in `_fct` (a fact table), `_dim` (a dimension) or `_stg` (staging); an intermediate table ends in what was done, such as `deep_joined` or `deep_filtered`

    warning[naming/role]: the name `safety__fine` does not say what this model is for
     ╭▸ models/prison/safety/safety__fine.sql
     ╰ help: end it in `_fct` (a fact table), `_dim` (a dimension) or `_stg` (staging); an intermediate table ends in what was done, such as `fine_joined` or `fine_filtered`

    warning[naming/role]: the name `safety__large` does not say what this model is for
     ╭▸ models/prison/safety/safety__large.sql
     ╰ help: end it in `_fct` (a fact table), `_dim` (a dimension) or `_stg` (staging); an intermediate table ends in what was done, such as `large_joined` or `large_filtered`

    warning[naming/role]: the name `safety__mistake` does not say what this model is for
     ╭▸ models/prison/safety/safety__mistake.sql
     ╰ help: end it in `_fct` (a fact table), `_dim` (a dimension) or `_stg` (staging); an intermediate table ends in what was done, such as `mistake_joined` or `mistake_filtered`

    warning[naming/role]: the name `safety__odd` does not say what this model is for
     ╭▸ models/prison/safety/safety__odd.sql
     ╰ help: end it in `_fct` (a fact table), `_dim` (a dimension) or `_stg` (staging); an intermediate table ends in what was done, such as `odd_joined` or `odd_filtered`

    ✗ Checked the whole project: 4 errors, 5 warnings.
      To learn more about a rule: cadet explain jinja/renders
    ");
    assert_eq!(ran.code, 1);
    let notes: Vec<&str> =
        ran.stderr.lines().filter(|line| line.starts_with("note: ") && !line.contains("RUST_BACKTRACE")).collect();
    assert_snapshot!(notes.join("\n"), @"
    note: something in the project ended cadet; it reads the files again one by one, to find out which
    note: models/prison/safety/safety__deep.sql: reading this file uses up the stack: something in it is nested too deeply; cadet goes on without it
    note: models/prison/safety/safety__large.sql: reading this file uses up the memory; cadet goes on without it
    note: models/prison/safety/safety__odd.sql: reading this file ends cadet; cadet goes on without it
    ");
}

#[test]
fn a_template_made_to_end_the_process_does_not_end_the_report() {
    let deep = format!("select {{{{ {}1 }}}} as a\n", "not ".repeat(29_093));
    let many = format!("{{% if 0 %}}{}{{% endif %}}select 1 as a\n", "{% elif 0 %}".repeat(7_072));
    let nested = "{% set ns = namespace(x=[]) %}{% for i in range(22763) %}{% set ns.x = [ns.x] %}{% endfor %}\
                  select '{{ ns.x }}' as a\n";
    let large = "select '{{ range(99999) | join('x' * 100000) }}' as a\n";
    let project = project()
        .file("models/prison/safety/safety__deep.sql", &deep)
        .file("models/prison/safety/safety__large.sql", large)
        .file("models/prison/safety/safety__odd.sql", nested)
        .file("models/prison/safety/safety__many.sql", &many);
    let ran = project.cadet_with(&["check", "--all", "--format", "json"], &[("CADET_MEMORY", "256")]);
    let json: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    let findings = json["findings"].as_array().unwrap();
    let of = |rule: &str| {
        let paths = findings.iter().filter(|finding| finding["rule"] == rule).filter_map(|f| f["path"].as_str());
        paths.map(|path| path.trim_start_matches("models/prison/safety/safety__")).collect::<Vec<_>>()
    };
    assert_eq!(of("sql/parses"), ["mistake.sql"]);
    for path in of("jinja/renders") {
        assert!(["deep.sql", "large.sql", "many.sql", "odd.sql"].contains(&path), "{path}");
    }
    assert_eq!(ran.code, 1);
}

#[test]
fn a_render_that_takes_too_long_is_stopped() {
    let mishaps = "models/prison/safety/safety__deep.sql=time";
    let ran = project()
        .remove("models/prison/safety/safety__mistake.sql")
        .cadet_with(&["check", "--all"], &[("CADET_MISHAPS", mishaps)]);
    assert_snapshot!(ran.shown(), @"
    error[jinja/renders]: reading this file takes longer than 10 seconds
     ╭▸ models/prison/safety/safety__deep.sql
     ╰ help: look for a loop over a very long list, a text that is repeated or replaced very often, or a slow query that it runs; cadet left it out and went on with everything else

    warning[naming/role]: the name `safety__deep` does not say what this model is for
     ╭▸ models/prison/safety/safety__deep.sql
     ╰ help: end it in `_fct` (a fact table), `_dim` (a dimension) or `_stg` (staging); an intermediate table ends in what was done, such as `deep_joined` or `deep_filtered`

    warning[naming/role]: the name `safety__fine` does not say what this model is for
     ╭▸ models/prison/safety/safety__fine.sql
     ╰ help: end it in `_fct` (a fact table), `_dim` (a dimension) or `_stg` (staging); an intermediate table ends in what was done, such as `fine_joined` or `fine_filtered`

    warning[naming/role]: the name `safety__large` does not say what this model is for
     ╭▸ models/prison/safety/safety__large.sql
     ╰ help: end it in `_fct` (a fact table), `_dim` (a dimension) or `_stg` (staging); an intermediate table ends in what was done, such as `large_joined` or `large_filtered`

    warning[naming/role]: the name `safety__odd` does not say what this model is for
     ╭▸ models/prison/safety/safety__odd.sql
     ╰ help: end it in `_fct` (a fact table), `_dim` (a dimension) or `_stg` (staging); an intermediate table ends in what was done, such as `odd_joined` or `odd_filtered`

    ✗ Checked the whole project: 1 error, 4 warnings.
      To learn more about a rule: cadet explain jinja/renders
    --- stderr
    note: models/prison/safety/safety__deep.sql: reading this file takes longer than 10 seconds; cadet goes on without it
    --- exit code 1
    ");
}

#[test]
fn a_macro_that_several_files_die_of_is_left_out_for_all_of_them() {
    let mut project = Sandbox::new()
        .file("macros/deep.sql", "{% macro deep() %}1{% endmacro %}\n")
        .file("cadet.yaml", "rules:\n  docs/intermediate-is-described: off\n");
    for at in 0..30 {
        project = project.file(&format!("models/prison/safety/safety__m{at:02}.sql"), "select {{ deep() }} as a\n");
    }
    let ran = project.cadet_with(&["check", "--all"], &[("CADET_MISHAPS", "macros/deep.sql#macro=stack")]);
    let shown: Vec<&str> = ran.stdout.lines().take(22).collect();
    assert_snapshot!(shown.join("\n"), @"
    error[jinja/renders]: rendering this template uses up the stack: something in it is nested too deeply
     ╭▸ models/prison/safety/safety__m00.sql
     ├ note: the macro `deep` was running
     ⸬  macros/deep.sql
     ╰ help: look for a very long chain of `+`, `~`, filters or `elif`, for lists put into lists in a loop, or for a macro that calls itself; cadet left it out and went on with everything else

    error[jinja/renders]: rendering this template uses up the stack: something in it is nested too deeply
     ╭▸ models/prison/safety/safety__m01.sql
     ├ note: the macro `deep` was running
     ⸬  macros/deep.sql
     ╰ help: look for a very long chain of `+`, `~`, filters or `elif`, for lists put into lists in a loop, or for a macro that calls itself; cadet left it out and went on with everything else

    error[jinja/renders]: running the macro `deep` uses up the stack: something in it is nested too deeply
      ╭▸ models/prison/safety/safety__m02.sql:1:11
      │
    1 │ select {{ deep() }} as a
      │           ━━━━━━
      │
      ╰ help: look for a very long chain of `+`, `~`, filters or `elif`, for lists put into lists in a loop, or for a macro that calls itself; cadet left it out and went on with everything else

    error[jinja/renders]: running the macro `deep` uses up the stack: something in it is nested too deeply
      ╭▸ models/prison/safety/safety__m03.sql:1:11
    ");
    assert!(ran.stdout.contains("30 errors"), "{}", ran.shown());
}

#[test]
fn so_is_a_macro_that_names_tables() {
    let mut project = Sandbox::new()
        .file("macros/names.sql", "{% macro generate_schema_name(custom, node) %}{{ node.fqn[2] }}{% endmacro %}\n");
    for at in 0..30 {
        project = project.file(&format!("models/prison/safety/safety__m{at:02}.sql"), "select 1 as a\n");
    }
    let ran = project.cadet_with(&["parse"], &[("CADET_MISHAPS", "macros/names.sql#macro=stack")]);
    let named = ran.stdout.lines().filter(|line| line.starts_with("error")).collect::<std::collections::BTreeSet<_>>();
    assert_snapshot!(named.into_iter().collect::<Vec<_>>().join("\n"), @"
    error[jinja/renders]: calling the macro `generate_schema_name` for this file uses up the stack: something in it is nested too deeply
    error[jinja/renders]: running the macro `generate_schema_name` uses up the stack: something in it is nested too deeply
    ");
    assert!(ran.stdout.contains("safety__m00.sql") && ran.stdout.contains("safety__m29.sql"), "{}", ran.shown());
    assert_eq!(ran.code, 1);
}

#[test]
fn a_property_file_and_a_file_of_macros_can_be_left_out_too() {
    let project = project()
        .file("models/prison/safety/properties.yaml", "models:\n  - name: safety__fine\n")
        .file("macros/odd.sql", "{% macro odd() %}1{% endmacro %}\n");
    let mishaps = "models/prison/safety/properties.yaml=stack,macros/odd.sql=panic";
    let ran = project.cadet_with(&["check", "--all"], &[("CADET_MISHAPS", mishaps)]);
    assert_snapshot!(ran.stdout, @"
    error[jinja/renders]: reading this file ends cadet
      ╭▸ macros/odd.sql:1:1
      │
    1 │ {% macro odd() %}1{% endmacro %}
      │ ━
      │
      ╰ help: look for what is unusual in it, and write it another way; cadet left it out and went on with everything else

    error[yaml/parses]: reading this file uses up the stack: something in it is nested too deeply
     ╭▸ models/prison/safety/properties.yaml
     ╰ help: look for lists or maps that stand very deep in one another; cadet left it out and went on with everything else

    error[sql/parses]: there is a comma too many before `from`
      ╭▸ models/prison/safety/safety__mistake.sql:1:14
      │
    1 │ select 1 as a,
      │              ━
      │
      ╰ help: take the comma away, or write the column that is missing after it

    warning[naming/role]: the name `safety__deep` does not say what this model is for
     ╭▸ models/prison/safety/safety__deep.sql
     ╰ help: end it in `_fct` (a fact table), `_dim` (a dimension) or `_stg` (staging); an intermediate table ends in what was done, such as `deep_joined` or `deep_filtered`

    warning[naming/role]: the name `safety__fine` does not say what this model is for
     ╭▸ models/prison/safety/safety__fine.sql
     ╰ help: end it in `_fct` (a fact table), `_dim` (a dimension) or `_stg` (staging); an intermediate table ends in what was done, such as `fine_joined` or `fine_filtered`

    warning[naming/role]: the name `safety__large` does not say what this model is for
     ╭▸ models/prison/safety/safety__large.sql
     ╰ help: end it in `_fct` (a fact table), `_dim` (a dimension) or `_stg` (staging); an intermediate table ends in what was done, such as `large_joined` or `large_filtered`

    warning[naming/role]: the name `safety__mistake` does not say what this model is for
     ╭▸ models/prison/safety/safety__mistake.sql
     ╰ help: end it in `_fct` (a fact table), `_dim` (a dimension) or `_stg` (staging); an intermediate table ends in what was done, such as `mistake_joined` or `mistake_filtered`

    warning[naming/role]: the name `safety__odd` does not say what this model is for
     ╭▸ models/prison/safety/safety__odd.sql
     ╰ help: end it in `_fct` (a fact table), `_dim` (a dimension) or `_stg` (staging); an intermediate table ends in what was done, such as `odd_joined` or `odd_filtered`

    ✗ Checked the whole project: 3 errors, 5 warnings.
      To learn more about a rule: cadet explain jinja/renders
    ");
}

#[test]
fn too_many_such_files_are_an_error_that_names_them() {
    let mut project = Sandbox::new();
    let mut mishaps = String::new();
    for at in 0..21 {
        let path = format!("models/m{at:02}.sql");
        project = project.file(&path, &format!("select {at} as a\n"));
        mishaps.push_str(&format!("{path}=abort,"));
    }
    let ran = project.cadet_with(&["check", "--all"], &[("CADET_MISHAPS", &mishaps)]);
    assert_eq!((ran.code, ran.stdout.as_str()), (3, ""));
    let stopped: Vec<&str> = ran.stderr.lines().skip_while(|line| !line.starts_with("error: ")).collect();
    assert_snapshot!(stopped.join("\n"), @"
    error: too many files end cadet when it reads them: models/m00.sql, models/m01.sql, models/m02.sql, models/m03.sql, models/m04.sql, models/m05.sql, models/m06.sql, models/m07.sql, models/m08.sql, models/m09.sql, models/m10.sql, models/m11.sql, models/m12.sql, models/m13.sql, models/m14.sql, models/m15.sql, models/m16.sql, models/m17.sql, models/m18.sql
    help: mend a macro that they share, or these files one after the other, and run again
    ");
}

#[test]
fn what_has_begun_to_build_is_not_begun_again() {
    let project = project().file("models/prison/safety/safety__mistake.sql", "select 1 as a\n");
    let mishaps = [("CADET_MISHAPS", "models/prison/safety/safety__deep.sql#late=abort")];
    let ran = project.cadet_with(&["run", "--threads", "1"], &mishaps);
    assert_eq!(ran.code, 3, "{}", ran.shown());
    assert_snapshot!(ran.stderr, @"
    error: cadet ended unexpectedly before its report was done; it was at work on models/prison/safety/safety__deep.sql
    help: run the same command again; each table is whole, the old one or the new one
    ");
    let again = project.cadet(&["run"]);
    assert_eq!(again.code, 0, "{}", again.shown());
}

#[test]
#[cfg(target_os = "linux")]
fn the_working_process_ends_with_the_one_that_waits() {
    for (signal, code) in [(Signal::KILL, None), (Signal::TERM, Some(143)), (Signal::INT, Some(130))] {
        let project = project();
        let mut waiting = Command::new(env!("CARGO_BIN_EXE_cadet"))
            .arg("ls")
            .current_dir(project.root())
            .env_clear()
            .env("CADET_MISHAPS", "models/prison/safety/safety__deep.sql=time")
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let working = soon(|| child_of(&waiting));
        kill_process(Pid::from_child(&waiting), signal).unwrap();
        assert_eq!(waiting.wait().unwrap().code(), code, "{signal:?}");
        soon(|| state(&working).is_none_or(|(state, _)| state == "Z").then_some(()));
    }
}

#[test]
fn sql_as_long_as_athena_takes_it_is_read_in_time() {
    let names: String = (0..20_000).map(|at| format!(", 1 as c{at}")).collect();
    let project = Sandbox::new()
        .file("models/prison/safety/safety__list.sql", &format!("select 1 as a{names}\n"))
        .file("models/prison/safety/safety__types.sql", &format!("select cast(a as {}", "row(".repeat(65_000)))
        .file("models/prison/safety/safety__long.sql", &format!("select 1 as a{names}{names}\n"))
        .file("cadet.yaml", "rules:\n  docs/intermediate-is-described: off\n");
    let ran = project.cadet(&["check", "--all", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    let told = json["findings"].as_array().unwrap().iter().map(|finding| {
        let text = |key: &str| finding[key].as_str().unwrap_or_default();
        format!("{} {}: {}", text("rule"), text("path"), text("message"))
    });
    assert_snapshot!(told.collect::<Vec<_>>().join("\n"), @"
    sql/length-limit models/prison/safety/safety__long.sql: the SQL of this model is 497793 bytes long, and Athena takes at most 262144
    sql/parses models/prison/safety/safety__types.sql: this SQL cannot be read: expected type modifiers, but found (
    naming/role models/prison/safety/safety__list.sql: the name `safety__list` does not say what this model is for
    sql/length-limit models/prison/safety/safety__list.sql: the SQL of this model is 248903 bytes long, and Athena takes at most 262144
    naming/role models/prison/safety/safety__long.sql: the name `safety__long` does not say what this model is for
    naming/role models/prison/safety/safety__types.sql: the name `safety__types` does not say what this model is for
    sql/length-limit models/prison/safety/safety__types.sql: the SQL of this model is 260017 bytes long, and Athena takes at most 262144
    ");
}

/// What comes about within a minute.
#[cfg(target_os = "linux")]
fn soon<T>(look: impl Fn() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(began.elapsed() < Duration::from_secs(60), "it did not come about");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// The process that this one started.
#[cfg(target_os = "linux")]
fn child_of(parent: &Child) -> Option<String> {
    let processes = std::fs::read_dir("/proc").unwrap().flatten();
    let mut numbers = processes.filter_map(|entry| entry.file_name().into_string().ok());
    numbers.find(|number| state(number).is_some_and(|(_, of)| of == parent.id().to_string()))
}

/// The state of a process, and the number of the one that started it.
#[cfg(target_os = "linux")]
fn state(number: &str) -> Option<(String, String)> {
    let text = std::fs::read_to_string(format!("/proc/{number}/stat")).ok()?;
    let mut words = text.rsplit_once(") ")?.1.split(' ').map(str::to_owned);
    Some((words.next()?, words.next()?))
}
