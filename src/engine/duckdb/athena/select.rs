//! One `select`: what it reads, filters, groups and gives.

use sqlparser::ast::{
    Distinct, Expr, Ident, NamedWindowExpr, OrderByExpr, Select, SelectFlavor, SelectItem,
    SelectItemQualifiedWildcardKind, WildcardAdditionalOptions,
};

use super::aggregate::makes_groups;
use super::query::{ordinal, with_type};
use super::scope::{Column, Scope};
use super::{Answer, Output, Relation, Translator, Typed, column_name, not_here};

/// What is selected: expressions in DuckDB's words, with their names.
#[derive(Debug, Default)]
pub(super) struct Items {
    pub(super) values: Vec<Typed>,
    names: Vec<Option<String>>,
}

impl Translator<'_> {
    /// A select with the order that stands after it.
    pub(super) fn select(&self, select: &Select, order: &[OrderByExpr], outer: &Scope<'_>) -> Answer<Relation> {
        self.only_known_clauses(select)?;
        let (from, columns) = self.from(&select.from, outer)?;
        let mut scope = Scope { columns, ..Scope::within(outer) };
        let mut rest = String::new();
        if let Some(condition) = &select.selection {
            rest.push_str(&format!(" WHERE {}", self.boolean(&scope, condition)?.sql));
        }
        for window in &select.named_window {
            let NamedWindowExpr::WindowSpec(spec) = &window.1 else { return not_here("a window named after another") };
            scope.windows.push((window.0.value.clone(), spec.clone()));
        }
        let is_grouped = makes_groups(select, order);
        if is_grouped {
            rest.push_str(&self.group_by(select, &mut scope)?);
        }
        scope.allows_aggregates = true;
        let items = self.items(select, &scope)?;
        if let Some(having) = &select.having {
            rest.push_str(&format!(" HAVING {}", self.boolean(&scope, having)?.sql));
        }
        let is_distinct = self.is_distinct(select, &items)?;
        if !order.is_empty() {
            rest.push_str(&format!(" ORDER BY {}", self.select_order(order, &items, (&scope, is_distinct))?));
        }
        self.nothing_loose(&scope)?;
        let listed: Vec<String> = items
            .values
            .iter()
            .enumerate()
            .map(|(at, item)| format!("{} AS {}", with_type(item), column_name(at)))
            .collect();
        let distinct = if is_distinct { "DISTINCT " } else { "" };
        let columns =
            items.values.into_iter().zip(items.names).map(|(value, name)| Output { name, data_type: value.data_type });
        Ok(Relation { sql: format!("SELECT {distinct}{}{from}{rest}", listed.join(", ")), columns: columns.collect() })
    }

    fn only_known_clauses(&self, select: &Select) -> Answer<()> {
        let unknown = [
            (select.top.is_some(), "top"),
            (select.into.is_some(), "select into"),
            (!select.lateral_views.is_empty(), "lateral view"),
            (select.prewhere.is_some(), "prewhere"),
            (!select.connect_by.is_empty(), "connect by"),
            (!select.cluster_by.is_empty(), "cluster by"),
            (!select.distribute_by.is_empty(), "distribute by"),
            (!select.sort_by.is_empty(), "sort by"),
            (select.qualify.is_some(), "qualify"),
            (select.exclude.is_some(), "exclude"),
            (select.value_table_mode.is_some(), "select as"),
            (select.flavor != SelectFlavor::Standard, "from before select"),
        ];
        match unknown.iter().find(|(is_there, _)| *is_there) {
            None => Ok(()),
            Some((_, name)) => self.no_such_syntax(select, &format!("Athena knows no `{name}`")),
        }
    }

    fn is_distinct(&self, select: &Select, items: &Items) -> Answer<bool> {
        match &select.distinct {
            None | Some(Distinct::All) => Ok(false),
            Some(Distinct::On(_)) => self.no_such_syntax(select, "Athena knows no `distinct on`"),
            Some(Distinct::Distinct) => match items.values.iter().find(|item| item.data_type.has_zone()) {
                Some(item) => not_here(format!("distinct of {}", item.data_type)),
                None => Ok(true),
            },
        }
    }

    fn items(&self, select: &Select, scope: &Scope<'_>) -> Answer<Items> {
        let mut items = Items::default();
        for item in &select.projection {
            match item {
                SelectItem::UnnamedExpr(expr) => {
                    items.values.push(self.expr(scope, expr)?);
                    items.names.push(own_name(expr));
                }
                SelectItem::ExprWithAlias { expr, alias } => {
                    items.values.push(self.expr(scope, expr)?);
                    if self.follows_digit(alias) {
                        return not_here("a number with `_` in it");
                    }
                    items.names.push(Some(self.given_name(alias)?));
                }
                SelectItem::Wildcard(options) => self.starred(scope, &[], options, &mut items)?,
                SelectItem::QualifiedWildcard(SelectItemQualifiedWildcardKind::ObjectName(name), options) => {
                    let parts: Vec<Ident> = name.0.iter().filter_map(|part| part.as_ident().cloned()).collect();
                    self.starred(scope, &parts, options, &mut items)?;
                }
                SelectItem::QualifiedWildcard(SelectItemQualifiedWildcardKind::Expr(_), _) => {
                    return not_here("the fields of a row with .*");
                }
                SelectItem::ExprWithAliases { .. } => {
                    return self.no_such_syntax(item, "a value has one name");
                }
            }
        }
        Ok(items)
    }

    /// Whether a name is the end of `1_000`, which Athena may read as one number.
    fn follows_digit(&self, name: &Ident) -> bool {
        let before = self.offset(name.span).and_then(|at| self.query.as_bytes().get(at.checked_sub(1)?));
        name.quote_style.is_none() && before.is_some_and(u8::is_ascii_digit)
    }

    fn starred(
        &self,
        scope: &Scope<'_>,
        relation: &[Ident],
        options: &WildcardAdditionalOptions,
        items: &mut Items,
    ) -> Answer<()> {
        let has_options = options.opt_ilike.is_some()
            || options.opt_exclude.is_some()
            || options.opt_except.is_some()
            || options.opt_replace.is_some()
            || options.opt_rename.is_some()
            || options.opt_alias.is_some();
        let at = options.wildcard_token.0.span;
        if has_options {
            return self.wrong_at(at, "Athena's `*` takes no `except`, `exclude` or `replace`", "name the columns");
        }
        let parts: Vec<String> = relation.iter().map(|part| part.value.clone()).collect();
        let columns = scope.starred(&parts);
        if columns.is_empty() {
            return match relation.first() {
                Some(first) => {
                    let (message, help) = crate::engine::duckdb::message::no_relation(&parts.join("."));
                    self.wrong(first, message, &help)
                }
                None => self.wrong_at(at, "`*` stands for the columns of a table, and nothing is read", "add `from`"),
            };
        }
        for column in columns {
            scope.note(column, self.offset(at));
            items.values.push(Typed::new(column.sql.clone(), column.data_type.clone()));
            items.names.push(column.name.clone());
        }
        Ok(())
    }

    /// `order by` knows what is selected by its names and numbers, then the columns of the tables.
    fn select_order(
        &self,
        order: &[OrderByExpr],
        items: &Items,
        (scope, is_distinct): (&Scope<'_>, bool),
    ) -> Answer<String> {
        let mut columns: Vec<Column> = Vec::new();
        for (value, name) in items.values.iter().zip(&items.names) {
            let is_known = columns.iter().any(|known| known.name == *name && known.sql == value.sql);
            if name.is_some() && !is_known {
                let (name, sql, data_type) = (name.clone(), value.sql.clone(), value.data_type.clone());
                columns.push(Column { name, relation: Vec::new(), sql, data_type, is_merged: false });
            }
        }
        let own = Scope::with_parameters(scope, columns);
        let mut sorted = Vec::new();
        for item in order {
            let value = match ordinal(&item.expr) {
                None => self.expr(&own, &item.expr)?,
                Some(number) => match items.values.get(number.wrapping_sub(1)) {
                    Some(value) => value.clone(),
                    None => return self.no_such_column_number(&item.expr, number),
                },
            };
            let place = items.values.iter().position(|known| known.sql == value.sql);
            let key = match place {
                // The number stands for the column, whatever its words are.
                Some(at) if !value.data_type.has_zone() => format!("{}", at + 1),
                _ if is_distinct => {
                    let help = "select it too, or order in a query around this one";
                    return self.wrong(
                        &item.expr,
                        "after `select distinct`, rows are ordered by what is selected only",
                        help,
                    );
                }
                _ => super::window::key_of(&value)?,
            };
            sorted.push(self.ordered(&key, item)?);
        }
        Ok(sorted.join(", "))
    }

    /// Columns that are neither grouped nor aggregated have no one value in a group.
    fn nothing_loose(&self, scope: &Scope<'_>) -> Answer<()> {
        let Some(grouping) = &scope.grouping else { return Ok(()) };
        match grouping.loose.borrow().first() {
            None => Ok(()),
            Some((name, offset)) => Err(crate::engine::EngineError::Query {
                message: format!("`{name}` is neither grouped nor inside of an aggregate"),
                offset: *offset,
                help: Some(format!("add `{name}` to `group by`, or take one of its values, as in `max({name})`")),
            }),
        }
    }
}

/// The name that a value has without an alias: that of its column or field.
fn own_name(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Identifier(name) => Some(name.value.clone()),
        Expr::CompoundIdentifier(names) => names.last().map(|name| name.value.clone()),
        Expr::CompoundFieldAccess { access_chain, .. } => match access_chain.last() {
            Some(sqlparser::ast::AccessExpr::Dot(Expr::Identifier(name))) => Some(name.value.clone()),
            _ => None,
        },
        Expr::Nested(inner) => own_name(inner),
        _ => None,
    }
}
