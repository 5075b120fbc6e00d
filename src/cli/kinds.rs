//! The kinds of nodes that can be named on the command line.

/// The kinds of nodes that can be listed; dbt's functions are known, but not read.
pub(super) const INCLUDED_TYPES: [&str; 14] = [
    "model",
    "seed",
    "snapshot",
    "test",
    "unit_test",
    "analysis",
    "source",
    "exposure",
    "metric",
    "semantic_model",
    "saved_query",
    "function",
    "default",
    "all",
];

/// The kinds that can be left out.
pub(super) const EXCLUDED_TYPES: [&str; 13] = [
    "model",
    "seed",
    "snapshot",
    "test",
    "unit_test",
    "analysis",
    "source",
    "exposure",
    "metric",
    "semantic_model",
    "saved_query",
    "function",
    "default",
];
