//! dbt's Jinja on unforked minijinja: templates and a scope in, text and what it asked for out.
//!
//! [`lexer`] and [`rewrite`] turn dbt's Jinja into minijinja's, with a map back to the author's file. [`universe`]
//! holds every macro of the project and its packages. [`scope`] is what one template sees, and [`render`] runs it.

mod adapter;
mod adapter_pure;
mod answer;
mod arguments;
mod big_integer;
pub mod blocks;
mod budget;
pub mod builtins;
pub mod column;
mod config;
pub mod environment;
mod escapes;
mod exceptions;
mod expression;
mod internal;
pub mod lexer;
mod macro_calls;
pub mod macros;
pub mod map;
mod method;
mod modules;
pub mod moment;
mod names;
pub mod overrides;
mod postfix;
mod pure;
mod python;
mod python_yaml;
mod record;
pub mod relation;
mod relation_object;
pub mod render;
mod response;
pub mod rewrite;
pub mod scope;
mod sequence;
mod standins;
mod statements;
pub mod statics;
pub mod universe;
pub mod values;
pub mod warehouse;
mod words;

pub(crate) use names::BUILTINS;

use std::ops::Range;

/// Why a template could not be read: a place in its text, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JinjaProblem {
    pub message: String,
    pub span: Range<usize>,
    pub help: Option<String>,
}
