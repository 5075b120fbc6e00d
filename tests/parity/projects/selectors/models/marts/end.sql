select * from {{ ref('mixed') }} join {{ ref('customers') }} using (id)
