//! `+ - * / %` and `||`. Behaviour: Trino's "Mathematical", "Decimal" and "Date and time" operators.

use sqlparser::ast::{BinaryOperator, Expr};

use super::coerce;
use super::data_type::{TEXT, Type};
use super::scope::Scope;
use super::{Answer, Translator, Typed, not_here};

impl Translator<'_> {
    /// An operator between two values.
    pub(super) fn binary(
        &self,
        scope: &Scope<'_>,
        (left, right): (&Expr, &Expr),
        op: &BinaryOperator,
        at: &Expr,
    ) -> Answer<Typed> {
        match op {
            BinaryOperator::And | BinaryOperator::Or => {
                let (left, right) = (self.boolean(scope, left)?, self.boolean(scope, right)?);
                return Ok(Typed::new(format!("({} {op} {})", left.sql, right.sql), Type::Boolean));
            }
            BinaryOperator::Eq
            | BinaryOperator::NotEq
            | BinaryOperator::Lt
            | BinaryOperator::LtEq
            | BinaryOperator::Gt
            | BinaryOperator::GtEq => {
                let (left, right) = (self.expr(scope, left)?, self.expr(scope, right)?);
                return Ok(Typed::new(self.compared(op, &left, &right, at)?, Type::Boolean));
            }
            _ => {}
        }
        let (a, b) = (self.expr(scope, left)?, self.expr(scope, right)?);
        match op {
            BinaryOperator::StringConcat => self.concatenated(&[a, b], at),
            BinaryOperator::Plus
            | BinaryOperator::Minus
            | BinaryOperator::Multiply
            | BinaryOperator::Divide
            | BinaryOperator::Modulo => self.arithmetic(op, a, b, at),
            _ => self.no_such_syntax(at, &format!("Athena knows no operator `{op}`")),
        }
    }

    /// `a op b` of two values.
    pub(super) fn arithmetic(&self, op: &BinaryOperator, a: Typed, b: Typed, at: &Expr) -> Answer<Typed> {
        let (a, b) = match (&a.data_type, &b.data_type) {
            (Type::Unknown, Type::Unknown) => {
                let null = Typed::new("CAST(NULL AS INTEGER)", Type::Integer);
                (null.clone(), null)
            }
            (Type::Unknown, other) if other.is_number() => {
                (Typed::new(format!("CAST(NULL AS {})", other.in_duckdb()), other.clone()), b)
            }
            (other, Type::Unknown) if other.is_number() => {
                let null = Typed::new(format!("CAST(NULL AS {})", other.in_duckdb()), other.clone());
                (a, null)
            }
            _ => (a, b),
        };
        if !a.data_type.is_number() || !b.data_type.is_number() {
            if let Some(found) = moments(op, &a, &b) {
                return Ok(found);
            }
            let message = format!("`{op}` between a {} and a {}", a.data_type, b.data_type);
            return self.wrong(
                at,
                message,
                "cast one of them with `cast(… as …)`; dates move by intervals, as in `d + interval '1' day`",
            );
        }
        let Some(wanted) = coerce::common(&a.data_type, &b.data_type) else {
            return not_here(format!("{} {op} {}", a.data_type, b.data_type));
        };
        if matches!(wanted, Type::Decimal(..)) {
            return decimals(op, &a, &b);
        }
        let (left, right) = (self.coerced(&a, &wanted)?, self.coerced(&b, &wanted)?);
        let sql = match op {
            BinaryOperator::Divide if wanted.is_integer() => format!("({left} // {right})"),
            BinaryOperator::Modulo if wanted.is_floating() => {
                format!("CAST(__float_mod({left}, {right}) AS {})", wanted.in_duckdb())
            }
            _ => format!("({left} {op} {right})"),
        };
        Ok(Typed::new(sql, wanted))
    }

    /// `a || b`, and `concat`.
    pub(super) fn concatenated(&self, values: &[Typed], at: &Expr) -> Answer<Typed> {
        if values.iter().any(|value| matches!(value.data_type, Type::Array(_))) {
            return self.joined_arrays(values, at);
        }
        if values.iter().any(|value| value.data_type == Type::Varbinary) {
            if values.iter().all(|value| matches!(value.data_type, Type::Varbinary | Type::Unknown)) {
                let parts: Vec<&str> = values.iter().map(|value| value.sql.as_str()).collect();
                return Ok(Typed::new(format!("({})", parts.join(" || ")), Type::Varbinary));
            }
        } else if let Some(wrong) =
            values.iter().find(|value| !value.data_type.is_text() && value.data_type != Type::Unknown)
        {
            let message = format!("text and a {} cannot be put together", wrong.data_type);
            return self.wrong(at, message, "cast it: `cast(… as varchar)`");
        }
        // Beside an untyped null Athena takes the operator of arrays, or cannot tell which is meant.
        if values.len() == 2 && values.iter().any(|value| value.data_type == Type::Unknown) {
            return not_here("text || null without a type");
        }
        let parts = values.iter().map(|value| self.coerced(value, &TEXT)).collect::<Answer<Vec<_>>>()?;
        Ok(Typed::new(format!("({})", parts.join(" || ")), TEXT))
    }

    fn joined_arrays(&self, values: &[Typed], at: &Expr) -> Answer<Typed> {
        let element = |value: &Typed| match &value.data_type {
            Type::Array(element) => (**element).clone(),
            other => other.clone(),
        };
        if values.iter().any(|value| value.data_type == Type::Unknown) {
            return not_here("array || null");
        }
        let is_empty = |value: &Typed| value.data_type == Type::array(Type::Unknown);
        if values.iter().any(is_empty) && !values.iter().all(is_empty) {
            return self.wrong(
                at,
                "an empty array beside another: Athena cannot tell which `||` is meant",
                "cast it: `cast(array[] as array(integer))`",
            );
        }
        let elements: Vec<Type> = values.iter().map(element).collect();
        let Some(common) = coerce::common_of(elements.iter()) else {
            return self.wrong(at, "arrays of different types cannot be put together", "cast one of them");
        };
        let array = Type::array(common.clone());
        let part = |value: &Typed| match &value.data_type {
            Type::Array(_) => self.coerced(value, &array),
            _ => Ok(format!("[{}]", self.coerced(value, &common)?)),
        };
        let mut parts = values.iter().map(part).collect::<Answer<Vec<_>>>()?.into_iter();
        let first = parts.next().unwrap_or_default();
        let sql = parts.fold(first, |known, next| format!("__array_concat({known}, {next})"));
        Ok(Typed::new(sql, array))
    }
}

