{{ fromjson('{"a": [1, 2.5, null, true]}')['a'] }} {{ fromjson('nope', 'default') }}
{{ tojson({'b': 1, 'a': [true, none]}) }} {{ tojson({'b': 1, 'a': 2}, sort_keys=true) }}
{{ fromyaml('a: [1, x]')['a'][1] }} {{ fromyaml('- 1\n- b: yes') }}
{{ toyaml({'b': 1, 'a': ['x', {'c': none}], 'd': '1'}) }}|
{{ toyaml({'b': 1, 'a': 2}, sort_keys=true) }}|{{ toyaml(['x']) }}|{{ toyaml('x') }}|
{{ set([1, 1, 1]) | length }} {{ set_strict([2, 2]) | list }} {{ set(5, 'no') }}
{{ zip([1, 2], ['a', 'b']) | list }} {{ zip_strict([1], [2]) | list }} {{ zip(1, default='no') }}
{{ local_md5('x') }} {{ project_name }} {{ dbt_version.split('.')[0] }} {{ model.name }} {{ model.config.materialized }}
{{ var('from_var') }} {{ var('missing', 'default') }} {{ var.has_var('from_var') }} {{ target.name }} {{ target.schema }} {{ target.type }}
{{ schema }} {{ database }} {{ execute }} {{ flags.FULL_REFRESH }} {{ thread_id is defined }} {{ invocation_id | length }}
{{ try_or_compiler_error('no', modules.datetime.datetime.strptime, '2024-01-02', '%Y-%m-%d') }}
{{ builtins.ref('types') }} {{ context['ref']('types') }} {{ config.get('materialized') }} {{ config.get('nothing', 'x') }} {{ config.get('nothing') }}
{{ graph.nodes | length > 3 }} {{ graph.nodes.values() | selectattr('resource_type', 'equalto', 'model') | map(attribute='name') | sort }}
{{ graph.sources.values() | map(attribute='name') | list }} {{ graph.nodes['model.macros.types'].config.materialized }}
{{ selected_resources | length > 3 }}
