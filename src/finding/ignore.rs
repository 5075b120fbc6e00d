//! Comments that say which findings are meant to be there: text in, ignores out.
//!
//! ```sql
//! select * from visits   -- cadet: ignore[sql/some-rule] the archive has this column only until=2027-03-31
//! ```
//!
//! In SQL the comment begins with `--` or is `{# … #}`, in YAML and Python it begins with `#`. It counts for the line that it
//! stands on, or for the next one when nothing else stands on its own. `ignore-file[…]` counts for the whole file, and
//! stands above everything else in it.

use std::ops::Range;

use jiff::civil::Date;

/// One such comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ignore {
    /// The comment, from its first character to its last.
    pub span: Range<usize>,
    /// What goes when the comment is taken out: blanks before it, or the whole line.
    pub removal: Range<usize>,
    /// The line for which it counts, from 1; nothing for the whole file.
    pub line: Option<usize>,
    /// The rules' ids as they are written, each with its place.
    pub rules: Vec<(String, Range<usize>)>,
    /// Why, in the author's words; may be empty.
    pub reason: String,
    /// The last day on which it counts.
    pub until: Option<(Date, Range<usize>)>,
    /// Why it cannot be understood, in words.
    pub mistake: Option<String>,
}

/// The words that a comment begins with.
const WORDS: &[(&str, bool)] = &[("ignore-file", true), ("ignore", false)];

const MARK: &str = "cadet:";

/// The ignores of a file, in their order.
pub fn read(path: &str, text: &str) -> Vec<Ignore> {
    let openings: &[&str] = match path.rsplit('.').next().unwrap_or_default().to_ascii_lowercase().as_str() {
        "sql" => &["--", "{#-", "{#"],
        "yml" | "yaml" | "py" => &["#"],
        _ => return Vec::new(),
    };
    if !text.contains(MARK) {
        return Vec::new();
    }
    let mut ignores: Vec<(Ignore, bool)> = Vec::new();
    let (mut start, mut is_head) = (0, true);
    for (at, whole) in text.split_inclusive('\n').enumerate() {
        let line = Line { text: whole.trim_end_matches(['\n', '\r']), start, whole: whole.len(), number: at + 1 };
        start += whole.len();
        ignores.extend(line.ignore(openings, is_head));
        let begun = line.text.trim_start();
        is_head &= begun.is_empty() || begun == "---" || openings.iter().any(|opening| begun.starts_with(opening));
    }
    // One that stands alone is for the next line that is not such a comment itself.
    let mut next = None;
    for (ignore, is_alone) in ignores.iter_mut().rev() {
        if let (true, Some(line)) = (*is_alone, ignore.line) {
            let target = if next == Some(line + 1) { following(text, line, openings) } else { line + 1 };
            (next, ignore.line) = (Some(line), Some(target));
        }
    }
    ignores.into_iter().map(|(ignore, _)| ignore).collect()
}

/// The first line after `line` that is no comment of this kind that stands alone.
fn following(text: &str, line: usize, openings: &[&str]) -> usize {
    let lines = text.split_inclusive('\n').enumerate().skip(line);
    let is_alone = |(at, whole): &(usize, &str)| {
        let line = Line { text: whole.trim_end(), start: 0, whole: whole.len(), number: at + 1 };
        line.ignore(openings, true).is_some_and(|(_, is_alone)| is_alone)
    };
    line + 1 + lines.take_while(is_alone).count()
}

struct Line<'t> {
    text: &'t str,
    start: usize,
    /// How long it is with its line break.
    whole: usize,
    number: usize,
}

