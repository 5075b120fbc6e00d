{{ config({'materialized': 'ephemeral', 'tags': ['d1', 'd2'], 'post-hook': "insert into log values ('{{ this }}')", 'quoting': {'schema': false}}) }}
select 1 as id
