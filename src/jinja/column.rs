//! A column as templates see it. Behaviour: `dbt.adapters.base.column.Column`, and dbt-athena's `AthenaColumn`.

use std::fmt;
use std::sync::Arc;

use minijinja::value::{Object, ObjectRepr};
use minijinja::{Error, ErrorKind, State, Value};

use super::python::arguments::Args;
use super::python::bound::bound;
use super::python::fail;
use super::values;

/// A column's name, type and the sizes of its type.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Column {
    pub name: String,
    /// The type as the warehouse says it, without its sizes: `varchar`, `decimal`, `array(varchar)`.
    pub dtype: String,
    pub char_size: Option<i64>,
    pub precision: Option<i64>,
    pub scale: Option<i64>,
}

impl Column {
    /// A column by its name and its type as it is written, such as `decimal(10,2)`.
    pub fn described(name: &str, data_type: &str) -> Self {
        let named = |dtype: &str| Self { name: name.to_owned(), dtype: dtype.to_owned(), ..Self::default() };
        let sizes = data_type.split_once('(').and_then(|(dtype, rest)| {
            let numbers: Option<Vec<i64>> =
                rest.strip_suffix(')')?.split(',').map(|number| number.trim().parse().ok()).collect();
            Some((dtype, numbers?))
        });
        match sizes.as_ref().map(|(dtype, numbers)| (*dtype, numbers.as_slice())) {
            Some((dtype, [size])) => Self { char_size: Some(*size), ..named(dtype) },
            Some((dtype, [precision, scale])) => {
                Self { precision: Some(*precision), scale: Some(*scale), ..named(dtype) }
            }
            _ => named(data_type),
        }
    }

    fn is(&self, types: &[&str]) -> bool {
        types.iter().any(|known| self.dtype.eq_ignore_ascii_case(known))
    }

    fn is_string(&self) -> bool {
        self.is(&["varchar", "string"])
    }

    fn is_numeric(&self) -> bool {
        self.is(&["numeric", "decimal"])
    }

    fn is_integer(&self) -> bool {
        self.is(&[
            "smallint",
            "integer",
            "bigint",
            "smallserial",
            "serial",
            "bigserial",
            "int2",
            "int4",
            "int8",
            "serial2",
            "serial4",
            "serial8",
        ])
    }

    fn is_float(&self) -> bool {
        self.is(&["real", "float4", "float", "double precision", "float8", "double"])
    }

    /// What an array is of, in a type as it is written.
    fn inner_of(dtype: &str) -> Option<&str> {
        dtype.strip_prefix("array")?.strip_prefix(['<', '('])?.strip_suffix(['>', ')'])
    }

    /// What the column is an array of.
    fn inner(&self) -> Option<&str> {
        let is_array = self.dtype.to_lowercase().starts_with("array");
        is_array.then(|| Self::inner_of(&self.dtype).unwrap_or(&self.dtype))
    }

    /// The type as a query may name it.
    pub fn data_type(&self) -> String {
        let lower = self.dtype.to_lowercase();
        let inner = Self::inner_of(&lower);
        match (self.is_string(), self.char_size, self.precision, self.scale) {
            (true, Some(size), ..) if size > 0 => format!("varchar({size})"),
            (true, ..) => "varchar".to_owned(),
            (_, _, Some(precision), Some(scale)) if self.is_numeric() => format!("{}({precision},{scale})", self.dtype),
            _ if self.is(&["binary", "varbinary"]) => "varbinary".to_owned(),
            _ if self.is(&["timestamp"]) => "timestamp".to_owned(),
            _ => match inner {
                Some(inner) => format!("array({})", Self { dtype: inner.to_owned(), ..self.clone() }.data_type()),
                None => self.dtype.clone(),
            },
        }
    }

    fn string_size(&self) -> Result<i64, Error> {
        if self.is_string() {
            return Ok(self.char_size.unwrap_or(0));
        }
        let message = format!("`string_size` is for columns of text, and `{}` is {}", self.name, self.dtype);
        Err(Error::new(ErrorKind::InvalidOperation, message))
    }
}

