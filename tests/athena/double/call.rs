//! Which call a request is, and what was called so far.

use std::time::Instant;

use serde_json::{Map, Value, json};

use super::http::{Request, decoded};
use super::s3::xml;

/// A service of AWS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Service {
    Athena,
    Glue,
    S3,
    Sts,
}

/// A call that arrived.
#[derive(Debug, Clone)]
pub struct Call {
    /// Counted from 1.
    pub number: usize,
    pub service: Service,
    /// As the API names it: `StartQueryExecution`, `PutObject`.
    pub operation: String,
    /// What the caller gave. For S3: `Bucket`, `Key`, the query, and the headers that matter.
    pub input: Value,
    /// The HTTP status of the answer; nothing while it is not given, and where none is given.
    pub status: Option<u16>,
    /// The code of the error, if it is one.
    pub error: Option<String>,
    pub at: Instant,
}

impl Call {
    pub fn of(request: &Request, number: usize) -> Self {
        let (service, operation, input) = match request.header("x-amz-target").and_then(|target| target.split_once('.'))
        {
            Some((service, operation)) => {
                let service = if service == "AmazonAthena" { Service::Athena } else { Service::Glue };
                let input = serde_json::from_slice(&request.body).unwrap_or(Value::Null);
                (service, operation.to_owned(), input)
            }
            None if request.method == "POST" && request.path == "/" => {
                let body = String::from_utf8_lossy(&request.body).into_owned();
                let action = body.split('&').find_map(|pair| pair.strip_prefix("Action=")).unwrap_or_default();
                (Service::Sts, action.to_owned(), json!({}))
            }
            None => (Service::S3, s3_operation(request), s3_input(request)),
        };
        Self { number, service, operation, input, status: None, error: None, at: Instant::now() }
    }

    /// A text of the input, by its name.
    pub fn text(&self, name: &str) -> &str {
        self.input[name].as_str().unwrap_or_default()
    }

    /// The call in one line: `Glue GetTable`, `S3 PutObject s3://bucket/key`.
    pub fn shown(&self) -> String {
        let what = match self.service {
            Service::S3 => format!(" s3://{}/{}", self.text("Bucket"), self.text("Key")),
            Service::Athena => match self.text("QueryString") {
                "" => String::new(),
                sql => format!(" {}", sql.split_whitespace().collect::<Vec<_>>().join(" ")),
            },
            Service::Sts => String::new(),
            Service::Glue => [self.text("DatabaseName"), self.text("Name"), self.text("TableName")]
                .into_iter()
                .chain(self.input["TableInput"]["Name"].as_str())
                .filter(|part| !part.is_empty())
                .map(|part| format!(" {part}"))
                .collect(),
        };
        format!("{:?} {}{what}", self.service, self.operation)
    }
}

/// The bucket and the key of a path-style address.
pub fn address(request: &Request) -> (String, String) {
    let path = request.path.trim_start_matches('/');
    let (bucket, key) = path.split_once('/').unwrap_or((path, ""));
    (decoded(bucket), decoded(key))
}

/// What the query of the older `ListObjects` may hold.
const LIST: [&str; 5] = ["prefix", "delimiter", "marker", "max-keys", "encoding-type"];

fn s3_operation(request: &Request) -> String {
    let (_, key) = address(request);
    let has = |name: &str| request.query(name).is_some();
    let name = match (request.method.as_str(), key.is_empty()) {
        ("PUT", false) if has("partNumber") => "UploadPart",
        ("PUT", false) if request.header("x-amz-copy-source").is_some() => "CopyObject",
        ("PUT", false) => "PutObject",
        ("GET", false) => "GetObject",
        ("HEAD", false) => "HeadObject",
        ("DELETE", false) if has("uploadId") => "AbortMultipartUpload",
        ("DELETE", false) => "DeleteObject",
        ("POST", false) if has("uploads") => "CreateMultipartUpload",
        ("POST", false) if has("uploadId") => "CompleteMultipartUpload",
        ("POST", true) if has("delete") => "DeleteObjects",
        ("GET", true) if has("list-type") => "ListObjectsV2",
        ("GET", true) if request.query.iter().all(|(name, _)| LIST.contains(&name.as_str())) => "ListObjects",
        ("HEAD", true) => "HeadBucket",
        _ => return format!("{} {}", request.method, request.path),
    };
    name.to_owned()
}

fn s3_input(request: &Request) -> Value {
    const HEADERS: [(&str, &str); 5] = [
        ("if-none-match", "IfNoneMatch"),
        ("if-match", "IfMatch"),
        ("range", "Range"),
        ("x-amz-copy-source", "CopySource"),
        ("content-type", "ContentType"),
    ];
    let (bucket, key) = address(request);
    let mut input = Map::from_iter([("Bucket".to_owned(), json!(bucket)), ("Key".to_owned(), json!(key))]);
    for (name, value) in &request.query {
        if name != "x-id" {
            input.insert(name.clone(), json!(value));
        }
    }
    for (header, name) in HEADERS {
        if let Some(value) = request.header(header) {
            input.insert(name.to_owned(), json!(value));
        }
    }
    if request.query("delete").is_some() {
        let body = String::from_utf8_lossy(&request.body);
        input.insert("Keys".to_owned(), json!(xml::texts(&body, "Key")));
    } else if !request.body.is_empty() {
        input.insert("Size".to_owned(), json!(request.body.len()));
    }
    Value::Object(input)
}
