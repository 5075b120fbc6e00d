//! Python's containers: lists, dicts and sets that change in place, tuples, and the views of a dict.

use std::cmp::Ordering;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use indexmap::{IndexMap, IndexSet};
use minijinja::value::{DynObject, Enumerator, Object, ObjectRepr};
use minijinja::{Error, ErrorKind, State, Value};

use super::bound::bound;
use super::compare::natural;
use super::nesting::{deeper, release};
use super::{Done, dict_methods, fail, list_methods, set_methods};
use crate::jinja::{budget, values};

/// A Python list.
#[derive(Debug, Default)]
pub struct List(RwLock<Vec<Value>>);

/// A Python dict.
#[derive(Debug, Default)]
pub struct Dict(RwLock<IndexMap<Value, Value>>);

/// A Python set.
#[derive(Debug, Default)]
pub(crate) struct Set(RwLock<IndexSet<Value>>);

/// A Python tuple.
#[derive(Debug)]
pub(crate) struct Tuple {
    pub items: Vec<Value>,
    /// The names of the items, for a named tuple.
    names: &'static [&'static str],
    pub depth: usize,
    /// How many values it holds in all.
    weight: usize,
}

/// What `keys()`, `values()` and `items()` of a dict show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Keys,
    Values,
    Items,
}

/// A view of a dict: it changes as the dict does.
#[derive(Debug)]
pub(crate) struct View {
    pub dict: Arc<Dict>,
    pub part: Part,
}

macro_rules! in_place {
    ($name:ident, $inner:ty) => {
        impl $name {
            /// What it holds at this moment.
            pub(crate) fn items(&self) -> $inner {
                self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
            }

            /// How much it holds.
            pub(crate) fn len(&self) -> usize {
                self.0.read().unwrap_or_else(PoisonError::into_inner).len()
            }

            /// Changes it, unless it becomes too long.
            pub(crate) fn change<T>(&self, change: impl FnOnce(&mut $inner) -> Done<T>) -> Done<T> {
                let mut items = self.0.write().unwrap_or_else(PoisonError::into_inner);
                let before = items.len();
                let result = change(&mut items)?;
                let more = items.len().saturating_sub(before);
                if items.len() > budget::LONGEST_LIST {
                    budget::list(items.len())?;
                }
                budget::charge(budget::ITEM * (more + 1))?;
                Ok(result)
            }
        }
    };
}

in_place!(List, Vec<Value>);
in_place!(Dict, IndexMap<Value, Value>);
in_place!(Set, IndexSet<Value>);

impl Drop for List {
    fn drop(&mut self) {
        release(std::mem::take(self.0.get_mut().unwrap_or_else(PoisonError::into_inner)));
    }
}

impl Drop for Dict {
    fn drop(&mut self) {
        let entries = std::mem::take(self.0.get_mut().unwrap_or_else(PoisonError::into_inner));
        release(entries.into_iter().flat_map(|(key, value)| [key, value]).collect());
    }
}

impl Drop for Set {
    fn drop(&mut self) {
        release(std::mem::take(self.0.get_mut().unwrap_or_else(PoisonError::into_inner)).into_iter().collect());
    }
}

impl Drop for Tuple {
    fn drop(&mut self) {
        release(std::mem::take(&mut self.items));
    }
}

impl List {
    /// A list as a value.
    pub fn value(items: impl IntoIterator<Item = Value>) -> Value {
        Value::from_object(Self(RwLock::new(items.into_iter().collect())))
    }

    /// A list as a value, charged to the render.
    pub(crate) fn charged(items: Vec<Value>) -> Done<Value> {
        budget::list(items.len())?;
        Ok(Self::value(items))
    }
}

impl Dict {
    /// A dict as a value.
    pub fn value(entries: impl IntoIterator<Item = (Value, Value)>) -> Value {
        Value::from_object(Self(RwLock::new(entries.into_iter().collect())))
    }

    pub(crate) fn get(&self, key: &Value) -> Option<Value> {
        hashable(key).ok()?;
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
    }
}

impl Set {
    /// A set as a value.
    pub(crate) fn value(items: impl IntoIterator<Item = Value>) -> Value {
        Value::from_object(Self(RwLock::new(items.into_iter().collect())))
    }

    /// A set of what can be iterated over.
    pub(crate) fn of(items: Vec<Value>) -> Done<Value> {
        items.iter().try_for_each(hashable)?;
        budget::list(items.len())?;
        Ok(Self::value(items))
    }
}

impl Tuple {
    /// A tuple as a value.
    ///
    /// # Errors
    /// It is too long, or tuples are nested too deeply in it.
    pub(crate) fn value(items: Vec<Value>) -> Done<Value> {
        Self::named(items, &[])
    }

    pub(crate) fn named(items: Vec<Value>, names: &'static [&'static str]) -> Done<Value> {
        budget::list(items.len())?;
        let inner = || items.iter().filter_map(Value::downcast_object_ref::<Self>);
        let depth = deeper(&items)?;
        let weight = inner().fold(items.len(), |sum, tuple| sum.saturating_add(tuple.weight));
        Ok(Value::from_object(Self { items, names, depth, weight }))
    }

    /// Two values as a tuple.
    pub(crate) fn pair(left: Value, right: Value) -> Value {
        Self::value(vec![left, right]).unwrap_or_default()
    }
}

impl View {
    pub(crate) fn items(&self) -> Vec<Value> {
        let entries = self.dict.items();
        match self.part {
            Part::Keys => entries.into_keys().collect(),
            Part::Values => entries.into_values().collect(),
            Part::Items => entries.into_iter().map(|(key, value)| Tuple::pair(key, value)).collect(),
        }
    }
}

