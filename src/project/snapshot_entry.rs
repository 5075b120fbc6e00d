//! Snapshots that are written in a property file alone, with `relation:`. Behaviour: dbt's "Snapshot properties".

use super::config::Config;
use super::drafts::{Draft, fqn, named_as_usual, sha256};
use super::entries::Entry;
use super::finish::reference;
use super::node::{Node, ResourceType};
use super::problem::{Problem, ProblemKind};
use super::reader::Reader;

/// The snapshot that an entry defines, when it says of which relation.
pub(super) fn read(reader: &Reader<'_>, entry: &Entry<'_>, problems: &mut Vec<Problem>) -> Option<Draft> {
    let relation = entry.yaml.get("relation")?;
    let package = reader.package(&entry.file.package)?;
    let text = relation.scalar().unwrap_or_default();
    let mut node = Node::new(ResourceType::Snapshot, package.name(), &entry.name, entry.place());
    node.path = format!("{}/{}.sql", entry.file.below, entry.name);
    node.original_file_path = package.relative(&entry.file.path).to_owned();
    node.fqn = fqn(package, &entry.file.below, &entry.name);
    node.raw = format!("select * from {{{{ {text} }}}}").into();
    node.checksum = sha256(reader.text(&entry.file.path).trim());
    named_as_usual(reader, &mut node);
    match reference(&text) {
        Some(found) => (node.refs, node.sources) = (found.refs, found.sources),
        None => {
            let message = format!("the relation of the snapshot `{}` is no `ref` and no `source`", entry.name);
            let problem = Problem::new(ProblemKind::Properties, message, entry.at(relation));
            problems.push(problem.help("write `relation: ref('a_model')` or `relation: source('a', 'b')`"));
            node.is_broken = true;
        }
    }
    Some(Draft::known(node, Config::new(), Vec::new()))
}
