select id, name from {{ ref('versioned', v=1) }} join (select id as other, name from {{ ref('people') }}) on other = id
