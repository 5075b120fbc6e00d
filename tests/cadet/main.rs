//! End-to-end tests: the real binary on real git repositories, with a scrubbed environment and whole outputs.

mod support;

mod check;
mod demo;
mod rules;
