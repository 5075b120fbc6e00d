{{ config(tags='singular_tag', severity='warn') }} select * from {{ ref('shop', 'orders') }} join {{ ref('customers') }} using (id)
