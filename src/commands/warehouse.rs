//! Which engine a command works on, and what it reads from another target.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::Arc;

use super::invocation::{Invocation, LOCAL};
use crate::engine::athena::place::{Destination, Layout};
use crate::engine::athena::run::Run;
use crate::engine::athena::{Aim, Athena, Connection, Limits, Revision, Seat};
use crate::engine::duckdb::DuckDb;
use crate::engine::{Engine, EngineError, Found};
use crate::error::Error;
use crate::jinja::relation::Relation;
use crate::plan::Reason;
use crate::project::Project;
use crate::project::resolve::Lookup;
use crate::report::{artefacts, text};
use crate::settings::bytes::Bytes;
use crate::settings::{AthenaSettings, Policy};
use crate::source::Repo;

/// An engine, and where tables go on it.
pub(super) struct Warehouse {
    pub engine: Box<dyn Engine>,
    /// None on the embedded engine.
    athena: Option<AthenaSettings>,
    /// Where tables go on Athena.
    pub aim: Option<Aim>,
}

/// Whose settings a command goes by.
#[derive(Clone, Copy)]
pub(super) enum SettingsOf<'p> {
    /// Those of the base: a pull request cannot change them.
    Base(&'p Policy),
    /// Those that lie in the folder.
    Folder(&'p Policy),
}

impl<'p> SettingsOf<'p> {
    fn policy(self) -> &'p Policy {
        match self {
            Self::Base(policy) | Self::Folder(policy) => policy,
        }
    }
}

impl Invocation {
    /// Opens the engine of the target: Athena when a target of that type is named, else the embedded one. On Athena the
    /// tables of the project get the names that they have for this pull request.
    pub(super) fn warehouse(
        &self,
        folder: &Path,
        project: &mut Project,
        settings: SettingsOf<'_>,
    ) -> Result<Warehouse, Error> {
        match self.aim(project, settings)? {
            None => {
                let engine = self.local(folder, project)?;
                engine.watch()?;
                Ok(Warehouse { engine: Box::new(engine), athena: None, aim: None })
            }
            Some(aim) => {
                let engine = self.athena(folder, project, (settings, aim.clone()))?;
                let settings = settings.policy().athena.clone();
                Ok(Warehouse { engine: Box::new(engine), athena: Some(settings), aim: Some(aim) })
            }
        }
    }

    /// Where the tables of the target go on Athena; nothing on the embedded engine. Nobody is asked. The tables of the
    /// project get the names that they have for this pull request.
    pub(super) fn aim(&self, project: &mut Project, settings: SettingsOf<'_>) -> Result<Option<Aim>, Error> {
        match self.named_kind(project) {
            None | Some("duckdb") => return Ok(None),
            Some("athena") => {}
            Some(other) => {
                return Err(Error::usage(
                    format!(
                        "the target `{}` is on {other}, and cadet builds on Athena and on DuckDB",
                        project.target.name
                    ),
                    "leave --target out, or pass --target local",
                ));
            }
        }
        let is_folder = matches!(settings, SettingsOf::Folder(_));
        if is_folder && self.env.github_event.as_deref() == Some("pull_request") {
            return Err(Error::usage(
                "on a pull request this command would take its settings from the pull request itself",
                "use `cadet deploy` or `cadet ci`, which take them from the base",
            ));
        }
        let aim = Aim::of(&settings.policy().athena, &project.target.name, self.env.pull_request());
        let aim = aim.map_err(|known| {
            Error::usage(
                format!("cadet.yaml does not say where the target `{}` writes", project.target.name),
                format!("add it under `athena.targets`; there are {}", known.join(", ")),
            )
        })?;
        rename(project, &aim);
        Ok(Some(aim))
    }

