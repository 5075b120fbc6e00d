//! The log of a GitHub runner: plain lines that are no command, and commands that hold no other.
//!
//! Behaviour: actions/runner, `ActionCommand.cs`. A line is a command when it begins with `::` after white space, or when
//! `##[` stands anywhere in it. The runner compares text as people do, not byte by byte: a character that cannot be seen,
//! put between two others, keeps nothing apart. So what keeps a line from being a command is a backslash.

use std::borrow::Cow;

use super::clean;

/// What is written for a colon and for a bracket that would be a part of a command.
type Signs = (&'static str, &'static str);
const PLAIN: Signs = ("\\:", "\\[");
const XML: Signs = ("&#58;", "&#91;");
/// A colon that begins a line of JSON is between quotes, so that nothing begins with it.
const JSON: Signs = (":", "\\u005b");

/// Keeps a runner from reading a command in plain lines.
pub fn no_commands(text: &str) -> String {
    without(text, PLAIN)
}

/// The same of JSON, which says the same afterwards.
pub fn no_commands_in_json(text: &str) -> String {
    without(text, JSON)
}

/// The same of XML.
pub fn no_commands_in_xml(text: &str) -> String {
    without(text, XML)
}

fn without(text: &str, signs: Signs) -> String {
    let lines = text.split(['\n', '\r']).map(|line| without_marks(&without_start(line, signs.0), signs.1).into_owned());
    lines.collect::<Vec<_>>().join("\n")
}

/// The text of a workflow command.
pub fn data(text: &str) -> String {
    let text = clean(text).replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    without_marks(&text, PLAIN.1).into_owned()
}

/// A property of a workflow command.
pub fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

/// The line with another sign for the first colon of a `::` that it begins with.
fn without_start<'l>(line: &'l str, colon: &str) -> Cow<'l, str> {
    let mut seen = line.char_indices().filter(|(_, c)| !is_skipped(*c) && !c.is_whitespace());
    let (first, second) = (seen.next(), seen.next());
    match (first, second) {
        (Some((at, ':')), Some((_, ':'))) => Cow::Owned(format!("{}{colon}{}", &line[..at], &line[at + 1..])),
        _ => Cow::Borrowed(line),
    }
}

/// The line with another sign for the bracket of each `##[`.
fn without_marks<'l>(line: &'l str, bracket: &str) -> Cow<'l, str> {
    if !line.contains('#') {
        return Cow::Borrowed(line);
    }
    let (mut out, mut hashes) = (String::with_capacity(line.len() + 8), 0);
    for c in line.chars() {
        match c {
            '#' => hashes += 1,
            '[' if hashes >= 2 => {
                out.push_str(bracket);
                hashes = 0;
                continue;
            }
            c if is_skipped(c) => {}
            _ => hashes = 0,
        }
        out.push(c);
    }
    Cow::Owned(out)
}

/// What a comparison of text for people does not see.
fn is_skipped(c: char) -> bool {
    super::is_hidden(c) || c.is_control() || matches!(c, '\u{fe00}'..='\u{fe0f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_is_a_command_to_a_runner() {
        assert_eq!(
            no_commands(
                "a\n  ::error::x\r\u{3000}::set-output name=a::b\nb ##[stop-commands]x\n\u{200b}::a::\n#\u{200d}#[b]"
            ),
            "a\n  \\::error::x\n\u{3000}\\::set-output name=a::b\nb ##\\[stop-commands]x\n\u{200b}\\::a::\n#\u{200d}#\\[b]"
        );
    }

    #[test]
    fn what_machines_read_says_the_same_without_commands() {
        let name = "##[group]x\n::error::y #\u{200d}#[z";
        let json = no_commands_in_json(&serde_json::to_string_pretty(&serde_json::json!({"a": [name]})).unwrap());
        assert!(!json.contains("##[") && !json.contains("#\u{200d}#["), "{json}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&json).unwrap()["a"][0], name);
        assert_eq!(no_commands_in_xml("<a>\n ::x ##[y]</a>"), "<a>\n &#58;:x ##&#91;y]</a>");
    }

    #[test]
    fn a_command_holds_no_other() {
        assert_eq!(data("100%\n##[group]\r::x"), "100%25%0A##\\[group]\\u{d}::x");
        assert_eq!(property("a,b::c"), "a%2Cb%3A%3Ac");
    }
}
