//! `If-Match` and `If-None-Match`. Behaviour: "Conditional requests" of S3's user guide.

use super::store::{Object, Store};
use crate::double::error::Refusal;
use crate::double::http::Request;

fn failed(condition: &str) -> Refusal {
    Refusal::new(412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold")
        .with("Condition", condition)
}

pub fn is_same(etag: &str, object: &Object) -> bool {
    etag == "*" || etag.trim_matches('"') == object.etag.trim_matches('"')
}

/// What a write asks of the object that is there.
pub fn for_write(store: &Store, (bucket, key): (&str, &str), request: &Request) -> Result<(), Refusal> {
    let found = store.bucket(bucket)?.get(key);
    match request.header("if-none-match") {
        Some("*") if found.is_some() => return Err(failed("If-None-Match")),
        Some("*") | None => {}
        Some(_) => {
            let message = "A header you provided implies functionality that is not implemented";
            return Err(Refusal::new(501, "NotImplemented", message).with("Header", "If-None-Match"));
        }
    }
    match (request.header("if-match"), found) {
        (Some(_), None) => Err(store.object(bucket, key).err().unwrap_or_else(|| failed("If-Match"))),
        (Some(etag), Some(found)) if !is_same(etag, found) => Err(failed("If-Match")),
        _ => Ok(()),
    }
}

/// What a read asks of the object. `Ok(false)`: it is as the reader knows it.
pub fn for_read(object: &Object, request: &Request) -> Result<bool, Refusal> {
    if request.header("if-match").is_some_and(|etag| !is_same(etag, object)) {
        return Err(failed("If-Match"));
    }
    Ok(!request.header("if-none-match").is_some_and(|etag| is_same(etag, object)))
}
