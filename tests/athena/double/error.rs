//! What a service refuses with, and how each of them writes it.

use serde_json::{Map, Value, json};

use super::call::Service;
use super::http::Reply;

/// Why a call is refused.
#[derive(Debug, Clone)]
pub struct Refusal {
    pub status: u16,
    pub code: String,
    pub message: String,
    /// What else the answer holds.
    pub extra: Map<String, Value>,
}

impl Refusal {
    pub fn new(status: u16, code: &str, message: impl Into<String>) -> Self {
        Self { status, code: code.to_owned(), message: message.into(), extra: Map::new() }
    }

    /// A mistake of the caller's, as Athena and Glue have them.
    pub fn bad(code: &str, message: impl Into<String>) -> Self {
        Self::new(400, code, message)
    }

    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.extra.insert(name.to_owned(), value.into());
        self
    }

    /// As the service writes it.
    pub fn reply(&self, service: Service) -> Reply {
        match service {
            Service::S3 | Service::Sts => {
                let extra: String = self
                    .extra
                    .iter()
                    .map(|(name, value)| format!("<{name}>{}</{name}>", escaped(value.as_str().unwrap_or_default())))
                    .collect();
                let body = format!(
                    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{}</Code><Message>{}</Message>{extra}\
                     <RequestId>DOUBLE</RequestId><HostId>double</HostId></Error>",
                    self.code,
                    escaped(&self.message)
                );
                Reply::new(self.status, "application/xml", body)
            }
            Service::Athena | Service::Glue => {
                let mut body = json!({ "__type": self.code, "Message": self.message });
                if let Value::Object(body) = &mut body {
                    body.extend(self.extra.clone());
                }
                Reply::new(self.status, "application/x-amz-json-1.1", body.to_string())
            }
        }
    }
}

/// A text inside of XML.
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// What a role that lacks a permission is told.
pub fn access_denied(service: Service, operation: &str, resource: &str) -> Refusal {
    let (prefix, status, code) = match service {
        Service::Athena => ("athena", 400, "AccessDeniedException"),
        Service::Glue => ("glue", 400, "AccessDeniedException"),
        Service::S3 => ("s3", 403, "AccessDenied"),
        Service::Sts => ("sts", 403, "AccessDenied"),
    };
    let operation = match operation {
        "HeadObject" => "GetObject",
        "ListObjectsV2" | "ListObjects" | "HeadBucket" => "ListBucket",
        "DeleteObjects" => "DeleteObject",
        "CopyObject" | "CreateMultipartUpload" | "UploadPart" | "CompleteMultipartUpload" => "PutObject",
        other => other,
    };
    let message = format!(
        "User: arn:aws:sts::123456789012:assumed-role/cadet/session is not authorized to perform: {prefix}:{operation} \
         on resource: {resource} because no identity-based policy allows the {prefix}:{operation} action"
    );
    Refusal::new(status, code, message)
}
