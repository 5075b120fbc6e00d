//! The catalogue: databases, tables with their versions, partitions. What a caller gave is kept as it was given.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::double::error::Refusal;

/// The account that everything belongs to.
pub const ACCOUNT: &str = "123456789012";

/// A table.
#[derive(Debug, Clone)]
pub struct Table {
    /// The `TableInput` that made it what it is.
    pub input: Value,
    pub version: u64,
    /// The versions before this one that were archived.
    pub archive: Vec<(u64, Value)>,
    /// `PartitionInput`s by their values.
    pub partitions: BTreeMap<Vec<String>, Value>,
    pub created: f64,
    pub updated: f64,
}

/// A database.
#[derive(Debug, Clone)]
pub struct Database {
    pub input: Value,
    pub created: f64,
    pub tables: BTreeMap<String, Table>,
}

/// The values of a partition, one for each key.
pub type Values = Vec<String>;

/// Finds the partitions of a table that an expression is true for.
pub type Matching<'m> = dyn Fn(&Table, &str) -> Result<Vec<Values>, Refusal> + 'm;

/// The databases by their names.
#[derive(Debug, Default)]
pub struct Catalogue {
    pub databases: BTreeMap<String, Database>,
}

impl Table {
    pub fn location(&self) -> &str {
        self.input["StorageDescriptor"]["Location"].as_str().unwrap_or_default()
    }

    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.input["Parameters"][name].as_str()
    }

    pub fn is_iceberg(&self) -> bool {
        self.parameter("table_type").is_some_and(|kind| kind.eq_ignore_ascii_case("iceberg"))
    }

    pub fn is_view(&self) -> bool {
        self.input["TableType"] == "VIRTUAL_VIEW"
    }

    /// The columns, and then the partition keys: names in small letters, and types.
    pub fn columns(&self) -> Vec<(String, String)> {
        let own = self.input["StorageDescriptor"]["Columns"].as_array().into_iter().flatten();
        own.chain(self.input["PartitionKeys"].as_array().into_iter().flatten()).map(name_and_type).collect()
    }

    pub fn partition_keys(&self) -> Vec<(String, String)> {
        self.input["PartitionKeys"].as_array().into_iter().flatten().map(name_and_type).collect()
    }
}

fn name_and_type(column: &Value) -> (String, String) {
    let text = |name: &str| column[name].as_str().unwrap_or_default();
    (text("Name").to_lowercase(), text("Type").to_owned())
}

/// Seconds since 1970.
pub fn now() -> f64 {
    let millis = u32::try_from(jiff::Timestamp::now().as_millisecond() % 1000).unwrap_or(0);
    jiff::Timestamp::now().as_second() as f64 + f64::from(millis) / 1000.0
}

impl Catalogue {
    pub fn database(&self, name: &str) -> Result<&Database, Refusal> {
        let found = self.databases.get(&name.to_lowercase());
        found.ok_or_else(|| Refusal::bad("EntityNotFoundException", format!("Database {name} not found.")))
    }

    pub fn database_mut(&mut self, name: &str) -> Result<&mut Database, Refusal> {
        let found = self.databases.get_mut(&name.to_lowercase());
        found.ok_or_else(|| Refusal::bad("EntityNotFoundException", format!("Database {name} not found.")))
    }

    pub fn table(&self, database: &str, name: &str) -> Result<&Table, Refusal> {
        let found = self.database(database)?.tables.get(&name.to_lowercase());
        found.ok_or_else(|| Refusal::bad("EntityNotFoundException", "Entity Not Found"))
    }

    pub fn table_mut(&mut self, database: &str, name: &str) -> Result<&mut Table, Refusal> {
        let found = self.database_mut(database)?.tables.get_mut(&name.to_lowercase());
        found.ok_or_else(|| Refusal::bad("EntityNotFoundException", "Entity Not Found"))
    }

    pub fn create_database(&mut self, input: Value) -> Result<(), Refusal> {
        let name = name_of(&input)?;
        if self.databases.contains_key(&name) {
            return Err(Refusal::bad("AlreadyExistsException", "Database already exists."));
        }
        let input = renamed(input, &name);
        self.databases.insert(name, Database { input, created: now(), tables: BTreeMap::new() });
        Ok(())
    }

    pub fn create_table(&mut self, database: &str, input: Value) -> Result<(), Refusal> {
        let name = name_of(&input)?;
        let tables = &mut self.database_mut(database)?.tables;
        if tables.contains_key(&name) {
            return Err(Refusal::bad("AlreadyExistsException", "Table already exists."));
        }
        let table = Table {
            input: renamed(input, &name),
            version: 0,
            archive: Vec::new(),
            partitions: BTreeMap::new(),
            created: now(),
            updated: now(),
        };
        tables.insert(name, table);
        Ok(())
    }

    /// Replaces what is known of a table, if it is still of the wanted version. Behaviour: a stale `VersionId` is a
    /// `ConcurrentModificationException`; the version counts up whether or not the old one is archived.
    pub fn update_table(
        &mut self,
        database: &str,
        input: Value,
        wanted: Option<&str>,
        skips_archive: bool,
    ) -> Result<(), Refusal> {
        let name = name_of(&input)?;
        let table = self.table_mut(database, &name)?;
        if wanted.is_some_and(|wanted| wanted != table.version.to_string()) {
            let message = "Update table failed due to concurrent modifications.";
            return Err(Refusal::bad("ConcurrentModificationException", message));
        }
        let keys = |input: &Value| input["PartitionKeys"].as_array().map_or(0, Vec::len);
        if !table.partitions.is_empty() && keys(&input) != keys(&table.input) {
            let message = "The number of partition keys does not match the partitions of the table.";
            return Err(Refusal::bad("InvalidInputException", message));
        }
        if !skips_archive {
            table.archive.push((table.version, table.input.clone()));
        }
        table.input = renamed(input, &name);
        table.version += 1;
        table.updated = now();
        Ok(())
    }

    pub fn delete_table(&mut self, database: &str, name: &str) -> Result<Table, Refusal> {
        let found = self.database_mut(database)?.tables.remove(&name.to_lowercase());
        found.ok_or_else(|| Refusal::bad("EntityNotFoundException", format!("Table {name} not found.")))
    }
}

fn name_of(input: &Value) -> Result<String, Refusal> {
    let name = input["Name"].as_str().filter(|name| !name.is_empty());
    let missing = || Refusal::bad("InvalidInputException", "Name must not be empty");
    name.map(str::to_lowercase).ok_or_else(missing)
}

fn renamed(mut input: Value, name: &str) -> Value {
    input["Name"] = json!(name);
    input
}
