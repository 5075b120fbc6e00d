//! A syntax error of YAML in, words and a place for people who do not know YAML's grammar out.

use granit_parser::ScanError;

use super::yaml::YamlProblem;
use crate::source::file::floor_char;

/// Words a syntax error for people who do not know YAML's grammar.
pub(super) fn worded(text: &str, error: &ScanError) -> YamlProblem {
    let at = floor_char(text, error.marker().byte_offset().unwrap_or(text.len()));
    let line_start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let line_end = text[at..].find('\n').map_or(text.len(), |newline| at + newline);
    if let Some(tab) = tab_in_indentation(text, line_start, line_end) {
        return YamlProblem {
            message: "this YAML file cannot be read: a line is indented with a tab".into(),
            span: tab..tab + 1,
            help: Some("replace the tab by spaces, 2 for each level".into()),
            is_warning: false,
        };
    }
    let end = text[at..].chars().next().filter(|c| *c != '\n').map_or(at, |c| at + c.len_utf8());
    YamlProblem {
        message: format!("this YAML file cannot be read: {}", error.info()),
        span: at..end,
        help: Some(
            "check the indentation (2 spaces a level), and put quotes around text that holds `: `, `#`, `{` or `*`"
                .into(),
        ),
        is_warning: false,
    }
}

/// The first tab that indents the line of the error, the one before it, or the one after.
fn tab_in_indentation(text: &str, line_start: usize, line_end: usize) -> Option<usize> {
    let previous = text[..line_start.saturating_sub(1)].rfind('\n').map_or(0, |newline| newline + 1);
    let next = (line_end + 1).min(text.len());
    let next_end = text[next..].find('\n').map_or(text.len(), |newline| next + newline);
    let mut start = previous;
    for line in text[previous..next_end].split('\n') {
        let indent = line.len() - line.trim_start_matches([' ', '\t']).len();
        if let Some(tab) = line[..indent].find('\t') {
            return Some(start + tab);
        }
        start += line.len() + 1;
    }
    None
}
