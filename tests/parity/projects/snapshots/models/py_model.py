import pandas as pd


def helper(x):
    return x


def model(dbt, session):
    dbt.config(
        materialized='incremental',
        tags=['python', 'two'],
        meta={'a': [1, -2.5, None, True], 'b': {'c': 'd'}},
        packages=['numpy==1.2', 'pandas'],
        submission_method='serverless',
        timeout=10,
        unique_key=('id'),
    )
    source = dbt.source('raw', 'events')
    base = dbt.ref('base')
    snap = dbt.ref('snapshots', 'first')
    table = dbt.config.get('materialized')
    other = dbt.config.get('timeout', 5)
    if dbt.is_incremental:
        base = base.filter(f"id > {dbt.this}")
    return helper(base)
