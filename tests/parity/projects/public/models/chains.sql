{% set chain = 'base' %}
{{ helpers.events(chain) }} -- {{ helpers.address() }}
