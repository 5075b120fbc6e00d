select * from {{ ref('ephemerals') }} where a = {{ dbt.type_int() }}
