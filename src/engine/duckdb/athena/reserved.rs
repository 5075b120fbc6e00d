//! Words that are no names unless they stand in double quotes. Behaviour: Trino's "Reserved keywords".

use sqlparser::ast::Ident;

use super::{Answer, Translator};

const RESERVED: &[&str] = &[
    "alter",
    "and",
    "as",
    "between",
    "by",
    "case",
    "cast",
    "constraint",
    "create",
    "cross",
    "cube",
    "current_catalog",
    "current_date",
    "current_path",
    "current_role",
    "current_schema",
    "current_time",
    "current_timestamp",
    "current_user",
    "deallocate",
    "delete",
    "describe",
    "distinct",
    "drop",
    "else",
    "end",
    "escape",
    "except",
    "execute",
    "exists",
    "extract",
    "false",
    "for",
    "from",
    "full",
    "group",
    "grouping",
    "having",
    "in",
    "inner",
    "insert",
    "intersect",
    "into",
    "is",
    "join",
    "json_array",
    "json_exists",
    "json_object",
    "json_query",
    "json_table",
    "json_value",
    "left",
    "like",
    "listagg",
    "localtime",
    "localtimestamp",
    "natural",
    "normalize",
    "not",
    "null",
    "on",
    "or",
    "order",
    "outer",
    "prepare",
    "recursive",
    "right",
    "rollup",
    "select",
    "skip",
    "table",
    "then",
    "trim",
    "true",
    "uescape",
    "union",
    "unnest",
    "using",
    "values",
    "when",
    "where",
    "with",
];

impl Translator<'_> {
    /// A name that the query gives to something.
    pub(super) fn given_name(&self, name: &Ident) -> Answer<String> {
        if name.quote_style.is_none() {
            if RESERVED.contains(&name.value.to_lowercase().as_str()) {
                let message = format!("`{}` is a word of SQL and cannot be a name", name.value);
                return self.wrong(name, message, "choose another name, or put it in double quotes");
            }
            if name.value.starts_with(|c: char| c.is_ascii_digit()) {
                let message = format!("the name `{}` begins with a digit", name.value);
                return self.wrong(name, message, "put it in double quotes");
            }
        } else if name.quote_style == Some('`') {
            let message = format!("`{}` stands in backticks", name.value);
            return self.wrong(name, message, "in a query, names take double quotes");
        }
        Ok(name.value.clone())
    }
}
