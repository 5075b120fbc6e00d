//! The values of the credentials that cadet was given in, a text without them out, however they are written in it.
//!
//! GitHub hides secrets in logs and summaries only, and only as they are. Every sink of this crate asks here.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::sync::OnceLock;

use regex::Regex;

/// What stands in the place of a secret.
const HIDDEN: &str = "***";

/// A shorter value may be a word of anyone's.
const SHORTEST: usize = 8;

/// From this length on several signs may stand between two letters.
const LONG: usize = 16;

/// Between the letters of a longer one no separators are looked for.
const LONGEST_SPACED: usize = 256;

static KNOWN: OnceLock<Option<Regex>> = OnceLock::new();

/// Learns the secrets of this process. Only the first call counts.
pub fn learn<'s>(values: impl IntoIterator<Item = &'s str>) {
    // It is called at the start, and again by whoever reads the environment once more.
    let _ = KNOWN.set(pattern(values));
}

/// The text without the secrets of this process.
pub fn hidden(text: &str) -> Cow<'_, str> {
    match KNOWN.get() {
        Some(Some(pattern)) => pattern.replace_all(text, HIDDEN),
        _ => Cow::Borrowed(text),
    }
}

/// Whether this process knows a secret, so that what is written has to be looked through.
pub fn is_any() -> bool {
    matches!(KNOWN.get(), Some(Some(_)))
}

/// The same of a file's bytes; what is no text holds no readable secret.
pub fn hidden_bytes(bytes: &[u8]) -> Cow<'_, [u8]> {
    match std::str::from_utf8(bytes).map(hidden) {
        Ok(Cow::Owned(text)) => Cow::Owned(text.into_bytes()),
        _ => Cow::Borrowed(bytes),
    }
}

fn pattern<'s>(values: impl IntoIterator<Item = &'s str>) -> Option<Regex> {
    let values: Vec<&str> = values.into_iter().map(str::trim).filter(|value| value.len() >= SHORTEST).collect();
    let mut needles: Vec<String> = values.iter().flat_map(|value| forms(value)).collect();
    if needles.is_empty() {
        return None;
    }
    // The longest first, so that nothing of a longer one stays beside a shorter one.
    needles.sort_by_key(|needle| std::cmp::Reverse(needle.len()));
    needles.dedup();
    // It only fails when it is too large, and the values alone are far from that.
    let plain = || Regex::new(&values.iter().map(|value| regex::escape(value)).collect::<Vec<_>>().join("|"));
    Regex::new(&needles.join("|")).or_else(|_| plain()).ok()
}

/// Every way to write a value that anyone would think of, each as a pattern.
fn forms(value: &str) -> Vec<String> {
    let reversed: String = value.chars().rev().collect();
    let mut forms = vec![spelt(value), spelt(&reversed), hex(value), hex(&reversed)];
    for offset in 0..3 {
        let text = base64(value.as_bytes(), offset);
        forms.extend([text.replace('+', "-").replace('/', "_"), text].iter().map(|text| in_lines(text)));
    }
    forms
}

/// The value letter by letter: each as it is or as an escape, with separators between each two of them.
fn spelt(value: &str) -> String {
    let between = match value.len() {
        // What is short may be a list of anyone's when more than one sign stands in between.
        0..LONG => r"[ \t\r\n,;.|_\-\\]?",
        LONG..=LONGEST_SPACED => r#"[ \t\r\n,;.|_\-\\'"]{0,6}"#,
        _ => r"\\?",
    };
    value.chars().map(letter).collect::<Vec<_>>().join(between)
}

/// A letter as it is, and as addresses, JSON and HTML write it.
fn letter(c: char) -> String {
    let bytes = c.to_string().bytes().fold(String::new(), |mut out, byte| {
        // Writing to a text cannot fail.
        let _ = write!(out, "%{byte:02x}");
        out
    });
    let (itself, code) = (regex::escape(&c.to_string()), u32::from(c));
    format!("(?:{itself}|(?i:{bytes}|u{code:04x}|&#0*{code};|&#x0*{code:x};))")
}

