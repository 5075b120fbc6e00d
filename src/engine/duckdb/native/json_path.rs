//! JSON read, and paths in it: those of `json_extract` and those of SQL/JSON.

use super::json::Json;

/// Deeper nesting is refused, so that no value can exhaust the stack.
const DEEPEST: usize = 200;

/// Reads all of a text as JSON.
pub(super) fn read(text: &str) -> Option<Json> {
    let mut reader = Reader { rest: text };
    let value = reader.value(0)?;
    reader.space();
    reader.rest.is_empty().then_some(value)
}

struct Reader<'t> {
    rest: &'t str,
}

impl Reader<'_> {
    fn space(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\n', '\r']);
    }

    fn take(&mut self, word: &str) -> bool {
        self.space();
        match self.rest.strip_prefix(word) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn value(&mut self, depth: usize) -> Option<Json> {
        self.space();
        match self.rest.chars().next().filter(|_| depth < DEEPEST)? {
            '{' => self.object(depth),
            '[' => self.array(depth),
            '"' => self.text().map(Json::Text),
            't' => self.take("true").then_some(Json::Boolean(true)),
            'f' => self.take("false").then_some(Json::Boolean(false)),
            'n' => self.take("null").then_some(Json::Null),
            _ => self.number(),
        }
    }

    fn object(&mut self, depth: usize) -> Option<Json> {
        let mut members = Vec::new();
        self.take("{").then_some(())?;
        if self.take("}") {
            return Some(Json::Object(members));
        }
        loop {
            self.space();
            let name = self.text()?;
            self.take(":").then_some(())?;
            members.push((name, self.value(depth + 1)?));
            if !self.take(",") {
                return self.take("}").then_some(Json::Object(members));
            }
        }
    }

    fn array(&mut self, depth: usize) -> Option<Json> {
        let mut elements = Vec::new();
        self.take("[").then_some(())?;
        if self.take("]") {
            return Some(Json::Array(elements));
        }
        loop {
            elements.push(self.value(depth + 1)?);
            if !self.take(",") {
                return self.take("]").then_some(Json::Array(elements));
            }
        }
    }

    /// A text, which serde's reader unescapes.
    fn text(&mut self) -> Option<String> {
        let bytes = self.rest.as_bytes();
        (bytes.first() == Some(&b'"')).then_some(())?;
        let mut at = 1;
        while *bytes.get(at)? != b'"' {
            at += if bytes[at] == b'\\' { 2 } else { 1 };
        }
        let (text, rest) = self.rest.split_at_checked(at + 1)?;
        self.rest = rest;
        serde_json::from_str(text).ok()
    }

    fn number(&mut self) -> Option<Json> {
        let end =
            self.rest.find(|c: char| !matches!(c, '0'..='9' | '-' | '+' | '.' | 'e' | 'E')).unwrap_or(self.rest.len());
        let (digits, rest) = self.rest.split_at(end);
        serde_json::from_str::<serde_json::Number>(digits).ok()?;
        self.rest = rest;
        Some(Json::Number(digits.to_owned()))
    }
}

/// One step of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    Member(String),
    Element(usize),
    Last,
    AllElements,
    AllMembers,
}

/// A path of SQL/JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::engine::duckdb) struct Path {
    is_strict: bool,
    steps: Vec<Step>,
}

/// A path of `json_extract`: `$.a.b[0]["c d"]`.
pub(super) fn simple(path: &str) -> Option<Vec<Step>> {
    let steps = steps(path)?;
    let is_plain = |step: &Step| matches!(step, Step::Member(_) | Step::Element(_));
    steps.iter().all(is_plain).then_some(steps)
}

/// A path of SQL/JSON, as far as it has members and elements only.
pub(in crate::engine::duckdb) fn sql(path: &str) -> Option<Path> {
    let path = path.trim();
    let (mode, rest) = path.split_once(char::is_whitespace)?;
    let is_strict = match mode {
        "strict" => true,
        "lax" => false,
        _ => return None,
    };
    Some(Path { is_strict, steps: steps(rest.trim())? })
}

