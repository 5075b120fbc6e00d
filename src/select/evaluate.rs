//! A spec and the index in, the selected nodes out, with the tests that come with them.
//!
//! Behaviour: `dbt.graph.selector.NodeSelector`. Each part yields two sets: what is selected, and the tests that
//! would be if all their parents were.

use super::SelectError;
use super::bits::Bits;
use super::index::Index;
use super::methods::Methods;
use super::spec::{Combine, Criterion, Group, Indirect, Part};
use crate::project::ResourceType;

/// What a part selects.
struct Found {
    direct: Bits,
    indirect: Bits,
}

/// Selects, and keeps note of the words that matched nothing.
pub(super) struct Evaluation<'e> {
    pub(super) index: &'e Index<'e>,
    pub(super) methods: Methods<'e>,
    pub(super) unmatched: Vec<String>,
}

impl Evaluation<'_> {
    /// The nodes that `part` selects.
    pub(super) fn select(&mut self, part: &Part) -> Result<Bits, SelectError> {
        Ok(self.part(part)?.direct)
    }

    fn part(&mut self, part: &Part) -> Result<Found, SelectError> {
        match part {
            Part::One(criterion) => self.criterion(criterion),
            Part::Group(group) => self.group(group),
        }
    }

    fn group(&mut self, group: &Group) -> Result<Found, SelectError> {
        let mut combined: Option<Found> = None;
        for part in &group.parts {
            let mut found = self.part(part)?;
            found.indirect.add(&found.direct);
            let combine = |known: &mut Bits, more: &Bits| match group.combine {
                Combine::Union => known.add(more),
                Combine::Intersection => known.keep(more),
                Combine::Difference => known.remove(more),
            };
            match &mut combined {
                None => combined = Some(found),
                Some(known) => {
                    combine(&mut known.direct, &found.direct);
                    combine(&mut known.indirect, &found.indirect);
                }
            }
        }
        let mut found = combined.unwrap_or_else(|| Found { direct: self.index.none(), indirect: self.index.none() });
        self.add_complete(&mut found, group.indirect);
        if let Some(word) = group.word.as_ref().filter(|_| found.direct.is_empty()) {
            self.unmatched.push(word.clone());
        }
        Ok(found)
    }

    fn criterion(&mut self, criterion: &Criterion) -> Result<Found, SelectError> {
        let matched = self.methods.search(criterion)?;
        let mut direct = matched.clone();
        if criterion.childrens_parents {
            let mut below = self.index.descendants(&matched, None);
            below.add(&matched);
            direct.add(&self.index.ancestors(&below, None));
            direct.add(&below);
        }
        if let Some(reach) = criterion.parents {
            direct.add(&self.index.ancestors(&matched, reach));
        }
        if let Some(reach) = criterion.children {
            direct.add(&self.index.descendants(&matched, reach));
        }
        Ok(self.with_tests(direct, criterion.indirect))
    }

    /// Adds the tests of what is selected; those that lack a parent are kept for later.
    fn with_tests(&self, selected: Bits, indirect: Indirect) -> Found {
        let mut found = Found { direct: selected.clone(), indirect: self.index.none() };
        if indirect == Indirect::Empty {
            return found;
        }
        let mut near = selected.clone();
        if indirect == Indirect::Buildable {
            near.add(&self.index.ancestors(&selected, None));
            near.add(&self.index.of(|node| node.resource_type == ResourceType::Source));
        }
        for at in selected.iter() {
            for child in self.index.children(at) {
                if !matches!(self.index.nodes[*child].resource_type, ResourceType::Test | ResourceType::UnitTest) {
                    continue;
                }
                let is_in = indirect == Indirect::Eager || self.has_parents(*child, &near);
                let set = if is_in { &mut found.direct } else { &mut found.indirect };
                let _ = set.insert(*child);
            }
        }
        found
    }

    fn has_parents(&self, at: usize, among: &Bits) -> bool {
        self.index.parents(at).iter().all(|parent| among.contains(*parent))
    }

    /// Adds the tests whose parents are all selected now that the parts are combined.
    fn add_complete(&self, found: &mut Found, indirect: Indirect) {
        if !matches!(indirect, Indirect::Cautious | Indirect::Buildable) {
            return;
        }
        let mut among = found.direct.clone();
        if indirect == Indirect::Buildable {
            among.add(&self.index.ancestors(&found.direct, None));
        }
        let mut waiting = found.indirect.clone();
        waiting.remove(&found.direct);
        for at in waiting.iter() {
            // Unit tests have one parent: they never wait.
            if self.index.nodes[at].resource_type != ResourceType::UnitTest && self.has_parents(at, &among) {
                let _ = found.direct.insert(at);
            }
        }
    }
}
