//! S3: what lies in a table's folder, new files into it, and old ones out of it.

use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{Delete, ObjectIdentifier};
use jiff::Timestamp;

use super::call::{Api, CallError, Calls};
use super::place::Destination;

/// The most keys of one call that deletes.
const MOST_KEYS: usize = 1000;

/// A file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct File {
    pub key: String,
    pub bytes: u64,
    /// What S3 calls this state of it.
    pub tag: String,
}

/// A file anywhere in the bucket, with when it was written, in seconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Aged {
    pub file: File,
    pub written: i64,
}

/// An object that was read.
pub(super) struct Object {
    pub bytes: Vec<u8>,
    /// What S3 calls this state of it.
    pub tag: String,
    pub written: Option<Timestamp>,
}

pub(super) struct Store {
    pub client: Client,
}

impl Store {
    /// Every file in a table's own folder.
    pub(super) async fn list(&self, calls: &Calls, place: &Destination) -> Result<Vec<File>, CallError> {
        let files = self.below(calls, (&place.bucket, &place.prefix)).await?;
        Ok(files.into_iter().map(|aged| aged.file).collect())
    }

    /// Every file whose key begins so.
    pub(super) async fn below(&self, calls: &Calls, (bucket, prefix): (&str, &str)) -> Result<Vec<Aged>, CallError> {
        let (mut files, mut next) = (Vec::new(), None::<String>);
        loop {
            let page = calls
                .make(Api::List, || {
                    let list = self.client.list_objects_v2().bucket(bucket).prefix(prefix);
                    list.set_continuation_token(next.clone()).send()
                })
                .await?;
            for object in page.contents() {
                let bytes = u64::try_from(object.size().unwrap_or_default()).unwrap_or_default();
                let tag = object.e_tag().unwrap_or_default().to_owned();
                let written = object.last_modified().map_or(0, |time| time.secs());
                let file = object.key().map(|key| File { key: key.to_owned(), bytes, tag });
                files.extend(file.map(|file| Aged { file, written }));
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

    /// An object; nothing when there is none.
    pub(super) async fn get(&self, calls: &Calls, (bucket, key): (&str, &str)) -> Result<Option<Object>, CallError> {
        let get = || self.client.get_object().bucket(bucket).key(key).send();
        let answer = match calls.make(Api::Store, get).await {
            Ok(answer) => answer,
            Err(error) if error.is_missing() => return Ok(None),
            Err(error) => return Err(error),
        };
        let tag = answer.e_tag().unwrap_or_default().to_owned();
        let written = answer.last_modified().and_then(|time| Timestamp::new(time.secs(), 0).ok());
        let body = answer.body.collect().await.map_err(|error| CallError::refused("", &error.to_string()))?;
        Ok(Some(Object { bytes: body.to_vec(), tag, written }))
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
        self.delete_with(calls, place, (keys, None)).await
    }

    /// As [`delete`](Self::delete), and in the same call, last, a file with its tag: it stays when it is another by then.
    pub(super) async fn delete_with(
        &self,
        calls: &Calls,
        place: &Destination,
        (keys, last): (&[String], Option<(&str, &str)>),
    ) -> Result<(), CallError> {
        let last_key = last.map(|(key, _)| key);
        let own = keys.iter().map(|key| (key.as_str(), None)).filter(|(key, _)| key.starts_with(&place.prefix));
        let own: Vec<(&str, Option<&str>)> = own.chain(last.map(|(key, tag)| (key, Some(tag)))).collect();
        for keys in own.chunks(MOST_KEYS) {
            let identified = |(key, tag): &(&str, Option<&str>)| {
                ObjectIdentifier::builder().key(*key).set_e_tag(tag.map(str::to_owned)).build().ok()
            };
            let objects = keys.iter().filter_map(identified);
            let Ok(delete) = Delete::builder().set_objects(Some(objects.collect())).quiet(true).build() else {
                continue;
            };
            let send = || self.client.delete_objects().bucket(&place.bucket).delete(delete.clone()).send();
            let answer = calls.make(Api::Store, send).await?;
            if let Some(error) = answer.errors().iter().find(|error| error.key() != last_key) {
                return Err(CallError::refused(error.code().unwrap_or_default(), error.message().unwrap_or_default()));
            }
        }
        Ok(())
    }
}
