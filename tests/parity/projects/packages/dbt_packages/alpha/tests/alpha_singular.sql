select * from {{ ref('a_public') }} where id is null
