select * from {{ ref('a_public') }}
