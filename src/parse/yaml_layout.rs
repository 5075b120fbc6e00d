//! YAML text in, what is untidy about its lines out, each with the edits that tidy it.
//!
//! The kinds are those of yamllint that a team cannot do without. An edit is safe when the file means the same after it,
//! which is not taken for granted: blanks at the end of a line are text inside of a `|` block.

use std::ops::Range;

use super::{yaml, yaml_indent};

/// What can be untidy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    DocumentStart,
    EmptyLines,
    FinalNewline,
    Indentation,
    LineEndings,
    LineLength,
    TrailingSpaces,
}

/// How the lines of YAML files are to look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// Spaces a level; nothing when each file decides by its first level.
    pub indent: Option<usize>,
    pub lists: Lists,
    /// The most characters of a line.
    pub line_length: Option<usize>,
    /// A line may be longer when it holds one word that cannot be broken, such as an address.
    pub allow_long_words: bool,
    /// A line may be longer when it is a key with one such word.
    pub allow_long_values: bool,
    /// Whether a file has to begin with `---`, or must not.
    pub document_start: Option<bool>,
    pub empty_lines: Option<EmptyLines>,
    /// Whether lines have to end with a carriage return, or must not.
    pub carriage_returns: Option<bool>,
}

/// Whether the items of a list stand further to the right than the key that the list is under.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lists {
    Indented,
    Flush,
    /// Both will do.
    Either,
    /// Both will do, but only one of them in a file.
    Consistent,
}

/// The most empty lines that may follow one another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EmptyLines {
    pub inside: usize,
    pub at_start: usize,
    pub at_end: usize,
}

impl Default for Layout {
    /// What holds when nobody says otherwise: two spaces a level.
    fn default() -> Self {
        Self {
            indent: Some(2),
            lists: Lists::Either,
            line_length: None,
            allow_long_words: true,
            allow_long_values: false,
            document_start: None,
            empty_lines: None,
            carriage_returns: None,
        }
    }
}

/// Something untidy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Untidy {
    pub kind: Kind,
    pub span: Range<usize>,
    pub message: String,
    pub help: Option<String>,
    /// What tidies it, all of it or nothing; none when that is not mechanical.
    pub edits: Vec<(Range<usize>, String)>,
    pub is_safe: bool,
}

/// A line with where it starts: without its line break.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line<'t> {
    pub(super) start: usize,
    pub(super) text: &'t str,
    pub(super) has_return: bool,
}

impl Line<'_> {
    pub(super) fn indent(&self) -> usize {
        self.text.len() - self.text.trim_start_matches(' ').len()
    }

    pub(super) fn is_blank(&self) -> bool {
        self.text.trim().is_empty()
    }
}

pub(super) fn lines(text: &str) -> Vec<Line<'_>> {
    let mut start = 0;
    let lines = text.split_inclusive('\n').map(|whole| {
        let line = whole.strip_suffix('\n').unwrap_or(whole);
        let cut = line.strip_suffix('\r').unwrap_or(line);
        start += whole.len();
        Line { start: start - whole.len(), text: cut, has_return: cut.len() < line.len() }
    });
    lines.collect()
}

/// Everything untidy in a file, by place.
pub fn untidy(text: &str, layout: &Layout) -> Vec<Untidy> {
    let lines = lines(text);
    let mut found = Vec::new();
    found.extend(document_start(text, &lines, layout));
    trailing_spaces(text, &lines, &mut found);
    found.extend(lines.iter().filter_map(|line| too_long(line, layout)));
    found.extend(line_endings(text, &lines, layout));
    empty_lines(text, &lines, layout, &mut found);
    found.extend(final_newline(text, &lines));
    found.extend(yaml_indent::untidy(text, &lines, layout));
    found.sort_by_key(|untidy| (untidy.span.start, untidy.kind));
    found
}

/// A text in which every tab that indents a line is two spaces, if there is one and the file can be read then.
pub fn without_tabs(text: &str) -> Option<Vec<(Range<usize>, String)>> {
    let indented = lines(text).into_iter().filter_map(|line| {
        let width = line.text.len() - line.text.trim_start_matches([' ', '\t']).len();
        let blanks = &line.text[..width];
        let is_it = blanks.contains('\t') && !line.is_blank();
        is_it.then(|| (line.start..line.start + width, blanks.replace('\t', "  ")))
    });
    let edits: Vec<_> = indented.collect();
    let is_read = || yaml::read(&edited(text, &edits)).is_ok();
    (!edits.is_empty() && is_read()).then_some(edits)
}

/// Whether a file means the same after these edits.
pub(super) fn keeps_meaning(text: &str, edits: &[(Range<usize>, String)]) -> bool {
    let value = |text: &str| yaml::read(text).ok().map(|(tree, _)| tree.to_json());
    let before = value(text);
    before.is_some() && before == value(&edited(text, edits))
}

