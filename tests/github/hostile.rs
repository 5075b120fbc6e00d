//! A hundred thousand hostile texts in every place that a runner or GitHub reads.

use std::collections::BTreeMap;

use cadet::finding::{Finding, Level, Place};
use cadet::github::Annotation;
use cadet::report::escape::{self, log};
use cadet::report::{Aside, Report, annotations, outputs};

use crate::runner::{self, Command};

/// How many texts each place gets.
const TEXTS: usize = 100_000;

/// Numbers that look random and are the same in every run.
pub(crate) struct Dice(pub u64);

impl Dice {
    pub(crate) fn roll(&mut self, sides: usize) -> usize {
        // A linear congruence, with the better bits of it.
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }
}

const PIECES: &[&str] = &[
    "::error::x",
    "::",
    ":",
    "##[",
    "##[group]",
    "#",
    "##",
    "[",
    "]",
    "##[set-output name=a;]b",
    "::set-output name=a::b",
    "::stop-commands::t",
    "::add-mask::e",
    "::ERROR file=a::",
    "\n",
    "\r",
    "\r\n",
    "\u{2028}",
    "\u{85}",
    "\u{a0}",
    "\u{3000}",
    "\u{200b}",
    "\u{ad}",
    "\u{feff}",
    "\u{202e}",
    "\u{0}",
    "\u{1b}[2K",
    "\u{8}",
    "\u{fe0f}",
    "\u{e0041}",
    "%",
    "%0A",
    "%250A",
    "%3A%3A",
    "%0D",
    ",",
    ";",
    "=",
    " ",
    "\t",
    "name=x",
    "a",
    "model",
    "@org/everyone",
    "@a",
    "#1",
    "org/repo#1",
    "![x](https://e/p.png)",
    "[ok](javascript:1)",
    "<img src=//e>",
    "<https://e>",
    "https://evil.uk",
    "http://e",
    "www.evil.uk",
    "a@b.uk",
    "|",
    "\\|",
    "\\",
    "`",
    "``",
    "```",
    "~~~",
    "**",
    "__",
    "_",
    "~~x~~",
    "</details>",
    "<!--",
    "-->",
    "<",
    ">",
    "&lt;",
    "\n\n## passed\n\n",
    "\n---\n",
    "    code",
    "1. ",
    "- [x] ",
    "> ",
    "$$x$$",
    "[^1]",
    ":tada:",
    "deadbeef1234567",
    "\n```suggestion\nx\n```\n",
    "\n| a | b |\n|---|---|\n",
];

pub(crate) fn text(dice: &mut Dice) -> String {
    let pieces = 1 + dice.roll(7);
    (0..pieces).map(|_| PIECES[dice.roll(PIECES.len())]).collect()
}

#[test]
fn plain_lines_are_never_commands() {
    let mut dice = Dice(1);
    for _ in 0..TEXTS {
        let text = text(&mut dice);
        // With cadet's own cleaning before it, and without: names of files pass through the first, snippets through both.
        for line in [
            log::no_commands(&text),
            log::no_commands(&escape::clean(&text)),
            format!("  {}", escape::clean_path(&text)),
        ] {
            let line = log::no_commands(&line);
            assert!(runner::commands(&line).is_empty(), "{text:?} became {line:?}");
        }
    }
}

#[test]
fn machines_read_the_same_and_runners_no_command() {
    let mut dice = Dice(5);
    for _ in 0..TEXTS {
        let value = serde_json::json!({"name": text(&mut dice), "list": [text(&mut dice)]});
        for json in [value.to_string(), serde_json::to_string_pretty(&value).unwrap()] {
            let line = log::no_commands_in_json(&json);
            assert!(runner::commands(&line).is_empty(), "{json:?} became {line:?}");
            assert_eq!(serde_json::from_str::<serde_json::Value>(&line).unwrap(), value);
        }
    }
}

#[test]
fn annotations_are_the_commands_that_were_meant() {
    let mut dice = Dice(2);
    for _ in 0..TEXTS {
        let (path, message, rule) = (text(&mut dice), text(&mut dice), text(&mut dice));
        let finding = Finding::new(&rule, Level::Error, message.clone(), Place::file(path.clone()));
        let report = report(std::slice::from_ref(&finding));
        let all = annotations::all(&report, "", &|_| String::new(), &|_| false);
        let lines = annotations::commands(&all, "elsewhere").join("\n");
        let meant = meant(&all[0]);
        assert_eq!(runner::commands(&lines), [meant], "{path:?} {message:?} became {lines:?}");
    }
}

fn meant(annotation: &Annotation) -> Command {
    let plain = |text: &str| text.replace("%3A", ":").replace("%2C", ",").replace("%0A", "\n").replace("%25", "%");
    // The runner trims the list of properties, of which the title is the last.
    let title = log::property(&annotation.title);
    let mut properties = BTreeMap::from([("title".to_owned(), plain(title.trim_end()))]);
    let path = plain(&log::property(&annotation.path));
    if !path.is_empty() {
        properties.insert("file".to_owned(), path);
    }
    let data = log::data(&annotation.message).replace("%0A", "\n").replace("%25", "%");
    Command { name: "error".to_owned(), properties, data }
}

pub(crate) fn report(findings: &[Finding]) -> Report<'_> {
    Report {
        findings,
        outcomes: &[],
        changed_files: Some(1),
        base: Some("main (1234567)".to_owned()),
        head: "work".to_owned(),
        removed: Vec::new(),
        artefacts: None,
        aside: Aside::default(),
    }
}

#[test]
fn an_output_is_the_value_that_was_meant() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("output");
    let mut dice = Dice(3);
    let values: Vec<String> = (0..TEXTS).map(|_| text(&mut dice)).collect();
    let named: Vec<(&'static str, String)> = values.iter().map(|value| ("artefacts", value.clone())).collect();
    outputs::write(&file, &named).unwrap();
    // The runner splits at line feeds and ends a value at the whole line that was announced.
    let written = std::fs::read_to_string(file).unwrap();
    let mut lines = written.split('\n');
    for value in values {
        let (name, end) = lines.next().unwrap().split_once("<<").unwrap();
        let read: Vec<&str> = lines.by_ref().take_while(|line| *line != end).collect();
        assert_eq!((name, read.join("\n")), ("artefacts", value));
    }
    assert_eq!(lines.collect::<Vec<_>>(), [""]);
}
