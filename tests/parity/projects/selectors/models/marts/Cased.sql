select * from {{ ref('alone') }}
