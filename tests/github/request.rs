//! A pull request, the workflow's step that runs cadet on it, and GitHub's double.

use std::fs;

use git2::Repository;
use serde_json::json;

use crate::double::Double;
use crate::sandbox::{Ran, Sandbox};

const FOLDER: &str = "models/prison/prison_safety";

/// The token of the step.
pub(crate) const TOKEN: &str = "ghs_0123456789abcdefABCDEF";

/// A model `prison_safety__<name>` with a description.
pub(crate) fn model(sandbox: Sandbox, name: &str, sql: &str) -> Sandbox {
    let yaml = format!("models:\n  - name: prison_safety__{name}\n    description: One row for each visit.\n");
    sandbox
        .file(&format!("{FOLDER}/prison_safety__{name}.sql"), sql)
        .file(&format!("{FOLDER}/prison_safety__{name}.yaml"), &yaml)
}

/// A seed and a model on `main`, and a branch `work` that adds a model; a dashboard reads the model.
pub(crate) fn good() -> Sandbox {
    let seed = "seeds:\n  - name: prison_safety__sites\n    description: Sites.\n    columns:\n      - name: code\n        data_tests: [unique]\n";
    let exposure = "exposures:\n  - name: visits_dashboard\n    type: dashboard\n    owner: {name: \"Prison @statistics\"}\n    depends_on: [\"ref('prison_safety__sites_stg')\"]\n";
    let sandbox = Sandbox::new()
        .file(".gitignore", "target/\nlogs/\n")
        .file("cadet.yaml", "rules:\n  testing/primary-key: off\n  docs/columns-described: off\n")
        .file("seeds/prison/prison_safety/prison_safety__sites.csv", "code,name\n1,Fen\n")
        .file("seeds/prison/prison_safety/prison_safety__sites.yaml", seed)
        .file(&format!("{FOLDER}/exposures.yaml"), exposure);
    let sandbox = model(sandbox, "sites_stg", "select code, name from {{ ref('prison_safety__sites') }}\n")
        .commit("the project")
        .branch("work")
        .edit("seeds/prison/prison_safety/prison_safety__sites.csv", "1,Fen\n", "1,Fen\n2,Holm\n");
    model(sandbox, "sites_fct", "select count(*) as site_count from {{ ref('prison_safety__sites_stg') }}\n")
        .commit("one more site")
}

/// With a mistake that the check finds.
pub(crate) fn wrong() -> Sandbox {
    model(good(), "visits_fct", "select * from {{ ref('prison_safety__sites_sgt') }}\n").commit("a mistake")
}

/// With a mistake that only the build finds, and a model that waits for it.
pub(crate) fn failing() -> Sandbox {
    let sandbox = model(good(), "regions_fct", "select nam from {{ ref('prison_safety__sites_stg') }}\n");
    model(sandbox, "regions_by_name_fct", "select * from {{ ref('prison_safety__regions_fct') }}\n").commit("a mistake")
}

/// A branch with this change.
pub(crate) struct Request {
    pub sandbox: Sandbox,
    folder: Sandbox,
    pub double: Double,
    is_fork: bool,
    pub attempt: &'static str,
    /// The commit that the run is for; the newest when it is not named.
    pub commit: Option<String>,
}

impl Request {
    pub(crate) fn new(sandbox: Sandbox) -> Self {
        let double = Double::new(&head(&sandbox));
        Self { sandbox, folder: Sandbox::new(), double, is_fork: false, attempt: "1", commit: None }
    }

    /// From someone else's repository: the token may only read.
    pub(crate) fn of_fork(sandbox: Sandbox) -> Self {
        let request = Self { is_fork: true, ..Self::new(sandbox) };
        request.double.state(|state| state.may.clear());
        request
    }

    /// A further commit on the branch, as GitHub sees it too.
    #[must_use]
    pub(crate) fn push(mut self, change: impl FnOnce(Sandbox) -> Sandbox) -> Self {
        self.sandbox = change(self.sandbox).commit("more");
        let head = head(&self.sandbox);
        self.double.state(|state| state.head = head);
        self
    }

