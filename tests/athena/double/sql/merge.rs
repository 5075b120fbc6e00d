//! `merge`, `update` and `delete` of Iceberg tables: the rows that the table is to have are written anew, and then the
//! pointer changes.

use super::iceberg;
use super::run::{Named, Run};
use super::select::translated;
use super::stage::{self, Parting, Written};
use super::words::{Words, quoted};
use crate::double::athena::query::{Done, Failed};
use crate::double::glue::store::Table;

const WHAT: &str = "Modifying table rows";

/// What is done with a row that fits a clause.
enum Action {
    Delete,
    /// Columns and their new values.
    Update(Vec<(String, String)>),
    Insert(Vec<(String, String)>),
}

/// A `when` of a merge.
struct Clause {
    is_matched: bool,
    condition: Option<String>,
    action: Action,
}

pub fn delete(run: &Run<'_>, words: &mut Words<'_>) -> Result<Done, Failed> {
    words.take("delete from");
    let path = words.path();
    let name = run.named(&path);
    let table = iceberg::needed(run, &name, WHAT)?;
    let condition = if words.take("where") { words.rest().to_owned() } else { "true".to_owned() };
    let kept = format!("select * from {} where not coalesce(({condition}), false)", written(&name));
    let gone = format!("select count(*) as n from {} where ({condition})", written(&name));
    replaced(run, (&name, &table), &kept, &gone)
}

pub fn update(run: &Run<'_>, words: &mut Words<'_>) -> Result<Done, Failed> {
    words.take("update");
    let name = run.named(&words.path());
    let table = iceberg::needed(run, &name, WHAT)?;
    words.take("set");
    let values = assignments(words);
    let condition = if words.take("where") { words.rest().to_owned() } else { "true".to_owned() };
    let item = |(column, _): &(String, String)| match values.iter().find(|(name, _)| name == column) {
        Some((_, value)) => format!("case when ({condition}) then ({value}) else {0} end as {0}", quoted(column)),
        None => quoted(column),
    };
    let items: Vec<String> = table.columns().iter().map(item).collect();
    let new = format!("select {} from {}", items.join(", "), written(&name));
    let changed = format!("select count(*) as n from {} where ({condition})", written(&name));
    replaced(run, (&name, &table), &new, &changed)
}

pub fn merge(run: &Run<'_>, words: &mut Words<'_>) -> Result<Done, Failed> {
    words.take("merge into");
    let name = run.named(&words.path());
    let table = iceberg::needed(run, &name, WHAT)?;
    words.take("as");
    let alias = if words.take("using") { name.table.clone() } else { words.name().unwrap_or_default() };
    words.take("using");
    let source = words.until(&["on"]).trim().to_owned();
    let (source, source_alias) = parted(&source);
    words.take("on");
    let on = words.until(&["when"]).to_owned();
    let mut clauses = Vec::new();
    while words.take("when") {
        clauses.push(clause(words)?);
    }
    let sources = format!("(select *, true as cadet_is_source from ({source})) as {}", quoted(&source_alias));
    let targets = format!("(select *, true as cadet_is_target from {}) as {}", written(&name), quoted(&alias));
    let matched = format!("{targets} left join {sources} on {on}");
    let (whole, pairs) =
        (format!("select count(*) as n from {}", written(&name)), format!("select count(*) as n from {matched}"));
    let number = |sql: &str| run.number(&translated(run, sql, 0)?.sql);
    if number(&pairs)? > number(&whole)? {
        return Err(Failed::user(
            "MERGE_TARGET_ROW_MULTIPLE_MATCHES: One MERGE target table row matched more than one source row",
        ));
    }
    let unmatched = format!("{sources} left join {targets} on {on} where {}.cadet_is_target is null", quoted(&alias));
    let columns: Vec<String> = table.columns().into_iter().map(|(name, _)| name).collect();
    let (new, changed) = rows(&clauses, &columns, (&matched, &unmatched), (&alias, &source_alias));
    replaced(run, (&name, &table), &new, &changed)
}

