//! A command as it was typed, in the words of dbt's `run_results.json`, and from there a command again: what `retry` goes
//! by. Where files are written is not among it.

use clap::ValueEnum;
use serde_json::{Map, Value, json};

use super::{BuildArgs, Command, Global, HowArgs, LimitArgs, RunArgs};

/// A command that builds something.
#[derive(Debug, Clone, Default)]
pub struct Typed {
    /// Under `args` of `run_results.json`.
    pub args: Map<String, Value>,
    /// The commit that was named with `--head`.
    pub head: Option<String>,
    pub limits: LimitArgs,
}

impl Typed {
    /// What of a command is written down.
    pub fn of(global: &Global, command: &Command) -> Self {
        let built = |args: &BuildArgs| {
            let mut all = how(&args.select.how, &args.run);
            all.insert("select".to_owned(), json!(args.select.select));
            all.insert("resource_types".to_owned(), json!(args.resource_type));
            all.insert("exclude_resource_types".to_owned(), json!(args.exclude_resource_type));
            all.insert("base".to_owned(), json!(args.base.base));
            (all, None, args.run.limits)
        };
        let (mut args, head, limits) = match command {
            Command::Run(args) | Command::Seed(args) | Command::Test(args) | Command::Build(args) => built(args),
            Command::Deploy(args) => {
                let mut all = how(&args.select.how, &args.run);
                all.insert("select".to_owned(), json!(args.select.select));
                all.insert("base".to_owned(), json!(args.base.base));
                all.insert("head".to_owned(), json!(args.base.head));
                (all, args.base.head.clone(), args.run.limits)
            }
            Command::Ci(args) => {
                let mut all = of_run(&args.run);
                all.insert("base".to_owned(), json!(args.base.base));
                all.insert("head".to_owned(), json!(args.base.head));
                (all, args.base.head.clone(), args.run.limits)
            }
            _ => return Self::default(),
        };
        args.insert("target".to_owned(), json!(global.target));
        args.insert("threads".to_owned(), json!(global.threads));
        args.insert("vars".to_owned(), json!(global.vars));
        Self { args, head, limits }
    }
}

fn of_run(run: &RunArgs) -> Map<String, Value> {
    let all = json!({
        "full_refresh": run.full_refresh,
        "fail_fast": run.fail_fast,
        "defer": run.defer,
        "no_defer": run.no_defer,
        "source_data": run.source_data,
        "max_bytes": run.limits.max_bytes.map(|bytes| bytes.0),
        "replace_newer": run.limits.replace_newer,
    });
    all.as_object().cloned().unwrap_or_default()
}

fn how(how: &HowArgs, run: &RunArgs) -> Map<String, Value> {
    let mut all = of_run(run);
    let mode = how.indirect_selection.to_possible_value();
    all.insert("exclude".to_owned(), json!(how.exclude));
    all.insert("selector".to_owned(), json!(how.selector));
    all.insert("indirect_selection".to_owned(), json!(mode.map(|mode| mode.get_name().to_owned())));
    all.insert("state".to_owned(), json!(how.state));
    all
}

/// The commands that can be done again.
const AGAIN: [&str; 6] = ["run", "seed", "test", "build", "deploy", "ci"];

/// The keys that are flags.
const FLAGS: [(&str, &str); 5] = [
    ("full_refresh", "--full-refresh"),
    ("fail_fast", "--fail-fast"),
    ("defer", "--defer"),
    ("no_defer", "--no-defer"),
    ("replace_newer", "--replace-newer"),
];

/// The keys that are options with a value or several, and the commands that have them.
const OPTIONS: [(&str, &str, &[&str]); 14] = [
    ("select", "--select", &["run", "seed", "test", "build", "deploy"]),
    ("exclude", "--exclude", &["run", "seed", "test", "build", "deploy"]),
    ("selector", "--selector", &["run", "seed", "test", "build", "deploy"]),
    ("indirect_selection", "--indirect-selection", &["run", "seed", "test", "build", "deploy"]),
    ("state", "--state", &["run", "seed", "test", "build", "deploy"]),
    ("resource_types", "--resource-type", &["run", "seed", "test", "build"]),
    ("exclude_resource_types", "--exclude-resource-type", &["run", "seed", "test", "build"]),
    ("base", "--base", &AGAIN),
    ("head", "--head", &["deploy", "ci"]),
    ("source_data", "--source-data", &AGAIN),
    ("max_bytes", "--max-bytes", &AGAIN),
    ("target", "--target", &AGAIN),
    ("threads", "--threads", &AGAIN),
    ("vars", "--vars", &AGAIN),
];

/// The words of a command line that do again what `args` of a `run_results.json` say; nothing when that cannot be done
/// again.
pub fn words(args: &Map<String, Value>) -> Option<Vec<String>> {
    let which = args.get("which").and_then(Value::as_str).filter(|which| AGAIN.contains(which))?;
    let mut words = vec!["cadet".to_owned(), which.to_owned()];
    let is_set = |key: &str| args.get(key).and_then(Value::as_bool).unwrap_or_default();
    words.extend(FLAGS.iter().filter(|(key, _)| is_set(key)).map(|(_, flag)| (*flag).to_owned()));
    for (key, option, commands) in OPTIONS {
        if commands.contains(&which) {
            let given = args.get(key).map(|value| values(key, value)).unwrap_or_default();
            words.extend(given.into_iter().map(|value| format!("{option}={value}")));
        }
    }
    Some(words)
}

fn values(key: &str, value: &Value) -> Vec<String> {
    match value {
        Value::String(text) if text.is_empty() => Vec::new(),
        Value::String(text) => vec![text.clone()],
        Value::Number(number) => vec![number.to_string()],
        Value::Array(all) => all.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        // dbt writes variables as what they are.
        Value::Object(vars) if key == "vars" && !vars.is_empty() => vec![value.to_string()],
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::cli::Cli;

    fn again(line: &str) -> Option<Vec<String>> {
        let cli = Cli::parse_from(line.split(' '));
        let mut args = Typed::of(&cli.global, &cli.command).args;
        args.insert("which".to_owned(), json!(line.split(' ').nth(1)));
        words(&args)
    }

    #[test]
    fn what_was_typed_is_typed_again() {
        for line in [
            "cadet build --full-refresh --fail-fast --select=a+ --select=tag:x --exclude=b --indirect-selection=eager --resource-type=model --target=dev --threads=4",
            "cadet test --indirect-selection=cautious --state=before",
            "cadet deploy --defer --replace-newer --select=-a --indirect-selection=eager --base=main --head=abc --max-bytes=10000000000",
            "cadet ci --no-defer --base=main --vars={a: 1}".replace(": ", ":").as_str(),
        ] {
            assert_eq!(again(line).unwrap().join(" "), line);
        }
        assert_eq!(again("cadet parse"), None);
    }

    #[test]
    fn what_dbt_wrote_down_is_understood() {
        let args = json!({
            "which": "build", "select": ["my_model+"], "exclude": [], "vars": {"day": 3}, "full_refresh": false,
            "profiles_dir": "/somewhere", "log_path": "logs", "indirect_selection": "eager", "threads": null,
        });
        let words = words(args.as_object().unwrap()).unwrap();
        assert_eq!(words.join(" "), "cadet build --select=my_model+ --indirect-selection=eager --vars={\"day\":3}");
        assert!(Cli::try_parse_from(words).is_ok());
    }
}
