//! Conditions: comparisons, `in`, `between`, `like`, `is null`.
//!
//! Trino compares values of one type only, and its rows and arrays hold nulls that are neither equal nor unequal.

use sqlparser::ast::{BinaryOperator, Expr, Query};

use super::coerce;
use super::data_type::{TEXT, Type};
use super::scope::Scope;
use super::{Answer, Translator, Typed, not_here};

impl Translator<'_> {
    /// The kinds of expressions that are true, false or null.
    pub(super) fn condition(&self, scope: &Scope<'_>, expr: &Expr) -> Answer<Typed> {
        let sql = match expr {
            Expr::IsNull(inner) => format!("({} IS NULL)", self.expr(scope, inner)?.sql),
            Expr::IsNotNull(inner) => format!("({} IS NOT NULL)", self.expr(scope, inner)?.sql),
            Expr::IsDistinctFrom(left, right) => self.distinct(scope, (left, right), "", expr)?,
            Expr::IsNotDistinctFrom(left, right) => self.distinct(scope, (left, right), "NOT ", expr)?,
            Expr::InList { expr: inner, list, negated } => self.in_list(scope, inner, list, *negated)?,
            Expr::InSubquery { expr: inner, subquery, negated } => self.in_query(scope, inner, subquery, *negated)?,
            Expr::Between { expr: inner, negated, low, high } => {
                let [value, low, high] = [&**inner, &**low, &**high].map(|part| self.expr(scope, part));
                let value = value?;
                let low = self.compared(&BinaryOperator::GtEq, &value, &low?, expr)?;
                let high = self.compared(&BinaryOperator::LtEq, &value, &high?, expr)?;
                format!("({}({low} AND {high}))", not(*negated))
            }
            Expr::Like { negated, any: false, expr: inner, pattern, escape_char } => {
                let (value, pattern) = (self.text_value(scope, inner)?, self.text_value(scope, pattern)?);
                let escape = match escape_char {
                    Some(escape) => format!(" ESCAPE {}", self.text_value(scope, escape)?),
                    None => String::new(),
                };
                format!("({value} {}LIKE {pattern}{escape})", not(*negated))
            }
            Expr::AnyOp { left, compare_op, right, .. } => self.quantified(scope, (left, right), compare_op, "ANY")?,
            Expr::AllOp { left, compare_op, right } => self.quantified(scope, (left, right), compare_op, "ALL")?,
            Expr::ILike { .. } => return self.no_such_syntax(expr, "Athena knows no `ilike`: write `lower(x) like …`"),
            Expr::GroupingSets(_) | Expr::Cube(_) | Expr::Rollup(_) => {
                return self.no_such_syntax(expr, "this stands after `group by` only");
            }
            _ => return self.no_such_syntax(expr, "Athena has no such expression"),
        };
        Ok(Typed::new(sql, Type::Boolean))
    }

    /// A value that is text, in DuckDB's words.
    pub(super) fn text_value(&self, scope: &Scope<'_>, expr: &Expr) -> Answer<String> {
        let value = self.expr(scope, expr)?;
        if !value.data_type.is_text() && value.data_type != Type::Unknown {
            return self.wrong(
                expr,
                format!("text is wanted here, and this is a {}", value.data_type),
                "cast it: `cast(… as varchar)`",
            );
        }
        self.coerced(&value, &TEXT)
    }

    /// `a op b`, which are cast to the type that they have in common.
    pub(super) fn compared(&self, op: &BinaryOperator, a: &Typed, b: &Typed, at: &Expr) -> Answer<String> {
        let Some(wanted) = coerce::common(&a.data_type, &b.data_type) else {
            let message = format!("a {} is compared with a {}", a.data_type, b.data_type);
            let help = "cast one of them with `cast(… as …)`; a date is written `date '2024-01-31'`";
            return self.wrong(at, message, help);
        };
        if wanted == Type::Unknown {
            return Ok("CAST(NULL AS BOOLEAN)".to_owned());
        }
        let (left, right) = (self.coerced(a, &wanted)?, self.coerced(b, &wanted)?);
        compare_sql(op, (&left, &right), &wanted)
    }

    fn distinct(&self, scope: &Scope<'_>, (left, right): (&Expr, &Expr), not: &str, at: &Expr) -> Answer<String> {
        let values = vec![self.expr(scope, left)?, self.expr(scope, right)?];
        let (sql, data_type) = self.alike(at, values)?;
        let part = |sql: &String| match data_type {
            Type::Zoned(_) => format!("struct_extract({sql}, 't')"),
            _ => sql.clone(),
        };
        Ok(format!("({} IS {not}DISTINCT FROM {})", part(&sql[0]), part(&sql[1])))
    }

    fn in_list(&self, scope: &Scope<'_>, inner: &Expr, list: &[Expr], negated: bool) -> Answer<String> {
        if list.is_empty() {
            return self.no_such_syntax(inner, "`in ()` has no values");
        }
        let mut values = vec![self.expr(scope, inner)?];
        for value in list {
            values.push(self.expr(scope, value)?);
        }
        let (sql, data_type) = self.alike(inner, values)?;
        if data_type.is_nested() || data_type.is_floating() || data_type.has_zone() {
            let equal = |other: &String| compare_sql(&BinaryOperator::Eq, (&sql[0], other), &data_type);
            let any = sql[1..].iter().map(equal).collect::<Answer<Vec<_>>>()?;
            return Ok(format!("({}({}))", not(negated), any.join(" OR ")));
        }
        Ok(format!("({} {}IN ({}))", sql[0], not(negated), sql[1..].join(", ")))
    }

    fn in_query(&self, scope: &Scope<'_>, inner: &Expr, query: &Query, negated: bool) -> Answer<String> {
        let value = self.expr(scope, inner)?;
        let relation = self.query(query, scope)?;
        if matches!(value.data_type, Type::Row(_)) && relation.columns.len() > 1 {
            return not_here("(…) in (select …)");
        }
        let [column] = relation.columns.as_slice() else {
            return self.wrong(query, "a query after `in` selects one column", "leave the other columns out");
        };
        let Some(wanted) = coerce::common(&value.data_type, &column.data_type) else {
            let message = format!("a {} is looked for among {} values", value.data_type, column.data_type);
            return self.wrong(inner, message, "cast one of them with `cast(… as …)`");
        };
        if wanted.is_nested() || wanted.has_zone() {
            return not_here(format!("in (select …) of {wanted}"));
        }
        let name = self.fresh('r');
        let found = Typed::new(format!("{name}.c1"), column.data_type.clone());
        let (left, right) = (self.coerced(&value, &wanted)?, self.coerced(&found, &wanted)?);
        let sql = format!("({left} {}IN (SELECT {right} FROM ({}) AS {name}))", not(negated), relation.sql);
        Ok(self.taken_out(scope, Typed::new(sql, Type::Boolean)).sql)
    }

    fn quantified(
        &self,
        scope: &Scope<'_>,
        (left, right): (&Expr, &Expr),
        op: &BinaryOperator,
        word: &str,
    ) -> Answer<String> {
        let Expr::Subquery(query) = right else {
            return self.no_such_syntax(right, "`any` and `all` take a query in brackets");
        };
        let value = self.expr(scope, left)?;
        let relation = self.query(query, scope)?;
        let types = relation.columns.first().map(|column| &column.data_type).zip(Some(&value.data_type));
        let Some(wanted) = types.and_then(|(a, b)| coerce::common(a, b)).filter(|_| relation.columns.len() == 1) else {
            return self.wrong(left, "the values of this comparison have different types", "cast one of them");
        };
        if wanted.is_nested() || wanted.has_zone() || wanted.is_floating() {
            return not_here(format!("{op} {word} of {wanted}"));
        }
        let name = self.fresh('r');
        let found = Typed::new(format!("{name}.c1"), relation.columns[0].data_type.clone());
        let (left, right) = (self.coerced(&value, &wanted)?, self.coerced(&found, &wanted)?);
        let sql = format!("({left} {op} {word} (SELECT {right} FROM ({}) AS {name}))", relation.sql);
        Ok(self.taken_out(scope, Typed::new(sql, Type::Boolean)).sql)
    }
}

