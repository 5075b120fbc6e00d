{{ config(access='private', group='alpha_group') }} select 1 as id
