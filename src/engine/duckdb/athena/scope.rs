//! Which names an expression may use, and what they stand for.

use std::cell::RefCell;

use sqlparser::ast::Ident;

use super::data_type::Type;
use super::{Answer, Output, Translator, Typed};
use crate::engine::duckdb::message;

/// A column that an expression can name.
#[derive(Debug, Clone)]
pub(super) struct Column {
    pub(super) name: Option<String>,
    /// The parts of the name of the table that it comes from; empty for one that is known by its own name only.
    pub(super) relation: Vec<String>,
    pub(super) sql: String,
    pub(super) data_type: Type,
    /// Joined with `using`: the name alone means the joined column, and `*` skips this one.
    pub(super) is_merged: bool,
}

/// A common table expression.
#[derive(Debug, Clone)]
pub(super) struct Cte {
    pub(super) name: String,
    pub(super) sql_name: String,
    pub(super) columns: Vec<Output>,
}

/// What the rows are grouped by, while the expressions over the groups are translated.
#[derive(Debug, Default)]
pub(super) struct Grouping {
    /// The keys in DuckDB's words.
    pub(super) keys: Vec<String>,
    /// Columns that stand outside of keys and aggregates: what they are called, and where.
    pub(super) loose: RefCell<Vec<(String, Option<usize>)>>,
    pub(super) in_aggregate: RefCell<bool>,
}

/// The names that are known in one place of a query.
#[derive(Debug, Default)]
pub(super) struct Scope<'p> {
    pub(super) columns: Vec<Column>,
    pub(super) ctes: Vec<Cte>,
    pub(super) grouping: Option<Grouping>,
    /// Whether aggregates and window functions may stand here.
    pub(super) allows_aggregates: bool,
    /// Inside of `try`: what DuckDB cannot have there, taken out; and the name that it is then known by.
    pub(super) taken_out: RefCell<Option<(String, Vec<String>)>>,
    /// Windows that have names: the name and the definition in DuckDB's words.
    pub(super) windows: Vec<(String, sqlparser::ast::WindowSpec)>,
    pub(super) parent: Option<&'p Scope<'p>>,
    /// A lambda's or a `try`'s scope is part of the query around it.
    pub(super) is_inner: bool,
}

impl<'p> Scope<'p> {
    /// A scope in which nothing is known but what is known around it.
    pub(super) fn within(parent: &'p Scope<'p>) -> Self {
        Self { parent: Some(parent), ..Self::default() }
    }

    /// A scope of the same query, with a lambda's parameters.
    pub(super) fn with_parameters(parent: &'p Scope<'p>, columns: Vec<Column>) -> Self {
        Self { columns, is_inner: true, ..Self::within(parent) }
    }

    /// The scope of the query that this one is part of.
    pub(super) fn of_query(&self) -> &Scope<'p> {
        match self.parent {
            Some(parent) if self.is_inner => parent.of_query(),
            _ => self,
        }
    }

    pub(super) fn cte(&self, name: &str) -> Option<&Cte> {
        let own = self.ctes.iter().rev().find(|cte| cte.name.eq_ignore_ascii_case(name));
        own.or_else(|| self.parent.and_then(|parent| parent.cte(name)))
    }

    /// The columns that `*` or `table.*` means.
    pub(super) fn starred(&self, relation: &[String]) -> Vec<&Column> {
        let is_meant = |column: &&Column| {
            if relation.is_empty() { !column.is_merged } else { ends_with(&column.relation, relation) }
        };
        self.columns.iter().filter(is_meant).collect()
    }

    fn matching(&self, relation: &[String], name: &str) -> Vec<&Column> {
        let is_meant = |column: &&Column| {
            column.name.as_ref().is_some_and(|known| known.eq_ignore_ascii_case(name))
                && if relation.is_empty() { !column.is_merged } else { ends_with(&column.relation, relation) }
        };
        self.columns.iter().filter(is_meant).collect()
    }

    fn knows_relation(&self, relation: &[String]) -> bool {
        self.columns.iter().any(|column| ends_with(&column.relation, relation))
            || self.parent.is_some_and(|parent| parent.knows_relation(relation))
    }

    fn all_names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.columns.iter().filter_map(|column| column.name.as_deref()).collect();
        if let Some(parent) = self.parent {
            names.extend(parent.all_names());
        }
        names
    }

    /// Notes a column that is used where rows are grouped, unless it is a key.
    pub(super) fn note(&self, column: &Column, offset: Option<usize>) {
        let Some(grouping) = &self.grouping else { return };
        if !*grouping.in_aggregate.borrow() && !grouping.keys.contains(&column.sql) {
            let name = column.name.clone().unwrap_or_default();
            grouping.loose.borrow_mut().push((name, offset));
        }
    }
}

