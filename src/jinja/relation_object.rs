//! A relation as templates see it, and `api.Relation`, which makes them. Behaviour: `AthenaRelation` of dbt-athena.

use std::fmt;
use std::sync::Arc;

use minijinja::value::{DynObject, Enumerator, Object, ObjectRepr};
use minijinja::{Error, ErrorKind, State, Value};

use super::python::arguments::Args;
use super::python::bound::bound;
use super::python::{Done, fail};
use super::record::Record;
use super::relation::{PARTS, Relation};
use super::values;

/// The kinds of relations as `Relation.Table` and the like name them, and as `type` has them.
const KINDS: [(&str, &str); 7] = [
    ("Table", "table"),
    ("View", "view"),
    ("CTE", "cte"),
    ("External", "external"),
    ("MaterializedView", "materialized_view"),
    ("PointerTable", "pointer_table"),
    ("Function", "function"),
];

const METHODS: &[&str] = &[
    "render",
    "render_hive",
    "render_pure",
    "render_limited",
    "matches",
    "to_dict",
    "quoted",
    "get",
    "information_schema",
    "information_schema_only",
    "replace_path",
    "quote",
    "include",
    "incorporate",
    "replace",
    "without_identifier",
    "create",
    "add_ephemeral_prefix",
];

fn kind_named(name: &str) -> Option<Value> {
    KINDS.iter().find(|(known, _)| *known == name).map(|(_, kind)| Value::from(*kind))
}

fn checked_kind(kind: &Value) -> Done<String> {
    let kind = values::text(kind);
    match kind == "ephemeral" || KINDS.iter().any(|(_, known)| *known == kind) {
        true => Ok(kind),
        false => {
            let known: Vec<&str> = KINDS.iter().map(|(_, known)| *known).collect();
            Err(fail(format!("`{kind}` is no type of a relation; there are {}", known.join(", "))))
        }
    }
}

/// What stands under a key of a dict; nothing when the key is not there.
fn entry(dict: &Value, key: &str) -> Option<Value> {
    dict.get_item(&Value::from(key)).ok().filter(|found| !found.is_undefined())
}

/// Switches parts on and off: a list holds those that are off.
fn switch(off: &mut Vec<&'static str>, part: &'static str, is_on: bool) {
    off.retain(|known| *known != part);
    off.extend((!is_on).then_some(part));
}

fn policy(name: &'static str, off: &[&'static str]) -> Value {
    Record::value(name, PARTS.map(|part| (part, Value::from(!off.contains(&part)))).to_vec())
}

impl Relation {
    /// `include(database=false)` or `quote(identifier=false)`: each part that is given is on or off.
    fn switched(&self, args: &Args<'_>, of: fn(&mut Self) -> &mut Vec<&'static str>) -> Done<Self> {
        args.at_most(&PARTS)?;
        let mut relation = self.clone();
        for (at, part) in PARTS.into_iter().enumerate() {
            if let Some(is_on) = args.some(at, part).filter(|value| !value.is_undefined()) {
                switch(of(&mut relation), part, is_on.is_true());
            }
        }
        Ok(relation)
    }

    /// `replace_path(identifier='x')`: with other names; `none` takes one away.
    fn replace_path(&self, args: &Args<'_>) -> Done<Self> {
        if !args.positional.is_empty() {
            return Err(fail("`replace_path` takes its names as `database=`, `schema=` and `identifier=`"));
        }
        args.at_most(&PARTS)?;
        let mut relation = self.clone();
        for part in PARTS {
            if let Some(name) = args.value(usize::MAX, part) {
                relation.set(part, (!name.is_none()).then(|| values::text(&name)));
            }
        }
        Ok(relation)
    }

    /// Whether the names that are given are this relation's.
    fn matches(&self, args: &Args<'_>) -> Done<bool> {
        args.at_most(&PARTS)?;
        let given = PARTS.into_iter().enumerate().filter_map(|(at, part)| Some((part, args.some(at, part)?)));
        let given: Vec<(&str, String)> = given.map(|(part, name)| (part, values::text(&name))).collect();
        if given.is_empty() {
            return Err(fail("`matches` needs a name to look for: `database=`, `schema=` or `identifier=`"));
        }
        let of = |part: &str| self.part(part).map_or("", String::as_str);
        let bare = |name: &str| name.to_lowercase().trim_matches('"').to_owned();
        let is_same = given.iter().all(|(part, name)| of(part) == name);
        if !is_same && given.iter().all(|(part, name)| bare(of(part)) == bare(name)) {
            return Err(fail(format!("{self} has the names that are looked for, in other letters; write them alike")));
        }
        Ok(is_same)
    }

