//! A project in, what `cadet.yaml` has to say of it out.

use std::collections::{BTreeMap, BTreeSet};

use super::env_vars::EnvVars;
use crate::parse::yaml_layout::{self, Kind, Layout};
use crate::project::{Project, ResourceType};
use crate::report::counted;
use crate::report::text::Out;
use crate::rules::{self, Bodies, Names, Subject};
use crate::settings::{Policy, Preset, Yamllint};

/// What was found.
pub(super) struct Survey {
    name: String,
    models: usize,
    seeds: usize,
    sources: usize,
    names: Names,
    /// How the models are named.
    pub(super) preset: Preset,
    /// What holds when `preset:` is left out.
    pub(super) usual_preset: Preset,
    /// The tags that say when something is built.
    pub(super) schedules: Vec<String>,
    pub(super) env_vars: EnvVars,
    /// How many models are views.
    pub(super) views: usize,
    pub(super) are_views_usual: bool,
    /// Configs that neither dbt nor an adapter knows, used again and again.
    pub(super) configs: Vec<String>,
    pub(super) look: Look,
    pub(super) has_packages: bool,
}

/// How YAML files look.
pub(super) enum Look {
    /// As the settings of yamllint in this file say.
    Yamllint(String),
    /// Most are indented by this many spaces.
    Indent(usize),
}

/// What a tag holds that says how often something is built.
const OFTEN: &[&str] = &[
    "hourly",
    "daily",
    "nightly",
    "weekly",
    "fortnightly",
    "biweekly",
    "monthly",
    "quarterly",
    "yearly",
    "annually",
    "annual",
];

/// A config that stands in fewer places may be a slip.
const HABIT: usize = 3;

impl Survey {
    pub(super) fn of(project: &Project, policy: &Policy, env_vars: EnvVars) -> Self {
        let subject = Subject::new(project, Bodies::none(), policy);
        let names = Names::of(project);
        let models = project.own(ResourceType::Model).count();
        let views = project.own(ResourceType::Model).filter(|model| model.materialized() == "view").count();
        Self {
            name: project.name.clone(),
            models,
            seeds: project.own(ResourceType::Seed).count(),
            sources: project.sources.values().filter(|table| table.package == project.name).count(),
            preset: if names.all == 0 { names.usual() } else { names.followed() },
            usual_preset: names.usual(),
            names,
            schedules: schedules(project),
            env_vars,
            views,
            are_views_usual: views * 2 > models || project.target.kind != "athena",
            configs: configs(&subject),
            look: look(&subject),
            has_packages: ["packages.yml", "dependencies.yml"]
                .iter()
                .any(|list| project.text(list).contains("packages:")),
        }
    }

    /// Says what was found.
    pub(super) fn tell(&self, out: &Out) {
        let counts = [
            counted(self.models, "model", "models"),
            counted(self.seeds, "seed", "seeds"),
            counted(self.sources, "source table", "source tables"),
        ];
        out.info(&format!("Looked at {}: {}.", self.name, counts.join(", ")));
        let (named, all) = (self.names.by_database, self.names.all);
        let how = match self.preset {
            Preset::Suffix => "named as the handbook has it, with suffixes",
            Preset::Prefix => "named as the later handbook has it, with prefixes",
            Preset::None => "too few for the handbook's rules on names",
        };
        out.info(&format!("  names      {named} of {all} are named after the folder of their database: {how}"));
        let listed = |names: &[String]| if names.is_empty() { "none".to_owned() } else { names.join(", ") };
        out.info(&format!("  schedules  {}", listed(&self.schedules)));
        out.info(&format!("  env_vars   {}", listed(&self.env_vars.plain)));
        if self.views > 0 {
            out.info(&format!("  views      {} of {}", self.views, counted(self.models, "model", "models")));
        }
        if !self.configs.is_empty() {
            out.info(&format!("  configs    {}", self.configs.join(", ")));
        }
        out.info(&match &self.look {
            Look::Yamllint(path) => format!("  YAML       as {path} says"),
            Look::Indent(width) => format!("  YAML       {width} spaces a level"),
        });
        out.info("");
    }
}

fn schedules(project: &Project) -> Vec<String> {
    let tags = project.own(ResourceType::Model).chain(project.own(ResourceType::Seed)).flat_map(|node| &node.tags);
    let is_schedule =
        |tag: &&String| tag.split(['_', '-', ':']).any(|word| OFTEN.contains(&word.to_lowercase().as_str()));
    let found: BTreeSet<&String> = tags.filter(is_schedule).collect();
    let often = |tag: &String| OFTEN.iter().position(|word| tag.to_lowercase().contains(word)).unwrap_or(OFTEN.len());
    let mut found: Vec<String> = found.into_iter().cloned().collect();
    found.sort_by_key(often);
    found
}

fn configs(subject: &Subject<'_>) -> Vec<String> {
    let mut uses: BTreeMap<String, usize> = BTreeMap::new();
    for finding in rules::run_where(subject, |entry| entry.id() == "config/unknown-key") {
        let meant = finding.help.as_deref().is_some_and(|help| help.starts_with("did you mean"));
        let span = finding.place.span.clone().filter(|_| !meant);
        let key = span.and_then(|span| subject.project.text(&finding.place.path).get(span));
        let key = key.map(|key| key.trim_matches(['+', '\'', '"'])).unwrap_or_default();
        if !key.is_empty() && !rules::is_config(key) {
            *uses.entry(key.to_owned()).or_default() += 1;
        }
    }
    uses.into_iter().filter(|(_, count)| *count >= HABIT).map(|(key, _)| key).collect()
}

fn look(subject: &Subject<'_>) -> Look {
    if let Some(path) = Yamllint::find(&subject.project.tree).map(|yamllint| yamllint.path) {
        return Look::Yamllint(path);
    }
    let files = || subject.own_files().filter(|file| matches!(file.extension(), "yml" | "yaml"));
    let wrong = |indent: usize| {
        let layout = Layout { indent: Some(indent), ..Layout::default() };
        let is_wrong =
            |text: &str| yaml_layout::untidy(text, &layout).iter().any(|untidy| untidy.kind == Kind::Indentation);
        files().filter(|file| file.text().is_ok_and(is_wrong)).count()
    };
    Look::Indent(if wrong(4) < wrong(2) { 4 } else { 2 })
}
