def model(dbt, session):
    dbt.config(materialized='table')
    a = dbt.ref('dim_plain', v=1)
    b = dbt.ref('versions', 'dim_plain', version=2)
    c = dbt.ref('dim_strings')
    return a
