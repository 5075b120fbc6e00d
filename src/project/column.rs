//! A column as a property file describes it, and as the manifest has it.

use std::ops::Range;
use std::sync::LazyLock;

use indexmap::IndexMap;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use super::fields::Fields;

/// A column as a property file describes it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Column {
    pub name: String,
    pub description: String,
    pub data_type: Option<String>,
    /// What hardly any column says.
    pub more: Option<Box<MoreOfColumn>>,
    pub span: Range<usize>,
}

/// What hardly any column says.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct MoreOfColumn {
    pub quote: Option<bool>,
    pub meta: Map<String, Value>,
    pub tags: Vec<String>,
    pub granularity: Option<String>,
    pub constraints: Vec<Value>,
    /// Keys that dbt does not know, which it keeps.
    pub extra: Map<String, Value>,
    /// The docs blocks that the description names.
    pub doc_blocks: Vec<String>,
}

/// What a column says that says nothing more.
static NO_MORE: LazyLock<MoreOfColumn> = LazyLock::new(MoreOfColumn::default);

/// The columns by name, in the order of the property file.
pub type Columns = IndexMap<String, Column, foldhash::fast::RandomState>;

impl Column {
    /// What hardly any column says.
    pub fn more(&self) -> &MoreOfColumn {
        self.more.as_deref().unwrap_or(&NO_MORE)
    }

    /// As the manifest has it.
    pub fn to_json(&self) -> Value {
        // It has nothing that JSON has not.
        serde_json::to_value(self).unwrap_or_default()
    }
}

/// As the manifest has it.
impl Serialize for Column {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Config<'c> {
            meta: &'c Map<String, Value>,
            tags: &'c [String],
        }
        let more = self.more();
        let mut fields = Fields::new(serializer, &more.extra)?;
        fields.add("name", &self.name)?;
        fields.add("description", &self.description)?;
        fields.add("meta", &more.meta)?;
        fields.add("data_type", &self.data_type)?;
        fields.add("constraints", more.constraints.iter().map(constraint).collect::<Vec<_>>())?;
        fields.add("quote", more.quote)?;
        fields.add("config", Config { meta: &more.meta, tags: &more.tags })?;
        fields.add("tags", &more.tags)?;
        fields.add("granularity", &more.granularity)?;
        fields.add("doc_blocks", &more.doc_blocks)?;
        fields.end()
    }
}

/// A constraint with the keys that dbt gives it when they are not set.
pub fn constraint(written: &Value) -> Value {
    let mut whole = serde_json::json!({
        "type": null, "name": null, "expression": null, "warn_unenforced": true, "warn_unsupported": true, "to": null,
        "to_columns": [],
    });
    if let (Value::Object(whole), Value::Object(written)) = (&mut whole, written) {
        whole.extend(written.clone());
    }
    whole
}