    /// `incorporate(path={'identifier': 'x'}, type='view')` or `replace(type='view')`: with other parts.
    fn incorporate(&self, args: &Args<'_>) -> Done<Self> {
        const KNOWN: [&str; 8] = [
            "path",
            "type",
            "quote_policy",
            "include_policy",
            "s3_path_table_part",
            "detailed_table_type",
            "dbt_created",
            "require_alias",
        ];
        if !args.positional.is_empty() {
            return Err(fail(format!("`{}` takes named arguments, such as `type='view'`", args.name)));
        }
        args.at_most(&KNOWN)?;
        let mut relation = self.clone();
        let given = |name: &str| args.some(usize::MAX, name);
        if let Some(kind) = given("type") {
            relation.kind = Some(checked_kind(&kind)?);
        }
        for part in PARTS {
            if let Some(name) = given("path").and_then(|path| entry(&path, part)) {
                relation.set(part, (!name.is_none()).then(|| values::text(&name)));
            }
            if let Some(is_on) = given("quote_policy").and_then(|policy| entry(&policy, part)) {
                switch(&mut relation.unquoted, part, is_on.is_true());
            }
            if let Some(is_on) = given("include_policy").and_then(|policy| entry(&policy, part)) {
                switch(&mut relation.hidden, part, is_on.is_true());
            }
        }
        Ok(relation)
    }

    fn is(&self, kind: &str) -> bool {
        self.kind.as_deref() == Some(kind) || (kind == "cte" && self.is_cte)
    }

    /// All of it as a dict.
    fn to_dict(&self) -> Value {
        let on = |off: &[&str]| {
            let part = |part: &str| (part.to_owned(), serde_json::Value::from(!off.contains(&part)));
            PARTS.map(part).into_iter().collect::<serde_json::Map<_, _>>()
        };
        let none = serde_json::Value::Null;
        values::from_json(&serde_json::json!({
            "path": {"database": self.database, "schema": self.schema, "identifier": self.identifier},
            "type": self.kind, "quote_character": "\"", "include_policy": on(&self.hidden),
            "quote_policy": on(&self.unquoted), "dbt_created": false, "limit": none, "event_time_filter": none,
            "require_alias": false, "catalog": none, "renameable_relations": [], "replaceable_relations": [],
            "s3_path_table_part": none, "detailed_table_type": none,
        }))
    }

    fn names(&self) -> Vec<(&'static str, Value)> {
        PARTS.map(|part| (part, Value::from(self.part(part).cloned()))).to_vec()
    }
}

impl Object for Relation {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value_by_str(self: &Arc<Self>, key: &str) -> Option<Value> {
        let none = || Value::from(());
        match key {
            "database" | "schema" | "identifier" => Some(Value::from(self.part(key).cloned())),
            "name" | "table" => Some(Value::from(self.identifier.clone())),
            "type" => Some(self.kind.as_deref().map_or_else(none, Value::from)),
            "is_table" => Some(Value::from(self.is("table"))),
            "is_view" => Some(Value::from(self.is("view"))),
            "is_materialized_view" => Some(Value::from(self.is("materialized_view"))),
            "is_cte" => Some(Value::from(self.is("cte"))),
            "is_pointer" => Some(Value::from(self.is("pointer_table"))),
            "is_function" => Some(Value::from(self.is("function"))),
            "can_be_renamed" | "can_be_replaced" | "dbt_created" | "require_alias" => Some(Value::from(false)),
            "quote_character" => Some(Value::from("\"")),
            "s3_path_table_part" | "detailed_table_type" | "limit" | "event_time_filter" | "catalog" => Some(none()),
            "information_schema_view" => Some(self.view.as_deref().map_or_else(none, Value::from)),
            "path" => Some(Record::value("Path", self.names())),
            "quote_policy" => Some(policy("Policy", &self.unquoted)),
            "include_policy" => Some(policy("AthenaIncludePolicy", &self.hidden)),
            "metadata" => Some(values::facts(serde_json::json!({"type": "AthenaRelation"}))),
            _ => {
                let method = || bound(Value::from_dyn_object(Arc::clone(self)), METHODS, &Value::from(key));
                kind_named(key).or_else(method)
            }
        }
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.get_value_by_str(key.as_str()?)
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::NonEnumerable
    }