/// The rows that the table is to have, and the number of those that a clause was for, as queries.
fn rows(
    clauses: &[Clause],
    columns: &[String],
    (matched, unmatched): (&str, &str),
    (alias, source): (&str, &str),
) -> (String, String) {
    let own = |clause: &Clause| clause.condition.clone().unwrap_or_else(|| "true".to_owned());
    let fits = |is_matched: bool| -> Vec<(usize, String)> {
        let wanted = clauses.iter().enumerate().filter(|(_, clause)| clause.is_matched == is_matched);
        wanted.map(|(at, clause)| (at, own(clause))).collect()
    };
    let is_pair = format!("{}.cadet_is_source is not null", quoted(source));
    let chosen = |is_matched: bool, extra: &str| {
        let cases: String =
            fits(is_matched).iter().map(|(at, own)| format!(" when {extra}({own}) then {at}")).collect();
        if cases.is_empty() { "-1".to_owned() } else { format!("case{cases} else -1 end") }
    };
    let for_target = chosen(true, &format!("{is_pair} and "));
    let for_source = chosen(false, "");
    let cell = |column: &String| {
        let old = format!("{}.{}", quoted(alias), quoted(column));
        let new = clauses.iter().enumerate().filter_map(|(at, clause)| match &clause.action {
            Action::Update(values) => {
                let value = &values.iter().find(|(name, _)| name == column)?.1;
                Some(format!(" when ({for_target}) = {at} then ({value})"))
            }
            _ => None,
        });
        let cases: String = new.collect();
        if cases.is_empty() {
            format!("{old} as {}", quoted(column))
        } else {
            format!("case{cases} else {old} end as {}", quoted(column))
        }
    };
    let cells: Vec<String> = columns.iter().map(cell).collect();
    let deletes: Vec<String> = clauses
        .iter()
        .enumerate()
        .filter(|(_, clause)| matches!(clause.action, Action::Delete))
        .map(|(at, _)| format!(" and ({for_target}) <> {at}"))
        .collect();
    let mut parts = vec![format!("select {} from {matched} where true{}", cells.join(", "), deletes.concat())];
    for (at, clause) in clauses.iter().enumerate() {
        if let Action::Insert(values) = &clause.action {
            let cell = |column: &String| match values.iter().find(|(name, _)| name == column) {
                Some((_, value)) => format!("({value}) as {}", quoted(column)),
                None => format!("null as {}", quoted(column)),
            };
            let cells: Vec<String> = columns.iter().map(cell).collect();
            parts.push(format!("select {} from {unmatched} and ({for_source}) = {at}", cells.join(", ")));
        }
    }
    let changed = format!(
        "select (select count(*) from {matched} where ({for_target}) <> -1) + (select count(*) from {unmatched} and \
         ({for_source}) <> -1) as n"
    );
    (parts.join(" union all "), changed)
}

fn clause(words: &mut Words<'_>) -> Result<Clause, Failed> {
    let is_matched = !words.take("not");
    words.take("matched");
    let condition = words.take("and").then(|| words.until(&["then"]).to_owned());
    words.take("then");
    let action = if words.take("delete") {
        Action::Delete
    } else if words.take("update set") {
        Action::Update(assignments(words))
    } else if words.take("insert") {
        let names = words.list().unwrap_or_default();
        words.take("values");
        let values = words.list().unwrap_or_default();
        if names.len() != values.len() {
            return Err(Failed::user("MISMATCHED_COLUMN_ALIASES: Insert columns and values of MERGE differ in number"));
        }
        let name = |text: &&str| Words::of(text).path().pop().unwrap_or_default();
        Action::Insert(names.iter().map(name).zip(values.into_iter().map(str::to_owned)).collect())
    } else {
        return Err(Failed::user("line 1:1: mismatched input. Expecting: 'DELETE', 'INSERT', 'UPDATE'"));
    };
    Ok(Clause { is_matched, condition, action })
}

/// `a = 1, b = c + 1`.
fn assignments(words: &mut Words<'_>) -> Vec<(String, String)> {
    let mut found = Vec::new();
    loop {
        let name = words.path().pop().unwrap_or_default();
        words.take("=");
        found.push((name, value(words)));
        if !words.take(",") {
            return found;
        }
    }
}

/// A value up to the next one or the next clause; `case when … end` is a part of it.
fn value(words: &mut Words<'_>) -> String {
    let start = words.place();
    let mut cases = 0;
    loop {
        words.until(&[",", "where", "when", "case", "end"]);
        if words.take("case") {
            cases += 1;
        } else if cases > 0 && words.take("end") {
            cases -= 1;
        } else if cases == 0 || words.next().is_none() {
            return words.sql[start..words.end()].to_owned();
        }
    }
}

/// A source as a query, and its alias.
fn parted(source: &str) -> (String, String) {
    let mut words = Words::of(source);
    let end = if words.take("(") {
        while words.peek().is_some() && !words.take(")") {
            words.until(&[]);
        }
        words.end()
    } else {
        words.path();
        words.end()
    };
    words.take("as");
    let own = words.name();
    let alias = own.unwrap_or_else(|| Words::of(source).path().pop().unwrap_or_default());
    let columns = words.list().map_or_else(String::new, |names| format!(" ({})", names.join(", ")));
    (format!("select * from {} as {}{columns}", &source[..end], quoted(&alias)), alias)
}

fn written(name: &Named) -> String {
    format!("{}.{}", quoted(&name.database), quoted(&name.table))
}

/// Writes the rows of a query in the place of the table's.
fn replaced(run: &Run<'_>, (name, table): (&Named, &Table), new: &str, changed: &str) -> Result<Done, Failed> {
    let changed = run.number(&translated(run, changed, 0)?.sql)?;
    let translated = translated(run, new, 0)?;
    let columns: Vec<Written> = table.columns().into_iter().map(|(name, glue)| Written { name, glue }).collect();
    let parting = Parting { is_iceberg: true, ..Parting::default() };
    let rows = stage::hold(run, &translated.sql, &columns, &parting)?;
    let place = |_: &[String]| format!("{}/data", table.location().trim_end_matches('/'));
    let new = if rows == 0 { Vec::new() } else { stage::write(run, &columns, &parting, &place)? };
    let files: Vec<String> = new.into_iter().map(|new| new.address).collect();
    iceberg::commit(run, (name, table), &files, None)?;
    Ok(Done { updated: Some(changed), ..Done::default() })
}
