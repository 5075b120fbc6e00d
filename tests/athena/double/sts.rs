//! STS: who the caller is. Behaviour: the "AWS STS API Reference".

use super::call::Call;
use super::error::Refusal;
use super::glue::store::ACCOUNT;
use super::http::Reply;

pub fn answer(call: &Call) -> Reply {
    if call.operation != "GetCallerIdentity" {
        let refusal = Refusal::bad("InvalidAction", format!("the double does not know {}", call.operation));
        return refusal.reply(call.service);
    }
    let body = format!(
        "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetCallerIdentityResult>\
         <Arn>arn:aws:sts::{ACCOUNT}:assumed-role/cadet/session</Arn><UserId>AROADOUBLE:session</UserId>\
         <Account>{ACCOUNT}</Account></GetCallerIdentityResult><ResponseMetadata><RequestId>double</RequestId>\
         </ResponseMetadata></GetCallerIdentityResponse>"
    );
    Reply::new(200, "text/xml", body)
}
