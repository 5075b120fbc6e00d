//! Methods of `adapter` that need no warehouse. Behaviour: `dbt.adapters.athena.impl.AthenaAdapter`.

use minijinja::Value;

use super::answer::Rows;
use super::arguments::Arguments;
use super::macros::MacroRef;
use super::moment::Clock;
use super::python::arguments::shown;
use super::python::containers::{Dict, List, Tuple};
use super::python::number::index;
use super::python::{Done, fail};
use super::scope::Scope;
use super::values;

/// The value of a method; nothing for one that is none of these.
pub(super) fn call(scope: &std::sync::Arc<Scope>, method: &str, args: &Arguments<'_>) -> Done<Option<Value>> {
    let text = |at: usize, name: &str| args.named_text(at, name);
    Ok(Some(match method {
        "quote" | "quote_as_configured" => {
            args.only(&["identifier", "quote_key"])?;
            Value::from(quoted(&text(0, "identifier")?))
        }
        "quote_seed_column" => {
            args.only(&["column", "quote_config", "quote_character"])?;
            let (column, quotes) = (text(0, "column")?, args.given(1, "quote_config")?);
            let mark = args.given(2, "quote_character")?.map_or_else(|| "\"".to_owned(), |mark| values::text(&mark));
            Value::from(if quotes.is_some_and(|quotes| !quotes.is_true()) {
                column
            } else {
                format!("{mark}{column}{mark}")
            })
        }
        "is_list" => {
            args.only(&["value"])?;
            Value::from(args.value(0, "value")?.is_some_and(|value| value.downcast_object_ref::<List>().is_some()))
        }
        "format_one_partition_key" => {
            args.only(&["partition_key"])?;
            Value::from(partition_key(&text(0, "partition_key")?))
        }
        "format_partition_keys" => {
            args.only(&["partition_keys"])?;
            let keys = super::python::lazy::items(&args.value(0, "partition_keys")?.unwrap_or_default())?;
            Value::from(keys.iter().map(|key| partition_key(&values::text(key))).collect::<Vec<_>>().join(", "))
        }
        "format_value_for_partition" => partition_value(args)?,
        "murmur3_hash" => {
            args.only(&["value", "num_buckets"])?;
            let buckets = args.given(1, "num_buckets")?.as_ref().and_then(index).filter(|buckets| *buckets != 0);
            let buckets = buckets.ok_or_else(|| fail("`murmur3_hash` needs a number of buckets"))?;
            let hash = i64::from(murmur3(&hashed(&args.value(0, "value")?.unwrap_or_default())?) & 0x7fff_ffff);
            Value::from(hash.rem_euclid(buckets))
        }
        "generate_unique_temporary_table_suffix" => {
            args.only(&["suffix_initial"])?;
            let first =
                args.given(0, "suffix_initial")?.map_or_else(|| "__dbt_tmp".to_owned(), |first| values::text(&first));
            // Nothing in compiled SQL is to depend on chance.
            Value::from(format!("{first}_{}", "00000000_0000_0000_0000_000000000000"))
        }
        "get_incremental_strategy_macro" => strategy_macro(scope, args)?,
        "standardize_grants_dict" => grants(&args.value(0, "grants_table")?.unwrap_or_default())?,
        "convert_type" => converted(args)?,
        "render_raw_columns_constraints" => columns(&args.value(0, "raw_columns")?.unwrap_or_default())?,
        "render_raw_model_constraints" => constraints(&args.value(0, "raw_constraints")?.unwrap_or_default())?,
        _ => return Ok(None),
    }))
}

fn quoted(name: &str) -> String {
    format!("\"{name}\"")
}

/// A column that a table is partitioned by, without what Iceberg makes of it.
fn partition_key(key: &str) -> String {
    let key = key.to_lowercase();
    let inner =
        |word: &str| key.strip_prefix(word)?.strip_prefix('(')?.rsplit_once(')').map(|(inner, _)| inner.to_owned());
    if let Some((part, column)) = ["hour", "day", "month", "year"].iter().find_map(|part| Some((part, inner(part)?))) {
        return format!("date_trunc('{part}', {column})");
    }
    let bucket = key.split_once("bucket(").and_then(|(_, rest)| rest.rsplit_once(','));
    bucket.map_or_else(|| key.clone(), |(column, _)| column.to_owned())
}

/// `(value, comparison)` as a query writes them.
fn partition_value(args: &Arguments<'_>) -> Done<Value> {
    args.only(&["value", "column_type"])?;
    let pair = |value: String, comparison: &str| Tuple::value(vec![Value::from(value), Value::from(comparison)]);
    let Some(value) = args.given(0, "value")? else { return pair("null".to_owned(), " is ") };
    let value = values::text(&value);
    match args.named_text(1, "column_type")?.as_str() {
        "integer" => pair(value, "="),
        "string" => pair(format!("'{}'", value.replace('\'', "''")), "="),
        "date" => pair(format!("DATE'{value}'"), "="),
        "timestamp" => pair(format!("TIMESTAMP'{value}'"), "="),
        other => Err(fail(format!(
            "a partition of the type `{other}` cannot be written; use integer, string, date or timestamp"
        ))),
    }
}

/// The bytes that are hashed: a text's own, or a number's eight.
fn hashed(value: &Value) -> Done<Vec<u8>> {
    if let Some(text) = value.as_str() {
        return Ok(text.as_bytes().to_vec());
    }
    let number = index(value).or_else(|| value.downcast_object_ref::<Clock>().map(|clock| clock.seconds()));
    let number =
        number.ok_or_else(|| fail(format!("{} cannot be hashed; give a number, a text or a date", shown(value))))?;
    Ok(number.to_le_bytes().to_vec())
}

