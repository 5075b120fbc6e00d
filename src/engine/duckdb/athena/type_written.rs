//! The types that a query writes: `decimal(10, 2)`, `array(varchar)`, `row(a bigint)`.

use sqlparser::ast::{
    ArrayElemTypeDef, CharacterLength, DataType, ExactNumberInfo, ObjectName, StructField, TimezoneInfo,
};

use sqlparser::tokenizer::Span;

use super::data_type::{Field, Type};
use super::{Answer, Translator, not_here};

impl Translator<'_> {
    /// A type as it is written in a cast.
    pub(super) fn written_type(&self, written: &DataType, at: Span) -> Answer<Type> {
        let found = match written {
            DataType::Boolean => Some(Type::Boolean),
            DataType::TinyInt(None) => Some(Type::Tinyint),
            DataType::SmallInt(None) => Some(Type::Smallint),
            DataType::Int(None) | DataType::Integer(None) => Some(Type::Integer),
            DataType::BigInt(None) => Some(Type::Bigint),
            DataType::Real => Some(Type::Real),
            DataType::Double(ExactNumberInfo::None) | DataType::DoublePrecision => Some(Type::Double),
            DataType::Decimal(size) | DataType::Dec(size) => decimal(size),
            DataType::Varchar(length) => varchar(length.as_ref()),
            DataType::Char(length) => match length {
                None => Some(Type::Char(1)),
                Some(CharacterLength::IntegerLength { length, .. }) => u32::try_from(*length).ok().map(Type::Char),
                Some(CharacterLength::Max) => None,
            },
            DataType::Varbinary(None) => Some(Type::Varbinary),
            DataType::Date => Some(Type::Date),
            DataType::Time(digits, TimezoneInfo::None | TimezoneInfo::WithoutTimeZone) => {
                u8::try_from(digits.unwrap_or(3)).ok().filter(|digits| *digits <= 6).map(Type::Time)
            }
            DataType::Time(_, TimezoneInfo::WithTimeZone) => return not_here("time with time zone"),
            DataType::Interval { .. } => return not_here("a cast to an interval"),
            DataType::Timestamp(digits, zone) => return timestamp(*digits, zone),
            DataType::JSON => Some(Type::Json),
            DataType::Uuid => Some(Type::Uuid),
            DataType::Array(ArrayElemTypeDef::AngleBracket(element) | ArrayElemTypeDef::Parenthesis(element)) => {
                Some(Type::array(self.written_type(element, at)?))
            }
            DataType::Map(key, value, _) => Some(Type::map(self.written_type(key, at)?, self.written_type(value, at)?)),
            DataType::Struct(fields, _) => Some(self.written_row(fields, at)?),
            DataType::Custom(name, _) => return self.unknown_type(name),
            _ => None,
        };
        match found {
            Some(found) => Ok(found),
            None => self.wrong_at(
                at,
                format!("Athena knows no type `{}`", written.to_string().to_lowercase()),
                "the types in a query are `varchar`, `integer`, `bigint`, `double`, `decimal(p, s)`, `date`, `timestamp` and others",
            ),
        }
    }

    fn written_row(&self, fields: &[StructField], at: Span) -> Answer<Type> {
        let field = |field: &StructField| {
            let name = field.field_name.as_ref().map(|name| name.value.to_lowercase());
            Ok(Field { name, data_type: self.written_type(&field.field_type, at)? })
        };
        fields.iter().map(field).collect::<Answer<Vec<_>>>().map(Type::Row)
    }

    fn unknown_type(&self, name: &ObjectName) -> Answer<Type> {
        let written = name.to_string().to_lowercase();
        match written.as_str() {
            "ipaddress" | "hyperloglog" | "qdigest" | "tdigest" | "geometry" | "sphericalgeography" | "color" => {
                not_here(format!("type {written}"))
            }
            _ => self.wrong(
                name,
                format!("Athena knows no type `{written}`"),
                "in a query, text is `varchar`, whole numbers are `integer` or `bigint`, others `double` or `decimal(p, s)`",
            ),
        }
    }
}

fn decimal(size: &ExactNumberInfo) -> Option<Type> {
    let (precision, scale) = match size {
        ExactNumberInfo::None => (38, 0),
        ExactNumberInfo::Precision(precision) => (*precision, 0),
        ExactNumberInfo::PrecisionAndScale(precision, scale) => (*precision, u64::try_from(*scale).ok()?),
    };
    let is_possible = (1..=38).contains(&precision) && scale <= precision;
    is_possible.then_some(Type::Decimal(u8::try_from(precision).ok()?, u8::try_from(scale).ok()?))
}

fn varchar(length: Option<&CharacterLength>) -> Option<Type> {
    match length {
        None => Some(Type::Varchar(None)),
        Some(CharacterLength::IntegerLength { length, .. }) => Some(Type::Varchar(Some(u32::try_from(*length).ok()?))),
        Some(CharacterLength::Max) => None,
    }
}

fn timestamp(digits: Option<u64>, zone: &TimezoneInfo) -> Answer<Type> {
    let digits = u8::try_from(digits.unwrap_or(3)).unwrap_or(u8::MAX);
    if digits > 6 {
        return not_here(format!("timestamp({digits})"));
    }
    Ok(match zone {
        TimezoneInfo::WithTimeZone | TimezoneInfo::Tz => Type::Zoned(digits),
        TimezoneInfo::None | TimezoneInfo::WithoutTimeZone => Type::Timestamp(digits),
    })
}
