//! Athena's way of reading, where it differs from the standard's.

use std::any::TypeId;

use sqlparser::dialect::{Dialect, GenericDialect};

/// Athena's dialect, as far as it differs from the standard in reading.
#[derive(Debug)]
pub(super) struct AthenaDialect;

impl Dialect for AthenaDialect {
    /// Where sqlparser asks for a dialect by name, it reads as its generic one.
    fn dialect(&self) -> TypeId {
        TypeId::of::<GenericDialect>()
    }

    fn is_identifier_start(&self, ch: char) -> bool {
        ch.is_alphabetic() || ch == '_'
    }

    fn is_identifier_part(&self, ch: char) -> bool {
        ch.is_alphanumeric() || ch == '_' || ch == '$' || ch == '@'
    }

    fn is_delimited_identifier_start(&self, ch: char) -> bool {
        ch == '"'
    }

    fn supports_filter_during_aggregation(&self) -> bool {
        true
    }

    fn supports_group_by_expr(&self) -> bool {
        true
    }

    fn supports_lambda_functions(&self) -> bool {
        true
    }

    fn supports_nested_comments(&self) -> bool {
        false
    }

    fn supports_window_function_null_treatment_arg(&self) -> bool {
        true
    }

    fn supports_within_after_array_aggregation(&self) -> bool {
        true
    }

    fn supports_limit_comma(&self) -> bool {
        false
    }

    /// `from (t)`.
    fn supports_parens_around_table_factor(&self) -> bool {
        true
    }

    /// `U&'\00e9'`.
    fn supports_unicode_string_literal(&self) -> bool {
        true
    }

    /// `extract(day_of_week from d)`.
    fn allow_extract_custom(&self) -> bool {
        true
    }

    /// `select (cast(row(1, 2) as row(a int, b int))).*`.
    fn supports_select_expr_star(&self) -> bool {
        true
    }

    /// Without it sqlparser knows no `struct<…>` types, which is how rows are read.
    fn supports_struct_literal(&self) -> bool {
        true
    }
}
