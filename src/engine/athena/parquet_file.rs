//! Rows of text and the types of their columns in, a Parquet file out.

use std::sync::Arc;

use parquet::basic::{DecimalType, IntType, LogicalType, Repetition, TimeUnit, TimestampType, Type as PhysicalType};
use parquet::column::writer::ColumnWriter;
use parquet::data_type::{ByteArray, FixedLenByteArray};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::{Type, TypePtr};

use super::seed_value::{Stored, boolean, days, decimal, milliseconds, number, texts, unfit};
use crate::engine::Load;

fn column_of(stored: Stored, name: &str) -> Result<Type, ParquetError> {
    let (physical, logical) = match stored {
        Stored::Text => (PhysicalType::BYTE_ARRAY, Some(LogicalType::String)),
        Stored::Boolean => (PhysicalType::BOOLEAN, None),
        Stored::Integer(64) => (PhysicalType::INT64, None),
        Stored::Integer(32) => (PhysicalType::INT32, None),
        Stored::Integer(bit_width) => {
            (PhysicalType::INT32, Some(LogicalType::Integer(IntType { bit_width, is_signed: true })))
        }
        Stored::Float => (PhysicalType::FLOAT, None),
        Stored::Double => (PhysicalType::DOUBLE, None),
        Stored::Date => (PhysicalType::INT32, Some(LogicalType::Date)),
        Stored::Timestamp => {
            let local = TimestampType { is_adjusted_to_u_t_c: false, unit: TimeUnit::MILLIS };
            (PhysicalType::INT64, Some(LogicalType::Timestamp(local)))
        }
        Stored::Decimal { precision, scale } => {
            (PhysicalType::FIXED_LEN_BYTE_ARRAY, Some(LogicalType::Decimal(DecimalType { scale, precision })))
        }
    };
    let column = Type::primitive_type_builder(name, physical).with_repetition(Repetition::OPTIONAL);
    let column = column.with_logical_type(logical);
    match stored {
        Stored::Decimal { precision, scale } => {
            column.with_length(16).with_precision(precision).with_scale(scale).build()
        }
        _ => column.build(),
    }
}

/// Writes the rows; `types` are the columns' types in Glue's words.
///
/// # Errors
/// The first value that does not fit, with its row and its column, in words.
pub(super) fn write(load: &Load<'_>, types: &[String]) -> Result<Vec<u8>, String> {
    let unwritten = |error: ParquetError| format!("the file for S3 cannot be written: {error}");
    let stored: Option<Vec<Stored>> = types.iter().map(|glue| Stored::of(glue)).collect();
    let stored = stored.ok_or("a column has a type that a seed cannot have")?;
    let fields: Result<Vec<TypePtr>, ParquetError> = load
        .columns
        .iter()
        .zip(&stored)
        .map(|(column, stored)| column_of(*stored, &column.name.to_lowercase()).map(Arc::new))
        .collect();
    let schema = Type::group_type_builder("seed").with_fields(fields.map_err(unwritten)?).build().map_err(unwritten)?;
    let properties = Arc::new(WriterProperties::builder().build());
    let mut writer = SerializedFileWriter::new(Vec::new(), Arc::new(schema), properties).map_err(unwritten)?;
    let mut group = writer.next_row_group().map_err(unwritten)?;
    for (at, stored) in stored.into_iter().enumerate() {
        let values = texts(load, &load.columns[at].name);
        let Some(mut writer) = group.next_column().map_err(unwritten)? else { break };
        match written(writer.untyped(), stored, &values) {
            Ok(()) => writer.close().map_err(unwritten)?,
            Err(Wrong::Value(row)) => return Err(unfit(load, at, row)),
            Err(Wrong::File(error)) => return Err(unwritten(error)),
        }
    }
    group.close().map_err(unwritten)?;
    writer.into_inner().map_err(unwritten)
}

/// What keeps a column from being written.
enum Wrong {
    /// The value in this row.
    Value(usize),
    File(ParquetError),
}

