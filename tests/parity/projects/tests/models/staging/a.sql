select 1 as id, 'x' as name from {{ ref('seeded') }} join {{ source('raw', 'orders') }} using (id)
