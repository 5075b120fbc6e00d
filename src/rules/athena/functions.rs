//! Every function is one that Athena has.
//!
//! ## Why
//!
//! SQL from Redshift, Snowflake, Postgres, SQL Server or Spark has functions that Athena calls otherwise. Athena finds out
//! when the table is built, and says only that the function is not registered. cadet says which one to write. Where the
//! arguments are the same, the fix is mechanical.
//!
//! Only functions that are known to be another database's are reported, so that a function that is new in Athena, or the
//! team's own, is no finding.
//!
//! ## Fails
//!
//! ```sql models/prison/prison_safety/prison_safety__visits.sql
//! select
//!     nvl(visit_type, 'unknown') as visit_type,
//!     datediff(day, booked_on, visited_on) as days_waited
//! from {{ this }}
//! ```
//!
//! ## Passes
//!
//! A column or a table may have such a name.
//!
//! ```sql models/prison/prison_safety/prison_safety__visits.sql
//! select
//!     coalesce(visit_type, 'unknown') as visit_type,
//!     date_diff('day', booked_on, visited_on) as datediff
//! from {{ this }}
//! ```

use crate::compile::query::Call;
use crate::finding::{Fix, Level};
use crate::project::Node;
use crate::rules::{Check, Found, Rule, Subject};

pub(crate) const RULE: Rule =
    Rule { level: Level::Error, summary: "a function that Athena does not have", check: Check::Model(check) };

fn check(model: &Node, subject: &Subject<'_>, found: &mut Found) {
    let Some(query) = subject.query(model) else { return };
    for call in &query.facts.calls {
        if let Some((message, help)) = unit(call) {
            found.at(query.place(call.at), message).help = Some(help);
            continue;
        }
        let Some(foreign) = FOREIGN.iter().find(|foreign| foreign.name == call.name) else { continue };
        let finding = found.at(query.place(call.at), format!("Athena has no function `{}`", call.name));
        finding.help = Some(format!("write {}", foreign.instead));
        let is_same = foreign.same.filter(|(_, arguments)| arguments.is_none_or(|count| count == call.arguments));
        if let (Some((name, _)), Some(place)) = (is_same, query.written(call.at)) {
            finding.fix = Some(Box::new(Fix::safe(place, name)));
        }
    }
}

/// `date_diff(day, a, b)`: Athena wants the unit as a text.
fn unit(call: &Call) -> Option<(String, String)> {
    const UNITS: [&str; 9] = ["second", "minute", "hour", "day", "week", "month", "quarter", "year", "millisecond"];
    let least = match call.name.as_str() {
        "date_add" | "date_diff" => 3,
        "date_trunc" => 2,
        _ => return None,
    };
    let word = call.first_word.as_deref().filter(|word| call.arguments == least && UNITS.contains(word))?;
    let message = format!("the unit of `{}` must be a text, and `{word}` without quotes is a column", call.name);
    Some((message, format!("put it in single quotes: `{}('{word}', ...)`", call.name)))
}

