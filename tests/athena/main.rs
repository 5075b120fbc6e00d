//! cadet on Athena, and the double of Athena, Glue and S3 that it is tested on.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]
#![allow(clippy::too_many_lines, reason = "what is sent and what comes back stand beside one another")]
#![allow(clippy::duplicate_mod, reason = "the double of GitHub shares its server with that of AWS")]

mod account;
mod act;
#[path = "../cadet/support/mod.rs"]
mod sandbox;

mod double;
mod double_athena;
mod double_dbt;
mod double_faults;
mod double_glue;
mod double_s3;
mod double_sql;
mod expire;
mod faults;
mod fixture;
#[path = "../github/double/mod.rs"]
#[allow(dead_code, unused_imports, reason = "the workflow needs a part of it")]
mod github;
mod half_shown;
mod iceberg;
mod incremental;
mod judge;
mod limits;
mod locks;
mod makespan;
mod page;
mod plans;
mod ready;
mod second_opinion;
mod snapshots;
mod support;
mod tables;
mod ten_findings;
mod two_stages;
