//! The pull request's workflow of docs/workflows, run by act with this binary, on the doubles of AWS and GitHub.
//!
//! act runs a workflow on this machine as GitHub runs it on a runner: jobs, conditions, expressions, the action's own steps.
//! Two actions cannot do here what they do there, and are replaced by small ones of the same inputs: the one that gets
//! credentials from AWS, and the one that keeps artefacts. act checks the repository out itself. It is installed with Go,
//! which takes minutes the first time, so these tests are run by hand: `cargo test --test athena act:: -- --ignored`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use git2::Repository;
use serde_json::json;
use tempfile::TempDir;

use crate::account::{Account, model, project};
use crate::github::Double;
use crate::sandbox::HERE;
use crate::support::run;

const ACT: &str = "v0.2.89";
const CADET: &str = "your-organisation/cadet@0000000000000000000000000000000000000000";

/// Gives the job credentials, as the real one does, and says whose.
const CREDENTIALS: &str = "name: credentials
inputs:
  aws-region: {required: true}
  role-to-assume: {required: true}
  role-session-name: {required: false}
runs:
  using: composite
  steps:
    - shell: bash
      env: {REGION: \"${{ inputs.aws-region }}\", ROLE: \"${{ inputs.role-to-assume }}\"}
      run: |
        printf '%s\\n' \"AWS_REGION=$REGION\" AWS_ACCESS_KEY_ID=AKIADOUBLE AWS_SECRET_ACCESS_KEY=secret AWS_SESSION_TOKEN=token >> \"$GITHUB_ENV\"
        echo \"credentials of $ROLE\"
";

/// Says what it was given to keep, and fails when that is not there, as the real one can.
const ARTEFACTS: &str = "name: artefacts
inputs:
  name: {required: true}
  path: {required: true}
  retention-days: {required: false}
runs:
  using: composite
  steps:
    - shell: bash
      env: {NAME: \"${{ inputs.name }}\", FILES: \"${{ inputs.path }}\"}
      run: |
        shopt -s nullglob
        while IFS= read -r pattern; do
          found=($pattern)
          [[ ${#found[@]} -eq 0 ]] || echo \"kept in $NAME: ${found[*]}\"
        done <<< \"$FILES\"
";

/// A pull request and what act needs to run its workflow.
struct Workflow {
    account: Account,
    folder: TempDir,
}

impl Workflow {
    /// A pull request that changes one model to this.
    fn new(changed: &str) -> Self {
        let text = fs::read_to_string(format!("{HERE}/docs/workflows/pull-request.yml")).unwrap();
        let binary = format!("          binary: {}\n", env!("CARGO_BIN_EXE_cadet"));
        let text = ["          command: check\n", "          command: ci\n"]
            .iter()
            .fold(text, |text, line| text.replace(line, &format!("{line}{binary}")));
        assert_eq!(text.matches("binary: ").count(), 2);
        let sandbox = project()
            .file(".github/workflows/cadet.yml", &text)
            .file(".gitignore", "/target/\n/logs/\n/home/\n")
            .file(&model("first"), "select 1 as id")
            .commit("the project")
            .branch("work")
            .file(&model("first"), changed)
            .commit("a change");
        let repository = Repository::open(sandbox.root()).unwrap();
        repository.remote("origin", "https://github.com/moj/tables").unwrap();
        let main = repository.find_branch("main", git2::BranchType::Local).unwrap().get().target().unwrap();
        repository.reference("refs/remotes/origin/main", main, true, "as a clone has it").unwrap();
        let workflow = Self { account: Account::new(sandbox), folder: TempDir::new().unwrap() };
        workflow.file("credentials/action.yml", CREDENTIALS);
        workflow.file("artefacts/action.yml", ARTEFACTS);
        workflow
    }

    fn file(&self, path: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    }

    /// The commit that the pull request ends in.
    fn head(&self) -> String {
        let repository = Repository::open(self.account.sandbox.root()).unwrap();
        repository.head().unwrap().target().unwrap().to_string()
    }

    /// Runs the workflow for a pull request from a repository: whether it succeeded, and act's log.
    #[expect(clippy::disallowed_methods, reason = "programs are found by the PATH of the tests")]
    fn act(&self, from: &str, github: &Double) -> (bool, String) {
        let event = json!({
            "pull_request": {
                "number": 7,
                "user": {"login": "someone"},
                "head": {"ref": "work", "sha": self.head(), "repo": {"full_name": from}},
                "base": {"ref": "main", "repo": {"full_name": "moj/tables"}},
            },
            "repository": {"full_name": "moj/tables"},
        });
        let event = self.file("event.json", &event.to_string());
        let replaced = |uses: &str, path: &Path| format!("{uses}={}", path.display());
        let mut command = Command::new(act());
        command.args(["pull_request", "--pull=false", "-P", "ubuntu-24.04=-self-hosted", "--eventpath"]);
        command.arg(event).args(["--var", "CADET_DEV_ROLE=the-role-of-dev"]);
        for (action, path) in [
            ("aws-actions/configure-aws-credentials@e6de054238d6b7531b4efff3b6587d9aade6a06c", "credentials"),
            ("actions/upload-artifact@bbbca2ddaa5d8feaa63e36b76fdaad77386f024f", "artefacts"),
        ] {
            command.args(["--local-repository", &replaced(action, &self.folder.path().join(path))]);
        }
        command.args(["--local-repository", &replaced(CADET, Path::new(HERE))]);
        // Where AWS is; who one is there is for the workflow to say.
        let is_place = |name: &&str| name.contains("ENDPOINT");
        for (name, value) in self.account.double.environment().iter().filter(|(name, _)| is_place(name)) {
            command.args(["--env", &format!("{name}={value}")]);
        }
        command.args(["--env", &format!("GITHUB_API_URL={}", github.url())]);
        command.args(["--secret", "GITHUB_TOKEN=ghs_0123456789abcdefABCDEF"]);
        command.current_dir(self.account.sandbox.root()).env_clear().env("HOME", self.folder.path());
        command.env("PATH", std::env::var_os("PATH").unwrap());
        let output = command.output().unwrap();
        (output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned())
    }
}

/// act, installed once into the target folder.
fn act() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("act-{ACT}"));
    let act = folder.join("act");
    if !act.exists() {
        run(Command::new("go").args(["install", &format!("github.com/nektos/act@{ACT}")]).env("GOBIN", &folder));
    }
    act
}

/// What the steps themselves printed in a job, without colours.
fn printed(log: &str, job: &str) -> String {
    let marker = format!("[cadet/{job}");
    let lines = log.lines().filter(|line| line.contains(&marker)).filter_map(|line| line.split_once("| "));
    let bare = |text: &str| {
        let mut parts = text.split('\u{1b}');
        let first = parts.next().unwrap_or_default().to_owned();
        parts.fold(first, |text, part| text + part.split_once('m').map_or(part, |(_, rest)| rest))
    };
    lines.map(|(_, text)| bare(text).trim_end().to_owned()).collect::<Vec<_>>().join("\n")
}

#[test]
#[ignore = "needs Go, with which it installs act: cargo test --test athena act -- --ignored"]
fn the_workflow_checks_and_deploys_a_pull_request() {
    let workflow = Workflow::new("select 2 as id");
    let github = Double::new(&workflow.head());
    let (succeeded, log) = workflow.act("moj/tables", &github);
    assert!(succeeded, "{log}");
    let deployed = printed(&log, "Deploy to dev");
    assert!(deployed.contains("credentials of the-role-of-dev"), "{log}");
    assert!(deployed.contains("✓ 1 table built."), "{log}");
    assert!(deployed.contains("target/manifest.json"), "{log}");
    assert!(printed(&log, "Check").contains("✓ Checked 1 changed file: nothing to fix."), "{log}");
    assert_eq!(workflow.account.tables(), ["prison_safety_dev_dbt.first"]);
    assert_eq!(workflow.account.rows("first"), "2");
    let comment = github.comment();
    assert!(comment.contains("prison_safety_dev_dbt.first"), "{comment}");
    assert_eq!(github.state(|state| state.checks[0]["conclusion"].clone()), "success");
    assert!(log.contains("::set-output:: verdict=success"), "{log}");
    assert!(log.contains("::set-output:: deployed=1"), "{log}");
    assert!(log.lines().any(|line| line.contains("::set-output:: comment-url=https://github.com/moj/tables")), "{log}");
}

#[test]
#[ignore = "needs Go, with which it installs act: cargo test --test athena act -- --ignored"]
fn a_fork_is_checked_without_credentials() {
    let workflow = Workflow::new("select * from {{ ref('prison_safety__frist') }}");
    let github = Double::new(&workflow.head());
    let (succeeded, log) = workflow.act("someone/fork", &github);
    assert!(!succeeded, "{log}");
    let finding = "::error file=models/prison/prison_safety/prison_safety__first.sql,line=1";
    assert!(log.contains(finding), "{log}");
    assert!(log.contains("there is no model or seed named `prison_safety__frist`"), "{log}");
    assert!(!log.contains("credentials of") && !log.contains("Deploy to dev]"), "{log}");
    assert_eq!(workflow.account.calls(), "");
    assert_eq!(github.state(|state| state.calls.len()), 0);
}
