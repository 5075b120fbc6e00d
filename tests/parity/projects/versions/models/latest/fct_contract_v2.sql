select cast(1 as int) as id, cast('a' as varchar) as name
