select {{ direct() }} as n from {{ ref('base') }}
