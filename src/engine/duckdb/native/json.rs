//! JSON functions over text. Behaviour: Trino's "JSON functions and operators".

use super::json_path::{self, Path};
use super::{Body, Given, first, nth, numbers};

/// A JSON value. A number is kept as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Json {
    Null,
    Boolean(bool),
    Number(String),
    Text(String),
    Array(Vec<Json>),
    Object(Vec<(String, Json)>),
}

pub(super) const TEXTS: &[(&str, Body<String>)] = &[
    ("__json_parse", |values| Ok(Some(parsed(first(values))?.sorted().written()))),
    ("__json_extract", |values| Ok(found(values)?.map(|json| json.written()))),
    ("__json_extract_scalar", |values| Ok(found(values)?.and_then(|json| json.scalar()))),
    ("__json_quoted", |values| Ok(Some(Json::Text(first(values).to_owned()).written()))),
    ("__json_text", |values| text(&parsed(first(values))?)),
    ("__json_whole", |values| whole(&parsed(first(values))?)),
    ("__json_number", |values| number(&parsed(first(values))?)),
    ("__json_float", |values| numbers::java_double(first(values)).map(Some)),
    ("__json_member", |values| Ok(member(&parsed(first(values))?, nth(values, 1), nth(values, 2)))),
    ("__json_path_query", |values| Ok(one(values).map(|json| json.written()))),
    ("__json_path_value", |values| Ok(one(values).and_then(|json| json.scalar()))),
];

fn parsed(text: &str) -> Result<Json, String> {
    json_path::read(text).ok_or_else(|| format!("Cannot convert value to JSON: '{text}'"))
}

/// What a path of `json_extract` leads to: nothing where the text is no JSON.
fn found(values: &[&str]) -> Result<Option<Json>, String> {
    let path = json_path::simple(nth(values, 1)).ok_or_else(|| format!("Invalid JSON path: '{}'", nth(values, 1)))?;
    Ok(json_path::read(first(values)).and_then(|json| json_path::walk(&json, &path).cloned()))
}

/// The one item that a path of SQL/JSON leads to.
fn one(values: &[&str]) -> Option<Json> {
    let mut items = items(values)?;
    let item = items.pop()?;
    items.is_empty().then_some(item)
}

fn items(values: &[&str]) -> Option<Vec<Json>> {
    let path: Path = json_path::sql(nth(values, 1))?;
    json_path::items(&json_path::read(first(values))?, &path)
}

pub(super) fn path_exists(values: &[&str]) -> Given<bool> {
    Ok(Some(items(values).is_some_and(|items| !items.is_empty())))
}

impl Json {
    /// With the members of objects in the order of their names, the last of each name.
    fn sorted(self) -> Self {
        match self {
            Self::Array(elements) => Self::Array(elements.into_iter().map(Self::sorted).collect()),
            Self::Object(members) => {
                let members: std::collections::BTreeMap<String, Self> =
                    members.into_iter().map(|(name, value)| (name, value.sorted())).collect();
                Self::Object(members.into_iter().collect())
            }
            other => other,
        }
    }

    /// The text without spaces, as Trino writes it.
    pub(super) fn written(&self) -> String {
        let joined = |parts: Vec<String>| parts.join(",");
        match self {
            Self::Null => "null".to_owned(),
            Self::Boolean(value) => value.to_string(),
            Self::Number(digits) if digits.contains(['.', 'e', 'E']) => {
                let value: f64 = digits.parse().unwrap_or_default();
                numbers::java_double(&format!("{value:e}")).unwrap_or_else(|_| digits.clone())
            }
            Self::Number(digits) => digits.clone(),
            Self::Text(text) => serde_json::Value::String(text.clone()).to_string(),
            Self::Array(elements) => format!("[{}]", joined(elements.iter().map(Self::written).collect())),
            Self::Object(members) => {
                let member = |(name, value): &(String, Self)| {
                    format!("{}:{}", serde_json::Value::String(name.clone()), value.written())
                };
                format!("{{{}}}", joined(members.iter().map(member).collect()))
            }
        }
    }

    /// The text of a scalar; null and what is nested have none.
    fn scalar(&self) -> Option<String> {
        match self {
            Self::Boolean(value) => Some(value.to_string()),
            Self::Number(digits) => Some(digits.clone()),
            Self::Text(text) => Some(text.clone()),
            _ => None,
        }
    }
}

fn float(digits: &str) -> Result<Option<String>, String> {
    let value: f64 = digits.parse().map_err(|_| format!("`{digits}` is no number"))?;
    numbers::double_text(&[&format!("{value:e}")])
}

/// `cast(json as varchar)`.
fn text(json: &Json) -> Given<String> {
    match json {
        Json::Number(digits) if digits.contains(['.', 'e', 'E']) => float(digits),
        Json::Array(_) | Json::Object(_) => Err(format!("Cannot cast '{}' to varchar", json.written())),
        other => Ok(other.scalar()),
    }
}

