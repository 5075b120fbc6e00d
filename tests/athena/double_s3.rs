//! The double's S3, through the SDK's client.

use aws_sdk_s3::Client;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart, Delete, ObjectIdentifier};

use crate::double::{BUCKET, Double};
use crate::support::clients;

async fn put(s3: &Client, key: &str, text: &'static str) {
    s3.put_object().bucket(BUCKET).key(key).body(ByteStream::from_static(text.as_bytes())).send().await.unwrap();
}

async fn text(s3: &Client, key: &str) -> String {
    let got = s3.get_object().bucket(BUCKET).key(key).send().await.unwrap();
    String::from_utf8(got.body.collect().await.unwrap().to_vec()).unwrap()
}

/// The status and the code of a refusal.
fn refusal<E: ProvideErrorMetadata>(
    result: Result<impl Sized, SdkError<E, aws_sdk_s3::config::http::HttpResponse>>,
) -> (u16, String) {
    let Err(error) = result else { panic!("it was not refused") };
    let status = error.raw_response().unwrap().status().as_u16();
    (status, error.code().unwrap_or_default().to_owned())
}

#[tokio::test]
async fn what_is_put_is_there() {
    let double = Double::start();
    let s3 = clients(&double).s3;
    let put = s3.put_object().bucket(BUCKET).key("a/b c+d.txt").body(ByteStream::from_static(b"hello")).send();
    assert_eq!(put.await.unwrap().e_tag(), Some("\"5d41402abc4b2a76b9719d911017c592\""));
    assert_eq!(text(&s3, "a/b c+d.txt").await, "hello");
    let range = s3.get_object().bucket(BUCKET).key("a/b c+d.txt").range("bytes=1-2").send().await.unwrap();
    assert_eq!(range.body.collect().await.unwrap().to_vec(), b"el");
    let head = s3.head_object().bucket(BUCKET).key("a/b c+d.txt").send().await.unwrap();
    assert_eq!((head.content_length(), head.e_tag()), (Some(5), Some("\"5d41402abc4b2a76b9719d911017c592\"")));
    assert_eq!(double.objects("s3://"), ["s3://mojap-derived-tables/a/b c+d.txt"]);
    assert_eq!(
        double.shown_calls(),
        [
            "S3 PutObject s3://mojap-derived-tables/a/b c+d.txt",
            "S3 GetObject s3://mojap-derived-tables/a/b c+d.txt",
            "S3 GetObject s3://mojap-derived-tables/a/b c+d.txt",
            "S3 HeadObject s3://mojap-derived-tables/a/b c+d.txt",
        ]
    );
    assert_eq!(refusal(s3.get_object().bucket(BUCKET).key("b").send().await), (404, "NoSuchKey".to_owned()));
    assert_eq!(refusal(s3.head_object().bucket(BUCKET).key("b").send().await).0, 404);
    assert_eq!(refusal(s3.get_object().bucket("other").key("b").send().await), (404, "NoSuchBucket".to_owned()));
}

#[tokio::test]
async fn a_file_that_is_streamed_arrives_whole() {
    let double = Double::start();
    let s3 = clients(&double).s3;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("large");
    let bytes: Vec<u8> = (0..3_000_000u32).flat_map(u32::to_le_bytes).collect();
    std::fs::write(&file, &bytes).unwrap();
    let body = ByteStream::from_path(&file).await.unwrap();
    s3.put_object().bucket(BUCKET).key("large").body(body).send().await.unwrap();
    assert!(double.object("s3://mojap-derived-tables/large").unwrap() == bytes);
}

#[tokio::test]
async fn a_write_may_ask_what_is_there() {
    let double = Double::start();
    let s3 = clients(&double).s3;
    let lock =
        |text: &'static str| s3.put_object().bucket(BUCKET).key("lock").body(ByteStream::from_static(text.as_bytes()));
    let first = lock("one").if_none_match("*").send().await.unwrap().e_tag().unwrap().to_owned();
    let failed = (412, "PreconditionFailed".to_owned());
    assert_eq!(refusal(lock("two").if_none_match("*").send().await), failed);
    let second = lock("two").if_match(&first).send().await.unwrap().e_tag().unwrap().to_owned();
    assert_eq!(refusal(lock("three").if_match(&first).send().await), failed);
    assert_eq!(text(&s3, "lock").await, "two");
    assert_eq!(refusal(s3.delete_object().bucket(BUCKET).key("lock").if_match(&first).send().await), failed);
    s3.delete_object().bucket(BUCKET).key("lock").if_match(&second).send().await.unwrap();
    assert_eq!(refusal(lock("four").if_match(&second).send().await), (404, "NoSuchKey".to_owned()));
}

