select {{ function('add_one') }}(1), {{ function('lineage', 'of_function') }}(2)
