{{ config(group='', access='private') }} select 1 as id
