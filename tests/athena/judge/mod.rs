//! Trino as the judge of the SQL: Athena's engine version 3 is one. See `docs/judge.md`.
//!
//! Not run by itself: `scripts/trino start && cargo test --test athena judge -- --ignored`.

mod probes;
mod statements;
mod trino;
