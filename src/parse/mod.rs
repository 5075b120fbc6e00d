//! Stage 2: text in, trees with spans out. What cannot be read becomes a problem with a place; nothing stops.

pub mod csv;
mod plain_yaml;
pub mod scalar;
mod tree;
pub mod yaml;
mod yaml_indent;
pub mod yaml_layout;
mod yaml_problem;