/// MurmurHash3 of 32 bits, as Iceberg sorts rows into buckets by it.
fn murmur3(bytes: &[u8]) -> i32 {
    let mixed = |k: u32| k.wrapping_mul(0xcc9e_2d51).rotate_left(15).wrapping_mul(0x1b87_3593);
    let mut hash = 0u32;
    let mut blocks = bytes.chunks_exact(4);
    for block in blocks.by_ref() {
        let block = block.iter().rev().fold(0u32, |sum, byte| sum << 8 | u32::from(*byte));
        hash = (hash ^ mixed(block)).rotate_left(13).wrapping_mul(5).wrapping_add(0xe654_6b64);
    }
    let rest = blocks.remainder().iter().rev().fold(0u32, |sum, byte| sum << 8 | u32::from(*byte));
    hash ^= mixed(rest);
    hash ^= u32::try_from(bytes.len()).unwrap_or(0);
    hash = (hash ^ hash >> 16).wrapping_mul(0x85eb_ca6b);
    hash = (hash ^ hash >> 13).wrapping_mul(0xc2b2_ae35);
    (hash ^ hash >> 16).cast_signed()
}

/// The macro that writes the statements of an incremental strategy.
fn strategy_macro(scope: &std::sync::Arc<Scope>, args: &Arguments<'_>) -> Done<Value> {
    args.only(&["model_context", "strategy"])?;
    let strategy = args.given(1, "strategy")?.map_or_else(|| "default".to_owned(), |strategy| values::text(&strategy));
    if strategy == "delete+insert" {
        return Err(fail("the incremental strategy `delete+insert` is not one of Athena's"));
    }
    let name = format!("get_incremental_{}_sql", strategy.replace('+', "_"));
    match scope.universe.find(&scope.package, &name) {
        Some(definition) => Ok(MacroRef::value(scope, definition)),
        None => Err(fail(format!("there is no macro `{name}` for the incremental strategy `{strategy}`"))),
    }
}

/// Who may do what, by privilege.
fn grants(table: &Value) -> Done<Value> {
    let mut found: Vec<(Value, Vec<Value>)> = Vec::new();
    for row in super::python::lazy::items(table)? {
        let of = |name: &str| row.get_item(&Value::from(name)).unwrap_or_default();
        let (grantee, privilege) = (of("grantee"), of("privilege_type"));
        match found.iter_mut().find(|(known, _)| *known == privilege) {
            Some((_, grantees)) => grantees.push(grantee),
            None => found.push((privilege, vec![grantee])),
        }
    }
    Ok(Dict::value(found.into_iter().map(|(privilege, grantees)| (privilege, List::value(grantees)))))
}

/// Athena's type for a column of an answer.
fn converted(args: &Arguments<'_>) -> Done<Value> {
    args.only(&["agate_table", "col_idx"])?;
    let (table, at) = (args.value(0, "agate_table")?.unwrap_or_default(), args.given(1, "col_idx")?);
    let found = table.downcast_object_ref::<Rows>().and_then(|rows| rows.athena_type(at?.as_usize()?));
    found.map(Value::from).ok_or_else(|| fail("`convert_type` needs a table and the number of one of its columns"))
}

/// What a column's constraints are in a statement: Athena knows none but those that are written out.
fn columns(raw: &Value) -> Done<Value> {
    let mut found = Vec::new();
    for key in raw.try_iter()? {
        let column = raw.get_item(&key)?;
        let of = |name: &str| column.get_item(&Value::from(name)).unwrap_or_default();
        let name = values::text(&of("name"));
        let mut written =
            vec![if of("quote").is_true() { quoted(&name) } else { name }, values::text(&of("data_type"))];
        written.extend(custom(&of("constraints"), false)?);
        found.push(Value::from(written.join(" ")));
    }
    Ok(List::value(found))
}

fn constraints(raw: &Value) -> Done<Value> {
    Ok(List::value(custom(raw, true)?.into_iter().map(Value::from)))
}

fn custom(constraints: &Value, is_named: bool) -> Done<Vec<String>> {
    let mut found = Vec::new();
    for constraint in super::python::lazy::items(constraints)? {
        let of = |name: &str| constraint.get_item(&Value::from(name)).unwrap_or_default();
        let (kind, expression, name) = (values::text(&of("type")), of("expression"), of("name"));
        if kind == "custom" && expression.is_true() {
            let prefix =
                if is_named && name.is_true() { format!("constraint {} ", values::text(&name)) } else { String::new() };
            found.push(format!("{prefix}{}", values::text(&expression)).trim().to_owned());
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    // The hashes of the specification of Iceberg.
    #[test]
    fn hashes_are_those_of_iceberg() {
        assert_eq!(murmur3(b"iceberg"), 1_210_000_089);
        assert_eq!(murmur3(&34i64.to_le_bytes()), 2_017_239_379);
    }

    #[test]
    fn a_partition_key_is_a_column() {
        for (written, key) in [
            ("X", "x"),
            ("hour(ts)", "date_trunc('hour', ts)"),
            ("bucket(x, 5)", "x"),
            ("day(b)", "date_trunc('day', b)"),
        ] {
            assert_eq!(partition_key(written), key);
        }
    }
}
