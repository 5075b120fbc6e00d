//! What goes wrong, at which call, and on which side of the call's effect.

use super::call::{Call, Service};
use super::error::{Refusal, access_denied};
use super::http::Reply;

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Too many calls: `ThrottlingException`, or S3's `SlowDown`.
    Throttle,
    /// The service's own error, with status 500.
    Internal,
    /// The service is not there: status 503.
    Unavailable,
    /// No answer, until the client gives up.
    TimeOut,
    /// The connection is reset.
    Reset,
    /// The answer ends in its middle.
    CutBody,
    ExpiredToken,
    AccessDenied,
}

impl Fault {
    pub const ALL: [Self; 8] = [
        Self::Throttle,
        Self::Internal,
        Self::Unavailable,
        Self::TimeOut,
        Self::Reset,
        Self::CutBody,
        Self::ExpiredToken,
        Self::AccessDenied,
    ];
}

/// Whether the call had its effect when it goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    BeforeEffect,
    AfterEffect,
}

/// The calls that a fault is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Calls {
    /// The one with this number, counted from 1 over all services.
    Number(usize),
    /// This one of an operation, counted from 1 from when the fault was set.
    NthOf(&'static str, usize),
    /// Each of an operation.
    EachOf(&'static str),
    Every,
}

/// Once, or from then on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Times {
    Once,
    Forever,
}

/// A fault that is to happen.
#[derive(Debug, Clone)]
pub struct Planned {
    pub calls: Calls,
    pub fault: Fault,
    pub side: Side,
    pub times: Times,
}

/// The faults that are to happen.
#[derive(Debug, Default)]
pub struct Plan {
    faults: Vec<(Planned, usize)>,
}

impl Plan {
    pub fn add(&mut self, planned: Planned) {
        self.faults.push((planned, 0));
    }

    pub fn clear(&mut self) {
        self.faults.clear();
    }

    /// The fault that this call meets, which is then counted.
    pub fn meet(&mut self, call: &Call) -> Option<(Fault, Side)> {
        let mut found = None;
        let mut done = None;
        for (at, (planned, seen)) in self.faults.iter_mut().enumerate() {
            let is_forever = planned.times == Times::Forever;
            let is_met = match planned.calls {
                Calls::Number(number) => call.number == number || is_forever && call.number > number,
                Calls::NthOf(operation, nth) => {
                    *seen += usize::from(call.operation == operation);
                    call.operation == operation && (*seen == nth || is_forever && *seen > nth)
                }
                Calls::EachOf(operation) => call.operation == operation,
                Calls::Every => true,
            };
            if is_met && found.is_none() {
                found = Some((planned.fault, planned.side));
                done = Some(at).filter(|_| !is_forever);
            }
        }
        if let Some(at) = done {
            self.faults.remove(at);
        }
        found
    }
}

/// How a call ends.
#[derive(Debug)]
pub enum Ending {
    Reply(Reply),
    /// The reply, cut in its middle.
    Cut(Reply),
    Reset,
    Silence,
}

impl Fault {
    /// How a call ends that meets this; `answer` is what it would have been told.
    pub fn ending(self, call: &Call, answer: Reply) -> Ending {
        let refuse = |refusal: Refusal| Ending::Reply(refusal.reply(call.service));
        let is_s3 = matches!(call.service, Service::S3 | Service::Sts);
        match self {
            Self::TimeOut => Ending::Silence,
            Self::Reset => Ending::Reset,
            Self::CutBody => Ending::Cut(answer),
            Self::AccessDenied => refuse(access_denied(call.service, &call.operation, &resource(call))),
            Self::Throttle if is_s3 => refuse(Refusal::new(503, "SlowDown", "Please reduce your request rate.")),
            Self::Throttle => refuse(Refusal::bad("ThrottlingException", "Rate exceeded")),
            Self::Internal => {
                let code = match call.service {
                    Service::S3 | Service::Sts => "InternalError",
                    Service::Athena => "InternalServerException",
                    Service::Glue => "InternalServiceException",
                };
                refuse(Refusal::new(500, code, "We encountered an internal error. Please try again."))
            }
            Self::Unavailable => {
                let code = if is_s3 { "ServiceUnavailable" } else { "ServiceUnavailableException" };
                refuse(Refusal::new(503, code, "Service is unable to handle request."))
            }
            Self::ExpiredToken if is_s3 => refuse(Refusal::bad("ExpiredToken", "The provided token has expired.")),
            Self::ExpiredToken => {
                refuse(Refusal::bad("ExpiredTokenException", "The security token included in the request is expired"))
            }
        }
    }
}

/// The resource that a call is about, as a message on permissions names it.
pub fn resource(call: &Call) -> String {
    match call.service {
        Service::Sts => "*".to_owned(),
        Service::S3 => format!("\"arn:aws:s3:::{}/{}\"", call.text("Bucket"), call.text("Key")),
        Service::Athena => {
            let workgroup = Some(call.text("WorkGroup")).filter(|name| !name.is_empty()).unwrap_or("primary");
            format!("arn:aws:athena:eu-west-1:123456789012:workgroup/{workgroup}")
        }
        Service::Glue => match call.text("DatabaseName") {
            "" => "arn:aws:glue:eu-west-1:123456789012:catalog".to_owned(),
            database => {
                let own = [call.text("TableName"), call.text("Name")].into_iter().find(|name| !name.is_empty());
                let name = own.or(call.input["TableInput"]["Name"].as_str()).unwrap_or("*");
                format!("arn:aws:glue:eu-west-1:123456789012:table/{database}/{name}")
            }
        },
    }
}
