//! `group by`, with its sets. Behaviour: Trino's "GROUP BY clause".

use sqlparser::ast::{Expr, Function, GroupByExpr, Select, SelectItem};

use super::data_type::Type;
use super::query::ordinal;
use super::scope::{Grouping, Scope};
use super::{Answer, Translator, Typed, not_here};

impl Translator<'_> {
    /// The clause in DuckDB's words; the scope is then that of the groups.
    pub(super) fn group_by(&self, select: &Select, scope: &mut Scope<'_>) -> Answer<String> {
        let GroupByExpr::Expressions(written, modifiers) = &select.group_by else {
            return self.no_such_syntax(select, "Athena knows no `group by all`: name the columns");
        };
        if !modifiers.is_empty() {
            return self.no_such_syntax(select, "Athena writes `group by rollup (…)`");
        }
        let mut keys = Vec::new();
        let mut parts = Vec::new();
        for expr in written {
            parts.push(match expr {
                Expr::Rollup(sets) => format!("ROLLUP ({})", self.sets(select, scope, sets, &mut keys)?.join(", ")),
                Expr::Cube(sets) => format!("CUBE ({})", self.sets(select, scope, sets, &mut keys)?.join(", ")),
                Expr::GroupingSets(sets) => {
                    format!("GROUPING SETS ({})", self.sets(select, scope, sets, &mut keys)?.join(", "))
                }
                Expr::Tuple(inner) if inner.is_empty() => "()".to_owned(),
                Expr::Tuple(inner) => {
                    let inner = inner.iter().map(|key| self.group_key(select, scope, key, &mut keys));
                    inner.collect::<Answer<Vec<_>>>()?.join(", ")
                }
                key => self.group_key(select, scope, key, &mut keys)?,
            });
        }
        scope.grouping = Some(Grouping { keys, ..Grouping::default() });
        Ok(if parts.is_empty() { String::new() } else { format!(" GROUP BY {}", parts.join(", ")) })
    }

    fn sets(
        &self,
        select: &Select,
        scope: &Scope<'_>,
        sets: &[Vec<Expr>],
        keys: &mut Vec<String>,
    ) -> Answer<Vec<String>> {
        let mut found = Vec::new();
        for set in sets {
            let set = set.iter().map(|key| self.group_key(select, scope, key, keys)).collect::<Answer<Vec<_>>>()?;
            found.push(match set.as_slice() {
                [one] => one.clone(),
                many => format!("({})", many.join(", ")),
            });
        }
        Ok(found)
    }

    /// One key. A number stands for what is selected there; a name is a column's, never an alias.
    fn group_key(&self, select: &Select, scope: &Scope<'_>, key: &Expr, keys: &mut Vec<String>) -> Answer<String> {
        let value = match ordinal(key) {
            None => self.expr(scope, key)?,
            Some(number) => self.selected(select, scope, key, number)?,
        };
        if value.data_type.has_zone() {
            return not_here(format!("group by {}", value.data_type));
        }
        keys.push(value.sql.clone());
        Ok(value.sql)
    }

    fn selected(&self, select: &Select, scope: &Scope<'_>, key: &Expr, number: usize) -> Answer<Typed> {
        let has_star = select
            .projection
            .iter()
            .any(|item| matches!(item, SelectItem::Wildcard(_) | SelectItem::QualifiedWildcard(..)));
        if has_star {
            return not_here("group by a number beside *");
        }
        match select.projection.get(number.wrapping_sub(1)) {
            Some(SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. }) => self.expr(scope, expr),
            _ => self.no_such_column_number(key, number),
        }
    }

    /// `grouping(a, b)`: which of the keys this row is not grouped by.
    pub(super) fn grouping_of(&self, scope: &Scope<'_>, written: &[&Expr], call: &Function) -> Answer<Typed> {
        let mut keys = Vec::new();
        for expr in written {
            keys.push(self.expr(scope, expr)?.sql);
        }
        let is_grouped =
            scope.grouping.as_ref().is_some_and(|grouping| keys.iter().all(|key| grouping.keys.contains(key)));
        if !is_grouped {
            return self.wrong(
                call,
                "`grouping` asks for something that is not grouped by",
                "name columns that stand after `group by`",
            );
        }
        Ok(Typed::new(format!("CAST(GROUPING({}) AS INTEGER)", keys.join(", ")), Type::Integer))
    }
}
