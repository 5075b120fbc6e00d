//! Stage 6: a project in, findings out.
//!
//! # Adding a rule
//!
//! 1. Write `src/rules/<group>/<name>.rs`: a page as its `//!` comment (a sentence, then `## Why`, `## Fails` and
//!    `## Passes` with the files as fenced blocks, each with its path after the language; `before` after the path marks
//!    the file as it was in the base), then a `RULE`.
//! 2. Add `<name>` to the list below.
//!
//! The page is what `cadet explain` shows and what becomes `docs/rules/`; its examples are the rule's first tests.

#[macro_use]
mod registry;
pub mod page;
mod personal;
mod seed_rows;
mod snake;
mod subject;

pub use registry::{Check, Entry, Found, Rule, find, run, run_some};
pub use seed_rows::SeedRows;
use snake::snake_case;
use subject::no_such_column;
pub use subject::{Output, Query, Subject, is_built, is_iceberg, is_table};

rules! {
    athena {
        cast_types column_types duplicate_columns foreign_sql functions order_by partition_filter partitions_last quoted_capitals reserved_words separate_locations unnamed_columns
    }
    contracts { breaking_change columns data_types }
    docs { columns_exist intermediate_is_described model_has_property_file seed_has_property_file }
    files { readable }
    jinja { renders }
    naming { model_file model_path snake_case unique_names unique_relations }
    references { access exist no_circles }
    seeds {
        changed_values column_types complex_types headers plain_text readable row_limit row_maximum sensitive_data
        special_characters
        unloadable_values
    }
    sql { dev_database hard_coded_table length_limit parses }
    testing { generic_test_path lost_test no_singular_tests tested_columns }
    versions { deprecated unpinned_ref }
    yaml { duplicate_key known_keys known_names parses property_file }
}
