//! What every command needs: where the project is, its target, and standard output.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::cli::Global;
use crate::cli::typed::Typed;
use crate::compile;
use crate::error::Error;
use crate::jinja::scope::Scope;
use crate::parse::yaml;
use crate::project::Project;
use crate::project::package;
use crate::project::profile::Target;
use crate::project::project_file::ProjectFile;
use crate::project::read::Inputs;
use crate::project::scopes::{self, Run};
use crate::project::yaml_jinja;
use crate::report::terminal::Paths;
use crate::report::text::Out;
use crate::settings::{Environment, Policy};
use crate::source::{FileKind, SourceFile, Tree, walk};

/// The target that stands for the embedded engine.
pub(super) const LOCAL: &str = "local";

/// One call of cadet.
pub(super) struct Invocation {
    pub global: Global,
    pub env: Environment,
    pub out: Out,
    pub started: jiff::Zoned,
    pub(super) invocation_id: String,
    /// The command as it was typed.
    pub typed: Typed,
    /// The only nodes that are worked on, when an earlier run is gone on with.
    pub only: Option<BTreeSet<String>>,
    /// Where the reader stands: paths are shown as seen from here.
    pub(super) here: PathBuf,
}

/// A project as it lies in its folder.
pub(super) struct Working {
    pub project: Project,
    pub policy: Policy,
    pub inputs: Inputs,
}

