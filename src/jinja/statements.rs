//! The statements of dbt's Jinja in, minijinja's out: loops, assignments, macros and their calls.

use super::JinjaProblem;
use super::lexer::{Tag, Token, TokenKind};
use super::rewrite::Rewriter;

/// The hidden parameter of a macro that names the arguments that were given and are not defined.
pub(super) const UNDEFINED: &str = "cadet_undefined";

/// An `if` with more `elif` is refused: minijinja reads them as one in the other.
const MOST_BRANCHES: usize = 300;

impl Rewriter<'_> {
    pub(super) fn statement(&mut self, tag: &Tag) -> Result<(), JinjaProblem> {
        let text = |at: usize| tag.tokens.get(at).map_or("", |token| token.text(self.source));
        let tokens = self.without_colon(&tag.tokens);
        match text(0) {
            "if" => {
                self.branches.push(0);
                self.expressions(tokens, 1, |it| it.tuple().map(drop))
            }
            "elif" => {
                self.branch(tag)?;
                self.expressions(tokens, 1, |it| it.tuple().map(drop))
            }
            "endif" => {
                self.branches.pop();
                Ok(())
            }
            "for" => self.for_loop(tokens),
            "set" => self.set(tokens),
            "with" => self.with(tokens),
            "print" => self.print(tag),
            "include" | "import" | "from" | "extends" => Err(JinjaProblem {
                message: format!("`{}` names another template, and dbt has none", text(0)),
                span: tag.tokens[0].range.clone(),
                help: Some("call a macro instead: dbt knows all macros of the project everywhere".into()),
            }),
            "do" => {
                self.edits.replace(tag.tokens[0].range.clone(), "set __do =");
                self.expressions(tokens, 1, |it| it.tuple().map(drop))
            }
            "macro" => self.definition(tag, text(1), "dbt_macro__"),
            "test" | "data_test" => {
                self.edits.replace(tag.tokens[0].range.clone(), "macro");
                self.definition(tag, text(1), "dbt_macro__test_")
            }
            "endtest" | "enddata_test" => {
                self.captures = self.captures.saturating_sub(1);
                self.edits.replace(tag.tokens[0].range.clone(), "endmacro");
                Ok(())
            }
            "call" => {
                self.captures += 1;
                self.call_block(tokens)
            }
            "filter" => {
                self.captures += 1;
                self.expressions(tokens, 1, |it| it.filter_chain())
            }
            "endmacro" | "endcall" | "endset" | "endfilter" => {
                self.captures = self.captures.saturating_sub(1);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// The tokens without the colon that Jinja2 allows at the end of a block tag.
    fn without_colon<'t>(&mut self, tokens: &'t [Token]) -> &'t [Token] {
        match tokens.split_last() {
            Some((last, rest)) if last.text(self.source) == ":" => {
                self.edits.replace(last.range.clone(), "");
                rest
            }
            _ => tokens,
        }
    }

    fn branch(&mut self, tag: &Tag) -> Result<(), JinjaProblem> {
        let Some(branches) = self.branches.last_mut() else { return Ok(()) };
        *branches += 1;
        if *branches <= MOST_BRANCHES {
            return Ok(());
        }
        Err(JinjaProblem {
            message: format!("an `if` may have at most {MOST_BRANCHES} `elif`"),
            span: tag.range.clone(),
            help: Some("look the value up in a dict".into()),
        })
    }

    fn for_loop(&mut self, tokens: &[Token]) -> Result<(), JinjaProblem> {
        let size = self.loops.pop().unwrap_or(0);
        let is_in = |token: &Token| token.text(self.source) == "in";
        let Some(at) = tokens.iter().position(is_in) else {
            return self.expressions(tokens, tokens.len(), |it| it.expected("`in`"));
        };
        let iterable = self.expressions(tokens, at + 1, |it| {
            let iterable = it.iterable()?;
            if it.take("if") {
                it.expression()?;
            }
            it.take("recursive");
            Ok(iterable.range)
        })?;
        self.edits.wrap(&iterable, "((", &format!(")|__each({size}))"));
        Ok(())
    }

    /// `set x = …`, or `set x`, which captures the text up to `endset`.
    fn set(&mut self, tokens: &[Token]) -> Result<(), JinjaProblem> {
        let Some(at) = tokens.iter().position(|token| token.text(self.source) == "=") else {
            self.captures += 1;
            return match tokens.iter().position(|token| token.text(self.source) == "|") {
                Some(at) => self.expressions(tokens, at + 1, |it| it.filter_chain()),
                None => Ok(()),
            };
        };
        let value = self.expressions(tokens, at + 1, |it| it.tuple().map(|value| value.range))?;
        if tokens[..at].iter().any(|token| token.text(self.source) == ".") {
            self.edits.wrap(&value, "((", ")|__held)");
        }
        Ok(())
    }

    /// `{% with a = 1, b = 2 %}`
    fn with(&mut self, tokens: &[Token]) -> Result<(), JinjaProblem> {
        self.expressions(tokens, 1, |it| {
            while it.at < it.tokens.len() {
                it.at += 1;
                if !it.take("=") {
                    return it.expected("`=`");
                }
                it.expression()?;
                if !it.take(",") {
                    break;
                }
            }
            Ok(())
        })
    }

    /// `{% print x %}` is `{{ x }}`.
    fn print(&mut self, tag: &Tag) -> Result<(), JinjaProblem> {
        let (start, end) = (tag.range.start, tag.range.end);
        self.edits.replace(start..start + 2, "{{");
        self.edits.replace(tag.tokens[0].range.clone(), "");
        self.edits.replace(end - 2..end, "}}");
        self.expressions(&tag.tokens, 1, |it| it.tuple().map(drop))
    }

    /// An argument that is given and not defined does not get the default. minijinja gives it: such arguments are named
    /// in a hidden one, and taken away again.
    fn undefined_arguments(&mut self, tag: &Tag, tokens: &[Token], end: usize) {
        let Some(close) = tokens.get(end - 1).filter(|token| token.text(self.source) == ")") else { return };
        let mut names = Vec::new();
        let mut depth = 0;
        for pair in tokens[2..end].windows(2) {
            match pair[0].text(self.source) {
                "(" | "[" | "{" => depth += 1,
                ")" | "]" | "}" => depth -= 1,
                _ => {}
            }
            if depth == 1 && matches!(pair[0].text(self.source), "(" | ",") && pair[1].kind == TokenKind::Name {
                names.push(pair[1].text(self.source));
            }
        }
        if !tokens[2..end].iter().any(|token| token.text(self.source) == "=") {
            return;
        }
        self.edits.insert(close.range.start, format!(", {UNDEFINED}=none"));
        let mut lost = format!("{{% if {UNDEFINED} %}}");
        for name in names {
            lost.push_str(&format!(
                "{{% if '{name}' in {UNDEFINED} %}}{{% set {name} = {UNDEFINED}.nothing %}}{{% endif %}}"
            ));
        }
        lost.push_str(if tag.trims_after { "{% endif -%}" } else { "{% endif %}" });
        self.edits.insert(tag.range.end, lost);
    }

    fn definition(&mut self, tag: &Tag, name: &str, prefix: &str) -> Result<(), JinjaProblem> {
        let tokens = &tag.tokens;
        let has_name = tokens.get(1).is_some_and(|token| token.kind == TokenKind::Name);
        if !has_name || tokens.get(2).is_none_or(|token| token.text(self.source) != "(") {
            let what = if has_name { "`(` after the name" } else { "a name" };
            return self.expressions(tokens, if has_name { 2 } else { 1 }, |it| it.expected(what));
        }
        self.captures += 1;
        if let Some(token) = tokens.get(1) {
            self.edits.replace(token.range.clone(), &format!("{prefix}{name}"));
        }
        let end = self.parameters(tokens, 2)?;
        if self.is_strict && !name.is_empty() {
            self.undefined_arguments(tag, tokens, end);
        }
        // A body that names `varargs` or `kwargs` takes any arguments: they are given to it under these names.
        let Some(close) = tokens.get(end - 1).filter(|token| token.text(self.source) == ")") else { return Ok(()) };
        let mut has_some = tokens.get(end - 2).is_some_and(|token| !matches!(token.text(self.source), "(" | ","));
        for hidden in ["varargs", "kwargs"].into_iter().filter(|hidden| self.body.contains(hidden)) {
            if tokens[..end].iter().all(|token| token.text(self.source) != hidden) {
                let comma = if has_some { ", " } else { "" };
                self.edits.insert(close.range.start, format!("{comma}{hidden}=none"));
                has_some = true;
            }
        }
        Ok(())
    }

    /// Reads `(a, b: type = 1)`; types are dropped. Returns where it ended.
    fn parameters(&mut self, tokens: &[Token], from: usize) -> Result<usize, JinjaProblem> {
        let mut at = from + 1;
        while at < tokens.len() && tokens[at].text(self.source) != ")" {
            at += 1;
            if tokens.get(at).is_some_and(|token| token.text(self.source) == ":") {
                let start = tokens[at].range.start;
                at += tokens[at..].iter().position(|t| matches!(t.text(self.source), "=" | "," | ")")).unwrap_or(1);
                let end = tokens.get(at).map_or(start, |token| token.range.start);
                let lines = "\n".repeat(self.source[start..end].matches('\n').count());
                self.edits.replace(start..end, &lines);
            }
            if tokens.get(at).is_some_and(|token| token.text(self.source) == "=") {
                let mut reader = self.reader(tokens, at + 1);
                reader.expression()?;
                at = reader.at;
            }
            if tokens.get(at).is_some_and(|token| token.text(self.source) == ",") {
                at += 1;
            }
        }
        Ok(at + 1)
    }

    /// `{% call(a, b) f(x) %}` or `{% call f(x) %}`.
    fn call_block(&mut self, tokens: &[Token]) -> Result<(), JinjaProblem> {
        let takes = tokens.get(1).is_some_and(|token| token.text(self.source) == "(");
        let from = if takes { self.parameters(tokens, 1)? } else { 1 };
        let called = self.expressions(tokens, from, |it| {
            let piece = it.expression()?;
            let last = it.last_call.take().filter(|(_, end, _)| *end == piece.range.end);
            Ok(last.map(|(opening, _, has_arguments)| (piece.range.start, opening, has_arguments)))
        })?;
        let Some((start, opening, has_arguments)) = called else { return Ok(()) };
        let name = self.source[start..opening.start].trim();
        let is_name = name.chars().all(|c| c.is_alphanumeric() || c == '_');
        self.edits.insert(start, format!("__block('{}', ", if is_name { name } else { "" }));
        self.edits.replace(opening, if has_arguments { ", " } else { "" });
        Ok(())
    }
}
