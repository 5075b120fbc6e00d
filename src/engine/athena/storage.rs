//! S3: what lies in a table's folder, new files into it, and old ones out of it.

use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{Delete, ObjectIdentifier};

use super::call::{Api, CallError, Calls};
use super::place::Destination;

/// The most keys of one call that deletes.
const MOST_KEYS: usize = 1000;

/// A file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct File {
    pub key: String,
    pub bytes: u64,
}

pub(super) struct Store {
    pub client: Client,
}

impl Store {
    /// Every file in a table's own folder.
    pub(super) async fn list(&self, calls: &Calls, place: &Destination) -> Result<Vec<File>, CallError> {
        let (mut files, mut next) = (Vec::new(), None::<String>);
        loop {
            let page = calls
                .make(Api::List, || {
                    let list = self.client.list_objects_v2().bucket(&place.bucket).prefix(&place.prefix);
                    list.set_continuation_token(next.clone()).send()
                })
                .await?;
            for object in page.contents() {
                let bytes = u64::try_from(object.size().unwrap_or_default()).unwrap_or_default();
                files.extend(object.key().map(|key| File { key: key.to_owned(), bytes }));
            }
            next = page.next_continuation_token().map(str::to_owned);
            if next.is_none() || !page.is_truncated().unwrap_or_default() {
                return Ok(files);
            }
        }
    }

    /// Whether anything lies below a key.
    pub(super) async fn has_any(&self, calls: &Calls, bucket: &str, prefix: &str) -> Result<bool, CallError> {
        let list = || self.client.list_objects_v2().bucket(bucket).prefix(prefix).max_keys(1).send();
        Ok(!calls.make(Api::List, list).await?.contents().is_empty())
    }

    pub(super) async fn put(&self, calls: &Calls, (bucket, key): (&str, &str), body: &[u8]) -> Result<(), CallError> {
        let put = || {
            let body = ByteStream::from(body.to_vec());
            self.client.put_object().bucket(bucket).key(key).body(body).send()
        };
        calls.make(Api::Store, put).await.map(drop)
    }

    /// Deletes files of a table's own folder, and none that is anywhere else.
    pub(super) async fn delete(&self, calls: &Calls, place: &Destination, keys: &[String]) -> Result<(), CallError> {
        let own: Vec<&String> = keys.iter().filter(|key| key.starts_with(&place.prefix)).collect();
        for keys in own.chunks(MOST_KEYS) {
            let objects = keys.iter().filter_map(|key| ObjectIdentifier::builder().key(*key).build().ok());
            let Ok(delete) = Delete::builder().set_objects(Some(objects.collect())).quiet(true).build() else {
                continue;
            };
            let send = || self.client.delete_objects().bucket(&place.bucket).delete(delete.clone()).send();
            let answer = calls.make(Api::Store, send).await?;
            if let Some(error) = answer.errors().first() {
                return Err(CallError::refused(error.code().unwrap_or_default(), error.message().unwrap_or_default()));
            }
        }
        Ok(())
    }
}
