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
mod layout;
pub mod page;
mod waive;

pub use registry::{Check, Checked, Entry, Found, Rule, Subject, find, is_of_file_alone, run};
pub use waive::can_be_waived;

rules! {
    contracts { breaking_change data_types }
    docs { intermediate_is_described model_has_property_file seed_has_property_file }
    files { readable }
    ignores { known_rules not_expired permitted readable reasoned used }
    jinja { renders }
    naming { model_file model_path snake_case unique_names unique_relations }
    references { access exist no_circles }
    seeds { readable row_limit }
    sql { length_limit parses }
    testing { generic_test_path lost_test no_singular_tests }
    versions { deprecated unpinned_ref }
    yaml {
        document_start duplicate_key empty_lines final_newline indentation known_keys known_names line_endings line_length
        parses property_file trailing_spaces
    }
}
