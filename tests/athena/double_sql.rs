//! The double's Athena and Glue, through the SDK's clients: statements that are carried out.

use crate::double::Double;
use crate::support::{Outcome, clients, execute};

const DATABASE: &str = "create schema if not exists `safety_dev_dbt`";

/// A double with a database.
async fn double() -> (Double, aws_sdk_athena::Client) {
    let double = Double::start();
    let athena = clients(&double).athena;
    execute(&athena, DATABASE).await.done();
    (double, athena)
}

fn create_table(name: &str, properties: &str, query: &str) -> String {
    let location = format!("s3://mojap-derived-tables/dev/models/table_name={name}");
    format!(
        "create table \"awsdatacatalog\".\"safety_dev_dbt\".\"{name}\" with (table_type = 'hive', is_external = true, \
         external_location = '{location}', format = 'parquet'{properties}) as {query}"
    )
}

#[tokio::test]
async fn a_query_gives_its_rows_as_athena_writes_them() {
    let (_double, athena) = double().await;
    let answer = execute(&athena, "select 1 as a, cast(1 as double) as b, 'x' as c, null as d").await.done();
    assert_eq!(answer.header(), ["a", "b", "c", "d"]);
    assert_eq!(answer.rows(), [["1", "1.0", "x", "NULL"]]);
    assert_eq!(answer.types(), ["integer", "double", "varchar", "integer"]);
}

#[tokio::test]
async fn a_table_is_files_below_its_location_and_an_entry_in_the_catalogue() {
    let (double, athena) = double().await;
    let query = "select * from (values (1, 'a', date '2024-01-01'), (2, 'b', date '2024-01-02')) as t (id, name, day)";
    let done = execute(&athena, &create_table("t", ", partitioned_by = array['day']", query)).await.done();
    assert_eq!(done.updated(), 2);
    let objects = double.objects("s3://mojap-derived-tables/");
    let folders: Vec<&str> =
        objects.iter().filter_map(|address| address.rsplit_once('/')).map(|(folder, _)| folder).collect();
    assert_eq!(
        folders,
        [
            "s3://mojap-derived-tables/dev/models/table_name=t/day=2024-01-01",
            "s3://mojap-derived-tables/dev/models/table_name=t/day=2024-01-02",
        ]
    );
    let found = execute(&athena, "select * from safety_dev_dbt.t order by id").await.done();
    assert_eq!(found.rows(), [["1", "a", "2024-01-01"], ["2", "b", "2024-01-02"]]);
    assert_eq!(found.types(), ["integer", "varchar", "date"]);
    let Outcome::Failed(error) = execute(&athena, &create_table("t", "", query)).await else { panic!() };
    assert_eq!(error, "TABLE_ALREADY_EXISTS: line 1:1: Table 'awsdatacatalog.safety_dev_dbt.t' already exists");
}