/// Decimals keep their scale: how far, Trino's manual says under "Binary arithmetic decimal operators".
fn decimals(op: &BinaryOperator, a: &Typed, b: &Typed) -> Answer<Typed> {
    let (Some((p1, s1)), Some((p2, s2))) = (a.data_type.as_decimal(), b.data_type.as_decimal()) else {
        return not_here(format!("{} {op} {}", a.data_type, b.data_type));
    };
    let left = format!("CAST({} AS DECIMAL({p1},{s1}))", a.sql);
    let right = format!("CAST({} AS DECIMAL({p2},{s2}))", b.sql);
    let scale = s1.max(s2);
    let (precision, scale) = match op {
        BinaryOperator::Plus | BinaryOperator::Minus => ((p1 - s1).max(p2 - s2) + scale + 1, scale),
        BinaryOperator::Multiply => (p1 + p2, s1 + s2),
        BinaryOperator::Divide => (p1 + s2 + s2.saturating_sub(s1), scale),
        _ => ((p1 - s1).min(p2 - s2) + scale, scale),
    };
    if scale > 38 {
        return not_here("a decimal with more than 38 digits after the point");
    }
    let precision = precision.min(38);
    let wanted = Type::Decimal(precision, scale);
    let sql = match op {
        // More digits than a machine's number has: by the digits themselves.
        BinaryOperator::Divide if p1 + scale + s2 - s1 > 38 => {
            format!(
                "CAST(__quotient(CAST({left} AS VARCHAR), CAST({right} AS VARCHAR), '{scale}') AS {})",
                wanted.in_duckdb()
            )
        }
        BinaryOperator::Divide => {
            let zeros = scale + s2 - s1;
            format!(
                "CAST(__scaled(__div_half_up(__unscaled({left}) * {}::HUGEINT, __unscaled({right})), {}) AS {})",
                power(zeros),
                unit(scale),
                wanted.in_duckdb()
            )
        }
        BinaryOperator::Multiply => format!("CAST(({left} * {right}) AS {})", wanted.in_duckdb()),
        BinaryOperator::Modulo => {
            format!("CAST(__decimal_mod({left}, {right}) AS {})", wanted.in_duckdb())
        }
        _ => {
            let wide = wanted.in_duckdb();
            format!("CAST((CAST({left} AS {wide}) {op} CAST({right} AS {wide})) AS {wide})")
        }
    };
    Ok(Typed::new(sql, wanted))
}

