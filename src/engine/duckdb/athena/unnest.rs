//! `unnest` of arrays, maps and rows. Behaviour: Trino's "UNNEST".

use sqlparser::ast::Expr;

use super::data_type::Type;
use super::scope::Scope;
use super::{Answer, Output, Relation, Translator, column_name};

/// One list to unnest, and the columns that its elements give: each in DuckDB's words over the element.
struct List {
    sql: String,
    columns: Vec<(String, Output)>,
}

impl Translator<'_> {
    /// The rows of arrays side by side: shorter ones are filled with nulls.
    pub(super) fn unnest(&self, scope: &Scope<'_>, exprs: &[Expr], with_ordinality: bool) -> Answer<Relation> {
        let mut lists = Vec::new();
        for expr in exprs {
            lists.extend(self.lists(scope, expr)?);
        }
        let inner = self.fresh('r');
        let mut unnested = Vec::new();
        let mut items = Vec::new();
        let mut columns = Vec::new();
        for (at, list) in lists.iter().enumerate() {
            unnested.push(format!("unnest({}) AS e{at}", list.sql));
            for (words, output) in &list.columns {
                items.push(words.replace("{e}", &format!("{inner}.e{at}")));
                columns.push(output.clone());
            }
        }
        if with_ordinality {
            let lengths: Vec<String> = lists.iter().map(|list| format!("coalesce(len({}), 0)", list.sql)).collect();
            unnested.push(format!("unnest(range(1, greatest({}) + 1)) AS n", lengths.join(", ")));
            items.push(format!("{inner}.n"));
            columns.push(Output { name: None, data_type: Type::Bigint });
        }
        let items: Vec<String> =
            items.iter().enumerate().map(|(at, item)| format!("{item} AS {}", column_name(at))).collect();
        let sql = format!("SELECT {} FROM (SELECT {}) AS {inner}", items.join(", "), unnested.join(", "));
        Ok(Relation { sql, columns })
    }

    fn lists(&self, scope: &Scope<'_>, expr: &Expr) -> Answer<Vec<List>> {
        let value = self.expr(scope, expr)?;
        let plain = |sql: String, data_type: &Type| List {
            sql,
            columns: vec![("{e}".to_owned(), Output { name: None, data_type: data_type.clone() })],
        };
        Ok(match &value.data_type {
            Type::Map(key, of) => {
                vec![plain(format!("map_keys({})", value.sql), key), plain(format!("map_values({})", value.sql), of)]
            }
            Type::Array(element) => match &**element {
                Type::Row(fields) => {
                    let column = |(at, field): (usize, &super::data_type::Field)| {
                        let words = format!("struct_extract({{e}}, {})", super::text(&field.in_duckdb(at)));
                        (words, Output { name: field.name.clone(), data_type: field.data_type.clone() })
                    };
                    vec![List { sql: value.sql, columns: fields.iter().enumerate().map(column).collect() }]
                }
                element => vec![plain(value.sql, element)],
            },
            other => {
                return self.wrong(
                    expr,
                    format!("`unnest` takes an array or a map, and this is a {other}"),
                    "cast it, or split it into an array first",
                );
            }
        })
    }
}
