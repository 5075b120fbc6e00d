//! The rows of a query on their way into files: counted, parted, written, and put below a location.

use cadet::engine::duckdb::athena::Translated;

use super::parquet;
use super::run::Run;
use super::types::{duckdb_of, glue_of};
use super::words::quoted;
use crate::double::athena::query::Failed;
use crate::double::http::encoded;
use crate::double::s3::store::{Store, parts};

/// The most partitions, or buckets of partitions, that one statement may write.
const MOST_OPEN: u64 = 100;

/// A column that is to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    pub name: String,
    /// In Glue's words.
    pub glue: String,
}

/// How rows are parted.
#[derive(Debug, Clone, Default)]
pub struct Parting {
    /// The columns at the end that are partition keys: they stand in paths, not in files.
    pub keys: usize,
    /// What else keeps rows apart, in DuckDB's words: buckets, and the hidden partitions of Iceberg.
    pub hidden: Vec<String>,
    pub is_iceberg: bool,
}

/// A file that was written, and the partition that it is for.
#[derive(Debug, Clone)]
pub struct New {
    pub address: String,
    pub values: Vec<String>,
}

/// The columns of a query, for a table. A column of a type that no table has is refused.
pub fn columns(run: &Run<'_>, translated: &Translated, is_iceberg: bool) -> Result<Vec<Written>, Failed> {
    let described = run.described(&format!("({})", translated.sql))?;
    let mut columns = Vec::new();
    for (at, (name, (_, native))) in translated.names.iter().zip(described).enumerate() {
        let name = name.to_lowercase();
        if name == format!("_col{at}") {
            let message = format!("MISSING_COLUMN_NAME: line 1:1: Column name not specified at position {}", at + 1);
            return Err(Failed::user(message));
        }
        if columns.iter().any(|column: &Written| column.name == name) {
            let message = format!("DUPLICATE_COLUMN_NAME: line 1:1: Column name '{name}' specified more than once");
            return Err(Failed::user(message));
        }
        let glue = match glue_of(&native) {
            Some(glue) => glue,
            None if is_iceberg && native == "TIMESTAMP WITH TIME ZONE" => "timestamp".to_owned(),
            None => {
                let shown = cadet::engine::duckdb::rows::athena_type(&native);
                return Err(Failed::user(format!("NOT_SUPPORTED: Unsupported Hive type: {shown}")));
            }
        };
        columns.push(Written { name, glue });
    }
    Ok(columns)
}

/// Runs a query of DuckDB's whose columns are these, and holds its rows. Gives their number.
pub fn hold(run: &Run<'_>, sql: &str, columns: &[Written], parting: &Parting) -> Result<u64, Failed> {
    let names: Vec<String> = columns.iter().map(|column| quoted(&column.name)).collect();
    let casts: Vec<String> = columns
        .iter()
        .zip(&names)
        .map(|(column, name)| format!("cast({name} as {}) as {name}", duckdb_of(&column.glue)))
        .collect();
    let keys = &names[names.len() - parting.keys..];
    let apart: Vec<String> = keys.iter().chain(&parting.hidden).cloned().collect();
    let group = match apart.is_empty() {
        true => "1".to_owned(),
        false => format!("dense_rank() over (order by {})", apart.join(", ")),
    };
    run.execute("drop table if exists temp.cadet_out")?;
    run.execute(&format!(
        "create temp table cadet_out as select *, {group} as cadet_group from (select {} from ({sql}) as q({})) as q",
        casts.join(", "),
        names.join(", ")
    ))?;
    run.number("select count(*) from temp.cadet_out")
}

