{{ config(access='public') }} select * from {{ ref('ledger') }}
