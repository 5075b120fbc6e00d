//! The fields of an object of the manifest, written one after the other, with those that a map adds or replaces.

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Map, Value};

/// An object that is being written. What `more` holds of a field stands in its place; what else it holds comes last.
pub(crate) struct Fields<'m, S: Serializer> {
    map: S::SerializeMap,
    more: &'m Map<String, Value>,
    written: Vec<&'static str>,
}

impl<'m, S: Serializer> Fields<'m, S> {
    /// Begins an object.
    pub(crate) fn new(serializer: S, more: &'m Map<String, Value>) -> Result<Self, S::Error> {
        Ok(Self { map: serializer.serialize_map(None)?, more, written: Vec::new() })
    }

    /// Writes one field.
    pub(crate) fn add(&mut self, name: &'static str, value: impl Serialize) -> Result<(), S::Error> {
        match self.more.get(name) {
            Some(own) => {
                self.written.push(name);
                self.map.serialize_entry(name, own)
            }
            None => self.map.serialize_entry(name, &value),
        }
    }

    /// Ends the object.
    pub(crate) fn end(mut self) -> Result<S::Ok, S::Error> {
        for (name, value) in self.more.iter().filter(|(name, _)| !self.written.contains(&name.as_str())) {
            self.map.serialize_entry(name, value)?;
        }
        self.map.end()
    }
}
