select 1 as id, current_date as day, 2 as amount from {{ source('plain_source', 'one') }}