/// Whether a value can be a key: what changes in place cannot.
pub(crate) fn hashable(key: &Value) -> Done<()> {
    let name = match key.as_object() {
        None => return Ok(()),
        Some(object) if object.is::<List>() => "list",
        Some(object) if object.is::<Dict>() => "dict",
        Some(object) if object.is::<Set>() => "set",
        Some(object) => match object.downcast_ref::<Tuple>() {
            None => return Ok(()),
            Some(tuple) => {
                budget::charge(tuple.weight)?;
                return tuple.items.iter().try_for_each(hashable);
            }
        },
    };
    Err(fail(format!("a {name} cannot be a key of a dict or an item of a set; a tuple can")))
}

/// Python's place for an index: negative ones count from the end.
pub(crate) fn place(index: i64, length: usize) -> Option<usize> {
    let length = i64::try_from(length).ok()?;
    usize::try_from(if index < 0 { index.checked_add(length)? } else { index }).ok().filter(|at| (*at as i64) < length)
}

impl Object for List {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Seq
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        match super::number::index(key) {
            Some(at) => {
                let items = self.0.read().unwrap_or_else(PoisonError::into_inner);
                items.get(place(at, items.len())?).cloned()
            }
            None => bound(Value::from_dyn_object(Arc::clone(self)), list_methods::NAMES, key),
        }
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Values(self.items())
    }

    fn enumerator_len(self: &Arc<Self>) -> Option<usize> {
        Some(self.len())
    }

    fn call_method(self: &Arc<Self>, state: &mut State<'_, '_>, method: &str, args: &[Value]) -> Result<Value, Error> {
        list_methods::call(state, self, method, args)
    }

    fn custom_cmp(self: &Arc<Self>, other: &DynObject) -> Option<Ordering> {
        natural(&Value::from_dyn_object(Arc::clone(self)), other)
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&values::repr(&Value::from_dyn_object(Arc::clone(self))))
    }
}

impl Object for Dict {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.get(key).or_else(|| bound(Value::from_dyn_object(Arc::clone(self)), dict_methods::NAMES, key))
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Values(self.items().into_keys().collect())
    }

    fn enumerator_len(self: &Arc<Self>) -> Option<usize> {
        Some(self.len())
    }

    /// `d.items` is the method, whatever keys there are; `d['items']` is the key.
    fn get_value_by_str(self: &Arc<Self>, key: &str) -> Option<Value> {
        let method = || bound(Value::from_dyn_object(Arc::clone(self)), dict_methods::NAMES, &Value::from(key));
        if dict_methods::NAMES.contains(&key) { method() } else { self.get(&Value::from(key)) }
    }

    fn call_method(self: &Arc<Self>, state: &mut State<'_, '_>, method: &str, args: &[Value]) -> Result<Value, Error> {
        dict_methods::call(state, self, method, args)
    }

    fn custom_cmp(self: &Arc<Self>, other: &DynObject) -> Option<Ordering> {
        natural(&Value::from_dyn_object(Arc::clone(self)), other)
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&values::repr(&Value::from_dyn_object(Arc::clone(self))))
    }
}

impl Object for Set {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        bound(Value::from_dyn_object(Arc::clone(self)), set_methods::NAMES, key)
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Values(set_methods::ordered(&self.items()))
    }

    fn enumerator_len(self: &Arc<Self>) -> Option<usize> {
        Some(self.len())
    }

    fn call_method(self: &Arc<Self>, _: &mut State<'_, '_>, method: &str, args: &[Value]) -> Result<Value, Error> {
        set_methods::call(self, method, args)
    }

    fn custom_cmp(self: &Arc<Self>, other: &DynObject) -> Option<Ordering> {
        natural(&Value::from_dyn_object(Arc::clone(self)), other)
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&values::repr(&Value::from_dyn_object(Arc::clone(self))))
    }
}

impl Object for Tuple {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Seq
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let at = match key.as_str() {
            Some(name) => match self.names.iter().position(|known| *known == name) {
                None => return bound(Value::from_dyn_object(Arc::clone(self)), &["count", "index"], key),
                at => at,
            },
            None => place(super::number::index(key)?, self.items.len()),
        };
        self.items.get(at?).cloned()
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Seq(self.items.len())
    }

    fn call_method(self: &Arc<Self>, _: &mut State<'_, '_>, method: &str, args: &[Value]) -> Result<Value, Error> {
        list_methods::read(&self.items, method, args)
    }

    fn custom_cmp(self: &Arc<Self>, other: &DynObject) -> Option<Ordering> {
        natural(&Value::from_dyn_object(Arc::clone(self)), other)
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&values::repr(&Value::from_dyn_object(Arc::clone(self))))
    }
}

impl Object for View {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Values(self.items())
    }

    fn enumerator_len(self: &Arc<Self>) -> Option<usize> {
        Some(self.dict.len())
    }

    fn call_method(self: &Arc<Self>, _: &mut State<'_, '_>, method: &str, args: &[Value]) -> Result<Value, Error> {
        match (self.part, method) {
            (Part::Keys | Part::Items, "isdisjoint") => {
                set_methods::call(&Set(RwLock::new(self.items().into_iter().collect())), method, args)
            }
            _ => Err(Error::from(ErrorKind::UnknownMethod)),
        }
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&values::repr(&Value::from_dyn_object(Arc::clone(self))))
    }
}