    /// `cadet ci` as a step of a workflow on the pull request.
    pub(crate) fn ci(&self, args: &[&str]) -> Ran {
        self.ci_with(args, &[])
    }

    /// With more variables, or others.
    pub(crate) fn ci_with(&self, args: &[&str], more: &[(&str, &str)]) -> Ran {
        self.cadet(&[&["ci", "--threads", "1"], args].concat(), more)
    }

    /// Any command as such a step.
    pub(crate) fn cadet(&self, args: &[&str], more: &[(&str, &str)]) -> Ran {
        let head = self.commit.clone().unwrap_or_else(|| head(&self.sandbox));
        let from = if self.is_fork { "someone/tables" } else { "moj/tables" };
        let event = json!({"pull_request": {
            "number": 7,
            "head": {"sha": head, "repo": {"full_name": from}},
            "base": {"repo": {"full_name": "moj/tables"}},
        }});
        let file = |name: &str| self.folder.root().join(name).display().to_string();
        fs::write(file("event.json"), event.to_string()).unwrap();
        let mut env = vec![
            ("GITHUB_ACTIONS", "true".to_owned()),
            ("GITHUB_EVENT_NAME", "pull_request".to_owned()),
            ("GITHUB_BASE_REF", "main".to_owned()),
            ("GITHUB_HEAD_REF", "work".to_owned()),
            ("GITHUB_REF", "refs/pull/7/merge".to_owned()),
            ("GITHUB_REPOSITORY", "moj/tables".to_owned()),
            ("GITHUB_RUN_ID", "4711".to_owned()),
            ("GITHUB_RUN_ATTEMPT", self.attempt.to_owned()),
            ("GITHUB_EVENT_PATH", file("event.json")),
            ("GITHUB_STEP_SUMMARY", file("summary.md")),
            ("GITHUB_OUTPUT", file("output")),
            ("GITHUB_API_URL", self.double.url()),
            ("GITHUB_SERVER_URL", "https://github.com".to_owned()),
            ("GITHUB_TOKEN", TOKEN.to_owned()),
            ("CADET_HASTE", "100".to_owned()),
        ];
        env.retain(|(name, _)| !more.iter().any(|(other, _)| other == name));
        env.extend(more.iter().map(|(name, value)| (*name, (*value).to_owned())));
        let env: Vec<(&str, &str)> = env.iter().map(|(name, value)| (*name, value.as_str())).collect();
        for name in ["summary.md", "output"] {
            fs::write(file(name), "").unwrap();
        }
        self.sandbox.cadet_with(args, &env)
    }

    pub(crate) fn summary(&self) -> String {
        self.folder.read("summary.md")
    }

    /// The step's outputs, each on a line.
    pub(crate) fn outputs(&self) -> String {
        let text = self.folder.read("output");
        let mut lines = text.lines();
        let mut out = String::new();
        while let Some(line) = lines.next() {
            let (name, end) = line.split_once("<<").unwrap();
            let value: Vec<&str> = lines.by_ref().take_while(|line| *line != end).collect();
            out.push_str(&format!("{name}={}\n", value.join("\\n")));
        }
        out
    }

    /// The comment, without what differs from run to run.
    pub(crate) fn comment(&self) -> String {
        self.steady(&self.double.comment())
    }

    /// The same of any text.
    pub(crate) fn steady(&self, text: &str) -> String {
        steady(text, &self.sandbox)
    }
}

/// The commit that is checked out.
pub(crate) fn head(sandbox: &Sandbox) -> String {
    let repository = Repository::open(sandbox.root()).unwrap();
    repository.head().unwrap().peel_to_commit().unwrap().id().to_string()
}

/// Without commits, seconds and times of day.
fn steady(text: &str, sandbox: &Sandbox) -> String {
    let text = text.replace(&head(sandbox), "[head]");
    crate::sandbox::steady(&text, &sandbox.root().canonicalize().unwrap())
}
