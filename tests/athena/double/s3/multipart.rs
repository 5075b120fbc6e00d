//! Uploads in parts.

use std::collections::BTreeMap;
use std::fs;

use md5::Digest;

use super::store::{Object, Store, Upload};
use super::{body, condition, metadata, xml};
use crate::double::error::{Refusal, escaped};
use crate::double::http::{Reply, Request};

/// The least size of every part but the last.
const LEAST: u64 = 5 * 1024 * 1024;

pub fn create(store: &mut Store, (bucket, key): (&str, &str), request: &Request) -> Result<Reply, Refusal> {
    store.bucket(bucket)?;
    let id = uuid::Uuid::new_v4().simple().to_string();
    let upload = Upload {
        bucket: bucket.to_owned(),
        key: key.to_owned(),
        content_type: request.header("content-type").unwrap_or("binary/octet-stream").to_owned(),
        metadata: metadata(request),
        parts: BTreeMap::new(),
    };
    store.uploads.insert(id.clone(), upload);
    let xml = format!(
        "<InitiateMultipartUploadResult><Bucket>{bucket}</Bucket><Key>{}</Key><UploadId>{id}</UploadId>\
         </InitiateMultipartUploadResult>",
        escaped(key)
    );
    Ok(Reply::new(200, "application/xml", xml))
}

pub fn part(store: &mut Store, (bucket, key): (&str, &str), request: &Request) -> Result<Reply, Refusal> {
    let bytes = body::received(request)?;
    let number = request.query("partNumber").and_then(|number| number.parse().ok()).unwrap_or(0);
    if !(1..=10_000).contains(&number) {
        return Err(Refusal::bad("InvalidArgument", "Part number must be an integer between 1 and 10000, inclusive"));
    }
    let part = store.written(&bytes, "binary/octet-stream", Vec::new());
    let etag = part.etag.clone();
    upload(store, (bucket, key), request)?.parts.insert(number, part);
    Ok(Reply::new(200, "application/xml", "").header("etag", etag))
}

pub fn complete(store: &mut Store, (bucket, key): (&str, &str), request: &Request) -> Result<Reply, Refusal> {
    let wanted = String::from_utf8_lossy(&request.body).into_owned();
    let numbers = xml::texts(&wanted, "PartNumber");
    let etags = xml::texts(&wanted, "ETag");
    let upload = upload(store, (bucket, key), request)?.clone();
    let mut bytes = Vec::new();
    let mut digests = Vec::new();
    for (at, (number, etag)) in numbers.iter().zip(&etags).enumerate() {
        let part = number.parse().ok().and_then(|number: u32| upload.parts.get(&number));
        let quoted = |part: &&Object| part.etag.trim_matches('"') == etag.trim_matches('"');
        let Some(part) = part.filter(quoted) else {
            return Err(Refusal::bad("InvalidPart", "One or more of the specified parts could not be found."));
        };
        if part.size < LEAST && at + 1 < numbers.len() {
            let message = "Your proposed upload is smaller than the minimum allowed size";
            return Err(Refusal::bad("EntityTooSmall", message));
        }
        let own = fs::read(&part.file).unwrap();
        digests.extend_from_slice(&md5::Md5::digest(&own));
        bytes.extend_from_slice(&own);
    }
    if numbers.is_empty() {
        return Err(Refusal::bad("MalformedXML", "The XML you provided was not well-formed"));
    }
    condition::for_write(store, (bucket, key), request)?;
    let mut object = store.written(&bytes, &upload.content_type, upload.metadata.clone());
    object.etag = format!("{}-{}\"", super::store::etag(&digests).trim_end_matches('"'), numbers.len());
    object.crc32 = None;
    let etag = object.etag.clone();
    store.put(bucket, key, object)?;
    store.uploads.remove(request.query("uploadId").unwrap_or_default());
    let xml = format!(
        "<CompleteMultipartUploadResult><Location>s3://{bucket}</Location><Bucket>{bucket}</Bucket><Key>{}</Key><ETag>{}</ETag>\
         </CompleteMultipartUploadResult>",
        escaped(key),
        escaped(&etag)
    );
    Ok(Reply::new(200, "application/xml", xml))
}

pub fn abort(store: &mut Store, (bucket, key): (&str, &str), request: &Request) -> Result<Reply, Refusal> {
    upload(store, (bucket, key), request)?;
    store.uploads.remove(request.query("uploadId").unwrap_or_default());
    Ok(Reply { status: 204, ..Reply::default() })
}

fn upload<'s>(store: &'s mut Store, (bucket, key): (&str, &str), request: &Request) -> Result<&'s mut Upload, Refusal> {
    let id = request.query("uploadId").unwrap_or_default();
    let found = store.uploads.get_mut(id).filter(|upload| upload.bucket == bucket && upload.key == key);
    found.ok_or_else(|| Refusal::new(404, "NoSuchUpload", "The specified upload does not exist."))
}
