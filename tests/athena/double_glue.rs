//! The double's Glue, through the SDK's client.

use aws_sdk_glue::Client;
use aws_sdk_glue::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_glue::types::{Column, DatabaseInput, PartitionInput, StorageDescriptor, TableInput};

use crate::double::Double;
use crate::support::clients;

const DB: &str = "safety_dev_dbt";

fn column(name: &str, glue: &str) -> Column {
    Column::builder().name(name).r#type(glue).build().unwrap()
}

fn table(location: &str) -> TableInput {
    let descriptor = StorageDescriptor::builder().columns(column("id", "int")).location(location).build();
    TableInput::builder()
        .name("T")
        .table_type("EXTERNAL_TABLE")
        .storage_descriptor(descriptor)
        .partition_keys(column("day", "date"))
        .partition_keys(column("n", "int"))
        .build()
        .unwrap()
}

fn partition(day: &str, n: usize) -> PartitionInput {
    let descriptor = StorageDescriptor::builder().location(format!("s3://b/day={day}/n={n}")).build();
    PartitionInput::builder().values(day).values(n.to_string()).storage_descriptor(descriptor).build()
}

fn code<E: ProvideErrorMetadata>(
    result: Result<impl Sized, SdkError<E, aws_sdk_s3::config::http::HttpResponse>>,
) -> (String, String) {
    let Err(error) = result else { panic!("it was not refused") };
    (error.code().unwrap_or_default().to_owned(), error.message().unwrap_or_default().to_owned())
}

async fn with_table(double: &Double) -> Client {
    let glue = clients(double).glue;
    let database = DatabaseInput::builder().name(DB).build().unwrap();
    glue.create_database().database_input(database).send().await.unwrap();
    glue.create_table().database_name(DB).table_input(table("s3://b/t")).send().await.unwrap();
    glue
}

#[tokio::test]
async fn a_table_is_changed_only_from_the_version_that_was_read() {
    let double = Double::start();
    let glue = with_table(&double).await;
    let read = || async {
        let found = glue.get_table().database_name(DB).name("t").send().await.unwrap();
        let table = found.table.unwrap();
        (table.version_id().unwrap().to_owned(), table.storage_descriptor().unwrap().location().unwrap().to_owned())
    };
    assert_eq!(read().await, ("0".to_owned(), "s3://b/t".to_owned()));
    let update = |location: &str, version: &str| {
        glue.update_table().database_name(DB).table_input(table(location)).version_id(version)
    };
    update("s3://b/u", "0").send().await.unwrap();
    assert_eq!(
        code(update("s3://b/v", "0").send().await),
        (
            "ConcurrentModificationException".to_owned(),
            "Update table failed due to concurrent modifications.".to_owned()
        )
    );
    assert_eq!(read().await, ("1".to_owned(), "s3://b/u".to_owned()));
    update("s3://b/w", "1").skip_archive(true).send().await.unwrap();
    let versions = glue.get_table_versions().database_name(DB).table_name("t").send().await.unwrap();
    let ids: Vec<&str> = versions.table_versions().iter().filter_map(|version| version.version_id()).collect();
    assert_eq!(ids, ["2", "0"]);
    glue.delete_table().database_name(DB).name("t").send().await.unwrap();
    assert_eq!(code(glue.get_table().database_name(DB).name("t").send().await).0, "EntityNotFoundException");
    assert!(double.tables().is_empty());
}

#[tokio::test]
async fn databases_and_tables_are_listed_in_pages() {
    let double = Double::start();
    let glue = with_table(&double).await;
    for number in 0..120 {
        let table = TableInput::builder().name(format!("u{number:03}")).build().unwrap();
        glue.create_table().database_name(DB).table_input(table).send().await.unwrap();
    }
    let first = glue.get_tables().database_name(DB).send().await.unwrap();
    assert_eq!(first.table_list().len(), 100);
    let second = glue.get_tables().database_name(DB).next_token(first.next_token().unwrap()).send().await.unwrap();
    assert_eq!((second.table_list().len(), second.next_token()), (21, None));
    let some = glue.get_tables().database_name(DB).expression("u00*").send().await.unwrap();
    assert_eq!(some.table_list().len(), 10);
    let databases = glue.get_databases().send().await.unwrap();
    assert_eq!(databases.database_list()[0].name(), DB);
    assert_eq!(glue.get_database().name(DB).send().await.unwrap().database().unwrap().name(), DB);
    assert_eq!(
        code(glue.get_database().name("none").send().await),
        ("EntityNotFoundException".to_owned(), "Database none not found.".to_owned())
    );
    let again = glue.create_database().database_input(DatabaseInput::builder().name(DB).build().unwrap());
    assert_eq!(code(again.send().await).0, "AlreadyExistsException");
}

