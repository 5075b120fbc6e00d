//! A file of macros in, its blocks out: macros, generic tests, materialisations, snapshots and docs.
//!
//! As in dbt, each block is a template of its own; what stands between the blocks of a macro file means nothing.

use std::ops::Range;

use super::JinjaProblem;
use super::lexer::{Part, Tag, Token, TokenKind, lex};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlockKind {
    Macro,
    Test,
    Materialization,
    Snapshot,
}

/// A parameter of a macro.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    pub name: String,
    pub has_default: bool,
    /// The default, where it names a parameter before it: minijinja does not know that one yet.
    pub late_default: Option<Range<usize>>,
}

/// One block of a macro file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    pub kind: BlockKind,
    /// As it is called: a generic test `t` is the macro `test_t`.
    pub name: String,
    pub parameters: Vec<Parameter>,
    /// From the first to the last brace of the block.
    pub range: Range<usize>,
    /// The block with the white space that its tags take away.
    pub full: Range<usize>,
    /// What stands between the opening and the closing tag, without the white space that they take away.
    pub body: Range<usize>,
    /// The name in the opening tag.
    pub name_span: Range<usize>,
}

/// Finds the blocks of a file.
///
/// # Errors
/// The first thing that Jinja cannot read, or a block that does not end.
pub fn blocks(source: &str) -> Result<Vec<Block>, JinjaProblem> {
    let mut found: Vec<Block> = Vec::new();
    let mut open: Option<(Block, usize)> = None;
    for part in lex(source)? {
        let Part::Statement(tag) = part else { continue };
        let keyword = tag.tokens.first().map_or("", |token| token.text(source));
        match &mut open {
            None => open = opening(source, &tag, keyword)?.map(|block| (block, 1)),
            Some((block, depth)) => {
                *depth += usize::from(is_opening(block.kind, keyword));
                *depth -= usize::from(is_closing(block.kind, keyword));
                if *depth == 0
                    && let Some((mut block, _)) = open.take()
                {
                    block.range.end = tag.range.end;
                    block.body.end =
                        if tag.trims_before { source[..tag.range.start].trim_end().len() } else { tag.range.start };
                    block.body.start = block.body.start.min(block.body.end);
                    let end = if tag.trims_after { after_space(source, tag.range.end) } else { tag.range.end };
                    // dbt strips the file, and takes no white space twice.
                    block.full.end = end.min(source.trim_end().len());
                    let taken = found.last().map_or(0, |last| last.full.end);
                    block.full.start = block.full.start.max(taken).max(after_space(source, 0)).min(block.range.start);
                    found.push(block);
                }
            }
        }
    }
    match open {
        None => Ok(found),
        Some((block, _)) => Err(JinjaProblem {
            message: format!("the block `{}` is never closed", block.name),
            span: block.range,
            help: Some(format!("close it with `{{% {} %}}`", closing_word(block.kind))),
        }),
    }
}

fn kind(keyword: &str) -> Option<BlockKind> {
    match keyword {
        "macro" => Some(BlockKind::Macro),
        "test" | "data_test" => Some(BlockKind::Test),
        "materialization" => Some(BlockKind::Materialization),
        "snapshot" => Some(BlockKind::Snapshot),
        _ => None,
    }
}

fn closing_word(kind: BlockKind) -> &'static str {
    match kind {
        BlockKind::Macro => "endmacro",
        BlockKind::Test => "endtest",
        BlockKind::Materialization => "endmaterialization",
        BlockKind::Snapshot => "endsnapshot",
    }
}

fn is_opening(block: BlockKind, keyword: &str) -> bool {
    kind(keyword) == Some(block)
}

fn is_closing(block: BlockKind, keyword: &str) -> bool {
    keyword == closing_word(block) || (block == BlockKind::Test && keyword == "enddata_test")
}

fn opening(source: &str, tag: &Tag, keyword: &str) -> Result<Option<Block>, JinjaProblem> {
    let Some(kind) = kind(keyword) else { return Ok(None) };
    let Some(name) = tag.tokens.get(1) else {
        let message = format!("this `{keyword}` has no name");
        return Err(JinjaProblem { message, span: tag.range.clone(), help: None });
    };
    let written = name.text(source);
    let full = match kind {
        BlockKind::Test => format!("test_{written}"),
        BlockKind::Materialization => format!("materialization_{written}_{}", adapter(source, &tag.tokens)),
        BlockKind::Macro | BlockKind::Snapshot => written.to_owned(),
    };
    let parameters =
        if matches!(kind, BlockKind::Macro | BlockKind::Test) { parameters(source, &tag.tokens) } else { Vec::new() };
    let body = if tag.trims_after { after_space(source, tag.range.end) } else { tag.range.end };
    let start = if tag.trims_before { source[..tag.range.start].trim_end().len() } else { tag.range.start };
    Ok(Some(Block {
        kind,
        name: full,
        parameters,
        range: tag.range.clone(),
        full: start..tag.range.end,
        body: body..body,
        name_span: name.range.clone(),
    }))
}

