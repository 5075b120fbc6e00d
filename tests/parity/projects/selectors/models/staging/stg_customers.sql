select * from {{ source('lake', 'customers') }} join {{ ref('countries') }} using (id)
