select '{{ greet('x') }}', '{{ alpha.greet('y') }}', '{{ alpha.helper() }}', '{{ helper() }}', '{{ only_alpha() }}', '{{ beta_only() }}', {{ dbt.current_timestamp() }}, '{{ var('shared_var') }}'
from {{ ref('a_public') }} join {{ ref('alpha', 'twice') }} using (id) join {{ ref('beta', 'twice') }} using (id)
join {{ ref('dup') }} using (id) join {{ ref('alpha', 'dup') }} using (id)
join {{ source('raw', 'first') }} using (id) join {{ ref('b_protected') }} using (id) join {{ ref('a_versioned', v=1) }} using (id) join {{ ref('alpha', 'a_versioned') }} using (id)
