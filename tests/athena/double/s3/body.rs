//! The bodies of uploads: chunks and checksums in, the object's bytes out.

use sha2::Digest;

use super::store::checksum;
use crate::double::base64;
use crate::double::error::Refusal;
use crate::double::http::Request;

/// The object's bytes, which keep what their checksums promise.
pub fn received(request: &Request) -> Result<Vec<u8>, Refusal> {
    let is_chunked = request.header("x-amz-content-sha256").is_some_and(|value| value.starts_with("STREAMING-"));
    let (bytes, trailers) = if is_chunked { unchunked(&request.body)? } else { (request.body.clone(), Vec::new()) };
    if let Some(length) = request.header("x-amz-decoded-content-length")
        && length.parse() != Ok(bytes.len())
    {
        return Err(Refusal::bad("IncompleteBody", "The request body terminated unexpectedly"));
    }
    let own = |name: &str| request.header(name).map(|value| (name.to_owned(), value.to_owned()));
    let sent = ["content-md5", "x-amz-checksum-crc32", "x-amz-checksum-sha256", "x-amz-checksum-sha1"];
    for (name, value) in sent.into_iter().filter_map(own).chain(trailers) {
        let digest = match name.as_str() {
            "content-md5" => md5::Md5::digest(&bytes).to_vec(),
            "x-amz-checksum-crc32" if checksum(&bytes) == value => continue,
            "x-amz-checksum-crc32" => Vec::new(),
            "x-amz-checksum-sha256" => sha2::Sha256::digest(&bytes).to_vec(),
            "x-amz-checksum-sha1" => sha1::Sha1::digest(&bytes).to_vec(),
            _ => continue,
        };
        if base64::encode(&digest) != value {
            return Err(Refusal::bad("BadDigest", format!("The {name} you specified did not match what we received.")));
        }
    }
    Ok(bytes)
}

type Trailers = Vec<(String, String)>;

/// `aws-chunked`: sizes in hexadecimal digits before the chunks, and headers after the last one.
fn unchunked(body: &[u8]) -> Result<(Vec<u8>, Trailers), Refusal> {
    let broken = || Refusal::bad("IncompleteBody", "The request body terminated unexpectedly");
    let mut rest = body;
    let mut bytes = Vec::new();
    loop {
        let line = line(&mut rest).ok_or_else(broken)?;
        let size = line.split(';').next().and_then(|digits| usize::from_str_radix(digits.trim(), 16).ok());
        let size = size.ok_or_else(broken)?;
        if size == 0 {
            break;
        }
        bytes.extend_from_slice(rest.get(..size).ok_or_else(broken)?);
        rest = rest.get(size + 2..).ok_or_else(broken)?;
    }
    let mut trailers = Vec::new();
    while let Some(line) = line(&mut rest) {
        if let Some((name, value)) = line.split_once(':') {
            trailers.push((name.trim().to_lowercase(), value.trim().to_owned()));
        }
    }
    Ok((bytes, trailers))
}

fn line(rest: &mut &[u8]) -> Option<String> {
    let end = rest.windows(2).position(|two| two == b"\r\n")?;
    let line = String::from_utf8_lossy(&rest[..end]).into_owned();
    *rest = &rest[end + 2..];
    Some(line)
}
