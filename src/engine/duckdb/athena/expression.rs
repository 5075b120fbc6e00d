//! Expressions: each kind of node, handed to the file that knows it.

use sqlparser::ast::{CaseWhen, CeilFloorKind, Expr, Ident, Query, UnaryOperator};

use super::coerce;
use super::data_type::Type;
use super::place::Placed;
use super::scope::{Column, Scope};
use super::{Answer, Translator, Typed, not_here};

impl Translator<'_> {
    /// An expression in DuckDB's words, with its type.
    pub(super) fn expr(&self, scope: &Scope<'_>, expr: &Expr) -> Answer<Typed> {
        let loose = scope.grouping.as_ref().map(|grouping| grouping.loose.borrow().len());
        let typed = self.any_expr(scope, expr)?;
        if let (Some(grouping), Some(loose)) = (&scope.grouping, loose)
            && grouping.keys.contains(&typed.sql)
        {
            grouping.loose.borrow_mut().truncate(loose);
        }
        Ok(typed)
    }

    fn any_expr(&self, scope: &Scope<'_>, expr: &Expr) -> Answer<Typed> {
        match expr {
            Expr::Identifier(name) => self.bare_name(scope, name),
            Expr::CompoundIdentifier(names) => self.named(scope, names),
            Expr::CompoundFieldAccess { root, access_chain } => self.accessed(scope, root, access_chain),
            Expr::Nested(inner) => self.expr(scope, inner),
            Expr::Value(value) => self.literal(value),
            Expr::TypedString(typed) => self.typed_literal(typed),
            Expr::Interval(interval) => self.interval(interval),
            Expr::Array(array) => self.array(scope, array, expr),
            Expr::Tuple(values) => self.row(scope, values),
            Expr::UnaryOp { op, expr: inner } => self.unary(scope, *op, inner),
            Expr::BinaryOp { left, op, right } => self.binary(scope, (left, right), op, expr),
            Expr::Cast { kind, expr: inner, data_type, format } => {
                if format.is_some() {
                    return self.no_such_syntax(expr, "a cast has no `format` in Athena");
                }
                self.cast(scope, (kind, inner), data_type, expr)
            }
            Expr::AtTimeZone { timestamp, time_zone } => {
                self.call_by_name(scope, "at_timezone", &[timestamp, time_zone], expr)
            }
            Expr::Extract { field, expr: inner, .. } => self.extract(scope, field, inner),
            Expr::Ceil {
                expr: inner,
                field: CeilFloorKind::DateTimeField(sqlparser::ast::DateTimeField::NoDateTime),
            } => self.call_by_name(scope, "ceiling", &[inner], expr),
            Expr::Floor {
                expr: inner,
                field: CeilFloorKind::DateTimeField(sqlparser::ast::DateTimeField::NoDateTime),
            } => self.call_by_name(scope, "floor", &[inner], expr),
            Expr::Position { expr: inner, r#in } => self.call_by_name(scope, "strpos", &[r#in, inner], expr),
            Expr::Substring { .. } | Expr::Trim { .. } => self.text_syntax(scope, expr),
            Expr::Function(function) => self.function(scope, function),
            Expr::Case { operand, conditions, else_result, .. } => {
                self.case(scope, operand.as_deref(), conditions, else_result.as_deref())
            }
            Expr::Exists { subquery, negated } => self.exists(scope, subquery, *negated),
            Expr::Subquery(query) => self.scalar_subquery(scope, query),
            Expr::Lambda(_) => self.wrong(
                expr,
                "a lambda stands where no function takes one",
                "write it as an argument, as in `filter(a, x -> x > 1)`",
            ),
            _ => self.condition(scope, expr),
        }
    }

    fn bare_name(&self, scope: &Scope<'_>, name: &Ident) -> Answer<Typed> {
        if name.quote_style.is_none() {
            let word = name.value.to_lowercase();
            if matches!(
                word.as_str(),
                "current_date" | "current_timestamp" | "localtimestamp" | "localtime" | "current_time" | "current_user"
            ) {
                return self.call(scope, &word, Vec::new(), name);
            }
        }
        self.named(scope, std::slice::from_ref(name))
    }

    /// Syntax that Athena refuses, though this reader takes it.
    pub(super) fn no_such_syntax<T>(&self, at: &impl Placed, message: &str) -> Answer<T> {
        self.wrong(at, message, "Athena refuses this; write it in standard SQL")
    }

    fn unary(&self, scope: &Scope<'_>, op: UnaryOperator, inner: &Expr) -> Answer<Typed> {
        match op {
            UnaryOperator::Not => {
                let value = self.boolean(scope, inner)?;
                Ok(Typed::new(format!("(NOT {})", value.sql), Type::Boolean))
            }
            UnaryOperator::Minus if let Some(smallest) = super::literal::smallest(inner) => Ok(smallest),
            UnaryOperator::Minus | UnaryOperator::Plus => {
                let value = self.expr(scope, inner)?;
                let is_possible = value.data_type.is_number() || matches!(value.data_type, Type::Months | Type::Days);
                if !is_possible {
                    let message = format!("a sign before a {}", value.data_type);
                    return self.wrong(inner, message, "cast the value to a number first");
                }
                let sql = if op == UnaryOperator::Minus { format!("(-{})", value.sql) } else { value.sql };
                Ok(Typed::new(sql, value.data_type))
            }
            _ => self.no_such_syntax(inner, "Athena knows no such sign before a value"),
        }
    }

    /// A condition: its value must be true, false or null.
    pub(super) fn boolean(&self, scope: &Scope<'_>, expr: &Expr) -> Answer<Typed> {
        let value = self.expr(scope, expr)?;
        match value.data_type {
            Type::Boolean => Ok(value),
            Type::Unknown => Ok(Typed::new("CAST(NULL AS BOOLEAN)", Type::Boolean)),
            other => self.wrong(
                expr,
                format!("a condition must be true or false, and this is a {other}"),
                "compare it with something",
            ),
        }
    }

    /// The values, all cast to the type that they have in common.
    pub(super) fn alike(&self, at: &Expr, values: Vec<Typed>) -> Answer<(Vec<String>, Type)> {
        let Some(wanted) = coerce::common_of(values.iter().map(|value| &value.data_type)) else {
            let mut types: Vec<String> = values.iter().map(|value| value.data_type.to_string()).collect();
            types.dedup();
            let message = format!("values of different types: {}", types.join(" and "));
            return self.wrong(at, message, "cast them to one type with `cast(… as …)`");
        };
        let sql = values.iter().map(|value| self.coerced(value, &wanted)).collect::<Answer<_>>()?;
        Ok((sql, wanted))
    }

    fn array(&self, scope: &Scope<'_>, array: &sqlparser::ast::Array, at: &Expr) -> Answer<Typed> {
        if !array.named {
            return self.no_such_syntax(at, "an array is written `array[1, 2]`");
        }
        let values = array.elem.iter().map(|value| self.expr(scope, value)).collect::<Answer<Vec<_>>>()?;
        if values.is_empty() {
            return Ok(Typed::new("CAST([] AS INTEGER[])", Type::array(Type::Unknown)));
        }
        let (sql, element) = self.alike(at, values)?;
        let sql = match element {
            Type::Unknown => format!("CAST([{}] AS INTEGER[])", sql.join(", ")),
            _ => format!("[{}]", sql.join(", ")),
        };
        Ok(Typed::new(sql, Type::array(element)))
    }

    /// `row(a, b)` and `(a, b)`.
    pub(super) fn row(&self, scope: &Scope<'_>, values: &[Expr]) -> Answer<Typed> {
        let values = values.iter().map(|value| self.expr(scope, value)).collect::<Answer<Vec<_>>>()?;
        let fields: Vec<String> =
            values.iter().enumerate().map(|(at, value)| format!("\"field{at}\" := {}", value.sql)).collect();
        let sql = format!("struct_pack({})", fields.join(", "));
        Ok(Typed::new(sql, Type::row(values.into_iter().map(|value| value.data_type))))
    }

    fn case(
        &self,
        scope: &Scope<'_>,
        operand: Option<&Expr>,
        conditions: &[CaseWhen],
        otherwise: Option<&Expr>,
    ) -> Answer<Typed> {
        let mut tests = Vec::new();
        let mut results = Vec::new();
        for when in conditions {
            let test = match operand {
                None => self.boolean(scope, &when.condition)?.sql,
                Some(operand) => {
                    let (left, right) = (self.expr(scope, operand)?, self.expr(scope, &when.condition)?);
                    self.compared(&sqlparser::ast::BinaryOperator::Eq, &left, &right, &when.condition)?
                }
            };
            tests.push(test);
            results.push(self.expr(scope, &when.result)?);
        }
        results.push(match otherwise {
            Some(otherwise) => self.expr(scope, otherwise)?,
            None => Typed::new("NULL", Type::Unknown),
        });
        let at = conditions.first().map_or_else(|| otherwise.or(operand), |when| Some(&when.result));
        let Some(at) = at else { return not_here("case without when") };
        let (results, data_type) = self.alike(at, results)?;
        let whens: Vec<String> =
            tests.iter().zip(&results).map(|(test, result)| format!("WHEN {test} THEN {result}")).collect();
        let otherwise = results.last().map_or("NULL", String::as_str);
        Ok(Typed::new(format!("(CASE {} ELSE {otherwise} END)", whens.join(" ")), data_type))
    }

    fn exists(&self, scope: &Scope<'_>, query: &Query, negated: bool) -> Answer<Typed> {
        let relation = self.query(query, scope)?;
        let not = if negated { "NOT " } else { "" };
        Ok(self.taken_out(scope, Typed::new(format!("({not}EXISTS ({}))", relation.sql), Type::Boolean)))
    }

    fn scalar_subquery(&self, scope: &Scope<'_>, query: &Query) -> Answer<Typed> {
        let relation = self.query(query, scope)?;
        match relation.columns.as_slice() {
            [column] => {
                let value = Typed::new(format!("({})", relation.sql), column.data_type.clone());
                Ok(self.taken_out(scope, value))
            }
            columns => {
                let message = format!("a query that stands for one value has {} columns", columns.len());
                self.wrong(query, message, "select one column")
            }
        }
    }

    /// What DuckDB cannot have inside of its `try`: an aggregate, a window function, a query.
    pub(super) fn taken_out(&self, scope: &Scope<'_>, value: Typed) -> Typed {
        let mut place = Some(scope);
        while let Some(scope) = place {
            if let Some((name, taken)) = scope.taken_out.borrow_mut().as_mut() {
                let sql = format!("struct_extract({name}, 'x{}')", taken.len());
                taken.push(value.sql);
                return Typed::new(sql, value.data_type);
            }
            place = scope.parent.filter(|_| scope.is_inner);
        }
        value
    }

    /// `try(x)`: null where `x` fails.
    pub(super) fn tried(&self, scope: &Scope<'_>, inner: &Expr) -> Answer<Typed> {
        let name = self.fresh('p');
        let own = Scope {
            taken_out: std::cell::RefCell::new(Some((name.clone(), Vec::new()))),
            ..Scope::with_parameters(scope, Vec::<Column>::new())
        };
        let value = self.expr(&own, inner)?;
        let taken = own.taken_out.into_inner().map(|(_, taken)| taken).unwrap_or_default();
        let sql = if taken.is_empty() {
            format!("TRY({})", value.sql)
        } else {
            let fields: Vec<String> = taken.iter().enumerate().map(|(at, sql)| format!("x{at} := {sql}")).collect();
            format!("list_transform([struct_pack({})], lambda {name}: TRY({}))[1]", fields.join(", "), value.sql)
        };
        Ok(Typed::new(sql, value.data_type))
    }
}
