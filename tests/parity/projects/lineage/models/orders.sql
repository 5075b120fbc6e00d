select * from {{ ref('ledger_public') }} join {{ ref('lineage', 'ledger_protected') }} using (id) join {{ source('inherits', 'a_table') }} using (id)
