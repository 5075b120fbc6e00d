//! What templates may ask of Athena.

use std::fmt;
use std::sync::Arc;

use tokio::runtime::Handle;

use super::statement::Statement;
use super::{Core, catalogue, names, results};
use crate::engine::Stored;
use crate::jinja::column::Column;
use crate::jinja::relation::Relation;
use crate::jinja::warehouse::{Answer, Cell, Kind, Warehouse};

pub(super) struct Reader {
    core: Arc<Core>,
    runtime: Handle,
}

impl Reader {
    pub(super) fn new(core: Arc<Core>, runtime: Handle) -> Self {
        Self { core, runtime }
    }

    fn rows(&self, sql: &str, limit: Option<usize>) -> Result<crate::engine::Rows, String> {
        let statement = limit.map_or_else(|| Statement::query(sql), |limit| Statement::limited(sql, limit));
        let given = self.runtime.block_on(self.core.read(&statement, limit));
        given.map(results::rows).map_err(|failure| failure.told(sql, statement.lines_before).to_string())
    }
}

impl fmt::Debug for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Reader")
    }
}

impl Warehouse for Reader {
    fn query(&self, sql: &str) -> Result<Answer, String> {
        let rows = self.rows(sql, None)?;
        let types: Vec<String> = rows.columns.iter().map(|column| column.data_type.clone()).collect();
        let typed =
            |row: Vec<Option<String>>| row.into_iter().zip(&types).map(|(text, kind)| cell(text, kind)).collect();
        let columns = rows.columns.into_iter().map(|column| column.name).collect();
        Ok(Answer { columns, rows: rows.rows.into_iter().map(typed).collect() })
    }

    fn columns_of_query(&self, sql: &str) -> Result<Vec<Column>, String> {
        let rows = self.rows(sql, Some(0))?;
        Ok(rows.columns.iter().map(|column| Column::described(&column.name, &column.data_type)).collect())
    }

    fn kind(&self, relation: &Relation) -> Result<Option<Kind>, String> {
        let found = self.runtime.block_on(self.core.find(relation)).map_err(|error| error.to_string())?;
        Ok(found.map(|found| if found.stored == Stored::View { Kind::View } else { Kind::Table }))
    }

    fn columns(&self, relation: &Relation) -> Result<Vec<Column>, String> {
        let (database, name) = names(relation);
        let table = self.runtime.block_on(self.core.catalogue.table(&self.core.calls, &database, &name));
        let table = table.map_err(|error| error.to_string())?;
        let described = |column: &&aws_sdk_glue::types::Column| {
            let data_type = column.r#type().unwrap_or_default();
            Column::described(column.name(), &results::athena_type(data_type))
        };
        Ok(table.iter().flat_map(catalogue::columns).map(|column| described(&column)).collect())
    }

    fn relations(&self, schema: &Relation) -> Result<Vec<(String, Kind)>, String> {
        let (database, _) = names(schema);
        let tables = self.runtime.block_on(self.core.catalogue.tables(&self.core.calls, &database));
        let kind = |is_view| if is_view { Kind::View } else { Kind::Table };
        let tables = tables.map_err(|error| error.to_string())?;
        Ok(tables.into_iter().map(|(name, is_view)| (name, kind(is_view))).collect())
    }

    fn schemas(&self) -> Result<Vec<String>, String> {
        let found = self.runtime.block_on(self.core.catalogue.databases(&self.core.calls));
        found.map_err(|error| error.to_string())
    }
}

/// A value as templates see it; what is none of these stays text.
fn cell(text: Option<String>, data_type: &str) -> Cell {
    let Some(text) = text else { return Cell::Null };
    let read = match data_type.split('(').next().unwrap_or_default() {
        "boolean" => text.parse().ok().map(Cell::Boolean),
        "tinyint" | "smallint" | "integer" | "int" | "bigint" => text.parse().ok().map(Cell::Integer),
        "decimal" => Some(Cell::Decimal(text.clone())),
        "real" | "float" | "double" => text.parse().ok().map(Cell::Float),
        "date" => text.parse().ok().map(Cell::Date),
        "timestamp" => text.parse().ok().map(Cell::Timestamp),
        _ => None,
    };
    read.unwrap_or(Cell::Text(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_values() {
        let of = |text: &str, data_type: &str| cell(Some(text.to_owned()), data_type);
        assert_eq!(of("7", "bigint"), Cell::Integer(7));
        assert_eq!(of("2024-02-29", "date"), Cell::Date(jiff::civil::date(2024, 2, 29)));
        assert_eq!(
            of("2024-02-29 10:00:00.000", "timestamp"),
            Cell::Timestamp(jiff::civil::date(2024, 2, 29).at(10, 0, 0, 0))
        );
        assert_eq!(of("1.50", "decimal(10,2)"), Cell::Decimal("1.50".into()));
        assert_eq!(of("x", "integer"), Cell::Text("x".into()));
        assert_eq!(cell(None, "integer"), Cell::Null);
    }
}
