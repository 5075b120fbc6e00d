//! Macros that bear Trino's names and meanings, where DuckDB has no such function or means something else by it.
//!
//! Behaviour: Trino's "Functions and operators". What is not here and not in DuckDB is refused by name.

/// Created before the first query.
pub(super) const SQL: &str = r"
create macro current_date() as cast(make_timestamp(epoch_us(now())) as date);
create macro current_timestamp() as make_timestamp(epoch_us(now()));
create macro localtimestamp() as make_timestamp(epoch_us(now()));
create macro to_utf8(s) as encode(s);
create macro from_utf8(b) as decode(b);
create macro md5(b) as unhex(system.main.md5(b));
create macro sha256(b) as unhex(system.main.sha256(b));
create macro to_hex(b) as hex(b);
create macro from_hex(s) as unhex(s);
create macro cardinality(x) as len(x);
create macro element_at(x, i) as x[i];
create macro regexp_like(s, p) as regexp_matches(s, p);
create macro approx_distinct(x) as count(distinct x);
create macro arbitrary(x) as any_value(x);
create macro array_join(a, s) as array_to_string(a, s);
create macro sequence(a, b) as generate_series(a, b), (a, b, step) as generate_series(a, b, step);
create macro greatest
    (a, b) as case when a is not null and b is not null then system.main.greatest(a, b) end,
    (a, b, c) as case when a is not null and b is not null and c is not null then system.main.greatest(a, b, c) end;
create macro least
    (a, b) as case when a is not null and b is not null then system.main.least(a, b) end,
    (a, b, c) as case when a is not null and b is not null and c is not null then system.main.least(a, b, c) end;
create macro regexp_extract
    (s, p) as case when regexp_matches(s, p) then system.main.regexp_extract(s, p) end,
    (s, p, g) as case when regexp_matches(s, p) then system.main.regexp_extract(s, p, g) end;
create macro regexp_replace
    (s, p) as system.main.regexp_replace(s, p, '', 'g'),
    (s, p, r) as system.main.regexp_replace(s, p, system.main.regexp_replace(r, '\$(\d+)', '\\\1', 'g'), 'g');
create macro split_part(s, d, i) as string_split(s, d)[i];
create macro truncate(x) as trunc(x);
create macro slice(a, start, length) as array_slice(a, start, start + length - 1);
create macro concat
    (a, b) as a || b, (a, b, c) as a || b || c, (a, b, c, d) as a || b || c || d,
    (a, b, c, d, e) as a || b || c || d || e, (a, b, c, d, e, f) as a || b || c || d || e || f;
create macro day_of_week(d) as isodow(d);
create macro dow(d) as isodow(d);
create macro day_of_month(d) as day(d);
create macro day_of_year(d) as dayofyear(d);
create macro week_of_year(d) as weekofyear(d);
create macro from_iso8601_date(s) as cast(s as date);
create macro date_diff(unit, a, b) as date_sub(unit, a, b);
create macro date_add
    (unit varchar, n bigint, d date) as cast(case lower(unit)
        when 'day' then d + to_days(cast(n as integer))
        when 'week' then d + to_weeks(cast(n as integer))
        when 'month' then d + to_months(cast(n as integer))
        when 'quarter' then d + to_quarters(cast(n as integer))
        when 'year' then d + to_years(cast(n as integer))
        else error('date_add: a date has no such unit') end as date),
    (unit varchar, n bigint, d timestamp) as case lower(unit)
        when 'second' then d + to_seconds(n)
        when 'minute' then d + to_minutes(n)
        when 'hour' then d + to_hours(n)
        when 'day' then d + to_days(cast(n as integer))
        when 'week' then d + to_weeks(cast(n as integer))
        when 'month' then d + to_months(cast(n as integer))
        when 'quarter' then d + to_quarters(cast(n as integer))
        when 'year' then d + to_years(cast(n as integer))
        else error('date_add: unknown unit') end;
create macro date_parse(s, p) as cast(strptime(s, p) as timestamp);
create macro date_format(d, p) as strftime(d, p);
";

/// Functions that DuckDB has under the same name with another meaning: a query that calls one is not run here.
pub(super) const OTHER_MEANING: &[&str] = &["try", "typeof", "format"];

/// Functions of Trino that are neither in DuckDB nor above: a query that needs one is not run here.
pub(super) const TRINO_ONLY: &[&str] = &[
    "all_match",
    "transform",
    "array_union",
    "array_except",
    "arrays_overlap",
    "trim_array",
    "any_match",
    "none_match",
    "approx_percentile",
    "at_timezone",
    "bing_tile",
    "date_histogram",
    "format_datetime",
    "from_iso8601_timestamp",
    "from_unixtime",
    "histogram",
    "human_readable_seconds",
    "is_json_scalar",
    "json_array_get",
    "json_extract_scalar",
    "json_format",
    "json_parse",
    "json_size",
    "json_extract",
    "listagg",
    "map_agg",
    "map_concat",
    "map_filter",
    "map_from_entries",
    "map_union",
    "multimap_agg",
    "normalize",
    "numeric_histogram",
    "parse_datetime",
    "parse_duration",
    "regexp_count",
    "regexp_position",
    "reduce",
    "reduce_agg",
    "set_agg",
    "sha512",
    "soundex",
    "split_to_map",
    "st_contains",
    "st_distance",
    "st_point",
    "timezone_hour",
    "to_iso8601",
    "to_milliseconds",
    "to_unixtime",
    "transform_values",
    "transform_keys",
    "url_extract_host",
    "url_extract_parameter",
    "width_bucket",
    "with_timezone",
    "word_stem",
    "xxhash64",
    "zip_with",
    "combinations",
    "ngrams",
    "shuffle",
    "levenshtein_distance",
    "hamming_distance",
    "luhn_check",
    "from_base64",
    "to_base64",
    "checksum",
    "geometric_mean",
];