fn not(negated: bool) -> &'static str {
    if negated { "NOT " } else { "" }
}

/// A comparison of two values of one type.
pub(super) fn compare_sql(op: &BinaryOperator, (left, right): (&str, &str), data_type: &Type) -> Answer<String> {
    let is_equality = matches!(op, BinaryOperator::Eq | BinaryOperator::NotEq);
    Ok(match data_type {
        Type::Zoned(_) => format!("(struct_extract({left}, 't') {op} struct_extract({right}, 't'))"),
        // Nothing compares with what is not a number, itself included; DuckDB holds it for the greatest.
        Type::Real | Type::Double => {
            let name = match op {
                BinaryOperator::Eq => "eq",
                BinaryOperator::NotEq => "ne",
                BinaryOperator::Lt => "lt",
                BinaryOperator::LtEq => "le",
                BinaryOperator::Gt => "gt",
                _ => "ge",
            };
            format!("__float_{name}({left}, {right})")
        }
        Type::Row(fields) if is_equality => {
            let equal = |(at, field): (usize, &super::data_type::Field)| {
                let name = super::text(&field.in_duckdb(at));
                let sides = (format!("struct_extract({left}, {name})"), format!("struct_extract({right}, {name})"));
                compare_sql(&BinaryOperator::Eq, (&sides.0, &sides.1), &field.data_type)
            };
            let all = fields.iter().enumerate().map(equal).collect::<Answer<Vec<_>>>()?;
            let not = if *op == BinaryOperator::NotEq { "NOT " } else { "" };
            format!("(CASE WHEN {left} IS NULL OR {right} IS NULL THEN NULL ELSE {not}({}) END)", all.join(" AND "))
        }
        Type::Array(element) if is_equality && !element.is_nested() && !element.has_zone() => {
            let not = if *op == BinaryOperator::NotEq { "NOT " } else { "" };
            format!("({not}__array_equal({left}, {right}))")
        }
        nested if nested.is_nested() => return not_here(format!("{op} of {nested}")),
        _ => format!("({left} {op} {right})"),
    })
}
