//! Why GitHub did not do what it was asked to, in words that say what is missing and what to do.

use std::fmt;
use std::time::Duration;

/// Why a call was in vain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// The token may not do that: the permission that it lacks.
    Forbidden(&'static str),
    /// The token is none, or not valid any more.
    Revoked,
    /// What was asked for is not there.
    Missing,
    /// The conversation is locked, or closed for cadet in another way.
    Locked,
    /// GitHub does not take what was sent; its own words.
    Refused(String),
    /// GitHub asks to wait for longer than this run waits.
    Busy(Duration),
    /// No answer that can be used; how it failed. What was asked for may or may not have been done.
    Lost(String),
    /// The pull request has a newer commit, whose run tells of it.
    Outdated,
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Forbidden(permission) => write!(
                f,
                "the token may not do that: the job lacks the permission `{permission}` (on a pull request from a fork \
                 no job has it)"
            ),
            Self::Revoked => f.write_str("GitHub does not accept the token: it is not valid, or not valid any more"),
            Self::Missing => f.write_str("GitHub does not find it"),
            Self::Locked => f.write_str("the conversation of the pull request is locked"),
            Self::Refused(words) => write!(f, "GitHub refuses it: {words}"),
            Self::Busy(wait) => {
                write!(f, "GitHub has had too many requests, and asks to wait for {} seconds", wait.as_secs())
            }
            Self::Lost(how) => write!(f, "GitHub cannot be reached: {how}"),
            Self::Outdated => f.write_str("the pull request has a newer commit, and its run reports on that"),
        }
    }
}
