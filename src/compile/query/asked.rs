//! The columns that a query asks its tables for and that they may not have, and the set operations whose queries may not
//! fit together. What depends on a table of the project is kept, for the one who knows the project.

use std::cell::RefCell;
use std::collections::HashSet;
use std::ops::ControlFlow;
use std::sync::Arc;

use sqlparser::ast::{
    AccessExpr, Expr, Ident, JoinConstraint, OneOrManyWithParens, Select, SelectItem, SetExpr, SetOperator, Spanned,
    Visit, Visitor,
};
use sqlparser::tokenizer::Span;

use super::columns::{Bound, From, Shape, constraint};
use super::{Item, TableName, Word};
use crate::compile::sql::is_reserved;

/// Columns that are asked for, of which none is known to be there.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    /// The table or CTE by the name that it has there.
    pub of: Arc<str>,
    /// The columns that it surely has.
    pub names: Vec<Arc<str>>,
    /// The tables of which it has all columns; with none of them, what is asked for is surely not there.
    pub tables: Vec<TableName>,
    pub words: Vec<Word>,
}

/// Two queries that are put together, by the columns that each gives: so many, and all of some tables.
#[derive(Debug, Clone, PartialEq)]
pub struct Union {
    /// `union`, `except` or `intersect`.
    pub word: &'static str,
    pub first: (usize, Vec<TableName>),
    pub other: (usize, Vec<TableName>),
    /// The place of the other query.
    pub at: Span,
}

/// What is found while the columns of a query are looked for.
#[derive(Default)]
pub(super) struct Checks {
    pub asked: RefCell<Vec<Asked>>,
    pub unions: RefCell<Vec<Union>>,
}

impl Checks {
    /// Looks at a query's own words, and at none of the queries in it: those may mean what is around them.
    pub(super) fn select(&self, select: &Select, from: &From) {
        let aliases = select.projection.iter().filter_map(|item| match item {
            SelectItem::ExprWithAlias { alias, .. } => Some(alias.value.to_lowercase()),
            _ => None,
        });
        let mut words = Words {
            from,
            aliases: aliases.collect(),
            own: HashSet::new(),
            fields: HashSet::new(),
            depth: 0,
            found: Vec::new(),
        };
        let _ = select.projection.visit(&mut words);
        let _ = select.selection.visit(&mut words);
        let _ = select.group_by.visit(&mut words);
        let _ = select.having.visit(&mut words);
        for join in select.from.iter().flat_map(|table| &table.joins) {
            if let Some(JoinConstraint::On(condition)) = constraint(&join.join_operator) {
                let _ = condition.visit(&mut words);
            }
        }
        self.asked.borrow_mut().extend(words.asked());
    }

    /// Looks at two queries of a set operation.
    pub(super) fn union(&self, op: SetOperator, first: &Shape, other: &Shape, right: &SetExpr) {
        let (Some(first), Some(other)) = (measured(first), measured(other)) else { return };
        let word = match op {
            SetOperator::Union => "union",
            SetOperator::Intersect => "intersect",
            SetOperator::Except | SetOperator::Minus => "except",
        };
        let names = |tables: &[TableName]| tables.iter().map(|table| Arc::clone(&table.parts)).collect::<Vec<_>>();
        if first.0 != other.0 || names(&first.1) != names(&other.1) {
            self.unions.borrow_mut().push(Union { word, first, other, at: right.span() });
        }
    }
}

/// How many columns are written out, and the tables of which all are taken.
fn measured(shape: &Shape) -> Option<(usize, Vec<TableName>)> {
    let mut measured = (0, Vec::new());
    for item in shape.as_ref()?.iter() {
        match item {
            Item::Column(_) => measured.0 += 1,
            Item::All { table, .. } => measured.1.push(table.clone()),
        }
    }
    Some(measured)
}

/// The walk over the words of one query.
struct Words<'s> {
    from: &'s From,
    /// The names that the query itself gives: Athena does not know them here, but other rules speak of that.
    aliases: HashSet<String>,
    /// The parameters of lambdas.
    own: HashSet<String>,
    /// The places of names that are fields of a value.
    fields: HashSet<Span>,
    depth: usize,
    /// The number of the table, and the word.
    found: Vec<(usize, Word)>,
}

