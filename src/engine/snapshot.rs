//! The configs of a snapshot in, the queries that keep its history out. Behaviour: dbt's "Snapshots", and the adapter for
//! Athena for the sum that is a row's `dbt_scd_id`.
//!
//! The same queries run on every engine. A row of the query is known by its key; what is open in the history and not the same
//! any more is closed, and what is new is added.

use serde_json::Value;

use super::merge::{Wrong, expression};
use crate::project::Node;

/// How a snapshot knows that a row has changed.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Strategy {
    /// By the time in the row.
    Timestamp,
    /// By the values of these columns; of all of them, if there is no list.
    Check(Option<Vec<String>>),
}

/// What becomes of rows that are in the query no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Deleted {
    Ignored,
    Closed,
    Recorded,
}

/// A snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    keys: Vec<String>,
    strategy: Strategy,
    /// The time of a row, as an expression; without one, now.
    updated_at: Option<String>,
    deleted: Deleted,
    /// What stands for the end of a row that is open; without it, null.
    current: Option<String>,
    names: Names,
    is_iceberg: bool,
}

/// What the columns are called that a snapshot adds.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Names {
    id: String,
    from: String,
    to: String,
    at: String,
    is_deleted: String,
}

/// A column of the history that is there: its name and its type.
pub type Known = (String, String);

/// What a run adds to a history that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Renewal {
    /// The whole history as it is to be.
    pub whole: String,
    /// Only what changes: rows that are closed have the sum of the row in `cadet_id`, and their end; those that are new have
    /// nothing there.
    pub changes: String,
    /// The column by which a row of the history is known, and the one that closes it.
    pub id: String,
    pub to: String,
    /// The columns of a new row.
    pub columns: Vec<String>,
}

impl Snapshot {
    /// As the node's configs say.
    ///
    /// # Errors
    /// What is missing, or is not one expression.
    pub fn of(node: &Node) -> Result<Self, Wrong> {
        let text = |key: &str| node.config_text(key).map(str::trim).filter(|text| !text.is_empty());
        let checked = |key: &str| text(key).map(|text| expression(key, text)).transpose();
        let (strategy, updated_at) = (strategy(node)?, checked("updated_at")?);
        if strategy == Strategy::Timestamp && updated_at.is_none() {
            return Err(("the strategy `timestamp` without `updated_at`".to_owned(), "name the column with the time"));
        }
        Ok(Self {
            keys: keys(node)?,
            strategy,
            updated_at,
            deleted: deleted(node)?,
            current: checked("dbt_valid_to_current")?,
            names: Names::of(node),
            is_iceberg: text("table_type").is_some_and(|kind| kind.eq_ignore_ascii_case("iceberg")),
        })
    }

    /// The history of a query that has none yet.
    pub fn first(&self, query: &str) -> String {
        let Names { id, from, to, at, is_deleted } = &self.names.quoted();
        let time = self.time();
        let recorded = match self.deleted {
            Deleted::Recorded => format!(",\n    'False' as {is_deleted}"),
            _ => String::new(),
        };
        format!(
            "select *,\n    {} as {id},\n    {time} as {at},\n    {time} as {from},\n    {} as {to}{recorded}\nfrom (\n{query}\n) as cadet_new",
            self.sum(&self.keys, &time),
            self.open_end(&time)
        )
    }

    /// What a query adds to the history that `target` names. `known` are its columns, `given` the query's.
    ///
    /// # Errors
    /// The names of the columns that a history has and this table lacks.
    pub fn next(
        &self,
        query: &str,
        (target, known): (&str, &[Known]),
        given: &[String],
    ) -> Result<Renewal, Vec<String>> {
        let mut needed = vec![&self.names.id, &self.names.from, &self.names.to];
        needed.extend((self.deleted == Deleted::Recorded).then_some(&self.names.is_deleted));
        let missing: Vec<String> = needed.into_iter().filter(|name| !has(known, name)).cloned().collect();
        if !missing.is_empty() {
            return Err(missing);
        }
        let rows = self.with(query, target, (known, given));
        let own = [&self.names.at, &self.names.from, &self.names.to, &self.names.id];
        let mut columns: Vec<String> = given.iter().chain(own).cloned().collect();
        columns.extend((self.deleted == Deleted::Recorded).then(|| self.names.is_deleted.clone()));
        Ok(Renewal {
            whole: format!("{rows}\n{}", self.whole((target, known), &columns)),
            changes: format!("{rows}\n{}", self.changes(&columns)),
            id: self.names.id.clone(),
            to: self.names.to.clone(),
            columns,
        })
    }

