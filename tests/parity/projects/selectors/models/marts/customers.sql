{{ config(tags=['weekly'], unique_key=['id', 'day'], grants={'select': ['a', 'b']}) }} select * from {{ ref('stg_customers') }} join {{ ref('shop', 'orders') }} using (id)
