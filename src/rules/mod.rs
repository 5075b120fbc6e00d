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
mod handbook;
mod known_configs;
pub mod page;
mod participle;
mod templates;
mod written;

pub use registry::{Check, Entry, Found, Rule, Subject, find, run, run_where};

rules! {
    config {
        external_location folders incremental own_work plus_prefix schedule unknown_key unknown_materialization
        unsupported_materialization vars
    }
    contracts { breaking_change data_types }
    docs {
        columns_described described empty_property_file intermediate_is_described model_has_property_file
        seed_has_property_file
    }
    files { alike_paths readable }
    graph { hidden_reference unused_macro unused_seed unused_source }
    jinja { renders }
    naming { alike macro_path model_file model_path role snake_case unique_names unique_relations yaml_ending }
    references { access exist no_circles }
    security { destination hooks paths statement }
    seeds { readable row_limit }
    sources { name_list path }
    sql { length_limit parses }
    testing {
        accepted_values_type ephemeral generic_test_path lost_test missing_column no_singular_tests primary_key
    }
    versions { deprecated too_many unpinned_ref }
    yaml { duplicate_key known_keys known_names parses property_file }
}
