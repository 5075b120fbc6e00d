{%- set c = api.Column('amount', 'decimal', numeric_precision=10, numeric_scale=2) -%}
{%- set s = api.Column.create('name', 'string') -%}
{%- set d = api.Column.from_description('code', 'varchar(20)') -%}
{{ c.name }} {{ c.column }} {{ c.dtype }} {{ c.data_type }} {{ c.quoted }} {{ c.is_numeric() }} {{ c.is_number() }} {{ c.is_string() }} {{ c.is_float() }} {{ c.is_integer() }}
{{ s.dtype }} {{ s.data_type }} {{ s.string_size() }} {{ s.char_size }} {{ s.can_expand_to(d) }} {{ s.is_string() }}
{{ d.dtype }} {{ d.data_type }} {{ d.string_size() }} {{ d.literal('x') }} {{ d.expanded_data_type }}
{{ api.Column('xs', 'array(string)').data_type }} {{ api.Column('b', 'binary').data_type }} {{ api.Column('t', 'timestamp').data_type }}
{{ get_quoted_csv(['a', 'b']) }}
{{ diff_columns([c, s], [s]) | map(attribute='name') | list }}
{{ get_list_of_column_names([c, s]) }}
