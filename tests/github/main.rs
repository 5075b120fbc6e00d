//! cadet on a pull request's page, and the double of GitHub's API that it is tested on.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]
#![allow(clippy::too_many_lines, reason = "what is posted stands beside the test")]

#[path = "../cadet/support/mod.rs"]
mod sandbox;

mod deployments;
mod double;
mod faults;
mod hostile;
mod markdown;
mod report_schema;
mod request;
mod runner;
mod runs;
mod secrets;
mod sizes;
mod tokens;
mod workflows;
