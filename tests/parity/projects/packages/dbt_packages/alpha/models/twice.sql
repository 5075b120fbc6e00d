select 3 as id, '{{ beta.beta_only() }}'
