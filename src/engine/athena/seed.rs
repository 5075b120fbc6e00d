//! Seeds: a typed file into a new folder, and one call that shows it to readers. No query is run.

use aws_sdk_glue::types::{Column, SerDeInfo, StorageDescriptor, Table};

use super::call::CallError;
use super::catalogue::unmade;
use super::hive::Made;
use super::place::Destination;
use super::{Core, destination, parquet_file, results, text_file, unavailable};
use crate::engine::{EngineError, Load, Write};
use crate::settings::SeedFormat;

/// How a seed's rows are stored.
struct Format {
    file: &'static str,
    input: &'static str,
    output: &'static str,
    serde: &'static str,
    /// What the serde has to know.
    of_serde: &'static [(&'static str, &'static str)],
    of_table: &'static [(&'static str, &'static str)],
}

const PARQUET: Format = Format {
    file: "seed.parquet",
    input: "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
    output: "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
    serde: "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe",
    of_serde: &[("serialization.format", "1")],
    of_table: &[],
};

/// Lines of text. Hive's own serde has types, which the one for quoted CSV has not; dbt's has every column a string.
const CSV: Format = Format {
    file: "seed.csv",
    input: "org.apache.hadoop.mapred.TextInputFormat",
    output: "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
    serde: "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe",
    of_serde: &[
        ("serialization.format", ","),
        ("field.delim", ","),
        ("escape.delim", "\\"),
        ("serialization.null.format", ""),
    ],
    of_table: &[("skip.header.line.count", "1"), ("classification", "csv")],
};

impl Core {
    /// Loads rows into a new table that takes the place of the old one.
    pub(super) async fn load(&self, write: &Write<'_>, load: &Load<'_>) -> Result<u64, EngineError> {
        let place = destination(write)?;
        let wrong = |message: String| EngineError::Query { message, offset: None, help: None };
        let types = load.columns.iter().map(|column| results::glue_type(&column.data_type));
        let types: Vec<String> = types.collect::<Result<_, _>>().map_err(wrong)?;
        let (format, bytes) = match self.queries.settings.seeds {
            SeedFormat::Parquet => (PARQUET, parquet_file::write(load, &types)),
            SeedFormat::Csv => (CSV, text_file::write(load, &types)),
        };
        let bytes = bytes.map_err(wrong)?;
        let failed = |error: CallError| unavailable("load the seed", &error);
        let old = self.old(place).await?;
        let folder = self.run.folder(place, 1);
        let table = table((place, &folder), &format, load, &types).map_err(failed)?;
        let rows = u64::try_from(load.table.rows.len()).unwrap_or_default();
        let made = Made { folder, rows, table, partitions: Vec::new(), there: None, temporary: None };
        let key = format!("{}{}/{}", place.prefix, made.folder, format.file);
        if self.live.is_interrupted() {
            return Err(EngineError::Interrupted);
        }
        self.store.put(&self.calls, (&place.bucket, &key), &bytes).await.map_err(failed)?;
        self.take_over(write, place, (old.as_ref(), &made)).await
    }
}

fn table(
    (place, folder): (&Destination, &str),
    format: &Format,
    load: &Load<'_>,
    types: &[String],
) -> Result<Table, CallError> {
    let columns = load.columns.iter().zip(types).map(|(column, glue)| {
        let column = Column::builder().name(column.name.to_lowercase()).r#type(glue);
        column.build().map_err(|error| unmade(&error))
    });
    let serde = SerDeInfo::builder().serialization_library(format.serde);
    let serde = format.of_serde.iter().fold(serde, |serde, (key, value)| serde.parameters(*key, *value));
    let storage = StorageDescriptor::builder()
        .set_columns(Some(columns.collect::<Result<_, _>>()?))
        .location(format!("{}/{folder}/", place.location()))
        .input_format(format.input)
        .output_format(format.output)
        .serde_info(serde.build())
        .build();
    let table = Table::builder().name(&place.table).storage_descriptor(storage).table_type("EXTERNAL_TABLE");
    let table = format.of_table.iter().fold(table, |table, (key, value)| table.parameters(*key, *value));
    table.parameters("EXTERNAL", "TRUE").build().map_err(|error| unmade(&error))
}
