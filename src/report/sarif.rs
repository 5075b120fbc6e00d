//! Findings as SARIF 2.1.0, which GitHub's code scanning and editors read.
//!
//! Behaviour: OASIS's "Static Analysis Results Interchange Format (SARIF) Version 2.1.0". Columns count characters.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{Report, in_repository};
use crate::finding::baseline::Known;
use crate::finding::{Edit, Finding, Level, Place, Waiver};
use crate::rules;
use crate::source::LineIndex;

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// The name under which a result's fingerprint is kept: it changes when the way of making it does.
const FINGERPRINT: &str = "cadet/v1";

/// The whole log. `prefix` is the way from the repository to the project, empty or ending in `/`; `text` gives the text
/// of a file of the project.
pub fn log(report: &Report<'_>, prefix: &str, text: &dyn Fn(&str) -> String) -> Value {
    let mut writer = Writer { prefix, text, rules: Vec::new(), seen: BTreeMap::new() };
    let mut results: Vec<Value> = report.all_findings().into_iter().map(|finding| writer.result(finding)).collect();
    for waived in &report.aside.waived {
        let mut result = writer.result(&waived.finding);
        result["suppressions"] = match &waived.why {
            Waiver::Ignored { reason } => json!([{"kind": "inSource", "justification": reason}]),
            Waiver::Baseline => json!([{"kind": "external", "justification": "it is in the baseline"}]),
        };
        results.push(result);
    }
    let rules: Vec<Value> = writer.rules.iter().map(|id| rule(id)).collect();
    json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {"name": "cadet", "semanticVersion": env!("CARGO_PKG_VERSION"), "rules": rules}},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

/// A rule as the log lists it. What comes from building has no page.
fn rule(id: &str) -> Value {
    match rules::find(id) {
        Some(entry) => json!({
            "id": id,
            "shortDescription": {"text": entry.rule.summary},
            "help": {"text": format!("cadet explain {id}"), "markdown": rules::page::markdown(entry)},
            "defaultConfiguration": {"level": level(entry.rule.level)},
        }),
        None => json!({"id": id}),
    }
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "note",
    }
}

struct Writer<'w> {
    prefix: &'w str,
    text: &'w dyn Fn(&str) -> String,
    /// The ids of the rules that were met, in the order of the log.
    rules: Vec<String>,
    /// How often each fingerprint was made: equal findings are told apart by their order.
    seen: BTreeMap<String, usize>,
}

impl Writer<'_> {
    fn result(&mut self, finding: &Finding) -> Value {
        let at = self.rules.iter().position(|id| *id == finding.rule).unwrap_or_else(|| {
            self.rules.push(finding.rule.clone());
            self.rules.len() - 1
        });
        let help = finding.help.iter().map(|help| format!("\n\n{help}"));
        let message = std::iter::once(finding.message.clone()).chain(help).collect::<String>();
        let related = finding.related.iter().map(|(place, words)| {
            let mut location = self.location(place);
            location["message"] = json!({"text": words});
            location
        });
        let mut result = json!({
            "ruleId": finding.rule,
            "ruleIndex": at,
            "level": level(finding.level),
            "message": {"text": message},
            "locations": [self.location(&finding.place)],
            "relatedLocations": related.collect::<Vec<_>>(),
            "partialFingerprints": {FINGERPRINT: self.fingerprint(finding)},
        });
        if let Some(changes) = self.changes(finding) {
            result["fixes"] = json!([{"description": {"text": "cadet check --fix"}, "artifactChanges": changes}]);
        }
        result
    }

    fn location(&self, place: &Place) -> Value {
        let mut physical = json!({"artifactLocation": self.artifact(&place.path)});
        if let Some(region) = self.region(place) {
            physical["region"] = region;
        }
        json!({"physicalLocation": physical})
    }

    fn artifact(&self, path: &str) -> Value {
        json!({"uri": escaped(&in_repository(self.prefix, path))})
    }

    fn region(&self, place: &Place) -> Option<Value> {
        let span = place.span.as_ref()?;
        let text = (self.text)(&place.path);
        let index = LineIndex::new(&text);
        let (start, end) = (index.position(span.start), index.position(span.end));
        Some(json!({"startLine": start.0, "startColumn": start.1, "endLine": end.0, "endColumn": end.1}))
    }

    /// The same for a finding whose lines have moved.
    fn fingerprint(&mut self, finding: &Finding) -> String {
        let known = Known::of(finding, self.text);
        let parts = [known.rule.as_str(), &known.path, &known.message, &known.text].join("\0");
        let digest: String =
            Sha256::digest(parts.as_bytes()).iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        let count = self.seen.entry(digest.clone()).or_insert(0);
        *count += 1;
        format!("{digest}:{count}")
    }

    /// The replacements of a fix by file; a file that gets another name cannot be told.
    fn changes(&self, finding: &Finding) -> Option<Vec<Value>> {
        let mut files: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
        for edit in &finding.fix.as_deref()?.edits {
            let Edit::Replace { place, text } = edit else { return None };
            let replacement = json!({"deletedRegion": self.region(place)?, "insertedContent": {"text": text}});
            files.entry(&place.path).or_default().push(replacement);
        }
        let change = |(path, replacements): (&str, Vec<Value>)| json!({"artifactLocation": self.artifact(path), "replacements": replacements});
        Some(files.into_iter().map(change).collect())
    }
}

/// A path as a relative URI.
fn escaped(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => uri.push(char::from(byte)),
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}
