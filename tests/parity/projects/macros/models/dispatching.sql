{{ outer('a') }} {{ dbt.string_literal('b') }} {{ macros.outer('c') }}
