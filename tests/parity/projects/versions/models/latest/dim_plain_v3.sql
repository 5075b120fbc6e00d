{{ config(tags=['in_file'], meta={'file': 3}) }}
select 1 as id
