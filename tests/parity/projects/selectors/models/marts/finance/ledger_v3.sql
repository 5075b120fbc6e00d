{{ config(access='public') }} select * from {{ ref('ledger', v=2) }}
