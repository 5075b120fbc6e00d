//! Queries: `with`, sets, `values`, order and limit.

use sqlparser::ast::{
    Expr, LimitClause, OrderBy, OrderByExpr, OrderByKind, Query, SetExpr, SetOperator, SetQuantifier, Value, Values,
    With,
};

use super::coerce;
use super::data_type::Type;
use super::place::Placed;
use super::scope::{Column, Cte, Scope};
use super::{Answer, Output, Relation, Translator, Typed, column_name, not_here};

impl Translator<'_> {
    /// A query with everything that belongs to it.
    pub(super) fn query(&self, query: &Query, outer: &Scope<'_>) -> Answer<Relation> {
        let has_extras = !query.locks.is_empty()
            || query.for_clause.is_some()
            || query.settings.is_some()
            || query.format_clause.is_some()
            || !query.pipe_operators.is_empty();
        if has_extras {
            return self.no_such_syntax(query, "this query has a clause that Athena does not know");
        }
        let mut scope = Scope::within(outer);
        let with = match &query.with {
            Some(with) => self.with(with, &mut scope)?,
            None => String::new(),
        };
        let order = self.order(query.order_by.as_ref())?;
        let mut relation = match &*query.body {
            SetExpr::Select(select) => self.select(select, order, &scope)?,
            body => {
                let relation = self.body(body, &scope)?;
                self.ordered_set(relation, order, &scope)?
            }
        };
        relation.sql.push_str(&self.limit(query)?);
        relation.sql = format!("{with}{}", relation.sql);
        Ok(relation)
    }

    fn with(&self, with: &With, scope: &mut Scope<'_>) -> Answer<String> {
        if with.recursive {
            return not_here("with recursive");
        }
        let mut parts = Vec::new();
        for cte in &with.cte_tables {
            if cte.from.is_some() || cte.materialized.is_some() {
                return self.no_such_syntax(&cte.alias.name, "Athena knows no such `with`");
            }
            let name = self.given_name(&cte.alias.name)?;
            if scope.ctes.iter().any(|known| known.name.eq_ignore_ascii_case(&name)) {
                return self.wrong(
                    &cte.alias.name,
                    format!("`{name}` stands twice after `with`"),
                    "give one of the two another name",
                );
            }
            let relation = self.query(&cte.query, scope)?;
            let columns = self.renamed(&relation.columns, &cte.alias)?;
            let sql_name = self.fresh('w');
            parts.push(format!("{sql_name} AS ({})", relation.sql));
            scope.ctes.push(Cte { name, sql_name, columns });
        }
        Ok(format!("WITH {} ", parts.join(", ")))
    }

    fn order<'q>(&self, order: Option<&'q OrderBy>) -> Answer<&'q [OrderByExpr]> {
        match order {
            None => Ok(&[]),
            Some(OrderBy { kind: OrderByKind::Expressions(items), interpolate: None }) => Ok(items),
            Some(order) => self.no_such_syntax(order, "Athena orders by columns and expressions only"),
        }
    }

    /// A select, a set of queries, or values.
    pub(super) fn body(&self, body: &SetExpr, scope: &Scope<'_>) -> Answer<Relation> {
        match body {
            SetExpr::Select(select) => self.select(select, &[], scope),
            SetExpr::Query(query) => {
                let relation = self.query(query, scope)?;
                Ok(Relation { sql: format!("({})", relation.sql), ..relation })
            }
            SetExpr::SetOperation { left, op, set_quantifier, right } => {
                let (a, b) = (self.body(left, scope)?, self.body(right, scope)?);
                self.set(a, b, (op, set_quantifier), &**right)
            }
            SetExpr::Values(values) => self.values_rows(values, scope),
            SetExpr::Table(table) => not_here(format!("table {}", table.table_name.as_deref().unwrap_or_default())),
            _ => self.no_such_syntax(body, "a query reads; it changes nothing"),
        }
    }

    fn set(
        &self,
        a: Relation,
        b: Relation,
        (op, quantifier): (&SetOperator, &SetQuantifier),
        at: &impl Placed,
    ) -> Answer<Relation> {
        let word = match op {
            SetOperator::Union => "UNION",
            SetOperator::Except => "EXCEPT",
            SetOperator::Intersect => "INTERSECT",
            SetOperator::Minus => return self.no_such_syntax(at, "Athena writes `except` for `minus`"),
        };
        let is_all = match quantifier {
            SetQuantifier::All => true,
            SetQuantifier::None | SetQuantifier::Distinct => false,
            _ => return self.no_such_syntax(at, "Athena joins queries column by column, not by name"),
        };
        if a.columns.len() != b.columns.len() {
            let message = format!(
                "the queries of this `{}` have {} and {} columns",
                word.to_lowercase(),
                a.columns.len(),
                b.columns.len()
            );
            return self.wrong(at, message, "select the same number of columns in both");
        }
        let mut columns = Vec::new();
        for (number, (left, right)) in a.columns.iter().zip(&b.columns).enumerate() {
            let Some(data_type) = coerce::common(&left.data_type, &right.data_type) else {
                let message = format!(
                    "column {} is a {} in one query of this `{}` and a {} in the other",
                    number + 1,
                    left.data_type,
                    word.to_lowercase(),
                    right.data_type
                );
                return self.wrong(at, message, "cast one of them with `cast(… as …)`");
            };
            if data_type.has_zone() && !is_all {
                return not_here(format!("{} of {data_type}", word.to_lowercase()));
            }
            columns.push(Output { name: left.name.clone(), data_type });
        }
        let all = if is_all { " ALL" } else { "" };
        let (left, right) = (self.as_columns(&a, &columns)?, self.as_columns(&b, &columns)?);
        Ok(Relation { sql: format!("{left} {word}{all} {right}"), columns }.wrapped(self))
    }

    /// The relation with its columns cast to these types.
    fn as_columns(&self, relation: &Relation, wanted: &[Output]) -> Answer<String> {
        let name = self.fresh('r');
        let mut items = Vec::new();
        for (at, (column, wanted)) in relation.columns.iter().zip(wanted).enumerate() {
            let value = Typed::new(format!("{name}.{}", column_name(at)), column.data_type.clone());
            items.push(format!("{} AS {}", self.coerced(&value, &wanted.data_type)?, column_name(at)));
        }
        Ok(format!("SELECT {} FROM ({}) AS {name}", items.join(", "), relation.sql))
    }

    fn values_rows(&self, values: &Values, scope: &Scope<'_>) -> Answer<Relation> {
        if values.value_keyword {
            return self.no_such_syntax(values, "rows are written `values (1, 2), (3, 4)`");
        }
        let mut rows = Vec::new();
        for row in &values.rows {
            rows.push(row.content.iter().map(|value| self.expr(scope, value)).collect::<Answer<Vec<_>>>()?);
        }
        let width = rows.first().map_or(0, Vec::len);
        if width == 0 || rows.iter().any(|row| row.len() != width) {
            return self.wrong(
                values,
                "the rows of `values` have different numbers of columns",
                "give every row as many values",
            );
        }
        let mut columns = Vec::new();
        for at in 0..width {
            let Some(data_type) = coerce::common_of(rows.iter().map(|row| &row[at].data_type)) else {
                return self.wrong(
                    values,
                    format!("column {} of `values` has values of different types", at + 1),
                    "cast them to one type",
                );
            };
            columns.push(Output { name: None, data_type });
        }
        let mut lines = Vec::new();
        for row in &rows {
            let cells = row.iter().zip(&columns).map(|(value, column)| self.coerced(value, &column.data_type));
            lines.push(format!("({})", cells.collect::<Answer<Vec<_>>>()?.join(", ")));
        }
        let name = self.fresh('r');
        let names: Vec<String> = (0..width).map(column_name).collect();
        let sql = format!("SELECT * FROM (VALUES {}) AS {name}({})", lines.join(", "), names.join(", "));
        Ok(Relation { sql, columns })
    }

    /// A set of queries is ordered by its columns' names and numbers.
    fn ordered_set(&self, relation: Relation, order: &[OrderByExpr], outer: &Scope<'_>) -> Answer<Relation> {
        if order.is_empty() {
            return Ok(relation);
        }
        let name = self.fresh('r');
        let columns = relation.columns.iter().enumerate().map(|(at, column)| Column {
            name: column.name.clone(),
            relation: Vec::new(),
            sql: format!("{name}.{}", column_name(at)),
            data_type: column.data_type.clone(),
            is_merged: false,
        });
        let scope = Scope { columns: columns.collect(), ..Scope::within(outer) };
        let mut items = Vec::new();
        for item in order {
            let key = match ordinal(&item.expr) {
                None => self.key(&scope, &item.expr)?,
                Some(number) => match scope.columns.get(number.wrapping_sub(1)) {
                    Some(column) => super::window::key_of(&Typed::new(column.sql.clone(), column.data_type.clone()))?,
                    None => return self.no_such_column_number(&item.expr, number),
                },
            };
            items.push(self.ordered(&key, item)?);
        }
        let sql = format!("SELECT * FROM ({}) AS {name} ORDER BY {}", relation.sql, items.join(", "));
        Ok(Relation { sql, ..relation })
    }

    pub(super) fn no_such_column_number<T>(&self, at: &Expr, number: usize) -> Answer<T> {
        self.wrong(at, format!("there is no column number {number} after `select`"), "count the columns from 1")
    }

    fn limit(&self, query: &Query) -> Answer<String> {
        let mut sql = String::new();
        if let Some(clause) = &query.limit_clause {
            let LimitClause::LimitOffset { limit, offset, limit_by } = clause else {
                return self.no_such_syntax(query, "Athena writes `offset 5 limit 10`");
            };
            if !limit_by.is_empty() {
                return self.no_such_syntax(query, "Athena knows no `limit … by`");
            }
            if let (Some(limit), Some(offset)) = (limit, offset)
                && starts(limit) < starts(&offset.value)
            {
                return self.wrong(limit, "`limit` stands before `offset`", "Athena wants `offset 5 limit 10`");
            }
            if let Some(limit) = limit {
                sql.push_str(&format!(" LIMIT {}", self.count_of(limit)?));
            }
            if let Some(offset) = offset {
                sql.push_str(&format!(" OFFSET {}", self.count_of(&offset.value)?));
            }
        }
        if let Some(fetch) = &query.fetch {
            if fetch.with_ties || fetch.percent {
                return not_here("fetch first … with ties");
            }
            let count = fetch.quantity.as_ref().map_or(Ok(1), |count| self.count_of(count))?;
            sql.push_str(&format!(" LIMIT {count}"));
        }
        Ok(sql)
    }

    fn count_of(&self, expr: &Expr) -> Answer<usize> {
        match ordinal(expr) {
            Some(count) => Ok(count),
            None => self.wrong(expr, "a whole number is wanted here", "write it in digits"),
        }
    }
}

fn starts(expr: &Expr) -> (u64, u64) {
    let start = expr.place().start;
    (start.line, start.column)
}

impl Relation {
    /// A set of queries in brackets, so that what follows means all of it.
    fn wrapped(self, translator: &Translator<'_>) -> Self {
        let sql = format!("SELECT * FROM ({}) AS {}", self.sql, translator.fresh('r'));
        Self { sql, ..self }
    }
}

/// A whole number that is written as one.
pub(super) fn ordinal(expr: &Expr) -> Option<usize> {
    match expr {
        Expr::Value(value) => match &value.value {
            Value::Number(number, false) => number.parse().ok(),
            _ => None,
        },
        _ => None,
    }
}

/// A bare null has no type of its own in DuckDB: it is an integer there.
pub(super) fn with_type(value: &Typed) -> String {
    match value.data_type {
        Type::Unknown => format!("CAST({} AS INTEGER)", value.sql),
        _ => value.sql.clone(),
    }
}
