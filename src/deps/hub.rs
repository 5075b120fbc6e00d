//! A name of the hub in, its versions out, and of each what it asks for and where it is. Behaviour: `dbt.clients.registry`.

use std::collections::HashMap;
use std::rc::Rc;

use serde_json::Value;

use super::DepsError;
use super::spec::Spec;
use super::version::{self, Version};
use super::web::{Web, WebProblem};
use crate::parse::yaml::Yaml;
use crate::project::problem::did_you_mean;

/// The version of dbt that a package must work with: the one that cadet is compared with.
const DBT: &str = "1.11.16";

/// The hub at one address, and what it has answered.
pub(super) struct Hub {
    base: String,
    index: Option<Vec<String>>,
    packages: HashMap<String, Rc<Listing>>,
}

/// All versions of one package.
pub(super) struct Listing {
    /// As the hub calls them, in its order.
    pub versions: Vec<String>,
    releases: serde_json::Map<String, Value>,
    /// The package's new name, when it has one.
    pub moved_to: Option<String>,
}

/// One version.
pub(super) struct Release {
    /// The project's name.
    pub name: String,
    pub tarball: String,
    pub specs: Vec<Spec>,
}

impl Hub {
    /// The hub at `base`.
    pub(super) fn new(base: &str) -> Self {
        Self { base: base.trim_end_matches('/').to_owned(), index: None, packages: HashMap::new() }
    }

    /// All versions of `package`, which `by` asks for.
    ///
    /// # Errors
    /// When the hub has no such package, or does not answer.
    pub(super) fn package(&mut self, web: &Web, package: &str, by: &str) -> Result<Rc<Listing>, DepsError> {
        if let Some(known) = self.packages.get(package) {
            return Ok(Rc::clone(known));
        }
        self.check_index(web, package, by)?;
        let answer = self.get(web, package)?;
        let Some(Value::Object(releases)) = answer.get("versions") else {
            return Err(self.strange(&format!("{package}.json has no `versions`")));
        };
        let text = |key: &str| answer.get(key).and_then(Value::as_str);
        let moved = text("redirectnamespace").is_some() || text("redirectname").is_some();
        let moved_to = moved.then(|| {
            let owner = text("redirectnamespace").or_else(|| text("namespace")).unwrap_or_default();
            format!("{owner}/{}", text("redirectname").or_else(|| text("name")).unwrap_or_default())
        });
        let versions = releases.keys().cloned().collect();
        let listing = Rc::new(Listing { versions, releases: releases.clone(), moved_to });
        self.packages.insert(package.to_owned(), Rc::clone(&listing));
        Ok(listing)
    }

    fn check_index(&mut self, web: &Web, package: &str, by: &str) -> Result<(), DepsError> {
        if self.index.is_none() {
            let names = self.get(web, "index")?;
            let names = names.as_array().ok_or_else(|| self.strange("index.json is no list"))?;
            self.index = Some(names.iter().filter_map(|name| Some(name.as_str()?.to_owned())).collect());
        }
        let index = self.index.as_deref().unwrap_or_default();
        let is_name = package.chars().all(|c| c.is_ascii_alphanumeric() || "_-./".contains(c));
        if is_name && !package.contains("..") && index.iter().any(|known| known == package) {
            return Ok(());
        }
        let near = did_you_mean(package, index.iter().map(String::as_str));
        let advice = near.map_or_else(
            || "look for its name on https://hub.getdbt.com, or write its repository as `git:`".to_owned(),
            |near| format!("did you mean `{near}`?"),
        );
        Err(DepsError::asked(format!("the hub has no package `{package}`, which {by} asks for"), advice))
    }

    fn get(&self, web: &Web, name: &str) -> Result<Value, DepsError> {
        let url = format!("{}/api/v1/{name}.json", self.base);
        let answer = web.get(&url).map_err(|problem| {
            let why = match problem {
                WebProblem::NotFound => "there is nothing at this address".to_owned(),
                WebProblem::Other(why) => why,
            };
            DepsError::failed(
                format!("failed to ask the hub for {url}: {why}"),
                "check the network, and the proxy in HTTPS_PROXY if you need one",
            )
        })?;
        serde_json::from_slice(&answer).map_err(|_| self.strange(&format!("{name}.json is no JSON")))
    }

    fn strange(&self, what: &str) -> DepsError {
        let message = format!("the hub at {} gave an answer that cannot be used: {what}", self.base);
        DepsError::failed(message, "try again later; check DBT_PACKAGE_HUB_URL if it is set")
    }
}

impl Listing {
    /// The versions that work with dbt, prereleases only when wanted, oldest first.
    pub(super) fn installable(&self, prereleases: bool) -> Vec<String> {
        let fits = |version: &&String| self.releases.get(*version).is_some_and(works_with_dbt);
        let versions: Vec<String> = self.versions.iter().filter(fits).cloned().collect();
        version::installable(&versions, prereleases)
    }

    /// One version.
    ///
    /// # Errors
    /// When the hub says nothing usable of it.
    pub(super) fn release(&self, package: &str, version: &str) -> Result<Release, DepsError> {
        let strange = |what: &str| {
            let message = format!("the hub's entry for {package} {version} cannot be used: {what}");
            DepsError::failed(message, "ask for another version, or write the package's repository as `git:`")
        };
        let release = self.releases.get(version).ok_or_else(|| strange("there is none"))?;
        let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
        let tarball = text(release.get("downloads").and_then(|downloads| downloads.get("tarball")));
        let specs = release.get("packages").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let specs: Result<_, DepsError> = specs
            .iter()
            .map(|spec| {
                let spec = Yaml::from_json(spec, &(0..0));
                Spec::read(&spec, &spec).map_err(|error| strange(&error.message))
            })
            .collect();
        Ok(Release {
            name: text(release.get("name")).ok_or_else(|| strange("it has no name"))?,
            tarball: tarball.ok_or_else(|| strange("it has no archive"))?,
            specs: specs?,
        })
    }
}

/// Whether a release's `require_dbt_version` allows the dbt that cadet follows. What cannot be read does not.
fn works_with_dbt(release: &Value) -> bool {
    let bounds: Vec<&str> = match release.get("require_dbt_version") {
        Some(Value::String(one)) if !one.is_empty() => vec![one],
        Some(Value::Array(several)) => several.iter().map(|bound| bound.as_str().unwrap_or_default()).collect(),
        _ => return true,
    };
    let bounds: Option<Vec<Version>> = bounds.into_iter().map(Version::read).collect();
    let dbt = Version::read(DBT);
    bounds.zip(dbt).is_some_and(|(bounds, dbt)| version::fulfils(&dbt, &bounds))
}