impl Object for Column {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let number = |number: Option<i64>| Some(number.map_or_else(|| Value::from(()), Value::from));
        match key.as_str()? {
            "name" | "column" => Some(Value::from(self.name.as_str())),
            "dtype" => Some(Value::from(self.dtype.as_str())),
            "data_type" | "expanded_data_type" => Some(Value::from(self.data_type())),
            "quoted" => Some(Value::from(format!("\"{}\"", self.name))),
            "quoted_hive" => Some(Value::from(format!("`{}`", self.name))),
            "char_size" => number(self.char_size),
            "numeric_precision" => number(self.precision),
            "numeric_scale" => number(self.scale),
            name => {
                let methods = if OF_COLUMN.contains(&name) { OF_COLUMN } else { OF_CLASS };
                bound(Value::from_dyn_object(Arc::clone(self)), methods, key)
            }
        }
    }

    fn call_method(self: &Arc<Self>, _: &mut State<'_, '_>, method: &str, args: &[Value]) -> Result<Value, Error> {
        match method {
            "is_string" => Ok(self.is_string().into()),
            "is_number" => Ok((self.is_integer() || self.is_numeric() || self.is_float()).into()),
            "is_float" => Ok(self.is_float().into()),
            "is_integer" => Ok(self.is_integer().into()),
            "is_numeric" => Ok(self.is_numeric().into()),
            "is_binary" => Ok(self.is(&["binary", "varbinary"]).into()),
            "is_timestamp" => Ok(self.is(&["timestamp"]).into()),
            "is_array" => Ok(self.dtype.to_lowercase().starts_with("array").into()),
            "is_iceberg" => Ok(false.into()),
            "string_size" => Ok(self.string_size()?.into()),
            "timestamp_type" => Ok(Value::from("timestamp")),
            "array_inner_type" => match self.inner() {
                Some(inner) => Ok(Value::from(inner)),
                None => Err(fail(format!("`array_inner_type` is for arrays, and `{}` is {}", self.name, self.dtype))),
            },
            "can_expand_to" => {
                let args = Args::new(method, args)?;
                args.at_most(&["other_column"])?;
                let other = args.must(0, "other_column")?;
                let other = other.downcast_object_ref::<Self>();
                let fits = other.filter(|other| self.is_string() && other.is_string());
                Ok(fits.is_some_and(|other| other.char_size.unwrap_or(0) > self.char_size.unwrap_or(0)).into())
            }
            "literal" => {
                let args = Args::new(method, args)?;
                args.at_most(&["value"])?;
                Ok(Value::from(format!("{}::{}", values::text(&args.must(0, "value")?), self.data_type())))
            }
            _ => Classes::of_type(method, args),
        }
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let size = |size: Option<i64>| size.map_or_else(|| "None".to_owned(), |size| size.to_string());
        let [name, dtype] = [&self.name, &self.dtype].map(|text| values::repr(&Value::from(text.as_str())));
        write!(f, "AthenaColumn(column={name}, dtype={dtype}, char_size={}", size(self.char_size))?;
        write!(f, ", numeric_precision={}, numeric_scale={}", size(self.precision), size(self.scale))?;
        f.write_str(", table_type=<TableType.TABLE: 'table'>)")
    }
}

/// What a column can be asked.
const OF_COLUMN: &[&str] = &[
    "is_string",
    "is_number",
    "is_float",
    "is_integer",
    "is_numeric",
    "is_binary",
    "is_timestamp",
    "is_array",
    "is_iceberg",
    "string_size",
    "timestamp_type",
    "array_inner_type",
    "can_expand_to",
    "literal",
];

/// What the class can be asked, and each column too.
const OF_CLASS: &[&str] =
    &["translate_type", "create", "from_description", "string_type", "binary_type", "array_type", "numeric_type"];

/// `api.Column`: makes columns, and translates the names of types.
#[derive(Debug)]
pub(super) struct Classes;

