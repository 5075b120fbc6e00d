{{ config(tags=['a']) }}{{ config(tags=['b'], database='other_catalog') }} select * from {{ ref('plain') }}
