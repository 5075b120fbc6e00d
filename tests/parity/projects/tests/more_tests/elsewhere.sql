select 1 as id where {{ var('missing', 1) }} = 2
