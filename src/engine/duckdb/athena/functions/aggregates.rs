//! Aggregates and window functions. Behaviour: Trino's "Aggregate functions" and "Window functions".

pub(super) const LINES: &str = r"
count() bigint = [[count|*]]
count(any) bigint = [[count|{0}]]
sum(bigint) bigint = CAST([[sum|{0}]] AS BIGINT)
sum(decimal) widest ~ [[sum|{0}]]
sum(real) real ~ [[sum|{0}]]
sum(double) double = [[sum|{0}]]
sum(days) days = [[sum|{0}]]
avg(bigint) double = [[avg|{0}]]
avg(real) real ~ [[avg|{0}]]
avg(double) double = [[avg|{0}]]
max(real) real = coalesce([[max|CASE WHEN NOT isnan({0}) THEN {0} END]], [[max|{0}]])
max(double) double = coalesce([[max|CASE WHEN NOT isnan({0}) THEN {0} END]], [[max|{0}]])
min(T) T = [[min|{0}]]
min(T, bigint) array(T) = [[min|{0}, {1}]]
max(T) T = [[max|{0}]]
max(T, bigint) array(T) = [[max|{0}, {1}]]
min_by(T, U) T = struct_extract([[min_by|struct_pack(v := {0}), {1}]], 'v')
min_by(T, U, bigint) array(T) = list_transform([[min_by|struct_pack(v := {0}), {1}, {2}]], lambda e__: e__.v)
max_by(T, double) T = struct_extract([[max_by|struct_pack(v := {0}), CASE WHEN isnan({1}) THEN CAST('-inf' AS DOUBLE) ELSE {1} END]], 'v')
max_by(T, U) T = struct_extract([[max_by|struct_pack(v := {0}), {1}]], 'v')
max_by(T, U, bigint) array(T) = list_transform([[max_by|struct_pack(v := {0}), {1}, {2}]], lambda e__: e__.v)
arbitrary|any_value(T) T = [[any_value|{0}]]
array_agg(T) array(T) = [[list|{0}]]
count_if(boolean) bigint = [[count|CASE WHEN {0} THEN 1 END]]
bool_and|every(boolean) boolean = [[bool_and|{0}]]
bool_or(boolean) boolean = [[bool_or|{0}]]
approx_distinct(any) bigint = [[count|DISTINCT {0}]]
approx_distinct(any, double) bigint = [[count|DISTINCT {0}]]
approx_percentile(bigint, double) bigint = __percentile([[list|{0}]], {1})
approx_percentile(real, double) real = __percentile([[list|{0}]], {1})
approx_percentile(double, double) double = __percentile([[list|{0}]], {1})
approx_percentile(bigint, array(double)) array(bigint) = __percentiles([[list|{0}]], {1})
approx_percentile(real, array(double)) array(real) = __percentiles([[list|{0}]], {1})
approx_percentile(double, array(double)) array(double) = __percentiles([[list|{0}]], {1})
stddev|stddev_samp(double) double = [[stddev_samp|{0}]]
stddev_pop(double) double = [[stddev_pop|{0}]]
variance|var_samp(double) double = [[var_samp|{0}]]
var_pop(double) double = [[var_pop|{0}]]
corr(real, real) real ~ __finite([[corr|{0}, {1}]])
corr(double, double) double = __finite([[corr|{0}, {1}]])
covar_pop(real, real) real ~ [[covar_pop|{0}, {1}]]
covar_pop(double, double) double = [[covar_pop|{0}, {1}]]
covar_samp(real, real) real ~ [[covar_samp|{0}, {1}]]
covar_samp(double, double) double = [[covar_samp|{0}, {1}]]
regr_slope(real, real) real ~ __finite([[regr_slope|{0}, {1}]])
regr_slope(double, double) double = __finite([[regr_slope|{0}, {1}]])
regr_intercept(real, real) real ~ __finite([[regr_intercept|{0}, {1}]])
regr_intercept(double, double) double = __finite([[regr_intercept|{0}, {1}]])
geometric_mean(bigint) double = exp([[avg|__ln(CAST({0} AS DOUBLE))]])
geometric_mean(real) real ~ exp([[avg|__ln(CAST({0} AS DOUBLE))]])
geometric_mean(double) double = exp([[avg|__ln({0})]])
map_agg(K, V) map(K, V) = __map_agg([[list|struct_pack(key := {0}, value := {1})]])
multimap_agg(K, V) map(K, array(V)) = __multimap_agg([[list|struct_pack(key := {0}, value := {1})]])
map_union(map(K, V)) map(K, V) = __map_agg(flatten([[list|map_entries({0})]]))
histogram(T) map(T, bigint) ~ [[histogram|{0}]]
listagg(varchar) varchar = [[string_agg|{0}, '']]
listagg(varchar, varchar) varchar = [[string_agg|{0}, {1}]]
bitwise_and_agg(bigint) bigint = [[bit_and|{0}]]
bitwise_or_agg(bigint) bigint = [[bit_or|{0}]]
bitwise_xor_agg(bigint) bigint = [[bit_xor|{0}]]
";

pub(super) const WINDOW_LINES: &str = r"
row_number() bigint = [[row_number|]]
rank() bigint = [[rank|]]
dense_rank() bigint = [[dense_rank|]]
percent_rank() double = [[percent_rank|]]
cume_dist() double = [[cume_dist|]]
ntile(bigint) bigint = [[ntile|{0}]]
lag(T) T = [[lag|{0}]]
lag(T, bigint) T = [[lag|{0}, {1}]]
lag(T, bigint, T) T = [[lag|{0}, {1}, {2}]]
lead(T) T = [[lead|{0}]]
lead(T, bigint) T = [[lead|{0}, {1}]]
lead(T, bigint, T) T = [[lead|{0}, {1}, {2}]]
first_value(T) T = [[first_value|{0}]]
last_value(T) T = [[last_value|{0}]]
nth_value(T, bigint) T = [[nth_value|{0}, {1}]]
";
