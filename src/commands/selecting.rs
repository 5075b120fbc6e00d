//! What the command line selects, with the other state that `state:` compares with.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::invocation::{Invocation, Working};
use crate::cli::{HowArgs, StateBaseArgs};
use crate::error::Error;
use crate::project::{Node, Project, read};
use crate::report::text;
use crate::select::{self, Previous, Request, Selection};
use crate::source::{GitError, Repo};

/// What was typed: the nodes to take, and how.
pub(super) struct Typed<'t> {
    pub words: &'t [String],
    pub how: &'t HowArgs,
}

impl Typed<'_> {
    fn request(&self) -> Request<'_> {
        let selector = self.how.selector.as_deref();
        Request { select: self.words, exclude: &self.how.exclude, selector, indirect: self.how.indirect_selection }
    }
}

/// The selected nodes of the project in `folder`; `state:` compares with `--state`, or with the base in git.
pub(super) fn selected(
    invocation: &Invocation,
    (folder, working): (&Path, &Working),
    typed: &Typed<'_>,
    base: &StateBaseArgs,
) -> Result<Selection, Error> {
    let read_base = || base_project(invocation, folder, working, base);
    let base: Option<Project> = match &typed.how.state {
        None if select::spec(&working.project, typed.request())?.compares() => Some(read_base()?),
        _ => None,
    };
    let selection = selected_beside(invocation, folder, &working.project, base.as_ref(), typed);
    base.into_iter().for_each(Project::leave);
    selection
}

/// The selected nodes, when the base is known already.
pub(super) fn selected_beside(
    invocation: &Invocation,
    folder: &Path,
    project: &Project,
    base: Option<&Project>,
    typed: &Typed<'_>,
) -> Result<Selection, Error> {
    let spec = select::spec(project, typed.request())?;
    let previous = match (&typed.how.state, base) {
        (Some(state), _) => Previous::read(&state_folder(invocation, folder, state), &folder.join("target"))?,
        (None, Some(base)) => Previous::of_project(base),
        (None, None) => Previous::default(),
    };
    let selection = select::select(project, &spec, &previous)?;
    tell(&selection);
    Ok(selection)
}

/// A folder as seen from here, or else from the project, as dbt sees it.
fn state_folder(invocation: &Invocation, folder: &Path, state: &Path) -> PathBuf {
    let from_here = invocation.here.join(state);
    if from_here.is_dir() { from_here } else { folder.join(state) }
}

fn base_project(
    invocation: &Invocation,
    folder: &Path,
    working: &Working,
    base: &StateBaseArgs,
) -> Result<Project, Error> {
    let repo = Repo::discover(folder).map_err(|error| match error {
        GitError::NotARepository(_) => Error::usage(
            "`state:` needs another state to compare with, and this project is in no git repository",
            "name a folder that holds the manifest.json of an earlier run with --state",
        ),
        error => error.into(),
    })?;
    let wanted = base.base.as_deref().or(invocation.env.github_base.as_deref());
    let comparison = repo.compare(wanted, None)?;
    let changes = repo.changes_to_working_tree(comparison.merge_base)?;
    let tree = Arc::new(repo.tree_beside(comparison.merge_base, &working.project.tree, &changes)?);
    Ok(read::read_beside(&tree, &working.inputs, Some(&working.project)))
}

/// Whether the name of a node stands in a word of the selection: those are the ones that are printed.
pub(super) fn is_named(node: &Node, words: &[String]) -> bool {
    words.iter().any(|word| word.contains(&node.name))
}

fn tell(selection: &Selection) {
    for (word, near) in &selection.unmatched {
        let hint = near.as_ref().map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
        text::note(&format!("the selector `{word}` matches nothing{hint}"));
    }
    selection.notes.iter().for_each(|note| text::note(note));
}

/// Says that there is nothing to do, in dbt's words. It is no failure, as it is none to dbt.
pub(super) fn nothing_selected() {
    text::note("No nodes selected!");
}
