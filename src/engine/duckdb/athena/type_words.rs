//! Types written as words, read: as DuckDB describes them, and as the signatures of functions write them.

use super::data_type::{Field, Type};

/// A reader of a type's words.
pub(super) struct TypeWords<'t> {
    rest: &'t str,
}

impl<'t> TypeWords<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { rest: text.trim() }
    }

    pub(super) fn is_done(&self) -> bool {
        self.rest.trim().is_empty()
    }

    pub(super) fn take(&mut self, symbol: &str) -> bool {
        match self.rest.trim_start().strip_prefix(symbol) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    /// A bare word, or one in double quotes.
    pub(super) fn word(&mut self) -> Option<String> {
        let text = self.rest.trim_start();
        if let Some(quoted) = text.strip_prefix('"') {
            let mut name = String::new();
            let mut chars = quoted.char_indices().peekable();
            while let Some((at, c)) = chars.next() {
                if c != '"' {
                    name.push(c);
                } else if chars.peek().is_some_and(|(_, next)| *next == '"') {
                    name.push('"');
                    chars.next();
                } else {
                    self.rest = &quoted[at + 1..];
                    return Some(name);
                }
            }
            return None;
        }
        let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
        self.rest = &text[end..];
        (end > 0).then(|| text[..end].to_owned())
    }

    fn number<T: std::str::FromStr>(&mut self) -> Option<T> {
        self.word()?.parse().ok()
    }

    /// `(10,2)` of a decimal.
    fn precision(&mut self) -> Option<(u8, u8)> {
        self.take("(").then_some(())?;
        let precision = self.number()?;
        let scale = if self.take(",") { self.number()? } else { 0 };
        self.take(")").then_some((precision, scale))
    }

    /// A type as DuckDB's `DESCRIBE` prints it.
    pub(super) fn duckdb(&mut self) -> Option<Type> {
        let mut found = match self.word()?.to_uppercase().as_str() {
            "BOOLEAN" => Type::Boolean,
            "TINYINT" => Type::Tinyint,
            "SMALLINT" | "UTINYINT" => Type::Smallint,
            "INTEGER" | "USMALLINT" => Type::Integer,
            "BIGINT" | "UINTEGER" | "HUGEINT" | "UBIGINT" => Type::Bigint,
            "FLOAT" => Type::Real,
            "DOUBLE" => Type::Double,
            "DECIMAL" => self.precision().map(|(precision, scale)| Type::Decimal(precision, scale))?,
            "VARCHAR" => Type::Varchar(None),
            "BLOB" => Type::Varbinary,
            "DATE" => Type::Date,
            "TIME" => Type::Time(3),
            "TIMESTAMP" if self.take("WITH TIME ZONE") => Type::Zoned(3),
            "TIMESTAMP" => Type::Timestamp(3),
            "INTERVAL" => Type::Days,
            "UUID" => Type::Uuid,
            "MAP" => {
                self.take("(").then_some(())?;
                let key = self.duckdb()?;
                self.take(",").then_some(())?;
                let value = self.duckdb()?;
                self.take(")").then_some(())?;
                Type::map(key, value)
            }
            "STRUCT" => self.fields()?,
            _ => return None,
        };
        while self.take("[]") {
            found = Type::array(found);
        }
        Some(found)
    }

    fn fields(&mut self) -> Option<Type> {
        self.take("(").then_some(())?;
        let mut fields = Vec::new();
        loop {
            let name = Some(self.word()?);
            fields.push(Field { name, data_type: self.duckdb()? });
            if !self.take(",") {
                return self.take(")").then_some(Type::Row(fields));
            }
        }
    }

    /// A type in the signature of a function: a variable is one capital letter.
    pub(super) fn pattern(&mut self) -> Option<Pattern> {
        let word = self.word()?;
        let nested = |words: &mut Self| {
            words.take("(").then_some(())?;
            let mut inner = vec![words.pattern()?];
            while words.take(",") {
                inner.push(words.pattern()?);
            }
            words.take(")").then_some(inner)
        };
        Some(match word.as_str() {
            "array" => Pattern::Array(Box::new(nested(self)?.pop()?)),
            "map" => {
                let mut inner = nested(self)?;
                let value = inner.pop()?;
                Pattern::Map(Box::new(inner.pop()?), Box::new(value))
            }
            "row" => Pattern::Row(nested(self)?),
            "function" | "entries" | "pairs" => {
                let mut inner = nested(self)?;
                let result = inner.pop()?;
                let over = match word.as_str() {
                    "function" => Over::Values,
                    "entries" => Over::Entries,
                    _ => Over::Pairs,
                };
                Pattern::Function(inner, Box::new(result), over)
            }
            "any" => Pattern::Any,
            "decimal" => Pattern::Decimal,
            "widest" => Pattern::WidestDecimal,
            name if name.len() == 1 => Pattern::Variable(name.chars().next()?),
            name => Pattern::Exactly(plain(name)?),
        })
    }
}

fn plain(name: &str) -> Option<Type> {
    Some(match name {
        "boolean" => Type::Boolean,
        "tinyint" => Type::Tinyint,
        "smallint" => Type::Smallint,
        "integer" => Type::Integer,
        "bigint" => Type::Bigint,
        "real" => Type::Real,
        "double" => Type::Double,
        "varchar" => Type::Varchar(None),
        "varbinary" => Type::Varbinary,
        "date" => Type::Date,
        "time" => Type::Time(3),
        "timestamp" => Type::Timestamp(3),
        "zoned" => Type::Zoned(3),
        "months" => Type::Months,
        "days" => Type::Days,
        "json" => Type::Json,
        "uuid" => Type::Uuid,
        _ => return None,
    })
}

/// A type in a signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Pattern {
    Exactly(Type),
    /// Any type, the same wherever the letter stands.
    Variable(char),
    Any,
    /// A decimal of any size; as a result, the size of the first decimal that was given.
    Decimal,
    /// As a result: 38 digits, with the scale of the first decimal that was given.
    WidestDecimal,
    Array(Box<Pattern>),
    Map(Box<Pattern>, Box<Pattern>),
    Row(Vec<Pattern>),
    /// A lambda: the types of its parameters, of what it returns, and what DuckDB's lambda goes over.
    Function(Vec<Pattern>, Box<Pattern>, Over),
}

/// What the one value is that DuckDB's lambda is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Over {
    /// The lambda's own parameters.
    Values,
    /// A map's entry, whose key and value are the parameters.
    Entries,
    /// A pair of two lists' elements.
    Pairs,
}
