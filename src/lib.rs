//! cadet checks a dbt project on every pull request, deploys what changed, tests it, and tells people what happened.
//!
//! The modules stand in the order of the data's journey; each stage takes one value and returns one value.

/// 1. Files and git in, text with an address out.
pub mod source;

/// 2. Text in, trees with spans out.
pub mod parse;

/// 3. Templates and a scope in, text out.
pub mod jinja;

/// What was found on the way: data, printed by `report` alone.
pub mod finding;
