//! What others wrote in, the same as harmless text out: one escaper for each place that cadet writes to.
//!
//! Nothing from a pull request is trusted: file names, YAML, templates, SQL and what servers say of it. No other module
//! escapes, and nothing is escaped twice.

pub mod log;
pub mod markdown;

use std::borrow::Cow;

use super::secrets;

/// Shows what would move the cursor, change the direction of text or be invisible as an escape, and hides the secrets
/// that cadet was given.
pub fn clean(text: &str) -> String {
    let text = secrets::hidden(text);
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if is_hidden(c) || (c.is_control() && !matches!(c, '\n' | '\t')) {
            out.extend(c.escape_unicode());
        } else {
            out.push(c);
        }
    }
    out
}

/// A path on one line.
pub fn clean_path(path: &str) -> String {
    clean(path).replace('\n', "\\n").replace('\t', "\\t")
}

/// Invisible, or a change of direction.
fn is_hidden(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// At most `most` bytes of a text, with a sign where something is missing.
pub fn cut(text: &str, most: usize) -> Cow<'_, str> {
    if text.len() <= most {
        return Cow::Borrowed(text);
    }
    Cow::Owned(format!("{}…", &text[..crate::source::file::floor_char(text, most)]))
}

/// A path as a part of an address.
pub fn url_path(path: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~/".contains(&byte);
    path.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

/// A label in a Mermaid graph: letters, digits and what stands in names; everything else by its number.
pub fn mermaid(label: &str) -> String {
    let mut out = String::new();
    for c in clean_path(label).chars() {
        match c {
            'a'..='z' | 'A'..='Z' | '0'..='9' | '_' | '.' | '-' | ' ' => out.push(c),
            c => out.push_str(&format!("#{};", u32::from(c))),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_is_shown() {
        assert_eq!(clean("a\x1b[2Kb\u{202e}c\u{ad}\n"), "a\\u{1b}[2Kb\\u{202e}c\\u{ad}\n");
    }

    #[test]
    fn the_page_hides_the_same() {
        let script = include_str!("../html/dom.js");
        let pattern = script.split_once("HIDDEN =\n  /").unwrap().1.split_once("/gu;").unwrap().0;
        let pattern = regex::Regex::new(pattern).unwrap();
        for c in '\0'..=char::MAX {
            let is_escaped = is_hidden(c) || (c.is_control() && !matches!(c, '\n' | '\t'));
            assert_eq!(pattern.is_match(c.encode_utf8(&mut [0; 4])), is_escaped, "{c:?}");
        }
    }

    #[test]
    fn a_label_cannot_end_itself() {
        assert_eq!(mermaid("a\"]; click n \"x\""), "a#34;#93;#59; click n #34;x#34;");
    }
}