fn ends_with(known: &[String], written: &[String]) -> bool {
    known.len() >= written.len()
        && known.iter().rev().zip(written.iter().rev()).all(|(known, written)| known.eq_ignore_ascii_case(written))
}

impl Translator<'_> {
    /// What a name, or names with dots between, stand for: a column, or a field of a column that is a row.
    pub(super) fn named(&self, scope: &Scope<'_>, names: &[Ident]) -> Answer<Typed> {
        let parts: Vec<String> = names.iter().map(|name| name.value.clone()).collect();
        let mut here = Some(scope);
        while let Some(place) = here {
            for at in (0..parts.len()).rev() {
                let found = place.matching(&parts[..at], &parts[at]);
                if found.len() > 1 {
                    let message =
                        format!("the column `{}` is in more than one of the tables that this reads", parts[at]);
                    return self.wrong(&names[at], message, "write the table's name before it, as in `a.id`");
                }
                if let Some(column) = found.first() {
                    place.note(column, self.offset(names[0].span));
                    let column = Typed::new(column.sql.clone(), column.data_type.clone());
                    return names[at + 1..].iter().try_fold(column, |row, name| self.field(&row, name));
                }
            }
            here = place.parent;
        }
        self.unknown_name(scope, names)
    }

    fn unknown_name(&self, scope: &Scope<'_>, names: &[Ident]) -> Answer<Typed> {
        let parts: Vec<String> = names.iter().map(|name| name.value.clone()).collect();
        if let Some(hidden) = parts.last().filter(|name| name.starts_with('$')) {
            return super::not_here(hidden.clone());
        }
        let (last, relation) =
            parts.split_last().map_or(("", &parts[..]), |(last, relation)| (last.as_str(), relation));
        let (message, help) = if !relation.is_empty() && scope.knows_relation(relation) {
            message::no_column_of(relation.last().map_or("", String::as_str), last)
        } else if relation.is_empty() {
            message::no_column(last, &scope.all_names())
        } else {
            message::no_relation(&relation.join("."))
        };
        let at = names.last().filter(|_| relation.is_empty() || !scope.knows_relation(relation)).or(names.first());
        let offset = at.and_then(|name| self.offset(if relation.is_empty() { name.span } else { names[0].span }));
        Err(crate::engine::EngineError::Query { message, offset, help: Some(help) })
    }

    /// A field of a row.
    pub(super) fn field(&self, row: &Typed, name: &Ident) -> Answer<Typed> {
        let Type::Row(fields) = &row.data_type else {
            let message = format!("`{}` is asked of a value that is no row but a {}", name.value, row.data_type);
            return self.wrong(name, message, "only a row has fields; check the name before the dot");
        };
        let is_meant = |field: &super::data_type::Field| {
            field.name.as_ref().is_some_and(|known| known.eq_ignore_ascii_case(&name.value))
        };
        let Some(at) = fields.iter().position(is_meant) else {
            let message = format!("the row has no field `{}`", name.value);
            return self.wrong(name, message, "check the field's name in the row's type");
        };
        let sql = format!("struct_extract({}, {})", row.sql, super::text(&fields[at].in_duckdb(at)));
        Ok(Typed::new(sql, fields[at].data_type.clone()))
    }
}
