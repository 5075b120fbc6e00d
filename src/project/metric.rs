//! Metrics: numbers that are counted from the measures of semantic models, or from other metrics.
//!
//! Behaviour: dbt's "Metrics". What a metric leads to is known when everything is read: see `semantic_links`.

use std::ops::Range;

use serde_json::{Value, json};

use super::entries::{Entry, object, texts};
use super::node::{Node, ResourceType};
use super::problem::{Problem, ProblemKind};
use super::property_node::{
    GRAINS, blank, config_meta, fields, filters, flag, is_enabled, own_config, rendered, small, value,
};
use super::reader::Reader;
use super::shape::{Kind, Shape, filled, optional, required};
use crate::finding::Place;
use crate::parse::yaml::Yaml;

const TYPES: &[&str] = &["simple", "ratio", "cumulative", "derived", "conversion"];

/// A longer name is refused.
const LONGEST_NAME: usize = 250;

const INPUT_MEASURE: Shape = Shape {
    what: "measure",
    keys: &[
        required("name", Kind::Text),
        optional("filter", Kind::TextOrTexts),
        optional("alias", Kind::Text),
        filled("join_to_timespine", Kind::Bool),
        optional("fill_nulls_with", Kind::Whole),
    ],
};

const INPUT_METRIC: Shape = Shape {
    what: "metric",
    keys: &[
        required("name", Kind::Text),
        optional("filter", Kind::TextOrTexts),
        optional("alias", Kind::Text),
        optional("offset_window", Kind::Text),
        optional("offset_to_grain", Kind::Text),
    ],
};

const CONSTANT_PROPERTY: Shape = Shape {
    what: "constant property",
    keys: &[required("base_property", Kind::Text), required("conversion_property", Kind::Text)],
};

const CONVERSION: Shape = Shape {
    what: "conversion",
    keys: &[
        required("base_measure", Kind::TextOr(&INPUT_MEASURE)),
        required("conversion_measure", Kind::TextOr(&INPUT_MEASURE)),
        required("entity", Kind::Text),
        filled("calculation", Kind::OneOf(&["conversions", "conversion_rate"])),
        optional("window", Kind::Text),
        optional("constant_properties", Kind::ListOf(&CONSTANT_PROPERTY)),
    ],
};

const CUMULATIVE: Shape = Shape {
    what: "cumulative metric",
    keys: &[
        optional("window", Kind::Text),
        optional("grain_to_date", Kind::Text),
        filled("period_agg", Kind::OneOf(&["first", "last", "average"])),
    ],
};

const TYPE_PARAMS: Shape = Shape {
    what: "metric's `type_params`",
    keys: &[
        optional("measure", Kind::TextOr(&INPUT_MEASURE)),
        optional("numerator", Kind::TextOr(&INPUT_METRIC)),
        optional("denominator", Kind::TextOr(&INPUT_METRIC)),
        optional("expr", Kind::TextOrBool),
        optional("window", Kind::Text),
        optional("grain_to_date", Kind::OneOf(GRAINS)),
        optional("metrics", Kind::ListOfTextOr(&INPUT_METRIC)),
        optional("conversion_type_params", Kind::Of(&CONVERSION)),
        optional("cumulative_type_params", Kind::Of(&CUMULATIVE)),
    ],
};

const METRIC: Shape = Shape {
    what: "metric",
    keys: &[
        required("name", Kind::Text),
        required("label", Kind::Text),
        required("type", Kind::OneOf(TYPES)),
        required("type_params", Kind::Of(&TYPE_PARAMS)),
        filled("description", Kind::Text),
        optional("filter", Kind::TextOrTexts),
        optional("time_granularity", Kind::Text),
        filled("meta", Kind::Map),
        filled("tags", Kind::Texts),
        filled("config", Kind::Map),
    ],
};

/// Reads one entry of `metrics:`.
pub(super) fn read(reader: &Reader<'_>, entry: &Entry<'_>, problems: &mut Vec<Problem>) -> Option<Node> {
    METRIC.check(&entry.file.path, &entry.yaml, problems);
    problems.extend(named(&entry.name, entry.place()));
    let mut node = blank(reader, ResourceType::Metric, entry, (&entry.name, &own_config(entry)))?;
    node.description = rendered(reader, entry, entry.text("description").unwrap_or_default(), problems);
    node.tags = texts(entry.yaml.get("tags"));
    node.meta =
        Some(config_meta(&node)).filter(|meta| !meta.is_empty()).unwrap_or_else(|| object(entry.yaml.get("meta")));
    let kind = small(&entry.yaml, "type");
    let nothing = Yaml { value: crate::parse::yaml::Value::Null, span: entry.name_span.clone() };
    let params = entry.yaml.get("type_params").unwrap_or(&nothing);
    let mut windows = Windows { path: &entry.file.path, problems };
    let type_params = type_params(params, kind.as_str() == Some("cumulative"), &mut windows);
    if is_enabled(&node) {
        problems.extend(incomplete(entry, kind.as_str().unwrap_or_default(), params));
    }
    node.body = fields(json!({
        "label": value(&entry.yaml, "label"), "type": kind, "type_params": type_params,
        "filter": filters(&entry.yaml, "filter"), "metadata": null,
        "time_granularity": value(&entry.yaml, "time_granularity"), "group": node.group,
    }));
    Some(node)
}

