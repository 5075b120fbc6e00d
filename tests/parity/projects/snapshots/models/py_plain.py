def model(dbt, session):
    return dbt.ref("py_model")
