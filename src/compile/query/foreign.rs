//! What other databases' SQL knows and Athena's does not, though sqlparser reads it. Behaviour: Trino's grammar.

use sqlparser::ast::{
    AccessExpr, BinaryOperator, CastKind, DateTimeField, Distinct, Expr, GroupByExpr, JoinConstraint, JoinOperator,
    LimitClause, OrderByKind, Query, Select, SetExpr, SetQuantifier, Spanned, Subscript, TableFactor, TableWithJoins,
    Value,
};
use sqlparser::tokenizer::{Span, Token, TokenWithSpan};

use super::columns::constraint;

/// A way of writing that is another database's.
#[derive(Debug, PartialEq, Eq)]
pub struct Idiom {
    /// What it is, for the start of a sentence.
    pub what: &'static str,
    /// What to write.
    pub instead: &'static str,
}

macro_rules! idioms {
    ($($name:ident: $what:literal, $instead:literal;)*) => {
        $(static $name: Idiom = Idiom { what: $what, instead: $instead };)*
    };
}

idioms! {
    COLONS: "`::` for a cast", "write `cast(value as type)`";
    ILIKE: "`ilike`", "write `lower(value) like 'pattern'`, with the pattern in small letters";
    SIMILAR: "`rlike`, `regexp` or `similar to`", "write `regexp_like(value, 'pattern')`";
    QUALIFY: "`qualify`", "number the rows in a CTE, and filter by the number in the query that reads it";
    GROUP_ALL: "`group by all`", "write the columns, or their numbers: `group by 1, 2`";
    BRACKETS: "a list in `[ ]`", "write `array[1, 2]`";
    BRACES: "a value in `{ }`", "write `map(array[keys], array[values])`, or `cast(row(...) as row(name type))`";
    OFFSET: "`offset` after `limit`", "write `offset` first: `offset 10 limit 5`";
    INTERVAL: "an interval that is not a number in quotes and a unit", "write `interval '1' day`";
    UNIT: "an interval in this unit", "Athena knows year, month, day, hour, minute and second: a week is `interval '7' day`";
    DISTINCT_ON: "`distinct on`", "number the rows with `row_number() over (partition by ...)` in a CTE, and keep the first";
    TOP: "`select top`", "write `limit` at the end";
    INTO: "`select into`", "leave it out: cadet creates the table";
    LATERAL_VIEW: "`lateral view`", "write `cross join unnest(list) as t (value)`";
    NO_CONDITION: "a join without `on` or `using`", "write what joins the two, or `cross join`";
    OTHER_JOIN: "this kind of join", "Athena knows inner, left, right, full and cross joins; write `where exists (...)` or a window function";
    PIVOT: "`pivot` or `unpivot`", "write `max(case when ... end)` for each column, or `cross join unnest` for each row";
    JSON_ARROW: "`->` or `->>` on JSON", "write `json_extract_scalar(value, '$.key')`";
    JSON_COLON: "`:` on JSON", "write `json_extract_scalar(value, '$.key')`";
    PATTERN_SIGN: "`~` for a pattern", "write `regexp_like(value, 'pattern')`";
    BITS: "a sign for bits", "write `bitwise_and(a, b)`, `bitwise_or(a, b)` or `bitwise_xor(a, b)`";
    SPACESHIP: "`<=>`", "write `a is not distinct from b`";
    WHOLE_DIVISION: "`//` or `div`", "write `/`: between whole numbers it leaves the rest out";
    SAFE_CAST: "`safe_cast`", "write `try_cast(value as type)`";
    CONVERT: "`convert`", "write `cast(value as type)`";
    LIKE_ANY: "`like any`", "write `or` between several `like`, or `regexp_like(value, 'a|b')`";
    COLLATE: "`collate`", "leave it out, or compare with `lower(value)`";
    SLICE: "`[from:to]`", "write `slice(list, start, length)`";
    TRUTH: "`is true` or `is false`", "write `coalesce(value, false)`, or `value` alone";
    EPOCH: "`extract(epoch from ...)`", "write `to_unixtime(value)`";
    BY_NAME: "`union by name`", "write the columns in the same order in both";
    ORDER_ALL: "`order by all`", "write the columns";
    LOCKS: "`for update`", "leave it out";
    MATERIALIZED: "`as materialized`", "leave it out: write `as (`";
}

