//! Which functions are known, with their signatures and what they are in DuckDB's words.
//!
//! A line is a signature: `name|other(types) result = words`, in which `{0}` is the first argument and `{*}` all of
//! them, and `{digits}` how many digits the first moment has after its seconds. `~` for `=` casts the words to the result's type. A capital letter is any type. In an aggregate, `[[f|x]]` is
//! DuckDB's aggregate, which takes `distinct`, `order by`, `filter` and `over` from the call.

mod aggregates;
mod arrays;
mod binary;
mod json;
mod moments;
mod numbers;
mod refused;
mod text;

use std::collections::HashMap;
use std::sync::LazyLock;

use super::type_words::{Pattern, TypeWords};

pub(super) use refused::{is_longer_in_athena, is_of_athena};

/// What a function is called with and what it becomes.
#[derive(Debug)]
pub(super) struct Signature {
    pub(super) parameters: Vec<Pattern>,
    /// The last parameter may stand any number of times.
    pub(super) is_variadic: bool,
    pub(super) result: Pattern,
    pub(super) words: &'static str,
    /// DuckDB gives another type, so the words are cast.
    pub(super) is_cast: bool,
}

type Known = HashMap<&'static str, Vec<Signature>>;

static SCALARS: LazyLock<Known> = LazyLock::new(|| {
    let mut known = Known::new();
    for lines in [text::LINES, numbers::LINES, moments::LINES, arrays::LINES, json::LINES, binary::LINES] {
        read(lines, &mut known);
    }
    known
});
static AGGREGATES: LazyLock<Known> = LazyLock::new(|| {
    let mut known = Known::new();
    read(aggregates::LINES, &mut known);
    known
});
static WINDOW: LazyLock<Known> = LazyLock::new(|| {
    let mut known = Known::new();
    read(aggregates::WINDOW_LINES, &mut known);
    known
});

pub(super) fn scalar(name: &str) -> Option<&'static [Signature]> {
    SCALARS.get(name).map(Vec::as_slice)
}

pub(super) fn aggregate(name: &str) -> Option<&'static [Signature]> {
    AGGREGATES.get(name).map(Vec::as_slice)
}

pub(super) fn window(name: &str) -> Option<&'static [Signature]> {
    WINDOW.get(name).map(Vec::as_slice)
}

/// Every name, for `did you mean`.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    SCALARS.keys().chain(AGGREGATES.keys()).chain(WINDOW.keys()).copied()
}

fn read(lines: &'static str, known: &mut Known) {
    for line in lines.lines().filter(|line| !line.trim().is_empty()) {
        if let Some((names, make)) = signature(line) {
            for name in names.split('|') {
                if let Some(signature) = make() {
                    known.entry(name.trim()).or_default().push(signature);
                }
            }
        }
    }
}

/// The names of a line, and a way to make its signature for each of them.
fn signature(line: &'static str) -> Option<(&'static str, impl Fn() -> Option<Signature>)> {
    let (names, rest) = line.split_once('(')?;
    let at = rest.find([' ']).and_then(|_| rest.find(" = ").into_iter().chain(rest.find(" ~ ")).min())?;
    let (head, words) = (&rest[..at], &rest[at + 3..]);
    let is_cast = rest[at..].starts_with(" ~ ");
    Some((names, move || parsed(head, words.trim(), is_cast)))
}

/// `types) result` of a line.
fn parsed(head: &'static str, words: &'static str, is_cast: bool) -> Option<Signature> {
    let mut reader = TypeWords::new(head);
    let mut parameters = Vec::new();
    let mut is_variadic = false;
    while !reader.take(")") {
        parameters.push(reader.pattern()?);
        is_variadic = reader.take("...");
        reader.take(",");
    }
    let result = reader.pattern()?;
    Some(Signature { parameters, is_variadic, result, words, is_cast })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_read() {
        for lines in [
            text::LINES,
            numbers::LINES,
            moments::LINES,
            arrays::LINES,
            json::LINES,
            binary::LINES,
            aggregates::LINES,
            aggregates::WINDOW_LINES,
        ] {
            for line in lines.lines().filter(|line| !line.trim().is_empty()) {
                assert!(signature(line).and_then(|(_, make)| make()).is_some(), "{line}");
            }
        }
    }
}
