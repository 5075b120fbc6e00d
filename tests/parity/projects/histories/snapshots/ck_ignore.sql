{% snapshot ck_ignore %}{{ config(unique_key=['id','region'], strategy='check', check_cols=['name','n'], hard_deletes='ignore') }}
select * from {{ ref('things') }} -- all of them
{% endsnapshot %}
