//! cadet checks a dbt project on every pull request, deploys what changed, tests it, and tells people what happened.
//!
//! The modules stand in the order of the data's journey; each stage takes one value and returns one value.

/// The most files or nodes that a thread takes on at once: with large pieces one thread would work on when all others
/// have nothing left to do.
const PIECE: usize = 64;

mod calendar;

/// 1. Files and git in, text with an address out.
pub mod source;

/// 2. Text in, trees with spans out.
pub mod parse;

/// 3. Templates and a scope in, text out.
pub mod jinja;

/// What was found on the way: data, printed by `report` alone.
pub mod finding;

/// 4. Files in, one project out: nodes and what depends on what.
pub mod project;

/// Lists of packages in, installed packages out: the one part that fetches anything.
pub mod deps;

/// Words or `selectors.yml` in, the nodes that they mean out.
pub mod select;

/// 5. A node's template in, its SQL out, with a map back to the source.
pub mod compile;

/// 6. A project in, findings out.
pub mod rules;

/// What was typed, `cadet.yaml` and the environment.
pub mod settings;

/// 7. What changed, what it touches, what must be built where.
pub mod plan;

/// 8. The warehouse behind a trait.
pub mod engine;

/// A unit test and an engine in memory in, what its model makes of its inputs beside what it should out.
pub mod unit_test;

/// 9. A plan carried out on an engine.
pub mod deploy;

/// 10. Findings and outcomes, told to people and machines.
pub mod report;

/// The pull request's page on GitHub.
pub mod github;

/// The process that does the work, and the one that waits for it and outlives it.
pub mod guard;

/// What stops cadet.
pub mod error;

/// What can be typed.
pub mod cli;

/// One file for each command: the journey as a paragraph.
pub mod commands;