    /// The rows of the query, those of the history that are open, which of these are closed, and what is new.
    fn with(&self, query: &str, target: &str, (known, given): (&[Known], &[String])) -> String {
        let is_recorded = self.deleted == Deleted::Recorded;
        let keys = self.keys.iter().enumerate();
        let keys: Vec<String> = keys.map(|(at, key)| format!("({key}\n) as cadet_key_{at}")).collect();
        let keys = keys.join(", ");
        let is_same = (0..self.keys.len()).map(|at| format!("o.cadet_key_{at} = n.cadet_key_{at}"));
        let is_same = is_same.collect::<Vec<_>>().join(" and ");
        let mut changed = self.changed(known, given);
        if is_recorded {
            changed = format!("{changed} or o.{} = 'True'", quoted(&self.names.is_deleted));
        }
        let mut parts = vec![
            format!(
                "cadet_new as (\n    select *, {keys}, {} as cadet_at\n    from (\n{query}\n    ) as cadet_query\n)",
                self.time()
            ),
            format!(
                "cadet_open as (\n    select *, {keys} from {target} as cadet_target where {}\n)",
                self.is_open("cadet_target")
            ),
        ];
        parts.extend((self.deleted != Deleted::Ignored).then(|| self.gone(&is_same)));
        parts.push(self.closed((&is_same, &changed), known));
        parts.push(self.added((&is_same, &changed), (known, given)));
        format!("with {}", parts.join(",\n"))
    }

    /// The rows of the history that end now, each with its end.
    fn closed(&self, (is_same, changed): (&str, &str), known: &[Known]) -> String {
        let (id, end) = (quoted(&self.names.id), self.type_of_end(known));
        let gone = match self.deleted {
            Deleted::Ignored => String::new(),
            _ => format!(
                "\n    union all\n    select cadet_id, cast({} as {end}) as cadet_at from cadet_gone",
                self.now()
            ),
        };
        format!(
            "cadet_closed as (\n    select o.{id} as cadet_id, cast(max(n.cadet_at) as {end}) as cadet_at\n    \
             from cadet_open as o join cadet_new as n on {is_same}\n    where {changed}\n    group by o.{id}{gone}\n)"
        )
    }

    /// Rows of the history that are open, and in the query no more.
    fn gone(&self, is_same: &str) -> String {
        let Names { id, is_deleted, .. } = &self.names.quoted();
        let is_news = match self.deleted {
            Deleted::Recorded => format!(" and not (o.{is_deleted} = 'True')"),
            _ => String::new(),
        };
        format!(
            "cadet_gone as (\n    select o.{id} as cadet_id, o.*\n    from cadet_open as o left join cadet_new as n on {is_same}\n    \
             where n.cadet_key_0 is null{is_news}\n)"
        )
    }

    /// New rows: those of the query that are new or have changed, and those that say that one has gone.
    fn added(&self, (is_same, changed): (&str, &str), (known, given): (&[Known], &[String])) -> String {
        let Names { id, from, to, at, is_deleted } = &self.names.quoted();
        let own: Vec<String> = given.iter().map(|name| format!("n.{}", quoted(name))).collect();
        let key_names: Vec<String> = (0..self.keys.len()).map(|at| format!("n.cadet_key_{at}")).collect();
        let recorded =
            if self.deleted == Deleted::Recorded { format!(", 'False' as {is_deleted}") } else { String::new() };
        let mut added = format!(
            "cadet_added as (\n    select {}, n.cadet_at as {at}, n.cadet_at as {from}, {} as {to}, {} as {id}{recorded}\n    \
             from cadet_new as n left join cadet_open as o on {is_same}\n    where o.cadet_key_0 is null or ({changed})",
            own.join(", "),
            self.open_end("n.cadet_at"),
            self.sum(&key_names, "n.cadet_at")
        );
        if self.deleted == Deleted::Recorded {
            let of = |name: &String| match has(known, name) {
                true => format!("g.{}", quoted(name)),
                false => "null".to_owned(),
            };
            let (own, now) = (given.iter().map(of).collect::<Vec<_>>().join(", "), self.now());
            added.push_str(&format!(
                "\n    union all\n    select {own}, {now}, {now}, g.{to}, {}, 'True' from cadet_gone as g",
                self.sum(&[format!("g.{id}")], &now)
            ));
        }
        added + "\n)"
    }

