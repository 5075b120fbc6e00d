select {{ outer() }} as n