impl Line<'_> {
    /// The ignore on this line, and whether nothing else stands on it.
    fn ignore(&self, openings: &[&str], is_head: bool) -> Option<(Ignore, bool)> {
        let mark = self.text.find(MARK)?;
        let before = self.text[..mark].trim_end();
        let opening = openings.iter().find(|opening| before.ends_with(**opening))?;
        let from = before.len() - opening.len();
        let is_comment = *opening != "#" || before[..from].chars().next_back().is_none_or(char::is_whitespace);
        let said = self.text[mark + MARK.len()..].trim_start();
        let word = said.split(['[', ' ']).next().unwrap_or_default();
        if !is_comment
            || self.is_quoted(from, openings)
            || strsim::damerau_levenshtein(word, "ignore").min(strsim::damerau_levenshtein(word, "ignore-file")) > 2
        {
            return None;
        }
        let (end, rest) = match (opening.starts_with('{'), self.text[mark..].find("#}")) {
            (true, Some(close)) => (mark + close + 2, self.text[mark + MARK.len()..mark + close].trim_end_matches('-')),
            _ => (self.text.len(), &self.text[mark + MARK.len()..]),
        };
        let is_alone = before[..from].trim().is_empty() && self.text[end..].trim().is_empty();
        let code = self.text[..from].trim_end().len();
        let removal = if is_alone { 0..self.whole } else { code..end };
        let place = |range: Range<usize>| self.start + range.start..self.start + range.end;
        let mut ignore = Ignore {
            span: place(from..end.min(self.text.trim_end().len())),
            removal: place(removal),
            line: Some(self.number),
            rules: Vec::new(),
            reason: String::new(),
            until: None,
            mistake: None,
        };
        ignore.understand(rest, self.start + mark + MARK.len(), is_head);
        if opening.starts_with('{') && !self.text[mark..].contains("#}") {
            ignore.mistake = Some("the comment does not end on its line".to_owned());
        }
        Some((ignore, is_alone))
    }

    /// Whether what stands `at` is in a text that begins and ends on this line.
    fn is_quoted(&self, at: usize, openings: &[&str]) -> bool {
        let is_yaml = openings == ["#"];
        // In YAML a text begins with its quote: elsewhere it is an apostrophe.
        let may_open = |offset: usize| {
            let before = self.text[..offset].trim_end();
            !is_yaml || before.is_empty() || before.ends_with([':', '-', '[', '{', ','])
        };
        let mut open = None;
        for (offset, c) in self.text[..at].char_indices() {
            match (c, open) {
                ('\'' | '"', None) if may_open(offset) => open = Some(c),
                (_, Some(quote)) if c == quote => open = None,
                (_, None) if !is_yaml && openings.iter().any(|mark| self.text[offset..].starts_with(mark)) => {
                    return false;
                }
                _ => {}
            }
        }
        open.is_some_and(|quote| self.text[at..].contains(quote))
    }
}

impl Ignore {
    /// Reads what follows `cadet:`, which begins at the offset `start`.
    fn understand(&mut self, text: &str, start: usize, is_head: bool) {
        let said = text.trim_start();
        let start = start + text.len() - said.len();
        let Some((word, is_file)) = WORDS.iter().find(|(word, _)| said.starts_with(word)) else {
            let word = said.split(['[', ' ']).next().unwrap_or_default();
            self.mistake = Some(format!("`{word}` is not a word that cadet knows here"));
            return;
        };
        if *is_file {
            self.line = None;
            if !is_head {
                self.mistake = Some("`ignore-file` stands above everything else in its file".to_owned());
                return;
            }
        }
        let listed = said[word.len()..].strip_prefix('[').and_then(|rest| rest.split_once(']'));
        let Some((list, rest)) = listed else {
            self.mistake = Some(format!("after `{word}` the rules are missing, in square brackets"));
            return;
        };
        let mut at = start + word.len() + 1;
        for part in list.split(',') {
            let name = part.trim();
            let from = at + part.len() - part.trim_start().len();
            if !name.is_empty() {
                self.rules.push((name.to_owned(), from..from + name.len()));
            }
            at += part.len() + 1;
        }
        if self.rules.is_empty() {
            self.mistake = Some("it names no rule".to_owned());
        }
        self.explain(rest, at);
    }

