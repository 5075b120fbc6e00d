//! dbt's functions that need nothing but their arguments. Behaviour: dbt's "dbt Jinja functions".

use minijinja::{Error, Value};

use super::arguments::Arguments;
use super::environment::md5;
use super::python::arguments::shown;
use super::python::containers::{Set, Tuple};
use super::python::fail;
use super::python::json;
use super::python::lazy::{self, Iterator};
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

    /// The names of its arguments.
    fn arguments(self) -> &'static [&'static str] {
        match self {
            Self::FromJson => &["string", "default"],
            Self::ToJson | Self::ToYaml => &["value", "default", "sort_keys"],
            Self::FromYaml | Self::Set => &["value", "default"],
            Self::LocalMd5 | Self::SetStrict => &["value"],
            Self::Zip | Self::ZipStrict => &[],
        }
    }

    /// The value of a call; a second argument, or `default`, stands for what cannot be read.
    pub(super) fn call(self, args: &Arguments<'_>) -> Result<Value, Error> {
        let none = || Value::from(());
        if matches!(self, Self::Zip | Self::ZipStrict) {
            return self.zip(args);
        }
        args.only(self.arguments())?;
        let first = args.value(0, self.arguments()[0])?.unwrap_or_default();
        let default = || Ok(args.value(1, "default")?.unwrap_or_else(none));
        let sorts = args.given(2, "sort_keys")?.is_some_and(|sorts| sorts.is_true());
        match self {
            Self::FromJson => json::loads(&text(&first)?).map_or_else(default, Ok),
            Self::FromYaml => yaml::read(&text(&first)?)
                .map_or_else(|_| default(), |(yaml, _)| Ok(values::from_json(&yaml.to_json()))),
            Self::ToJson => json::dumps(&first, &json::Style { sorts_keys: sorts, indent: None }).map(Value::from),
            Self::ToYaml => Ok(Value::from(python_yaml::block(&sorted(values::to_json(&first), sorts)))),
            Self::LocalMd5 => Ok(Value::from(md5(&text(&first)?))),
            Self::Set => lazy::items(&first).and_then(Set::of).or_else(|_| default()),
            _ => Set::of(lazy::items(&first)?),
        }
    }

    /// `zip(a, b, default=…)`
    fn zip(self, args: &Arguments<'_>) -> Result<Value, Error> {
        let known = if self == Self::Zip { "default" } else { "__at" };
        if let Some(unknown) = args.named.args().find(|name| *name != known) {
            return Err(fail(format!("`zip` has no argument `{unknown}`")));
        }
        let columns: Result<Vec<Vec<Value>>, Error> = args.positional.iter().map(lazy::items).collect();
        match columns {
            Err(_) if self == Self::Zip => {
                Ok(args.named.get::<Option<Value>>("default")?.unwrap_or_else(|| Value::from(())))
            }
            columns => zipped(&columns?),
        }
    }
}

/// The argument as text, which it has to be.
fn text(value: &Value) -> Result<String, Error> {
    let text = value.as_str().map(str::to_owned);
    text.ok_or_else(|| fail(format!("a text is needed here, not {}; write `| string` after it", shown(value))))
}

fn sorted(mut json: serde_json::Value, sorts: bool) -> serde_json::Value {
    if sorts {
        json.sort_all_objects();
    }
    json
}

/// The first items of all, the second items of all, up to the end of the shortest.
fn zipped(columns: &[Vec<Value>]) -> Result<Value, Error> {
    let rows = columns.iter().map(Vec::len).min().unwrap_or(0);
    let row = |row: usize| Tuple::value(columns.iter().map(|column| column[row].clone()).collect());
    Iterator::value("zip", (0..rows).map(row).collect::<Result<_, Error>>()?)
}