impl Words<'_> {
    fn plain(&mut self, name: &Ident) {
        // Of several tables any may be meant.
        let [bound] = self.from.bound.as_slice() else { return };
        let lower = name.value.to_lowercase();
        let is_word = name.quote_style.is_none() && (is_reserved(&name.value) || UNITS.contains(&lower.as_str()));
        let is_own = self.aliases.contains(&lower) || self.own.contains(&lower) || self.fields.contains(&name.span);
        // A row of a table may be asked for as a whole.
        let is_table = bound.name.as_ref().is_some_and(|known| known.eq_ignore_ascii_case(&name.value));
        if !is_word && !is_own && !is_table && may_lack(bound, &name.value) {
            self.found.push((0, Word { text: name.value.clone(), at: name.span }));
        }
    }

    fn qualified(&mut self, table: &Ident, name: &Ident) {
        let is_it = |bound: &Bound| bound.name.as_ref().is_some_and(|known| known.eq_ignore_ascii_case(&table.value));
        let mut meant = self.from.bound.iter().enumerate().filter(|(_, bound)| is_it(bound));
        let (Some((at, bound)), None) = (meant.next(), meant.next()) else { return };
        if !self.own.contains(&table.value.to_lowercase()) && may_lack(bound, &name.value) {
            self.found.push((at, Word { text: name.value.clone(), at: name.span }));
        }
    }

    /// The words by their tables, each once.
    fn asked(self) -> Vec<Asked> {
        let mut all = Vec::new();
        for (number, bound) in self.from.bound.iter().enumerate() {
            let mut known = HashSet::new();
            let words = self.found.iter().filter(|(at, word)| *at == number && known.insert(word.text.to_lowercase()));
            let words: Vec<Word> = words.map(|(_, word)| word.clone()).collect();
            if let (false, Some(items)) = (words.is_empty(), &bound.shape) {
                let (mut names, mut tables) = (Vec::new(), Vec::new());
                for item in items.iter() {
                    match item {
                        Item::Column(column) => names.extend(column.name.clone()),
                        Item::All { table, .. } => tables.push(table.clone()),
                    }
                }
                let of = bound.name.as_deref().unwrap_or_default().into();
                all.push(Asked { of, names, tables, words });
            }
        }
        all
    }
}

/// Words that are no columns where a function takes a unit; another rule speaks of them.
const UNITS: [&str; 9] = ["second", "minute", "hour", "day", "week", "month", "quarter", "year", "millisecond"];

/// Whether a column is not among those that are known, and all others are those of tables.
fn may_lack(bound: &Bound, name: &str) -> bool {
    let Some(items) = &bound.shape else { return false };
    let is_other = |item: &Item| match item {
        Item::Column(column) => column.name.is_some() && !column.is_named(name),
        Item::All { .. } => true,
    };
    !name.starts_with('$') && !items.is_empty() && items.iter().all(is_other)
}

impl Visitor for Words<'_> {
    type Break = ();

    fn pre_visit_query(&mut self, _: &sqlparser::ast::Query) -> ControlFlow<()> {
        self.depth += 1;
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, _: &sqlparser::ast::Query) -> ControlFlow<()> {
        self.depth = self.depth.saturating_sub(1);
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
        if self.depth > 0 {
            return ControlFlow::Continue(());
        }
        match expr {
            Expr::Lambda(lambda) => {
                let names: &[_] = match &lambda.params {
                    OneOrManyWithParens::One(one) => std::slice::from_ref(one),
                    OneOrManyWithParens::Many(many) => many,
                };
                self.own.extend(names.iter().map(|parameter| parameter.name.value.to_lowercase()));
            }
            Expr::CompoundFieldAccess { access_chain, .. } => {
                let fields = access_chain.iter().filter_map(|access| match access {
                    AccessExpr::Dot(Expr::Identifier(name)) => Some(name.span),
                    _ => None,
                });
                self.fields.extend(fields);
            }
            Expr::Identifier(name) => self.plain(name),
            Expr::CompoundIdentifier(names) => {
                if let [table, name] = names.as_slice() {
                    self.qualified(table, name);
                }
            }
            _ => {}
        }
        ControlFlow::Continue(())
    }
}