fn after_space(source: &str, at: usize) -> usize {
    source.len() - source[at..].trim_start().len()
}

/// `{% materialization table, adapter='athena' %}`
fn adapter<'s>(source: &'s str, tokens: &[Token]) -> &'s str {
    let named = tokens.iter().position(|token| token.text(source) == "adapter").and_then(|at| tokens.get(at + 2));
    named.map_or("default", |token| token.text(source).trim_matches(['\'', '"']))
}

fn parameters(source: &str, tokens: &[Token]) -> Vec<Parameter> {
    let mut parameters: Vec<Parameter> = Vec::new();
    let mut depth = 0usize;
    let mut expects_name = false;
    let mut default: Option<(usize, bool)> = None;
    for token in tokens.iter().skip(2) {
        let ends = depth == 1 && matches!(token.text(source), "," | ")");
        if let Some((start, true)) = default.take_if(|_| ends)
            && let Some(parameter) = parameters.last_mut()
        {
            parameter.late_default = Some(start..token.range.start);
        }
        if let Some((_, is_late)) = &mut default {
            let before = parameters.len().saturating_sub(1);
            *is_late |= token.kind == TokenKind::Name
                && parameters[..before].iter().any(|parameter| parameter.name == token.text(source));
        }
        match token.text(source) {
            "(" | "[" | "{" => {
                depth += 1;
                expects_name = depth == 1;
            }
            ")" | "]" | "}" => depth = depth.saturating_sub(1),
            "," if depth == 1 => expects_name = true,
            "=" if depth == 1 => {
                if let Some(Parameter { has_default, .. }) = parameters.last_mut() {
                    *has_default = true;
                    default = Some((token.range.end, false));
                }
            }
            name if expects_name => {
                parameters.push(Parameter { name: name.to_owned(), has_default: false, late_default: None });
                expects_name = false;
            }
            _ => {}
        }
    }
    parameters
}

/// The `{% docs name %}…{% enddocs %}` blocks of a Markdown file: name and text.
///
/// The rest of the file is prose, and need not be Jinja.
pub fn docs(source: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some((start, body, name)) = docs_tag(source, at, "docs") {
        let Some((end, after, _)) = docs_tag(source, body, "enddocs") else { break };
        if let Some(name) = name {
            found.push((name, source[body..end].trim().to_owned()));
        }
        at = after.max(start + 1);
    }
    found
}

/// The next tag with this keyword: where it starts, where it ends, and the word after the keyword.
fn docs_tag(source: &str, from: usize, keyword: &str) -> Option<(usize, usize, Option<String>)> {
    let mut at = from;
    while let Some(found) = source[at..].find("{%") {
        let start = at + found;
        let end = start + source[start..].find("%}")? + 2;
        let mut words = source[start + 2..end - 2].trim_matches(['-', '+', ' ']).split_whitespace();
        if words.next() == Some(keyword) {
            return Some((start, end, words.next().map(str::to_owned)));
        }
        at = start + 2;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_block_has_its_name_parameters_and_extent() {
        let source = "x {% macro a(b, c=f(1, 2)) %}{{ b }}{% endmacro %} {% test t(model) %}{% endtest %}
            {% materialization view, adapter='athena' %}{% endmaterialization %}";
        let found = blocks(source).unwrap();
        let shown: Vec<_> = found
            .iter()
            .map(|block| {
                let names: Vec<_> = block
                    .parameters
                    .iter()
                    .map(|p| format!("{}{}", p.name, if p.has_default { "=" } else { "" }))
                    .collect();
                format!("{} ({}) {}", block.name, names.join(", "), &source[block.name_span.clone()])
            })
            .collect();
        assert_eq!(shown, ["a (b, c=) a", "test_t (model) t", "materialization_view_athena () view"]);
        assert_eq!(&source[found[0].range.clone()], "{% macro a(b, c=f(1, 2)) %}{{ b }}{% endmacro %}");
    }

    #[test]
    fn a_block_that_does_not_end_is_named() {
        assert_eq!(blocks("{% macro a() %}").unwrap_err().message, "the block `a` is never closed");
    }

    #[test]
    fn docs_blocks_are_found_in_prose_that_is_not_jinja() {
        let source = "# A {{ brace\n{% docs one %}\n text {{ x\n{% enddocs %}\n{%docs two%}b{%enddocs%}";
        assert_eq!(docs(source), [("one".to_owned(), "text {{ x".to_owned()), ("two".to_owned(), "b".to_owned())]);
    }
}
