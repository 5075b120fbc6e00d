{{ config(materialized='mine') }} select * from {{ ref('first') }} join {{ ref('e2') }} using (id) join {{ ref('py_model') }} using (id) join {{ ref('from_source') }} using (id)
