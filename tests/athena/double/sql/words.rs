//! A statement as words and signs, each with its place.

/// What a piece of a statement is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A bare word or a number.
    Word,
    /// A name in double quotes or backticks.
    Name,
    /// A text in single quotes.
    Text,
    Sign,
}

/// A piece of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    pub kind: Kind,
    /// Without its quotes.
    pub value: String,
    pub start: usize,
    pub end: usize,
}

/// A reader of a statement's pieces.
pub struct Words<'s> {
    pub sql: &'s str,
    pieces: Vec<Piece>,
    at: usize,
}

/// Splits a statement; comments and spaces are left out.
fn split(sql: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut at = 0;
    while let Some(c) = sql[at..].chars().next() {
        let rest = &sql[at..];
        let start = at;
        if c.is_whitespace() {
            at += c.len_utf8();
        } else if rest.starts_with("--") {
            at += rest.find('\n').unwrap_or(rest.len());
        } else if rest.starts_with("/*") {
            at += rest.find("*/").map_or(rest.len(), |end| end + 2);
        } else if matches!(c, '\'' | '"' | '`') {
            let (value, length) = in_quotes(rest, c);
            at += length;
            let kind = if c == '\'' { Kind::Text } else { Kind::Name };
            pieces.push(Piece { kind, value, start, end: at });
        } else if c.is_alphanumeric() || c == '_' {
            let length = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
            at += length;
            pieces.push(Piece { kind: Kind::Word, value: rest[..length].to_owned(), start, end: at });
        } else {
            at += c.len_utf8();
            pieces.push(Piece { kind: Kind::Sign, value: c.to_string(), start, end: at });
        }
    }
    pieces
}

/// The text between quotes, of which two stand for one; and how long it is with them.
fn in_quotes(rest: &str, quote: char) -> (String, usize) {
    let mut value = String::new();
    let mut chars = rest.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        if c != quote {
            value.push(c);
        } else if chars.peek().is_some_and(|(_, next)| *next == quote) {
            value.push(c);
            chars.next();
        } else {
            return (value, at + 1);
        }
    }
    (value, rest.len())
}

/// The first four words of a statement in small letters, with one space between any two.
pub fn first_words(sql: &str) -> String {
    let pieces = split(sql);
    let words: Vec<String> = pieces.iter().take(4).map(|piece| piece.value.to_lowercase()).collect();
    words.join(" ")
}

impl<'s> Words<'s> {
    pub fn of(sql: &'s str) -> Self {
        Self { sql, pieces: split(sql), at: 0 }
    }

    pub fn peek(&self) -> Option<&Piece> {
        self.pieces.get(self.at)
    }

    pub fn next(&mut self) -> Option<Piece> {
        let found = self.pieces.get(self.at).cloned();
        self.at += usize::from(found.is_some());
        found
    }

    pub fn is_done(&self) -> bool {
        self.pieces[self.at..].iter().all(|piece| piece.kind == Kind::Sign && piece.value == ";")
    }

    /// Takes these words and signs, in small letters with spaces between, if they are next.
    pub fn take(&mut self, wanted: &str) -> bool {
        let wanted: Vec<&str> = wanted.split(' ').collect();
        let is_next = wanted.iter().enumerate().all(|(at, word)| {
            self.pieces.get(self.at + at).is_some_and(|piece| {
                matches!(piece.kind, Kind::Word | Kind::Sign) && piece.value.eq_ignore_ascii_case(word)
            })
        });
        self.at += if is_next { wanted.len() } else { 0 };
        is_next
    }

    /// A name or a bare word, in small letters.
    pub fn name(&mut self) -> Option<String> {
        let piece = self.peek().filter(|piece| matches!(piece.kind, Kind::Word | Kind::Name))?;
        let name = piece.value.to_lowercase();
        self.at += 1;
        Some(name)
    }

    /// Names with dots between.
    pub fn path(&mut self) -> Vec<String> {
        let mut path: Vec<String> = self.name().into_iter().collect();
        while !path.is_empty() && self.take(".") {
            path.extend(self.name());
        }
        path
    }

    /// A text in single quotes.
    pub fn text(&mut self) -> Option<String> {
        let piece = self.peek().filter(|piece| piece.kind == Kind::Text)?;
        let text = piece.value.clone();
        self.at += 1;
        Some(text)
    }

    /// Where the next piece begins.
    pub fn place(&self) -> usize {
        self.peek().map_or(self.sql.len(), |piece| piece.start)
    }

    /// Where the last piece ended.
    pub fn end(&self) -> usize {
        self.at.checked_sub(1).and_then(|at| self.pieces.get(at)).map_or(0, |piece| piece.end)
    }

    /// The rest of the statement, without the `;` at its end.
    pub fn rest(&self) -> &'s str {
        let end = self.pieces.iter().rev().find(|piece| piece.value != ";" || piece.kind != Kind::Sign);
        let end = end.map_or(self.sql.len(), |piece| piece.end);
        self.sql.get(self.place()..end).unwrap_or_default()
    }

    /// Reads up to one of these words or signs outside of brackets, and gives the text before it.
    pub fn until(&mut self, ends: &[&str]) -> &'s str {
        self.before(ends, ("([", ")]"))
    }

    /// The same for what is written in Hive's types, where `<` and `>` are brackets.
    pub fn type_until(&mut self, ends: &[&str]) -> &'s str {
        self.before(ends, ("([<", ")]>"))
    }

    fn before(&mut self, ends: &[&str], (open, close): (&str, &str)) -> &'s str {
        let start = self.place();
        let mut depth = 0usize;
        let mut end = start;
        while let Some(piece) = self.peek() {
            let is_plain = matches!(piece.kind, Kind::Word | Kind::Sign);
            if depth == 0 && is_plain && ends.iter().any(|end| piece.value.eq_ignore_ascii_case(end)) {
                break;
            }
            if piece.kind == Kind::Sign {
                let sign = piece.value.as_str();
                if open.contains(sign) {
                    depth += 1;
                } else if sign == ";" || close.contains(sign) && depth == 0 {
                    break;
                } else if close.contains(sign) {
                    depth -= 1;
                }
            }
            end = piece.end;
            self.at += 1;
        }
        &self.sql[start..end]
    }

    /// The parts between the commas of what stands in brackets.
    pub fn list(&mut self) -> Option<Vec<&'s str>> {
        if !self.take("(") {
            return None;
        }
        let mut parts = Vec::new();
        while !self.take(")") {
            parts.push(self.until(&[","]));
            if !self.take(",") && self.peek().is_none() {
                return None;
            }
        }
        Some(parts)
    }
}

/// A name in double quotes.
pub fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A text in single quotes.
pub fn text(value: &str) -> String {
    format!("'{}'", value.replace('\'', "''"))
}
