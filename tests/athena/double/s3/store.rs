//! Buckets and objects. Each upload is a file of its own that never changes: a reader that began keeps what it began with.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use md5::Digest;
use tempfile::TempDir;

use crate::double::base64;
use crate::double::error::Refusal;

/// An object.
#[derive(Debug, Clone)]
pub struct Object {
    /// The file that holds its bytes.
    pub file: PathBuf,
    pub size: u64,
    /// With its quotes.
    pub etag: String,
    /// The checksum of the bytes; nothing for an upload in parts.
    pub crc32: Option<String>,
    pub modified: jiff::Timestamp,
    pub content_type: String,
    /// The headers `x-amz-meta-…`.
    pub metadata: Vec<(String, String)>,
}

/// An upload in parts.
#[derive(Debug, Clone)]
pub struct Upload {
    pub bucket: String,
    pub key: String,
    pub content_type: String,
    pub metadata: Vec<(String, String)>,
    pub parts: BTreeMap<u32, Object>,
}

/// What stands in the buckets.
#[derive(Debug)]
pub struct Store {
    folder: TempDir,
    next: u64,
    buckets: BTreeMap<String, BTreeMap<String, Object>>,
    pub uploads: BTreeMap<String, Upload>,
}

impl Store {
    pub fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("double-s3-").tempdir().unwrap();
        Self { folder, next: 0, buckets: BTreeMap::new(), uploads: BTreeMap::new() }
    }

    pub fn add_bucket(&mut self, name: &str) {
        self.buckets.entry(name.to_owned()).or_default();
    }

    /// A path for a file that nothing else has.
    pub fn fresh_file(&mut self) -> PathBuf {
        self.next += 1;
        self.folder.path().join(format!("{:06}", self.next))
    }

    /// The objects of a bucket.
    pub fn bucket(&self, name: &str) -> Result<&BTreeMap<String, Object>, Refusal> {
        self.buckets.get(name).ok_or_else(|| {
            Refusal::new(404, "NoSuchBucket", "The specified bucket does not exist").with("BucketName", name)
        })
    }

    pub fn object(&self, bucket: &str, key: &str) -> Result<&Object, Refusal> {
        self.bucket(bucket)?
            .get(key)
            .ok_or_else(|| Refusal::new(404, "NoSuchKey", "The specified key does not exist.").with("Key", key))
    }

    /// Writes bytes into a file and describes it as an object.
    pub fn written(&mut self, bytes: &[u8], content_type: &str, metadata: Vec<(String, String)>) -> Object {
        let file = self.fresh_file();
        fs::write(&file, bytes).unwrap();
        Object {
            file,
            size: bytes.len() as u64,
            etag: etag(bytes),
            crc32: Some(checksum(bytes)),
            modified: jiff::Timestamp::now(),
            content_type: content_type.to_owned(),
            metadata,
        }
    }

    /// Describes a file that stands in the store's folder as an object.
    pub fn described(file: &Path) -> Object {
        let bytes = fs::read(file).unwrap();
        Object {
            file: file.to_owned(),
            size: bytes.len() as u64,
            etag: etag(&bytes),
            crc32: Some(checksum(&bytes)),
            modified: jiff::Timestamp::now(),
            content_type: "application/octet-stream".to_owned(),
            metadata: Vec::new(),
        }
    }

    pub fn put(&mut self, bucket: &str, key: &str, object: Object) -> Result<(), Refusal> {
        self.bucket(bucket)?;
        self.buckets.entry(bucket.to_owned()).or_default().insert(key.to_owned(), object);
        Ok(())
    }

    pub fn delete(&mut self, bucket: &str, key: &str) -> Result<(), Refusal> {
        self.bucket(bucket)?;
        self.buckets.entry(bucket.to_owned()).or_default().remove(key);
        Ok(())
    }

    /// The objects below an address `s3://bucket/prefix`, with their keys.
    pub fn below(&self, address: &str) -> Vec<(String, Object)> {
        let (bucket, prefix) = parts(address);
        let prefix = if prefix.is_empty() || prefix.ends_with('/') { prefix } else { format!("{prefix}/") };
        self.starting(&bucket, &prefix)
    }

    /// The objects of a bucket whose keys begin so.
    pub fn starting(&self, bucket: &str, prefix: &str) -> Vec<(String, Object)> {
        let Some(objects) = self.buckets.get(bucket) else { return Vec::new() };
        objects
            .range(prefix.to_owned()..)
            .take_while(|(key, _)| key.starts_with(prefix))
            .map(|(key, object)| (key.clone(), object.clone()))
            .collect()
    }

    /// The keys that are wanted, each with the file that holds its bytes now.
    pub fn files_of(&self, is_wanted: impl Fn(&str) -> bool) -> Vec<(String, PathBuf)> {
        let objects = self.buckets.values().flatten().filter(|(key, _)| is_wanted(key));
        objects.map(|(key, object)| (key.clone(), object.file.clone())).collect()
    }

    /// Everything, as `s3://bucket/key`.
    pub fn all(&self) -> Vec<(String, Object)> {
        let of = |(bucket, objects): (&String, &BTreeMap<String, Object>)| {
            objects.iter().map(|(key, object)| (format!("s3://{bucket}/{key}"), object.clone())).collect::<Vec<_>>()
        };
        self.buckets.iter().flat_map(of).collect()
    }
}

/// The CRC-32 of bytes, as S3 writes it.
pub fn checksum(bytes: &[u8]) -> String {
    let mut sum = flate2::Crc::new();
    sum.update(bytes);
    base64::encode(&sum.sum().to_be_bytes())
}

pub fn etag(bytes: &[u8]) -> String {
    let digest = md5::Md5::digest(bytes);
    format!("\"{}\"", digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>())
}

/// The bucket and the key of `s3://bucket/key`.
pub fn parts(address: &str) -> (String, String) {
    let rest = address.strip_prefix("s3://").or_else(|| address.strip_prefix("s3a://")).unwrap_or(address);
    let (bucket, key) = rest.split_once('/').unwrap_or((rest, ""));
    (bucket.to_owned(), key.to_owned())
}
