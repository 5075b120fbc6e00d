//! Ephemeral models, written as CTEs into the SQL of those that read them.
//!
//! The text is dbt's: `dbt.compilation.inject_ctes_into_sql`.

use std::sync::Arc;

use super::map::SourceMap;
use super::{Compiled, Compiler};
use crate::jinja::relation::Relation;
use crate::jinja::render::RenderProblem;
use crate::project::{Node, Project, resolve};

/// Puts the ephemeral models that `node` reads, and those that they read, before its own SQL.
pub(super) fn inject(compiler: &Compiler<'_>, node: &Node, compiled: Compiled) -> Result<Compiled, RenderProblem> {
    let mut ctes: Vec<&Arc<Node>> = Vec::new();
    collect(compiler.project, node, &mut ctes);
    let write = |cte: &Arc<Node>| Ok((cte.alias.clone(), compiler.body(cte)?));
    let ctes = ctes.into_iter().map(write).collect::<Result<Vec<_>, RenderProblem>>()?;
    Ok(with_ctes(compiled, &ctes))
}

/// Puts CTEs, each with its name without dbt's prefix, before the SQL.
pub(crate) fn with_ctes(compiled: Compiled, ctes: &[(String, Compiled)]) -> Compiled {
    if ctes.is_empty() {
        return compiled;
    }
    let mut text = String::new();
    let mut map = SourceMap::default();
    for (at, (name, inner)) in ctes.iter().enumerate() {
        text.push_str(if at > 0 { ", " } else { "" });
        text.push_str(&format!(" {} as (\n", Relation::cte(name)));
        map.append(&inner.map.shifted(text.len()));
        text.push_str(&inner.sql);
        text.push_str("\n)");
    }
    let (at, before, after) = place(&compiled.sql);
    let insert = format!("{before}{text}{after}");
    let mut sql = compiled.sql.clone();
    sql.insert_str(at, &insert);
    let mut whole = compiled.map.clone();
    whole.insert(at, insert.len(), &map.shifted(before.len()));
    Compiled { sql, map: whole, ..compiled }
}

/// Deepest first, each once.
fn collect<'p>(project: &'p Project, node: &Node, ctes: &mut Vec<&'p Arc<Node>>) {
    for asked in &node.refs {
        let Some(found) = resolve::find_ref(project, &node.package, &asked.what) else { continue };
        let known = ctes.iter().any(|known| known.unique_id == found.unique_id) || found.unique_id == node.unique_id;
        if found.materialized() == "ephemeral" && !known {
            collect(project, found, ctes);
            ctes.push(found);
        }
    }
}

/// Where to put the CTEs, and the words around them: after `with` (and `recursive`), or in front of everything.
fn place(sql: &str) -> (usize, &'static str, &'static str) {
    let start = sql.len() - sql.trim_start().len();
    let first = skip_comments(sql, start);
    match keyword(sql, first, "with") {
        Some(end) => {
            let next = skip_comments(sql, end);
            let end = keyword(sql, next, "recursive").unwrap_or(end);
            (sql.len() - sql[end..].trim_start().len(), "", ", ")
        }
        None => (start, "with", " "),
    }
}

fn keyword(sql: &str, at: usize, word: &str) -> Option<usize> {
    let end = at + word.len();
    let is_it = sql.get(at..end)?.eq_ignore_ascii_case(word);
    let ends = !sql[end..].starts_with(|c: char| c.is_alphanumeric() || c == '_');
    (is_it && ends).then_some(end)
}

fn skip_comments(sql: &str, mut at: usize) -> usize {
    loop {
        at += sql[at..].len() - sql[at..].trim_start().len();
        if sql[at..].starts_with("--") {
            at += sql[at..].find('\n').unwrap_or(sql.len() - at);
        } else if sql[at..].starts_with("/*") {
            at += sql[at..].find("*/").map_or(sql.len() - at, |end| end + 2);
        } else {
            return at;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::place;

    #[test]
    fn ctes_go_after_with_or_before_everything() {
        assert_eq!(place("\n\nselect 1"), (2, "with", " "));
        assert_eq!(place("-- c\nWITH a as (select 1)"), (10, "", ", "));
        assert_eq!(place("with recursive\na as (select 1)"), (15, "", ", "));
        assert_eq!(place("within"), (0, "with", " "));
    }
}
