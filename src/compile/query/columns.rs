//! The columns that a query gives, with their names and order. Behaviour: Trino's "SELECT".
//!
//! What a `*` stands for is known when what it is taken from is: a CTE, a query in brackets, a list of columns. All
//! columns of another table stay as they are, for the one who knows the project.

use std::collections::HashMap;
use std::rc::Rc;

use sqlparser::ast::{
    AccessExpr, Expr, Function, FunctionArguments, Ident, JoinConstraint, JoinOperator, ObjectName, ObjectNamePart,
    Query, Select, SelectItem, SelectItemQualifiedWildcardKind, SetExpr, Spanned, TableAlias, TableFactor,
    TableWithJoins, WildcardAdditionalOptions,
};
use sqlparser::tokenizer::Span;

use super::asked::Checks;
use super::types;
use super::walk::table_name;
use super::{Column, Item};

/// The columns of a query that gives more are not looked at.
const MOST: usize = 2_000;

/// What a query or a table gives.
pub(super) type Shape = Option<Rc<Vec<Item>>>;

/// The columns of a whole query, and what is to be said on the way to them.
pub(super) fn of(query: &Query, checks: &Checks) -> Option<Vec<Item>> {
    let known = Known { checks: Some(checks), ..Known::default() };
    of_query(query, &known).map(|items| items.as_ref().clone())
}

/// The CTEs that can be read, by their names in small letters.
#[derive(Default)]
struct Known<'o> {
    ctes: HashMap<String, Shape>,
    outer: Option<&'o Known<'o>>,
    /// Nothing where names may mean what is around the query.
    checks: Option<&'o Checks>,
}

impl Known<'_> {
    fn cte(&self, name: &str) -> Option<&Shape> {
        let name = name.to_lowercase();
        let scopes = std::iter::successors(Some(self), |known| known.outer);
        scopes.filter_map(|known| known.ctes.get(&name)).next()
    }
}

/// A table of a `from`, by the name that it has there.
pub(super) struct Bound {
    pub(super) name: Option<String>,
    pub(super) shape: Shape,
}

fn of_query(query: &Query, outer: &Known<'_>) -> Shape {
    let Some(with) = &query.with else { return of_body(&query.body, outer) };
    let mut known = Known { ctes: HashMap::new(), outer: Some(outer), checks: outer.checks };
    for cte in &with.cte_tables {
        let name = cte.alias.name.value.to_lowercase();
        if with.recursive {
            // It may read itself, and then only the names that are written out are known.
            known.ctes.insert(name.clone(), None);
        }
        let shape = renamed(of_query(&cte.query, &known), Some(&cte.alias));
        known.ctes.insert(name, shape);
    }
    of_body(&query.body, &known)
}

/// The names are those of the first query of a `union`.
fn of_body(mut body: &SetExpr, known: &Known<'_>) -> Shape {
    let mut others = Vec::new();
    while let SetExpr::SetOperation { left, op, right, .. } = body {
        body = left;
        others.push((*op, right));
    }
    let shape = match body {
        SetExpr::Select(select) => of_select(select, known),
        SetExpr::Query(query) => of_query(query, known),
        SetExpr::Values(values) => {
            let columns = values.rows.first()?.content.iter().map(|value| Item::Column(unnamed(value)));
            Some(Rc::new(columns.collect()))
        }
        _ => None,
    };
    if let Some(checks) = known.checks {
        for (op, right) in others.iter().rev() {
            checks.union(*op, &shape, &of_body(right, known), right);
        }
    }
    if others.is_empty() { shape } else { without_types(shape) }
}

/// The other queries of a `union` may change a type.
fn without_types(shape: Shape) -> Shape {
    let plain = |item: &Item| match item {
        Item::Column(column) => Item::Column(Column { data_type: None, ..column.clone() }),
        other => other.clone(),
    };
    shape.map(|items| Rc::new(items.iter().map(plain).collect()))
}

fn unnamed(expr: &Expr) -> Column {
    let at = expr.span();
    let data_type = types::sure(expr).map(Into::into);
    Column { name: None, is_quoted: false, named: at, listed: at, data_type }
}

fn of_select(select: &Select, known: &Known<'_>) -> Shape {
    let from = from(&select.from, known);
    if let Some(checks) = known.checks {
        checks.select(select, &from);
    }
    if let [SelectItem::Wildcard(options)] = select.projection.as_slice() {
        return listed(starred(options, from.all.clone())?, options.wildcard_token.0.span);
    }
    let mut items = Vec::new();
    for item in &select.projection {
        match item {
            SelectItem::UnnamedExpr(expr) => {
                items.push(Item::Column(placed(taken(expr, &from), select.select_token.0.span)));
            }
            SelectItem::ExprWithAlias { expr, alias } => {
                let data_type = types::sure(expr).map(Into::into).or_else(|| taken(expr, &from).data_type);
                items.push(Item::Column(Column { data_type, ..called(alias) }));
            }
            SelectItem::Wildcard(options) => {
                let shape = listed(starred(options, from.all.clone())?, options.wildcard_token.0.span)?;
                items.extend(shape.iter().cloned());
            }
            SelectItem::QualifiedWildcard(SelectItemQualifiedWildcardKind::ObjectName(name), options) => {
                let shape = listed(starred(options, from.of(name)?)?, name.span())?;
                items.extend(shape.iter().cloned());
            }
            SelectItem::QualifiedWildcard(..) | SelectItem::ExprWithAliases { .. } => return None,
        }
        if items.len() > MOST {
            return None;
        }
    }
    Some(Rc::new(items))
}

