//! However much there is to tell, it fits, and what matters most is there.

use std::time::Duration;

use crate::request::{Request, good};
use cadet::deploy::{Outcome, Status};
use cadet::finding::{Finding, Level, Place};
use cadet::project::ResourceType;
use cadet::report::around::{Around, Links, Near, Tests};
use cadet::report::markdown::{Page, State, check, comment, summary};
use cadet::report::outputs::Verdict;
use cadet::report::{Aside, Report};
use comrak::nodes::NodeValue;
use comrak::{Arena, Options, parse_document};

fn findings(count: usize, message: &str) -> Vec<Finding> {
    let level = |n: usize| [Level::Error, Level::Warning, Level::Note][n % 3];
    let one = |n: usize| {
        let place = Place::file(format!("models/prison/prison_safety/prison_safety__table_{n:04}_fct.yaml"));
        Finding::new("docs/described", level(n), format!("{message} number {n}"), place)
            .help("say it\nmodels:\n  - name: a")
    };
    (0..count).map(one).collect()
}

fn outcome(n: usize) -> Outcome {
    let status = if n % 50 == 7 { Status::Error } else { Status::Success };
    let finding =
        Finding::new("deploy/build", Level::Error, format!("failure number {n}"), Place::file(format!("m{n}.sql")));
    Outcome {
        id: format!("model.p.table_{n}"),
        name: format!("prison_safety__table_{n}_fct"),
        kind: ResourceType::Model,
        materialized: "table".to_owned(),
        status,
        message: "1200 rows".to_owned(),
        count: Some(1_200),
        relation: None,
        reason: "changed".to_owned(),
        compiled: None,
        ran: None,
        finding: status.is_bad().then_some(finding),
        spent: Vec::new(),
        started: jiff::Timestamp::UNIX_EPOCH,
        took: Duration::from_millis(1_500),
    }
}

fn around(nodes: usize) -> Around {
    let near = |n: usize| Near {
        id: format!("model.p.table_{n}"),
        name: format!("prison_safety__table_{n}_fct"),
        kind: ResourceType::Model,
        file: format!("models/{n}.sql"),
        table: Some(format!("prison_safety_dev_dbt.table_{n}_fct")),
        status: Some(outcome(n).status),
        is_changed: n.is_multiple_of(3),
        tests: Tests { passed: 2, warned: 0, failed: 0 },
    };
    Around {
        commit: "0123456789012345678901234567890123456789".to_owned(),
        links: Links {
            files: Some("https://github.com/moj/tables/blob/0123456/".to_owned()),
            run: None,
            console: None,
        },
        target: Some("dev".to_owned()),
        nodes: (0..nodes).map(near).collect(),
        edges: (1..nodes).map(|n| (n / 2, n)).collect(),
        ..Around::default()
    }
}

/// The comment, the check's text and the summary.
fn pages(findings: &[Finding], outcomes: &[Outcome]) -> [String; 3] {
    let report = Report {
        findings,
        outcomes,
        changed_files: Some(findings.len()),
        base: Some("main (1234567)".to_owned()),
        head: "work".to_owned(),
        removed: (0..outcomes.len()).map(|n| format!("prison_safety__gone_{n}")).collect(),
        artefacts: Some("target".to_owned()),
        aside: Aside { around: around(outcomes.len()), ..Aside::default() },
    };
    let page = Page {
        report: &report,
        prefix: "",
        text: &|_| String::new(),
        state: State::Over(Verdict::Failure),
        notes: Vec::new(),
    };
    [comment(&page, "<!-- cadet:report -->"), check(&page).1, summary(&page)]
}

/// Whether every block is closed, and every table whole.
fn is_whole(text: &str) {
    let count = |what: &str| text.matches(what).count();
    assert_eq!(count("<details"), count("</details>"));
    let arena = Arena::new();
    let mut options = Options::default();
    options.extension.table = true;
    let root = parse_document(&arena, text, &options);
    let last = root.last_child().unwrap();
    assert!(matches!(last.data.borrow().value, NodeValue::Paragraph), "{:?}", last.data.borrow().value);
}

