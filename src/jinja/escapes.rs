//! The escapes in a text of a template: Python's in, minijinja's out.
//!
//! minijinja knows fewer, and refuses what Python leaves alone, such as `'\\d'`.

use std::ops::Range;

use super::map::Edits;

/// Rewrites the escapes of the text that stands in `source[range]`, quotes included.
pub(super) fn rewrite(source: &str, range: Range<usize>, edits: &mut Edits) {
    let text = &source[range.clone()];
    let mut at = 1;
    let mut lines = 0;
    while let Some(found) = text.get(at..).and_then(|rest| rest.find('\\')) {
        let start = at + found;
        let rest = &text[start + 1..];
        let Some(kind) = rest.chars().next() else { break };
        let (length, meant) = meaning(rest, kind);
        let whole = range.start + start..range.start + start + 1 + length;
        match meant {
            Meant::Same => {}
            Meant::Itself => edits.insert(whole.start, "\\".to_owned()),
            Meant::Nothing => {
                lines += 1;
                edits.replace(whole, "");
            }
            Meant::Char(c) => edits.replace(whole, &written(c)),
        }
        at = start + 1 + length;
    }
    if lines > 0 {
        edits.insert(range.end, "\n".repeat(lines));
    }
}

/// What an escape means.
enum Meant {
    /// The same to minijinja.
    Same,
    /// Nothing special: the backslash stays.
    Itself,
    /// A line that goes on in the next.
    Nothing,
    Char(char),
}

/// The length of an escape after its backslash, and what it means.
fn meaning(rest: &str, kind: char) -> (usize, Meant) {
    let code = |digits: usize, radix: u32, skip: usize| {
        let part = rest.get(skip..).unwrap_or_default();
        let end = part.char_indices().take(digits).take_while(|(_, c)| c.is_digit(radix)).count();
        let value = u32::from_str_radix(&part[..end], radix).ok().and_then(char::from_u32);
        (end, value)
    };
    let fixed = |digits: usize| match code(digits, 16, 1) {
        (found, Some(c)) if found == digits => (1 + digits, Meant::Char(c)),
        _ => (1, Meant::Itself),
    };
    match kind {
        '\\' | '\'' | '"' | 'n' | 'r' | 't' => (1, Meant::Same),
        '\n' => (1, Meant::Nothing),
        '\r' if rest.starts_with("\r\n") => (2, Meant::Nothing),
        '\r' => (1, Meant::Nothing),
        'a' => (1, Meant::Char('\u{7}')),
        'b' => (1, Meant::Char('\u{8}')),
        'f' => (1, Meant::Char('\u{c}')),
        'v' => (1, Meant::Char('\u{b}')),
        'x' => fixed(2),
        'u' => fixed(4),
        'U' => fixed(8),
        '0'..='7' => match code(3, 8, 0) {
            (digits, Some(c)) => (digits, Meant::Char(c)),
            _ => (1, Meant::Itself),
        },
        other => (other.len_utf8(), Meant::Itself),
    }
}

/// A character in a text of minijinja's.
fn written(c: char) -> String {
    match c {
        '\n' => "\\n".to_owned(),
        '\r' => "\\r".to_owned(),
        '\\' | '\'' | '"' => format!("\\{c}"),
        c => c.to_string(),
    }
}
