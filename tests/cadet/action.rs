//! The action as a runner runs it: `action.yml` read, its step run with bash, releases on a server on this machine.

#![cfg(unix)]

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_yaml::Value;
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use crate::support::hub::{Hub, archive};
use crate::support::{HERE, Sandbox};

const LINUX: &str = "cadet-0.1.0-x86_64-unknown-linux-gnu.tar.gz";

/// A program that shows what it was given, one argument in a line.
const SHOWS: &str = "#!/bin/sh\nfor argument; do printf '[%s]\\n' \"$argument\"; done\n";

/// The action in a folder of its own, with checksums of its own, and a server that has releases.
struct Action {
    folder: TempDir,
    hub: Hub,
    inputs: BTreeMap<String, String>,
    environment: BTreeMap<String, String>,
}

impl Action {
    /// The action without inputs, on Linux, with a release that its checksums know.
    fn new() -> Self {
        let folder = TempDir::new().unwrap();
        fs::create_dir_all(folder.path().join("it/action")).unwrap();
        fs::create_dir_all(folder.path().join("work")).unwrap();
        for file in ["action.yml", "action/run.sh", "action/checksums"] {
            fs::copy(format!("{HERE}/{file}"), folder.path().join("it").join(file)).unwrap();
        }
        let action = Self { folder, hub: Hub::new(), inputs: BTreeMap::new(), environment: BTreeMap::new() };
        let release = release(SHOWS);
        action.hub.page(&format!("owner/cadet/releases/download/v0.1.0/{LINUX}"), release.clone());
        action.knows(LINUX, &release).on("Linux", "X64")
    }

    fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    /// Adds a line to the checksums.
    fn knows(self, name: &str, archive: &[u8]) -> Self {
        let file = self.path("it/action/checksums");
        let sum: String = Sha256::digest(archive).iter().map(|byte| format!("{byte:02x}")).collect();
        fs::write(&file, format!("{}{sum}  {name}\n", fs::read_to_string(&file).unwrap())).unwrap();
        self
    }

    fn on(self, system: &str, machine: &str) -> Self {
        self.set("RUNNER_OS", system).set("RUNNER_ARCH", machine)
    }

    fn set(mut self, name: &str, value: &str) -> Self {
        self.environment.insert(name.to_owned(), value.to_owned());
        self
    }

    fn input(mut self, name: &str, value: &str) -> Self {
        self.inputs.insert(name.to_owned(), value.to_owned());
        self
    }

    /// A program of this name on the PATH, before all others.
    fn program(self, name: &str, text: &str) -> Self {
        program(&self.path(&format!("bin/{name}")), text);
        self
    }

    /// The step as a runner starts it: its script in a file, its expressions filled in.
    #[expect(clippy::disallowed_methods, reason = "programs are found by the PATH of the tests")]
    fn command(&self) -> Command {
        let action: Value = serde_yaml::from_str(&fs::read_to_string(self.path("it/action.yml")).unwrap()).unwrap();
        let step = &action["runs"]["steps"][0];
        let script = step["run"].as_str().unwrap();
        assert!(!script.contains("${{"), "an expression in a script is pasted into it");
        fs::write(self.path("script.sh"), script).unwrap();
        let mut command = Command::new("bash");
        command.args(["--noprofile", "--norc", "-e", "-o", "pipefail"]).arg(self.path("script.sh"));
        let path = std::env::var("PATH").unwrap();
        command
            .current_dir(self.path("work"))
            .env_clear()
            .env("PATH", format!("{}:{path}", self.path("bin").display()));
        command.env("GITHUB_ACTION_PATH", self.path("it")).env("RUNNER_TEMP", self.path("work"));
        command.env("GITHUB_SERVER_URL", self.hub.url().trim_end_matches('/'));
        for (name, value) in step["env"].as_mapping().unwrap() {
            command.env(name.as_str().unwrap(), self.filled(&action, value.as_str().unwrap()));
        }
        command.envs(&self.environment);
        command
    }

    /// The value of an expression of the step's environment.
    fn filled(&self, action: &Value, expression: &str) -> String {
        if expression == "${{ github.action_repository }}" {
            return "owner/cadet".to_owned();
        }
        let name = expression.strip_prefix("${{ inputs.").and_then(|rest| rest.strip_suffix(" }}")).unwrap();
        let usual = action["inputs"][name]["default"].as_str().unwrap_or_else(|| panic!("{name} is no input"));
        let usual = if usual == "${{ github.token }}" { "" } else { usual };
        self.inputs.get(name).cloned().unwrap_or_else(|| usual.to_owned())
    }