/// The metric that `create_metric: true` makes of a measure.
pub(super) fn from_measure(
    reader: &Reader<'_>,
    model: &Node,
    entry: &Entry<'_>,
    measure: &Yaml,
    problems: &mut Vec<Problem>,
) -> Option<Node> {
    let name = measure.get("name")?;
    let text = name.scalar()?;
    let said = json!({"enabled": is_enabled(model), "meta": config_meta(model)});
    let mut node = blank(reader, ResourceType::Metric, entry, (&text, &fields(said)))?;
    node.place = entry.at(name);
    node.meta = config_meta(&node);
    let filled = |key: &str| measure.get(key).and_then(Yaml::as_str).filter(|text| !text.is_empty()).map(str::to_owned);
    let description = filled("description").unwrap_or_else(|| format!("Metric created from measure {text}"));
    node.description = rendered(reader, entry, description, problems);
    let expr = measure.get("expr").filter(|expr| !is_falsy(expr)).and_then(Yaml::scalar);
    node.body = fields(json!({
        "label": filled("label").unwrap_or_else(|| text.clone()), "type": "simple",
        "type_params": {
            "measure": input_measure(name), "input_measures": [], "numerator": null, "denominator": null,
            "expr": expr.unwrap_or_else(|| text.clone()), "window": null, "grain_to_date": null, "metrics": [],
            "conversion_type_params": null, "cumulative_type_params": null, "metric_aggregation_params": null,
        },
        "filter": null, "metadata": null, "time_granularity": null, "group": node.group,
    }));
    Some(node)
}

/// What Python takes for nothing.
fn is_falsy(yaml: &Yaml) -> bool {
    use crate::parse::yaml::Value as Written;
    yaml.is_empty() || matches!(&yaml.value, Written::Bool(false) | Written::Int(0)) || yaml.as_str() == Some("")
}

/// A name that no metric can have.
fn named(name: &str, place: Place) -> Option<Problem> {
    let wrong = unfit_name(name)?;
    let message = format!("`{name}` cannot be the name of a metric: {wrong}");
    let problem = Problem::new(ProblemKind::Properties, message, place);
    Some(problem.help("name it with letters, digits and `_`; `label:` is what people see"))
}

/// What is wrong with the name of a metric.
pub(super) fn unfit_name(name: &str) -> Option<&'static str> {
    if name.chars().count() > LONGEST_NAME {
        Some("it is longer than 250 characters")
    } else if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        Some("it does not begin with a letter")
    } else if !name.chars().all(|c| c.is_alphanumeric() || c == '_') {
        Some("it holds more than letters, digits and `_`")
    } else {
        None
    }
}

/// What a metric of this type must have and has not.
fn incomplete(entry: &Entry<'_>, kind: &str, params: &Yaml) -> Vec<Problem> {
    let needed: &[&str] = match kind {
        "simple" | "cumulative" => &["measure"],
        "ratio" => &["numerator", "denominator"],
        "conversion" => &["conversion_type_params"],
        _ => &[],
    };
    let is_missing = |key: &&&str| params.get(key).is_none_or(|value| value.value == crate::parse::yaml::Value::Null);
    let problem = |key: &&str| {
        let message = format!("the {kind} metric `{}` has no `{key}` in its `type_params`", entry.name);
        let place = entry.yaml.get("type").map_or_else(|| entry.place(), |kind| entry.at(kind));
        Problem::new(ProblemKind::Properties, message, place).help(format!("add `{key}:` under `type_params:`"))
    };
    needed.iter().filter(is_missing).map(problem).collect()
}

/// Reads windows such as `7 days`, and tells those that are none.
struct Windows<'w> {
    path: &'w str,
    problems: &'w mut Vec<Problem>,
}

impl Windows<'_> {
    fn read(&mut self, yaml: &Yaml, key: &str) -> Value {
        let Some(written) = yaml.get(key) else { return Value::Null };
        let Some(text) = written.as_str() else { return Value::Null };
        window(text).unwrap_or_else(|| {
            self.tell(text, &written.span);
            Value::Null
        })
    }

    fn tell(&mut self, text: &str, span: &Range<usize>) {
        let problem = Problem::new(
            ProblemKind::Properties,
            format!("`{text}` is no window of time"),
            Place::span(self.path, span.clone()),
        );
        self.problems.push(problem.help("write a number and a period with one space between them: `28 days`"));
    }
}

