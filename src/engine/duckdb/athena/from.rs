//! `from`: tables, queries, joins. Behaviour: Trino's "FROM clause".

use sqlparser::ast::{Ident, Join, JoinConstraint, JoinOperator, ObjectName, TableAlias, TableFactor, TableWithJoins};

use super::coerce;
use super::data_type::Type;
use super::scope::{Column, Scope};
use super::{Answer, Output, Relation, Translator, Typed, column_name, not_here, quoted};
use crate::engine::EngineError;
use crate::engine::duckdb::message;

impl Translator<'_> {
    /// The clause in DuckDB's words, with a space before it, and the columns that it makes known.
    pub(super) fn from(&self, from: &[TableWithJoins], outer: &Scope<'_>) -> Answer<(String, Vec<Column>)> {
        let mut scope = Scope::within(outer);
        let mut parts = Vec::new();
        for table in from {
            parts.push(self.joined(table, &mut scope)?);
        }
        let sql = if parts.is_empty() { String::new() } else { format!(" FROM {}", parts.join(" CROSS JOIN ")) };
        Ok((sql, scope.columns))
    }

    fn joined(&self, table: &TableWithJoins, scope: &mut Scope<'_>) -> Answer<String> {
        let own = scope.columns.len();
        let mut sql = self.factor(&table.relation, scope, false)?;
        for join in &table.joins {
            sql = self.join(sql, join, (scope, own))?;
        }
        Ok(if table.joins.is_empty() { sql } else { format!("({sql})") })
    }

    /// A join; `own` is where the columns of the tables that it joins begin.
    fn join(&self, left: String, join: &Join, (scope, own): (&mut Scope<'_>, usize)) -> Answer<String> {
        if join.global {
            return self.no_such_syntax(join, "Athena knows no `global` join");
        }
        let (word, constraint) = match &join.join_operator {
            JoinOperator::Join(constraint) | JoinOperator::Inner(constraint) => ("JOIN", constraint),
            JoinOperator::Left(constraint) | JoinOperator::LeftOuter(constraint) => ("LEFT JOIN", constraint),
            JoinOperator::Right(constraint) | JoinOperator::RightOuter(constraint) => ("RIGHT JOIN", constraint),
            JoinOperator::FullOuter(constraint) => ("FULL JOIN", constraint),
            JoinOperator::CrossJoin(JoinConstraint::None) => ("CROSS JOIN", &JoinConstraint::None),
            _ => return self.no_such_syntax(join, "Athena knows no such join"),
        };
        let middle = scope.columns.len();
        let right = self.factor(&join.relation, scope, true)?;
        match constraint {
            JoinConstraint::None if word == "CROSS JOIN" => Ok(format!("{left} CROSS JOIN {right}")),
            JoinConstraint::On(condition) => {
                let condition = self.boolean(scope, condition)?;
                Ok(format!("{left} {word} {right} ON {}", condition.sql))
            }
            JoinConstraint::Using(names) => {
                let condition = self.using(names, scope, (own, middle, word))?;
                Ok(format!("{left} {word} {right} ON {condition}"))
            }
            JoinConstraint::Natural => {
                self.wrong(join, "Athena has no `natural join`", "name the columns: `using (id)`")
            }
            JoinConstraint::None => {
                self.wrong(join, "this join has no `on`", "say which rows belong together: `on a.id = b.id`")
            }
        }
    }

    /// `using (a, b)`: the columns of that name become one.
    fn using(
        &self,
        names: &[ObjectName],
        scope: &mut Scope<'_>,
        (own, middle, word): (usize, usize, &str),
    ) -> Answer<String> {
        let mut conditions = Vec::new();
        let mut merged = Vec::new();
        for name in names {
            let Some(name) = name.0.first().and_then(|part| part.as_ident()) else {
                return self.no_such_syntax(name, "`using` takes names of columns");
            };
            let find = |columns: &[Column]| {
                let is_meant = |column: &&Column| {
                    !column.is_merged
                        && column.name.as_ref().is_some_and(|known| known.eq_ignore_ascii_case(&name.value))
                };
                columns.iter().find(is_meant).cloned()
            };
            let (Some(a), Some(b)) = (find(&scope.columns[own..middle]), find(&scope.columns[middle..])) else {
                return self.wrong(
                    name,
                    format!("`{}` is not a column of both tables", name.value),
                    "use `on` with the two names",
                );
            };
            let Some(wanted) =
                coerce::common(&a.data_type, &b.data_type).filter(|wanted| !wanted.is_nested() && !wanted.has_zone())
            else {
                return self.wrong(
                    name,
                    format!("`{}` is a {} in one table and a {} in the other", name.value, a.data_type, b.data_type),
                    "use `on` and cast one of them",
                );
            };
            let left = self.coerced(&Typed::new(a.sql.clone(), a.data_type.clone()), &wanted)?;
            let right = self.coerced(&Typed::new(b.sql.clone(), b.data_type.clone()), &wanted)?;
            conditions.push(super::compare::compare_sql(
                &sqlparser::ast::BinaryOperator::Eq,
                (&left, &right),
                &wanted,
            )?);
            let sql = match word {
                "JOIN" | "LEFT JOIN" => left,
                "RIGHT JOIN" => right,
                _ => format!("coalesce({left}, {right})"),
            };
            let is_joined = |column: &Column| column.sql == a.sql || column.sql == b.sql;
            for column in scope.columns[own..].iter_mut().filter(|column| is_joined(column)) {
                column.is_merged = true;
                column.relation = Vec::new();
            }
            merged.push(Column { name: a.name, relation: Vec::new(), sql, data_type: wanted, is_merged: false });
        }
        scope.columns.splice(own..own, merged);
        Ok(conditions.join(" AND "))
    }

    /// A table, a query or an unnested array; its columns become known. `is_joined`: it may use those before it.
    fn factor(&self, factor: &TableFactor, scope: &mut Scope<'_>, is_joined: bool) -> Answer<String> {
        match factor {
            TableFactor::Table {
                name,
                alias,
                args: None,
                with_hints,
                version,
                with_ordinality: false,
                partitions,
                json_path: None,
                sample,
                index_hints,
            } if with_hints.is_empty() && partitions.is_empty() && index_hints.is_empty() => {
                if version.is_some() {
                    return not_here("for timestamp as of");
                }
                if sample.is_some() {
                    return not_here("tablesample");
                }
                let (relation, path) = self.table(name, scope)?;
                self.known(relation, alias.as_ref(), path, scope)
            }
            TableFactor::Derived { lateral, subquery, alias, sample: None } => {
                let relation = match lateral {
                    true => self.query(subquery, scope)?,
                    false => match scope.parent {
                        Some(parent) => self.query(subquery, parent)?,
                        None => self.query(subquery, &Scope::default())?,
                    },
                };
                let lateral = if *lateral { "LATERAL " } else { "" };
                let relation = Relation { sql: format!("{lateral}({})", relation.sql), ..relation };
                self.known(relation, alias.as_ref(), Vec::new(), scope)
            }
            TableFactor::UNNEST {
                alias,
                array_exprs,
                with_offset: false,
                with_offset_alias: None,
                with_ordinality,
            } => {
                let relation = self.unnest(scope, array_exprs, *with_ordinality)?;
                let lateral = if is_joined || !scope.columns.is_empty() { "LATERAL " } else { "" };
                let relation = Relation { sql: format!("{lateral}({})", relation.sql), ..relation };
                self.known(relation, alias.as_ref(), Vec::new(), scope)
            }
            TableFactor::NestedJoin { table_with_joins, alias: None } => {
                let mut own = Scope { columns: Vec::new(), parent: scope.parent, ..Scope::default() };
                let sql = self.joined(table_with_joins, &mut own)?;
                scope.columns.append(&mut own.columns);
                Ok(sql)
            }
            _ => self.unread(factor),
        }
    }

    /// What is read from nowhere here.
    fn unread(&self, factor: &TableFactor) -> Answer<String> {
        match factor {
            TableFactor::Derived { sample: Some(_), .. } => not_here("tablesample"),
            TableFactor::MatchRecognize { .. } => not_here("match_recognize"),
            TableFactor::JsonTable { .. } => not_here("json_table"),
            TableFactor::Function { .. } | TableFactor::TableFunction { .. } => not_here("a table function"),
            TableFactor::Table { args: Some(_), .. } => {
                self.no_such_syntax(factor, "Athena has no such table function")
            }
            _ => self.no_such_syntax(factor, "Athena cannot read from this"),
        }
    }

    /// Makes the columns of a relation known under its alias, or under the parts of its own name.
    fn known(
        &self,
        relation: Relation,
        alias: Option<&TableAlias>,
        path: Vec<String>,
        scope: &mut Scope<'_>,
    ) -> Answer<String> {
        let name = self.fresh('r');
        let (columns, path) = match alias {
            None => (relation.columns, path),
            Some(alias) => (self.renamed(&relation.columns, alias)?, vec![self.given_name(&alias.name)?]),
        };
        if let (Some(alias), [own]) = (alias, path.as_slice())
            && scope
                .columns
                .iter()
                .any(|known| matches!(known.relation.as_slice(), [other] if other.eq_ignore_ascii_case(own)))
        {
            return self.wrong(
                &alias.name,
                format!("two tables are called `{own}`"),
                "give one of the two another name",
            );
        }
        for (at, column) in columns.into_iter().enumerate() {
            scope.columns.push(Column {
                name: column.name,
                relation: path.clone(),
                sql: format!("{name}.{}", column_name(at)),
                data_type: column.data_type,
                is_merged: false,
            });
        }
        Ok(format!("{} AS {name}", relation.sql))
    }

    /// `as t (a, b)`: the columns with their new names.
    pub(super) fn renamed(&self, columns: &[Output], alias: &TableAlias) -> Answer<Vec<Output>> {
        if alias.columns.is_empty() {
            return Ok(columns.to_vec());
        }
        if alias.columns.len() != columns.len() {
            let message =
                format!("`{}` has {} columns and {} names", alias.name.value, columns.len(), alias.columns.len());
            return self.wrong(&alias.name, message, "give each column one name");
        }
        let named = |(column, alias): (&Output, &sqlparser::ast::TableAliasColumnDef)| {
            Ok(Output { name: Some(self.given_name(&alias.name)?), data_type: column.data_type.clone() })
        };
        columns.iter().zip(&alias.columns).map(named).collect()
    }

    /// A table of the catalogue, or a common table expression.
    fn table(&self, name: &ObjectName, scope: &Scope<'_>) -> Answer<(Relation, Vec<String>)> {
        let idents: Vec<&Ident> = name.0.iter().filter_map(|part| part.as_ident()).collect();
        let parts: Vec<String> = idents.iter().map(|ident| ident.value.clone()).collect();
        for ident in &idents {
            self.given_name(ident)?;
        }
        if let [own] = parts.as_slice()
            && let Some(cte) = scope.cte(own)
        {
            return Ok((Relation { sql: cte.sql_name.clone(), columns: cte.columns.clone() }, parts));
        }
        if let Some(hidden) = parts.last().filter(|name| name.contains('$')) {
            return not_here(hidden.clone());
        }
        let offset = idents.first().and_then(|ident| self.offset(ident.span));
        let Some(found) = (self.tables)(&parts)? else {
            let (message, help) = message::no_table(&parts);
            return Err(EngineError::Query { message, offset, help: Some(help) });
        };
        let mut items = Vec::new();
        let mut outputs = Vec::new();
        for (at, column) in found.columns.into_iter().enumerate() {
            let Some(data_type) = Type::from_duckdb(&column.data_type) else {
                return not_here(format!("a column of type {}", column.data_type.to_lowercase()));
            };
            let own = quoted(&column.name);
            let value = match &data_type {
                Type::Zoned(_) => format!("__zoned(make_timestamp(epoch_us({own})), 'UTC')"),
                nested if nested.has_zone() => return not_here(format!("a column of type {nested}")),
                Type::Bigint => format!("CAST({own} AS BIGINT)"),
                _ => own,
            };
            items.push(format!("{value} AS {}", column_name(at)));
            outputs.push(Output { name: Some(column.name), data_type });
        }
        let sql = format!("(SELECT {} FROM {})", items.join(", "), found.name);
        Ok((Relation { sql, columns: outputs }, parts))
    }
}
