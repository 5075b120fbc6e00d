//! SQL beside what is found out of it.

use super::*;

/// The columns as words: the name with its type, `?` for one without a name, `table.*` for what is not known here.
fn columns(sql: &str) -> Option<Vec<String>> {
    let word = |item: &Item| match item {
        Item::Column(column) => {
            let name = column.name.as_deref().unwrap_or("?");
            column.data_type.as_ref().map_or_else(|| name.to_owned(), |known| format!("{name}: {known}"))
        }
        Item::All { table, .. } => format!("{}.*", table.parts.join(".")),
    };
    read(sql).unwrap().columns.map(|items| items.iter().map(word).collect())
}

#[test]
fn columns_are_known_by_name_and_order() {
    for (sql, wanted) in [
        ("select a, t.b, c as d, count(*), a + 1, (e), r.f.g from t", "a b d ? ? e g"),
        ("with a as (select x, 1 as y from t), b as (select *, 2 as z from a) select * from b", "x y z"),
        ("select * from \"c\".\"s\".\"t\"", "c.s.t.*"),
        ("select t.*, u.b from s.t as t join s.u as u on t.a = u.a", "s.t.* b"),
        ("select * from (select 1 as a) join (select 1 as a, 2 as b) using (a)", "a b"),
        ("select * from (values (1, 'x')) as v (n, w)", "n w"),
        ("with r (n) as (select 1 union all select n + 1 from r) select * from r", "n"),
        ("select k, v from t cross join unnest(m) as u (k, v)", "k v"),
        ("select * from s.t cross join unnest(m) as u (k, v)", "s.t.* k v"),
        ("select a from t union all select b from u", "a"),
        ("(select 1 as a) union all select 2", "a"),
        ("select * from (s.t)", "s.t.*"),
        ("select user, current_date from t", "user ?"),
    ] {
        let wanted = wanted.split(' ').map(str::to_owned).collect();
        assert_eq!(columns(sql), Some(wanted), "{sql}");
    }
}

#[test]
fn what_is_not_sure_is_not_said() {
    for sql in [
        "select * from t cross join unnest(m) as u",
        "select * from s.t natural join s.u",
        "select * from s.t join s.u using (a)",
        "select r.* from s.t",
        "with recursive r as (select 1 as n union all select n from r) select * from (select * from r) join r using (m)",
        "select * from f(1)",
    ] {
        assert_eq!(columns(sql), None, "{sql}");
    }
}

#[test]
fn types_are_those_that_cannot_be_others() {
    let wanted = |text: &str| Some(text.split(", ").map(str::to_owned).collect::<Vec<_>>());
    let sql = "with a as (select cast(x as json) as j, current_timestamp as now, null as n from t) select j, now, n, x from a";
    assert_eq!(columns(sql), wanted("j: json, now: timestamp(3) with time zone, n: unknown, x"));
    assert_eq!(columns("select null as a union all select 1"), wanted("a"));
    assert_eq!(
        columns("select try_cast(x as timestamp) as a, date '2024-01-01' as b from t"),
        wanted("a: timestamp, b: date")
    );
}

#[test]
fn what_is_foreign_is_found() {
    let found = |sql: &str| match read(sql) {
        Ok(facts) => facts.foreign.iter().map(|(idiom, _)| idiom.what).collect::<Vec<_>>(),
        Err(problem) => panic!("{sql}: {problem:?}"),
    };
    for (sql, what) in [
        ("select a::date from t", "`::` for a cast"),
        ("select a from t where b ilike 'x%'", "`ilike`"),
        ("select a from t qualify row_number() over (order by a) = 1", "`qualify`"),
        ("select a, count(*) from t group by all", "`group by all`"),
        ("select [1, 2]", "a list in `[ ]`"),
        ("select a from t limit 5 offset 2", "`offset` after `limit`"),
        ("select a + interval 1 day from t", "an interval that is not a number in quotes and a unit"),
        ("select a + interval '1 day' from t", "an interval that is not a number in quotes and a unit"),
        ("select a + interval '1' week from t", "an interval in this unit"),
        ("select distinct on (a) a from t", "`distinct on`"),
        ("select a from t join u", "a join without `on` or `using`"),
        ("select a ->> 'b' from t", "`->` or `->>` on JSON"),
        ("select a from t where b is true", "`is true` or `is false`"),
        ("select extract(epoch from a) from t", "`extract(epoch from ...)`"),
    ] {
        assert_eq!(found(sql), [what], "{sql}");
    }
    for sql in [
        "select array[1, 2][1], filter(a, x -> x > 1), a || 'b', interval '1' day, -a % 2 from t offset 2 limit 5",
        "select a from t join u on t.a = u.a cross join v left join (w join x on w.a = x.a) on true",
        "select try_cast(a as double), a is null, a like 'b', extract(dow from c), '::' from t, unnest(d) as u (e)",
        "select t.a, \"order\" from t where a in (select 1) and not exists (select 1) group by 1, rollup (2) order by 1 nulls last",
    ] {
        assert!(found(sql).is_empty(), "{sql}: {:?}", found(sql));
    }
}

#[test]
fn reserved_words_are_found_where_a_name_should_be() {
    let found = |sql: &str| read(sql).unwrap().reserved.into_iter().map(|word| word.text).collect::<Vec<_>>();
    assert_eq!(found("select a as end, t.order from t"), ["end", "order"]);
    let sql = "select current_date, current_timestamp, \"order\", date, year, first, trim(a), grouping(b), localtime as t from u";
    assert_eq!(found(sql), Vec::<String>::new());
}

#[test]
fn the_types_of_casts_are_words_with_a_place() {
    let sql = "select cast(a as STRING) as text, try_cast((b) as array(text)) as d, e as string from t as text";
    let words: Vec<String> = read(sql).unwrap().types.into_iter().map(|word| word.text).collect();
    assert_eq!(words, ["STRING", "array", "text"]);
    let sql =
        "select cast(a as row(text varchar(9), b row(float), \"int4\" bigint, c map(string, decimal(1, 2)), long))";
    let words: Vec<String> = read(sql).unwrap().types.into_iter().map(|word| word.text).collect();
    assert_eq!(words, ["row", "varchar", "row", "float", "bigint", "map", "string", "decimal", "long"]);
}

#[test]
fn the_fields_of_a_row_can_be_columns() {
    for sql in ["select (cast(row(1, 2) as row(a int, b int))).*", "select cast(row(1, 2) as row(a int, b int)).*"] {
        assert!(read(sql).is_ok(), "{sql}");
    }
}
