//! Windows: what stands after `over`, and the functions that need it. Behaviour: Trino's "Window functions".

use sqlparser::ast::{
    Expr, Function, NullTreatment, OrderByExpr, OrderBySort, WindowFrameBound, WindowFrameUnits, WindowSpec, WindowType,
};

use super::aggregate::aggregates;
use super::call::{cast_if, filled};
use super::data_type::Type;
use super::functions;
use super::scope::Scope;
use super::{Answer, Translator, Typed, not_here};

impl Translator<'_> {
    /// A function that is no aggregate, over a window.
    pub(super) fn window_function(&self, scope: &Scope<'_>, call: &Function, name: &str) -> Answer<Typed> {
        let Some(known) = functions::window(name) else {
            if functions::scalar(name).is_some() {
                return self.wrong(
                    call,
                    format!("`{name}` works on one row and takes no `over`"),
                    "take `over (…)` away",
                );
            }
            return self.unknown_function(name, call);
        };
        if !scope.of_query().allows_aggregates {
            let message = format!("`{name}` looks at other rows and cannot stand here");
            return self.wrong(call, message, "put it after `select`, and filter in a query around it");
        }
        self.fits_order(call, name)?;
        let written = self.written_arguments(call)?;
        let arguments = self.arguments(scope, &written)?;
        let clauses = self.clauses(scope, call, name)?;
        let resolved = self.resolved(scope, (name, known), &arguments, call)?;
        let words = filled(resolved.signature.words, &resolved.arguments);
        let sql = cast_if(resolved.signature, aggregates(&words, &clauses), &resolved.result);
        Ok(self.taken_out(scope, Typed::new(sql, resolved.result)))
    }

    /// `lag` and `lead` need an order, and take no frame.
    fn fits_order(&self, call: &Function, name: &str) -> Answer<()> {
        let Some(WindowType::WindowSpec(spec)) = &call.over else { return Ok(()) };
        if !matches!(name, "lag" | "lead") || spec.window_name.is_some() {
            return Ok(());
        }
        if spec.order_by.is_empty() {
            return self.wrong(
                call,
                format!("`{name}` needs an order"),
                "say which row comes before: `over (order by …)`",
            );
        }
        if spec.window_frame.is_some() {
            return self.wrong(call, format!("`{name}` takes no frame"), "take `rows between …` away");
        }
        Ok(())
    }

    pub(super) fn null_treatment(&self, call: &Function) -> Answer<&'static str> {
        Ok(match call.null_treatment {
            Some(NullTreatment::IgnoreNulls) if call.over.is_some() => " IGNORE NULLS",
            Some(NullTreatment::IgnoreNulls) => return not_here("ignore nulls without over"),
            _ => "",
        })
    }

    /// What stands between the brackets after `over`.
    pub(super) fn window(&self, scope: &Scope<'_>, window: &WindowType) -> Answer<String> {
        match window {
            WindowType::WindowSpec(spec) => self.window_spec(scope, spec),
            WindowType::NamedWindow(name) => self.named_window(scope, name),
        }
    }

    fn named_window(&self, scope: &Scope<'_>, name: &sqlparser::ast::Ident) -> Answer<String> {
        let known = &scope.of_query().windows;
        match known.iter().find(|(known, _)| known.eq_ignore_ascii_case(&name.value)) {
            Some((_, spec)) => self.window_spec(scope, spec),
            None => self.wrong(
                name,
                format!("there is no window `{}`", name.value),
                "define it: `window w as (order by …)`",
            ),
        }
    }

    fn window_spec(&self, scope: &Scope<'_>, spec: &WindowSpec) -> Answer<String> {
        let mut parts = Vec::new();
        if let Some(name) = &spec.window_name {
            parts.push(self.named_window(scope, name)?);
        }
        if !spec.partition_by.is_empty() {
            let keys = spec.partition_by.iter().map(|key| self.key(scope, key)).collect::<Answer<Vec<_>>>()?;
            parts.push(format!("PARTITION BY {}", keys.join(", ")));
        }
        if !spec.order_by.is_empty() {
            parts.push(format!("ORDER BY {}", self.order_items(scope, &spec.order_by)?));
        }
        if let Some(frame) = &spec.window_frame {
            let units = match frame.units {
                WindowFrameUnits::Rows => "ROWS",
                WindowFrameUnits::Range => "RANGE",
                WindowFrameUnits::Groups => "GROUPS",
            };
            let start = self.bound(scope, &frame.start_bound)?;
            let end = frame.end_bound.as_ref().map(|end| self.bound(scope, end)).transpose()?;
            let end = end.unwrap_or_else(|| "CURRENT ROW".to_owned());
            parts.push(format!("{units} BETWEEN {start} AND {end}"));
        }
        Ok(parts.join(" "))
    }

    fn bound(&self, scope: &Scope<'_>, bound: &WindowFrameBound) -> Answer<String> {
        let side = |value: Option<&Expr>, word: &str| {
            Ok(match value {
                None => format!("UNBOUNDED {word}"),
                Some(value) => format!("{} {word}", self.expr(scope, value)?.sql),
            })
        };
        match bound {
            WindowFrameBound::CurrentRow => Ok("CURRENT ROW".to_owned()),
            WindowFrameBound::Preceding(value) => side(value.as_deref(), "PRECEDING"),
            WindowFrameBound::Following(value) => side(value.as_deref(), "FOLLOWING"),
        }
    }

    /// What rows are grouped or ordered by: an instant is the same in every zone.
    pub(super) fn key(&self, scope: &Scope<'_>, expr: &Expr) -> Answer<String> {
        let value = self.expr(scope, expr)?;
        key_of(&value)
    }

    /// The items after `order by`; nulls come last, both ways.
    pub(super) fn order_items(&self, scope: &Scope<'_>, items: &[OrderByExpr]) -> Answer<String> {
        let item = |item: &OrderByExpr| {
            let key = self.key(scope, &item.expr)?;
            self.ordered(&key, item)
        };
        Ok(items.iter().map(item).collect::<Answer<Vec<_>>>()?.join(", "))
    }

    /// A key with its direction.
    pub(super) fn ordered(&self, key: &str, item: &OrderByExpr) -> Answer<String> {
        let direction = match item.options.sort {
            None | Some(OrderBySort::Asc) => "ASC",
            Some(OrderBySort::Desc) => "DESC",
            Some(OrderBySort::Using(_)) => return self.no_such_syntax(&item.expr, "rows are ordered `asc` or `desc`"),
        };
        if item.with_fill.is_some() {
            return self.no_such_syntax(&item.expr, "Athena knows no `with fill`");
        }
        let nulls = if item.options.nulls_first == Some(true) { "FIRST" } else { "LAST" };
        Ok(format!("{key} {direction} NULLS {nulls}"))
    }
}

pub(super) fn key_of(value: &Typed) -> Answer<String> {
    match &value.data_type {
        Type::Zoned(_) => Ok(format!("struct_extract({}, 't')", value.sql)),
        nested if nested.has_zone() => not_here(format!("order by {nested}")),
        _ => Ok(value.sql.clone()),
    }
}
