//! dbt's functions that need nothing but their arguments. Behaviour: dbt's "dbt Jinja functions".

use minijinja::value::Kwargs;
use minijinja::{Error, ErrorKind, Value};

use super::environment::md5;
use super::python::containers::{Set, Tuple};
use super::python::json;
use super::python::lazy::Iterator;
use super::python_yaml;
use super::values;
use crate::parse::yaml;

/// A function that needs nothing but its arguments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pure {
    FromJson,
    ToJson,
    FromYaml,
    ToYaml,
    LocalMd5,
    Set,
    SetStrict,
    Zip,
    ZipStrict,
}

impl Pure {
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "fromjson" => Self::FromJson,
            "tojson" => Self::ToJson,
            "fromyaml" => Self::FromYaml,
            "toyaml" => Self::ToYaml,
            "local_md5" => Self::LocalMd5,
            "set" => Self::Set,
            "set_strict" => Self::SetStrict,
            "zip" => Self::Zip,
            "zip_strict" => Self::ZipStrict,
            _ => return None,
        })
    }

    /// The value of a call; a second argument, or `default`, stands for what cannot be read.
    pub(super) fn call(self, positional: &[Value], named: &Kwargs) -> Result<Value, Error> {
        let first = positional.first().cloned().unwrap_or_default();
        let text = || values::text(&first);
        let default = || -> Result<Value, Error> {
            let given = named.get::<Option<Value>>("default")?;
            Ok(given.or_else(|| positional.get(1).cloned()).unwrap_or_else(|| Value::from(())))
        };
        let sorts = named.get::<Option<bool>>("sort_keys")?.or_else(|| positional.get(2).map(Value::is_true));
        match self {
            Self::FromJson => {
                serde_json::from_str(&text()).map_or_else(|_| default(), |json| Ok(values::from_json(&json)))
            }
            Self::FromYaml => {
                yaml::read(&text()).map_or_else(|_| default(), |(yaml, _)| Ok(values::from_json(&yaml.to_json())))
            }
            Self::ToJson => {
                let style = json::Style { sorts_keys: sorts == Some(true), indent: None };
                json::dumps(&first, &style).map(Value::from).or_else(|error| match default()? {
                    none if none.is_none() => Err(error),
                    default => Ok(default),
                })
            }
            Self::ToYaml => Ok(Value::from(python_yaml::block(&sorted(values::to_json(&first), sorts)))),
            Self::LocalMd5 => Ok(Value::from(md5(&text()))),
            Self::Set | Self::SetStrict => match first.try_iter() {
                Ok(items) => Set::of(items.collect()),
                Err(_) if self == Self::Set => default(),
                Err(error) => Err(error),
            },
            Self::Zip | Self::ZipStrict => match zipped(positional) {
                Ok(rows) => Ok(rows),
                Err(_) if self == Self::Zip => {
                    Ok(named.get::<Option<Value>>("default")?.unwrap_or_else(|| Value::from(())))
                }
                Err(error) => Err(error),
            },
        }
    }
}

fn sorted(mut json: serde_json::Value, sorts: Option<bool>) -> serde_json::Value {
    if sorts == Some(true) {
        json.sort_all_objects();
    }
    json
}

/// The first items of all, the second items of all, up to the end of the shortest.
fn zipped(columns: &[Value]) -> Result<Value, Error> {
    let columns: Vec<Vec<Value>> =
        columns.iter().map(|column| Ok(column.try_iter()?.collect())).collect::<Result<_, Error>>()?;
    if columns.is_empty() {
        return Err(Error::new(ErrorKind::MissingArgument, "`zip` needs lists"));
    }
    let rows = columns.iter().map(Vec::len).min().unwrap_or(0);
    let row = |row: usize| Tuple::value(columns.iter().map(|column| column[row].clone()).collect());
    Iterator::value("zip", (0..rows).map(row).collect::<Result<_, Error>>()?)
}