/// A column whose place sqlparser does not know stands somewhere behind its `select`.
fn placed(column: Column, select: Span) -> Column {
    if column.listed == Span::empty() { Column { named: select, listed: select, ..column } } else { column }
}

/// What a `*` stands for, unless something is said to it that Athena does not know.
fn starred(options: &WildcardAdditionalOptions, shape: Shape) -> Option<Rc<Vec<Item>>> {
    let WildcardAdditionalOptions {
        opt_ilike: None,
        opt_exclude: None,
        opt_except: None,
        opt_replace: None,
        opt_rename: None,
        opt_alias: None,
        ..
    } = options
    else {
        return None;
    };
    shape
}

/// The same columns, standing in the list at the place of a `*`.
fn listed(items: Rc<Vec<Item>>, at: Span) -> Shape {
    let there = |item: &Item| match item {
        Item::Column(column) => Item::Column(Column { listed: at, ..column.clone() }),
        Item::All { table, .. } => Item::All { table: table.clone(), at },
    };
    Some(Rc::new(items.iter().map(there).collect()))
}

fn called(name: &Ident) -> Column {
    Column {
        name: Some(name.value.as_str().into()),
        is_quoted: name.quote_style.is_some(),
        named: name.span,
        listed: name.span,
        data_type: None,
    }
}

/// A column without `as`: a name keeps its last part, everything else has no name.
fn taken(expr: &Expr, from: &From) -> Column {
    match expr {
        Expr::Nested(inner) => taken(inner, from),
        Expr::Identifier(name) if !is_value(name) => {
            Column { data_type: from.type_of(None, &name.value), ..called(name) }
        }
        Expr::CompoundIdentifier(names) => {
            let Some((last, before)) = names.split_last() else { return unnamed(expr) };
            let data_type = before.last().and_then(|table| from.type_of(Some(&table.value), &last.value));
            Column { data_type, ..called(last) }
        }
        // sqlparser knows more words than Athena that are a function without brackets: `user`.
        Expr::Function(Function { name, args: FunctionArguments::None, .. }) => match name.0.as_slice() {
            [ObjectNamePart::Identifier(name)] if !is_value(name) => called(name),
            _ => unnamed(expr),
        },
        Expr::CompoundFieldAccess { access_chain, .. } => match access_chain.last() {
            Some(AccessExpr::Dot(Expr::Identifier(name))) => called(name),
            _ => unnamed(expr),
        },
        _ => unnamed(expr),
    }
}

/// `current_date` and the like are read as names.
fn is_value(name: &Ident) -> bool {
    name.quote_style.is_none() && crate::compile::sql::is_reserved(&name.value)
}

/// The tables of a `from`.
pub(super) struct From {
    pub(super) bound: Vec<Bound>,
    /// What `*` stands for.
    all: Shape,
    /// Columns are merged, so that `a.*` does not have all of those of `a`.
    is_merged: bool,
}

impl From {
    /// What `name.*` stands for.
    fn of(&self, name: &ObjectName) -> Option<Shape> {
        let last = name.0.last()?.as_ident()?;
        let mut meant = self
            .bound
            .iter()
            .filter(|bound| bound.name.as_ref().is_some_and(|known| known.eq_ignore_ascii_case(&last.value)));
        match (meant.next(), meant.next()) {
            (Some(bound), None) if !self.is_merged => Some(bound.shape.clone()),
            _ => None,
        }
    }

    /// The type of a column of one of the tables, where only one can be meant.
    fn type_of(&self, table: Option<&str>, column: &str) -> Option<std::sync::Arc<str>> {
        let is_meant = |bound: &&Bound| match (table, &bound.name) {
            (None, _) => true,
            (Some(table), Some(name)) => name.eq_ignore_ascii_case(table),
            (Some(_), None) => false,
        };
        let mut found = None;
        for bound in self.bound.iter().filter(is_meant) {
            for item in bound.shape.as_ref()?.iter() {
                match item {
                    Item::Column(known) if known.is_named(column) => {
                        if found.is_some() {
                            return None;
                        }
                        found = Some(known.data_type.clone());
                    }
                    Item::Column(_) => {}
                    Item::All { .. } => return None,
                }
            }
        }
        found.flatten()
    }
}

