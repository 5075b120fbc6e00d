//! Subscripts and fields: `a[1]`, `m['x']`, `r.y`, `(…).y`.

use sqlparser::ast::{AccessExpr, Expr, Subscript};

use super::coerce;
use super::data_type::Type;
use super::scope::Scope;
use super::{Answer, Translator, Typed};

impl Translator<'_> {
    /// What stands behind a chain of brackets and dots.
    pub(super) fn accessed(&self, scope: &Scope<'_>, root: &Expr, chain: &[AccessExpr]) -> Answer<Typed> {
        let mut names = Vec::new();
        // A chain that begins with names may begin with a table's name.
        if let Expr::Identifier(first) = root {
            names.push(first.clone());
            for access in chain {
                match access {
                    AccessExpr::Dot(Expr::Identifier(name)) => names.push(name.clone()),
                    _ => break,
                }
            }
        }
        let (mut value, rest) = match names.len() {
            0 => (self.expr(scope, root)?, chain),
            count => (self.named(scope, &names)?, &chain[count - 1..]),
        };
        for access in rest {
            value = match access {
                AccessExpr::Dot(Expr::Identifier(name)) => self.field(&value, name)?,
                AccessExpr::Dot(other) => return self.no_such_syntax(other, "a field's name stands after the dot"),
                AccessExpr::Subscript(Subscript::Index { index }) => self.subscript(scope, value, index)?,
                AccessExpr::Subscript(Subscript::Slice { .. }) => {
                    return self.no_such_syntax(root, "Athena knows no `a[1:2]`: use `slice(a, 1, 2)`");
                }
            };
        }
        Ok(value)
    }

    fn subscript(&self, scope: &Scope<'_>, value: Typed, index: &Expr) -> Answer<Typed> {
        let key = self.expr(scope, index)?;
        match &value.data_type {
            Type::Array(element) if coerce::fits(&key.data_type, &Type::Bigint) => {
                let key = self.coerced(&key, &Type::Bigint)?;
                Ok(Typed::new(format!("__subscript({}, {key})", value.sql), (**element).clone()))
            }
            Type::Map(known, element) if coerce::common(&key.data_type, known).is_some() => {
                let wanted = coerce::common(&key.data_type, known).unwrap_or(Type::Unknown);
                let key = self.coerced(&key, &wanted)?;
                let map = self.coerced(&value, &Type::map(wanted, (**element).clone()))?;
                Ok(Typed::new(format!("__map_value({map}, {key})"), (**element).clone()))
            }
            Type::Row(fields) => {
                let at = match index {
                    Expr::Value(number) => number.value.to_string().parse::<usize>().ok(),
                    _ => None,
                };
                match at.and_then(|at| Some((at - 1, fields.get(at.checked_sub(1)?)?))) {
                    Some((at, field)) => {
                        let sql = format!("struct_extract({}, {})", value.sql, super::text(&field.in_duckdb(at)));
                        Ok(Typed::new(sql, field.data_type.clone()))
                    }
                    None => self.wrong(
                        index,
                        "a row's field is asked for by a number that it has not",
                        "the first field is 1",
                    ),
                }
            }
            other => {
                let message = format!("a {} stands in brackets after a {other}", key.data_type);
                self.wrong(index, message, "brackets take a place in an array, or a key of a map")
            }
        }
    }
}
