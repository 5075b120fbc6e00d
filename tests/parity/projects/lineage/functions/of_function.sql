{{ config(tags=['fn'], type='aggregate') }} {{ function('add_one') }}(x)
