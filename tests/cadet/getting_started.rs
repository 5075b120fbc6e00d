//! `docs/getting-started.md`: its files are written, its commands are run, and what it shows is what they print.

use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use crate::support::{HERE, steady};

/// A fenced block of the page.
#[derive(Debug)]
struct Block {
    language: String,
    /// What stands behind the language: the path of a file, or how a command ends.
    more: String,
    text: String,
    line: usize,
}

fn blocks(page: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut is_open = false;
    for (at, line) in page.lines().enumerate() {
        match (line.strip_prefix("```"), is_open) {
            (Some(_), true) => is_open = false,
            (Some(info), false) => {
                let (language, more) = info.split_once(' ').unwrap_or((info, ""));
                blocks.push(Block {
                    language: language.to_owned(),
                    more: more.to_owned(),
                    text: String::new(),
                    line: at + 1,
                });
                is_open = true;
            }
            (None, true) => {
                let block = blocks.last_mut().unwrap();
                block.text.push_str(line);
                block.text.push('\n');
            }
            (None, false) => {}
        }
    }
    blocks
}

/// The folder that a newcomer works in, with `cadet` on the path and nothing else that is not the system's.
struct Desk {
    folder: TempDir,
}

impl Desk {
    fn new() -> Self {
        let folder = TempDir::new().unwrap();
        for part in ["bin", "home", "work"] {
            fs::create_dir(folder.path().join(part)).unwrap();
        }
        std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_cadet"), folder.path().join("bin/cadet")).unwrap();
        fs::write(folder.path().join("here"), folder.path().join("work").display().to_string()).unwrap();
        Self { folder }
    }

    fn here(&self) -> String {
        fs::read_to_string(self.folder.path().join("here")).unwrap().trim_end().to_owned()
    }

    /// Runs the commands as a newcomer's shell does: where the last ones ended, and with both outputs in order.
    fn run(&self, commands: &str) -> (i32, String) {
        let path = |part: &str| self.folder.path().join(part).display().to_string();
        let script =
            format!("exec 2>&1\ncd '{}'\n{commands}\ncode=$?\npwd > '{}'\nexit $code\n", self.here(), path("here"));
        let ran = Command::new("sh")
            .args(["-c", &script])
            .env_clear()
            .env("PATH", format!("{}:/usr/local/bin:/usr/bin:/bin", path("bin")))
            .env("HOME", path("home"))
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .envs(["AUTHOR", "COMMITTER"].map(|who| (format!("GIT_{who}_NAME"), "a newcomer")))
            .envs(["AUTHOR", "COMMITTER"].map(|who| (format!("GIT_{who}_EMAIL"), "newcomer@localhost")))
            .output()
            .unwrap();
        (ran.status.code().unwrap_or(-1), String::from_utf8(ran.stdout).unwrap())
    }

    fn write(&self, path: &str, text: &str) {
        let path = Path::new(&self.here()).join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

/// Without what differs from run to run: folders, commits, seconds and the time of day.
fn same_each_time(text: &str) -> String {
    let minute = regex::Regex::new(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC").unwrap();
    minute.replace_all(&steady(text, Path::new("/nowhere")), "[minute]").trim_end().to_owned()
}

#[test]
fn every_command_of_the_page_does_what_the_page_says() {
    let page = fs::read_to_string(Path::new(HERE).join("docs/getting-started.md")).unwrap();
    let desk = Desk::new();
    let (mut ran, mut commands) = (None, 0);
    for block in blocks(&page) {
        let line = block.line;
        match (block.language.as_str(), ran.take()) {
            ("sh", None | Some((0, _))) => {
                ran = Some(desk.run(&block.text));
                commands += 1;
            }
            ("text", Some((code, printed))) => {
                let exit = block.more.strip_prefix("exit=").map_or(0, |code| code.parse().unwrap());
                assert_eq!(same_each_time(&printed), same_each_time(&block.text), "line {line} of the page");
                assert_eq!(code, exit, "line {line} of the page");
            }
            (_, Some((code, printed))) if code != 0 => {
                panic!("above line {line} of the page: ended with {code}\n{printed}")
            }
            _ if !block.more.is_empty() => desk.write(&block.more, &block.text),
            _ => panic!("line {line} of the page: neither commands, nor a file, nor what a command prints"),
        }
    }
    assert!(ran.is_none_or(|(code, _)| code == 0), "the last command failed");
    assert!(commands >= 10, "the page's commands were not found");
}

#[test]
fn what_the_page_leads_to_is_there() {
    let folder = Path::new(HERE).join("docs");
    let page = fs::read_to_string(folder.join("getting-started.md")).unwrap();
    let links = page.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next());
    let missing: Vec<&str> = links.filter(|link| !link.is_empty() && !folder.join(link).exists()).collect();
    assert_eq!(missing, Vec::<&str>::new());
}
