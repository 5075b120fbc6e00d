//! Everything that decides how cadet behaves: what was typed, `cadet.yaml`, and the environment. Nothing else reads
//! the environment.
//!
//! On a pull request `cadet.yaml` is taken from the base commit, so that a pull request cannot set its own rules.

mod athena;
mod levels;
mod wrong;
mod yaml_style;
mod yamllint;

use std::collections::BTreeMap;
use std::path::PathBuf;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::finding::baseline::{self, Baseline};
use crate::finding::{Finding, Level, Place};
use crate::parse::yaml_layout::{self, Layout, Untidy};
use crate::source::{FileKind, Tree};
use levels::PathLevels;

pub use athena::{AthenaSettings, TargetLayout};
pub use levels::{Levels, RuleLevel};
pub use wrong::Wrong;
pub use yaml_style::YamlStyle;
pub use yamllint::{Misread, Said, Yamllint};

/// The name of the settings file, beside `dbt_project.yml`.
pub const FILE: &str = "cadet.yaml";

/// What `cadet.yaml` says. Every key may be left out.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Policy {
    /// Levels by rule id or group: `error`, `warning`, `note` or `off`.
    pub rules: Levels,
    /// Levels for some of the files, by a pattern as in `.gitignore`; of several patterns the last counts.
    pub paths: IndexMap<String, Levels>,
    /// How YAML files are to look; when not set, as `.yamllint` says.
    pub yaml: Option<YamlStyle>,
    #[serde(skip)]
    yamllint: Option<Yamllint>,
    /// The patterns of `paths`, ready to be used.
    #[serde(skip)]
    path_levels: Vec<PathLevels>,
    /// The most rows that a seed may have without a warning.
    pub seed_rows: usize,
    /// The most rows that a seed may have at all.
    pub seed_rows_limit: usize,
    /// How the names of dev databases end, which nothing may name; nothing when there are none.
    pub dev_database_suffix: String,
    /// The environment variables that templates may read.
    pub env_vars: Vec<String>,
    /// How models are named: `suffix`, `prefix` or `none`; when not set, `suffix` wherever a model is named so.
    pub preset: Option<Preset>,
    /// Suffixes of tables that need a property file of their own.
    pub described_suffixes: Vec<String>,
    /// Words that may end the name of an intermediate model, beside past participles such as `joined`.
    pub transformations: Vec<String>,
    /// The tags by which models are scheduled.
    pub schedules: Vec<String>,
    /// Materialisations that may not be used; when not set, `view` in the preset `suffix`.
    pub unsupported_materializations: Option<Vec<String>>,
    /// Configs of the project's own, beside those of dbt and its adapters.
    pub configs: Vec<String>,
    /// The most versions of one model that should live at the same time.
    pub live_versions: usize,
    /// The most nodes that are built at the same time.
    pub threads: Option<usize>,
    /// Where Athena is, and where tables go on it.
    pub athena: AthenaSettings,
}

/// How the models of a project are named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Preset {
    /// `<database>__<table>_fct`, `_dim`, `_stg`, and intermediates that end in what was done.
    Suffix,
    /// `<database>_datamarts__fct_<table>`, `stg_<source>__stg_<table>`, `<database>_int__int_<table>`.
    Prefix,
    /// As their authors like.
    None,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            rules: Levels::new(),
            paths: IndexMap::new(),
            yaml: None,
            yamllint: None,
            path_levels: Vec::new(),
            seed_rows: 1_000,
            seed_rows_limit: 10_000,
            dev_database_suffix: "_dev_dbt".to_owned(),
            env_vars: Vec::new(),
            preset: None,
            described_suffixes: ["_fct", "_dim", "_stg"].map(str::to_owned).to_vec(),
            transformations: Vec::new(),
            schedules: ["daily", "weekly", "monthly"].map(str::to_owned).to_vec(),
            unsupported_materializations: None,
            configs: Vec::new(),
            live_versions: 3,
            threads: None,
            athena: AthenaSettings::default(),
        }
    }
}