/// A function of other databases.
struct Foreign {
    name: &'static str,
    /// What to write, for the help.
    instead: &'static str,
    /// The function that means the same with the same arguments, of which there are so many, where that matters.
    same: Option<(&'static str, Option<usize>)>,
}

const fn named(name: &'static str, instead: &'static str) -> Foreign {
    Foreign { name, instead, same: None }
}

const fn same(name: &'static str, instead: &'static str, other: &'static str) -> Foreign {
    Foreign { name, instead, same: Some((other, None)) }
}

const fn same_with(name: &'static str, instead: &'static str, other: &'static str, arguments: usize) -> Foreign {
    Foreign { name, instead, same: Some((other, Some(arguments))) }
}

/// None of them is in Trino's "List of functions and operators".
const FOREIGN: &[Foreign] = &[
    named("add_months", "`date_add('month', number, value)`"),
    same("approx_count_distinct", "`approx_distinct(value)`", "approx_distinct"),
    named("array_append", "`list || value`"),
    named("array_construct", "`array[a, b]`"),
    same("array_contains", "`contains(list, value)`", "contains"),
    same("array_length", "`cardinality(list)`", "cardinality"),
    same("array_size", "`cardinality(list)`", "cardinality"),
    same_with("array_to_string", "`array_join(list, ', ')`", "array_join", 2),
    same("booland_agg", "`bool_and(value)`", "bool_and"),
    same("boolor_agg", "`bool_or(value)`", "bool_or"),
    same("character_length", "`length(value)`", "length"),
    named("charindex", "`strpos(text, part)`: the text comes first"),
    same("char_length", "`length(value)`", "length"),
    same("collect_list", "`array_agg(value)`", "array_agg"),
    named("collect_set", "`array_agg(distinct value)`"),
    named("convert_timezone", "`at_timezone(value, 'Europe/London')`"),
    same("countif", "`count_if(condition)`", "count_if"),
    named("dateadd", "`date_add('day', number, value)`, with the unit in quotes"),
    named("datediff", "`date_diff('day', from, to)`, with the unit in quotes"),
    named("date_from_parts", "`cast('2024-01-31' as date)`, or `date_parse(text, '%Y-%m-%d')`"),
    named("datefromparts", "`cast('2024-01-31' as date)`, or `date_parse(text, '%Y-%m-%d')`"),
    named("datename", "`date_format(value, '%M')` for the month, `'%W'` for the day"),
    named("date_part", "`extract(year from value)`, or `year(value)`"),
    named("datepart", "`extract(year from value)`, or `year(value)`"),
    named("date_sub", "`date_add('day', -1, value)`"),
    named("datetrunc", "`date_trunc('day', value)`, with the unit in quotes"),
    named("dayname", "`date_format(value, '%W')`"),
    same("dayofmonth", "`day_of_month(value)`", "day_of_month"),
    named("dayofweek", "`day_of_week(value)`: Monday is 1"),
    same("dayofyear", "`day_of_year(value)`", "day_of_year"),
    named("decode", "`case value when a then b else c end`"),
    named("div0", "`a / nullif(b, 0)`"),
    same("editdistance", "`levenshtein_distance(a, b)`", "levenshtein_distance"),
    same_with("eomonth", "`last_day_of_month(value)`", "last_day_of_month", 1),
    named("explode", "`cross join unnest(list) as t (value)`"),
    named("format_date", "`date_format(value, '%Y-%m-%d')`: the value comes first"),
    named("from_json", "`cast(json_parse(value) as row(name type))`"),
    named("generate_series", "`cross join unnest(sequence(from, to)) as t (value)`"),
    named("gen_random_uuid", "`uuid()`"),
    named("getdate", "`current_timestamp`, or `localtimestamp` for one that a table can keep"),
    same_with("get_json_object", "`json_extract_scalar(value, '$.key')`", "json_extract_scalar", 2),
    named("group_concat", "`array_join(array_agg(value), ',')`"),
    named("iff", "`if(condition, a, b)`"),
    same_with("ifnull", "`coalesce(a, b)`", "coalesce", 2),
    named("initcap", "`regexp_replace(value, '(\\w)(\\w*)', x -> upper(x[1]) || lower(x[2]))`"),
    same_with("instr", "`strpos(text, part)`", "strpos", 2),
    named("isnull", "`coalesce(a, b)`, or `a is null`"),
    named("isnumeric", "`try_cast(value as double) is not null`"),
    named("json_extract_path_text", "`json_extract_scalar(value, '$.key')`"),
    same_with("last_day", "`last_day_of_month(value)`", "last_day_of_month", 1),
    same("lcase", "`lower(value)`", "lower"),
    named("left", "`substr(value, 1, number)`"),
    same("len", "`length(value)`", "length"),
    named("locate", "`strpos(text, part)`: the text comes first"),
    named("median", "`approx_percentile(value, 0.5)`"),
    named("monthname", "`date_format(value, '%M')`"),
    named("months_between", "`date_diff('month', from, to)`"),
    named("nullifzero", "`nullif(value, 0)`"),
    same("nvl", "`coalesce(a, b)`", "coalesce"),
    named("nvl2", "`if(a is not null, b, c)`"),
    named("object_construct", "`map(array[keys], array[values])`"),
    same("parse_json", "`json_parse(value)`", "json_parse"),
    named("patindex", "`regexp_position(text, pattern)`"),
    named("percentile_cont", "`approx_percentile(value, 0.5)`"),
    named("percentile_disc", "`approx_percentile(value, 0.5)`"),
    named("ratio_to_report", "`value / sum(value) over ()`"),
    same_with("regexp_contains", "`regexp_like(text, pattern)`", "regexp_like", 2),
    named("regexp_instr", "`regexp_position(text, pattern)`"),
    named("regexp_matches", "`regexp_like(text, pattern)`"),
    same_with("regexp_substr", "`regexp_extract(text, pattern)`", "regexp_extract", 2),
    named("right", "`substr(value, -number)`"),
    named("safe_divide", "`a / nullif(b, 0)`"),
    named("sha2", "`to_hex(sha256(to_utf8(value)))`"),
    same("size", "`cardinality(list)`", "cardinality"),
    same_with("split_to_array", "`split(text, ',')`", "split", 2),
    same_with("startswith", "`starts_with(text, part)`", "starts_with", 2),
    named("strftime", "`date_format(value, '%Y-%m-%d')`"),
    named("string_agg", "`array_join(array_agg(value), ',')`"),
    same_with("string_split", "`split(text, ',')`", "split", 2),
    same_with("string_to_array", "`split(text, ',')`", "split", 2),
    named("strptime", "`date_parse(text, '%Y-%m-%d')`"),
    named("str_to_date", "`date_parse(text, '%Y-%m-%d')`"),
    named("stuff", "`substr(text, 1, from - 1) || part || substr(text, to)`"),
    named("substring_index", "`split_part(text, ',', 1)`"),
    named("sysdate", "`current_timestamp`, or `localtimestamp` for one that a table can keep"),
    named("sysdatetime", "`current_timestamp`, or `localtimestamp` for one that a table can keep"),
    named("timestampadd", "`date_add('day', number, value)`, with the unit in quotes"),
    named("timestamp_diff", "`date_diff('day', from, to)`, with the unit in quotes"),
    named("timestampdiff", "`date_diff('day', from, to)`, with the unit in quotes"),
    named("to_json", "`json_format(cast(value as json))`"),
    named("to_number", "`cast(value as decimal(10, 2))`"),
    named("to_varchar", "`cast(value as varchar)`, or `date_format(value, '%Y-%m-%d')`"),
    named("trunc", "`truncate(value)` for a number, `date_trunc('day', value)` for a date"),
    named("try_to_date", "`try(date_parse(text, '%Y-%m-%d'))`"),
    named("try_to_number", "`try_cast(value as decimal(10, 2))`"),
    named("try_to_timestamp", "`try(date_parse(text, '%Y-%m-%d %H:%i:%s'))`"),
    same("ucase", "`upper(value)`", "upper"),
    named("unix_timestamp", "`to_unixtime(value)`"),
    named("uuid_string", "`uuid()`"),
    same("weekofyear", "`week_of_year(value)`", "week_of_year"),
    named("zeroifnull", "`coalesce(value, 0)`"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_and_names_each_once() {
        let names: Vec<&str> = FOREIGN.iter().map(|foreign| foreign.name).collect();
        let key = |name: &str| (name.replace('_', ""), name.to_owned());
        let before = |pair: &&[&str]| key(pair[0]) >= key(pair[1]);
        let wrong: Vec<&[&str]> = names.windows(2).filter(before).collect();
        assert!(wrong.is_empty(), "{wrong:?}");
    }
}
