//! A source in, how old its newest row is out. Behaviour: dbt's "Source freshness".

use std::sync::Arc;
use std::time::Instant;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use serde_json::Value;

use super::build::Builder;
use super::outcome::{Outcome, Status};
use crate::compile::Compiler;
use crate::engine::merge::expression;
use crate::engine::{EngineError, Rows};
use crate::finding::{Finding, Level};
use crate::project::{Node, ResourceType, SourceTable};

/// The rule under which a source that is too old is shown on its file.
const RULE: &str = "deploy/freshness";

/// How a source is, and when it was asked.
#[derive(Debug)]
pub struct Freshness {
    pub outcome: Outcome,
    /// What was found; nothing when the source could not be asked.
    pub seen: Option<Seen>,
}

/// When a source's newest row was loaded.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Seen {
    pub newest: Timestamp,
    pub asked: Timestamp,
    /// Seconds between the two.
    pub age: f64,
}

/// Why a source cannot be asked, and what to do about it.
type Wrong = (String, String);

/// Whether anything is said of how old a source may be.
pub fn is_judged(source: &Node) -> bool {
    ["warn_after", "error_after"].iter().any(|key| limit(source, key).is_some())
}

impl Builder<'_> {
    /// Asks a source how old its newest row is. It writes nothing.
    pub fn freshness(&self, table: &SourceTable) -> Freshness {
        let (started, clock) = (Timestamp::now(), Instant::now());
        self.engine.begin(&table.unique_id);
        let query = self.freshness_query(table);
        let seen = query.as_ref().map_err(Wrong::clone).and_then(|query| {
            let rows = self.engine.rows(query, None);
            rows.map_err(|error| unread(&error)).and_then(|rows| read(&rows))
        });
        let spent = self.engine.end();
        let (status, message, help) = match &seen {
            Ok(seen) => judged(table, seen.age),
            Err((message, help)) => (Status::Error, message.clone(), help.clone()),
        };
        let level = if status == Status::Warn { Level::Warning } else { Level::Error };
        let finding = (status != Status::Pass).then(|| {
            let message = format!("the source `{}.{}`: {message}", table.source_name, table.name);
            Finding::new(RULE, level, message, table.place.clone()).help(help)
        });
        let outcome = Outcome {
            id: table.unique_id.clone(),
            name: format!("{}.{}", table.source_name, table.name),
            kind: ResourceType::Source,
            materialized: "source".to_owned(),
            status,
            message,
            count: None,
            relation: None,
            reason: "selected".to_owned(),
            compiled: None,
            ran: query.ok(),
            finding,
            spent,
            started,
            took: clock.elapsed(),
        };
        Freshness { outcome, seen: seen.ok() }
    }

    /// The query that gives the time of the newest row, and now.
    fn freshness_query(&self, table: &SourceTable) -> Result<String, Wrong> {
        const NOW: &str = "cast(now() as timestamp) as snapshotted_at";
        let text = |key: &str| table.config_text(key).filter(|text| !text.trim().is_empty());
        let one = |key: &str, text: &str| expression(key, text).map_err(|(what, help)| (what, help.to_owned()));
        if let Some(query) = text("loaded_at_query") {
            let own = Node { raw: query.trim().into(), raw_start: 0, refs: Vec::new(), ..Node::clone(table.node()) };
            let compiled = Compiler::new(self.project, false, self.engine.reader().ok()).compile(&Arc::new(own));
            let compiled = compiled.map_err(|problem| (problem.message.clone(), problem.help))?;
            let query = compiled.sql.trim().trim_end_matches(';').trim_end().to_owned();
            crate::compile::sql::check(&query).map_err(|problem| (problem.message, problem.help))?;
            return Ok(format!("select (\n{query}\n) as max_loaded_at, {NOW}"));
        }
        let Some(field) = text("loaded_at_field") else {
            let help = "name the column with the time that a row was loaded";
            return Err(("it has no `loaded_at_field`".to_owned(), help.to_owned()));
        };
        let filter = table.config.get("freshness").and_then(|freshness| freshness.get("filter"));
        let filter = match filter.and_then(Value::as_str).filter(|text| !text.trim().is_empty()) {
            Some(filter) => format!("\nwhere ({}\n)", one("filter", filter)?),
            None => String::new(),
        };
        let field = one("loaded_at_field", field)?;
        Ok(format!("select max({field}\n) as max_loaded_at, {NOW}\nfrom {}{filter}", table.referred()))
    }
}

