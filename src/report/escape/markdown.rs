//! GitHub's Markdown: text that makes no link, no mention, no image, no mark-up and no cell of its own.
//!
//! What GitHub makes of text after it has read the Markdown (mentions, numbers of issues, commits, emoji) is kept from it
//! by a blank without width after the sign that it looks for; everything else is written by its number.

use std::fmt::Write as _;

use super::{clean, cut};

/// A blank without width, which ends a word for GitHub and for no reader.
const BREAK: &str = "&#8203;";

/// A name in a code span: nothing in it means anything to GitHub.
pub fn code(text: &str) -> String {
    let text = clean(text).replace(['\n', '\t'], " ");
    let text = text.trim();
    if text.is_empty() || text.contains(['`', '|', '\\']) {
        return format!("<code>{}</code>", entities(text));
    }
    format!("`{text}`")
}

/// A sentence of cadet's, with names between backticks, on one line.
pub fn prose(text: &str) -> String {
    let words = |part: &str| entities(&clean(part)).replace('\n', "<br>").replace("  ", "&nbsp; ");
    let mut out = String::new();
    let mut rest = text;
    // A backtick without another one after it is text.
    while let Some((before, name, after)) = rest
        .split_once('`')
        .and_then(|(before, after)| after.split_once('`').map(|(name, after)| (before, name, after)))
    {
        out.push_str(&words(before));
        out.push_str(&code(name));
        rest = after;
    }
    out + &words(rest)
}

/// Text without names in it, on one line.
pub fn plain(text: &str) -> String {
    entities(&clean(text)).replace('\n', "<br>")
}

/// Lines as they are, in a block; `language` is cadet's own word. At most `most` bytes of it are shown.
pub fn block(language: &str, text: &str, most: usize) -> String {
    let text = clean(text);
    let text = cut(text.trim_end(), most);
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}{language}\n{text}\n{fence}")
}

/// Every character that Markdown, HTML or GitHub gives a meaning to, by its number.
fn entities(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let chars: Vec<char> = text.chars().collect();
    let hex = commits(&chars);
    for (at, c) in chars.iter().enumerate() {
        let before = at.checked_sub(1).map_or(' ', |at| chars[at]);
        let next = chars.get(at + 1).copied().unwrap_or(' ');
        // What begins an item of a list: a dash, a plus, or digits with a dot or a bracket.
        let is_numbered = at > 0 && matches!(c, '.' | ')') && chars[..at].iter().all(char::is_ascii_digit);
        let is_start = is_numbered || (at == 0 && matches!(c, '-' | '+'));
        let means_something = match c {
            '&' | '<' | '>' | '\\' | '`' | '*' | '[' | ']' | '|' | '~' | '$' | '^' | '{' | '}' | '!' | '=' => true,
            // Inside a word an underscore is plain.
            '_' => !(before.is_alphanumeric() && next.is_alphanumeric()),
            _ => is_start,
        };
        let ends_word = match c {
            '@' | '#' => true,
            ':' => !next.is_whitespace(),
            '.' => before.eq_ignore_ascii_case(&'w'),
            '-' => before.eq_ignore_ascii_case(&'h') && next.is_ascii_digit(),
            _ => hex.contains(&at),
        };
        // Writing to a text cannot fail.
        let _ = match means_something || matches!(c, '@' | '#') {
            true => write!(out, "&#{};", u32::from(*c)),
            false => write!(out, "{c}"),
        };
        if ends_word {
            out.push_str(BREAK);
        }
    }
    out
}

/// Where words are to be broken that could be the name of a commit.
fn commits(chars: &[char]) -> Vec<usize> {
    let (mut found, mut start) = (Vec::new(), 0);
    for at in 0..=chars.len() {
        let is_in = chars.get(at).is_some_and(char::is_ascii_hexdigit);
        if !is_in {
            // `deadbeef` is the name of a commit too; a word of fewer letters is none.
            if at - start >= 7 {
                found.extend((start + 3..at - 1).step_by(4));
            }
            start = at + 1;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_the_project_stays_text() {
        let hostile = "a|b `x|y` @org/everyone #1 ![i](https://e) <img src=x> </details>\n## no";
        assert_eq!(
            prose(hostile),
            "a&#124;b <code>x&#124;y</code> &#64;&#8203;org/everyone &#35;&#8203;1 &#33;&#91;i&#93;(https:&#8203;//e) \
             &#60;img src&#61;x&#62; &#60;/details&#62;<br>&#35;&#8203;&#35;&#8203; no"
        );
        assert_eq!(
            prose("www.evil.uk __x__ a_b: c :tada:"),
            "www.&#8203;evil.uk &#95;&#95;x&#95;&#95; a_b: c :&#8203;tada:"
        );
        assert_eq!(prose("1. GH-12 deadbeef1 defaced"), "1&#46; GH-&#8203;12 dead&#8203;beef&#8203;1 defa&#8203;ced");
    }

    #[test]
    fn a_block_is_longer_than_what_is_in_it() {
        assert_eq!(block("sql", "a\n````\n# b", 99), "`````sql\na\n````\n# b\n`````");
    }
}
