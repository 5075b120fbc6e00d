//! The templates of a project's own files taken apart, once for all rules that look into them.

use std::ops::Range;
use std::sync::Arc;

use rayon::prelude::*;

use super::Subject;
use crate::finding::Place;
use crate::jinja::lexer::{Part, Tag, Token, TokenKind, lex};
use crate::project::{Node, ResourceType};

/// A file of SQL with its tags.
pub struct Template<'a> {
    pub path: &'a str,
    pub text: &'a str,
    pub parts: Vec<Part>,
    /// What the file defines, when it is a model, a snapshot, an analysis or a singular test; else it holds macros.
    pub nodes: Vec<&'a Arc<Node>>,
}

/// A call in a template.
pub struct Call<'t> {
    pub name: &'t str,
    pub span: Range<usize>,
    pub arguments: Vec<Argument<'t>>,
}

/// An argument of a call, as it is written.
pub struct Argument<'t> {
    pub name: Option<&'t Token>,
    pub tokens: &'t [Token],
}

impl Argument<'_> {
    /// The text, when it is one text in quotes and nothing more.
    pub fn literal<'s>(&self, source: &'s str) -> Option<&'s str> {
        let [token] = self.tokens else { return None };
        let text = token.text(source);
        (token.kind == TokenKind::Text).then(|| &text[1..text.len() - 1])
    }

    /// The bytes from its first to its last token.
    pub fn span(&self) -> Option<Range<usize>> {
        Some(self.tokens.first()?.range.start..self.tokens.last()?.range.end)
    }
}

impl<'a> Template<'a> {
    /// The tags, in order.
    pub fn tags(&self) -> impl Iterator<Item = &Tag> {
        self.parts.iter().filter_map(|part| match part {
            Part::Print(tag) | Part::Statement(tag) => Some(tag),
            Part::Text(_) | Part::Verbatim(_) => None,
        })
    }

    /// Every call of a function by its plain name.
    pub fn calls(&self) -> impl Iterator<Item = Call<'_>> {
        self.tags().flat_map(|tag| calls(self.text, &tag.tokens))
    }

    /// A part of the file.
    pub fn at(&self, span: Range<usize>) -> Place {
        Place::span(self.path, span)
    }

    /// The one node of the file.
    pub fn node(&self) -> Option<&'a Node> {
        self.nodes.first().map(|node| &***node)
    }
}

/// The calls in the tokens of a tag: `a(…)`, but no method `b.a(…)` and no filter.
pub(super) fn calls<'t>(text: &'t str, tokens: &'t [Token]) -> Vec<Call<'t>> {
    let word = |at: usize| tokens.get(at).map_or("", |token: &Token| token.text(text));
    let mut found = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let is_call = token.kind == TokenKind::Name && word(at + 1) == "(" && is_operator(tokens, at + 1);
        let is_other = at > 0 && matches!(word(at - 1), "." | "|" | "macro" | "test" | "is");
        if is_call && !is_other {
            let (arguments, end) = arguments(text, &tokens[at + 2..]);
            found.push(Call { name: token.text(text), span: token.range.start..end, arguments });
        }
    }
    found
}

fn is_operator(tokens: &[Token], at: usize) -> bool {
    tokens.get(at).is_some_and(|token| token.kind == TokenKind::Operator)
}

/// The arguments up to the closing bracket, and where that ends.
fn arguments<'t>(text: &str, tokens: &'t [Token]) -> (Vec<Argument<'t>>, usize) {
    let mut found = Vec::new();
    let (mut depth, mut start) = (0usize, 0usize);
    let mut take = |range: Range<usize>| match &tokens[range] {
        [] => {}
        [name, equals, value @ ..] if name.kind == TokenKind::Name && equals.text(text) == "=" => {
            found.push(Argument { name: Some(name), tokens: value });
        }
        value => found.push(Argument { name: None, tokens: value }),
    };
    for (at, token) in tokens.iter().enumerate() {
        match token.text(text) {
            _ if token.kind != TokenKind::Operator => {}
            "(" | "[" | "{" => depth += 1,
            ")" if depth == 0 => {
                take(start..at);
                return (found, token.range.end);
            }
            ")" | "]" | "}" => depth = depth.saturating_sub(1),
            "," if depth == 0 => {
                take(start..at);
                start = at + 1;
            }
            _ => {}
        }
    }
    (found, tokens.last().map_or(0, |token| token.range.end))
}

/// The templates of the project's own files: those that can be read.
pub(super) fn of<'a>(subject: &Subject<'a>) -> Vec<Template<'a>> {
    let project = subject.project;
    let mut nodes: std::collections::HashMap<&str, Vec<&Arc<Node>>> = std::collections::HashMap::new();
    let with_files = [ResourceType::Model, ResourceType::Snapshot, ResourceType::Analysis, ResourceType::Test];
    let is_file = |node: &&Arc<Node>| with_files.contains(&node.resource_type) && node.test.is_none();
    for node in project.nodes.values().chain(&project.disabled).filter(is_file) {
        if node.package == project.name && node.file.ends_with(".sql") {
            nodes.entry(&node.file).or_default().push(node);
        }
    }
    let macros = macro_folders(subject);
    let files: Vec<_> = subject.own_files().filter(|file| file.extension() == "sql").collect();
    let read = |file: &&'a crate::source::SourceFile| {
        let found = nodes.get(file.path.as_str());
        let is_macro = macros.iter().any(|folder| file.path.starts_with(folder));
        if found.is_none() && !is_macro {
            return None;
        }
        let text = file.text().ok()?;
        let parts = lex(text).ok()?;
        Some(Template { path: &file.path, text, parts, nodes: found.cloned().unwrap_or_default() })
    };
    files.par_iter().filter_map(read).collect()
}

/// Where macros and generic tests lie, each with a `/` at its end.
pub(super) fn macro_folders(subject: &Subject<'_>) -> Vec<String> {
    let root = subject.project.root();
    let tests = root.file.test_paths.iter().map(|path| format!("{}/generic/", root.join(path)));
    root.file.macro_paths.iter().map(|path| format!("{}/", root.join(path))).chain(tests).collect()
}
