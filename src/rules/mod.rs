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
mod bodies;
mod handbook;
mod known_configs;
mod layout;
pub mod page;
mod participle;
mod personal;
mod seed_rows;
mod snake;
mod subject;
mod templates;
mod touched;
mod waive;
mod written;

pub use bodies::{Bodies, Touched};
pub(crate) use handbook::Names;
pub(crate) use known_configs::is_config;
pub use registry::{
    Check, Checked, Entry, Found, Rule, find, is_built_anyway, is_of_file_alone, is_of_node, is_of_node_alone,
    is_of_text_alone, is_without_sql, run, run_where,
};
pub use seed_rows::SeedRows;
use snake::snake_case;
use subject::no_such_column;
pub use subject::{Output, Query, Subject, is_built, is_iceberg, is_table};
pub use waive::can_be_waived;

rules! {
    athena {
        cast_types column_types duplicate_columns foreign_sql functions many_partitions order_by partition_filter
        partitions_last
        quoted_capitals reserved_words separate_locations unnamed_columns
    }
    config {
        external_location folders incremental own_work plus_prefix schedule unknown_key unknown_materialization unknown_value
        unsupported_materialization vars
    }
    contracts { breaking_change columns data_types }
    docs {
        columns_described columns_exist columns_listed described empty_property_file intermediate_is_described model_has_property_file
        seed_has_property_file
    }
    files { alike_paths readable }
    graph { hidden_reference unused_macro unused_seed unused_source }
    ignores { known_rules not_expired permitted readable reasoned used }
    jinja { renders undefined_variable }
    naming { alike macro_path model_file model_path role snake_case unique_names unique_relations yaml_ending }
    references { access exist no_circles }
    security { deletions destination hooks own_macros paths permissions python_models statement }
    seeds {
        changed_values column_types complex_types headers plain_text readable row_limit row_maximum sensitive_data
        special_characters unloadable_values
    }
    sources { name_list path }
    sql { dev_database duplicate_cte hard_coded_table length_limit parses uneven_union unknown_column }
    testing {
        accepted_values_type ephemeral generic_test_path lost_test no_singular_tests primary_key tested_columns
    }
    versions { deprecated too_many unpinned_ref }
    yaml {
        document_start duplicate_key empty_lines final_newline indentation known_keys known_names line_endings line_length
        parses property_file trailing_spaces yamllint
    }
}
