//! S3: objects, path style. Behaviour: the "Amazon S3 API Reference".

mod body;
mod condition;
mod list;
mod multipart;
pub mod store;
pub mod xml;

use std::fmt::Write as _;
use std::fs;

use store::{Object, Store};

use super::call::address;
use super::error::{Refusal, escaped};
use super::http::{Reply, Request, decoded};

/// Answers a call.
pub fn answer(store: &mut Store, operation: &str, request: &Request) -> Result<Reply, Refusal> {
    if request.header("authorization").is_none() {
        return Err(Refusal::new(403, "AccessDenied", "Access Denied"));
    }
    let (bucket, key) = address(request);
    let at = (bucket.as_str(), key.as_str());
    match operation {
        "PutObject" => put(store, at, request),
        "GetObject" | "HeadObject" => get(store, at, request),
        "DeleteObject" => delete(store, at, request),
        "DeleteObjects" => delete_many(store, &bucket, request),
        "CopyObject" => copy(store, at, request),
        "ListObjectsV2" | "ListObjects" => list::list(store, &bucket, request),
        "CreateMultipartUpload" => multipart::create(store, at, request),
        "UploadPart" => multipart::part(store, at, request),
        "CompleteMultipartUpload" => multipart::complete(store, at, request),
        "AbortMultipartUpload" => multipart::abort(store, at, request),
        "HeadBucket" => store
            .bucket(&bucket)
            .map(|_| Reply { status: 200, ..Reply::default() }.header("x-amz-bucket-region", "eu-west-1")),
        other => Err(Refusal::new(501, "NotImplemented", format!("the double does not know {other}"))),
    }
}

fn put(store: &mut Store, (bucket, key): (&str, &str), request: &Request) -> Result<Reply, Refusal> {
    let bytes = body::received(request)?;
    condition::for_write(store, (bucket, key), request)?;
    let content_type = request.header("content-type").unwrap_or("binary/octet-stream");
    let object = store.written(&bytes, content_type, metadata(request));
    store.put(bucket, key, object.clone())?;
    let reply = Reply { status: 200, ..Reply::default() }.header("etag", object.etag);
    Ok(object.crc32.map_or(reply.clone(), |sum| reply.header("x-amz-checksum-crc32", sum)))
}

fn get(store: &Store, (bucket, key): (&str, &str), request: &Request) -> Result<Reply, Refusal> {
    let object = store.object(bucket, key)?;
    if !condition::for_read(object, request)? {
        return Ok(Reply { status: 304, ..Reply::default() }.header("etag", object.etag.clone()));
    }
    let mut bytes = fs::read(&object.file).unwrap();
    let mut status = 200;
    let mut range = None;
    if let Some((start, end)) = request.header("range").and_then(|text| wanted_range(text, bytes.len())) {
        if start >= bytes.len() {
            return Err(Refusal::new(416, "InvalidRange", "The requested range is not satisfiable"));
        }
        range = Some(format!("bytes {start}-{end}/{}", bytes.len()));
        bytes = bytes[start..=end].to_vec();
        status = 206;
    }
    let mut reply = Reply::new(status, &object.content_type, Vec::new())
        .header("etag", object.etag.clone())
        .header("accept-ranges", "bytes")
        .header("last-modified", object.modified.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string())
        .header("content-length", bytes.len().to_string());
    for (name, value) in &object.metadata {
        reply = reply.header(name, value.clone());
    }
    match (&object.crc32, range) {
        (_, Some(range)) => reply = reply.header("content-range", range),
        (Some(sum), None) if request.header("x-amz-checksum-mode") == Some("ENABLED") => {
            reply = reply.header("x-amz-checksum-crc32", sum.clone()).header("x-amz-checksum-type", "FULL_OBJECT");
        }
        _ => {}
    }
    Ok(Reply { body: bytes, ..reply })
}

/// `bytes=0-9`, `bytes=5-` or `bytes=-3`: the first and the last place.
fn wanted_range(text: &str, size: usize) -> Option<(usize, usize)> {
    let (start, end) = text.strip_prefix("bytes=")?.split_once('-')?;
    let last = size.saturating_sub(1);
    match (start.parse().ok(), end.parse().ok()) {
        (Some(start), Some(end)) if start <= end => Some((start, last.min(end))),
        (Some(start), None) => Some((start, last)),
        (None, Some(length)) => Some((size.saturating_sub(length), last)),
        _ => None,
    }
}

