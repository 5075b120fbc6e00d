select now() as hour_at, 'q1' as fiscal
