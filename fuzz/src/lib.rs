//! cadet without its warehouse: what the fuzz targets run.

#![allow(dead_code, unused_imports, reason = "most of what cadet does with templates is not run here")]

/// As in cadet.
const PIECE: usize = 64;

#[path = "../../src/source/mod.rs"]
pub mod source;

#[path = "../../src/parse/mod.rs"]
pub mod parse;

#[path = "../../src/jinja/mod.rs"]
pub mod jinja;

#[path = "../../src/finding/mod.rs"]
pub mod finding;

#[path = "../../src/project/mod.rs"]
pub mod project;

#[path = "../../src/compile/mod.rs"]
pub mod compile;

/// The process that watches over cadet's work: the fuzzer does that here, so any work may begin.
pub mod guard {
    pub struct Blame {
        pub path: String,
        pub within: Option<(String, String)>,
    }

    impl Blame {
        pub fn message(&self) -> String {
            String::new()
        }

        pub fn help(&self) -> String {
            String::new()
        }
    }

    pub enum Task {
        Call(String),
        Macro(String),
    }

    impl Task {
        pub fn read(_: &str) -> Self {
            Self::Call(String::new())
        }

        pub fn render(_: &str) -> Self {
            Self::Call(String::new())
        }

        pub fn sql(_: &str) -> Self {
            Self::Call(String::new())
        }
    }

    #[derive(Debug)]
    pub struct Working;

    pub fn begin(_: &str, _: Task) -> Result<Working, Blame> {
        Ok(Working)
    }
}