fn window(text: &str) -> Option<Value> {
    let text = text.to_lowercase();
    let (count, grain) = text.split_once(' ')?;
    let is_count = !count.is_empty() && count.chars().all(|c| c.is_ascii_digit());
    if !is_count || grain.contains(' ') {
        return None;
    }
    let single = grain.strip_suffix('s').filter(|single| GRAINS.contains(single));
    Some(json!({"count": count.parse::<u64>().ok()?, "granularity": single.unwrap_or(grain)}))
}

fn type_params(params: &Yaml, is_cumulative: bool, windows: &mut Windows<'_>) -> Value {
    let measure = |key: &str| params.get(key).map(input_measure).unwrap_or_default();
    let window = windows.read(params, "window");
    let metrics = params.get("metrics").map_or(&[][..], Yaml::items);
    let metrics: Vec<Value> = metrics.iter().map(|metric| input_metric(metric, windows)).collect();
    let [numerator, denominator] = ["numerator", "denominator"]
        .map(|key| params.get(key).map(|metric| input_metric(metric, windows)).unwrap_or_default());
    let conversion = params.get("conversion_type_params").filter(|params| !params.is_empty());
    json!({
        "measure": measure("measure"), "input_measures": [], "numerator": numerator, "denominator": denominator,
        "expr": params.get("expr").and_then(Yaml::scalar), "window": window, "grain_to_date": small(params, "grain_to_date"),
        "metrics": metrics, "conversion_type_params": conversion.map(|params| conversion_params(params, windows)),
        "cumulative_type_params": is_cumulative.then(|| cumulative(params, windows)), "metric_aggregation_params": null,
    })
}

fn conversion_params(params: &Yaml, windows: &mut Windows<'_>) -> Value {
    let measure = |key: &str| params.get(key).map(input_measure).unwrap_or_default();
    let calculation =
        params.get("calculation").map_or_else(|| "conversion_rate".into(), |_| small(params, "calculation"));
    json!({
        "base_measure": measure("base_measure"), "conversion_measure": measure("conversion_measure"),
        "entity": value(params, "entity"), "calculation": calculation, "window": windows.read(params, "window"),
        "constant_properties": value(params, "constant_properties"),
    })
}

/// The window and the grain may stand one level higher, where they stood in older versions.
fn cumulative(params: &Yaml, windows: &mut Windows<'_>) -> Value {
    let own = params.get("cumulative_type_params").filter(|own| !own.is_empty());
    let holder = |key: &str| own.filter(|own| own.get(key).is_some_and(|value| !value.is_empty())).unwrap_or(params);
    let period = own
        .filter(|own| own.get("period_agg").is_some())
        .map_or_else(|| "first".into(), |own| small(own, "period_agg"));
    // A window that stands higher is told already.
    let window = match holder("window") {
        higher if std::ptr::eq(higher, params) => {
            params.get("window").and_then(Yaml::as_str).and_then(window).unwrap_or_default()
        }
        own => windows.read(own, "window"),
    };
    json!({"window": window, "grain_to_date": value(holder("grain_to_date"), "grain_to_date"), "period_agg": period, "metric": null})
}

/// A measure by its name, or with more about it.
fn input_measure(yaml: &Yaml) -> Value {
    if let Some(name) = yaml.as_str() {
        return json!({"name": name, "filter": null, "alias": null, "join_to_timespine": false, "fill_nulls_with": null});
    }
    if yaml.is_empty() {
        return Value::Null;
    }
    json!({
        "name": value(yaml, "name"), "filter": filters(yaml, "filter"), "alias": value(yaml, "alias"),
        "join_to_timespine": flag(yaml, "join_to_timespine"), "fill_nulls_with": value(yaml, "fill_nulls_with"),
    })
}

/// A metric by its name, or with more about it.
fn input_metric(yaml: &Yaml, windows: &mut Windows<'_>) -> Value {
    if let Some(name) = yaml.as_str() {
        return json!({"name": name, "filter": null, "alias": null, "offset_window": null, "offset_to_grain": null});
    }
    if yaml.is_empty() {
        return Value::Null;
    }
    json!({
        "name": value(yaml, "name"), "filter": filters(yaml, "filter"), "alias": value(yaml, "alias"),
        "offset_window": windows.read(yaml, "offset_window"), "offset_to_grain": value(yaml, "offset_to_grain"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_is_a_number_and_a_period() {
        assert_eq!(window("7 Days"), Some(json!({"count": 7, "granularity": "day"})));
        assert_eq!(window("2 fiscal_weeks"), Some(json!({"count": 2, "granularity": "fiscal_weeks"})));
        assert_eq!([window("7"), window("x days"), window("7  days")], [None, None, None]);
    }
}
