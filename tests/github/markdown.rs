//! Hostile texts in the comment, read by a parser of GitHub's Markdown: what comes from data is text, and nothing else.

use std::collections::BTreeMap;
use std::sync::LazyLock;
use std::time::Duration;

use comrak::nodes::{AstNode, NodeValue};
use comrak::{Arena, Options, parse_document};
use regex::Regex;

use cadet::deploy::{Outcome, Status};
use cadet::engine::Spent;
use cadet::finding::{Finding, Level, Place};
use cadet::project::ResourceType;
use cadet::report::around::{Around, Links, Near, Other, Reader, Tests, ToCome, Versioned};
use cadet::report::markdown::{Page, State, comment};
use cadet::report::outputs::Verdict;
use cadet::report::{Aside, Report};

use crate::hostile::{Dice, text};

/// How many reports are made; each holds some thirty texts.
const REPORTS: usize = 4_000;

const FILES: &str = "https://github.com/moj/tables/blob/0123456789012345678901234567890123456789/";
const RUN: &str = "https://github.com/moj/tables/actions/runs/1";

/// HTML that the report writes itself.
const OWN: &[&str] = &[
    "<br>",
    "<details>",
    "<details open>",
    "</details>",
    "<summary>",
    "</summary>",
    "<sub>",
    "</sub>",
    "<code>",
    "</code>",
    "<!-- marker -->",
    "<b>",
    "</b>",
    "<pre>",
];

fn outcome(dice: &mut Dice, id: &str, status: Status) -> Outcome {
    let place = Place::file(text(dice));
    let finding = Finding::new("deploy/build", Level::Error, text(dice), place).help(text(dice));
    Outcome {
        id: id.to_owned(),
        name: text(dice),
        kind: ResourceType::Model,
        materialized: "table".to_owned(),
        status,
        message: text(dice),
        count: Some(3),
        relation: None,
        reason: text(dice),
        compiled: None,
        ran: None,
        finding: status.is_bad().then_some(finding),
        spent: vec![Spent { query: text(dice), bytes: 10, ..Spent::default() }],
        started: jiff::Timestamp::UNIX_EPOCH,
        took: Duration::from_secs(1),
    }
}

fn near(dice: &mut Dice, id: &str) -> Near {
    Near {
        id: id.to_owned(),
        name: text(dice),
        kind: ResourceType::Model,
        file: text(dice),
        table: Some(text(dice)),
        status: Some(Status::Success),
        is_changed: true,
        tests: Tests { passed: 1, warned: 0, failed: 0 },
    }
}

fn written(dice: &mut Dice) -> String {
    let outcomes =
        [outcome(dice, "a", Status::Success), outcome(dice, "b", Status::Error), outcome(dice, "c", Status::Skipped)];
    let level = [Level::Error, Level::Warning, Level::Note];
    let mut findings: Vec<Finding> = level
        .into_iter()
        .map(|level| Finding::new(&text(dice), level, text(dice), Place::file(text(dice))).help(text(dice)))
        .collect();
    findings.push(Finding::new("contracts/breaking-change", Level::Warning, text(dice), Place::file(text(dice))));
    let around = Around {
        commit: "0123456789012345678901234567890123456789".to_owned(),
        started: None,
        links: Links {
            files: Some(FILES.to_owned()),
            run: Some(RUN.to_owned()),
            console: Some("eu-west-1".to_owned()),
        },
        target: Some(text(dice)),
        nodes: vec![near(dice, "a"), near(dice, "b")],
        edges: vec![(0, 1)],
        others: vec![Other { name: text(dice), what: text(dice), file: text(dice) }],
        to_come: vec![ToCome { id: "b".to_owned(), reason: text(dice) }],
        readers: vec![Reader { name: text(dice), what: text(dice), owner: Some(text(dice)), reads: vec![text(dice)] }],
        versions: vec![Versioned {
            name: text(dice),
            version: text(dice),
            latest: Some(text(dice)),
            is_new: true,
            ends: Some(text(dice)),
        }],
    };
    let report = Report {
        findings: &findings,
        outcomes: &outcomes,
        changed_files: Some(3),
        base: Some(text(dice)),
        head: text(dice),
        removed: vec![text(dice)],
        artefacts: Some(text(dice)),
        aside: Aside { around, ..Aside::default() },
    };
    let page = Page {
        report: &report,
        prefix: "",
        text: &|_| String::new(),
        state: State::Over(Verdict::Failure),
        notes: vec![text(dice)],
    };
    comment(&page, "<!-- marker -->")
}

