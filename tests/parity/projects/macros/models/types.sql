select
    '{{ dbt.type_string() }}' as a,
    '{{ type_timestamp() }}' as b,
    '{{ dbt.type_float() }}' as c,
    '{{ dbt.type_numeric() }}' as d,
    '{{ dbt.type_bigint() }}' as e,
    '{{ dbt.type_int() }}' as f,
    '{{ dbt.type_boolean() }}' as g,
    '{{ api.Column.translate_type("string") }}|{{ api.Column.translate_type("int") }}' as h,
    '{{ api.Column.numeric_type("decimal", 10, 2) }}|{{ api.Column.string_type(5) }}' as i,
    '{{ dml_data_type("array<string>") }}|{{ dml_data_type("int") }}|{{ dml_data_type("float") }}' as j,
    '{{ ddl_data_type("varchar(10)") }}|{{ ddl_data_type("array(integer)") }}|{{ ddl_data_type("timestamp(6)", "iceberg") }}' as k
