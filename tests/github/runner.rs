//! The runner's reading of a log, in our words: the oracle for what may be a command. Behaviour: actions/runner 2.3,
//! `ActionCommand.cs` and `ActionCommandManager.cs`.
//!
//! The runner's comparisons of texts go by the rules of a language, for which characters that cannot be seen do not count.
//! So each line is read twice: as it is, and without them.

use std::collections::BTreeMap;

/// What the runner does something about.
const COMMANDS: &[&str] = &[
    "error",
    "warning",
    "notice",
    "debug",
    "group",
    "endgroup",
    "add-mask",
    "add-path",
    "set-env",
    "set-output",
    "save-state",
    "echo",
    "stop-commands",
    "add-matcher",
    "remove-matcher",
    "internal-set-repo-path",
    "set-step-id",
];

/// A command as the runner reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Command {
    pub name: String,
    pub properties: BTreeMap<String, String>,
    pub data: String,
}

/// Every command in a log. `\r` alone ends a line too.
pub(crate) fn commands(log: &str) -> Vec<Command> {
    let lines = log.split(['\n', '\r']);
    lines.filter_map(|line| command(line).or_else(|| command(&visible(line)))).collect()
}

fn command(line: &str) -> Option<Command> {
    of_new_form(line).or_else(|| of_old_form(line))
}

fn known(name: &str) -> Option<String> {
    let name = name.to_lowercase();
    COMMANDS.contains(&name.as_str()).then_some(name)
}

/// `::name key=value,key=value::data`, at the start of a line.
fn of_new_form(line: &str) -> Option<Command> {
    let rest = line.trim_start().strip_prefix("::")?;
    let (head, data) = rest.split_once("::")?;
    let (name, pairs) = head.split_once(' ').unwrap_or((head, ""));
    let undo = [("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")];
    Some(Command {
        name: known(name)?,
        properties: properties(pairs.trim(), ',', &undo),
        data: undone(data, &[("%0D", "\r"), ("%0A", "\n"), ("%25", "%")]),
    })
}

/// `##[name key=value;key=value]data`, anywhere in a line.
fn of_old_form(line: &str) -> Option<Command> {
    let rest = &line[line.find("##[")? + 3..];
    let (head, data) = rest.split_once(']')?;
    let (name, pairs) = head.split_once(' ').unwrap_or((head, ""));
    let undo = [("%3B", ";"), ("%0D", "\r"), ("%0A", "\n"), ("%5D", "]"), ("%25", "%")];
    Some(Command { name: known(name)?, properties: properties(pairs, ';', &undo), data: undone(data, &undo) })
}

fn properties(pairs: &str, separator: char, undo: &[(&str, &str)]) -> BTreeMap<String, String> {
    let pairs = pairs.split(separator).filter_map(|pair| pair.split_once('='));
    pairs.filter(|(_, value)| !value.is_empty()).map(|(key, value)| (key.to_owned(), undone(value, undo))).collect()
}

fn undone(text: &str, undo: &[(&str, &str)]) -> String {
    undo.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

/// The line without the characters that a comparison by language does not see.
fn visible(line: &str) -> String {
    let is_skipped = |c: char| {
        matches!(u32::from(c), 0..=8 | 0xe..=0x1f | 0x7f..=0x84 | 0x86..=0x9f | 0xad | 0x34f | 0x61c | 0x115f | 0x1160
            | 0x17b4 | 0x17b5 | 0x180b..=0x180f | 0x200b..=0x200f | 0x202a..=0x202e | 0x2060..=0x206f | 0x3164
            | 0xfe00..=0xfe0f | 0xfeff | 0xffa0 | 0xfff0..=0xfffb | 0x1bca0..=0x1bca3 | 0x1d173..=0x1d17a
            | 0xe0000..=0xe0fff)
    };
    line.chars().filter(|c| !is_skipped(*c)).collect()
}

#[test]
fn both_forms_are_read_as_the_runner_does() {
    let names = |log: &str| commands(log).into_iter().map(|command| command.name).collect::<Vec<_>>();
    assert_eq!(
        names("a\r  ::ERROR file=a,line=1::b\n\u{3000}::debug::x\nx ##[add-matcher]y"),
        ["error", "debug", "add-matcher"]
    );
    assert_eq!(names("::nothing::x\nx ::error::y\n::error"), [""; 0]);
    assert_eq!(names("\u{200b}::error::x\n#\u{ad}#[group]"), ["error", "group"]);
    let [command] = commands("::error file=a%2Cb,line=3::1%25%0A2").try_into().unwrap();
    assert_eq!((command.properties["file"].as_str(), command.data.as_str()), ("a,b", "1%\n2"));
}