#[tokio::test]
async fn a_list_has_pages_of_a_thousand_and_common_prefixes() {
    let double = Double::start();
    let s3 = clients(&double).s3;
    for number in 0..1002 {
        double.put_object(&format!("s3://{BUCKET}/t/{number:04}"), b"x");
    }
    double.put_object(&format!("s3://{BUCKET}/t/u/1"), b"x");
    double.put_object(&format!("s3://{BUCKET}/t/u/2"), b"x");
    let list = || s3.list_objects_v2().bucket(BUCKET).prefix("t/");
    let first = list().send().await.unwrap();
    assert_eq!((first.contents().len(), first.is_truncated()), (1000, Some(true)));
    let token = first.next_continuation_token().unwrap();
    let second = list().continuation_token(token).send().await.unwrap();
    let keys: Vec<&str> = second.contents().iter().filter_map(|object| object.key()).collect();
    assert_eq!((keys, second.is_truncated()), (vec!["t/1000", "t/1001", "t/u/1", "t/u/2"], Some(false)));
    let third = list().delimiter("/").continuation_token(token).send().await.unwrap();
    let prefixes: Vec<&str> = third.common_prefixes().iter().filter_map(|prefix| prefix.prefix()).collect();
    assert_eq!((third.contents().len(), prefixes), (2, vec!["t/u/"]));
}

#[tokio::test]
async fn many_are_deleted_at_once_and_one_is_copied() {
    let double = Double::start();
    let s3 = clients(&double).s3;
    for key in ["a", "b & c", "d"] {
        put(&s3, key, "x").await;
    }
    s3.copy_object().bucket(BUCKET).key("e").copy_source(format!("{BUCKET}/b%20%26%20c")).send().await.unwrap();
    let keys = ["a", "b & c", "none"].map(|key| ObjectIdentifier::builder().key(key).build().unwrap());
    let wanted = Delete::builder().set_objects(Some(keys.to_vec())).build().unwrap();
    let deleted = s3.delete_objects().bucket(BUCKET).delete(wanted).send().await.unwrap();
    assert_eq!((deleted.deleted().len(), deleted.errors().len()), (3, 0));
    assert_eq!(double.objects("s3://mojap"), ["s3://mojap-derived-tables/d", "s3://mojap-derived-tables/e"]);
    let keys: Vec<_> = (0..1001).map(|n| ObjectIdentifier::builder().key(n.to_string()).build().unwrap()).collect();
    let wanted = Delete::builder().set_objects(Some(keys)).build().unwrap();
    let refused = s3.delete_objects().bucket(BUCKET).delete(wanted).send().await;
    assert_eq!(refusal(refused), (400, "MalformedXML".to_owned()));
}

#[tokio::test]
async fn of_many_that_are_deleted_some_may_have_to_be_as_they_were() {
    let double = Double::start();
    let s3 = clients(&double).s3;
    for key in ["a", "b", "c"] {
        put(&s3, key, "x").await;
    }
    let tag = s3.head_object().bucket(BUCKET).key("a").send().await.unwrap().e_tag().unwrap().to_owned();
    put(&s3, "b", "changed").await;
    let tagged = |key: &str| ObjectIdentifier::builder().key(key).e_tag(&tag).build().unwrap();
    let plain = ObjectIdentifier::builder().key("c").build().unwrap();
    let wanted = Delete::builder().objects(tagged("a")).objects(tagged("b")).objects(plain).build().unwrap();
    let deleted = s3.delete_objects().bucket(BUCKET).delete(wanted).send().await.unwrap();
    let errors: Vec<_> = deleted.errors().iter().map(|error| (error.key(), error.code())).collect();
    assert_eq!(errors, [(Some("b"), Some("PreconditionFailed"))]);
    assert_eq!(double.objects("s3://mojap"), ["s3://mojap-derived-tables/b"]);
}

#[tokio::test]
async fn an_upload_in_parts_becomes_one_object_at_its_end() {
    let double = Double::start();
    let s3 = clients(&double).s3;
    let begun = s3.create_multipart_upload().bucket(BUCKET).key("m").send().await.unwrap();
    let id = begun.upload_id().unwrap();
    let mut parts = Vec::new();
    for (number, size) in [(1, 5 * 1024 * 1024), (2, 10)] {
        let part = s3.upload_part().bucket(BUCKET).key("m").upload_id(id).part_number(number);
        let sent = part.body(ByteStream::from(vec![b'x'; size])).send().await.unwrap();
        parts.push(CompletedPart::builder().part_number(number).e_tag(sent.e_tag().unwrap()).build());
    }
    assert!(double.objects("s3://mojap").is_empty());
    let whole = CompletedMultipartUpload::builder().set_parts(Some(parts)).build();
    let done = s3.complete_multipart_upload().bucket(BUCKET).key("m").upload_id(id).multipart_upload(whole);
    assert!(done.send().await.unwrap().e_tag().unwrap().ends_with("-2\""));
    assert_eq!(double.object("s3://mojap-derived-tables/m").unwrap().len(), 5 * 1024 * 1024 + 10);
}
