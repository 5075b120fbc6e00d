{{ config(contract={'enforced': true, 'alias_types': false}, database='cat', schema='sch', alias='ali') }} select 1 as id