    /// Whether an open row `o` and a row `n` of the query with its key differ.
    fn changed(&self, known: &[Known], given: &[String]) -> String {
        let all: Vec<&String> = match &self.strategy {
            Strategy::Timestamp => return format!("o.{} < n.cadet_at", quoted(&self.names.from)),
            Strategy::Check(None) => given.iter().collect(),
            Strategy::Check(Some(names)) => names.iter().collect(),
        };
        // A column that the history does not have yet is a change of every row.
        if all.iter().any(|name| !has(known, name)) {
            return "true".to_owned();
        }
        let differs = |name: &&String| format!("o.{0} is distinct from n.{0}", quoted(name));
        let any: Vec<String> = all.iter().map(differs).collect();
        if any.is_empty() { "false".to_owned() } else { format!("({})", any.join(" or ")) }
    }

    /// Every row of the history, closed where it is to be, and the new ones.
    fn whole(&self, (target, known): (&str, &[Known]), columns: &[String]) -> String {
        let Names { id, to, .. } = &self.names.quoted();
        let is_own = |name: &String| columns.iter().any(|own| own.eq_ignore_ascii_case(name));
        let more: Vec<&String> = columns.iter().filter(|name| !has(known, name)).collect();
        let of_history = known.iter().map(|(name, _)| match name.eq_ignore_ascii_case(&self.names.to) {
            true => format!("case when c.cadet_id is null then t.{to} else c.cadet_at end as {to}"),
            false => format!("t.{}", quoted(name)),
        });
        let of_history = of_history.chain(more.iter().map(|name| format!("null as {}", quoted(name))));
        let of_new = known.iter().map(|(name, _)| match is_own(name) {
            true => format!("a.{}", quoted(name)),
            false => "null".to_owned(),
        });
        let of_new = of_new.chain(more.iter().map(|name| format!("a.{}", quoted(name))));
        format!(
            "select {}\nfrom {target} as t left join cadet_closed as c on t.{id} = c.cadet_id and {}\nunion all\nselect {} from cadet_added as a",
            of_history.collect::<Vec<_>>().join(", "),
            self.is_open("t"),
            of_new.collect::<Vec<_>>().join(", ")
        )
    }

    /// The rows that are closed, and the new ones.
    fn changes(&self, columns: &[String]) -> String {
        let names: Vec<String> = columns.iter().map(|name| format!("a.{}", quoted(name))).collect();
        let nothing = columns.iter().map(|name| match name.eq_ignore_ascii_case(&self.names.to) {
            true => format!("c.cadet_at as {}", quoted(name)),
            false => format!("null as {}", quoted(name)),
        });
        format!(
            "select cast(null as varchar) as cadet_id, {} from cadet_added as a\nunion all\nselect c.cadet_id, {} from cadet_closed as c",
            names.join(", "),
            nothing.collect::<Vec<_>>().join(", ")
        )
    }

    fn is_open(&self, of: &str) -> String {
        let to = format!("{of}.{}", quoted(&self.names.to));
        match &self.current {
            Some(current) => format!("({to} = ({current}\n) or {to} is null)"),
            None => format!("{to} is null"),
        }
    }

    /// The end of a row that has none yet: of the type of its time.
    fn open_end(&self, time: &str) -> String {
        let current = self.current.as_ref().map_or_else(|| "null".to_owned(), |current| format!("{current}\n"));
        format!("coalesce(nullif({time}, {time}), {current})")
    }

