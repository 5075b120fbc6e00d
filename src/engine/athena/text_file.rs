//! Rows of text and the types of their columns in, a file with a line for each row out, as Hive reads it
//! (`LazySimpleSerDe`): commas between the values, a `\` before what would be taken for more, and nothing for null.

use super::seed_value::{Stored, boolean, date, decimal, number, texts, time, unfit};
use crate::engine::Load;

/// Writes the names of the columns and the rows; `types` are the columns' types in Glue's words.
///
/// # Errors
/// The first value that does not fit its type, or that a line cannot hold, with its row and its column, in words.
pub(super) fn write(load: &Load<'_>, types: &[String]) -> Result<Vec<u8>, String> {
    let stored: Option<Vec<Stored>> = types.iter().map(|glue| Stored::of(glue)).collect();
    let stored = stored.ok_or("a column has a type that a seed cannot have")?;
    let columns: Vec<Vec<Option<&str>>> = load.columns.iter().map(|column| texts(load, &column.name)).collect();
    let names = load.columns.iter().map(|column| escaped(&column.name.to_lowercase()));
    let mut file = names.collect::<Vec<_>>().join(",") + "\n";
    for row in 0..load.table.rows.len() {
        for (at, (values, stored)) in columns.iter().zip(&stored).enumerate() {
            if at > 0 {
                file.push(',');
            }
            let Some(text) = values[row] else { continue };
            if text.contains(['\n', '\r']) {
                let name = &load.columns[at].name;
                return Err(format!(
                    "row {} of the column `{name}` has a line break, which a table of text files cannot hold: take it out, \
                     or store seeds as Parquet (`athena.seeds: parquet`)",
                    row + 1
                ));
            }
            file.push_str(&plain(text, *stored).ok_or_else(|| unfit(load, at, row))?);
        }
        file.push('\n');
    }
    Ok(file.into_bytes())
}

/// A value as Hive writes it, if it is one of its type.
fn plain(text: &str, stored: Stored) -> Option<String> {
    let trimmed = text.trim();
    let unsigned = trimmed.strip_prefix('+').unwrap_or(trimmed);
    match stored {
        Stored::Text => Some(escaped(text)),
        Stored::Boolean => boolean(trimmed).map(|value| value.to_string()),
        Stored::Integer(bits) => {
            let value: i64 = trimmed.parse().ok()?;
            let most = i64::MAX >> (64 - u32::from(bits.unsigned_abs()));
            (-most - 1..=most).contains(&value).then(|| value.to_string())
        }
        Stored::Float => number::<f32>(trimmed).map(|_| unsigned.to_owned()),
        Stored::Double => number::<f64>(trimmed).map(|_| unsigned.to_owned()),
        Stored::Date => date(trimmed).map(|day| day.to_string()),
        Stored::Timestamp => time(trimmed).map(|time| time.strftime("%Y-%m-%d %H:%M:%S%.3f").to_string()),
        Stored::Decimal { precision, scale } => decimal(trimmed, precision, scale).map(|_| unsigned.to_owned()),
    }
}

/// A text without anything that ends a value.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace(',', "\\,")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::TypedColumn;
    use crate::parse::csv::Table;

    fn file(columns: &[(&str, &str)], rows: &[&[&str]]) -> Result<String, String> {
        let table = Table {
            header: columns.iter().map(|(name, _)| (*name).to_owned()).collect(),
            rows: rows.iter().map(|row| row.iter().map(|value| (*value).to_owned()).collect()).collect(),
        };
        let typed =
            |(name, data_type): &(&str, &str)| TypedColumn { name: (*name).into(), data_type: (*data_type).into() };
        let types: Vec<String> = columns.iter().map(|(_, glue)| (*glue).to_owned()).collect();
        let load = Load { table: &table, columns: columns.iter().map(typed).collect() };
        write(&load, &types).map(|bytes| String::from_utf8(bytes).unwrap())
    }

    #[test]
    fn values_are_written_as_hive_reads_them() {
        let columns = [
            ("a", "int"),
            ("B", "string"),
            ("c", "decimal(10,2)"),
            ("d", "date"),
            ("e", "timestamp"),
            ("f", "boolean"),
            ("g", "double"),
        ];
        let rows: [&[&str]; 3] = [
            &["-7", r#"it's, a "b\c""#, "+1.5", "2024-1-31", "2024-02-29T10:00:00.5", "TRUE", "1e3"],
            &["", "null", "", "", "", "", ""],
            &["0", " x ", "0", "1969-12-31", "2024-02-29", "0", "-.5"],
        ];
        insta::assert_snapshot!(file(&columns, &rows).unwrap(), @r#"
        a,b,c,d,e,f,g
        -7,it's\, a "b\\c",1.5,2024-01-31,2024-02-29 10:00:00.500,true,1e3
        ,,,,,,
        0, x ,0,1969-12-31,2024-02-29 00:00:00.000,false,-.5
        "#);
    }

    #[test]
    fn what_a_line_cannot_hold_is_told_with_its_place() {
        for (glue, value, wanted) in [
            ("tinyint", "128", "`128` in row 2 of the column `x` is no tinyint"),
            ("bigint", "9223372036854775808", "`9223372036854775808` in row 2 of the column `x` is no bigint"),
            ("double", "NaN", "`NaN` in row 2 of the column `x` is no double"),
            ("date", "2024-02-30", "`2024-02-30` in row 2 of the column `x` is no date"),
            ("timestamp", "2024-01-01T10:00:00Z", "`2024-01-01T10:00:00Z` in row 2 of the column `x` is no timestamp"),
            ("decimal(4,2)", "123.45", "`123.45` in row 2 of the column `x` is no decimal(4,2)"),
        ] {
            assert_eq!(file(&[("x", glue)], &[&[""], &[value]]).unwrap_err(), wanted);
        }
        insta::assert_snapshot!(file(&[("x", "string")], &[&["a\nb"]]).unwrap_err(), @"row 1 of the column `x` has a line break, which a table of text files cannot hold: take it out, or store seeds as Parquet (`athena.seeds: parquet`)");
    }
}