fn delete(store: &mut Store, (bucket, key): (&str, &str), request: &Request) -> Result<Reply, Refusal> {
    if request.header("if-match").is_some() {
        condition::for_write(store, (bucket, key), request)?;
    }
    store.delete(bucket, key)?;
    Ok(Reply { status: 204, ..Reply::default() })
}

fn delete_many(store: &mut Store, bucket: &str, request: &Request) -> Result<Reply, Refusal> {
    let has_sum = request
        .headers
        .iter()
        .any(|(name, _)| name == "content-md5" || name.starts_with("x-amz-checksum-") || name == "x-amz-trailer");
    if !has_sum {
        let message = "Missing required header for this request: Content-MD5 OR x-amz-checksum-*";
        return Err(Refusal::bad("InvalidRequest", message));
    }
    let body = String::from_utf8_lossy(&body::received(request)?).into_owned();
    let one = |object: &str, name: &str| xml::texts(object, name).pop();
    let objects = body.split("<Object>").skip(1);
    let keys: Vec<(String, Option<String>)> =
        objects.filter_map(|object| Some((one(object, "Key")?, one(object, "ETag")))).collect();
    if keys.is_empty() || keys.len() > 1000 {
        let message = "The XML you provided was not well-formed or did not validate against our published schema";
        return Err(Refusal::bad("MalformedXML", message));
    }
    let is_quiet = xml::texts(&body, "Quiet").first().is_some_and(|text| text == "true");
    let mut answer = "<DeleteResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">".to_owned();
    for (key, tag) in keys {
        let found = store.bucket(bucket)?.get(&key);
        if tag.as_ref().is_some_and(|tag| found.is_none_or(|found| !condition::is_same(tag, found))) {
            let _ = write!(
                answer,
                "<Error><Key>{}</Key><Code>PreconditionFailed</Code><Message>At least one of the pre-conditions you \
                 specified did not hold</Message></Error>",
                escaped(&key)
            );
            continue;
        }
        store.delete(bucket, &key)?;
        if !is_quiet {
            let _ = write!(answer, "<Deleted><Key>{}</Key></Deleted>", escaped(&key));
        }
    }
    answer.push_str("</DeleteResult>");
    Ok(Reply::new(200, "application/xml", answer))
}

fn copy(store: &mut Store, (bucket, key): (&str, &str), request: &Request) -> Result<Reply, Refusal> {
    let source = decoded(request.header("x-amz-copy-source").unwrap_or_default());
    let source = source.trim_start_matches('/').split("?versionId=").next().unwrap_or_default();
    let (from, from_key) = source.split_once('/').unwrap_or((source, ""));
    let mut object = store.object(from, from_key)?.clone();
    condition::for_write(store, (bucket, key), request)?;
    object.modified = jiff::Timestamp::now();
    if request.header("x-amz-metadata-directive") == Some("REPLACE") {
        object.metadata = metadata(request);
        object.content_type = request.header("content-type").unwrap_or("binary/octet-stream").to_owned();
    }
    let sum = object.crc32.iter().map(|sum| format!("<ChecksumCRC32>{sum}</ChecksumCRC32>"));
    let answer = format!(
        "<CopyObjectResult><LastModified>{}</LastModified><ETag>{}</ETag>{}</CopyObjectResult>",
        written_time(object.modified),
        escaped(&object.etag),
        sum.collect::<String>()
    );
    store.put(bucket, key, object)?;
    Ok(Reply::new(200, "application/xml", answer))
}

fn metadata(request: &Request) -> Vec<(String, String)> {
    request.headers.iter().filter(|(name, _)| name.starts_with("x-amz-meta-")).cloned().collect()
}

fn written_time(time: jiff::Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%S.000Z").to_string()
}

/// An object's bytes.
pub fn bytes(object: &Object) -> Vec<u8> {
    fs::read(&object.file).unwrap()
}