    /// What it printed and how it ended.
    fn shown(&self) -> String {
        let Output { status, stdout, stderr } = self.command().output().unwrap();
        let (out, err) = (String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap());
        let err = if err.is_empty() { err } else { format!("--- stderr\n{err}") };
        let root = self.folder.path().display().to_string();
        format!("{out}{err}--- exit code {}", status.code().unwrap()).replace(&root, "[folder]")
    }
}

fn program(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

/// An archive with a `cadet` that is this program.
fn release(program: &str) -> Vec<u8> {
    archive(|tar| {
        let mut header = tar::Header::new_gnu();
        header.set_size(program.len() as u64);
        header.set_mode(0o755);
        tar.append_data(&mut header, "cadet", program.as_bytes()).unwrap();
    })
}

#[test]
fn the_newest_release_is_fetched_checked_and_run() {
    insta::assert_snapshot!(Action::new().shown(), @"
    Fetching cadet 0.1.0 for x86_64-unknown-linux-gnu.
    Its checksum is right. Its attestation was not looked at: that takes gh and a token.
    [ci]
    --- exit code 0
    ");
    let newer = release("#!/bin/sh\necho newer\n");
    let action = Action::new().knows("cadet-0.2.0-rc.1-x86_64-unknown-linux-gnu.tar.gz", &newer);
    action
        .hub
        .page("owner/cadet/releases/download/v0.2.0-rc.1/cadet-0.2.0-rc.1-x86_64-unknown-linux-gnu.tar.gz", newer);
    insta::assert_snapshot!(action.shown(), @"
    Fetching cadet 0.2.0-rc.1 for x86_64-unknown-linux-gnu.
    Its checksum is right. Its attestation was not looked at: that takes gh and a token.
    newer
    --- exit code 0
    ");
    insta::assert_snapshot!(action.input("version", "0.1.0").shown(), @"
    Fetching cadet 0.1.0 for x86_64-unknown-linux-gnu.
    Its checksum is right. Its attestation was not looked at: that takes gh and a token.
    [ci]
    --- exit code 0
    ");
}

/// Of macOS the runner has a `sed` that knows POSIX and no more.
#[test]
#[cfg(target_os = "linux")]
fn the_newest_release_is_found_by_any_sed() {
    let action = Action::new().program("sed", "#!/bin/sh\nexec /usr/bin/sed --posix \"$@\"\n");
    let shown = action.shown();
    assert!(shown.starts_with("Fetching cadet 0.1.0 for"), "{shown}");
}

#[test]
fn every_platform_has_its_archive() {
    for (system, machine, triple) in [
        ("Linux", "X64", "x86_64-unknown-linux-gnu"),
        ("Linux", "ARM64", "aarch64-unknown-linux-gnu"),
        ("macOS", "X64", "x86_64-apple-darwin"),
        ("macOS", "ARM64", "aarch64-apple-darwin"),
    ] {
        let name = format!("cadet-0.3.0-{triple}.tar.gz");
        let archive = release(&format!("#!/bin/sh\necho {triple}\n"));
        let action = Action::new().knows(&name, &archive).on(system, machine);
        action.hub.page(&format!("owner/cadet/releases/download/v0.3.0/{name}"), archive);
        let shown = action.shown();
        assert!(shown.ends_with(&format!("{triple}\n--- exit code 0")), "{shown}");
    }
}

#[test]
fn what_is_not_what_it_should_be_is_not_run() {
    let touched = "#!/bin/sh\ntouch ran\n";
    let wrong = Action::new();
    wrong.hub.page(&format!("owner/cadet/releases/download/v0.1.0/{LINUX}"), release(touched));
    let sums: String = Sha256::digest(release(touched)).iter().map(|byte| format!("{byte:02x}")).collect();
    let right: String = Sha256::digest(release(SHOWS)).iter().map(|byte| format!("{byte:02x}")).collect();
    insta::assert_snapshot!(wrong.shown().replace(&sums, "[sum of another]").replace(&right, "[sum]"), @"
    Fetching cadet 0.1.0 for x86_64-unknown-linux-gnu.
    --- stderr
    error: cadet-0.1.0-x86_64-unknown-linux-gnu.tar.gz is not what this commit of the action knows: its SHA-256 is [sum of another], and should be [sum]
    help: do not use it, and tell the owners of cadet: a release never changes
    --- exit code 2
    ");
    assert!(!wrong.path("work/ran").exists());
    let said = [
        Action::new().on("Windows", "X64").shown(),
        Action::new().on("Linux", "##[error]arm").shown(),
        Action::new().input("version", "9.9.9").shown(),
        Action::new().input("version", "../../0.1.0").shown(),
        Action::new().input("version", "0.1.0\n::error::x").shown(),
        Action::new().input("command", "ci; touch ran").shown(),
        Action::new().input("binary", "not/there").shown(),
        Action::new().input("binary", "/etc").shown(),
    ];
    insta::assert_snapshot!(said.join("\n\n"), @"
    --- stderr
    error: cadet is released for Linux and macOS on x86-64 and arm64; this runner is Windows on X64
    help: use a runner such as ubuntu-24.04, or name a binary of your own with the input binary
    --- exit code 2

    --- stderr
    error: cadet is released for Linux and macOS on x86-64 and arm64; this runner is Linux on #-[error]arm
    help: use a runner such as ubuntu-24.04, or name a binary of your own with the input binary
    --- exit code 2

    --- stderr
    error: this commit of the action has no checksum of cadet-9.9.9-x86_64-unknown-linux-gnu.tar.gz
    help: pin the action to the commit that added the checksums of 9.9.9, or name another version
    --- exit code 2

    --- stderr
    error: the input version, ../../0.1.0, is no version
    help: write it as 0.1.0, without a v
    --- exit code 2

    --- stderr
    error: the input version, 0.1.0?::error::x, is no version
    help: write it as 0.1.0, without a v
    --- exit code 2

    --- stderr
    error: the input command, ci; touch ran, is no command of cadet
    help: use ci, check, plan, deploy, build, seed, or another that `cadet --help` lists
    --- exit code 2

    --- stderr
    error: the input binary, not/there, is no program
    help: name the file of a cadet that was built before this step
    --- exit code 2

    --- stderr
    error: the input binary, /etc, is no program
    help: name the file of a cadet that was built before this step
    --- exit code 2
    ");
    let none = Action::new();
    fs::copy(format!("{HERE}/action/checksums"), none.path("it/action/checksums")).unwrap();
    let gone = Action::new().knows("cadet-0.4.0-x86_64-unknown-linux-gnu.tar.gz", b"never published");
    insta::assert_snapshot!([none.shown(), gone.shown().replace("  ", " ")].join("\n\n"), @"
    --- stderr
    error: this commit of the action knows no release of cadet
    help: pin the action to a commit that has checksums, or use the input binary
    --- exit code 2

    Fetching cadet 0.4.0 for x86_64-unknown-linux-gnu.
    --- stderr
    curl: (22) The requested URL returned error: 404
    error: cadet-0.4.0-x86_64-unknown-linux-gnu.tar.gz could not be fetched from the releases of owner/cadet
    help: run the job again; when it fails again, see whether that release is there
    --- exit code 2
    ");
}

#[test]
fn the_attestation_is_checked_where_gh_is() {
    let gh = "#!/bin/sh\nfor word; do case $word in /*) printf '[archive] ' ;; *) printf '%s ' \"$word\" ;; esac; done >> asked\n\
              echo >> asked\n";
    let good = Action::new().program("gh", gh).input("token", "a-token");
    insta::assert_snapshot!(good.shown(), @"
    Fetching cadet 0.1.0 for x86_64-unknown-linux-gnu.
    Its checksum and its attestation are right.
    [ci]
    --- exit code 0
    ");
    insta::assert_snapshot!(fs::read_to_string(good.path("work/asked")).unwrap(), @"
    attestation verify --help 
    attestation verify [archive] --repo owner/cadet --signer-workflow owner/cadet/.github/workflows/release.yml
    ");
    let bad = "#!/bin/sh\n[ \"$3\" = --help ] || { echo 'no attestation found' >&2; exit 1; }\n";
    insta::assert_snapshot!(Action::new().program("gh", bad).input("token", "a-token").shown(), @"
    Fetching cadet 0.1.0 for x86_64-unknown-linux-gnu.
    --- stderr
    no attestation found
    error: the archive has the right checksum, and no attestation that owner/cadet built it
    help: when GitHub was out of reach, run the job again; otherwise do not use it, and tell the owners of cadet
    --- exit code 2
    ");
    let old = "#!/bin/sh\nexit 1\n";
    assert!(Action::new().program("gh", old).input("token", "a-token").shown().contains("was not looked at"));
}

#[test]
fn every_input_reaches_cadet_as_one_word() {
    let action = Action::new()
        .input("command", "deploy")
        .input("project-dir", "a project")
        .input("target", "dev")
        .input("base", "release/1")
        .input("format", "json")
        .input("source-data", "data")
        .input("artefacts-to", "a folder")
        .input("arguments", "--select\ntag:daily my model\r\n\n--full-refresh\n");
    insta::assert_snapshot!(action.shown(), @"
    Fetching cadet 0.1.0 for x86_64-unknown-linux-gnu.
    Its checksum is right. Its attestation was not looked at: that takes gh and a token.
    [deploy]
    [--project-dir=a project]
    [--target=dev]
    [--base=release/1]
    [--format=json]
    [--source-data=data]
    [--artefacts-to=a folder]
    [--select]
    [tag:daily my model]
    [--full-refresh]
    --- exit code 0
    ");
}

#[test]
fn no_input_is_read_as_shell() {
    let hostile = [
        "$(touch ran)",
        "`touch ran`",
        "x; touch ran",
        "x\" ; touch ran ; \"",
        "' ; touch ran ; '",
        "${IFS}touch${IFS}ran",
        "--help",
        "*",
        "$HOME",
        "a[$(touch ran)]",
        "\\",
        "x && touch ran",
        "é 🦀 \u{202e}",
    ];
    for text in hostile {
        let names = ["project-dir", "target", "base", "format", "source-data", "artefacts-to"];
        let action = names.iter().fold(Action::new(), |action, name| action.input(name, text)).input("arguments", text);
        let shown = action.shown();
        for name in names {
            assert!(shown.contains(&format!("[--{name}={text}]\n")), "{shown}");
        }
        assert!(shown.contains(&format!("\n[{text}]\n")), "{shown}");
        assert!(!action.path("work/ran").exists(), "{text}");
        let action = Action::new().input("binary", text).input("command", "check");
        assert!(action.shown().contains("is no program"), "{}", action.shown());
        let action = Action::new().input("command", text);
        assert!(action.shown().contains("is no command of cadet"), "{}", action.shown());
        assert!(!action.path("work/ran").exists(), "{text}");
    }
}

#[test]
fn a_binary_that_is_named_is_run_as_it_is() {
    let sandbox = Sandbox::fixture_branch();
    let cadet = env!("CARGO_BIN_EXE_cadet");
    let folder = sandbox.root().display().to_string();
    let action = Action::new().input("binary", cadet).input("command", "check").input("project-dir", &folder);
    insta::assert_snapshot!(action.input("base", "main").shown(), @"
    ✓ Checked no changed file of the project: nothing to fix.
    --- exit code 0
    ");
    let action = Action::new().program("mine", SHOWS);
    insta::assert_snapshot!(action.input("binary", "../bin/mine").shown(), @"
    [ci]
    --- exit code 0
    ");
}

/// The process that the runner started is cadet by then, so that it gets the signals of a cancelled job.
#[test]
fn signals_reach_cadet() {
    // Who is started in the background by a script hears no interrupt, and is not to wait for ever.
    let waits = "#!/bin/sh\ntrap 'echo interrupted; exit 130' INT\ntrap 'echo ended; exit 143' TERM\necho $$\n\
                 for _ in $(seq 400); do sleep 0.05; done\necho 'heard nothing'\n";
    for (signal, said, code) in [("-INT", "interrupted\n", 130), ("-TERM", "ended\n", 143)] {
        let action = Action::new().program("waits", waits).input("binary", "../bin/waits");
        let mut child = action.command().stdout(Stdio::piped()).spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut id = String::new();
        out.read_line(&mut id).unwrap();
        assert_eq!(id.trim(), child.id().to_string());
        assert!(Command::new("kill").args([signal, id.trim()]).status().unwrap().success());
        let mut rest = String::new();
        out.read_to_string(&mut rest).unwrap();
        assert_eq!((rest.as_str(), child.wait().unwrap().code()), (said, Some(code)));
    }
}
