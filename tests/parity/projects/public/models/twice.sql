-- depends on: {{ source('raw_base', 'events') }}
-- depends on: {{ source('raw_base', 'events') }}
select 1 as n
