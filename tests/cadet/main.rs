//! End-to-end tests: the real binary on real git repositories, with a scrubbed environment and whole outputs.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]
#![allow(clippy::too_many_lines, reason = "what is printed stands beside the test")]

mod support;

mod action;
mod baselines;
mod beside;
mod check;
mod ci;
mod clean;
mod cli;
mod demo;
mod deploy;
mod deps;
mod edges;
mod exploits;
mod fixes;
mod formats;
mod getting_started;
mod guard;
mod honest;
mod ignores;
mod init;
mod jinja_errors;
mod mistakes;
mod own_tests;
mod plans;
mod probes;
mod recorded;
mod report;
mod retry;
mod rule_edges;
mod rules;
mod seed_rules;
mod select;
mod semantic_layer;
mod show;
mod snapshot_runs;
mod snippets;
mod sql_rules;
mod tidy;
mod touched;
mod unit_test_runs;
mod unit_tests;
mod versions;
mod warehouse;
mod why;
mod yaml_oracle;
mod yamllint;
