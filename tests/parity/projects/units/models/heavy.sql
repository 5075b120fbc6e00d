{% set parcels = source('shop', 'parcels') %}
select o.id, p.weight, o.note
from {{ source('shop', 'orders') }} o join {{ parcels }} p on p.order_id = o.id
where p.weight > {{ config.get('least', 0) }}
