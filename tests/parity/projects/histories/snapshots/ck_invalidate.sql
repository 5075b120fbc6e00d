{% snapshot ck_invalidate %}{{ config(unique_key=['id','region'], strategy='check', check_cols=['name','n'], hard_deletes='invalidate') }}
select * from {{ ref('things') }} -- all of them
{% endsnapshot %}