fn edited(text: &str, edits: &[(Range<usize>, String)]) -> String {
    let mut out = text.to_owned();
    for (span, new) in edits.iter().rev() {
        out.replace_range(span.clone(), new);
    }
    out
}

fn one(kind: Kind, span: Range<usize>, message: impl Into<String>) -> Untidy {
    Untidy { kind, span, message: message.into(), help: None, edits: Vec::new(), is_safe: false }
}

fn document_start(text: &str, lines: &[Line<'_>], layout: &Layout) -> Option<Untidy> {
    let wanted = layout.document_start?;
    let is_content = |line: &&Line<'_>| !line.is_blank() && !line.text.trim_start().starts_with(['#', '%']);
    let first = lines.iter().find(is_content)?;
    let is_there = first.text == "---" || first.text.starts_with("--- ");
    let (message, edit) = match (wanted, is_there) {
        (true, false) => ("this file does not begin with `---`", (first.start..first.start, "---\n".to_owned())),
        (false, true) => {
            let next = lines.iter().map(|line| line.start).find(|start| *start > first.start);
            ("this file begins with `---`", (first.start..next.unwrap_or(text.len()), String::new()))
        }
        _ => return None,
    };
    let edits = if wanted || first.text == "---" { vec![edit] } else { Vec::new() };
    let is_safe = keeps_meaning(text, &edits);
    let span = first.start..first.start + first.text.len();
    Some(Untidy { edits, is_safe, ..one(Kind::DocumentStart, span, message) })
}

fn trailing_spaces(text: &str, lines: &[Line<'_>], found: &mut Vec<Untidy>) {
    let blanks = lines.iter().filter_map(|line| {
        let width = line.text.trim_end_matches([' ', '\t']).len();
        (width < line.text.len()).then(|| line.start + width..line.start + line.text.len())
    });
    let spans: Vec<Range<usize>> = blanks.collect();
    if spans.is_empty() {
        return;
    }
    let edits = |spans: &[Range<usize>]| spans.iter().map(|span| (span.clone(), String::new())).collect::<Vec<_>>();
    let are_safe = keeps_meaning(text, &edits(&spans));
    for span in spans {
        let own = edits(std::slice::from_ref(&span));
        // One line of a `|` block need not keep all others from being tidied.
        let is_safe = are_safe || keeps_meaning(text, &own);
        let untidy = one(Kind::TrailingSpaces, span, "this line ends with blanks");
        found.push(Untidy { edits: own, is_safe, ..untidy });
    }
}

fn too_long(line: &Line<'_>, layout: &Layout) -> Option<Untidy> {
    let most = layout.line_length?;
    // A line has at least as many bytes as characters.
    let length = if line.text.len() > most { line.text.chars().count() } else { return None };
    if length <= most
        || (layout.allow_long_words && is_one_word(line.text))
        || (layout.allow_long_values && is_one_value(line.text))
    {
        return None;
    }
    let start = line.text.char_indices().nth(most).map_or(line.text.len(), |(at, _)| at);
    let span = line.start + start..line.start + line.text.len();
    let message = format!("this line has {length} characters; at most {most} are wanted");
    let help = Some("break long text after `>-`, or write a list with an item on each line".to_owned());
    Some(Untidy { help, ..one(Kind::LineLength, span, message) })
}

/// Whether a line is one word, after the sign of a comment or of a list's item.
fn is_one_word(line: &str) -> bool {
    let text = line.trim_start_matches(' ');
    let word = match text.strip_prefix('-') {
        Some(item) => item.get(1..).unwrap_or_default(),
        None if text.starts_with('#') => text.trim_start_matches('#').get(1..).unwrap_or_default(),
        None => text,
    };
    !text.is_empty() && !word.contains(' ')
}

/// Whether a line is a key and one word.
fn is_one_value(line: &str) -> bool {
    let Some((_, value)) = line.split_once(": ") else { return false };
    let value = value.trim_start_matches(' ');
    let is_closed = |quote: char| !value.starts_with(quote) || (value.len() > 1 && value.ends_with(quote));
    let is_scalar = !value.starts_with(['[', '{', '&', '*', '!', '|', '>', '#', '@', '`', '%']);
    !value.is_empty() && !value.contains(' ') && is_scalar && is_closed('"') && is_closed('\'')
}

fn line_endings(text: &str, lines: &[Line<'_>], layout: &Layout) -> Option<Untidy> {
    let wanted = layout.carriage_returns?;
    let is_wrong = |line: &&Line<'_>| {
        let end = line.start + line.text.len();
        line.has_return != wanted && end < text.len()
    };
    let edit = |line: &Line<'_>| {
        let end = line.start + line.text.len();
        if wanted { (end..end, "\r".to_owned()) } else { (end..end + 1, String::new()) }
    };
    let first = lines.iter().find(is_wrong)?;
    let edits: Vec<_> = lines.iter().filter(is_wrong).map(edit).collect();
    let is_safe = keeps_meaning(text, &edits);
    let message = if wanted {
        "lines of this file end as on Unix (LF), and not as on Windows (CRLF)"
    } else {
        "lines of this file end as on Windows (CRLF), and not as on Unix (LF)"
    };
    let end = first.start + first.text.len();
    Some(Untidy { edits, is_safe, ..one(Kind::LineEndings, end..end, message) })
}

fn empty_lines(text: &str, lines: &[Line<'_>], layout: &Layout, found: &mut Vec<Untidy>) {
    // A file of one line break is as good as empty.
    let Some(most) = layout.empty_lines.filter(|_| text != "\n") else { return };
    let mut at = 0;
    while at < lines.len() {
        let count = lines[at..].iter().take_while(|line| line.text.is_empty()).count();
        let next = at + count;
        let most = match (at, next == lines.len()) {
            (_, true) => most.at_end,
            (0, false) => most.at_start,
            _ => most.inside,
        };
        if count > most {
            let span = lines[at + most].start..lines.get(next).map_or(text.len(), |line| line.start);
            let edits = vec![(span.clone(), String::new())];
            let is_safe = keeps_meaning(text, &edits);
            let message = match most {
                0 => "there is an empty line too many here".to_owned(),
                most => format!("{count} empty lines follow one another; at most {most} are wanted"),
            };
            let untidy = one(Kind::EmptyLines, span.start..span.start, message);
            found.push(Untidy { edits, is_safe, ..untidy });
        }
        at = next + 1;
    }
}

fn final_newline(text: &str, lines: &[Line<'_>]) -> Option<Untidy> {
    let last = lines.last().filter(|_| !text.ends_with('\n'))?;
    let end = if lines.first().is_some_and(|line| line.has_return) { "\r\n" } else { "\n" };
    let edits = vec![(text.len()..text.len(), end.to_owned())];
    let is_safe = keeps_meaning(text, &edits);
    let span = last.start..text.len();
    let message = "the last line of this file does not end with a line break";
    Some(Untidy { edits, is_safe, ..one(Kind::FinalNewline, span, message) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> Layout {
        Layout {
            line_length: Some(20),
            document_start: Some(true),
            empty_lines: Some(EmptyLines { inside: 1, at_start: 0, at_end: 0 }),
            carriage_returns: Some(false),
            ..Layout::default()
        }
    }

    fn kinds(text: &str, layout: &Layout) -> Vec<(Kind, bool)> {
        untidy(text, layout).into_iter().map(|untidy| (untidy.kind, untidy.is_safe)).collect()
    }

    /// The text with every safe edit.
    fn tidied(text: &str, layout: &Layout) -> String {
        let mut text = text.to_owned();
        while let Some(untidy) = untidy(&text, layout).into_iter().find(|untidy| untidy.is_safe) {
            text = edited(&text, &untidy.edits);
        }
        text
    }

    #[test]
    fn nothing_is_said_of_a_tidy_file() {
        assert_eq!(kinds("models:\n  - name: a\n", &Layout::default()), []);
        assert_eq!(kinds("", &all()), []);
        assert_eq!(kinds("---\na: 1\n\nb: 2\n", &all()), []);
    }

    #[test]
    fn everything_that_can_be_tidied_is() {
        let untidy = "\n\na: 1  \r\nb: 2\r\n\r\n\r\n\r\nc: 3";
        assert_eq!(tidied(untidy, &all()), "---\na: 1\nb: 2\n\nc: 3\n");
    }

    #[test]
    fn blanks_that_are_text_are_not_taken_away_without_a_word() {
        let text = "a: |\n  text  \nb: 1  \n";
        assert_eq!(kinds(text, &Layout::default()), [(Kind::TrailingSpaces, false), (Kind::TrailingSpaces, true)]);
        assert_eq!(kinds("a: |\n  text", &Layout::default()), [(Kind::FinalNewline, false)]);
        assert_eq!(kinds("a: >-\n  text", &Layout::default()), [(Kind::FinalNewline, true)]);
    }

    #[test]
    fn an_address_may_make_a_line_long() {
        assert_eq!(kinds("---\n# https://example.com/long\n", &all()), []);
        assert_eq!(kinds("---\na: some words too many\n", &all()), [(Kind::LineLength, false)]);
    }

    #[test]
    fn tabs_become_spaces_when_the_file_can_be_read_then() {
        let edits = without_tabs("models:\n\t- name: a\n\t\tdescription: b\n").unwrap();
        assert_eq!(
            edited("models:\n\t- name: a\n\t\tdescription: b\n", &edits),
            "models:\n  - name: a\n    description: b\n"
        );
        assert_eq!(without_tabs("models:\n\t- name: [\n"), None);
        assert_eq!(without_tabs("models: []\n"), None);
    }
}