#[test]
fn three_thousand_findings_and_two_thousand_tables_fit() {
    for (few, many) in [(0, 0), (1, 0), (40, 30), (3_000, 0), (0, 2_000), (3_000, 2_000)] {
        let (found, built) = (findings(few, "a thing"), (0..many).map(outcome).collect::<Vec<_>>());
        let [comment, check, summary] = pages(&found, &built);
        assert!(comment.len() <= 65_000, "{}", comment.len());
        assert!(check.len() <= 65_535, "{}", check.len());
        assert!(summary.len() <= 1 << 20, "{}", summary.len());
        for text in [&comment, &check, &summary] {
            is_whole(text);
            assert_eq!(text.contains("A thing number 0*"), few > 0, "{text}");
            assert_eq!(text.contains("### ❌ To fix ("), few > 0, "{text}");
            assert_eq!(text.contains("Failure number 7"), many > 7, "{text}");
        }
        assert_eq!(comment.contains("more findings are not shown here: see the summary of the run."), few == 3_000);
    }
}

#[test]
fn texts_of_any_length_fit() {
    // Four bytes each, and each of them more once it is escaped.
    for long in ["\u{1f600}".repeat(70_000), "@|<`".repeat(70_000), "\n".repeat(70_000)] {
        let found = findings(3_000, &long);
        let [comment, check, summary] = pages(&found, &[outcome(7)]);
        assert!(comment.chars().count() <= 65_536 && check.len() <= 65_535 && summary.len() <= 1 << 20);
        is_whole(&comment);
    }
}

#[test]
fn a_large_graph_is_cut_to_what_changed() {
    let graph = |nodes: usize| {
        let built: Vec<Outcome> = (0..nodes).map(outcome).collect();
        let [_, _, summary] = pages(&[], &built);
        let (_, graph) = summary.split_once("```mermaid\n").unwrap();
        let (graph, _) = graph.split_once("\n```").unwrap();
        let drawn = graph.lines().filter(|line| line.contains(":::")).count();
        (drawn, graph.len(), summary.split_once("more are left out").is_some())
    };
    assert_eq!((graph(12).0, graph(12).2), (12, false));
    for nodes in [100, 2_000] {
        let (drawn, length, is_cut) = graph(nodes);
        assert!(drawn <= 60 && length < 50_000 && is_cut, "{drawn} {length}");
    }
}

/// The whole run, through the binary: two thousand tables that are built, and three thousand things to say of them.
#[test]
fn a_pull_request_of_two_thousand_tables_is_told_of() {
    let mut sandbox = good();
    for n in 0..2_000 {
        let parent = if n == 0 { "sites_stg".to_owned() } else { format!("many_{:04}_fct", n / 2) };
        let sql = format!(
            "{{{{ config(materialized='view') }}}}\nselect 1 as id\nfrom {{{{ ref('prison_safety__{parent}') }}}}\nlimit 1  \n"
        );
        sandbox = sandbox.file(&format!("models/prison/prison_safety/prison_safety__many_{n:04}_fct.sql"), &sql);
    }
    let request = Request::new(sandbox.commit("many tables"));
    assert_eq!(request.ci(&["--suggest"]).code, 1);
    let outputs = request.outputs();
    assert!(outputs.contains("\nfindings=4000\nerrors=2000\nwarnings=2000\ndeployed=2003\nfailed=0\n"), "{outputs}");
    let comment = request.double.comment();
    assert!(comment.chars().count() <= 65_536 && request.summary().len() <= 1 << 20);
    for text in [&comment, &request.summary()] {
        is_whole(text);
        for words in
            ["Not ready: 2000 errors to fix", "### Tables: 2003 of 2003 built", "This is a part of what changed;"]
        {
            assert!(text.contains(words), "{words}");
        }
    }
    let annotated = request.double.state(|state| state.checks[0]["annotations"].as_array().map(Vec::len));
    assert_eq!(annotated, Some(4_000));
}