    /// Reads the reason, and the day in it.
    fn explain(&mut self, text: &str, start: usize) {
        let mut words = Vec::new();
        for word in text.split_whitespace() {
            let Some(day) = word.strip_prefix("until=") else {
                words.push(word);
                continue;
            };
            let at = text.find(word).unwrap_or_default() + start;
            match day.parse::<Date>() {
                Ok(day) => self.until = Some((day, at..at + word.len())),
                Err(_) => self.mistake = Some(format!("`{day}` is not a day: write it as until=2027-03-31")),
            }
        }
        self.reason = words.join(" ").trim_start_matches([':', '-', '–', ' ']).to_owned();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Line, rules, reason and mistake of each ignore; line 0 is the whole file.
    fn shown(path: &str, text: &str) -> Vec<String> {
        let one = |ignore: Ignore| {
            let rules: Vec<&str> = ignore
                .rules
                .iter()
                .map(|(rule, place)| {
                    assert_eq!(&text[place.clone()], rule);
                    rule.as_str()
                })
                .collect();
            let until = ignore.until.map_or_else(String::new, |(day, _)| format!(" until {day}"));
            let mistake = ignore.mistake.map_or_else(String::new, |mistake| format!(" ({mistake})"));
            format!("{} {}: {}{until}{mistake}", ignore.line.unwrap_or(0), rules.join("+"), ignore.reason)
        };
        read(path, text).into_iter().map(one).collect()
    }

    #[test]
    fn a_comment_counts_for_its_line_or_the_next() {
        let sql = "\
-- cadet: ignore-file[a/b] old
select 1 -- cadet: ignore[c/d, e/f] because until=2030-01-02
-- cadet: ignore[g/h] the next
{# cadet: ignore[i/j] the next too #}
select 2, '--' as dashes
";
        assert_eq!(
            shown("a.sql", sql),
            ["0 a/b: old", "2 c/d+e/f: because until 2030-01-02", "5 g/h: the next", "5 i/j: the next too"]
        );
        assert_eq!(shown("a.yml", "a: b # cadet: ignore[c/d] why\n"), ["1 c/d: why"]);
    }

    #[test]
    fn what_is_no_such_comment_is_left_alone() {
        assert_eq!(shown("a.sql", "select 'cadet: ignore[a/b]' -- cadet: a tool\n"), [""; 0]);
        assert_eq!(shown("a.yml", "a: b#cadet: ignore[c/d] why\n"), [""; 0]);
        assert_eq!(shown("a.sql", "select '-- cadet: ignore[a/b] why' as x\n"), [""; 0]);
        assert_eq!(shown("a.yml", "a: 'Write # cadet: ignore[a/b] why'\n"), [""; 0]);
        assert_eq!(shown("a.yml", "a: it's # cadet: ignore[c/d] it's so\n"), ["1 c/d: it's so"]);
        assert_eq!(shown("a.sql", "select 'a' -- it's -- cadet: ignore[c/d] it's so\n"), ["1 c/d: it's so"]);
        assert_eq!(shown("a.csv", "# cadet: ignore[c/d] why\n"), [""; 0]);
    }

    #[test]
    fn what_is_not_understood_is_said() {
        assert_eq!(
            shown("a.sql", "select 1 -- cadet: ingore[a/b] x\n-- cadet: ignore a/b x\n-- cadet: ignore[] x\n"),
            [
                "1 :  (`ingore` is not a word that cadet knows here)",
                "4 :  (after `ignore` the rules are missing, in square brackets)",
                "4 : x (it names no rule)"
            ]
        );
        assert_eq!(
            shown("a.sql", "select 1\n-- cadet: ignore-file[a/b] x\n-- cadet: ignore[a/b] x until=soon"),
            [
                "0 :  (`ignore-file` stands above everything else in its file)",
                "4 a/b: x (`soon` is not a day: write it as until=2027-03-31)"
            ]
        );
    }

    #[test]
    fn a_comment_is_taken_out_with_its_line_or_with_the_blanks_before_it() {
        let text = "a: b  # cadet: ignore[c/d] why\n  # cadet: ignore[c/d] why\ne: f\n";
        let mut removed: Vec<&str> = Vec::new();
        for ignore in read("a.yml", text) {
            removed.push(&text[ignore.removal]);
        }
        assert_eq!(removed, ["  # cadet: ignore[c/d] why", "  # cadet: ignore[c/d] why\n"]);
    }
}
