select * from {{ ref('plain') }} where id is not null
