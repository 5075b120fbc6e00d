//! Where a node of the tree stands in the query.

use sqlparser::ast::{
    Expr, Function, Ident, Join, ObjectName, OrderBy, Query, Select, SelectItem, SetExpr, Spanned, TableFactor,
    ValueWithSpan, Values,
};
use sqlparser::tokenizer::Span;

/// A node that a message can point at.
pub(super) trait Placed {
    fn place(&self) -> Span;
}

impl Placed for Ident {
    fn place(&self) -> Span {
        self.span
    }
}

impl Placed for Span {
    fn place(&self) -> Span {
        *self
    }
}

macro_rules! placed {
    ($($node:ty)*) => {
        $(impl Placed for $node {
            fn place(&self) -> Span {
                self.span()
            }
        })*
    };
}

placed! { Expr Function Join ObjectName OrderBy Query Select SelectItem SetExpr TableFactor Values ValueWithSpan }
