//! `cast`, `try_cast`, and what Trino casts by itself. Behaviour: Trino's "Conversion functions".

use sqlparser::ast::{CastKind, DataType, Expr};

use super::coerce;
use super::data_type::{Field, Type};
use super::place::Placed;
use super::scope::Scope;
use super::{Answer, Translator, Typed};

impl Translator<'_> {
    /// `cast(x as t)` and `try_cast(x as t)`.
    pub(super) fn cast(
        &self,
        scope: &Scope<'_>,
        (kind, inner): (&CastKind, &Expr),
        written: &DataType,
        at: &Expr,
    ) -> Answer<Typed> {
        let wanted = self.written_type(written, at.place())?;
        match kind {
            CastKind::Cast => {
                let value = self.expr(scope, inner)?;
                self.converted(&value, &wanted, inner)
            }
            CastKind::TryCast => {
                // What is cast may fail; only the cast may not.
                let value = self.expr(scope, inner)?;
                if matches!(inner, Expr::Identifier(_) | Expr::CompoundIdentifier(_) | Expr::Value(_)) {
                    let cast = self.converted(&value, &wanted, inner)?;
                    return Ok(Typed::new(format!("TRY({})", cast.sql), wanted));
                }
                let name = self.fresh('p');
                let own = Typed { sql: name.clone(), ..value.clone() };
                let cast = self.converted(&own, &wanted, inner)?;
                let sql = format!("list_transform([{}], lambda {name}: TRY({}))[1]", value.sql, cast.sql);
                Ok(Typed::new(sql, wanted))
            }
            CastKind::DoubleColon | CastKind::SafeCast => {
                self.no_such_syntax(at, "Athena casts with `cast(… as …)`, not with `::`")
            }
        }
    }

    /// A value turned into another type, as a cast does it.
    pub(super) fn converted(&self, value: &Typed, wanted: &Type, at: &impl Placed) -> Answer<Typed> {
        let Some(sql) = self.cast_sql(&value.sql, &value.data_type, wanted) else {
            let message = format!("a {} cannot be cast to {wanted}", value.data_type);
            return self.wrong(at, message, "cast it to a type between the two, or take its parts");
        };
        Ok(Typed { sql, data_type: wanted.clone(), literal: value.literal.clone().filter(|_| wanted.is_text()) })
    }

    /// A value where Trino wants another type, which it turns into by itself.
    pub(super) fn coerced(&self, value: &Typed, wanted: &Type) -> Answer<String> {
        match (&value.data_type, wanted) {
            (Type::Varchar(_), Type::Varchar(_)) => return Ok(value.sql.clone()),
            (from, to) if from == to => return Ok(value.sql.clone()),
            _ => {}
        }
        match self.cast_sql(&value.sql, &value.data_type, wanted) {
            Some(sql) => Ok(sql),
            None => super::not_here(format!("{} as {wanted}", value.data_type)),
        }
    }

    /// The cast in DuckDB's words, if there is one between these types.
    pub(super) fn cast_sql(&self, sql: &str, from: &Type, to: &Type) -> Option<String> {
        let plain = || Some(format!("CAST({sql} AS {})", to.in_duckdb()));
        if *from == Type::Unknown {
            return plain();
        }
        match (from, to) {
            (Type::Varchar(_), Type::Varchar(_) | Type::Char(_))
            | (Type::Char(_), Type::Char(_) | Type::Varchar(_)) => Some(sized_text(sql, from, to)),
            (_, Type::Varchar(_) | Type::Char(_)) => super::cast_text::to_text(sql, from, to),
            (Type::Varchar(_) | Type::Char(_), _) => super::cast_text::from_text(sql, to),
            (Type::Json, _) => self.json_as(sql, to),
            (_, Type::Json) => self.as_json(sql, from),
            (from, to) if from == to => Some(sql.to_owned()),
            (from, to) if from.is_number() && to.is_number() => Some(number(sql, from, to)),
            (Type::Boolean, to) if to.is_number() => plain(),
            (from, Type::Boolean) if from.is_number() => Some(format!("({sql} <> 0)")),
            (from, to) if from.is_moment() && (to.is_moment() || matches!(to, Type::Time(_))) => moment(sql, from, to),
            (Type::Time(from), Type::Time(to)) if from <= to => Some(sql.to_owned()),
            (Type::Time(_), Type::Timestamp(_)) => Some(format!("(DATE '1970-01-01' + {sql})")),
            (Type::Varbinary, Type::Uuid) | (Type::Uuid, Type::Varbinary) => None,
            (Type::Array(from), Type::Array(to)) => self.elements(sql, from, to),
            (Type::Map(key, value), Type::Map(to_key, to_value)) => {
                let name = self.fresh('p');
                let key = self.cast_sql(&format!("struct_extract({name}, 'key')"), key, to_key)?;
                let value = self.cast_sql(&format!("struct_extract({name}, 'value')"), value, to_value)?;
                Some(format!(
                    "map_from_entries(list_transform(map_entries({sql}), lambda {name}: struct_pack(key := {key}, value := {value})))"
                ))
            }
            (Type::Row(from), Type::Row(to)) => self.fields(sql, from, to),
            _ => None,
        }
    }

    fn elements(&self, sql: &str, from: &Type, to: &Type) -> Option<String> {
        if from == to || from.in_duckdb() == to.in_duckdb() && coerce::fits(from, to) {
            return Some(sql.to_owned());
        }
        if *from == Type::Unknown {
            return Some(format!("CAST({sql} AS {}[])", to.in_duckdb()));
        }
        let name = self.fresh('p');
        let element = self.cast_sql(&name, from, to)?;
        Some(format!("list_transform({sql}, lambda {name}: {element})"))
    }

    fn fields(&self, sql: &str, from: &[Field], to: &[Field]) -> Option<String> {
        if from.len() != to.len() {
            return None;
        }
        let mut fields = Vec::new();
        for (at, (from, to)) in from.iter().zip(to).enumerate() {
            let value = format!("struct_extract({sql}, {})", super::text(&from.in_duckdb(at)));
            let value = self.cast_sql(&value, &from.data_type, &to.data_type)?;
            fields.push(format!("{} := {value}", super::quoted(&to.in_duckdb(at))));
        }
        Some(format!("(CASE WHEN {sql} IS NOT NULL THEN struct_pack({}) END)", fields.join(", ")))
    }
}

