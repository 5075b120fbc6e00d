{{ dates_in_range('20240101', '20240103') }}
{{ dates_in_range('20240101', out_fmt='%Y-%m-%d') }}
{{ partition_range('20240101,20240102') }}
{{ partition_range('20240101') }}
{{ convert_datetime('20240101', '%Y%m%d') }}
