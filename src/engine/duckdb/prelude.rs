//! Macros that the translated queries use: pieces of Trino's meaning that are said more easily in SQL than in Rust.
//!
//! Their names begin with two underscores, and no query can call them: the translator alone writes them. An argument
//! may stand more than once in a body. Lambdas here take names that the translator gives to nothing.

/// Created before the first query.
pub(super) const SQL: &str = r"
create macro __now() as make_timestamp((epoch_us(now()) // 1000) * 1000);
create macro __today() as cast(make_timestamp(epoch_us(now())) as date);
create macro __on_a_day(t) as (date '2000-01-01' + t);
create macro __micros(t) as cast(epoch_us(t) as varchar);

create macro __zoned(t_, z_) as case when t_ is not null and z_ is not null then struct_pack(t := t_, z := z_) end;
create macro __instant(x) as cast(struct_extract(x, 't') as timestamptz);
create macro __local_in(t, z) as make_timestamp(__zone_local(cast(epoch_us(t) as varchar), z));
create macro __local(x) as __local_in(struct_extract(x, 't'), struct_extract(x, 'z'));
create macro __at_local(t, z) as __zoned(make_timestamp(__zone_instant(cast(epoch_us(t) as varchar), z)), z);
create macro __parsed_zoned(parts) as __zoned(make_timestamp(cast(parts[1] as bigint)), parts[2]);
create macro __offset_minutes(x) as (epoch_us(__local(x)) - epoch_us(struct_extract(x, 't'))) // 60000000;

create macro __float_eq(a, b) as (a = b and not isnan(a));
create macro __float_ne(a, b) as (a <> b or isnan(a));
create macro __float_lt(a, b) as (a < b and not isnan(b));
create macro __float_le(a, b) as (a <= b and not isnan(b));
create macro __float_gt(a, b) as (a > b and not isnan(a));
create macro __float_ge(a, b) as (a >= b and not isnan(a));
create macro __float_mod(a, b) as case when b = 0 or isnan(a) or isnan(b) or isinf(a) then a * b * cast('nan' as double) else a % b end;
create macro __sqrt(x) as case when x < 0 then cast('nan' as double) else sqrt(x) end;
create macro __ln(x) as case when x = 0 then cast('-inf' as double) when x < 0 then cast('nan' as double) else ln(x) end;
create macro __log2(x) as case when x = 0 then cast('-inf' as double) when x < 0 then cast('nan' as double) else log2(x) end;
create macro __log10(x) as case when x = 0 then cast('-inf' as double) when x < 0 then cast('nan' as double) else log10(x) end;
create macro __width_bucket(x, low, high, n) as case
    when n <= 0 then cast(__fail('bucketCount must be greater than 0') as bigint)
    when low = high then cast(__fail('bounds cannot equal each other') as bigint)
    when low < high and x < low or low > high and x > low then cast(0 as bigint)
    when low < high and x >= high or low > high and x <= high then n + 1
    else cast(floor(n * (x - low) / (high - low)) as bigint) + 1 end;

create macro __unscaled(x) as cast(replace(cast(x as varchar), '.', '') as hugeint);
create macro __scaled(x, smallest) as cast(x as decimal(38, 0)) * smallest;
create macro __div_half_up(n, d) as case
    when d = 0 then cast(__fail('Division by zero') as hugeint)
    else ((abs(n) * 2 + abs(d)) // (abs(d) * 2)) * sign(n) * sign(d) end;
create macro __div_floor(n, d) as (n // d) - case when n % d < 0 then 1 else 0 end;
create macro __decimal_mod(a, b) as case when b = 0 then a + cast(__fail('Division by zero') as decimal(18, 3)) else a % b end;
create macro __power_of_ten(n) as cast('1' || repeat('0', cast(n as integer)) as hugeint);
create macro __round_to(u, n) as case when n <= 0 then u when n > 37 then cast(0 as hugeint)
    else __div_half_up(u, __power_of_ten(n)) * __power_of_ten(n) end;
create macro __truncate_to(u, n) as case when n <= 0 then u when n > 37 then cast(0 as hugeint)
    else (u // __power_of_ten(n)) * __power_of_ten(n) end;
create macro __round_whole(x, n) as __round_to(cast(x as hugeint), -n);

create macro __substr_for(s, i, n) as case
    when n < 0 and s is not null and i is not null then ''
    when i > 0 then substring(s, i, n)
    when i < 0 and -i <= length(s) then substring(s, length(s) + i + 1, n)
    when i is not null and n is not null and s is not null then '' end;
create macro __substr(s, i) as __substr_for(s, i, length(s));
create macro __concat_ws_array(d, a) as case when d is not null then array_to_string(coalesce(a, []), d) end;
create macro __upper(s) as case when contains(s, 'ß') then replace(upper(replace(s, 'ß', chr(57344))), chr(57344), 'ß') else upper(s) end;
create macro __translate(s, a, b) as translate(s, a, b);
create macro __from_one(i) as case when i > 0 then i when i is not null then cast(__fail('Index must be greater than zero') as bigint) end;
create macro __positive(i) as case when i > 0 then cast(i as varchar) when i is not null then __fail('Limit must be positive') end;

create macro __fitting(s, n) as case when length(s) > n then __fail('Value ' || s || ' cannot be represented as varchar(' || n || ')') else s end;
create macro __timestamp_text(t, n) as left(strftime(t, '%Y-%m-%d %H:%M:%S.%f'), n);
create macro __zoned_text(x, n) as left(strftime(__local(x), '%Y-%m-%d %H:%M:%S.%f'), n) || ' ' || struct_extract(x, 'z');
create macro __time_text(t, n) as left(strftime(date '2000-01-01' + t, '%H:%M:%S.%f'), n);
create macro __months_text(i) as __interval_text(cast(datepart('year', i) * 12 + datepart('month', i) as varchar), 'months');
create macro __days_text(i) as __interval_text(cast(cast(epoch(i) * 1000 as bigint) as varchar), 'milliseconds');
create macro __days_by(i, n) as to_microseconds(cast(trunc(epoch(i) * 1000 / n) as bigint) * 1000);

create macro __date_days(m) as cast(case
    when cast(m as time) = time '00:00:00' then m
    else cast(__fail('Cannot add hour, minutes or seconds to a date') as timestamp) end as date);
create macro __unit_of(unit, known) as case when unit is null then null
    when list_contains(known, lower(unit)) then lower(unit)
    else __fail('this kind of date has no unit ' || unit) end;
create macro __date_unit(unit) as __unit_of(unit, ['day', 'week', 'month', 'quarter', 'year']);
create macro __time_unit(unit) as __unit_of(unit, ['millisecond', 'second', 'minute', 'hour', 'day', 'week', 'month', 'quarter', 'year']);
create macro __clock_unit(unit) as __unit_of(unit, ['millisecond', 'second', 'minute', 'hour']);
create macro __date_trunc(unit, t) as case unit
    when 'millisecond' then cast(date_trunc('millisecond', t) as timestamp)
    when 'second' then cast(date_trunc('second', t) as timestamp)
    when 'minute' then cast(date_trunc('minute', t) as timestamp)
    when 'hour' then cast(date_trunc('hour', t) as timestamp)
    when 'day' then cast(date_trunc('day', t) as timestamp)
    when 'week' then cast(date_trunc('week', t) as timestamp)
    when 'month' then cast(date_trunc('month', t) as timestamp)
    when 'quarter' then cast(date_trunc('quarter', t) as timestamp)
    when 'year' then cast(date_trunc('year', t) as timestamp) end;
create macro __date_add(unit, n, t) as case unit
    when 'millisecond' then t + to_milliseconds(n)
    when 'second' then t + to_seconds(n)
    when 'minute' then t + to_minutes(n)
    when 'hour' then t + to_hours(n)
    when 'day' then t + to_days(cast(n as integer))
    when 'week' then t + to_weeks(cast(n as integer))
    when 'month' then t + to_months(cast(n as integer))
    when 'quarter' then t + to_quarters(cast(n as integer))
    when 'year' then t + to_years(cast(n as integer)) end;
create macro __zoned_add(unit, n, x) as case
    when unit in ('millisecond', 'second', 'minute', 'hour') then __zoned(__date_add(unit, n, struct_extract(x, 't')), struct_extract(x, 'z'))
    else __at_local(__date_add(unit, n, __local(x)), struct_extract(x, 'z')) end;
create macro __size(n) as case when n < 0 then cast(__fail('Target length must not be negative') as integer) else cast(n as integer) end;
create macro __split_part(s, d, i) as case when d = '' then nullif(substring(s, __from_one(i), 1), '') else __split(s, d, '0')[__from_one(i)] end;
create macro __moment_diff(unit, a, b) as __date_diff(unit, cast(epoch_us(a) as varchar), cast(epoch_us(b) as varchar));
create macro __zoned_diff(unit, a, b) as case
    when unit in ('millisecond', 'second', 'minute', 'hour') then __moment_diff(unit, struct_extract(a, 't'), struct_extract(b, 't'))
    else __moment_diff(unit, __local(a), __local_in(struct_extract(b, 't'), struct_extract(a, 'z'))) end;
create macro __round_micros(t, n) as make_timestamp(cast(floor((epoch_us(t) + n // 2) / n) as bigint) * n);
create macro __round_digits(t, digits) as case when digits < 3 then __round_micros(t, cast(power(10, 6 - digits) as bigint)) else t end;

create macro __subscript(a, i) as case
    when i = 0 then a[cast(__fail('SQL array indices start at 1') as bigint)]
    when i < 0 then a[cast(__fail('Array subscript is negative: ' || i) as bigint)]
    when i > len(a) then a[cast(__fail('Array subscript must be less than or equal to array length: ' || i || ' > ' || len(a)) as bigint)]
    else a[i] end;
create macro __element_at(a, i) as case
    when i = 0 and a is not null then a[cast(__fail('SQL array indices start at 1') as bigint)] else a[i] end;
create macro __map_value(m, k) as case
    when m is not null and k is not null and not map_contains(m, k) then map_values(m)[cast(__fail('Key not present in map: ' || k) as bigint)] else map_extract_value(m, k) end;
create macro __array_concat(a, b) as case when a is not null and b is not null then list_concat(a, b) end;
create macro __has_null(a) as (len(list_filter(a, lambda m__: m__ is null)) > 0);
create macro __has(a, e) as case when e is null then __has_null(a) else list_contains(a, e) end;
create macro __contains(a, e) as case
    when a is null or e is null then null
    when list_contains(a, e) then true
    when __has_null(a) then null
    else false end;
create macro __array_position(a, e) as case when a is not null and e is not null then cast(coalesce(list_position(a, e), 0) as bigint) end;
create macro __array_distinct(a) as list_filter(a, lambda m__, n__: case
    when m__ is null then not __has_null(a[1:n__ - 1])
    else list_position(a, m__) = n__ end);
create macro __array_remove(a, e) as case when e is not null then list_filter(a, lambda m__: m__ is null or m__ <> e) end;
create macro __array_most(a, most) as case when __has_null(a) then null else most end;
create macro __array_except(a, b) as case when b is not null then __array_distinct(list_filter(a, lambda q__: not __has(b, q__))) end;
create macro __arrays_overlap(a, b) as case
    when a is null or b is null then null
    when len(list_filter(a, lambda q__: q__ is not null and list_contains(b, q__))) > 0 then true
    when len(a) > 0 and len(b) > 0 and (__has_null(a) or __has_null(b)) then null
    else false end;
create macro __array_equal(a, b) as case
    when a is null or b is null then null
    when len(a) <> len(b) then false
    when len(list_filter(list_zip(a, b), lambda m__: m__[1] <> m__[2])) > 0 then false
    when __has_null(a) or __has_null(b) then null
    else true end;
create macro __array_join(a, d) as case when d is not null then array_to_string(list_filter(a, lambda m__: m__ is not null), d) end;
create macro __array_join_or(a, d, nulls) as case when d is not null and nulls is not null
    then array_to_string(list_transform(a, lambda m__: coalesce(m__, nulls)), d) end;
create macro __slice(a, start, n) as case
    when a is null or start is null or n is null then null
    when start = 0 then a[cast(__fail('SQL array indices start at 1') as bigint):1]
    when n < 0 then a[cast(__fail('length must be greater than or equal to 0') as bigint):1]
    when start < 0 and -start > len(a) or n = 0 then a[1:0]
    when start < 0 then a[len(a) + start + 1:len(a) + start + n]
    else a[start:start + n - 1] end;
create macro __trim_array(a, n) as case
    when n < 0 or n > len(a) then a[cast(__fail('size must not exceed array cardinality') as bigint):1]
    else a[1:len(a) - n] end;
create macro __ngrams(a, n) as case when n <= 0 then [a[cast(__fail('N must be positive') as bigint):1]]
    when len(a) <= n then [a] else list_transform(range(1, len(a) - n + 2), lambda m__: a[m__:m__ + n - 1]) end;
create macro __sequence(a, b, step) as case
    when a is null or b is null or step is null then null
    when step = 0 or (a < b and step < 0) or (a > b and step > 0)
    then generate_series(cast(__fail('sequence stop value should be greater than or equal to start value if step is greater than zero otherwise stop should be less than or equal to start') as bigint), b, step)
    else generate_series(a, b, step) end;
create macro __series(a, b, step) as case
    when a is null or b is null or step is null then null
    when epoch(step) = 0 or (a < b and epoch(step) < 0) or (a > b and epoch(step) > 0)
    then generate_series(cast(__fail('sequence stop value should be greater than or equal to start value if step is greater than zero otherwise stop should be less than or equal to start') as timestamp), b, step)
    else generate_series(a, b, step) end;
create macro __months_of(step) as cast(datepart('year', step) * 12 + datepart('month', step) as bigint);
create macro __month_series(a, b, step) as case
    when a is null or b is null or step is null then null
    when __months_of(step) = 0 or (a < b and __months_of(step) < 0) or (a > b and __months_of(step) > 0)
    then generate_series(cast(__fail('sequence stop value should be greater than or equal to start value if step is greater than zero otherwise stop should be less than or equal to start') as timestamp), b, step)
    else list_filter(
        list_transform(range(0, abs(datediff('month', a, b)) // abs(__months_of(step)) + 2),
            lambda m__: a + to_months(cast(m__ * __months_of(step) as integer))),
        lambda n__: case when a <= b then n__ <= b else n__ >= b end) end;
create macro __any_true(a) as case
    when a is null then null
    when list_contains(a, true) then true
    when __has_null(a) then null
    else false end;
create macro __before(order_of, is_earlier) as (order_of < 0 or (order_of = 0 and is_earlier));
create macro __map(k, v) as case when k is not null and v is not null then MAP(k, v) end;
create macro __map_concat(a, b) as case when a is not null and b is not null then map_concat(a, b) end;
create macro __finite(x) as case when isfinite(x) then x end;
create macro __percentile_of(l, p) as case
    when p < 0 or p > 1 then l[cast(__fail('Percentile must be between 0 and 1') as bigint)]
    else l[least(cast(floor(p * len(l)) as bigint) + 1, len(l))] end;
create macro __known(l) as list_sort(list_filter(l, lambda m__: m__ is not null));
create macro __percentile(l, p) as __percentile_of(__known(l), p);
create macro __percentiles(l, p) as case when len(__known(l)) > 0 then list_transform(p, lambda q__: __percentile_of(__known(l), q__)) end;
create macro __keys(l) as list_transform(l, lambda q__: struct_extract(q__, 'key'));
create macro __map_agg(l) as map_from_entries(list_filter(l, lambda m__, n__: struct_extract(m__, 'key') is not null
    and list_position(__keys(l), struct_extract(m__, 'key')) = n__));
create macro __multimap_agg(l) as map_from_entries(list_transform(
    list_filter(list_distinct(__keys(l)), lambda u__: u__ is not null),
    lambda m__: struct_pack(key := m__, value := list_transform(
        list_filter(l, lambda n__: struct_extract(n__, 'key') = m__), lambda v__: struct_extract(v__, 'value')))));

create macro __text_boolean(s) as case
    when s is null then null
    when lower(s) in ('t', 'true', '1') then true
    when lower(s) in ('f', 'false', '0') then false
    else cast(__fail('Cannot cast ''' || s || ''' to BOOLEAN') as boolean) end;
create macro __whole_number(s, type_name) as case when regexp_full_match(s, '[+-]?[0-9]+') or s is null then s
    else __fail('Cannot cast ''' || s || ''' to ' || type_name) end;
create macro __any_number(s, type_name) as case
    when regexp_full_match(s, '[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?') or s is null then s
    else __fail('Cannot cast ''' || s || ''' to ' || type_name) end;
create macro __any_float(s, type_name) as case
    when regexp_full_match(trim(s), '[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?') or s is null then trim(s)
    when trim(s) in ('NaN', 'Infinity', '-Infinity', '+Infinity') then replace(trim(s), '+', '')
    else __fail('Cannot cast ''' || s || ''' to ' || type_name) end;
create macro __text_time(s) as case when regexp_full_match(s, '[0-9]{1,2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?') or s is null
    then case when length(s) <= 5 then s || ':00' else s end
    else __fail('Value cannot be cast to time: ' || s) end;

create macro __json_array(l) as '[' || array_to_string(l, ',') || ']';
create macro __json_object(l) as '{' || array_to_string(l, ',') || '}';
create macro __json_field(j, name, place) as __json_member(j, name, place);
";