fn unread(error: &EngineError) -> Wrong {
    let help = match error {
        EngineError::Query { help: Some(help), .. } => help.clone(),
        _ => "check `loaded_at_field`, and whether the table is there".to_owned(),
    };
    (format!("it cannot be asked: {error}"), help)
}

/// A table without rows is as old as can be.
fn read(rows: &Rows) -> Result<Seen, Wrong> {
    let wrong = || {
        let help = "`loaded_at_field` is a timestamp or a date; `cast` it if it is not";
        ("what is its newest time is no time".to_owned(), help.to_owned())
    };
    let Some([newest, asked]) = rows.rows.first().and_then(|row| <&[_; 2]>::try_from(row.as_slice()).ok()) else {
        return Err(wrong());
    };
    let newest = newest.as_deref().map_or_else(|| moment("0001-01-01 00:00:00"), moment).ok_or_else(wrong)?;
    let asked = asked.as_deref().and_then(moment).ok_or_else(wrong)?;
    Ok(Seen { newest, asked, age: asked.duration_since(newest).as_secs_f64() })
}

/// A time as Athena shows it: `2024-01-31 10:00:00.000`, perhaps with a zone, or a day. Without a zone it is UTC.
fn moment(text: &str) -> Option<Timestamp> {
    let parts: Vec<&str> = text.split(' ').collect();
    let (time, zone) = match parts.as_slice() {
        [day] => (day.parse::<Date>().ok()?.to_datetime(jiff::civil::Time::midnight()), TimeZone::UTC),
        [_, _] => (text.parse::<DateTime>().ok()?, TimeZone::UTC),
        [day, clock, zone] => (format!("{day} {clock}").parse().ok()?, TimeZone::get(zone).ok()?),
        _ => return None,
    };
    zone.to_timestamp(time).ok()
}

/// The most seconds of a limit, and its own words.
fn limit(source: &Node, key: &str) -> Option<(f64, String)> {
    let limit = source.config.get("freshness")?.get(key)?;
    let (count, period) = (limit.get("count")?.as_u64()?, limit.get("period")?.as_str()?);
    let seconds = match period {
        "minute" => 60_u32,
        "hour" => 3600,
        "day" => 86_400,
        _ => return None,
    };
    let count_of = u32::try_from(count).unwrap_or(u32::MAX);
    let plural = if count == 1 { "" } else { "s" };
    Some((f64::from(count_of) * f64::from(seconds), format!("{count} {period}{plural}")))
}

fn judged(source: &Node, age: f64) -> (Status, String, String) {
    let is_over = |key: &str| limit(source, key).filter(|(most, _)| age > *most);
    let (status, most) = match (is_over("error_after"), is_over("warn_after")) {
        (Some((_, most)), _) => (Status::Fail, most),
        (None, Some((_, most))) => (Status::Warn, most),
        (None, None) => return (Status::Pass, format!("newest row {}", old(age)), String::new()),
    };
    let message = format!("its newest row is {}, and {most} is the most", old(age));
    (status, message, "find out whether what fills this source still runs".to_owned())
}

/// An age in words. A table without rows is older than any that has some.
fn old(age: f64) -> String {
    const UNITS: [(f64, &str); 3] = [(86_400.0, "days"), (3600.0, "hours"), (60.0, "minutes")];
    if age > 1000.0 * 365.0 * 86_400.0 {
        return "not there".to_owned();
    }
    match UNITS.iter().find(|(seconds, _)| age >= 2.0 * seconds) {
        Some((seconds, unit)) => format!("{:.0} {unit} old", (age / seconds).floor()),
        None => format!("{:.0} seconds old", age.max(0.0).floor()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_athena_shows_them() {
        for (text, wanted) in [
            ("2024-01-31 10:00:00.000", "2024-01-31T10:00:00Z"),
            ("2024-01-31 10:00:00.123456", "2024-01-31T10:00:00.123456Z"),
            ("2024-01-31", "2024-01-31T00:00:00Z"),
            ("2024-07-31 10:00:00.000 UTC", "2024-07-31T10:00:00Z"),
            ("2024-07-31 10:00:00.000 Europe/London", "2024-07-31T09:00:00Z"),
        ] {
            assert_eq!(moment(text).unwrap().to_string(), wanted);
        }
        for wrong in ["", "7", "yesterday", "2024-01-31 10:00:00 Mars/North"] {
            assert_eq!(moment(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn ages_are_told_in_words() {
        let ages = [5.0, 119.0, 130.0, 7_300.0, 200_000.0, 6.3e10];
        insta::assert_snapshot!(ages.map(old).join("\n"), @"
        5 seconds old
        119 seconds old
        2 minutes old
        2 hours old
        2 days old
        not there
        ");
    }
}