    fn time(&self) -> String {
        self.updated_at.as_ref().map_or_else(|| self.now(), |time| format!("({time}\n)"))
    }

    fn now(&self) -> String {
        let precise = if self.is_iceberg { "(6)" } else { "" };
        format!("cast(now() as timestamp{precise})")
    }

    fn type_of_end(&self, known: &[Known]) -> String {
        let found = known.iter().find(|(name, _)| name.eq_ignore_ascii_case(&self.names.to));
        match found.map_or("timestamp", |(_, data_type)| data_type) {
            "timestamp" if self.is_iceberg => "timestamp(6)".to_owned(),
            other => other.to_owned(),
        }
    }

    /// The sum by which a row of the history is known.
    fn sum(&self, parts: &[String], time: &str) -> String {
        let text = |part: &str| format!("coalesce(cast({part} as varchar), '')");
        let parts: Vec<String> = parts.iter().map(|part| text(part)).chain([text(time)]).collect();
        format!("to_hex(md5(to_utf8({})))", parts.join(" || '|' || "))
    }
}

impl Names {
    fn of(node: &Node) -> Self {
        let given = node.config.get("snapshot_meta_column_names");
        let name = |key: &str| {
            let own = given.and_then(|names| names.get(key)).and_then(Value::as_str).filter(|name| !name.is_empty());
            own.unwrap_or(key).to_lowercase()
        };
        Self {
            id: name("dbt_scd_id"),
            from: name("dbt_valid_from"),
            to: name("dbt_valid_to"),
            at: name("dbt_updated_at"),
            is_deleted: name("dbt_is_deleted"),
        }
    }

    fn quoted(&self) -> Self {
        let Self { id, from, to, at, is_deleted } = self;
        let [id, from, to, at, is_deleted] = [id, from, to, at, is_deleted].map(|name| quoted(name));
        Self { id, from, to, at, is_deleted }
    }
}

fn keys(node: &Node) -> Result<Vec<String>, Wrong> {
    let texts: Vec<&str> = match node.config.get("unique_key") {
        Some(Value::String(key)) => vec![key],
        Some(Value::Array(keys)) => keys.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    if texts.is_empty() {
        return Err(("a snapshot without `unique_key`".to_owned(), "name the column by which a row is known"));
    }
    texts.into_iter().map(|key| expression("unique_key", key)).collect()
}

fn strategy(node: &Node) -> Result<Strategy, Wrong> {
    match (node.config_text("strategy"), node.config.get("check_cols")) {
        (Some("timestamp"), _) => Ok(Strategy::Timestamp),
        (Some("check"), Some(Value::String(all))) if all == "all" => Ok(Strategy::Check(None)),
        (Some("check"), Some(Value::Array(names))) if !names.is_empty() => {
            let names = names.iter().filter_map(Value::as_str).map(|name| name.trim_matches('"').to_lowercase());
            Ok(Strategy::Check(Some(names.collect())))
        }
        (Some("check"), _) => {
            Err(("the strategy `check` without `check_cols`".to_owned(), "list columns, or say `all`"))
        }
        (other, _) => Err((format!("the strategy `{}`", other.unwrap_or_default()), "use timestamp or check")),
    }
}

fn deleted(node: &Node) -> Result<Deleted, Wrong> {
    let is_set = |key: &str| node.config.get(key).is_some_and(|value| !value.is_null());
    if is_set("invalidate_hard_deletes") && is_set("hard_deletes") {
        return Err(("`invalidate_hard_deletes` beside `hard_deletes`".to_owned(), "keep `hard_deletes`"));
    }
    if node.config.get("invalidate_hard_deletes").and_then(Value::as_bool) == Some(true) {
        return Ok(Deleted::Closed);
    }
    match node.config_text("hard_deletes") {
        None | Some("ignore") => Ok(Deleted::Ignored),
        Some("invalidate") => Ok(Deleted::Closed),
        Some("new_record") => Ok(Deleted::Recorded),
        Some(other) => Err((format!("`hard_deletes: {other}`"), "use ignore, invalidate or new_record")),
    }
}

fn has(known: &[Known], name: &str) -> bool {
    known.iter().any(|(own, _)| own.eq_ignore_ascii_case(name))
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