    /// The type of the target, when one is named.
    fn named_kind<'p>(&self, project: &'p Project) -> Option<&'p str> {
        let named = self.global.target.as_deref().filter(|name| *name != LOCAL);
        named.map(|_| project.target.kind.as_str())
    }

    /// Whether a target on Athena is named.
    pub(super) fn is_on_athena(&self, project: &Project) -> bool {
        self.named_kind(project) == Some("athena")
    }

    /// Opens the embedded engine.
    pub(super) fn local(&self, folder: &Path, project: &Project) -> Result<DuckDb, Error> {
        let target = folder.join("target");
        artefacts::refuse_links(folder)?;
        std::fs::create_dir_all(&target).map_err(|source| Error::File {
            action: "create",
            path: target.clone(),
            source,
        })?;
        Ok(DuckDb::open(&target.join("cadet.duckdb"), &project.target.database)?)
    }

    /// The engine on Athena of the target that is named, and its settings.
    ///
    /// # Errors
    /// When no target on Athena is named, or its settings are wrong.
    pub(super) fn connected(
        &self,
        folder: &Path,
        project: &mut Project,
        settings: SettingsOf<'_>,
    ) -> Result<(Athena, AthenaSettings), Error> {
        let Some(aim) = self.aim(project, settings)? else {
            return Err(Error::usage("no target on Athena is named", "name one with --target"));
        };
        Ok((self.athena(folder, project, (settings, aim))?, settings.policy().athena.clone()))
    }

    fn athena(
        &self,
        folder: &Path,
        project: &Project,
        (settings, aim): (SettingsOf<'_>, Aim),
    ) -> Result<Athena, Error> {
        let is_base = matches!(settings, SettingsOf::Base(_));
        let connection = self.connection(folder, (&settings.policy().athena, aim), (&project.target.name, is_base));
        let engine = Athena::connect(connection);
        engine.map_err(|error| Error::usage(error.to_string(), "see docs/athena.md for the settings"))
    }

    /// What the engine of a target is made of.
    fn connection(
        &self,
        folder: &Path,
        (settings, aim): (&AthenaSettings, Aim),
        (target, is_base): (&str, bool),
    ) -> Connection {
        let repo = Repo::discover(folder).ok();
        let branch = self.env.github_head.clone().or_else(|| repo.as_ref()?.branch()).unwrap_or_default();
        let named = self.typed.head.as_deref().unwrap_or("HEAD");
        let revision = repo.as_ref().and_then(|repo| repo.revision(named));
        let revision = revision.map(|(commit, time)| Revision { commit, time, folder: folder.to_owned() });
        Connection {
            run: self.athena_run(folder, (&branch, target)),
            seat: Seat::new(self.env.github_run.clone(), &branch),
            revision,
            limits: self.limits(settings, target, is_base),
            started: (self.started.timestamp(), self.env.workflow.clone()),
            tell: text::note,
            settings: settings.clone(),
            aim,
            has_endpoint: self.env.aws_endpoint.is_some(),
        }
    }

    /// What a run on a target may do. Where the settings are the base's, the command line can only lower a budget.
    fn limits(&self, settings: &AthenaSettings, target: &str, is_base: bool) -> Limits {
        let own = settings.targets.get(target);
        let most = own.and_then(|own| own.max_bytes).or(settings.max_bytes);
        let typed = self.typed.limits.max_bytes;
        let lower = |(a, b): (Bytes, Bytes)| if is_base { a.min(b) } else { a };
        Limits {
            max_bytes: typed.zip(most).map(lower).or(typed).or(most),
            warn_bytes: own.and_then(|own| own.warn_bytes).or(settings.warn_bytes),
            replaces_newer: self.typed.limits.replace_newer,
        }
    }

    fn athena_run(&self, folder: &Path, (branch, target): (&str, &str)) -> Run {
        let here = || folder.canonicalize().unwrap_or_else(|_| folder.to_owned()).display().to_string();
        let repository = self.env.github_run.as_ref().map_or_else(here, |[repository, ..]| repository.clone());
        let origin = self.env.github_run.as_ref().map(|run| run.join("\n")).unwrap_or_default();
        Run::new(&[&repository, branch, target], &self.invocation_id, self.started.timestamp(), origin)
    }
}

