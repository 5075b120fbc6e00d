//! An amount of data, as people write it: `500M`, `10G`, `1.5T`.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Error, Visitor};

/// So many bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bytes(pub u64);

const UNITS: [(char, u64); 4] = [('k', 1_000), ('M', 1_000_000), ('G', 1_000_000_000), ('T', 1_000_000_000_000)];

impl Bytes {
    /// Reads a number with `k`, `M`, `G` or `T` behind it, or none; each is a thousand of the one before.
    ///
    /// # Errors
    /// When it is something else.
    pub fn read(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is no amount of data: write 500M, 10G or 1.5T");
        let text = text.trim();
        let plain = text.strip_suffix(['B', 'b']).unwrap_or(text);
        let unit = UNITS
            .iter()
            .find(|(unit, _)| plain.ends_with([*unit, unit.to_ascii_lowercase(), unit.to_ascii_uppercase()]));
        let (number, times) = match unit {
            Some((_, times)) => (&plain[..plain.len() - 1], *times),
            None => (plain, 1),
        };
        let number = number.trim();
        let is_number = !number.is_empty() && number.bytes().all(|c| c.is_ascii_digit() || c == b'.');
        let number = number.parse::<f64>().ok().filter(|_| is_number).ok_or_else(wrong)?;
        #[expect(clippy::cast_precision_loss, reason = "no budget is counted in single bytes")]
        let bytes = number * times as f64;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is not negative, and bounded")]
        let bytes = (bytes.is_finite() && bytes < 1e18).then_some(bytes as u64);
        bytes.map(Self).ok_or_else(wrong)
    }
}

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        #[expect(clippy::cast_precision_loss, reason = "a few digits are shown")]
        let of = |unit: u64| self.0 as f64 / unit as f64;
        match self.0 {
            0..1_000_000 => write!(f, "{:.1} kB", of(1_000)),
            1_000_000..1_000_000_000 => write!(f, "{:.1} MB", of(1_000_000)),
            1_000_000_000..1_000_000_000_000 => write!(f, "{:.1} GB", of(1_000_000_000)),
            _ => write!(f, "{:.1} TB", of(1_000_000_000_000)),
        }
    }
}

struct Written;

impl Visitor<'_> for Written {
    type Value = Bytes;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an amount of data, such as 10G")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Bytes, E> {
        Bytes::read(text).map_err(E::custom)
    }

    fn visit_u64<E: Error>(self, bytes: u64) -> Result<Bytes, E> {
        Ok(Bytes(bytes))
    }

    fn visit_i64<E: Error>(self, bytes: i64) -> Result<Bytes, E> {
        u64::try_from(bytes).map(Bytes).map_err(|_| E::custom("an amount of data is not negative"))
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Written)
    }
}

impl JsonSchema for Bytes {
    fn schema_name() -> Cow<'static, str> {
        "Bytes".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "An amount of data: 500M, 10G, 1.5T.",
            "anyOf": [
                {"type": "string", "pattern": "^[0-9.]+ *[kKmMgGtT]?[bB]?$"},
                {"type": "integer", "minimum": 0},
            ],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_as_people_write_them() {
        for (text, wanted) in [
            ("0", Some(0)),
            ("1234", Some(1234)),
            ("10G", Some(10_000_000_000)),
            ("10 GB", Some(10_000_000_000)),
            ("1.5T", Some(1_500_000_000_000)),
            ("500m", Some(500_000_000)),
            ("7k", Some(7_000)),
            ("", None),
            ("G", None),
            ("-1G", None),
            ("1e3G", None),
            ("inf", None),
            ("10X", None),
            ("99999999999T", None),
        ] {
            assert_eq!(Bytes::read(text).ok(), wanted.map(Bytes), "{text}");
        }
        assert_eq!(
            [0, 1_500_000, 12_000_000_000].map(|bytes| Bytes(bytes).to_string()),
            ["0.0 kB", "1.5 MB", "12.0 GB"]
        );
    }
}
