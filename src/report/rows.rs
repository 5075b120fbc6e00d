//! The rows of a query, as a table for people and as JSON for scripts.

use serde_json::{Map, Value, json};

use super::counted;
use super::table::{Shown, Table, cut, is_number, value};
use super::text::{DIM, Out, clean_path};
use crate::engine::Rows;

/// A value in a table is at most so long.
const WIDEST_VALUE: usize = 40;

/// A wider table is written as a list for each row.
const WIDEST: usize = 120;

/// The rows as a table with the types of its columns; null is marked.
pub fn text(found: &Rows, out: &Out) -> String {
    let cell = |cell: &Option<String>| {
        let plain = cut(&value(cell.as_deref()), WIDEST_VALUE);
        let painted = if cell.is_none() { out.paint(DIM, &plain) } else { plain.clone() };
        Shown { plain, painted }
    };
    let types = found.columns.iter().map(|column| {
        let plain = cut(&clean_path(&column.data_type), WIDEST_VALUE);
        Shown { painted: out.paint(DIM, &plain), plain }
    });
    let mut table = Table {
        header: found.columns.iter().map(|column| cut(&clean_path(&column.name), WIDEST_VALUE)).collect(),
        rows: found.rows.iter().map(|row| row.iter().map(cell).collect()).collect(),
        right: found.columns.iter().map(|column| is_number(&column.data_type)).collect(),
    };
    table.rows.insert(0, types.collect());
    let mut lines = if table.width() <= WIDEST {
        let mut lines = table.lines();
        // The types stand above the line.
        lines.swap(1, 2);
        lines
    } else {
        listed(&table)
    };
    lines.push(format!("({})", counted(found.rows.len(), "row", "rows")));
    lines.join("\n")
}

/// Each row as a list of its values, for tables that are too wide.
fn listed(table: &Table) -> Vec<String> {
    let width = table.header.iter().map(|name| name.chars().count()).max().unwrap_or(0);
    let mut lines = Vec::new();
    for (at, row) in table.rows.iter().enumerate() {
        lines.push(if at == 0 { "── types".to_owned() } else { format!("── row {at}") });
        lines.extend(table.header.iter().zip(row).map(|(name, cell)| {
            format!("{name}{} │ {}", " ".repeat(width - name.chars().count()), cell.painted).trim_end().to_owned()
        }));
    }
    lines
}

/// The rows as dbt writes them: numbers and booleans as such. `name` is that of the node, if there is one.
pub fn json(found: &Rows, name: Option<&str>) -> String {
    let value = |data_type: &str, cell: &Option<String>| match cell {
        None => Value::Null,
        Some(text) if is_number(data_type) || data_type == "boolean" => {
            serde_json::from_str(&text.to_lowercase()).unwrap_or_else(|_| text.as_str().into())
        }
        Some(text) => text.as_str().into(),
    };
    let row = |row: &Vec<Option<String>>| {
        let cells = found.columns.iter().zip(row);
        let cells = cells.map(|(column, cell)| (column.name.clone(), value(&column.data_type, cell)));
        Value::Object(cells.collect::<Map<_, _>>())
    };
    let rows: Vec<Value> = found.rows.iter().map(row).collect();
    let whole = match name {
        Some(name) => json!({"node": name, "show": rows}),
        None => json!({"show": rows}),
    };
    serde_json::to_string_pretty(&whole).unwrap_or_default()
}
