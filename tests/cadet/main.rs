//! End-to-end tests: the real binary on real git repositories, with a scrubbed environment and whole outputs.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]
#![allow(clippy::too_many_lines, reason = "what is printed stands beside the test")]

mod support;

mod beside;
mod check;
mod ci;
mod cli;
mod demo;
mod deploy;
mod edges;
mod exploits;
mod honest;
mod jinja_errors;
mod mistakes;
mod rules;
mod select;
mod semantic_layer;
mod snippets;
mod tidy;
mod unit_tests;
mod versions;
mod why;
mod yaml_oracle;
