{{ config(access='protected', contract={'enforced': false}) }} select * from {{ ref('ledger') }}
