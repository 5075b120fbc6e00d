//! Seeds: a typed file into a new folder, and one call that shows it to readers. No query is run.

use aws_sdk_glue::types::{Column, SerDeInfo, StorageDescriptor, Table};

use super::call::CallError;
use super::catalogue::unmade;
use super::hive::Made;
use super::place::Destination;
use super::{Core, destination, parquet_file, results, unavailable};
use crate::engine::{EngineError, Load, Write};

const INPUT: &str = "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat";
const OUTPUT: &str = "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat";
const SERDE: &str = "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe";

impl Core {
    /// Loads rows into a new table that takes the place of the old one.
    pub(super) async fn load(&self, write: &Write<'_>, load: &Load<'_>) -> Result<u64, EngineError> {
        let place = destination(write)?;
        let wrong = |message: String| EngineError::Query { message, offset: None, help: None };
        let types = load.columns.iter().map(|column| results::glue_type(&column.data_type));
        let types: Vec<String> = types.collect::<Result<_, _>>().map_err(wrong)?;
        let bytes = parquet_file::write(load, &types).map_err(wrong)?;
        let failed = |error: CallError| unavailable("load the seed", &error);
        let old = self.old(place).await?;
        let folder = self.run.folder(place, 1);
        let table = table(place, &folder, load, &types).map_err(failed)?;
        let rows = u64::try_from(load.table.rows.len()).unwrap_or_default();
        let made = Made { folder, rows, table, partitions: Vec::new(), there: None, temporary: None };
        let key = format!("{}{}/seed.parquet", place.prefix, made.folder);
        if self.live.is_interrupted() {
            return Err(EngineError::Interrupted);
        }
        self.store.put(&self.calls, (&place.bucket, &key), &bytes).await.map_err(failed)?;
        self.take_over(write, place, (old.as_ref(), &made)).await
    }
}

fn table(place: &Destination, folder: &str, load: &Load<'_>, types: &[String]) -> Result<Table, CallError> {
    let columns = load.columns.iter().zip(types).map(|(column, glue)| {
        let column = Column::builder().name(column.name.to_lowercase()).r#type(glue);
        column.build().map_err(|error| unmade(&error))
    });
    let serde = SerDeInfo::builder().serialization_library(SERDE).parameters("serialization.format", "1").build();
    let storage = StorageDescriptor::builder()
        .set_columns(Some(columns.collect::<Result<_, _>>()?))
        .location(format!("{}/{folder}/", place.location()))
        .input_format(INPUT)
        .output_format(OUTPUT)
        .serde_info(serde)
        .build();
    let table = Table::builder().name(&place.table).storage_descriptor(storage).table_type("EXTERNAL_TABLE");
    table.parameters("EXTERNAL", "TRUE").build().map_err(|error| unmade(&error))
}
