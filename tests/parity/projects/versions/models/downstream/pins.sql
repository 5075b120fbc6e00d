select * from {{ ref('dim_plain') }}
union all select * from {{ ref('dim_plain', v=1) }}
union all select * from {{ ref('dim_plain', version=2) }}
union all select * from {{ ref('dim_plain', v='3') }}
union all select * from {{ ref('versions', 'dim_plain') }}
union all select * from {{ ref('versions', 'dim_plain', v=1) }}
union all select * from {{ ref('versions', 'dim_plain', version='2') }}
union all select * from {{ ref("dim_strings", v="alpha") }}
union all select * from {{ ref('dim_strings') }}
union all select * from {{ ref('dim_floats', v=1.5) }}
union all select * from {{ ref('dim_floats', v='1.25') }}
union all select * from {{ ref('free') }}
union all select * from {{ ref('free', v=7) }}
union all select * from {{ ref('zeroed', v=0) }}
union all select * from {{ ref('zeroed') }}
