{%- set day = modules.datetime.date(2024, 2, 28) + modules.datetime.timedelta(days=2) -%}
{%- set parsed = modules.datetime.datetime.strptime('2024-01-31 10:30', '%Y-%m-%d %H:%M') -%}
{%- set before = run_started_at - modules.datetime.timedelta(3) -%}
{{ config(meta={
    'day': day.isoformat(),
    'shown': day ~ '',
    'parsed': parsed.strftime('%d.%m.%y %H'),
    'span': (parsed - modules.datetime.datetime(2024, 1, 1)).days,
    'span_shown': (parsed - modules.datetime.datetime(2024, 1, 1)) ~ '',
    'is_before': before < run_started_at,
    'replaced': parsed.replace(hour=6, minute=0).isoformat(),
    'slug': modules.re.sub('[ -]+', '_', 'a - b c'),
    'swapped': modules.re.sub('(a)(b)', '\\2\\1', 'abab', 1),
    'matched': modules.re.match('(\\w)-(\\d)', 'x-1 y').group(2),
    'none': modules.re.match('b', 'ab') is none,
    'all': modules.re.findall('a(.)', 'ab ac', modules.re.IGNORECASE),
    'sum': [1] + [2], 'text': 'a' + 'b', 'number': 3 - 1,
}) }}
select 1 as n from {{ ref('asks') }}
