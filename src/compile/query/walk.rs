//! One walk over a query's tree, for what rules ask of the parts.

use std::collections::HashSet;
use std::ops::ControlFlow;

use sqlparser::ast::{
    Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, Ident, JoinConstraint, LimitClause, ObjectName,
    ObjectNamePart, Query, Select, SelectItem, Spanned, TableAlias, TableFactor, TableWithJoins, Visit, Visitor,
    visit_expressions,
};
use sqlparser::tokenizer::Span;

use super::{Call, Facts, Idiom, TableName, Word, columns, foreign};
use crate::compile::sql::is_reserved;

/// Words that are reserved and stand alone for a value.
const VALUES: &[&str] = &[
    "current_catalog",
    "current_date",
    "current_path",
    "current_role",
    "current_schema",
    "current_time",
    "current_timestamp",
    "current_user",
    "false",
    "localtime",
    "localtimestamp",
    "null",
    "true",
];

/// What the tree says, without the columns.
pub(super) fn facts(query: &Query) -> Facts {
    let mut walk = Walk { facts: Facts::default(), near: Span::empty() };
    let _ = query.visit(&mut walk);
    walk.facts
}

/// The `order by` of the whole query, where no number of its rows is taken.
pub(super) fn sorted(query: &Query) -> Option<Span> {
    let takes_some = match &query.limit_clause {
        Some(LimitClause::LimitOffset { limit, offset, .. }) => limit.is_some() || offset.is_some(),
        Some(LimitClause::OffsetCommaLimit { .. }) => true,
        None => query.fetch.is_some(),
    };
    query.order_by.as_ref().filter(|_| !takes_some).map(Spanned::span)
}

/// The name of a table, when it is nothing but names.
pub(super) fn table_name(name: &ObjectName) -> Option<TableName> {
    let parts: Option<Vec<String>> = name.0.iter().map(|part| Some(part.as_ident()?.value.clone())).collect();
    Some(TableName { parts: parts?.into(), at: name.span() })
}

struct Walk {
    facts: Facts,
    /// The last place that was known: sqlparser does not know where everything stands.
    near: Span,
}

impl Walk {
    fn name(&mut self, name: &Ident) {
        if name.quote_style.is_none() && is_reserved(&name.value) {
            self.facts.reserved.push(Word { text: name.value.clone(), at: name.span });
        }
    }

    fn foreign(&mut self, found: impl IntoIterator<Item = (&'static Idiom, Span)>) {
        let near = self.near;
        let placed = |(idiom, at): (&'static Idiom, Span)| (idiom, if at == Span::empty() { near } else { at });
        self.facts.foreign.extend(found.into_iter().map(placed));
    }

    fn near(&mut self, at: Span) {
        if at != Span::empty() {
            self.near = at;
        }
    }

    fn alias(&mut self, alias: Option<&TableAlias>) {
        if let Some(alias) = alias {
            self.name(&alias.name);
            alias.columns.iter().for_each(|column| self.name(&column.name));
        }
    }

    /// Notes the columns of a condition.
    fn condition(&mut self, condition: &Expr) {
        let filtered = &mut self.facts.filtered;
        let _ = visit_expressions(condition, |expr| {
            let name = match expr {
                Expr::Identifier(name) => Some(name),
                Expr::CompoundIdentifier(names) => names.last(),
                _ => None,
            };
            filtered.extend(name.map(|name| name.value.to_lowercase()));
            ControlFlow::<()>::Continue(())
        });
    }

    fn joined(&mut self, table: &TableWithJoins) {
        for join in &table.joins {
            match columns::constraint(&join.join_operator) {
                Some(JoinConstraint::On(condition)) => self.condition(condition),
                Some(JoinConstraint::Using(names)) => {
                    let names = names.iter().filter_map(|name| name.0.last()?.as_ident());
                    self.facts.filtered.extend(names.map(|name| name.value.to_lowercase()));
                }
                _ => {}
            }
        }
    }

    fn call(&mut self, function: &Function) {
        let [ObjectNamePart::Identifier(name)] = function.name.0.as_slice() else { return };
        let arguments = match &function.args {
            FunctionArguments::List(list) => list.args.as_slice(),
            FunctionArguments::None | FunctionArguments::Subquery(_) => &[],
        };
        let first_word = match arguments.first() {
            Some(FunctionArg::Unnamed(FunctionArgExpr::Expr(Expr::Identifier(word)))) if word.quote_style.is_none() => {
                Some(word.value.to_lowercase())
            }
            _ => None,
        };
        let call = Call { name: name.value.to_lowercase(), arguments: arguments.len(), first_word, at: name.span };
        self.facts.calls.push(call);
    }
}

impl Visitor for Walk {
    type Break = ();

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        let mut names = HashSet::new();
        for cte in query.with.iter().flat_map(|with| &with.cte_tables) {
            self.alias(Some(&cte.alias));
            let name = &cte.alias.name;
            if !names.insert(name.value.to_lowercase()) {
                self.facts.twice.push(Word { text: name.value.clone(), at: name.span });
            }
        }
        self.foreign(foreign::in_query(query));
        ControlFlow::Continue(())
    }

    fn pre_visit_select(&mut self, select: &Select) -> ControlFlow<()> {
        self.near(select.select_token.0.span);
        select.selection.iter().chain(&select.having).for_each(|condition| self.condition(condition));
        select.from.iter().for_each(|table| self.joined(table));
        for item in &select.projection {
            if let SelectItem::ExprWithAlias { alias, .. } = item {
                self.name(alias);
            }
        }
        self.foreign(foreign::in_select(select));
        ControlFlow::Continue(())
    }

    fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> ControlFlow<()> {
        match factor {
            TableFactor::Table { name, alias, args, .. } => {
                self.alias(alias.as_ref());
                if args.is_none() && name.0.len() > 1 {
                    self.facts.tables.extend(table_name(name));
                }
            }
            TableFactor::Derived { alias, .. } | TableFactor::UNNEST { alias, .. } => self.alias(alias.as_ref()),
            _ => {}
        }
        self.foreign(foreign::in_table(factor));
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
        match expr {
            Expr::Identifier(name) if !VALUES.contains(&name.value.to_lowercase().as_str()) => self.name(name),
            Expr::CompoundIdentifier(names) => names.iter().for_each(|name| self.name(name)),
            Expr::Function(function) => self.call(function),
            _ => {}
        }
        self.near(expr.span());
        self.foreign(foreign::in_expression(expr));
        ControlFlow::Continue(())
    }
}
