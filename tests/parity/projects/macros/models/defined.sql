select
    '{{ api.Column.translate_type is defined }}' as translates,
    '{{ api.Column.string_type is defined }}' as of_class,
    '{{ api.Column.create is defined }}' as makes,
    '{{ api.Column("a", "varchar").is_string is defined }}' as of_column,
    '{{ api.Column("a", "varchar").nothing is defined }}' as is_nothing,
    '{{ api.Relation.create is defined }}' as relations,
    '{{ this.include is defined }}' as includes,
    '{{ this.render is defined }}' as renders
