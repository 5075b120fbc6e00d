//! What must not pass unseen, and what must not be called wrong: found by people who tried.

use crate::support::Sandbox;

const SETTINGS: &str = "name: shop\nversion: '1.0'\nprofile: shop\n";

fn shop() -> Sandbox {
    Sandbox::new()
        .file("dbt_project.yml", SETTINGS)
        .file("models/orders.sql", "select 1 as order_id\n")
        .commit("The shop")
        .branch("change")
}

#[test]
fn a_package_that_the_branch_brings_is_part_of_the_change() {
    let sandbox = shop()
        .file("dbt_packages/tools/dbt_project.yml", "name: tools\nversion: '1.0'\nprofile: shop\n")
        .file("dbt_packages/tools/models/brought.sql", "select 1 as one\n");
    insta::assert_snapshot!(sandbox.cadet(&["why", "brought"]).shown(), @"
    brought is in the change, compared with main ([commit]):
      new  (dbt_packages/tools/models/brought.sql)
    --- exit code 0
    ");
}

#[test]
fn a_package_that_git_ignores_is_not() {
    let sandbox = shop()
        .file(".gitignore", "my_packages/\n")
        .file("dbt_project.yml", &format!("{SETTINGS}packages-install-path: my_packages\n"))
        .commit("Packages are installed")
        .branch("later")
        .file("my_packages/tools/dbt_project.yml", "name: tools\nversion: '1.0'\nprofile: shop\n")
        .file("my_packages/tools/models/installed.sql", "select 1 as one\n")
        .file("models/customers.sql", "select 1 as customer_id\n");
    insta::assert_snapshot!(sandbox.cadet(&["why", "installed", "customers", "--base", "change"]).shown(), @"
    customers is in the change, compared with change ([commit]):
      new  (models/customers.sql)
    installed is not in the change. Compared with change ([commit]), these are the same:
      its file, its configs, and the SQL that comes of them, macros and variables included
    --- exit code 0
    ");
}

#[test]
fn a_snapshot_is_built_and_a_python_model_is_named_and_not_built() {
    let sandbox = shop()
        .file(
            "snapshots/snap.sql",
            "{% snapshot snap %}{{ config(strategy='check', unique_key='order_id', check_cols='all') }}select * from {{ ref('orders') }}{% endsnapshot %}\n",
        )
        .file("models/scored.py", "def model(dbt, session):\n    return dbt.ref('orders')\n");
    insta::assert_snapshot!(sandbox.cadet(&["build"]).shown(), @"
       built  view        orders  created
     not run  table       scored  cadet does not build models in Python: it runs no Python
       built  snapshot    snap  1 row

    ✓ 2 tables built, 1 not run here.
    --- exit code 0
    ");
}

#[test]
fn the_target_of_a_profile_may_be_jinja() {
    let profiles =
        "shop:\n  target: \"{{ env_var('SHOP_TARGET', 'dev') }}\"\n  outputs:\n    dev: {type: athena, schema: mine}\n";
    let sandbox = shop().file("profiles.yml", profiles);
    insta::assert_snapshot!(sandbox.cadet(&["ls", "--output", "json", "--output-keys", "schema"]).shown(), @r#"
    {"schema":"mine"}
    --- exit code 0
    "#);
    insta::assert_snapshot!(sandbox.cadet(&["ls", "--target", "prod"]).shown(), @"
    --- stderr
    error: the profile `shop` has no target `prod`
    help: its targets are dev, and `local`
    --- exit code 2
    ");
}

#[test]
fn what_dbt_has_and_cadet_has_not_is_said_so() {
    let sandbox = shop().file("models/typed.sql", "select {{ dbt.create_table_as(false, this, 'x') }} as one\n");
    insta::assert_snapshot!(sandbox.cadet(&["compile", "--select", "typed"]).shown(), @"
    error[jinja/renders]: cadet does not know dbt's `create_table_as` yet
      ╭▸ models/typed.sql:1:14
      │
    1 │ select {{ dbt.create_table_as(false, this, 'x') }} as one
      │              ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━
      │
      ╰ help: the model need not be wrong, but cadet can neither check nor build it

    ✗ Compiled 0 nodes to target/compiled/shop.
    --- exit code 1
    ");
}
