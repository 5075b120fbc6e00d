//! A project, an account to deploy it to, and the binary between them.

#![allow(dead_code, unreachable_pub, reason = "each test file uses a part of it")]

use std::process::{Child, Command, Stdio};

use crate::double::Double;
use crate::double::faults::{Calls, Fault, Planned, Side, Times};
use crate::sandbox::{HERE, Ran, Sandbox};

/// The settings of the tests' project.
pub const SETTINGS: &str = "preset: none\nrules: {docs: off, naming: off, config/external-location: off}\nathena:\n  first_poll: 0.01\n  longest_poll: 0.05\n  call_seconds: 2\n  outage_seconds: 1\n  artefacts: off\n";

const PROFILES: &str = "mojap_derived_tables:
  target: dev
  outputs:
    dev: {type: athena, database: awsdatacatalog, schema: mojap, threads: 1}
    prod: {type: athena, database: awsdatacatalog, schema: mojap, threads: 1}
";

/// Where the tests' database has its models.
pub const SAFETY: &str = "models/prison/prison_safety";
pub const DATABASE: &str = "prison_safety_dev_dbt";

/// A project and an account.
pub struct Account {
    pub double: Double,
    pub sandbox: Sandbox,
}

/// A project with the service's macros and settings, and without models.
pub fn project() -> Sandbox {
    let read = |path: &str| std::fs::read_to_string(format!("{HERE}/fixtures/mojap_derived_tables/{path}")).unwrap();
    let mut sandbox = Sandbox::new().file("profiles.yml", PROFILES).file("cadet.yaml", SETTINGS);
    for name in ["generate_schema_name", "generate_alias_name", "generate_s3_location"] {
        let path = format!("macros/{name}.sql");
        let text = read(&path);
        sandbox = sandbox.file(&path, &text);
    }
    sandbox
}

/// A model's file in the tests' database.
pub fn model(name: &str) -> String {
    format!("{SAFETY}/prison_safety__{name}.sql")
}

impl Account {
    pub fn new(sandbox: Sandbox) -> Self {
        Self { double: Double::start(), sandbox }
    }

    /// The account with the project as it is now changed.
    #[must_use]
    pub fn with(self, change: impl FnOnce(Sandbox) -> Sandbox) -> Self {
        Self { sandbox: change(self.sandbox), double: self.double }
    }

    fn environment(&self) -> Vec<(&'static str, String)> {
        self.double.environment()
    }

    /// Runs the binary on the target `dev`.
    pub fn cadet(&self, args: &[&str]) -> Ran {
        self.cadet_on("dev", args)
    }

    pub fn cadet_on(&self, target: &str, args: &[&str]) -> Ran {
        let environment = self.environment();
        let environment: Vec<(&str, &str)> = environment.iter().map(|(name, value)| (*name, value.as_str())).collect();
        self.sandbox.cadet_with(&[args, &["--target", target]].concat(), &environment)
    }

    /// Runs the binary, which must succeed.
    pub fn done(&self, args: &[&str]) -> Ran {
        let ran = self.cadet(args);
        assert_eq!(ran.code, 0, "{}", ran.shown());
        ran
    }

    /// From here on the account may not do this.
    pub fn refuse(&self, operation: &'static str) {
        self.double.inject(Planned {
            calls: Calls::EachOf(operation),
            fault: Fault::AccessDenied,
            side: Side::BeforeEffect,
            times: Times::Forever,
        });
    }

    /// Starts the binary and does not wait for it.
    pub fn start(&self, args: &[&str]) -> Child {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cadet"));
        command.args(args).args(["--target", "dev"]).current_dir(self.sandbox.root()).env_clear();
        command.env("HOME", self.sandbox.root().join("home")).envs(self.environment());
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    /// The rows of a table of the tests' database, sorted, as a reader sees them now.
    pub fn rows(&self, table: &str) -> String {
        rows(&self.double.rows(&format!("{DATABASE}.{table}")).unwrap_or_else(|error| vec![vec![Some(error)]]))
    }

    /// What lies in the bucket of the tables, without the names of runs.
    pub fn objects(&self) -> Vec<String> {
        let objects = self.double.objects("s3://mojap-derived-tables/");
        let mut shown: Vec<String> = objects.iter().map(|address| steady(address)).collect();
        shown.sort();
        shown
    }

    /// The names of all tables.
    pub fn tables(&self) -> Vec<String> {
        self.double.tables().into_keys().collect()
    }

    /// The calls of a run in a line each, without the names of runs.
    pub fn calls(&self) -> String {
        self.double.shown_calls().iter().map(|call| steady(call)).collect::<Vec<_>>().join("\n")
    }
}

/// Rows in a line each, sorted.
pub fn rows(rows: &[Vec<Option<String>>]) -> String {
    let cell = |cell: &Option<String>| cell.clone().unwrap_or_else(|| "NULL".to_owned());
    let mut lines: Vec<String> = rows.iter().map(|row| row.iter().map(cell).collect::<Vec<_>>().join(", ")).collect();
    lines.sort();
    lines.join("\n")
}

/// A text without what differs from run to run: `cadet-<owner>-…`, `__cadet_<owner>`, and the names of files.
pub fn steady(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("cadet") {
        let (before, found) = rest.split_at(at);
        out.push_str(before);
        let folder = found.find(['/', '\'', '"', ' ']).unwrap_or(found.len());
        let is_id = |text: &str| text.len() == 8 && text.bytes().all(|c| c.is_ascii_hexdigit());
        let owner = found.strip_prefix("cadet_").filter(|tail| is_id(tail.get(..8).unwrap_or_default()));
        if let Some(tail) = found.strip_prefix("cadet_lock") {
            out.push_str("cadet_lock");
            rest = tail;
        } else if let Some(tail) = owner {
            out.push_str("cadet_[owner]");
            rest = &tail[8..];
            if rest.starts_with('_') && is_id(rest.get(1..9).unwrap_or_default()) {
                out.push_str("_[run]");
                rest = &rest[9..];
            }
        } else if found.starts_with("cadet-") {
            let attempt = found[..folder].split('-').nth(4).unwrap_or_default();
            out.push_str(&format!("[run {attempt}]"));
            rest = &found[folder..];
        } else {
            out.push_str("cadet");
            rest = &found[5..];
        }
    }
    out.push_str(rest);
    let Some((folder, file)) = out.rsplit_once('/').filter(|(folder, _)| folder.contains("[run ")) else { return out };
    if file.is_empty() || file.contains(' ') || file.contains('\'') { out } else { format!("{folder}/[file]") }
}
