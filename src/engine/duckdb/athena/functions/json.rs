//! JSON. Behaviour: Trino's "JSON functions and operators".

pub(super) const LINES: &str = r"
json_parse(varchar) json = __json_parse({0})
json_format(json) varchar = {0}
json_extract(json, varchar) json = __json_extract({0}, {1})
json_extract(varchar, varchar) json = __json_extract({0}, {1})
json_extract_scalar(json, varchar) varchar = __json_extract_scalar({0}, {1})
json_extract_scalar(varchar, varchar) varchar = __json_extract_scalar({0}, {1})
json_array_length(json) bigint = __json_array_length({0})
json_array_length(varchar) bigint = __json_array_length({0})
json_array_contains(json, boolean) boolean = __json_array_contains({0}, CAST({1} AS VARCHAR))
json_array_contains(varchar, boolean) boolean = __json_array_contains({0}, CAST({1} AS VARCHAR))
json_array_contains(json, bigint) boolean = __json_array_contains({0}, CAST({1} AS VARCHAR))
json_array_contains(varchar, bigint) boolean = __json_array_contains({0}, CAST({1} AS VARCHAR))
json_array_contains(json, double) boolean = __json_array_contains({0}, CAST({1} AS VARCHAR))
json_array_contains(varchar, double) boolean = __json_array_contains({0}, CAST({1} AS VARCHAR))
json_array_contains(json, varchar) boolean = __json_array_contains({0}, __json_quoted({1}))
json_array_contains(varchar, varchar) boolean = __json_array_contains({0}, __json_quoted({1}))
json_size(json, varchar) bigint = __json_size({0}, {1})
json_size(varchar, varchar) bigint = __json_size({0}, {1})
is_json_scalar(json) boolean = __is_json_scalar({0})
is_json_scalar(varchar) boolean = __is_json_scalar({0})
json_exists(varchar, varchar) boolean = __json_path_exists({0}, {1})
json_query(varchar, varchar) varchar = __json_path_query({0}, {1})
json_value(varchar, varchar) varchar = __json_path_value({0}, {1})
";
