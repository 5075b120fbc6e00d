//! Aggregates: with `distinct`, `order by`, `filter` and `over`. Behaviour: Trino's "Aggregate functions".

use std::ops::ControlFlow;

use sqlparser::ast::{
    DuplicateTreatment, Expr, Function, FunctionArgumentClause, FunctionArguments, OrderByExpr, Query, Select, Visit,
    Visitor,
};

use super::call::{Argument, cast_if, filled};
use super::data_type::Type;
use super::functions;
use super::scope::Scope;
use super::{Answer, Translator, Typed, not_here};

/// The clauses of a call, in DuckDB's words.
#[derive(Debug, Default)]
pub(super) struct Clauses {
    pub(super) distinct: &'static str,
    pub(super) order: String,
    pub(super) nulls: &'static str,
    /// `filter (…)` and `over (…)`, each with a space before it.
    pub(super) after: String,
}

impl Translator<'_> {
    /// An aggregate over a group, or over a window.
    pub(super) fn aggregate(&self, scope: &Scope<'_>, call: &Function, name: &str, written: &[&Expr]) -> Answer<Typed> {
        let place = scope.of_query();
        if !place.allows_aggregates {
            let message = format!("`{name}` counts over rows and cannot stand here");
            return self.wrong(call, message, "put it after `select`, or after `having`");
        }
        let over_group = call.over.is_none();
        let was_inside =
            place.grouping.as_ref().is_some_and(|grouping| over_group && grouping.in_aggregate.replace(true));
        if was_inside {
            return self.wrong(
                call,
                format!("`{name}` stands inside of another aggregate"),
                "compute the inner one in a query of its own",
            );
        }
        let result = self.aggregated(scope, call, name, written);
        if let Some(grouping) = place.grouping.as_ref().filter(|_| over_group) {
            grouping.in_aggregate.replace(false);
        }
        Ok(self.taken_out(scope, result?))
    }

    fn aggregated(&self, scope: &Scope<'_>, call: &Function, name: &str, written: &[&Expr]) -> Answer<Typed> {
        let Some(known) = functions::aggregate(name) else { return self.unknown_function(name, call) };
        self.fits_window(call, name)?;
        let arguments = self.arguments(scope, written)?;
        let clauses = self.clauses(scope, call, name)?;
        if let ("avg", [Argument::Value(value)]) = (name, arguments.as_slice())
            && let Type::Decimal(_, scale) = value.data_type
        {
            let sum = aggregates(&format!("[[sum|{}]]", value.sql), &clauses);
            let count = aggregates(&format!("[[count|{}]]", value.sql), &clauses);
            let unit = super::arithmetic::unit(scale);
            let sql = format!(
                "CAST(__scaled(__div_half_up(__unscaled({sum}), CAST(nullif({count}, 0) AS HUGEINT)), {unit}) AS {})",
                value.data_type.in_duckdb()
            );
            return Ok(Typed::new(sql, value.data_type.clone()));
        }
        for argument in &arguments {
            if let Argument::Value(value) = argument
                && value.data_type.has_zone()
                && (!clauses.distinct.is_empty()
                    || matches!(name, "approx_distinct" | "histogram" | "map_agg" | "multimap_agg"))
            {
                return not_here(format!("{name} of distinct {}", value.data_type));
            }
        }
        let resolved = self.resolved(scope, (name, known), &arguments, call)?;
        let words = filled(resolved.signature.words, &resolved.arguments);
        let sql = aggregates(&words, &clauses);
        Ok(Typed::new(cast_if(resolved.signature, sql, &resolved.result), resolved.result))
    }

    /// Over a window, Athena's aggregates take neither `distinct` nor `filter`.
    fn fits_window(&self, call: &Function, name: &str) -> Answer<()> {
        let is_distinct = matches!(&call.args, FunctionArguments::List(list)
            if list.duplicate_treatment == Some(DuplicateTreatment::Distinct));
        if call.over.is_none() || (!is_distinct && call.filter.is_none()) {
            return Ok(());
        }
        let clause = if is_distinct { "distinct" } else { "filter" };
        self.wrong(
            call,
            format!("`{name}` takes no `{clause}` beside `over`"),
            "Athena refuses this; work out what it counts in a query of its own, or with `case when`",
        )
    }

    /// What stands around the arguments of an aggregate or a window function.
    pub(super) fn clauses(&self, scope: &Scope<'_>, call: &Function, name: &str) -> Answer<Clauses> {
        let mut clauses = Clauses::default();
        let mut order: &[OrderByExpr] = &[];
        if let FunctionArguments::List(list) = &call.args {
            if list.duplicate_treatment == Some(DuplicateTreatment::Distinct) {
                clauses.distinct = "DISTINCT ";
            }
            for clause in &list.clauses {
                match clause {
                    FunctionArgumentClause::OrderBy(by) => order = by,
                    FunctionArgumentClause::OnOverflow(_) => return not_here("listagg … on overflow"),
                    _ => return self.no_such_syntax(call, &format!("`{name}` takes no such clause")),
                }
            }
        }
        if !call.within_group.is_empty() {
            if name != "listagg" {
                return self.no_such_syntax(call, "only `listagg` takes `within group`");
            }
            order = &call.within_group;
        } else if name == "listagg" {
            return self.wrong(call, "`listagg` needs an order", "write `listagg(x, ',') within group (order by x)`");
        }
        if !order.is_empty() {
            clauses.order = format!(" ORDER BY {}", self.order_items(scope, order)?);
        }
        if let Some(filter) = &call.filter {
            clauses.after = format!(" FILTER (WHERE {})", self.boolean(scope, filter)?.sql);
        }
        if let Some(over) = &call.over {
            clauses.after.push_str(&format!(" OVER ({})", self.window(scope, over)?));
        }
        clauses.nulls = self.null_treatment(call)?;
        Ok(clauses)
    }
}