    fn call_method(self: &Arc<Self>, _: &mut State<'_, '_>, method: &str, args: &[Value]) -> Result<Value, Error> {
        let args = Args::new(method, args)?;
        let text = |text: String| Ok(Value::from(text));
        let relation = match method {
            "render" | "render_limited" | "render_event_time_filtered" => return text(self.to_string()),
            "render_hive" => return text(self.render_hive()),
            "render_pure" => return text(self.render_pure()),
            "matches" => return self.matches(&args).map(Value::from),
            "to_dict" => return Ok(self.to_dict()),
            "quoted" => return text(format!("\"{}\"", values::text(&args.must(0, "identifier")?))),
            "get" => {
                args.at_most(&["key", "default"])?;
                let found = self.get_value_by_str(&values::text(&args.must(0, "key")?));
                return Ok(found.or_else(|| args.value(1, "default")).unwrap_or_else(|| Value::from(())));
            }
            "information_schema" => {
                args.at_most(&["view_name"])?;
                let view = args.some(0, "view_name").and_then(|view| view.as_str().map(str::to_owned));
                Relation::information_schema(self, view)
            }
            "information_schema_only" => Relation::information_schema(self, None),
            "replace_path" => self.replace_path(&args)?,
            "quote" => self.switched(&args, |relation| &mut relation.unquoted)?,
            "include" => self.switched(&args, |relation| &mut relation.hidden)?,
            "incorporate" | "replace" => self.incorporate(&args)?,
            "without_identifier" => {
                let mut relation = (**self).clone();
                relation.identifier = None;
                switch(&mut relation.hidden, "identifier", false);
                relation
            }
            _ => return Relations::of_class(&args),
        };
        Ok(Value::from_object(relation))
    }

    fn custom_cmp(self: &Arc<Self>, other: &DynObject) -> Option<std::cmp::Ordering> {
        other.downcast_ref::<Self>().map(|other| self.as_ref().cmp(other))
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// `api.Relation`
#[derive(Debug)]
pub(super) struct Relations;

impl Relations {
    /// What dbt calls class methods: they need no relation.
    fn of_class(args: &Args<'_>) -> Result<Value, Error> {
        match args.name {
            "create" => Self::create(args),
            "add_ephemeral_prefix" => Ok(Value::from(format!("__dbt__cte__{}", values::text(&args.must(0, "name")?)))),
            "get_default_quote_policy" => Ok(policy("Policy", &[])),
            "get_default_include_policy" => Ok(policy("AthenaIncludePolicy", &[])),
            "get_relation_type" => Ok(Value::from(checked_kind(&args.must(0, "value")?)?)),
            "scd_args" => {
                let key = args.must(0, "primary_key")?;
                let mut keys = if key.as_str().is_some() { vec![key] } else { key.try_iter()?.collect() };
                keys.push(args.must(1, "updated_at")?);
                Ok(values::List::value(keys))
            }
            _ => Err(Error::from(ErrorKind::UnknownMethod)),
        }
    }

    /// `create(database, schema, identifier, type, quote_policy=…)`
    fn create(args: &Args<'_>) -> Result<Value, Error> {
        const NAMES: [&str; 4] = ["database", "schema", "identifier", "type"];
        let mut relation = Relation::default();
        for (at, part) in PARTS.into_iter().enumerate() {
            let name = args.some(at, part).filter(|name| !name.is_undefined());
            relation.set(part, name.as_ref().map(values::text));
        }
        if let Some(kind) = args.some(3, "type").filter(|kind| !kind.is_undefined()) {
            relation.kind = Some(checked_kind(&kind)?);
        }
        if args.positional.len() > NAMES.len() {
            args.at_most(&NAMES)?;
        }
        // What else dbt's relations hold, by name.
        let others = args.named.args().filter(|name| !NAMES.contains(name));
        let others = others.map(|name| Ok((name.to_owned(), args.named.peek(name)?)));
        let named = others.collect::<Result<Vec<(String, Value)>, Error>>()?.into_iter().collect();
        let more = Args { name: "create", positional: &[], named };
        Ok(Value::from_object(relation.incorporate(&more)?))
    }
}

impl Object for Relations {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        match key.as_str()? {
            "get_relation_type" => Some(Value::from_object(Self)),
            name => kind_named(name)
                .or_else(|| bound(Value::from_dyn_object(Arc::clone(self)), &["create", "scd_args"], key)),
        }
    }

    fn call_method(self: &Arc<Self>, _: &mut State<'_, '_>, method: &str, args: &[Value]) -> Result<Value, Error> {
        Self::of_class(&Args::new(method, args)?)
    }
}
