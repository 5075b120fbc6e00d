-- The project's quoting is for what it builds, not for sources.
select * from {{ source('on_source', 'on_table') }}