#[tokio::test]
async fn partitions_are_made_changed_and_found_one_by_one() {
    let double = Double::start();
    let glue = with_table(&double).await;
    let make = |partition: PartitionInput| {
        glue.create_partition().database_name(DB).table_name("t").partition_input(partition)
    };
    make(partition("2024-01-01", 1)).send().await.unwrap();
    assert_eq!(code(make(partition("2024-01-01", 1)).send().await).0, "AlreadyExistsException");
    let wrong = PartitionInput::builder().values("2024-01-01").build();
    assert_eq!(code(make(wrong).send().await).0, "InvalidInputException");
    let many = |from: usize, to: usize| {
        let all: Vec<PartitionInput> = (from..to).map(|n| partition("2024-01-02", n)).collect();
        glue.batch_create_partition().database_name(DB).table_name("t").set_partition_input_list(Some(all))
    };
    assert!(many(0, 100).send().await.unwrap().errors().is_empty());
    assert_eq!(many(99, 101).send().await.unwrap().errors().len(), 1);
    assert_eq!(code(many(200, 301).send().await).0, "ValidationException");
    let find = |expression: &str| glue.get_partitions().database_name(DB).table_name("t").expression(expression);
    for (expression, found) in [
        ("day = '2024-01-01'", 1),
        ("day > '2024-01-01' and n in (1, 2, 50)", 3),
        ("n between 10 and 19 or day < '2024-01-02'", 11),
        ("day = '2025-01-01'", 0),
    ] {
        assert_eq!(find(expression).send().await.unwrap().partitions().len(), found, "{expression}");
    }
    assert_eq!(code(find("month = 1").send().await).0, "InvalidInputException");
    let page = glue.get_partitions().database_name(DB).table_name("t").max_results(60).send().await.unwrap();
    assert_eq!((page.partitions().len(), page.next_token().is_some()), (60, true));
    let values = ["2024-01-01".to_owned(), "1".to_owned()];
    let moved = StorageDescriptor::builder().location("s3://b/moved").build();
    let moved = PartitionInput::builder().set_values(Some(values.to_vec())).storage_descriptor(moved).build();
    let update =
        glue.update_partition().database_name(DB).table_name("t").set_partition_value_list(Some(values.to_vec()));
    update.partition_input(moved).send().await.unwrap();
    let get = || glue.get_partition().database_name(DB).table_name("t").set_partition_values(Some(values.to_vec()));
    let got = get().send().await.unwrap().partition.unwrap();
    assert_eq!(got.storage_descriptor().unwrap().location(), Some("s3://b/moved"));
    let delete =
        || glue.delete_partition().database_name(DB).table_name("t").set_partition_values(Some(values.to_vec()));
    delete().send().await.unwrap();
    assert_eq!(code(delete().send().await).0, "EntityNotFoundException");
    assert_eq!(code(get().send().await).0, "EntityNotFoundException");
}

#[tokio::test]
async fn what_the_services_role_may_not_call_is_refused() {
    let double = Double::start();
    let glue = with_table(&double).await;
    let delete = glue.batch_delete_table().database_name(DB).tables_to_delete("t");
    assert_eq!(
        code(delete.send().await),
        (
            "AccessDeniedException".to_owned(),
            "User: arn:aws:sts::123456789012:assumed-role/cadet/session is not authorized to perform: \
             glue:BatchDeleteTable on resource: arn:aws:glue:eu-west-1:123456789012:table/safety_dev_dbt/* because no \
             identity-based policy allows the glue:BatchDeleteTable action"
                .to_owned()
        )
    );
    let athena = clients(&double).athena;
    let many = athena.batch_get_query_execution().query_execution_ids("a").send().await;
    assert_eq!(code(many).0, "AccessDeniedException");
}
