-- orders of people
with orders as (
    select * from {{ source('shop', 'orders') }}
), people as (select * from {{ ref('people') }})
select
    p.id,
    p.name,
    sum(o.amount) as total,
    max(o.placed_at) as last_at,
    '{{ var("label") }}' as label,
    '{{ var("own") }}' as own,
    '{{ env_var("STAGE", "dev") }}' as stage,
    {{ plus(1) }} as plus,
    {{ units.minus(1) }} as minus
from people p
left join orders o on o.person = p.id
group by p.id, p.name
