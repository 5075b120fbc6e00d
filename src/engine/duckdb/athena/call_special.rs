//! Functions whose meaning no signature can say: `if`, `coalesce`, `try`, `typeof`, decimals that keep their scale.

use sqlparser::ast::{BinaryOperator, DateTimeField, Expr, Function, TrimWhereField};

use super::arithmetic::{power, unit};
use super::call::Argument;
use super::data_type::{TEXT, Type};
use super::scope::Scope;
use super::{Answer, Translator, Typed, not_here};
use crate::engine::duckdb::native;

impl Translator<'_> {
    /// The call, if it is one of these functions.
    pub(super) fn special(
        &self,
        scope: &Scope<'_>,
        name: &str,
        written: &[&Expr],
        call: &Function,
    ) -> Option<Answer<Typed>> {
        Some(match (name, written) {
            ("if", [condition, then]) => self.chosen(scope, condition, then, None),
            ("if", [condition, then, otherwise]) => self.chosen(scope, condition, then, Some(otherwise)),
            ("coalesce", [first, _, ..]) => self.coalesced(scope, written, first),
            ("nullif", [a, b]) => self.null_if(scope, a, b),
            ("try", [inner]) => self.tried(scope, inner),
            ("typeof", [inner]) => self.type_name(scope, inner),
            ("greatest" | "least", [first, ..]) => self.most(scope, name, written, first),
            ("concat", [first, _, ..]) => {
                self.values(scope, written).and_then(|values| self.concatenated(&values, first))
            }
            ("row", [_, ..]) => {
                let values: Vec<Expr> = written.iter().map(|value| (*value).clone()).collect();
                self.row(scope, &values)
            }
            ("map", []) => Ok(Typed::new(
                "MAP(CAST([] AS INTEGER[]), CAST([] AS INTEGER[]))",
                Type::map(Type::Unknown, Type::Unknown),
            )),
            ("date", [inner]) => self.expr(scope, inner).and_then(|value| self.converted(&value, &Type::Date, *inner)),
            ("mod", [a, b]) => match (self.expr(scope, a), self.expr(scope, b)) {
                (Ok(left), Ok(right)) => self.arithmetic(&BinaryOperator::Modulo, left, right, a),
                (Err(error), _) | (_, Err(error)) => Err(error),
            },
            ("array_join", [array, separator, rest @ ..]) if rest.len() < 2 => {
                self.array_join(scope, (array, separator), rest.first().copied())
            }
            ("json_exists" | "json_query" | "json_value", [_, path]) if !is_known_path(path) => {
                not_here(format!("{name} with such a path"))
            }
            ("normalize", [inner, Expr::Identifier(form)]) => match form.value.to_lowercase().as_str() {
                "nfc" => self.call_by_name(scope, name, &[inner], inner),
                form => not_here(format!("normalize to {form}")),
            },
            ("format", [Expr::Value(pattern), _, ..])
                if native::format::unknown_code(&pattern.to_string()).is_some() =>
            {
                let code = native::format::unknown_code(&pattern.to_string()).unwrap_or_default();
                not_here(format!("format with `%{code}`"))
            }
            ("format", [pattern, rest @ ..]) if !rest.is_empty() => self.format(scope, pattern, rest),
            ("grouping", [_, ..]) => self.grouping_of(scope, written, call),
            ("round" | "truncate" | "ceil" | "ceiling" | "floor" | "sign", [_, ..]) => {
                self.rounded_call(scope, name, written, call)
            }
            _ => return None,
        })
    }

    /// `round(x)` and its kin: a decimal stays a decimal, and `truncate` makes one of a whole number.
    fn rounded_call(&self, scope: &Scope<'_>, name: &str, written: &[&Expr], call: &Function) -> Answer<Typed> {
        let mut arguments = self.arguments(scope, written)?;
        if name == "truncate"
            && let Some(Argument::Value(value)) = arguments.first_mut()
            && value.data_type.is_integer()
            && let Some((precision, _)) = value.data_type.as_decimal()
        {
            let decimal = Type::Decimal(precision, 0);
            *value = Typed::new(format!("CAST({} AS {})", value.sql, decimal.in_duckdb()), decimal);
        }
        match self.of_decimals(name, &arguments) {
            Some(found) => found,
            None => self.call(scope, name, arguments, call),
        }
    }

    fn values(&self, scope: &Scope<'_>, written: &[&Expr]) -> Answer<Vec<Typed>> {
        written.iter().map(|value| self.expr(scope, value)).collect()
    }

    fn chosen(&self, scope: &Scope<'_>, condition: &Expr, then: &Expr, otherwise: Option<&Expr>) -> Answer<Typed> {
        let condition = self.boolean(scope, condition)?;
        let otherwise = match otherwise {
            Some(otherwise) => self.expr(scope, otherwise)?,
            None => Typed::new("NULL", Type::Unknown),
        };
        let (sql, data_type) = self.alike(then, vec![self.expr(scope, then)?, otherwise])?;
        Ok(Typed::new(format!("(CASE WHEN {} THEN {} ELSE {} END)", condition.sql, sql[0], sql[1]), data_type))
    }

    fn coalesced(&self, scope: &Scope<'_>, written: &[&Expr], at: &Expr) -> Answer<Typed> {
        let (sql, data_type) = self.alike(at, self.values(scope, written)?)?;
        Ok(Typed::new(format!("coalesce({})", sql.join(", ")), data_type))
    }

    fn null_if(&self, scope: &Scope<'_>, a: &Expr, b: &Expr) -> Answer<Typed> {
        let (left, right) = (self.expr(scope, a)?, self.expr(scope, b)?);
        let equal = self.compared(&BinaryOperator::Eq, &left, &right, a)?;
        Ok(Typed::new(format!("(CASE WHEN {equal} THEN NULL ELSE {} END)", left.sql), left.data_type))
    }

    fn most(&self, scope: &Scope<'_>, name: &str, written: &[&Expr], at: &Expr) -> Answer<Typed> {
        let (sql, data_type) = self.alike(at, self.values(scope, written)?)?;
        if data_type.is_nested() {
            return not_here(format!("{name} of {data_type}"));
        }
        let known: Vec<String> = sql.iter().map(|value| format!("{value} IS NOT NULL")).collect();
        let most = format!("{name}({})", sql.join(", "));
        // What is not a number is the greatest of no others; `greatest` passes over null.
        let most = match data_type.is_floating() && name == "greatest" {
            true => {
                let numbers: Vec<String> =
                    sql.iter().map(|value| format!("CASE WHEN NOT isnan({value}) THEN {value} END")).collect();
                format!("coalesce(greatest({}), {most})", numbers.join(", "))
            }
            false => most,
        };
        Ok(Typed::new(format!("(CASE WHEN {} THEN {most} END)", known.join(" AND ")), data_type))
    }

    fn type_name(&self, scope: &Scope<'_>, inner: &Expr) -> Answer<Typed> {
        let value = self.expr(scope, inner)?;
        let name = value.data_type.to_string();
        // The length of a text that a function gives is not followed here.
        let is_written = matches!(inner, Expr::Value(_) | Expr::Cast { .. } | Expr::TypedString(_));
        if (name.contains("char") && !is_written)
            || (name.contains("timestamp")
                && matches!(inner, Expr::Identifier(_) | Expr::CompoundIdentifier(_))
                && !scope.columns.is_empty())
        {
            return not_here(format!("typeof of a {name}"));
        }
        Ok(Typed::new(super::text(&name), TEXT))
    }

    fn array_join(&self, scope: &Scope<'_>, (array, separator): (&Expr, &Expr), nulls: Option<&Expr>) -> Answer<Typed> {
        let value = self.expr(scope, array)?;
        if !matches!(value.data_type, Type::Array(_) | Type::Unknown) {
            return self.wrong(array, format!("`array_join` takes an array, and this is a {}", value.data_type), "");
        }
        let texts = self.converted(&value, &Type::array(TEXT), array)?;
        let separator = self.text_value(scope, separator)?;
        Ok(Typed::new(
            match nulls {
                None => format!("__array_join({}, {separator})", texts.sql),
                Some(nulls) => {
                    format!("__array_join_or({}, {separator}, {})", texts.sql, self.text_value(scope, nulls)?)
                }
            },
            TEXT,
        ))
    }

    /// `format('%05d', x)`: each value as text, with the kind that its code must fit.
    fn format(&self, scope: &Scope<'_>, pattern: &Expr, rest: &[&Expr]) -> Answer<Typed> {
        let pattern = self.text_value(scope, pattern)?;
        let mut parts = vec![pattern];
        for expr in rest {
            let value = self.expr(scope, expr)?;
            let kind = match &value.data_type {
                data_type if data_type.is_integer() => 'd',
                Type::Real | Type::Double => 'f',
                Type::Decimal(..) => 'n',
                Type::Boolean => 'b',
                Type::Varchar(_) | Type::Char(_) | Type::Date | Type::Unknown => 's',
                other => return not_here(format!("format of a {other}")),
            };
            parts.push(format!("'{kind}' || coalesce(CAST({} AS VARCHAR), chr(1))", value.sql));
        }
        Ok(Typed::new(format!("__format({})", parts.join(", ")), TEXT))
    }

    /// Rounding that keeps a decimal a decimal; none if the first argument is not one.
    pub(super) fn of_decimals(&self, name: &str, arguments: &[Argument<'_>]) -> Option<Answer<Typed>> {
        let [Argument::Value(value), rest @ ..] = arguments else { return None };
        let Type::Decimal(precision, scale) = value.data_type else { return None };
        let unscaled = format!("__unscaled({})", value.sql);
        let whole = Type::Decimal((precision - scale + u8::from(scale > 0)).clamp(1, 38), 0);
        let cast = |sql: String, data_type: Type| {
            Some(Ok(Typed::new(format!("CAST({sql} AS {})", data_type.in_duckdb()), data_type)))
        };
        let zeros = format!("{}::HUGEINT", power(scale));
        match (name, rest) {
            ("sign", []) => cast(format!("sign({})", value.sql), Type::Decimal(1, 0)),
            ("round", []) => cast(format!("__div_half_up({unscaled}, {zeros})"), whole),
            ("truncate", []) => cast(format!("({unscaled} // {zeros})"), Type::Decimal((precision - scale).max(1), 0)),
            ("floor", []) => cast(format!("__div_floor({unscaled}, {zeros})"), whole),
            ("ceil" | "ceiling", []) => cast(format!("(-__div_floor(-{unscaled}, {zeros}))"), whole),
            ("round" | "truncate", [Argument::Value(digits)]) if digits.data_type.is_integer() => {
                let grows = u8::from(name == "round");
                let data_type = Type::Decimal((precision + grows).min(38), scale);
                let sql = format!("__scaled(__{name}_to({unscaled}, {scale} - {}), {})", digits.sql, unit(scale));
                cast(sql, data_type)
            }
            _ => None,
        }
    }

    /// `substring(x from a for b)` and `trim(both 'x' from y)`.
    pub(super) fn text_syntax(&self, scope: &Scope<'_>, expr: &Expr) -> Answer<Typed> {
        match expr {
            Expr::Substring { expr: inner, substring_from: Some(from), substring_for, .. } => {
                let mut written = vec![&**inner, &**from];
                written.extend(substring_for.as_deref());
                self.call_by_name(scope, "substr", &written, expr)
            }
            Expr::Trim { trim_where, trim_what, expr: inner, trim_characters } => {
                let name = match trim_where {
                    None | Some(TrimWhereField::Both) => "trim",
                    Some(TrimWhereField::Leading) => "ltrim",
                    Some(TrimWhereField::Trailing) => "rtrim",
                };
                let mut written = vec![&**inner];
                written.extend(trim_what.as_deref());
                written.extend(trim_characters.iter().flatten());
                self.call_by_name(scope, name, &written, expr)
            }
            _ => self.no_such_syntax(expr, "Athena has no such expression"),
        }
    }

    /// `extract(year from d)`.
    pub(super) fn extract(&self, scope: &Scope<'_>, field: &DateTimeField, inner: &Expr) -> Answer<Typed> {
        let name = field.to_string().to_lowercase();
        let name = match name.as_str() {
            "dayofweek" => "day_of_week",
            "dayofyear" => "day_of_year",
            "year" | "quarter" | "month" | "week" | "day" | "day_of_month" | "day_of_week" | "dow" | "day_of_year"
            | "doy" | "year_of_week" | "yow" | "hour" | "minute" | "second" | "timezone_hour" | "timezone_minute" => {
                &name
            }
            _ => return self.no_such_syntax(inner, &format!("Athena extracts no `{name}`")),
        };
        let value = self.expr(scope, inner)?;
        let is_clocks = matches!(name, "hour" | "minute" | "second" | "timezone_hour" | "timezone_minute");
        let has_none = match value.data_type {
            Type::Date => is_clocks,
            Type::Timestamp(_) => name.starts_with("timezone"),
            _ => false,
        };
        if has_none {
            return self.wrong(
                inner,
                format!("a {} has no {name}", value.data_type),
                "extract what it has, or cast it",
            );
        }
        self.call(scope, name, vec![Argument::Value(value)], inner)
    }
}

/// Whether a path of SQL/JSON is one that can be walked here.
fn is_known_path(path: &Expr) -> bool {
    match path {
        Expr::Value(value) => match &value.value {
            sqlparser::ast::Value::SingleQuotedString(path) => native::json_path::sql(path).is_some(),
            _ => false,
        },
        _ => false,
    }
}
