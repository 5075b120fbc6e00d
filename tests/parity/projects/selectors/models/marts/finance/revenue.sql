select * from {{ ref('shop', 'orders') }} join {{ ref('rates') }} using (id)