fn written(writer: &mut ColumnWriter<'_>, stored: Stored, values: &[Option<&str>]) -> Result<(), Wrong> {
    let levels: Vec<i16> = values.iter().map(|value| i16::from(value.is_some())).collect();
    let levels = Some(levels.as_slice());
    let done = match writer {
        ColumnWriter::BoolColumnWriter(writer) => writer.write_batch(&read(values, boolean)?, levels, None),
        ColumnWriter::Int32ColumnWriter(writer) => {
            let values = match stored {
                Stored::Date => read(values, days)?,
                Stored::Integer(8) => read(values, |text| text.parse::<i8>().ok().map(i32::from))?,
                Stored::Integer(16) => read(values, |text| text.parse::<i16>().ok().map(i32::from))?,
                _ => read(values, |text| text.parse().ok())?,
            };
            writer.write_batch(&values, levels, None)
        }
        ColumnWriter::Int64ColumnWriter(writer) => {
            let values = match stored {
                Stored::Timestamp => read(values, milliseconds)?,
                _ => read(values, |text| text.parse().ok())?,
            };
            writer.write_batch(&values, levels, None)
        }
        ColumnWriter::FloatColumnWriter(writer) => writer.write_batch(&read(values, number)?, levels, None),
        ColumnWriter::DoubleColumnWriter(writer) => writer.write_batch(&read(values, number)?, levels, None),
        ColumnWriter::ByteArrayColumnWriter(writer) => {
            let values: Vec<ByteArray> = values.iter().flatten().map(|text| ByteArray::from(*text)).collect();
            writer.write_batch(&values, levels, None)
        }
        ColumnWriter::FixedLenByteArrayColumnWriter(writer) => {
            let Stored::Decimal { precision, scale } = stored else { return Ok(()) };
            let read = read(values, |text| decimal(text, precision, scale))?;
            let values: Vec<FixedLenByteArray> =
                read.into_iter().map(|number| FixedLenByteArray::from(number.to_be_bytes().to_vec())).collect();
            writer.write_batch(&values, levels, None)
        }
        ColumnWriter::Int96ColumnWriter(_) => return Ok(()),
    };
    done.map(drop).map_err(Wrong::File)
}

/// The values that are not null, each read as its type.
fn read<T>(values: &[Option<&str>], one: impl Fn(&str) -> Option<T>) -> Result<Vec<T>, Wrong> {
    let there = values.iter().enumerate().filter_map(|(row, value)| value.map(|value| (row, value)));
    there.map(|(row, value)| one(value.trim()).ok_or(Wrong::Value(row))).collect()
}

#[cfg(test)]
mod tests {
    use parquet::file::reader::{FileReader, SerializedFileReader};

    use super::*;
    use crate::engine::TypedColumn;
    use crate::parse::csv::Table;

    fn file(columns: &[(&str, &str)], rows: &[&[&str]]) -> Result<Vec<u8>, String> {
        let table = Table {
            header: columns.iter().map(|(name, _)| (*name).to_owned()).collect(),
            rows: rows.iter().map(|row| row.iter().map(|value| (*value).to_owned()).collect()).collect(),
        };
        let typed =
            |(name, data_type): &(&str, &str)| TypedColumn { name: (*name).into(), data_type: (*data_type).into() };
        let types: Vec<String> = columns.iter().map(|(_, glue)| (*glue).to_owned()).collect();
        write(&Load { table: &table, columns: columns.iter().map(typed).collect() }, &types)
    }

    #[test]
    fn values_are_written_as_their_types() {
        let columns = [
            ("a", "int"),
            ("B", "string"),
            ("c", "decimal(10,2)"),
            ("d", "date"),
            ("e", "timestamp"),
            ("f", "boolean"),
            ("g", "double"),
            ("h", "tinyint"),
        ];
        let rows: [&[&str]; 2] = [
            &["-7", "it's", "-1.5", "1969-12-31", "2024-02-29T10:00:00.5", "TRUE", "1e3", "-128"],
            &["", "null", "", "", "", "", "", ""],
        ];
        let mut stored = tempfile::tempfile().unwrap();
        std::io::Write::write_all(&mut stored, &file(&columns, &rows).unwrap()).unwrap();
        let reader = SerializedFileReader::new(stored).unwrap();
        let found: Vec<String> = reader.get_row_iter(None).unwrap().map(|row| row.unwrap().to_string()).collect();
        insta::assert_snapshot!(found.join("\n"), @r#"
        {a: -7, b: "it's", c: -1.50, d: 1969-12-31, e: 2024-02-29 10:00:00.500 +00:00, f: true, g: 1000.0, h: -128}
        {a: null, b: null, c: null, d: null, e: null, f: null, g: null, h: null}
        "#);
    }

    #[test]
    fn a_value_that_does_not_fit_is_told_with_its_place() {
        for (glue, value) in [
            ("int", "1.0"),
            ("int", "9999999999"),
            ("tinyint", "128"),
            ("double", "NaN"),
            ("date", "2024-02-30"),
            ("date", "01/02/2024"),
            ("timestamp", "2024-01-01T10:00:00Z"),
            ("timestamp", "2024-01-01 25:00:00"),
            ("double", "1e400"),
            ("float", "1e39"),
            ("boolean", "yes"),
            ("decimal(4,2)", "123.45"),
            ("decimal(4,2)", "1.234"),
        ] {
            let error = file(&[("x", glue)], &[&[""], &[value]]).unwrap_err();
            assert_eq!(error, format!("`{value}` in row 2 of the column `x` is no {glue}"));
        }
    }
}
