select * from {{ ref('b') }} where d = {{ var('test_severity') }} and {{ helper(2) }}
