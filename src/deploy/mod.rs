//! Stage 9: a plan and an engine in, outcomes out. The only stage that touches a warehouse.

pub mod build;
mod data_test;
pub mod freshness;
mod hooks;
pub mod outcome;
mod preflight;
pub mod run;
mod show;
mod snapshot;
pub mod source_data;

pub use freshness::Freshness;
pub use outcome::{Outcome, Status};
pub use preflight::{Preflight, preflight};
pub use run::{Options, Progress, not_begun, run};
