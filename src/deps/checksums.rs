//! What each package held when it was first installed: `package-lock.cadet.yml`, beside dbt's lock file, which has no
//! place for it.

use std::collections::BTreeMap;
use std::path::Path;

use super::DepsError;
use super::lock::{self, Locked};
use crate::parse::yaml::{self, Yaml};

/// The file. dbt does not read it.
pub(super) const FILE: &str = "package-lock.cadet.yml";

const HEAD: &str =
    "# What each package of package-lock.yml held when `cadet deps` first installed it. Commit this file.\n";
const SHA256: &str = "sha256";

type Entry = BTreeMap<String, String>;

/// The entries of the file, and those that are to be written.
#[derive(Debug, Default)]
pub(super) struct Checksums {
    known: Vec<Entry>,
    checked: Vec<Entry>,
}

impl Checksums {
    /// Reads the file in the project's folder; it may be missing.
    ///
    /// # Errors
    /// When it is not what cadet wrote.
    pub(super) fn read(folder: &Path) -> Result<Self, DepsError> {
        let path = folder.join(FILE);
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(DepsError::file("read", &path, &error)),
        };
        let broken = || {
            let advice = "take the file from git again, or delete it to trust what is fetched now";
            DepsError::asked(format!("{FILE} cannot be read"), advice)
        };
        let (yaml, _) = yaml::read(&text).map_err(|_| broken())?;
        let entries = yaml.get("packages").map_or(&[][..], Yaml::items).iter();
        let known: Option<Vec<Entry>> = entries
            .map(|entry| {
                let fields = entry.entries().iter();
                fields.map(|(key, value)| Some((key.name.to_string(), value.scalar()?))).collect()
            })
            .collect();
        let known = known.filter(|known| known.iter().all(|entry| entry.contains_key(SHA256))).ok_or_else(broken)?;
        Ok(Self { known, checked: Vec::new() })
    }

    /// Compares a package with what it held before, and notes it.
    ///
    /// # Errors
    /// When the same version holds something else now.
    pub(super) fn check(&mut self, locked: &Locked, checksum: &str) -> Result<(), DepsError> {
        let same = |entry: &&Entry| {
            let keys = |key: &str| key != SHA256 && key != "name";
            let known = entry.iter().filter(|(key, _)| keys(key)).map(|(key, value)| (key.as_str(), value));
            known.eq(locked.iter().filter(|(key, _)| keys(key)).map(|(key, value)| (*key, value)))
        };
        let before = self.known.iter().find(same).and_then(|entry| entry.get(SHA256));
        if let Some(before) = before.filter(|before| *before != checksum) {
            let name = locked.get("name").map_or("", String::as_str);
            return Err(DepsError::failed(
                format!(
                    "the package `{name}` is not what it was: the same version held other files when it was first \
                     installed (sha256 was {before}, is {checksum})"
                ),
                format!(
                    "its tag or archive was changed: ask its owners why. To trust what it holds now, take its entry \
                     out of {FILE} and run `cadet deps` again"
                ),
            ));
        }
        let mut entry: Entry = locked.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect();
        entry.insert(SHA256.to_owned(), checksum.to_owned());
        self.checked.push(entry);
        Ok(())
    }

    /// The file for what was checked.
    pub(super) fn text(&self) -> String {
        format!("{HEAD}{}", lock::list(&self.checked))
    }

    /// Whether there is anything to write, or a file that has to change.
    pub(super) fn is_needed(&self) -> bool {
        !(self.known.is_empty() && self.checked.is_empty())
    }
}
