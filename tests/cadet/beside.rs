//! The base of a pull request is read beside the head: what is the same in both is taken over. The law: what comes out is
//! what reading the base alone gives.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::Path;
use std::sync::Arc;

use cadet::project::profile::Target;
use cadet::project::read::{Inputs, read, read_beside};
use cadet::project::scopes::Run;
use cadet::project::{Project, ResourceType};
use cadet::source::{Tree, walk};

use crate::support::HERE;

fn inputs() -> Inputs {
    let run = Run {
        invocation_id: "none".to_owned(),
        started: jiff::Timestamp::UNIX_EPOCH.to_zoned(jiff::tz::TimeZone::UTC),
        command: "parse".to_owned(),
        full_refresh: false,
        args: serde_json::Map::new(),
    };
    Inputs { target: Target::usual("parity"), run, vars: serde_json::Map::new(), env: HashMap::new() }
}

/// The files of `head` laid over those of `base`; equal files share their bytes.
fn overlaid(base: &Tree, overlay: &Path) -> Tree {
    let mut head = base.clone();
    for file in walk::read_folder(overlay).iter() {
        head.insert(file.clone());
    }
    let deleted = fs::read_to_string(overlay.join("deleted.txt")).unwrap_or_default();
    head.iter().filter(|file| !deleted.lines().any(|line| line.trim() == file.path)).cloned().collect()
}

/// Everything that was read, as text.
fn shown(project: &Project) -> BTreeMap<String, String> {
    let nodes = project.nodes.values().chain(project.others.values()).chain(&project.disabled);
    let mut shown: BTreeMap<String, String> =
        nodes.map(|node| (format!("{} {}", node.unique_id, node.file), format!("{node:#?}"))).collect();
    shown.extend(project.sources.iter().map(|(id, table)| (id.clone(), format!("{table:#?}"))));
    shown
}

#[test]
fn reading_beside_another_state_gives_what_reading_alone_gives() {
    let folder = Path::new(HERE).join("tests/parity/projects/state");
    let base = walk::read_folder(&folder);
    let base: Arc<Tree> = Arc::new(base.iter().filter(|file| !file.path.starts_with("history/")).cloned().collect());
    let alone = shown(&read(&base, &inputs()));
    assert!(alone.len() > 30, "{}", alone.len());
    let mut overlays: Vec<_> =
        fs::read_dir(folder.join("history")).unwrap().map(|entry| entry.unwrap().path()).collect();
    overlays.sort();
    let mut shared = 0;
    for overlay in overlays.iter().filter(|path| path.is_dir()) {
        let head = read(&Arc::new(overlaid(&base, overlay)), &inputs());
        let beside = read_beside(&base, &inputs(), Some(&head));
        let found = shown(&beside);
        for (id, node) in &alone {
            assert_eq!(found.get(id), Some(node), "{id} beside {}", overlay.display());
        }
        assert_eq!(found.len(), alone.len(), "{}", overlay.display());
        let models = beside.of_type(ResourceType::Model);
        shared +=
            models.filter(|node| head.nodes.get(&node.unique_id).is_some_and(|other| Arc::ptr_eq(node, other))).count();
    }
    assert!(overlays.len() > 20 && shared > 100, "{} overlays, {shared} models shared", overlays.len());
}