/// A `cadet.yaml` or a baseline that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    #[error("{FILE} cannot be used: {0}")]
    Wrong(Wrong),
    #[error("{file} cannot be read: {0}", file = baseline::FILE)]
    Baseline(String),
}

impl SettingsError {
    /// What is wrong as a finding, at its place.
    pub fn finding(&self, help: &str) -> Finding {
        match self {
            Self::Wrong(wrong) => wrong.finding(help.to_owned()).0,
            Self::Baseline(_) => {
                let place = Place::file(baseline::FILE);
                Finding::new("settings/baseline", Level::Error, self.to_string(), place).help(help)
            }
        }
    }
}

impl Policy {
    /// Reads `cadet.yaml` of a tree; what is not there has its default. Without its key `yaml`, `.yamllint` is read too.
    ///
    /// # Errors
    /// When the file is not YAML, has a key that cadet does not know, or names a rule that does not exist.
    pub fn read(tree: &Tree) -> Result<Self, SettingsError> {
        let mut policy = Self::read_file(tree)?;
        if policy.yaml.is_none() {
            policy.yamllint = Yamllint::find(tree);
        }
        Ok(policy)
    }

    fn read_file(tree: &Tree) -> Result<Self, SettingsError> {
        let Some(file) = tree.find(FILE) else { return Ok(Self::default()) };
        let text = file.text().ok().filter(|_| file.kind == FileKind::Regular);
        let no_text = || Wrong::without_text("this is not a plain text file in UTF-8");
        let text = text.ok_or_else(|| SettingsError::Wrong(no_text()))?;
        if text.trim().is_empty() {
            return Ok(Self::default());
        }
        let read = serde_saphyr::from_str(text).map_err(|error| SettingsError::Wrong(Wrong::refused(text, &error)));
        let mut policy: Self = match Wrong::without_value(text) {
            Some(wrong) => return Err(SettingsError::Wrong(wrong)),
            None => read?,
        };
        if let Some(wrong) = Wrong::no_such_rule(text, &policy) {
            return Err(SettingsError::Wrong(wrong));
        }
        if let Some(mistake) = policy.athena.mistake() {
            return Err(SettingsError::Wrong(Wrong::of_athena(text, mistake)));
        }
        let pattern = |pattern: String| SettingsError::Wrong(Wrong::pattern(text, &pattern));
        policy.path_levels = PathLevels::new(&policy.paths).map_err(pattern)?;
        Ok(policy)
    }

    /// The level of a rule in most files, or nothing when it is switched off in all of them.
    pub fn level(&self, id: &str, usual: Level) -> Option<Level> {
        let usual = self.said_by_yamllint(id, None).or(usual)?;
        levels::level(&self.rules, &self.path_levels, id, usual)
    }

    /// The level of a rule in a file, or nothing when it is switched off there.
    pub fn level_at(&self, id: &str, usual: Level, path: &str) -> Option<Level> {
        let usual = self.said_by_yamllint(id, Some(path)).or(usual)?;
        levels::level_at(&self.rules, &self.path_levels, (id, usual), path)
    }

    /// What `.yamllint` says of a rule: nothing where `cadet.yaml` switches a rule on by its own name that is off there.
    fn said_by_yamllint(&self, id: &str, path: Option<&str>) -> Said {
        let said = self.yamllint.as_ref().map_or(Said::Nothing, |yamllint| yamllint.said(id, path));
        let is_named = || self.rules.contains_key(id) || self.paths.values().any(|levels| levels.contains_key(id));
        if said == Said::Off && is_named() { Said::Nothing } else { said }
    }

    /// What is untidy in a YAML file. Comments for yamllint count where its settings do.
    pub fn untidy(&self, text: &str) -> Vec<Untidy> {
        let mut untidy = yaml_layout::untidy(text, &self.layout());
        if self.yamllint.is_some() {
            yamllint::leave_out(text, &mut untidy);
        }
        untidy
    }

