//! Names that a query gives.

use sqlparser::ast::Ident;

use super::{Answer, Translator};
use crate::compile::sql::is_reserved;

impl Translator<'_> {
    /// A name that the query gives to something.
    pub(super) fn given_name(&self, name: &Ident) -> Answer<String> {
        if name.quote_style.is_none() {
            if is_reserved(&name.value) {
                let message = format!("`{}` is a word of SQL and cannot be a name", name.value);
                return self.wrong(name, message, "choose another name, or put it in double quotes");
            }
            if name.value.starts_with(|c: char| c.is_ascii_digit()) {
                let message = format!("the name `{}` begins with a digit", name.value);
                return self.wrong(name, message, "put it in double quotes");
            }
        } else if name.quote_style == Some('\'') {
            let message = format!("the name `{}` stands in single quotes", name.value);
            return self.wrong(name, message, "names take double quotes; texts are put together with `||`");
        } else if name.quote_style == Some('`') {
            let message = format!("`{}` stands in backticks", name.value);
            return self.wrong(name, message, "in a query, names take double quotes");
        }
        Ok(name.value.clone())
    }
}