/// Text of another greatest length: cut; `char(n)` is filled with spaces.
fn sized_text(sql: &str, from: &Type, to: &Type) -> String {
    match (from, to) {
        (Type::Varchar(Some(from)), Type::Varchar(Some(to))) if from <= to => sql.to_owned(),
        (_, Type::Varchar(Some(length))) => format!("left({sql}, {length})"),
        (_, Type::Char(length)) => format!("rpad({sql}, {length}, ' ')"),
        _ => sql.to_owned(),
    }
}

fn number(sql: &str, from: &Type, to: &Type) -> String {
    // Half goes away from zero; DuckDB casts a double's half to the even neighbour.
    if from.is_floating() && to.is_integer() {
        return format!("CAST(round({sql}) AS {})", to.in_duckdb());
    }
    if from.is_floating() && matches!(to, Type::Decimal(..)) {
        // By way of the digits that stand for the double, which are what is rounded.
        return format!("CAST(CAST({sql} AS VARCHAR) AS {})", to.in_duckdb());
    }
    format!("CAST({sql} AS {})", to.in_duckdb())
}

fn moment(sql: &str, from: &Type, to: &Type) -> Option<String> {
    Some(match (from, to) {
        (Type::Date, Type::Timestamp(_)) => format!("CAST({sql} AS TIMESTAMP)"),
        (Type::Date | Type::Timestamp(_), Type::Zoned(_)) => format!("__zoned(CAST({sql} AS TIMESTAMP), 'UTC')"),
        (Type::Timestamp(from), Type::Timestamp(to)) => match from <= to {
            true => sql.to_owned(),
            false => rounded(sql, *to),
        },
        (Type::Timestamp(_), Type::Date) => format!("CAST({sql} AS DATE)"),
        (Type::Timestamp(_), Type::Time(_)) => format!("CAST({sql} AS TIME)"),
        (Type::Zoned(from), Type::Timestamp(to)) => match from <= to {
            true => format!("__local({sql})"),
            false => rounded(&format!("__local({sql})"), *to),
        },
        (Type::Zoned(_), Type::Date) => format!("CAST(__local({sql}) AS DATE)"),
        (Type::Zoned(_), Type::Time(_)) => format!("CAST(__local({sql}) AS TIME)"),
        (Type::Zoned(from), Type::Zoned(to)) => match from <= to {
            true => sql.to_owned(),
            false => {
                format!("__zoned({}, struct_extract({sql}, 'z'))", rounded(&format!("struct_extract({sql}, 't')"), *to))
            }
        },
        _ => return None,
    })
}

/// A timestamp with fewer digits after the seconds, half up.
pub(super) fn rounded(sql: &str, digits: u8) -> String {
    let unit = 10_i64.pow(u32::from(6_u8.saturating_sub(digits)));
    match unit {
        1 => sql.to_owned(),
        unit => format!("__round_micros({sql}, {unit})"),
    }
}
