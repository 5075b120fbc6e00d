//! Trino's types: read from words, printed in Trino's words and in DuckDB's.

use std::fmt;

/// A type of Trino. Behaviour: Trino's "Data types".
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Type {
    /// What a bare `null` is.
    Unknown,
    Boolean,
    Tinyint,
    Smallint,
    Integer,
    Bigint,
    Real,
    Double,
    Decimal(u8, u8),
    /// With its greatest length, if it has one.
    Varchar(Option<u32>),
    Char(u32),
    Varbinary,
    Date,
    /// With the number of digits after the seconds.
    Time(u8),
    /// With the number of digits after the seconds.
    Timestamp(u8),
    /// A timestamp with a time zone.
    Zoned(u8),
    /// From years to months.
    Months,
    /// From days to seconds.
    Days,
    Json,
    Uuid,
    Array(Box<Type>),
    Map(Box<Type>, Box<Type>),
    Row(Vec<Field>),
}

/// A field of a row, which may have no name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Field {
    pub(super) name: Option<String>,
    pub(super) data_type: Type,
}

pub(super) const TEXT: Type = Type::Varchar(None);

impl fmt::Display for Type {
    /// As Trino's `typeof` prints it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown => f.write_str("unknown"),
            Self::Boolean => f.write_str("boolean"),
            Self::Tinyint => f.write_str("tinyint"),
            Self::Smallint => f.write_str("smallint"),
            Self::Integer => f.write_str("integer"),
            Self::Bigint => f.write_str("bigint"),
            Self::Real => f.write_str("real"),
            Self::Double => f.write_str("double"),
            Self::Decimal(precision, scale) => write!(f, "decimal({precision},{scale})"),
            Self::Varchar(None) => f.write_str("varchar"),
            Self::Varchar(Some(length)) => write!(f, "varchar({length})"),
            Self::Char(length) => write!(f, "char({length})"),
            Self::Varbinary => f.write_str("varbinary"),
            Self::Date => f.write_str("date"),
            Self::Time(digits) => write!(f, "time({digits})"),
            Self::Timestamp(digits) => write!(f, "timestamp({digits})"),
            Self::Zoned(digits) => write!(f, "timestamp({digits}) with time zone"),
            Self::Months => f.write_str("interval year to month"),
            Self::Days => f.write_str("interval day to second"),
            Self::Json => f.write_str("json"),
            Self::Uuid => f.write_str("uuid"),
            Self::Array(element) => write!(f, "array({element})"),
            Self::Map(key, value) => write!(f, "map({key}, {value})"),
            Self::Row(fields) => {
                f.write_str("row(")?;
                for (at, field) in fields.iter().enumerate() {
                    let comma = if at > 0 { ", " } else { "" };
                    match &field.name {
                        Some(name) => write!(f, "{comma}{name} {}", field.data_type)?,
                        None => write!(f, "{comma}{}", field.data_type)?,
                    }
                }
                f.write_str(")")
            }
        }
    }
}

impl Type {
    pub(super) fn array(element: Self) -> Self {
        Self::Array(Box::new(element))
    }

    pub(super) fn map(key: Self, value: Self) -> Self {
        Self::Map(Box::new(key), Box::new(value))
    }

    /// A row without names.
    pub(super) fn row(types: impl IntoIterator<Item = Self>) -> Self {
        Self::Row(types.into_iter().map(|data_type| Field { name: None, data_type }).collect())
    }

    pub(super) fn is_integer(&self) -> bool {
        matches!(self, Self::Tinyint | Self::Smallint | Self::Integer | Self::Bigint)
    }

    pub(super) fn is_floating(&self) -> bool {
        matches!(self, Self::Real | Self::Double)
    }

    pub(super) fn is_number(&self) -> bool {
        self.is_integer() || self.is_floating() || matches!(self, Self::Decimal(..))
    }

    pub(super) fn is_text(&self) -> bool {
        matches!(self, Self::Varchar(_) | Self::Char(_))
    }

    pub(super) fn is_moment(&self) -> bool {
        matches!(self, Self::Date | Self::Timestamp(_) | Self::Zoned(_))
    }

    pub(super) fn is_nested(&self) -> bool {
        matches!(self, Self::Array(_) | Self::Map(..) | Self::Row(_))
    }

    /// Whether values of it, or inside of it, carry a time zone.
    pub(super) fn has_zone(&self) -> bool {
        match self {
            Self::Zoned(_) => true,
            Self::Array(element) => element.has_zone(),
            Self::Map(key, value) => key.has_zone() || value.has_zone(),
            Self::Row(fields) => fields.iter().any(|field| field.data_type.has_zone()),
            _ => false,
        }
    }

    /// The decimal that holds every value of an integer type.
    pub(super) fn as_decimal(&self) -> Option<(u8, u8)> {
        match self {
            Self::Tinyint => Some((3, 0)),
            Self::Smallint => Some((5, 0)),
            Self::Integer => Some((10, 0)),
            Self::Bigint => Some((19, 0)),
            Self::Decimal(precision, scale) => Some((*precision, *scale)),
            _ => None,
        }
    }

    /// How DuckDB holds its values. A moment with a zone is a struct of the instant and the zone's name; JSON is text.
    pub(super) fn in_duckdb(&self) -> String {
        match self {
            Self::Unknown => "INTEGER".to_owned(),
            Self::Boolean => "BOOLEAN".to_owned(),
            Self::Tinyint => "TINYINT".to_owned(),
            Self::Smallint => "SMALLINT".to_owned(),
            Self::Integer => "INTEGER".to_owned(),
            Self::Bigint => "BIGINT".to_owned(),
            Self::Real => "FLOAT".to_owned(),
            Self::Double => "DOUBLE".to_owned(),
            Self::Decimal(precision, scale) => format!("DECIMAL({precision},{scale})"),
            Self::Varchar(_) | Self::Char(_) | Self::Json => "VARCHAR".to_owned(),
            Self::Varbinary => "BLOB".to_owned(),
            Self::Date => "DATE".to_owned(),
            Self::Time(_) => "TIME".to_owned(),
            Self::Timestamp(_) => "TIMESTAMP".to_owned(),
            Self::Zoned(_) => "STRUCT(t TIMESTAMP, z VARCHAR)".to_owned(),
            Self::Months | Self::Days => "INTERVAL".to_owned(),
            Self::Uuid => "UUID".to_owned(),
            Self::Array(element) => format!("{}[]", element.in_duckdb()),
            Self::Map(key, value) => format!("MAP({}, {})", key.in_duckdb(), value.in_duckdb()),
            Self::Row(fields) => {
                let fields: Vec<String> = fields
                    .iter()
                    .enumerate()
                    .map(|(at, field)| {
                        format!("{} {}", super::quoted(&field.in_duckdb(at)), field.data_type.in_duckdb())
                    })
                    .collect();
                format!("STRUCT({})", fields.join(", "))
            }
        }
    }

    /// The type that DuckDB describes a column with, if Trino has one like it.
    pub(super) fn from_duckdb(text: &str) -> Option<Self> {
        let mut words = super::type_words::TypeWords::new(text);
        let found = words.duckdb()?;
        words.is_done().then_some(found)
    }
}

impl Field {
    /// The name that the field has in DuckDB, where every field has one.
    pub(super) fn in_duckdb(&self, at: usize) -> String {
        self.name.clone().unwrap_or_else(|| format!("field{at}"))
    }
}