/// The digits of a whole number, rounded half away from zero.
fn whole(json: &Json) -> Given<String> {
    Ok(match json {
        Json::Null => None,
        Json::Boolean(value) => Some(u8::from(*value).to_string()),
        Json::Number(digits) if digits.contains(['.', 'e', 'E']) => {
            let value: f64 = digits.parse().map_err(|_| format!("`{digits}` is no number"))?;
            Some(format!("{:.0}", value.round()))
        }
        Json::Number(digits) => Some(digits.clone()),
        Json::Text(text) if text.parse::<i64>().is_ok() => Some(text.clone()),
        other => return Err(format!("Cannot cast '{}' to a whole number", other.written())),
    })
}

fn number(json: &Json) -> Given<String> {
    Ok(match json {
        Json::Null => None,
        Json::Boolean(value) => Some(u8::from(*value).to_string()),
        Json::Number(digits) => Some(digits.clone()),
        Json::Text(text) if text.parse::<f64>().is_ok() => Some(text.clone()),
        other => return Err(format!("Cannot cast '{}' to a number", other.written())),
    })
}

pub(super) fn boolean(values: &[&str]) -> Given<bool> {
    Ok(match parsed(first(values))? {
        Json::Null => None,
        Json::Boolean(value) => Some(value),
        Json::Number(digits) => Some(digits.parse::<f64>().is_ok_and(|value| value != 0.0)),
        Json::Text(text) if text.eq_ignore_ascii_case("true") => Some(true),
        Json::Text(text) if text.eq_ignore_ascii_case("false") => Some(false),
        other => return Err(format!("Cannot cast '{}' to boolean", other.written())),
    })
}

/// A row's field: an object's member by its name, or an array's element by its place.
fn member(json: &Json, name: &str, at: &str) -> Option<String> {
    let value = match json {
        Json::Object(members) => {
            members.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
        }
        Json::Array(elements) => at.parse::<usize>().ok().and_then(|at| elements.get(at)),
        _ => None,
    };
    value.map(Json::written)
}

fn array(values: &[&str]) -> Option<Vec<Json>> {
    match json_path::read(first(values)) {
        Some(Json::Array(elements)) => Some(elements),
        _ => None,
    }
}

pub(super) fn array_length(values: &[&str]) -> Given<i64> {
    Ok(array(values).and_then(|elements| i64::try_from(elements.len()).ok()))
}

pub(super) fn array_contains(values: &[&str]) -> Given<bool> {
    let wanted = parsed(nth(values, 1))?;
    let is_wanted = |element: &Json| match (&wanted, element) {
        (Json::Number(wanted), Json::Number(element)) if wanted.contains(['.', 'e', 'E']) => {
            wanted.parse::<f64>().ok() == element.parse::<f64>().ok()
        }
        (wanted, element) => wanted == element,
    };
    Ok(array(values).map(|elements| elements.iter().any(is_wanted)))
}

pub(super) fn size(values: &[&str]) -> Given<i64> {
    let count = found(values)?.map(|json| match json {
        Json::Array(elements) => elements.len(),
        Json::Object(members) => members.len(),
        _ => 0,
    });
    Ok(count.and_then(|count| i64::try_from(count).ok()))
}

pub(super) fn is_scalar(values: &[&str]) -> Given<bool> {
    Ok(Some(!matches!(parsed(first(values))?, Json::Array(_) | Json::Object(_))))
}

type Texts = Vec<Option<String>>;

/// The elements of an array, each as JSON.
pub(super) fn elements(values: &[&str]) -> Given<Texts> {
    match parsed(first(values))? {
        Json::Null => Ok(None),
        Json::Array(elements) => Ok(Some(elements.iter().map(|element| Some(element.written())).collect())),
        other => Err(format!("Cannot cast '{}' to an array", other.written())),
    }
}

fn members(values: &[&str]) -> Result<Option<Vec<(String, Json)>>, String> {
    match parsed(first(values))? {
        Json::Null => Ok(None),
        Json::Object(members) => Ok(Some(members)),
        other => Err(format!("Cannot cast '{}' to a map", other.written())),
    }
}

/// The names of an object's members, each as JSON.
pub(super) fn keys(values: &[&str]) -> Given<Texts> {
    let name = |(name, _): &(String, Json)| Some(Json::Text(name.clone()).written());
    Ok(members(values)?.map(|members| members.iter().map(name).collect()))
}

pub(super) fn values(values: &[&str]) -> Given<Texts> {
    Ok(members(values)?.map(|members| members.iter().map(|(_, value)| Some(value.written())).collect()))
}

/// The texts in an array of texts.
pub(super) fn strings(values: &[&str]) -> Given<Texts> {
    Ok(array(values).map(|elements| elements.iter().map(Json::scalar).collect()))
}
