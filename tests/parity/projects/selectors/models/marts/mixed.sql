select * from {{ ref('extra', 'orders') }} join {{ ref('orders_snapshot') }} using (id) join {{ ref('ledger', v=3) }} using (id)
