select * from {{ ref('stg_extra') }}