/// Writes what is held: each partition into files of its own below the place that `place_of` gives for its values.
/// With too many partitions the first of them are written, as Athena does, and then it fails.
pub fn write(
    run: &Run<'_>,
    columns: &[Written],
    parting: &Parting,
    place_of: &dyn Fn(&[String]) -> String,
) -> Result<Vec<New>, Failed> {
    let (data, keys) = columns.split_at(columns.len() - parting.keys);
    let names: Vec<String> = data.iter().map(|column| quoted(&column.name)).collect();
    let values: Vec<String> =
        keys.iter().map(|key| format!("any_value(cast({} as varchar))", quoted(&key.name))).collect();
    let values: String = values.iter().map(|value| format!(", {value}")).collect();
    let groups = run.texts(
        &format!(
            "select cast(cadet_group as varchar){values} from temp.cadet_out group by cadet_group order by cadet_group"
        ),
        keys.len() + 1,
    )?;
    let mut new = Vec::new();
    let too_many = groups.len() as u64 > MOST_OPEN;
    for group in groups.iter().take(usize::try_from(MOST_OPEN).unwrap_or_default()) {
        let number = group[0].clone().unwrap_or_default();
        let null = "__HIVE_DEFAULT_PARTITION__";
        let values: Vec<String> =
            group[1..].iter().map(|value| value.clone().unwrap_or_else(|| null.to_owned())).collect();
        let file = run.world.store().fresh_file();
        let rows = format!("select {} from temp.cadet_out where cadet_group = {number}", names.join(", "));
        parquet::write(run, &rows, &file)?;
        let place = place_of(&values);
        let address = format!("{}/{}", place.trim_end_matches('/'), file_name(run, parting.is_iceberg));
        let (bucket, key) = parts(&address);
        let object = Store::described(&file);
        run.world.store().put(&bucket, &key, object).map_err(|refusal| Failed::user(refusal.message))?;
        run.written.borrow_mut().push(address.clone());
        new.push(New { address, values });
    }
    if too_many {
        let iceberg = if parting.is_iceberg { "ICEBERG" } else { "HIVE" };
        let message = format!(
            "{iceberg}_TOO_MANY_OPEN_PARTITIONS: Exceeded limit of {MOST_OPEN} open writers for partitions/buckets"
        );
        return Err(Failed::user(message));
    }
    match &run.course.fails {
        Some(error) => Err(error.clone()),
        None => Ok(new),
    }
}

fn file_name(run: &Run<'_>, is_iceberg: bool) -> String {
    let id = uuid::Uuid::new_v4();
    match is_iceberg {
        true => format!("{id}.parquet"),
        false => format!("{}_{}_{id}", run.query.submitted.strftime("%Y%m%d_%H%M%S"), &run.query.id[..8]),
    }
}

/// `a=1/b=x%20y`.
pub fn partition_path(keys: &[Written], values: &[String]) -> String {
    let escape = |value: &String| encoded(value).replace('/', "%2F");
    let pairs: Vec<String> =
        keys.iter().zip(values).map(|(key, value)| format!("{}={}", key.name, escape(value))).collect();
    pairs.join("/")
}

/// What DuckDB must have between rows of different buckets and of different hidden partitions of Iceberg.
pub fn hidden(transforms: &[String]) -> Result<Vec<String>, Failed> {
    transforms.iter().map(|transform| hidden_one(transform)).collect()
}

fn hidden_one(transform: &str) -> Result<String, Failed> {
    let mut words = super::words::Words::of(transform);
    let name = words.name().unwrap_or_default();
    let Some(arguments) = words.list() else { return Ok(quoted(&name)) };
    let column = arguments.iter().find(|text| text.parse::<u64>().is_err()).copied().unwrap_or_default();
    let number = arguments.iter().find_map(|text| text.parse::<u64>().ok()).unwrap_or(1);
    let column = quoted(column.trim_matches(['"', '`']));
    match name.as_str() {
        "year" | "month" | "day" | "hour" => Ok(format!("date_trunc('{name}', {column})")),
        "bucket" => Ok(format!("hash({column}) % {number}")),
        "truncate" => Ok(format!("left(cast({column} as varchar), {number})")),
        _ => Err(Failed::user(format!("INVALID_TABLE_PROPERTY: Invalid partition field: {transform}"))),
    }
}