/// Gives the databases of a pull request their own names.
fn rename(project: &mut Project, aim: &Aim) {
    if aim.suffix.is_empty() {
        return;
    }
    for node in project.nodes.values_mut().filter(|node| node.resource_type.is_refable() && node.has_relation()) {
        let node = Arc::make_mut(node);
        node.schema.push_str(&aim.suffix);
        node.relation.schema = Some(node.schema.clone());
    }
    project.lookup = Lookup::new(project.nodes.values());
}

/// What is read from another target, since the change does not touch it.
pub(super) struct Defer<'a> {
    project: &'a Project,
    warehouse: &'a Warehouse,
    marks: &'a HashMap<String, String>,
    /// Where the tables of the other target are; none when nothing is read from there.
    layout: Option<Layout>,
    /// By unique id.
    read_there: RefCell<BTreeMap<String, Relation>>,
    /// The first thing that could not be looked up.
    failed: RefCell<Option<EngineError>>,
}

impl<'a> Defer<'a> {
    pub(super) fn new(
        project: &'a Project,
        warehouse: &'a Warehouse,
        marks: &'a HashMap<String, String>,
        is_wanted: bool,
    ) -> Result<Self, Error> {
        let settings = warehouse.athena.as_ref().filter(|_| is_wanted);
        let settings = settings.filter(|settings| settings.defer_to != project.target.name);
        let layout = settings.map(|settings| Aim::of(settings, &settings.defer_to, None)).transpose();
        let layout = layout.map_err(|known| {
            Error::usage(
                "cadet.yaml does not say where the target of `athena.defer_to` writes",
                format!("add it under `athena.targets`; there are {}", known.join(", ")),
            )
        })?;
        let layout = layout.map(|aim| aim.layout);
        Ok(Self { project, warehouse, marks, layout, read_there: RefCell::default(), failed: RefCell::default() })
    }

    /// Why a parent that is not in the plan must be built too, if it must. What can be read from the other target is
    /// noted.
    pub(super) fn lacks(&self, id: &str) -> Option<Reason> {
        let node = self.project.nodes.get(id)?;
        let find = |relation: &Relation| {
            let found = self.warehouse.engine.find(relation);
            found.unwrap_or_else(|error| {
                self.failed.borrow_mut().get_or_insert(error);
                None
            })
        };
        let here = find(&node.relation);
        let mark = self.marks.get(id);
        let there = self.layout.as_ref().and_then(|layout| Destination::of(node, layout).ok());
        let there = there.and_then(|place| {
            let relation =
                Relation { schema: Some(place.database), identifier: Some(place.table), ..node.relation.clone() };
            find(&relation).map(|found| (relation, found))
        });
        match (here, there) {
            (Some(here), Some((_, there))) if is_newer(&here, &there, mark) => None,
            (_, Some((relation, _))) => {
                self.read_there.borrow_mut().insert(id.to_owned(), relation);
                None
            }
            (Some(here), None) if here.mark.as_ref() == mark => None,
            // What dbt built there is taken as it is.
            (Some(here), None) if here.mark.is_none() && self.warehouse.athena.is_some() => None,
            (Some(_), None) => Some(Reason::Stale),
            (None, None) => Some(Reason::Missing),
        }
    }

    /// What is read from the other target: the relations by unique id.
    ///
    /// # Errors
    /// When something could not be looked up: what is not known to be there is not taken to be missing.
    pub(super) fn found(self) -> Result<BTreeMap<String, Relation>, Error> {
        match self.failed.into_inner() {
            Some(error) => Err(Error::Engine(error)),
            None => Ok(self.read_there.into_inner()),
        }
    }
}

/// Whether what is here was built after what is there, and not from other files.
fn is_newer(here: &Found, there: &Found, mark: Option<&String>) -> bool {
    here.built > there.built && (here.mark.is_none() || here.mark.as_ref() == mark)
}

/// Makes the tables that are read from another target known by their names there.
pub(super) fn read_there(project: &mut Project, found: &BTreeMap<String, Relation>) {
    for (id, relation) in found {
        if let Some(node) = project.nodes.get_mut(id) {
            Arc::make_mut(node).relation = relation.clone();
        }
    }
    if !found.is_empty() {
        project.lookup = Lookup::new(project.nodes.values());
    }
}