type Found = Vec<(&'static Idiom, Span)>;

/// What a sign alone shows.
pub(super) fn in_tokens(tokens: &[TokenWithSpan]) -> Found {
    let casts = tokens.iter().filter(|token| token.token == Token::DoubleColon);
    casts.map(|token| (&COLONS, token.span)).collect()
}

pub(super) fn in_query(query: &Query) -> Found {
    let mut found = Found::new();
    if let Some(LimitClause::LimitOffset { limit: Some(limit), offset: Some(offset), .. }) = &query.limit_clause {
        let (limit, offset) = (limit.span(), offset.value.span());
        if limit.start < offset.start {
            found.push((&OFFSET, offset));
        }
    }
    if let Some(order) = query.order_by.as_ref().filter(|order| matches!(order.kind, OrderByKind::All(_))) {
        found.push((&ORDER_ALL, order.span()));
    }
    if !query.locks.is_empty() {
        found.push((&LOCKS, Span::empty()));
    }
    if let SetExpr::SetOperation { set_quantifier, .. } = query.body.as_ref()
        && matches!(set_quantifier, SetQuantifier::ByName | SetQuantifier::AllByName | SetQuantifier::DistinctByName)
    {
        found.push((&BY_NAME, query.body.span()));
    }
    let ctes = query.with.iter().flat_map(|with| &with.cte_tables);
    found.extend(ctes.filter(|cte| cte.materialized.is_some()).map(|cte| (&MATERIALIZED, cte.alias.name.span)));
    found
}

pub(super) fn in_select(select: &Select) -> Found {
    let mut found = Found::new();
    let start = select.select_token.0.span;
    if let Some(filter) = &select.qualify {
        found.push((&QUALIFY, filter.span()));
    }
    if matches!(select.group_by, GroupByExpr::All(_)) {
        found.push((&GROUP_ALL, start));
    }
    if matches!(select.distinct, Some(Distinct::On(_))) {
        found.push((&DISTINCT_ON, start));
    }
    if select.top.is_some() {
        found.push((&TOP, start));
    }
    if select.into.is_some() {
        found.push((&INTO, start));
    }
    if let Some(view) = select.lateral_views.first() {
        found.push((&LATERAL_VIEW, view.lateral_view_name.span()));
    }
    select.from.iter().for_each(|table| in_joins(table, &mut found));
    found
}

fn in_joins(table: &TableWithJoins, found: &mut Found) {
    for join in &table.joins {
        let idiom = match (&join.join_operator, constraint(&join.join_operator)) {
            (JoinOperator::CrossJoin(_), _) => continue,
            (_, Some(JoinConstraint::None)) => &NO_CONDITION,
            (_, Some(_)) => continue,
            (_, None) => &OTHER_JOIN,
        };
        found.push((idiom, join.relation.span()));
    }
}

pub(super) fn in_table(factor: &TableFactor) -> Found {
    let mut found = Found::new();
    match factor {
        TableFactor::Pivot { .. } | TableFactor::Unpivot { .. } | TableFactor::UnpivotExpr { .. } => {
            found.push((&PIVOT, factor.span()));
        }
        TableFactor::NestedJoin { table_with_joins, .. } => in_joins(table_with_joins, &mut found),
        _ => {}
    }
    found
}

pub(super) fn in_expression(expr: &Expr) -> Option<(&'static Idiom, Span)> {
    let idiom = match expr {
        Expr::ILike { .. } => &ILIKE,
        Expr::RLike { .. } | Expr::SimilarTo { .. } => &SIMILAR,
        Expr::Like { any: true, .. } => &LIKE_ANY,
        Expr::Array(array) if !array.named => &BRACKETS,
        Expr::Dictionary(_) => &BRACES,
        Expr::Interval(interval) => of_interval(interval)?,
        Expr::JsonAccess { .. } => &JSON_COLON,
        Expr::Cast { kind: CastKind::SafeCast, .. } => &SAFE_CAST,
        Expr::Convert { .. } => &CONVERT,
        Expr::Collate { .. } => &COLLATE,
        Expr::IsTrue(_) | Expr::IsFalse(_) | Expr::IsNotTrue(_) | Expr::IsNotFalse(_) => &TRUTH,
        Expr::Extract { field: DateTimeField::Epoch, .. } => &EPOCH,
        Expr::CompoundFieldAccess { access_chain, .. } if access_chain.iter().any(is_slice) => &SLICE,
        Expr::BinaryOp { op, .. } => of_sign(op)?,
        _ => return None,
    };
    Some((idiom, expr.span()))
}

fn is_slice(access: &AccessExpr) -> bool {
    matches!(access, AccessExpr::Subscript(Subscript::Slice { .. }))
}

fn of_interval(interval: &sqlparser::ast::Interval) -> Option<&'static Idiom> {
    const UNITS: [DateTimeField; 6] = [
        DateTimeField::Year,
        DateTimeField::Month,
        DateTimeField::Day,
        DateTimeField::Hour,
        DateTimeField::Minute,
        DateTimeField::Second,
    ];
    let value = match interval.value.as_ref() {
        // `interval '1' day`, and `interval -'1' day`.
        Expr::UnaryOp { expr, .. } => expr.as_ref(),
        other => other,
    };
    let is_text = matches!(value, Expr::Value(value) if matches!(value.value, Value::SingleQuotedString(_)));
    match &interval.leading_field {
        Some(unit) if is_text => (!UNITS.contains(unit)).then_some(&UNIT),
        _ => Some(&INTERVAL),
    }
}

fn of_sign(sign: &BinaryOperator) -> Option<&'static Idiom> {
    Some(match sign {
        BinaryOperator::Arrow | BinaryOperator::LongArrow => &JSON_ARROW,
        BinaryOperator::PGRegexMatch
        | BinaryOperator::PGRegexIMatch
        | BinaryOperator::PGRegexNotMatch
        | BinaryOperator::PGRegexNotIMatch => &PATTERN_SIGN,
        BinaryOperator::Regexp | BinaryOperator::Match => &SIMILAR,
        BinaryOperator::BitwiseAnd
        | BinaryOperator::BitwiseOr
        | BinaryOperator::BitwiseXor
        | BinaryOperator::PGBitwiseXor
        | BinaryOperator::PGBitwiseShiftLeft
        | BinaryOperator::PGBitwiseShiftRight => &BITS,
        BinaryOperator::Spaceship => &SPACESHIP,
        BinaryOperator::DuckIntegerDivide | BinaryOperator::MyIntegerDivide => &WHOLE_DIVISION,
        _ => return None,
    })
}