impl Invocation {
    pub(super) fn new(global: Global, typed: Typed) -> Self {
        let env = Environment::read();
        let mut out = Out::new(global.color, env.no_color, env.in_github);
        (out.quiet, out.verbose) = (global.quiet, global.verbose);
        Self {
            global,
            env,
            out,
            started: jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC),
            invocation_id: uuid::Uuid::new_v4().to_string(),
            typed,
            only: None,
            here: std::env::current_dir().unwrap_or_default(),
        }
    }

    /// The same invocation on another project in another folder, in no workflow.
    pub(super) fn elsewhere(&self, here: PathBuf, project: PathBuf) -> Self {
        let global = Global {
            project_dir: Some(project),
            profiles_dir: None,
            target: None,
            vars: None,
            threads: self.global.threads,
            color: self.global.color,
            quiet: self.global.quiet,
            verbose: self.global.verbose,
        };
        let mut out = Out::new(global.color, self.env.no_color, self.env.in_github);
        (out.quiet, out.verbose) = (global.quiet, global.verbose);
        Self {
            global,
            env: Environment::default(),
            out,
            started: self.started.clone(),
            invocation_id: self.invocation_id.clone(),
            typed: Typed::default(),
            only: None,
            here,
        }
    }

    /// The folder with `dbt_project.yml`: the one that was named, this one, one above it, or the only one below it.
    pub(super) fn project_dir(&self) -> Result<PathBuf, Error> {
        let has_project = |folder: &Path| folder.join("dbt_project.yml").is_file();
        if let Some(named) = &self.global.project_dir {
            let missing = || {
                Error::usage(
                    format!("there is no dbt_project.yml in {}", named.display()),
                    "name the folder that holds it with --project-dir",
                )
            };
            return if has_project(named) { Ok(named.clone()) } else { Err(missing()) };
        }
        let here = &self.here;
        if let Some(above) = here.ancestors().find(|folder| has_project(folder)) {
            return Ok(above.to_owned());
        }
        let below = std::fs::read_dir(here).into_iter().flatten().flatten().map(|entry| entry.path());
        let mut below: Vec<PathBuf> = below.filter(|folder| folder.is_dir() && has_project(folder)).collect();
        match (below.pop(), below.is_empty()) {
            (Some(only), true) => Ok(only),
            (Some(_), false) => Err(Error::usage(
                "more than one folder here holds a dbt_project.yml",
                "name the project's folder with --project-dir",
            )),
            _ => Err(Error::usage(
                "there is no dbt_project.yml here",
                "go into the dbt project's folder, or name it with --project-dir",
            )),
        }
    }

    /// How the project's files are shown: as seen from the current folder.
    pub(super) fn paths(&self, folder: &Path) -> Paths {
        let canonical = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let prefix = match canonical(folder).strip_prefix(canonical(&self.here)) {
            Ok(below) if below.as_os_str().is_empty() => String::new(),
            Ok(below) => format!("{}/", below.display()),
            Err(_) => String::new(),
        };
        Paths { prefix }
    }

    /// The run as templates and artefacts know it.
    pub(super) fn run(&self, command: &str, full_refresh: bool) -> Run {
        Run {
            invocation_id: self.invocation_id.clone(),
            started: self.started.clone(),
            command: command.to_owned(),
            full_refresh,
            args: self.typed.args.clone(),
        }
    }

    /// Whether a node may be worked on: in a run that goes on with an earlier one, only what that one left.
    pub(super) fn takes(&self, id: &str) -> bool {
        self.only.as_ref().is_none_or(|only| only.contains(id))
    }

    /// The project as it lies in the folder, with its own settings: for dbt's verbs.
    pub(super) fn working_project(&self, folder: &Path, run: Run) -> Result<(Project, Policy), Error> {
        self.working(folder, run).map(|working| (working.project, working.policy))
    }

    /// As [`working_project`](Self::working_project), with what it was read with.
    pub(super) fn working(&self, folder: &Path, run: Run) -> Result<Working, Error> {
        self.working_with(folder, run, None)
    }

    /// As [`working`](Self::working), with a query from the command line among the files.
    pub(super) fn working_with(&self, folder: &Path, run: Run, inline: Option<&str>) -> Result<Working, Error> {
        let mut tree = walk::read_folder(folder);
        if let Some(query) = inline {
            let (path, bytes) = (compile::inline::PATH.to_owned(), query.into());
            tree.insert(SourceFile { path, kind: FileKind::Regular, bytes });
        }
        let tree = Arc::new(tree);
        let policy = Policy::read(&tree)?;
        self.working_of(folder, &tree, policy, run)
    }

    /// The project as these files make it, with these settings.
    pub(super) fn working_of(
        &self,
        folder: &Path,
        tree: &Arc<Tree>,
        policy: Policy,
        run: Run,
    ) -> Result<Working, Error> {
        let mut inputs = self.inputs(folder, tree, &policy, run)?;
        if self.env.in_github {
            // Here the settings are the pull request's own: it may not choose what it reads of the runner.
            inputs.env.clear();
        }
        Ok(Working { project: crate::project::read::read(tree, &inputs), policy, inputs })
    }

    /// What reading the project depends on besides its files.
    pub(super) fn inputs(&self, folder: &Path, tree: &Tree, policy: &Policy, run: Run) -> Result<Inputs, Error> {
        let (vars, env) = (self.vars()?, self.env.allowed(policy));
        let scope = scopes::project_file(None, &vars, &env);
        let packages = package::packages(tree, &scope, &mut Vec::new());
        Ok(Inputs { target: self.target(folder, &packages[0].file.profile, &scope)?, run, vars, env })
    }

    /// The settings of the root project alone, and what Jinja in them and in lists of packages sees.
    ///
    /// # Errors
    /// When `dbt_project.yml` or `cadet.yaml` cannot be read.
    pub(super) fn project_file(&self, folder: &Path) -> Result<(ProjectFile, Arc<Scope>), Error> {
        let tree = walk::read_folder(folder);
        let policy = Policy::read(&tree)?;
        // As above: in a workflow the settings may be the pull request's own.
        let env = if self.env.in_github { HashMap::new() } else { self.env.allowed(&policy) };
        let scope = scopes::project_file(None, &self.vars()?, &env);
        let file = package::packages(&tree, &scope, &mut Vec::new()).swap_remove(0).file;
        if file.yaml.is_none() {
            return Err(Error::usage("dbt_project.yml cannot be read", "`cadet check --all` shows the place"));
        }
        Ok((file, scope))
    }

    fn vars(&self) -> Result<serde_json::Map<String, serde_json::Value>, Error> {
        let Some(text) = &self.global.vars else { return Ok(serde_json::Map::new()) };
        match yaml::read(text).map(|(yaml, _)| yaml.to_json()) {
            Ok(serde_json::Value::Object(vars)) => Ok(vars),
            _ => Err(Error::usage("--vars is not a YAML map", "write it as --vars '{name: value}'")),
        }
    }

    /// The target's names, from `profiles.yml` if one is found.
    fn target(&self, folder: &Path, profile: &str, scope: &Arc<Scope>) -> Result<Target, Error> {
        let wanted = self.global.target.as_deref();
        let Some(profiles) = self.profiles(folder) else { return Ok(Target::usual(profile)) };
        let problem = |message: String| {
            Error::usage(
                format!("profiles.yml cannot be used: {message}"),
                "only its names are read; no connection is made from it",
            )
        };
        let (yaml, _) = yaml::read(&profiles).map_err(|found| problem(found.message))?;
        // What cannot be rendered is a password: only names are read, and they are checked below.
        let yaml = yaml_jinja::rendered(
            &scope.naming_secrets(),
            &yaml,
            ("profiles.yml", ""),
            yaml_jinja::everywhere,
            &mut Vec::new(),
        );
        let found = match Target::read(&yaml, profile, wanted) {
            Err(_) if wanted == Some(LOCAL) => Target::read(&yaml, profile, None),
            found => found,
        };
        let default = yaml.get(profile).and_then(|profile| profile.get("target")).and_then(yaml::Yaml::scalar);
        let known = |names: Vec<String>| {
            let wanted = wanted.or(default.as_deref()).unwrap_or("default");
            Error::usage(
                format!("the profile `{profile}` has no target `{wanted}`"),
                format!("its targets are {}, and `{LOCAL}`", names.join(", ")),
            )
        };
        match (found.map_err(known)?, wanted.filter(|wanted| *wanted != LOCAL)) {
            (Some(target), _) => Ok(target),
            (None, None) => Ok(Target::usual(profile)),
            (None, Some(wanted)) => Err(Error::usage(
                format!("profiles.yml has no profile `{profile}`, and so no target `{wanted}`"),
                "check `profile:` in dbt_project.yml, or leave --target out",
            )),
        }
    }

    fn profiles(&self, folder: &Path) -> Option<String> {
        let home = self.env.home.as_ref().map(|home| home.join(".dbt"));
        let folders = [self.global.profiles_dir.clone(), self.env.profiles_dir.clone(), Some(folder.to_owned()), home];
        folders.into_iter().flatten().find_map(|folder| std::fs::read_to_string(folder.join("profiles.yml")).ok())
    }

    /// How many steps run at once.
    pub(super) fn threads(&self, project: &Project, policy: &Policy) -> usize {
        self.global.threads.or(policy.threads).unwrap_or(project.target.threads).clamp(1, 64)
    }
}
