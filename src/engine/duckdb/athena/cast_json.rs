//! JSON as values and values as JSON. JSON is text in DuckDB; `native::json` takes it apart.

use super::Translator;
use super::data_type::{Field, Type};

impl Translator<'_> {
    /// `cast(json as t)`. A JSON null is null.
    pub(super) fn json_as(&self, sql: &str, to: &Type) -> Option<String> {
        Some(match to {
            Type::Json => sql.to_owned(),
            Type::Varchar(_) | Type::Char(_) => super::cast_text::to_text(sql, &Type::Json, to)?,
            Type::Boolean => format!("__json_boolean({sql})"),
            Type::Tinyint | Type::Smallint | Type::Integer | Type::Bigint => {
                format!("CAST(__json_whole({sql}) AS {})", to.in_duckdb())
            }
            Type::Real | Type::Double | Type::Decimal(..) => {
                format!("CAST(__json_number({sql}) AS {})", to.in_duckdb())
            }
            Type::Array(element) => {
                let name = self.fresh('p');
                let element = self.json_as(&name, element)?;
                format!("list_transform(__json_elements({sql}), lambda {name}: {element})")
            }
            Type::Map(key, value) => {
                let name = self.fresh('p');
                let key = match &**key {
                    Type::Varchar(_) => format!("__json_text({name}[1])"),
                    key => super::cast_text::from_text(&format!("__json_text({name}[1])"), key)?,
                };
                let value = self.json_as(&format!("{name}[2]"), value)?;
                format!(
                    "map_from_entries(list_transform(list_zip(__json_keys({sql}), __json_values({sql})), lambda {name}: struct_pack(key := {key}, value := {value})))"
                )
            }
            Type::Row(fields) => self.json_row(sql, fields)?,
            _ => return None,
        })
    }

    /// An object's members by their names, or an array's elements in turn.
    fn json_row(&self, sql: &str, fields: &[Field]) -> Option<String> {
        let field = |(at, field): (usize, &Field)| {
            let name = field.name.as_deref().unwrap_or_default();
            let member = format!("__json_field({sql}, {}, '{at}')", super::text(name));
            let value = self.json_as(&member, &field.data_type)?;
            Some(format!("{} := {value}", super::quoted(&field.in_duckdb(at))))
        };
        let fields = fields.iter().enumerate().map(field).collect::<Option<Vec<_>>>()?;
        Some(format!("(CASE WHEN {sql} IS NOT NULL AND {sql} <> 'null' THEN struct_pack({}) END)", fields.join(", ")))
    }

    /// `cast(x as json)`.
    pub(super) fn as_json(&self, sql: &str, from: &Type) -> Option<String> {
        let or_null = |value: String| format!("coalesce({value}, 'null')");
        Some(match from {
            Type::Json => sql.to_owned(),
            Type::Boolean | Type::Tinyint | Type::Smallint | Type::Integer | Type::Bigint | Type::Decimal(..) => {
                super::cast_text::to_text(sql, from, &super::data_type::TEXT)?
            }
            Type::Double | Type::Real => format!("__json_float(CAST({sql} AS VARCHAR))"),
            Type::Varchar(_) | Type::Char(_) => format!("__json_quoted({sql})"),
            Type::Date | Type::Timestamp(_) => {
                format!("__json_quoted({})", super::cast_text::to_text(sql, from, &super::data_type::TEXT)?)
            }
            Type::Array(element) => {
                let name = self.fresh('p');
                let element = or_null(self.as_json(&name, element)?);
                format!("__json_array(list_transform({sql}, lambda {name}: {element}))")
            }
            Type::Map(key, value) => {
                let name = self.fresh('p');
                let key = match &**key {
                    Type::Varchar(_) => format!("struct_extract({name}, 'key')"),
                    key => super::cast_text::to_text(
                        &format!("struct_extract({name}, 'key')"),
                        key,
                        &super::data_type::TEXT,
                    )?,
                };
                let value = or_null(self.as_json(&format!("struct_extract({name}, 'value')"), value)?);
                format!(
                    "__json_object(list_sort(list_transform(map_entries({sql}), lambda {name}: __json_quoted({key}) || ':' || {value})))"
                )
            }
            Type::Row(fields) => {
                let mut members = Vec::new();
                for (at, field) in fields.iter().enumerate() {
                    let name = field.in_duckdb(at);
                    let value =
                        self.as_json(&format!("struct_extract({sql}, {})", super::text(&name)), &field.data_type)?;
                    let key = field.name.as_deref().unwrap_or_default();
                    members.push(format!("__json_quoted({}) || ':' || {}", super::text(key), or_null(value)));
                }
                format!("(CASE WHEN {sql} IS NOT NULL THEN __json_object([{}]) END)", members.join(", "))
            }
            _ => return None,
        })
    }
}