/// One and so many zeros.
pub(super) fn power(zeros: u8) -> String {
    format!("1{}", "0".repeat(usize::from(zeros)))
}

/// The smallest decimal of a scale: `0.01` for two.
pub(super) fn unit(scale: u8) -> String {
    match scale {
        0 => "CAST(1 AS DECIMAL(1,0))".to_owned(),
        _ => format!("CAST('0.{}1' AS DECIMAL({scale},{scale}))", "0".repeat(usize::from(scale) - 1)),
    }
}

/// Dates, moments and intervals.
fn moments(op: &BinaryOperator, a: &Typed, b: &Typed) -> Option<Typed> {
    use BinaryOperator::{Divide, Minus, Multiply, Plus};
    let (x, y) = (&a.sql, &b.sql);
    let found = |sql: String, data_type: &Type| Some(Typed::new(sql, data_type.clone()));
    match (&a.data_type, op, &b.data_type) {
        (Type::Months | Type::Days, Plus, moment) if moment.is_moment() || matches!(moment, Type::Time(_)) => {
            moments(op, b, a)
        }
        (Type::Date, Plus | Minus, Type::Days) => found(format!("__date_days({x} {op} {y})"), &Type::Date),
        (Type::Date, Plus | Minus, Type::Months) => found(format!("CAST(({x} {op} {y}) AS DATE)"), &Type::Date),
        (Type::Timestamp(digits), Plus | Minus, Type::Days | Type::Months) => {
            let digits = if b.data_type == Type::Days { (*digits).max(3) } else { *digits };
            found(format!("({x} {op} {y})"), &Type::Timestamp(digits))
        }
        (Type::Zoned(_), Plus | Minus, Type::Days) => {
            found(format!("__zoned(struct_extract({x}, 't') {op} {y}, struct_extract({x}, 'z'))"), &a.data_type)
        }
        (Type::Zoned(_), Plus | Minus, Type::Months) => {
            found(format!("__at_local(__local({x}) {op} {y}, struct_extract({x}, 'z'))"), &a.data_type)
        }
        (Type::Time(digits), Plus | Minus, Type::Days) => {
            found(format!("({x} {op} {y})"), &Type::Time((*digits).max(3)))
        }
        (Type::Date, Minus, Type::Date) => found(format!("to_days(CAST(({x} - {y}) AS INTEGER))"), &Type::Days),
        (Type::Zoned(_), Minus, Type::Zoned(_)) => {
            found(format!("(struct_extract({x}, 't') - struct_extract({y}, 't'))"), &Type::Days)
        }
        (Type::Timestamp(_) | Type::Date, Minus, Type::Timestamp(_) | Type::Date) => {
            found(format!("(CAST({x} AS TIMESTAMP) - CAST({y} AS TIMESTAMP))"), &Type::Days)
        }
        (Type::Months, Plus | Minus, Type::Months) | (Type::Days, Plus | Minus, Type::Days) => {
            found(format!("({x} {op} {y})"), &a.data_type)
        }
        (number, Multiply, Type::Months | Type::Days) if number.is_integer() => {
            found(format!("({y} * CAST({x} AS BIGINT))"), &b.data_type)
        }
        (Type::Months | Type::Days, Multiply, number) if number.is_integer() => {
            found(format!("({x} * CAST({y} AS BIGINT))"), &a.data_type)
        }
        (Type::Days, Divide, number) if number.is_number() => {
            found(format!("__days_by({x}, CAST({y} AS DOUBLE))"), &Type::Days)
        }
        _ => None,
    }
}
