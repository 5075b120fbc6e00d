select 1 as id, 'a' as country, 1.5 as amount