/// The numbers of the value's bytes, with what stands between numbers.
fn hex(value: &str) -> String {
    let bytes: Vec<String> = value.bytes().map(|byte| format!("{byte:02x}")).collect();
    let between = match value.len() {
        0..=LONGEST_SPACED => r#"[ \t\r\n:,;._|\-'"\\]{0,4}(?:0?x)?"#,
        _ => "",
    };
    format!("(?i:{})", bytes.join(between))
}

/// Base64, which many programs break into lines.
fn in_lines(text: &str) -> String {
    if text.len() > LONGEST_SPACED * 2 {
        return regex::escape(text);
    }
    let letters = text.chars().map(|c| regex::escape(&c.to_string()));
    letters.collect::<Vec<_>>().join(r"(?:[ \t\r\n]|\\[rn])*")
}

/// What of the value's Base64 is the same whatever stands around it, when it begins `offset` bytes into a group of three.
fn base64(value: &[u8], offset: usize) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let bits = |at: usize| (0..6).fold(0, |bits, bit| (bits << 1) | usize::from(bit_of(value, at + bit)));
    // The first letter that holds bits of the value alone.
    let first = [0, 4, 2][offset];
    let whole = (value.len() * 8 - first) / 6;
    (0..whole).map(|letter| char::from(LETTERS[bits(first + letter * 6)])).collect()
}

fn bit_of(value: &[u8], at: usize) -> bool {
    value.get(at / 8).is_some_and(|byte| byte >> (7 - at % 8) & 1 == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_hidden_however_it_is_written() {
        let secret = "wJalrXUt/nFEMI+K7MDENG";
        let pattern = pattern([secret]).unwrap();
        let spaced: String = secret.chars().map(|c| format!("{c} ")).collect();
        let reversed: String = secret.chars().rev().collect();
        let list = |between: &str| secret.chars().map(String::from).collect::<Vec<_>>().join(between);
        let numbers =
            |between: &str| secret.bytes().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(between);
        let ways = [
            secret.to_owned(),
            spaced,
            reversed,
            "wJalrXUt%2FnFEMI%2BK7MDENG".to_owned(),
            "774a616c725855742f6e46454d492b4b374d44454e47".to_owned(),
            // Base64 of the value alone, and of the value after one byte and after two.
            "d0phbHJYVXQvbkZFTUkrSzdNREVORw==".to_owned(),
            "eHdKYWxyWFV0L25GRU1JK0s3TURFTkc=".to_owned(),
            "eHh3SmFsclhVdC9uRkVNSStLN01ERU5H".to_owned(),
            // In lines, and as JSON writes those.
            "d0phbHJYVX\nQvbkZFTUk\r\nrSzdNREVORw==".to_owned(),
            "d0phbHJYVX\\nQvbkZFTUkrSzdNREVORw==".to_owned(),
            // As filters of templates and encoders of JSON and of HTML write it.
            "wJalrXUt/nFEMI%2BK7MDENG".to_owned(),
            "wJalrXUt%2fnFEMI%2bK7MDENG".to_owned(),
            "wJalrXUt\\/nFEMI+K7MDENG".to_owned(),
            "wJalrXUt\\u002fnFEMI\\u002BK7MDENG".to_owned(),
            "wJalrXUt&#x2f;nFEMI&#43;K7MDENG".to_owned(),
            list("', '"),
            list(r#"\", \""#),
            list("\",\n  \""),
            numbers(":"),
            numbers(" "),
            numbers("\\x"),
            numbers(", 0x").to_uppercase(),
        ];
        for way in ways {
            let shown = pattern.replace_all(&way, HIDDEN);
            // Up to two letters of Base64 hold bits of what stands before and after.
            assert!(shown.contains(HIDDEN) && shown.len() <= 10, "{way}: {shown}");
        }
        assert_eq!(pattern.replace_all("nothing of it: wJalrXUt", HIDDEN), "nothing of it: wJalrXUt");
    }

    #[test]
    fn short_values_are_no_secrets() {
        assert!(pattern(["dev", "  ", "1234567"]).is_none());
        let pattern = pattern(["12345678"]).unwrap();
        assert_eq!(pattern.replace_all("[1, 2, 3, 4, 5, 6, 7, 8]", HIDDEN), "[1, 2, 3, 4, 5, 6, 7, 8]");
    }
}
