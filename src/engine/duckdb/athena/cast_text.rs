//! Values as text, and text as values. Each type has one form in Trino, which DuckDB prints and reads otherwise.

use super::data_type::Type;

/// A value as text, as Trino prints it. Rows, arrays and maps have no text.
pub(super) fn to_text(sql: &str, from: &Type, to: &Type) -> Option<String> {
    let text = match from {
        Type::Boolean | Type::Tinyint | Type::Smallint | Type::Integer | Type::Bigint | Type::Date | Type::Uuid => {
            format!("CAST({sql} AS VARCHAR)")
        }
        // DuckDB prints no zero before the point of a decimal that has only digits after it.
        Type::Decimal(precision, scale) if precision == scale => {
            format!("regexp_replace(CAST({sql} AS VARCHAR), '^(-?)\\.', '\\10.')")
        }
        Type::Decimal(..) => format!("CAST({sql} AS VARCHAR)"),
        Type::Real => format!("__real_text(CAST({sql} AS VARCHAR))"),
        Type::Double => format!("__double_text(CAST({sql} AS VARCHAR))"),
        Type::Time(digits) => format!("__time_text({sql}, {})", places(*digits) - 11),
        Type::Timestamp(digits) => format!("__timestamp_text({sql}, {})", places(*digits)),
        Type::Zoned(digits) => format!("__zoned_text({sql}, {})", places(*digits)),
        Type::Months => format!("__months_text({sql})"),
        Type::Days => format!("__days_text({sql})"),
        Type::Json => format!("__json_text({sql})"),
        _ => return None,
    };
    Some(match to {
        Type::Varchar(Some(length)) => format!("__fitting({text}, {length})"),
        // Only text is cast to `char(n)`.
        Type::Char(_) => return None,
        _ => text,
    })
}

/// How many characters of `10:20:30.123456` are shown.
fn places(digits: u8) -> usize {
    match digits {
        0 => 19,
        digits => 20 + usize::from(digits),
    }
}

/// Text as a value: null stays null, and what is not of the type's form is an error.
pub(super) fn from_text(sql: &str, to: &Type) -> Option<String> {
    let duckdb = to.in_duckdb();
    Some(match to {
        Type::Boolean => format!("__text_boolean({sql})"),
        Type::Tinyint | Type::Smallint | Type::Integer | Type::Bigint => {
            format!("CAST(__whole_number({sql}, '{to}') AS {duckdb})")
        }
        Type::Decimal(..) => format!("CAST(__any_number({sql}, '{to}') AS {duckdb})"),
        Type::Real | Type::Double => format!("CAST(__any_float({sql}, '{to}') AS {duckdb})"),
        Type::Date => format!("CAST(make_timestamp(__text_date({sql})) AS DATE)"),
        Type::Timestamp(digits) => super::cast::rounded(&format!("make_timestamp(__text_timestamp({sql}))"), *digits),
        Type::Zoned(_) => format!("__parsed_zoned(__text_zoned({sql}))"),
        Type::Time(_) => format!("CAST(__text_time({sql}) AS TIME)"),
        Type::Varbinary => format!("encode({sql})"),
        Type::Uuid => format!("CAST({sql} AS UUID)"),
        Type::Json => format!("__json_quoted({sql})"),
        _ => return None,
    })
}
