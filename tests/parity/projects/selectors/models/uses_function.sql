select {{ function('plus') }}(1) as id
