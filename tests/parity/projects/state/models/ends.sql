select * from {{ ref('plain') }} join {{ ref('described') }} using (id) join {{ ref('versioned') }} using (id)
