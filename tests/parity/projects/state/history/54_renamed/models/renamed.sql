select * from {{ ref('removable_seed') }}