    /// How YAML files are to look.
    fn layout(&self) -> Layout {
        match (&self.yaml, &self.yamllint) {
            (Some(style), _) => style.layout(),
            (None, Some(yamllint)) => yamllint.layout(),
            (None, None) => Layout::default(),
        }
    }
}

/// The JSON schema of `cadet.yaml`, from the types that it is read into.
pub fn schema() -> String {
    serde_json::to_string_pretty(&schemars::schema_for!(Policy)).map(|text| text + "\n").unwrap_or_default()
}

/// Reads the baseline of a tree; what is not there is empty.
///
/// # Errors
/// When the file is a link, or not what `cadet baseline` writes.
pub fn baseline(tree: &Tree) -> Result<Baseline, SettingsError> {
    let Some(file) = tree.find(baseline::FILE) else { return Ok(Baseline::default()) };
    let text = file.text().ok().filter(|_| file.kind == FileKind::Regular);
    let text = text.ok_or_else(|| SettingsError::Baseline("it is not a plain text file in UTF-8".to_owned()))?;
    Baseline::read(text).map_err(SettingsError::Baseline)
}

/// The folder in which the working process finds its orders: who has it is the working process.
pub const WORKER: &str = "CADET_WORKER";

/// What cadet takes from the environment.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    /// Running as a step of a GitHub workflow.
    pub in_github: bool,
    pub github_event: Option<String>,
    /// The branch that a pull request is to be merged into.
    pub github_base: Option<String>,
    /// The pull request's own branch: a runner checks out a commit, not a branch.
    pub github_head: Option<String>,
    pub github_summary: Option<PathBuf>,
    pub github_output: Option<PathBuf>,
    /// `refs/pull/123/merge` on a pull request.
    pub github_ref: Option<String>,
    /// Whose repository it is, which run of which workflow, and which attempt at it.
    pub github_run: Option<[String; 3]>,
    /// The file with what GitHub says of the event.
    pub github_event_path: Option<PathBuf>,
    /// Where GitHub's pages and its API are: a company may have a GitHub of its own.
    pub github_server: Option<String>,
    pub github_api: Option<String>,
    /// Where the AWS services are, when not where Amazon has them: for tests, and for endpoints of one's own.
    pub aws_endpoint: Option<String>,
    /// The region of the AWS services.
    pub aws_region: Option<String>,
    pub profiles_dir: Option<PathBuf>,
    pub home: Option<PathBuf>,
    pub no_color: bool,
    /// The value of [`WORKER`].
    pub worker: Option<PathBuf>,
    /// The most memory that reading a project may take, in MiB, as it is written.
    pub memory: Option<String>,
    /// How reading is to fail, for tests.
    #[cfg(debug_assertions)]
    pub mishaps: Option<String>,
    /// How many times faster than it is time goes by for whoever waits for GitHub, for tests.
    #[cfg(debug_assertions)]
    pub haste: Option<String>,
    /// Where packages of the hub are looked up.
    pub package_hub: Option<String>,
    all: BTreeMap<String, String>,
}

impl Environment {
    /// Reads the environment of this process.
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the environment")]
    pub fn read() -> Self {
        let all: BTreeMap<String, String> = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        let text = |name: &str| all.get(name).filter(|value| !value.is_empty()).cloned();
        Self {
            in_github: text("GITHUB_ACTIONS").is_some_and(|value| value == "true"),
            github_event: text("GITHUB_EVENT_NAME"),
            github_base: text("GITHUB_BASE_REF"),
            github_head: text("GITHUB_HEAD_REF"),
            github_summary: text("GITHUB_STEP_SUMMARY").map(PathBuf::from),
            github_output: text("GITHUB_OUTPUT").map(PathBuf::from),
            github_ref: text("GITHUB_REF"),
            github_run: run_of(text),
            github_event_path: text("GITHUB_EVENT_PATH").map(PathBuf::from),
            github_server: text("GITHUB_SERVER_URL"),
            github_api: text("GITHUB_API_URL"),
            aws_endpoint: text("AWS_ENDPOINT_URL_S3").or_else(|| text("AWS_ENDPOINT_URL")),
            aws_region: text("AWS_REGION").or_else(|| text("AWS_DEFAULT_REGION")),
            profiles_dir: text("DBT_PROFILES_DIR").map(PathBuf::from),
            home: text("HOME").or_else(|| text("USERPROFILE")).map(PathBuf::from),
            no_color: text("NO_COLOR").is_some(),
            worker: text(WORKER).map(PathBuf::from),
            memory: text("CADET_MEMORY"),
            #[cfg(debug_assertions)]
            mishaps: text("CADET_MISHAPS"),
            #[cfg(debug_assertions)]
            haste: text("CADET_HASTE"),
            package_hub: text("DBT_PACKAGE_HUB_URL"),
            all,
        }
    }

