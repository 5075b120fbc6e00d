"""The same calls to an endpoint, whoever answers there; what comes back, a line for each: the shape of the answer, or
the status and the code of the refusal."""

import sys

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

CONFIG = Config(s3={"addressing_style": "path"}, retries={"max_attempts": 1})
KEYS = {"aws_access_key_id": "a", "aws_secret_access_key": "b", "region_name": "eu-west-1", "config": CONFIG}


def shape(value):
    """The names of the fields with the kinds of their values; a list is as its first element."""
    if isinstance(value, dict):
        fields = ((name, shape(inner)) for name, inner in sorted(value.items()) if name != "ResponseMetadata")
        return "{" + ", ".join(f"{name}: {inner}" for name, inner in fields) + "}"
    if isinstance(value, list):
        return "[" + (shape(value[0]) if value else "") + "]"
    return type(value).__name__


def told(step, call, **arguments):
    try:
        print(f"{step}: {shape(call(**arguments))}")
    except ClientError as error:
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        print(f"{step}: {status} {error.response['Error']['Code']}")


def storage(url):
    s3 = boto3.client("s3", endpoint_url=url, **KEYS)
    at = {"Bucket": "mojap-derived-tables", "Key": "a/b c.txt"}
    told("put", s3.put_object, **at, Body=b"hello")
    told("put if there is none", s3.put_object, **at, Body=b"hello", IfNoneMatch="*")
    told("head", s3.head_object, **at)
    told("get", s3.get_object, **at)
    told("get a range", s3.get_object, **at, Range="bytes=1-2")
    told("get nothing", s3.get_object, Bucket=at["Bucket"], Key="none")
    told("get from no bucket", s3.get_object, Bucket="no-such-bucket", Key="none")
    told("head nothing", s3.head_object, Bucket=at["Bucket"], Key="none")
    for key in ("a/c", "d/e", "f"):
        s3.put_object(Bucket=at["Bucket"], Key=key, Body=b"x")
    told("list", s3.list_objects_v2, Bucket=at["Bucket"], Prefix="a/")
    told("list folders", s3.list_objects_v2, Bucket=at["Bucket"], Delimiter="/")
    told("list a page", s3.list_objects_v2, Bucket=at["Bucket"], MaxKeys=2)
    told("list nothing", s3.list_objects_v2, Bucket=at["Bucket"], Prefix="none")
    told("copy", s3.copy_object, Bucket=at["Bucket"], Key="g", CopySource="mojap-derived-tables/f")
    told("copy nothing", s3.copy_object, Bucket=at["Bucket"], Key="g", CopySource="mojap-derived-tables/none")
    told("delete", s3.delete_object, **at)
    told("delete nothing", s3.delete_object, Bucket=at["Bucket"], Key="none")
    told("delete two", s3.delete_objects, Bucket=at["Bucket"], Delete={"Objects": [{"Key": "a/c"}, {"Key": "none"}]})
    upload = s3.create_multipart_upload(Bucket=at["Bucket"], Key="m")
    own = {"Bucket": at["Bucket"], "Key": "m", "UploadId": upload["UploadId"]}
    part = s3.upload_part(**own, PartNumber=1, Body=b"x")
    whole = {"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
    told("complete", s3.complete_multipart_upload, **own, MultipartUpload=whole)
    told("complete again", s3.abort_multipart_upload, **own)


def catalogue(url):
    glue = boto3.client("glue", endpoint_url=url, **KEYS)
    told("create a database", glue.create_database, DatabaseInput={"Name": "d"})
    told("create it again", glue.create_database, DatabaseInput={"Name": "d"})
    told("get a database", glue.get_database, Name="d")
    told("get no database", glue.get_database, Name="none")
    told("get databases", glue.get_databases)
    columns = [{"Name": "id", "Type": "int"}]
    table = {
        "Name": "t",
        "TableType": "EXTERNAL_TABLE",
        "StorageDescriptor": {"Columns": columns, "Location": "s3://b/t"},
        "PartitionKeys": [{"Name": "day", "Type": "date"}],
        "Parameters": {"a": "b"},
    }
    told("create a table", glue.create_table, DatabaseName="d", TableInput=table)
    told("create a table again", glue.create_table, DatabaseName="d", TableInput=table)
    told("create a table nowhere", glue.create_table, DatabaseName="none", TableInput=table)
    told("get a table", glue.get_table, DatabaseName="d", Name="t")
    told("get no table", glue.get_table, DatabaseName="d", Name="none")
    told("get tables", glue.get_tables, DatabaseName="d")
    told("update a table", glue.update_table, DatabaseName="d", TableInput={**table, "Description": "x"})
    told("update no table", glue.update_table, DatabaseName="d", TableInput={**table, "Name": "none"})
    told("get versions", glue.get_table_versions, DatabaseName="d", TableName="t")
    at = {"DatabaseName": "d", "TableName": "t"}

    def partition(day):
        return {"Values": [day], "StorageDescriptor": {"Columns": columns, "Location": f"s3://b/t/day={day}"}}

    told("create a partition", glue.create_partition, **at, PartitionInput=partition("2024-01-01"))
    told("create a partition again", glue.create_partition, **at, PartitionInput=partition("2024-01-01"))
    both = [partition("2024-01-01"), partition("2024-01-02")]
    told("create two", glue.batch_create_partition, **at, PartitionInputList=both)
    told("get a partition", glue.get_partition, **at, PartitionValues=["2024-01-01"])
    told("get no partition", glue.get_partition, **at, PartitionValues=["2000-01-01"])
    told("get partitions", glue.get_partitions, **at, Expression="day > '2024-01-01'")
    old = {"PartitionValueList": ["2024-01-01"]}
    told("update a partition", glue.update_partition, **at, **old, PartitionInput=partition("2024-01-01"))
    none = {"PartitionValueList": ["2000-01-01"]}
    told("update no partition", glue.update_partition, **at, **none, PartitionInput=partition("2000-01-01"))
    told("delete a partition", glue.delete_partition, **at, PartitionValues=["2024-01-01"])
    told("delete no partition", glue.delete_partition, **at, PartitionValues=["2024-01-01"])
    told("delete a table", glue.delete_table, DatabaseName="d", Name="t")
    told("delete no table", glue.delete_table, DatabaseName="d", Name="t")


def moto():
    """A moto server on a free port, with the bucket."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"
    where = {"LocationConstraint": "eu-west-1"}
    s3 = boto3.client("s3", endpoint_url=url, **KEYS)
    s3.create_bucket(Bucket="mojap-derived-tables", CreateBucketConfiguration=where)
    return url


if __name__ == "__main__":
    endpoint = sys.argv[1] if len(sys.argv) > 1 else moto()
    storage(endpoint)
    catalogue(endpoint)
