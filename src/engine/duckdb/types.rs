//! Athena's types in DuckDB's words.

/// The DuckDB type for an Athena type, in either of its spellings (`array<int>` and `array(int)`).
///
/// # Errors
/// When the text is not a type that cadet knows: nothing unknown is ever pasted into a statement.
pub fn duckdb_type(athena: &str) -> Result<String, String> {
    let text = athena.trim().to_lowercase();
    let mut reader = Reader { text: &text, at: 0 };
    let found = reader.data_type().filter(|_| reader.rest().is_empty());
    found.ok_or_else(|| format!("`{athena}` is not a type that cadet knows"))
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
}

impl Reader<'_> {
    fn rest(&self) -> &str {
        self.text[self.at..].trim_start()
    }

    fn take(&mut self, symbols: &[char]) -> Option<char> {
        let found = self.rest().chars().next().filter(|c| symbols.contains(c))?;
        self.at = self.text.len() - self.rest().len() + found.len_utf8();
        Some(found)
    }

    fn word(&mut self) -> Option<String> {
        let rest = self.rest();
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
        let word = rest[..end].to_owned();
        self.at = self.text.len() - rest.len() + end;
        (!word.is_empty()).then_some(word)
    }

    fn data_type(&mut self) -> Option<String> {
        let name = self.word()?;
        match name.as_str() {
            "string" | "varchar" | "char" | "text" => self.numbers().map(|_| "varchar".to_owned()),
            "int" | "integer" => Some("integer".to_owned()),
            "boolean" | "tinyint" | "smallint" | "bigint" | "date" | "double" | "uuid" => Some(name),
            "real" | "float" => Some("real".to_owned()),
            "binary" | "varbinary" => Some("blob".to_owned()),
            "timestamp" | "time" => self.numbers().map(|_| name),
            "decimal" | "numeric" => {
                let numbers = self.numbers()?;
                Some(match numbers.as_slice() {
                    [] => "decimal(38, 0)".to_owned(),
                    [precision] => format!("decimal({precision}, 0)"),
                    [precision, scale, ..] => format!("decimal({precision}, {scale})"),
                })
            }
            "array" => self.nested(|it| Some(format!("{}[]", it.data_type()?))),
            "map" => self.nested(|it| {
                let key = it.data_type()?;
                it.take(&[','])?;
                Some(format!("map({key}, {})", it.data_type()?))
            }),
            "struct" | "row" => self.nested(Self::fields),
            _ => None,
        }
    }

    /// `(10, 2)`, or nothing.
    fn numbers(&mut self) -> Option<Vec<u32>> {
        let mut numbers = Vec::new();
        if self.take(&['(']).is_none() {
            return Some(numbers);
        }
        loop {
            numbers.push(self.word()?.parse().ok()?);
            if self.take(&[',', ')'])? == ')' {
                return Some(numbers);
            }
        }
    }

    fn nested(&mut self, inner: impl FnOnce(&mut Self) -> Option<String>) -> Option<String> {
        let open = self.take(&['<', '('])?;
        let inner = inner(self)?;
        self.take(&[if open == '<' { '>' } else { ')' }])?;
        Some(inner)
    }

    fn fields(&mut self) -> Option<String> {
        let mut fields = Vec::new();
        loop {
            let name = self.word()?;
            self.take(&[':']);
            fields.push(format!("\"{name}\" {}", self.data_type()?));
            if self.take(&[',']).is_none() {
                return Some(format!("struct({})", fields.join(", ")));
            }
        }
    }
}

/// Whether a column that DuckDB describes is of the wanted type. Contracts compare kinds, not sizes, as dbt's do.
pub fn same_kind(wanted: &str, built: &str) -> bool {
    let kind = |text: &str| text.to_lowercase().split('(').next().unwrap_or_default().trim().to_owned();
    // A sum of integers is bigint in Athena, and wider in DuckDB.
    let built = if built.eq_ignore_ascii_case("hugeint") { "bigint" } else { built };
    let nested = wanted.ends_with("[]") || wanted.starts_with("struct") || wanted.starts_with("map");
    if nested { wanted.replace(' ', "") == built.to_lowercase().replace(' ', "") } else { kind(wanted) == kind(built) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn athenas_types_have_duckdbs_words_and_nothing_else_passes() {
        let cases = [
            ("string", "varchar"),
            ("VARCHAR(10)", "varchar"),
            ("int", "integer"),
            ("decimal(10,2)", "decimal(10, 2)"),
            ("array<string>", "varchar[]"),
            ("row(a bigint, b array(double))", "struct(\"a\" bigint, \"b\" double[])"),
            ("map<string,struct<x:int>>", "map(varchar, struct(\"x\" integer))"),
            ("timestamp(3)", "timestamp"),
        ];
        for (athena, duckdb) in cases {
            assert_eq!(duckdb_type(athena).unwrap(), duckdb);
        }
        for wrong in ["int) location 'x' --", "array<int", "foo", "", "int int"] {
            assert!(duckdb_type(wrong).is_err(), "{wrong}");
        }
    }
}