/// Writes each `[[sum|x]]` as DuckDB's aggregate, with the clauses of the call.
pub(super) fn aggregates(words: &str, clauses: &Clauses) -> String {
    let Some((before, rest)) = words.split_once("[[") else { return words.to_owned() };
    let Some((name, rest)) = rest.split_once('|') else { return words.to_owned() };
    let end = closing(rest);
    let (inside, after) = (&rest[..end], &rest[(end + 2).min(rest.len())..]);
    let distinct = if inside.starts_with("DISTINCT ") { "" } else { clauses.distinct };
    let after = aggregates(after, clauses);
    format!("{before}{name}({distinct}{inside}{}{}){}{after}", clauses.order, clauses.nulls, clauses.after)
}

/// Where the `]]` is that closes: brackets inside of it belong to arrays, and texts may hold any.
fn closing(rest: &str) -> usize {
    let mut depth = 0usize;
    let mut in_text = false;
    let bytes = rest.as_bytes();
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b'\'' => in_text = !in_text,
            _ if in_text => {}
            b'[' => depth += 1,
            b']' if depth == 0 && bytes.get(at + 1) == Some(&b']') => return at,
            b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    rest.len()
}

/// Whether a select makes groups: by `group by`, `having` or an aggregate that is not over a window.
pub(super) fn makes_groups(select: &Select, order: &[OrderByExpr]) -> bool {
    let has_keys = match &select.group_by {
        sqlparser::ast::GroupByExpr::All(_) => true,
        sqlparser::ast::GroupByExpr::Expressions(keys, modifiers) => !keys.is_empty() || !modifiers.is_empty(),
    };
    let mut finder = Finder { depth: 0 };
    has_keys
        || select.having.is_some()
        || select.projection.iter().any(|item| item.visit(&mut finder).is_break())
        || order.iter().any(|item| item.visit(&mut finder).is_break())
}

/// Looks for an aggregate outside of the queries in an expression.
struct Finder {
    depth: usize,
}

impl Visitor for Finder {
    type Break = ();

    fn pre_visit_query(&mut self, _: &Query) -> ControlFlow<()> {
        self.depth += 1;
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, _: &Query) -> ControlFlow<()> {
        self.depth -= 1;
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
        match expr {
            Expr::Function(call)
                if self.depth == 0
                    && call.over.is_none()
                    && functions::aggregate(&call.name.to_string().to_lowercase()).is_some() =>
            {
                ControlFlow::Break(())
            }
            _ => ControlFlow::Continue(()),
        }
    }
}