fn options() -> Options<'static> {
    let mut options = Options::default();
    let extension = &mut options.extension;
    (extension.table, extension.autolink, extension.strikethrough, extension.tasklist) = (true, true, true, true);
    (extension.footnotes, extension.math_dollars, extension.alerts) = (true, true, true);
    options
}

fn nodes<'a>(root: &'a AstNode<'a>) -> impl Iterator<Item = &'a AstNode<'a>> {
    root.descendants()
}

/// What GitHub makes of text after it has read the Markdown.
static MEANS_SOMETHING: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?i)(?:^|[^\w`])@[a-z0-9]|#\d|\bgh-\d|:[a-z0-9_+-]+:|\b[0-9a-f]{7,40}\b|https?://|www\.\w",
        r"|[\w.+-]+@[\w-]+\.\w"
    ))
    .unwrap()
});

#[test]
fn data_is_text_and_nothing_else() {
    let mut dice = Dice(4);
    let mut shapes: BTreeMap<String, usize> = BTreeMap::new();
    for _ in 0..REPORTS {
        let written = written(&mut dice);
        assert!(written.len() < 65_536);
        let arena = Arena::new();
        let root = parse_document(&arena, &written, &options());
        let mut shape = [0; 6];
        for node in nodes(root) {
            let data = node.data.borrow();
            match &data.value {
                NodeValue::Link(link) => {
                    let is_own = link.url.starts_with(FILES)
                        || link.url == RUN
                        || link.url.starts_with("https://eu-west-1.console.aws");
                    assert!(is_own, "a link to {} in\n{written}", link.url);
                }
                NodeValue::HtmlInline(html) => assert!(OWN.contains(&html.as_str()), "{html} in\n{written}"),
                NodeValue::HtmlBlock(html) => {
                    let text = OWN.iter().fold(html.literal.clone(), |text, own| text.replace(own, ""));
                    assert!(!text.contains(['<', '@']), "{} in\n{written}", html.literal);
                }
                NodeValue::Text(text) => {
                    let found = MEANS_SOMETHING.find(text).map(|found| found.as_str());
                    assert!(found.is_none(), "{found:?} in {text:?} of\n{written}");
                }
                NodeValue::CodeBlock(code) => {
                    assert!(["yaml", "sql", "mermaid", "diff"].contains(&code.info.as_str()), "{:?}", code.info);
                }
                NodeValue::Heading(_) => shape[0] += 1,
                NodeValue::Table(_) => shape[1] += 1,
                NodeValue::TableRow(_) => shape[2] += 1,
                NodeValue::TableCell => shape[3] += 1,
                NodeValue::Item(_) => shape[4] += 1,
                NodeValue::ThematicBreak => shape[5] += 1,
                NodeValue::Document
                | NodeValue::Paragraph
                | NodeValue::List(_)
                | NodeValue::Code(_)
                | NodeValue::Strong
                | NodeValue::SoftBreak
                | NodeValue::LineBreak
                | NodeValue::Emph => {}
                other => panic!("{other:?} in\n{written}"),
            }
        }
        *shapes.entry(format!("{shape:?}")).or_default() += 1;
    }
    // Whatever the texts are, there are as many headings, tables, rows, cells and items.
    assert_eq!(shapes.len(), 1, "{shapes:?}");
}
