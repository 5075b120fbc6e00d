//! Which types Trino turns into which by itself. Behaviour: Trino's "Conversion functions" and its type coercion.

use super::data_type::{Field, Type};

/// Whether a value of `from` may stand where `to` is wanted.
pub(super) fn fits(from: &Type, to: &Type) -> bool {
    if from == to || *from == Type::Unknown {
        return true;
    }
    match (from, to) {
        (Type::Varchar(_), Type::Varchar(None)) | (Type::Char(_), Type::Varchar(_)) => true,
        (Type::Varchar(Some(from)), Type::Varchar(Some(to))) => from <= to,
        (Type::Char(from), Type::Char(to)) => from <= to,
        (Type::Timestamp(_) | Type::Date, Type::Timestamp(_) | Type::Zoned(_)) | (Type::Zoned(_), Type::Zoned(_)) => {
            true
        }
        (Type::Time(_), Type::Time(_)) => true,
        (Type::Array(from), Type::Array(to)) => fits(from, to),
        (Type::Map(key, value), Type::Map(to_key, to_value)) => fits(key, to_key) && fits(value, to_value),
        (Type::Row(from), Type::Row(to)) => {
            from.len() == to.len() && from.iter().zip(to).all(|(from, to)| fits(&from.data_type, &to.data_type))
        }
        _ => fits_number(from, to),
    }
}

fn fits_number(from: &Type, to: &Type) -> bool {
    match (from, to) {
        (Type::Real, Type::Double) => true,
        (Type::Decimal(..), Type::Real | Type::Double) => true,
        (from, Type::Real | Type::Double) => from.is_integer(),
        (from, Type::Decimal(precision, scale)) => from
            .as_decimal()
            .is_some_and(|(from, from_scale)| from_scale <= *scale && from - from_scale <= precision - scale),
        (from, to) if from.is_integer() && to.is_integer() => width(from) <= width(to),
        _ => false,
    }
}

fn width(integer: &Type) -> u8 {
    match integer {
        Type::Tinyint => 1,
        Type::Smallint => 2,
        Type::Integer => 4,
        _ => 8,
    }
}

/// The type that holds the values of both, if Trino finds one.
pub(super) fn common(a: &Type, b: &Type) -> Option<Type> {
    if a == b || *b == Type::Unknown {
        return Some(a.clone());
    }
    match (a, b) {
        (Type::Unknown, _) => Some(b.clone()),
        (Type::Varchar(a), Type::Varchar(b)) => Some(Type::Varchar(a.zip(*b).map(|(a, b)| a.max(b)))),
        (Type::Char(a), Type::Char(b)) => Some(Type::Char(*a.max(b))),
        (Type::Char(a), Type::Varchar(Some(b))) | (Type::Varchar(Some(b)), Type::Char(a)) => {
            Some(Type::Char(*a.max(b)))
        }
        (Type::Timestamp(a), Type::Timestamp(b)) => Some(Type::Timestamp(*a.max(b))),
        (Type::Zoned(a), Type::Zoned(b) | Type::Timestamp(b)) | (Type::Timestamp(a), Type::Zoned(b)) => {
            Some(Type::Zoned(*a.max(b)))
        }
        (Type::Time(a), Type::Time(b)) => Some(Type::Time(*a.max(b))),
        (Type::Array(a), Type::Array(b)) => Some(Type::array(common(a, b)?)),
        (Type::Map(a, b), Type::Map(c, d)) => Some(Type::map(common(a, c)?, common(b, d)?)),
        (Type::Row(a), Type::Row(b)) if a.len() == b.len() => {
            let field = |(a, b): (&Field, &Field)| {
                let name = if a.name == b.name { a.name.clone() } else { None };
                Some(Field { name, data_type: common(&a.data_type, &b.data_type)? })
            };
            a.iter().zip(b).map(field).collect::<Option<Vec<_>>>().map(Type::Row)
        }
        _ if fits(a, b) => Some(b.clone()),
        _ if fits(b, a) => Some(a.clone()),
        _ => common_decimal(a, b),
    }
}

fn common_decimal(a: &Type, b: &Type) -> Option<Type> {
    let ((p1, s1), (p2, s2)) = (a.as_decimal()?, b.as_decimal()?);
    let scale = s1.max(s2);
    Some(Type::Decimal(((p1 - s1).max(p2 - s2) + scale).min(38), scale))
}

/// The type that holds the values of all.
pub(super) fn common_of<'t>(mut types: impl Iterator<Item = &'t Type>) -> Option<Type> {
    let first = types.next()?.clone();
    types.try_fold(first, |known, next| common(&known, next))
}
