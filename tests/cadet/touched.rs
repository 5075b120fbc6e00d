//! What a change cannot matter to is not judged again: the findings are those of judging everything.

use serde_json::Value;

use crate::support::Sandbox;

const PROPERTIES: &str = "
models:
  - name: people
    columns: [{name: id, data_tests: [unique, not_null]}, {name: born, data_tests: [not_null]}]
seeds:
  - name: sexes
    columns: [{name: code, data_tests: [unique]}]
";

const VISITS: &str = "
models:
  - name: visits
    config: {materialized: view}
    columns:
      - name: person_id
        data_tests:
          - relationships: {arguments: {to: ref('people'), field: id}}
          - relationships: {arguments: {to: ref('sexes'), field: code}}
  - name: wrong
    columns: [{name: missing, data_tests: [not_null]}]
";

/// A branch of a project that has old findings, and models that take over what others give.
fn branch() -> Sandbox {
    Sandbox::new()
        .file("models/people.sql", "select 1 as id, date '2000-01-01' as born\n")
        .file("models/properties.yml", PROPERTIES)
        .file("models/all_people.sql", "select * from {{ ref('people') }}\n")
        .file("models/twice.sql", "select *, born as also from {{ ref('all_people') }}\n")
        .file("models/twice.yml", "models: [{name: twice, columns: [{name: born}, {name: also}]}]\n")
        .file("models/visits.sql", "select id as person_id, 1 as \"Room\" from {{ ref('all_people') }} order by 1\n")
        .file("models/visits.yml", VISITS)
        .file("models/wrong.sql", "select 1 as id, nvl(1, 2) as other\n")
        .file("models/part.sql", "{{ config(materialized='ephemeral') }}\nselect 1 as id, 2 as other\n")
        .file("models/inner.sql", "{{ config(materialized='ephemeral') }}\nselect * from {{ ref('part') }}\n")
        .file("models/outer.sql", "select * from {{ ref('inner') }}\n")
        .file("models/outer.yml", "models: [{name: outer, columns: [{name: id}, {name: other}]}]\n")
        .file("models/last.sql", "select * from {{ ref('outer') }}\n")
        .file("models/last.yml", "models: [{name: last, columns: [{name: id}, {name: other}]}]\n")
        .file("models/literal.sql", "select * from db.elsewhere\n")
        .file("seeds/sexes.csv", "code,name\nF,female\n")
        .commit("base")
        .branch("pr")
}

/// The findings of `cadet check` on a branch.
fn findings(sandbox: &Sandbox) -> Vec<String> {
    let ran = sandbox.cadet(&["check", "--format", "json"]);
    let report: Value = serde_json::from_str(&ran.stdout).unwrap_or_else(|_| panic!("{}", ran.shown()));
    report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| format!("{} {}", finding["rule"], finding["message"]))
        .collect()
}

type Change = fn(Sandbox) -> Sandbox;

#[test]
fn the_findings_are_those_of_judging_everything() {
    let changes: &[(&str, Change)] = &[
        ("a column goes", |branch| branch.file("models/people.sql", "select 1 as id\n")),
        ("a model goes", |branch| branch.remove("models/people.sql")),
        ("a model is renamed", |branch| branch.rename("models/people.sql", "models/persons.sql")),
        ("a model in between is broken", |branch| {
            branch.file("models/all_people.sql", "select from {{ ref('people') }}\n")
        }),
        ("a view becomes a table", |branch| branch.edit("models/visits.yml", "view", "table")),
        ("a property file goes", |branch| branch.remove("models/visits.yml")),
        ("a seed has another header", |branch| branch.file("seeds/sexes.csv", "sex,name\nF,female\n")),
        ("a test asks for another column", |branch| branch.edit("models/visits.yml", "field: id", "field: key")),
        ("a column of an ephemeral model goes", |branch| branch.edit("models/part.sql", ", 2 as other", "")),
        ("an ephemeral model is no SQL", |branch| branch.edit("models/part.sql", "1 as id", "as id")),
        ("a model in a circle", |branch| branch.file("models/people.sql", "select * from {{ ref('twice') }}\n")),
        ("an old mistake is touched", |branch| branch.edit("models/wrong.sql", "other", "another")),
        ("a new model with a name that is taken", |branch| branch.file("models/more/visits.sql", "select 1 as id\n")),
    ];
    insta::assert_snapshot!(told(changes, branch));
}

const SAFETY: &str = "models/prison/prison_safety/prison_safety__";

/// A branch of a project that follows the handbook, whose tables have schedules and no keys.
fn scheduled() -> Sandbox {
    let describe = |name: &str, tags: &str| {
        format!(
            "models: [{{name: prison_safety__{name}, description: The {name}., config: {{tags: {tags}}}, columns: [{{name: id, description: Its number.}}]}}]\n"
        )
    };
    let model = |sandbox: Sandbox, name: &str, sql: &str, tags: &str| {
        sandbox.file(&format!("{SAFETY}{name}.sql"), sql).file(&format!("{SAFETY}{name}.yaml"), &describe(name, tags))
    };
    let sandbox = model(Sandbox::new(), "people_stg", "select 1 as id\n", "daily");
    let sandbox = model(sandbox, "visits_stg", "select 1 as id\n", "[]");
    let sandbox = model(sandbox, "people_dim", "select id from {{ ref('prison_safety__people_stg') }}\n", "daily");
    model(sandbox, "visits_fct", "select id from {{ ref('prison_safety__visits_stg') }}\n", "daily")
        .commit("base")
        .branch("pr")
}

/// What the handbook asks for is asked of a table alone, or of those that read each other.
#[test]
fn the_findings_of_the_handbook_are_those_of_judging_everything() {
    let changes: &[(&str, Change)] = &[
        ("a filter, where the table had no key before", |branch| {
            branch.file(
                &format!("{SAFETY}people_dim.sql"),
                "select id from {{ ref('prison_safety__people_stg') }} where id > 0\n",
            )
        }),
        ("another tag, and so a second schedule", |branch| {
            branch.file(
                &format!("{SAFETY}people_dim.sql"),
                "{{ config(tags='weekly') }}\nselect id from {{ ref('prison_safety__people_stg') }}\n",
            )
        }),
        ("a tag that is put together", |branch| {
            branch.file(
                &format!("{SAFETY}people_dim.sql"),
                "{% set tag %}weekly{% endset %}{{ config(tags=tag) }}\nselect id from {{ ref('prison_safety__people_stg') }}\n",
            )
        }),
        ("a schedule that a reader needs goes", |branch| {
            branch.edit(&format!("{SAFETY}people_stg.yaml"), "daily", "[]")
        }),
        ("a table without a schedule is read", |branch| {
            branch.file(&format!("{SAFETY}people_dim.sql"), "select id from {{ ref('prison_safety__visits_stg') }}\n")
        }),
    ];
    insta::assert_snapshot!(told(changes, scheduled));
}

/// What is told of each change, which is what judging everything tells.
fn told(changes: &[(&str, Change)], branch: fn() -> Sandbox) -> String {
    let mut told = Vec::new();
    for (what, change) in changes {
        let quick = findings(&change(branch()));
        // A docs block can matter to every node.
        let whole = findings(&change(branch()).file("models/more.md", "{% docs more %}Nothing.{% enddocs %}\n"));
        assert_eq!(quick, whole, "{what}");
        told.push(format!("# {what}\n{}\n", quick.join("\n")));
    }
    told.join("\n")
}
