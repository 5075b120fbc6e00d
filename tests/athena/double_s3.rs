//! The double's S3, through the SDK's client.

use aws_sdk_s3::primitives::ByteStream;

use crate::double::{BUCKET, Double};
use crate::support::clients;

#[tokio::test]
async fn what_is_put_is_there() {
    let double = Double::start();
    let s3 = clients(&double).s3;
    let put = s3.put_object().bucket(BUCKET).key("a/b c+d.txt").body(ByteStream::from_static(b"hello")).send();
    assert_eq!(put.await.unwrap().e_tag(), Some("\"5d41402abc4b2a76b9719d911017c592\""));
    let got = s3.get_object().bucket(BUCKET).key("a/b c+d.txt").send().await.unwrap();
    assert_eq!(got.body.collect().await.unwrap().to_vec(), b"hello");
    assert_eq!(double.objects("s3://"), ["s3://mojap-derived-tables/a/b c+d.txt"]);
}
