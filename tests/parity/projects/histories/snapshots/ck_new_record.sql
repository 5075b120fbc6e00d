{% snapshot ck_new_record %}{{ config(unique_key=['id','region'], strategy='check', check_cols=['name','n'], hard_deletes='new_record') }}
select * from {{ ref('things') }} -- all of them
{% endsnapshot %}
