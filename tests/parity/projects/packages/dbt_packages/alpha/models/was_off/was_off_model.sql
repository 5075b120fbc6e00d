select 1 as id from {{ ref('alpha_seed') }}