fn steps(path: &str) -> Option<Vec<Step>> {
    let mut rest = path.strip_prefix('$')?;
    let mut steps = Vec::new();
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix('[') {
            let (inside, after) = match after.strip_prefix('"') {
                Some(quoted) => {
                    let (name, after) = quoted.split_once("\"]")?;
                    steps.push(Step::Member(name.to_owned()));
                    ("", after)
                }
                None => after.split_once(']')?,
            };
            match inside.trim() {
                "" => {}
                "*" => steps.push(Step::AllElements),
                "last" => steps.push(Step::Last),
                number => steps.push(Step::Element(number.parse().ok()?)),
            }
            rest = after;
        } else {
            let after = rest.strip_prefix('.')?;
            if let Some(quoted) = after.strip_prefix('"') {
                let (name, after) = quoted.split_once('"')?;
                steps.push(Step::Member(name.to_owned()));
                rest = after;
                continue;
            }
            let end = after.find(['.', '[']).unwrap_or(after.len());
            let (name, after) = after.split_at(end);
            let is_name = name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '$' | '-' | ':'));
            match name {
                "" => return None,
                "*" => steps.push(Step::AllMembers),
                name if is_name => steps.push(Step::Member(name.to_owned())),
                _ => return None,
            }
            rest = after;
        }
    }
    Some(steps)
}

/// Where the steps lead to.
pub(super) fn walk<'j>(json: &'j Json, steps: &[Step]) -> Option<&'j Json> {
    steps.iter().try_fold(json, |json, step| match (step, json) {
        (Step::Member(name), Json::Object(members)) => {
            members.iter().find(|(known, _)| known == name).map(|(_, value)| value)
        }
        (Step::Member(name), Json::Array(elements)) => name.parse::<usize>().ok().and_then(|at| elements.get(at)),
        (Step::Element(at), Json::Array(elements)) => elements.get(*at),
        (Step::Element(at), Json::Object(members)) => {
            members.iter().find(|(known, _)| *known == at.to_string()).map(|(_, value)| value)
        }
        _ => None,
    })
}

/// All that a path of SQL/JSON leads to; none when the mode is strict and a step leads nowhere.
pub(super) fn items(json: &Json, path: &Path) -> Option<Vec<Json>> {
    let mut items = vec![json.clone()];
    for step in &path.steps {
        let mut next = Vec::new();
        for item in &items {
            let is_met = stepped(item, step, path.is_strict, &mut next);
            if path.is_strict && !is_met {
                return None;
            }
        }
        items = next;
    }
    Some(items)
}

/// One step from one item. In lax mode an array stands for its elements, and a single value for an array.
fn stepped(item: &Json, step: &Step, is_strict: bool, next: &mut Vec<Json>) -> bool {
    let before = next.len();
    match (step, item) {
        (Step::Member(name), Json::Object(members)) => {
            next.extend(members.iter().filter(|(known, _)| known == name).map(|(_, value)| value.clone()));
        }
        (Step::AllMembers, Json::Object(members)) => next.extend(members.iter().map(|(_, value)| value.clone())),
        (Step::Member(_) | Step::AllMembers, Json::Array(elements)) if !is_strict => {
            for element in elements.iter().filter(|element| matches!(element, Json::Object(_))) {
                stepped(element, step, true, next);
            }
        }
        (Step::Element(at), Json::Array(elements)) => next.extend(elements.get(*at).cloned()),
        (Step::Last, Json::Array(elements)) => next.extend(elements.last().cloned()),
        (Step::AllElements, Json::Array(elements)) => next.extend(elements.iter().cloned()),
        (Step::Element(0) | Step::Last | Step::AllElements, other) if !is_strict => next.push(other.clone()),
        _ => {}
    }
    next.len() > before
}
