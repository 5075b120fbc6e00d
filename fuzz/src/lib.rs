//! cadet without its warehouse: what the fuzz targets run.

#![allow(dead_code, unused_imports, reason = "most of what cadet does with templates is not run here")]

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