    /// The variables that templates may read: those that the policy allows.
    pub fn allowed(&self, policy: &Policy) -> std::collections::HashMap<String, String> {
        let allowed = policy.env_vars.iter();
        allowed.filter_map(|name| Some((name.clone(), self.all.get(name)?.clone()))).collect()
    }

    /// The number of the pull request that this runs for.
    pub fn pull_request(&self) -> Option<u64> {
        self.github_ref.as_ref()?.strip_prefix("refs/pull/")?.split('/').next()?.parse().ok()
    }

    /// The values that no one may read in what cadet writes.
    pub fn secrets(&self) -> impl Iterator<Item = &str> {
        let names = TOKENS.iter().chain(SECRETS);
        names.filter_map(|name| self.all.get(*name)).map(String::as_str)
    }

    /// The token for GitHub's API, where this is the process that was started: the one that works is given it another way.
    pub fn github_token(&self) -> Option<&str> {
        TOKENS.iter().filter_map(|name| self.all.get(*name)).map(|token| token.trim()).find(|token| !token.is_empty())
    }

    /// The names of those credentials that this process holds: of AWS, and for asking AWS for some.
    pub fn credentials(&self) -> Vec<&'static str> {
        let is_set = |name: &&str| self.all.get(*name).is_some_and(|value| !value.is_empty());
        CREDENTIALS.iter().copied().filter(is_set).collect()
    }

    /// The variables that git needs to fetch; without `agent`, not those that lead to the user's keys.
    pub fn for_git(&self, agent: bool) -> Vec<(String, String)> {
        let names = FOR_GIT.iter().chain(FOR_KEYS.iter().filter(|_| agent));
        names.filter_map(|name| Some(((*name).to_owned(), self.all.get(*name)?.clone()))).collect()
    }
}

fn run_of(text: impl Fn(&str) -> Option<String>) -> Option<[String; 3]> {
    let attempt = text("GITHUB_RUN_ATTEMPT").unwrap_or_else(|| "1".to_owned());
    Some([text("GITHUB_REPOSITORY")?, text("GITHUB_RUN_ID")?, attempt])
}

/// Where a token for GitHub's API may be. The process that reads the project has none of them.
pub const TOKENS: &[&str] = &["GITHUB_TOKEN", "GH_TOKEN"];

/// What else is secret.
const SECRETS: &[&str] = &[
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
    "ACTIONS_RUNTIME_TOKEN",
];

const CREDENTIALS: &[&str] = &[
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_PROFILE",
    "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
];

/// Where programs are, the proxy, and the certificates to trust.
const FOR_GIT: &[&str] = &[
    "PATH",
    "SYSTEMROOT",
    "TMPDIR",
    "HTTPS_PROXY",
    "https_proxy",
    "ALL_PROXY",
    "all_proxy",
    "NO_PROXY",
    "no_proxy",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "GIT_SSL_CAINFO",
];

/// What leads to the user's settings and keys.
const FOR_KEYS: &[&str] =
    &["HOME", "USERPROFILE", "USER", "LOGNAME", "XDG_CONFIG_HOME", "SSH_AUTH_SOCK", "GIT_SSH_COMMAND"];
