//! `ListObjectsV2`, and `ListObjects` before it, whose next page begins after a key and not at a token.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::store::{Object, Store};
use crate::double::error::{Refusal, escaped};
use crate::double::http::{Reply, Request, encoded};

/// The most keys of one page.
const PAGE: usize = 1000;

/// A page of the keys that begin with a prefix; what shares a part up to a delimiter is one common prefix.
pub fn list(store: &Store, bucket: &str, request: &Request) -> Result<Reply, Refusal> {
    let prefix = request.query("prefix").unwrap_or_default();
    let delimiter = request.query("delimiter").filter(|delimiter| !delimiter.is_empty());
    let most = request.query("max-keys").and_then(|most| most.parse().ok()).unwrap_or(PAGE).min(PAGE);
    let after = match request.query("continuation-token") {
        Some(token) => Some(
            key_of(token)
                .ok_or_else(|| Refusal::bad("InvalidArgument", "The continuation token provided is incorrect"))?,
        ),
        None => request.query("start-after").or(request.query("marker")).map(str::to_owned),
    };
    let objects = store.bucket(bucket)?;
    let mut page = Page { most, ..Page::default() };
    for (key, object) in objects.range(prefix.to_owned()..).take_while(|(key, _)| key.starts_with(prefix)) {
        let common = delimiter.and_then(|delimiter| {
            let at = key[prefix.len()..].find(delimiter)?;
            Some(key[..prefix.len() + at + delimiter.len()].to_owned())
        });
        let shown = common.as_ref().unwrap_or(key);
        if after.as_ref().is_some_and(|after| shown <= after) || page.prefixes.contains(shown) {
            continue;
        }
        if page.is_full() {
            page.has_more = true;
            break;
        }
        page.last.clone_from(shown);
        match common {
            Some(common) => drop(page.prefixes.insert(common)),
            None => page.keys.push((key, object)),
        }
    }
    let name = |text: &str| match request.query("encoding-type") {
        Some("url") => encoded(text),
        _ => escaped(text),
    };
    let xml = page.xml((bucket, prefix, delimiter), &name);
    let xml = match request.query("encoding-type") {
        Some(kind) => xml.replacen("<IsTruncated>", &format!("<EncodingType>{kind}</EncodingType><IsTruncated>"), 1),
        None => xml,
    };
    Ok(Reply::new(200, "application/xml", xml))
}

#[derive(Default)]
struct Page<'s> {
    keys: Vec<(&'s String, &'s Object)>,
    prefixes: BTreeSet<String>,
    last: String,
    most: usize,
    has_more: bool,
}

impl Page<'_> {
    fn is_full(&self) -> bool {
        self.keys.len() + self.prefixes.len() >= self.most
    }

    fn xml(&self, (bucket, prefix, delimiter): (&str, &str, Option<&str>), name: &dyn Fn(&str) -> String) -> String {
        let mut xml = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\
             <Name>{bucket}</Name><Prefix>{}</Prefix><KeyCount>{}</KeyCount><MaxKeys>{}</MaxKeys>",
            name(prefix),
            self.keys.len() + self.prefixes.len(),
            self.most
        );
        if let Some(delimiter) = delimiter {
            let _ = write!(xml, "<Delimiter>{}</Delimiter>", name(delimiter));
        }
        let _ = write!(xml, "<IsTruncated>{}</IsTruncated>", self.has_more);
        if self.has_more {
            let (token, last) = (token_of(&self.last), name(&self.last));
            let _ =
                write!(xml, "<NextContinuationToken>{token}</NextContinuationToken><NextMarker>{last}</NextMarker>");
        }
        for (key, object) in &self.keys {
            let _ = write!(
                xml,
                "<Contents><Key>{}</Key><LastModified>{}</LastModified><ETag>{}</ETag>{}<Size>{}</Size>\
                 <StorageClass>STANDARD</StorageClass></Contents>",
                name(key),
                super::written_time(object.modified),
                escaped(&object.etag),
                if object.crc32.is_some() { "<ChecksumAlgorithm>CRC32</ChecksumAlgorithm>" } else { "" },
                object.size
            );
        }
        for prefix in &self.prefixes {
            let _ = write!(xml, "<CommonPrefixes><Prefix>{}</Prefix></CommonPrefixes>", name(prefix));
        }
        xml.push_str("</ListBucketResult>");
        xml
    }
}

fn token_of(key: &str) -> String {
    key.bytes().map(|byte| format!("{byte:02x}")).collect()
}

fn key_of(token: &str) -> Option<String> {
    let byte = |at: usize| u8::from_str_radix(token.get(at..at + 2)?, 16).ok();
    String::from_utf8((0..token.len()).step_by(2).map(byte).collect::<Option<_>>()?).ok()
}
