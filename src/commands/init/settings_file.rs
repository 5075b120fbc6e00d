//! What was found in a project in, the text of its `cadet.yaml` out.

use std::fmt::Write;

use super::survey::{Look, Survey};
use crate::settings::{Policy, Preset};

const HEAD: &str = "\
# How cadet checks this project. Every key may be left out: then holds what stands behind a `#`, or what cadet finds by
# looking at the project. `cadet explain` lists the rules; docs/settings.md of cadet tells more of each key.
";

/// Keys that no project can be asked for.
const OTHERS: &str = "
# Levels that differ from the rules' own, for a rule or a group of them: error, warning, note or off.
# rules:
#   docs: warning

# Levels for some of the files, by patterns as in .gitignore.
# paths:
#   models/archive/:
#     docs: off

# A seed with more rows gets a warning, and one with more than the limit an error.
# seed_rows: 1000
# seed_rows_limit: 10000

# Words that may end the name of an intermediate model, beside past participles such as `joined`.
# transformations: [pivot]

# The most versions of one model that should live at the same time.
# live_versions: 3
";

/// The whole file.
pub(super) fn text(survey: &Survey) -> String {
    let usual = Policy::default();
    let width = if let Look::Indent(width) = survey.look { width } else { 2 };
    let mut file = File { text: HEAD.to_owned(), indent: " ".repeat(width) };
    let preset = match survey.preset {
        Preset::Suffix => "suffix",
        Preset::Prefix => "prefix",
        Preset::None => "none",
    };
    file.key(
        "How models are named: suffix (visits_fct), prefix (fct_visits), or none for names of your own.",
        survey.preset != survey.usual_preset,
        &format!("preset: {preset}"),
    );
    let is_usual = survey.schedules.iter().all(|tag| usual.schedules.contains(tag));
    let schedules = if is_usual { &usual.schedules } else { &survey.schedules };
    file.list("The tags by which models are scheduled.", !is_usual, "schedules", schedules);
    let env_vars = &survey.env_vars;
    let left_out = match env_vars.secret.as_slice() {
        [] => String::new(),
        names => format!(" Left out as secrets: {}.", names.join(", ")),
    };
    let about = format!("The environment variables that templates may read with env_var().{left_out}");
    file.list(&about, !env_vars.plain.is_empty(), "env_vars", &env_vars.plain);
    let takes_views = survey.preset == Preset::Suffix && survey.views > 0 && survey.are_views_usual;
    let unsupported = if takes_views || survey.preset != Preset::Suffix { Vec::new() } else { vec!["view".to_owned()] };
    file.list("Materialisations that may not be used.", takes_views, "unsupported_materializations", &unsupported);
    file.list(
        "Configs of the project's own, which neither dbt nor an adapter knows.",
        !survey.configs.is_empty(),
        "configs",
        &survey.configs,
    );
    match &survey.look {
        Look::Yamllint(path) => {
            file.key(
                &format!("How YAML files are to look. Without this key {path} says so."),
                false,
                "yaml: {indent: 2}",
            );
        }
        Look::Indent(width) => {
            file.key("How YAML files are to look.", *width != 2, &format!("yaml: {{indent: {width}}}"));
        }
    }
    file.text + OTHERS
}

struct File {
    text: String,
    /// What items of a list stand behind.
    indent: String,
}

impl File {
    /// A key with its comment; one that says nothing new is a comment itself.
    fn key(&mut self, about: &str, is_set: bool, lines: &str) {
        let lines = if is_set { lines.to_owned() } else { format!("# {}", lines.replace('\n', "\n# ")) };
        // Nothing can go wrong: it is written to memory.
        let _ = write!(self.text, "\n# {about}\n{lines}\n");
    }

    fn list(&mut self, about: &str, is_set: bool, key: &str, items: &[String]) {
        let items: Vec<String> = items.iter().map(|item| scalar(item)).collect();
        let flow = format!("{key}: [{}]", items.join(", "));
        let lines = if flow.len() <= 80 {
            flow
        } else {
            format!("{key}:{}", items.iter().map(|item| format!("\n{}- {item}", self.indent)).collect::<String>())
        };
        self.key(about, is_set, &lines);
    }
}

/// A text as YAML writes it: plain where that is sure to be read as the same text.
fn scalar(text: &str) -> String {
    let is_plain = text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
        && !["y", "n", "yes", "no", "on", "off", "true", "false", "null"].contains(&text.to_lowercase().as_str());
    if is_plain { text.to_owned() } else { serde_json::Value::from(text).to_string() }
}