impl Classes {
    /// What dbt calls class methods: they need no column.
    fn of_type(method: &str, args: &[Value]) -> Result<Value, Error> {
        let args = Args::new(method, args)?;
        let text = |at: usize, name: &str| args.must(at, name).map(|given| values::text(&given));
        match method {
            "translate_type" => {
                args.at_most(&["dtype"])?;
                Ok(Value::from(translated(&text(0, "dtype")?)))
            }
            "create" => {
                args.at_most(&["name", "label_or_dtype"])?;
                let dtype = translated(&text(1, "label_or_dtype")?);
                Ok(Value::from_object(Column { name: text(0, "name")?, dtype, ..Column::default() }))
            }
            "from_description" => {
                args.at_most(&["name", "raw_data_type"])?;
                Ok(Value::from_object(Column::described(&text(0, "name")?, &text(1, "raw_data_type")?)))
            }
            "string_type" => {
                args.at_most(&["size"])?;
                args.must(0, "size")?;
                let size = args.int(0, "size", 0)?;
                Ok(Value::from(if size > 0 { format!("varchar({size})") } else { "varchar".to_owned() }))
            }
            "binary_type" => Ok(Value::from("varbinary")),
            "array_type" => {
                args.at_most(&["inner_type"])?;
                Ok(Value::from(format!("array({})", text(0, "inner_type")?)))
            }
            "numeric_type" => {
                args.at_most(&["dtype", "precision", "scale"])?;
                let sizes = [args.must(1, "precision")?, args.must(2, "scale")?];
                let dtype = text(0, "dtype")?;
                Ok(Value::from(match sizes.iter().any(Value::is_none) {
                    true => dtype,
                    false => format!("{dtype}({},{})", values::text(&sizes[0]), values::text(&sizes[1])),
                }))
            }
            _ => Err(Error::from(ErrorKind::UnknownMethod)),
        }
    }
}

/// Athena's word for one of dbt's names of types.
fn translated(data_type: &str) -> String {
    let is_text = ["string", "text"].iter().any(|known| data_type.eq_ignore_ascii_case(known));
    if is_text { "VARCHAR".to_owned() } else { data_type.to_owned() }
}

impl Object for Classes {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    /// `api.Column(name, dtype, char_size, numeric_precision, numeric_scale)`
    fn call(self: &Arc<Self>, _: &mut State<'_, '_>, args: &[Value]) -> Result<Value, Error> {
        let args = Args::new("Column", args)?;
        args.at_most(&["column", "dtype", "char_size", "numeric_precision", "numeric_scale", "table_type"])?;
        let part = |at: usize, name: &str| -> Result<Option<Value>, Error> {
            Ok(args.some(at, name).filter(|part| !part.is_undefined()))
        };
        let text = |value: Option<Value>| value.as_ref().map(values::text).unwrap_or_default();
        let number = |value: Option<Value>| value.and_then(|value| value.as_i64());
        let column = Column {
            name: text(part(0, "column")?),
            dtype: text(part(1, "dtype")?),
            char_size: number(part(2, "char_size")?),
            precision: number(part(3, "numeric_precision")?),
            scale: number(part(4, "numeric_scale")?),
        };
        Ok(Value::from_object(column))
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<class 'dbt.adapters.athena.column.AthenaColumn'>")
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let labels = || values::facts(serde_json::json!({"STRING": "VARCHAR", "TEXT": "VARCHAR"}));
        match key.as_str()? {
            "TYPE_LABELS" => Some(labels()),
            _ => bound(Value::from_dyn_object(Arc::clone(self)), OF_CLASS, key),
        }
    }

    fn call_method(self: &Arc<Self>, _: &mut State<'_, '_>, method: &str, args: &[Value]) -> Result<Value, Error> {
        Self::of_type(method, args)
    }
}

#[cfg(test)]
mod tests {
    use super::Column;

    #[test]
    fn a_type_is_read_with_its_sizes() {
        for (written, data_type) in [
            ("varchar", "varchar"),
            ("varchar(10)", "varchar(10)"),
            ("decimal(10,2)", "decimal(10,2)"),
            ("array(string)", "array(varchar)"),
            ("row(a bigint)", "row(a bigint)"),
            ("binary", "varbinary"),
        ] {
            assert_eq!(Column::described("x", written).data_type(), data_type);
        }
    }
}
