//! The files of a table, as DuckDB reads them.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use serde_json::Value;

use super::parquet;
use super::run::{Columns, Run};
use super::types::can_be_read;
use super::words::{quoted, text};
use crate::double::athena::query::Failed;
use crate::double::s3::store::Object;

/// A file that a reader of a table meets: its address, the object, and the values of the partition it is in.
#[derive(Debug, Clone)]
pub struct Part {
    pub address: String,
    pub object: Object,
    pub values: Vec<String>,
}

pub fn is_parquet(file: &Path) -> bool {
    let mut start = [0; 4];
    File::open(file).and_then(|mut file| file.read_exact(&mut start)).is_ok() && &start == b"PAR1"
}

/// A relation, in brackets, of the files' rows: the columns and then the partition keys, with DuckDB's types.
pub fn relation(
    run: &Run<'_>,
    parts: &[Part],
    (columns, keys): (&Columns, &Columns),
    descriptor: &Value,
) -> Result<String, Failed> {
    run.scanned.set(run.scanned.get() + parts.iter().map(|part| part.object.size).sum::<u64>());
    let nothing = |(name, native): &(String, String)| format!("cast(null as {native}) as {}", quoted(name));
    let Some(first) = parts.first() else {
        let items: Vec<String> = columns.iter().chain(keys).map(nothing).collect();
        return Ok(format!("(select {} where false)", items.join(", ")));
    };
    let (source, stored) = if is_parquet(&first.object.file) || is_parquet_serde(descriptor) {
        parquet(run, parts, columns)?
    } else {
        written(parts, (columns, descriptor))
    };
    let mut items: Vec<String> = Vec::new();
    for (name, native) in columns {
        let own = stored.iter().find(|stored| stored.eq_ignore_ascii_case(name));
        items.push(match own {
            Some(own) => format!("cast(f.{} as {native}) as {}", quoted(own), quoted(name)),
            None => nothing(&(name.clone(), native.clone())),
        });
    }
    for (at, (name, native)) in keys.iter().enumerate() {
        items.push(format!("cast(nullif(p.k{at}, '__HIVE_DEFAULT_PARTITION__') as {native}) as {}", quoted(name)));
    }
    if keys.is_empty() {
        return Ok(format!("(select {} from {source} as f)", items.join(", ")));
    }
    let row = |part: &Part| {
        let values: Vec<String> = part.values.iter().map(|value| text(value)).collect();
        format!("({}, {})", text(&part.object.file.display().to_string()), values.join(", "))
    };
    let rows: Vec<String> = parts.iter().map(row).collect();
    let names: Vec<String> = (0..keys.len()).map(|at| format!("k{at}")).collect();
    Ok(format!(
        "(select {} from {source} as f join (values {}) as p(cadet_path, {}) on f.cadet_file = p.cadet_path)",
        items.join(", "),
        rows.join(", "),
        names.join(", ")
    ))
}

fn is_parquet_serde(descriptor: &Value) -> bool {
    descriptor["SerdeInfo"]["SerializationLibrary"].as_str().is_some_and(|name| name.contains("Parquet"))
}

fn list(parts: &[Part]) -> String {
    let files: Vec<String> = parts.iter().map(|part| text(&part.object.file.display().to_string())).collect();
    format!("[{}]", files.join(", "))
}

/// Parquet files are read by the names of their columns; a type that does not fit is an error.
fn parquet(run: &Run<'_>, parts: &[Part], columns: &Columns) -> Result<(String, Vec<String>), Failed> {
    let mut selects = Vec::new();
    for part in parts {
        let loaded = parquet::loaded(run, &part.object.file).map_err(|error| {
            Failed::user(format!(
                "HIVE_CANNOT_OPEN_SPLIT: Error opening Hive split {} (offset=0, length={}): {error}",
                part.address, part.object.size
            ))
        })?;
        run.input_rows.set(run.input_rows.get() + loaded.rows);
        let mut items = vec![format!("{} as cadet_file", text(&part.object.file.display().to_string()))];
        for (name, native) in columns {
            let stored = loaded.columns.iter().find(|(stored, _)| stored.eq_ignore_ascii_case(name));
            items.push(match stored {
                None => format!("cast(null as {native}) as {}", quoted(name)),
                Some((own, stored)) if can_be_read(stored, native) => {
                    format!("cast({} as {native}) as {}", quoted(own), quoted(name))
                }
                Some((_, stored)) => {
                    return Err(Failed::user(format!(
                        "HIVE_BAD_DATA: Field {name}'s type {stored} in parquet file {} is incompatible with type \
                         {native} defined in table schema",
                        part.address
                    )));
                }
            });
        }
        selects.push(format!("select {} from {}", items.join(", "), quoted(&loaded.table)));
    }
    let names = columns.iter().map(|(name, _)| name.clone()).collect();
    Ok((format!("({})", selects.join(" union all ")), names))
}

/// Text files: CSV as the serde's parameters have it, or JSON.
fn written(parts: &[Part], (columns, descriptor): (&Columns, &Value)) -> (String, Vec<String>) {
    let names: Vec<String> = columns.iter().map(|(name, _)| name.clone()).collect();
    let serde = descriptor["SerdeInfo"]["SerializationLibrary"].as_str().unwrap_or_default();
    let parameter = |name: &str| descriptor["SerdeInfo"]["Parameters"][name].as_str();
    if serde.to_lowercase().contains("json") {
        let fields: Vec<String> =
            columns.iter().map(|(name, native)| format!("{}: {}", quoted(name), text(native))).collect();
        let source = format!(
            "read_json({}, columns = {{{}}}, filename = true, format = 'newline_delimited')",
            list(parts),
            fields.join(", ")
        );
        return (format!("(select *, filename as cadet_file from {source})"), names);
    }
    let is_open = serde.contains("OpenCSV");
    let skip = descriptor["Parameters"]["skip.header.line.count"].as_str().unwrap_or("0");
    let separator =
        if is_open { parameter("separatorChar").unwrap_or(",") } else { parameter("field.delim").unwrap_or("\u{1}") };
    let (quote, escape, null) = match is_open {
        true => (parameter("quoteChar").unwrap_or("\""), parameter("escapeChar").unwrap_or("\\"), "\u{2}"),
        false => ("", parameter("escape.delim").unwrap_or(""), parameter("serialization.null.format").unwrap_or("\\N")),
    };
    let fields: Vec<String> = names.iter().map(|name| format!("{}: 'VARCHAR'", text(name))).collect();
    let source = format!(
        "read_csv({}, columns = {{{}}}, header = false, skip = {skip}, delim = {}, quote = {}, escape = {}, \
         nullstr = {}, null_padding = true, filename = true, auto_detect = false, strict_mode = {})",
        list(parts),
        fields.join(", "),
        text(separator),
        text(quote),
        text(escape),
        text(null),
        // Only so does DuckDB take an escape outside of quotes.
        is_open || escape.is_empty()
    );
    (format!("(select *, filename as cadet_file from {source})"), names)
}
