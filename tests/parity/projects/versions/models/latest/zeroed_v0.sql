select 0 as id