fn from(tables: &[TableWithJoins], known: &Known<'_>) -> From {
    let mut from = From { bound: Vec::new(), all: Some(Rc::default()), is_merged: false };
    for table in tables {
        let all = with_joins(table, known, &mut from);
        from.all = both(from.all.take(), all);
    }
    from
}

fn with_joins(table: &TableWithJoins, known: &Known<'_>, from: &mut From) -> Shape {
    let mut all = of_table(&table.relation, known, from);
    for join in &table.joins {
        let right = of_table(&join.relation, known, from);
        all = match constraint(&join.join_operator) {
            Some(JoinConstraint::On(_) | JoinConstraint::None) => both(all, right),
            Some(JoinConstraint::Using(names)) => {
                from.is_merged = true;
                merged(all, right, names)
            }
            Some(JoinConstraint::Natural) | None => {
                from.is_merged = true;
                None
            }
        };
    }
    all
}

/// What joins the two tables, of the joins that Athena knows.
pub(super) fn constraint(operator: &JoinOperator) -> Option<&JoinConstraint> {
    match operator {
        JoinOperator::Join(constraint)
        | JoinOperator::Inner(constraint)
        | JoinOperator::Left(constraint)
        | JoinOperator::LeftOuter(constraint)
        | JoinOperator::Right(constraint)
        | JoinOperator::RightOuter(constraint)
        | JoinOperator::FullOuter(constraint)
        | JoinOperator::CrossJoin(constraint) => Some(constraint),
        _ => None,
    }
}

fn both(left: Shape, right: Shape) -> Shape {
    let (left, right) = (left?, right?);
    if left.is_empty() {
        return Some(right);
    }
    let items: Vec<Item> = left.iter().chain(right.iter()).cloned().collect();
    (items.len() <= MOST).then(|| Rc::new(items))
}

/// The columns of a join with `using`: those that are joined come first, and once.
fn merged(left: Shape, right: Shape, names: &[ObjectName]) -> Shape {
    let (left, right) = (left?, right?);
    let plain = |items: &[Item]| -> Option<Vec<Column>> {
        let column = |item: &Item| if let Item::Column(column) = item { Some(column.clone()) } else { None };
        items.iter().map(column).collect()
    };
    let (left, right) = (plain(&left)?, plain(&right)?);
    let mut items = Vec::new();
    let mut joined = Vec::new();
    for name in names {
        let name = &name.0.last()?.as_ident()?.value;
        items.push(Item::Column(left.iter().find(|column| column.is_named(name))?.clone()));
        joined.push(name.as_str());
    }
    let is_other = |column: &Column| !joined.iter().any(|name| column.is_named(name));
    items.extend(left.into_iter().chain(right).filter(is_other).map(Item::Column));
    (items.len() <= MOST).then(|| Rc::new(items))
}

fn of_table(table: &TableFactor, known: &Known<'_>, from: &mut From) -> Shape {
    let (shape, alias, own_name) = match table {
        TableFactor::Table { name, alias, args: None, .. } => {
            let own_name = name.0.last().and_then(|part| part.as_ident()).map(|ident| ident.value.clone());
            let cte = own_name.as_ref().filter(|_| name.0.len() == 1).and_then(|name| known.cte(name));
            let other = || table_name(name).map(|table| Rc::new(vec![Item::All { at: table.at, table }]));
            (cte.cloned().unwrap_or_else(other), alias.as_ref(), own_name)
        }
        TableFactor::Derived { lateral, subquery, alias, .. } => {
            let beside = Known { outer: Some(known), ..Known::default() };
            (of_query(subquery, if *lateral { &beside } else { known }), alias.as_ref(), None)
        }
        TableFactor::NestedJoin { table_with_joins, alias: None } => {
            return with_joins(table_with_joins, known, from);
        }
        TableFactor::UNNEST { alias, .. } => (None, alias.as_ref(), None),
        _ => (None, None, None),
    };
    let shape = renamed(shape, alias);
    let name = alias.map(|alias| alias.name.value.clone()).or(own_name);
    from.bound.push(Bound { name, shape: shape.clone() });
    shape
}

/// The names that an alias gives to the columns, in the place of their own.
fn renamed(shape: Shape, alias: Option<&TableAlias>) -> Shape {
    let names = alias.map(|alias| alias.columns.as_slice()).unwrap_or_default();
    if names.is_empty() {
        return shape;
    }
    let types = |at: usize| match shape.as_ref().and_then(|items| items.get(at)) {
        Some(Item::Column(column)) => column.data_type.clone(),
        _ => None,
    };
    let is_plain = shape.iter().flat_map(|items| items.iter()).all(|item| matches!(item, Item::Column(_)));
    let column = |(at, name): (usize, &sqlparser::ast::TableAliasColumnDef)| {
        Item::Column(Column { data_type: is_plain.then(|| types(at)).flatten(), ..called(&name.name) })
    };
    Some(Rc::new(names.iter().enumerate().map(column).collect()))
}
