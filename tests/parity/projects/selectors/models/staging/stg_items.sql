{{ config(materialized='ephemeral', meta={'list': [1, true, 'x'], 'nothing': none, 'flag': true, 'off': false, 'number': 1.5}) }} select * from {{ source('river', 'items') }}
