//! dbt's node selection: words or `selectors.yml` in, the ids of nodes out.
//!
//! Behaviour: dbt's "Node selection syntax" and "YAML selectors". A selection is read to a [`Spec`] first, because
//! only then is it known whether another state of the project is needed to carry it out.

mod bits;
mod config;
mod definitions;
mod evaluate;
mod fqn;
mod glob;
mod index;
mod methods;
mod previous;
mod spec;
mod state;
mod written;

use indexmap::IndexSet;
use rayon::prelude::*;

pub use previous::Previous;
pub use spec::{Indirect, Spec};
pub use state::{Comparison, Reason, State};
pub use written::written;

use crate::project::{Node, Project};
use definitions::Definitions;
use evaluate::Evaluation;
use index::Index;
use methods::Methods;

/// Why a selection cannot be carried out, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct SelectError {
    pub message: String,
    pub advice: String,
}

impl SelectError {
    pub(super) fn new(message: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { message: message.into(), advice: advice.into() }
    }
}

/// What was asked for.
#[derive(Debug, Clone, Copy, Default)]
pub struct Request<'r> {
    pub select: &'r [String],
    pub exclude: &'r [String],
    /// A selector of `selectors.yml`.
    pub selector: Option<&'r str>,
    pub indirect: Indirect,
}

/// What was selected, and the words that matched nothing, each with what may have been meant.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Selection {
    /// In order.
    pub ids: IndexSet<String, foldhash::fast::RandomState>,
    pub unmatched: Vec<(String, Option<String>)>,
    /// What else is to be told: contracts that were broken.
    pub notes: Vec<String>,
}

/// Reads what was asked for: the named selector, the default one when nothing is asked for, or the words.
///
/// # Errors
/// When a word cannot be understood, or `selectors.yml` cannot be read.
pub fn spec(project: &Project, request: Request<'_>) -> Result<Spec, SelectError> {
    let definitions = Definitions::read(project, request.indirect)?;
    if let Some(name) = request.selector.filter(|name| !name.is_empty()) {
        return definitions.named(name);
    }
    let default = definitions.default().filter(|_| request.select.is_empty() && request.exclude.is_empty());
    match default {
        Some(default) => Ok(default),
        None => spec::difference(request.select, request.exclude, request.indirect),
    }
}

/// Carries a selection out.
///
/// # Errors
/// When a value means nothing to its method, or what it compares with is not known.
pub fn select(project: &Project, spec: &Spec, previous: &Previous<'_>) -> Result<Selection, SelectError> {
    let index = Index::new(project);
    let comparison = previous.state().filter(|_| spec.compares()).map(|state| Comparison::new(project, state));
    let methods = Methods { project, index: &index, previous, comparison };
    let mut evaluation = Evaluation { index: &index, methods, unmatched: Vec::new() };
    let found = evaluation.select(&spec.0)?;
    let Evaluation { methods, unmatched, .. } = evaluation;
    let unmatched = unmatched.into_iter().map(|word| (methods.near(&word), word)).map(|(near, word)| (word, near));
    let mut nodes: Vec<&Node> = found.iter().map(|at| &**index.nodes[at]).collect();
    nodes.par_sort_unstable_by(|a, b| a.unique_id.cmp(&b.unique_id));
    Ok(Selection {
        ids: nodes.into_iter().map(|node| node.unique_id.clone()).collect(),
        unmatched: unmatched.collect(),
        notes: methods.comparison.map(|comparison| comparison.notes().to_vec()).unwrap_or_default(),
    })
}
