{% for part in ['year', 'quarter', 'month', 'week', 'day', 'hour', 'minute', 'second', 'millisecond'] %}
select {{ dbt.datediff('a', 'b', part) }} as {{ part }}
{% endfor %}
