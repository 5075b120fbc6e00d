{{ config(materialized='table') }}
select 1 as id, 'card' as method, cast(10.5 as double) as amount, true as ok, date '2024-01-02' as dt, timestamp '2024-01-02 03:04:05' as ts, cast(1.50 as decimal(10,2)) as deci, cast(5000000000 as bigint) as big, cast(3.0 as double) as whole
union all select 2, 'cash', 2e0, false, date '2024-01-03', timestamp '2024-01-03 00:00:00', cast(2 as decimal(10,2)), cast(1 as bigint), 4e0
union all select 3, cast(null as varchar), cast(null as double), cast(null as boolean), cast(null as date), cast(null as timestamp), cast(null as decimal(10,2)), cast(null as bigint), cast(null as double)
