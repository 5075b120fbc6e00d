//! Exposures, metrics, semantic models, saved queries and unit tests: what property files say of models that are known
//! by now.

use std::sync::Arc;

use super::ById;
use super::entries::{self, PropertyFile};
use super::names::Namer;
use super::node::Node;
use super::problem::Problem;
use super::reader::Reader;
use super::resolve::Lookup;
use super::unit_test::UnitTests;
use super::{exposure, metric, saved_query, semantic_model};

/// Reads all of them; `nodes` are those that count, and those that are disabled.
pub(super) fn read(
    reader: &Reader<'_>,
    files: &[Arc<PropertyFile>],
    (nodes, disabled): (&ById<Arc<Node>>, &[Arc<Node>]),
    problems: &mut Vec<Problem>,
) -> Vec<Node> {
    let mut found = Vec::new();
    let entries_of = |key: &str, problems: &mut Vec<Problem>| entries::entries(reader, files, key, problems);
    for entry in &entries_of("exposures", problems) {
        found.extend(exposure::read(reader, entry, problems));
    }
    for entry in &entries_of("metrics", problems) {
        found.extend(metric::read(reader, entry, problems));
    }
    for entry in &entries_of("semantic_models", problems) {
        found.extend(semantic_model::read(reader, entry, problems));
    }
    let mut namer = Namer::new(reader);
    for entry in &entries_of("saved_queries", problems) {
        found.extend(saved_query::read(reader, &mut namer, entry, problems));
    }
    let lookup = Lookup::new(nodes.values());
    let unit_tests = UnitTests { reader, lookup: &lookup, disabled };
    for entry in &entries_of("unit_tests", problems) {
        found.extend(unit_tests.read(entry, problems));
    }
    found
}
