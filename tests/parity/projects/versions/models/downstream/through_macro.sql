{% set v = 1 %}
select * from {{ newest('dim_plain') }} join {{ ref('dim_plain', version=v) }} using (id)
-- depends_on: {{ ref('fct_contract', v=var('contract_version', 1)) }}
