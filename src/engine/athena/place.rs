//! A node's path and a target in, its database, its table and its folder in S3 out.
//!
//! Nothing here comes from rendered text: where a table goes is decided by the file's place in the project and by the
//! settings. What templates say (`schema`, `alias`, `external_location`) is only compared with it.

use crate::project::{Node, ResourceType};

/// Where a target writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    pub bucket: String,
    /// The first folder in the bucket.
    pub folder: String,
    /// How the names of databases end.
    pub suffix: String,
}

impl Layout {
    /// Whether a database is one of this target's, or of a pull request on it.
    pub fn is_database(&self, name: &str) -> bool {
        let is_number = |text: &str| !text.is_empty() && text.bytes().all(|c| c.is_ascii_digit());
        let plain = name.rsplit_once("_pr").filter(|(_, number)| is_number(number)).map_or(name, |(plain, _)| plain);
        [name, plain].iter().any(|name| name.len() > self.suffix.len() && name.ends_with(&self.suffix))
    }
}

/// Where a node's table goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destination {
    pub database: String,
    pub table: String,
    pub bucket: String,
    /// The folder of this table and of no other, with a `/` at its end.
    pub prefix: String,
}

/// Why a node has no place on Athena, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misplaced {
    pub message: String,
    pub help: String,
}

/// How the database is called, after the tested table's, that has the rows that break tests: as dbt's schema for them.
const AUDIT: &str = "_dbt_test__audit";

fn misplaced(message: String, help: &str) -> Misplaced {
    Misplaced { message, help: help.to_owned() }
}

impl Destination {
    /// Where a model, seed or snapshot goes: `models/<domain>/<database>/…/<database>__<table>.sql`.
    ///
    /// # Errors
    /// When the file is not in the folders of a domain and a database, or a name has other letters than Athena's.
    pub fn of(node: &Node, layout: &Layout) -> Result<Self, Misplaced> {
        let folders: Vec<&str> = node.path.split('/').collect();
        let ([domain, database, ..], true) = (folders.as_slice(), folders.len() > 2) else {
            return Err(misplaced(
                format!("`{}` is in no folder of a database, so there is no place for its table", node.name),
                "move the file to <domain>/<database>/ below the folder of models or seeds",
            ));
        };
        let table = table(node);
        for (what, name) in [("domain", *domain), ("database", *database), ("table", &table)] {
            if !is_name(name) {
                return Err(misplaced(
                    format!("`{name}` cannot be the name of a {what} on Athena"),
                    "use small letters, digits and `_` only, in the names of files and of folders",
                ));
            }
        }
        let database = format!("{database}{}", layout.suffix);
        let prefix = match node.resource_type {
            ResourceType::Seed => format!("{}/seeds/{database}/{table}/", layout.folder),
            _ => format!("{}/models/domain_name={domain}/database_name={database}/table_name={table}/", layout.folder),
        };
        Ok(Self { database, table, bucket: layout.bucket.clone(), prefix })
    }

    /// The table to which an object belongs by its key, where a target writes: one of its databases, or of those of a pull
    /// request.
    pub fn of_key(key: &str, layout: &Layout) -> Option<Self> {
        let parts: Vec<&str> = key.split('/').collect();
        let (database, table) = match parts.as_slice() {
            [folder, "models", domain, database, table, ..] if *folder == layout.folder => {
                is_name(domain.strip_prefix("domain_name=")?).then_some(())?;
                (database.strip_prefix("database_name=")?, table.strip_prefix("table_name=")?)
            }
            [folder, "seeds", database, table, ..] if *folder == layout.folder => (*database, *table),
            _ => return None,
        };
        let depth = if parts[1] == "models" { 5 } else { 4 };
        let prefix = format!("{}/", parts.get(..depth)?.join("/"));
        let is_own = is_name(database) && is_name(table) && layout.is_database(database) && key.len() > prefix.len();
        let (database, table) = (database.to_owned(), table.to_owned());
        is_own.then(|| Self { database, table, bucket: layout.bucket.clone(), prefix })
    }

    /// Where the rows go that break a test: beside the database of the table that it tests, in one of their own.
    ///
    /// # Errors
    /// When the test is of no table that has a place, or its name has other letters than Athena's.
    pub fn of_failures(test: &Node, tested: Option<&Node>, layout: &Layout) -> Result<Self, Misplaced> {
        let none = || misplaced("the test is of no model, seed or snapshot".to_owned(), "take `store_failures` away");
        let tested = Self::of(tested.ok_or_else(none)?, &Layout { suffix: String::new(), ..layout.clone() })?;
        let (table, database) = (test.alias.to_lowercase(), format!("{}{AUDIT}{}", tested.database, layout.suffix));
        if !is_name(&table) {
            let message = format!("`{table}` cannot be the name of a table on Athena");
            return Err(misplaced(message, "give the test an `alias` of small letters, digits and `_`"));
        }
        let domain = tested.prefix.split('/').find_map(|part| part.strip_prefix("domain_name=")).unwrap_or(AUDIT);
        let prefix =
            format!("{}/models/domain_name={domain}/database_name={database}/table_name={table}/", layout.folder);
        Ok(Self { database, table, bucket: layout.bucket.clone(), prefix })
    }

    /// The folder as `external_location` names it.
    pub fn location(&self) -> String {
        format!("s3://{}/{}", self.bucket, self.prefix.trim_end_matches('/'))
    }

    /// The key of a place that an `s3://` address names, if it is below this folder.
    pub fn key_below<'a>(&self, location: &'a str) -> Option<&'a str> {
        let key = location.strip_prefix("s3://")?.strip_prefix(self.bucket.as_str())?.strip_prefix('/')?;
        let below = key.strip_prefix(self.prefix.as_str())?;
        (!below.is_empty() && !below.split('/').any(|part| part == ".." || part == ".")).then_some(key)
    }

    /// Compares what the project says with where the table really goes. `suffix` is what is added to the names of
    /// databases on top of what templates know of them.
    ///
    /// # Errors
    /// When a name, or `external_location`, is another one.
    pub fn agrees(&self, node: &Node, suffix: &str) -> Result<(), Misplaced> {
        let named = format!("{}.{}", node.schema, node.alias);
        let own = format!("{}.{}", self.database, self.table);
        if !named.eq_ignore_ascii_case(&own) {
            return Err(misplaced(
                format!("the project names this table `{named}`, and by its file it is `{own}`"),
                "cadet writes only where the file's folders say: take `schema` and `alias` away, or move the file",
            ));
        }
        let Some(written) = node.config_text("external_location").map(|text| text.trim().trim_end_matches('/')) else {
            return Ok(());
        };
        let own = self.location();
        let own = match suffix.is_empty() {
            true => own,
            false => own.replacen(&format!("{suffix}/table_name="), "/table_name=", 1),
        };
        match written.is_empty() || written == own {
            true => Ok(()),
            false => Err(misplaced(
                format!("`external_location` is {written}, and this table's place is {own}"),
                "leave `external_location` out, or write `external_location=generate_s3_location()`",
            )),
        }
    }
}

/// The table's name: what follows the first `__`, with the version.
fn table(node: &Node) -> String {
    let name = node.name.split_once("__").map_or(node.name.as_str(), |(_, table)| table);
    match &node.model.version {
        Some(version) => format!("{name}_v{}", version.to_string().replace('.', "_")),
        None => name.to_owned(),
    }
}

/// Names that Athena takes as they are, and S3 too. The longest name that Glue takes leaves room for a temporary one.
fn is_name(name: &str) -> bool {
    let is_letter = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'_';
    (1..=200).contains(&name.len()) && name.bytes().all(is_letter)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Place;

    fn layout() -> Layout {
        Layout { bucket: "tables".into(), folder: "dev".into(), suffix: "_dev_dbt".into() }
    }

    fn node(kind: ResourceType, path: &str) -> Node {
        let name = path.rsplit('/').next().unwrap_or_default().split('.').next().unwrap_or_default();
        Node { path: path.to_owned(), ..Node::new(kind, "p", name, Place::file(path)) }
    }

    #[test]
    fn a_file_has_one_place() {
        let of = |kind, path| Destination::of(&node(kind, path), &layout()).unwrap();
        let model = of(ResourceType::Model, "prison/prison_safety/marts/prison_safety__incidents_fct.sql");
        assert_eq!((model.database.as_str(), model.table.as_str()), ("prison_safety_dev_dbt", "incidents_fct"));
        assert_eq!(
            model.prefix,
            "dev/models/domain_name=prison/database_name=prison_safety_dev_dbt/table_name=incidents_fct/"
        );
        let seed = of(ResourceType::Seed, "prison/prison_safety/prison_safety__incident_types.csv");
        assert_eq!(seed.prefix, "dev/seeds/prison_safety_dev_dbt/incident_types/");
        assert_eq!(of(ResourceType::Model, "a/b/plain.sql").table, "plain");
    }

    #[test]
    fn rows_that_break_a_test_are_beside_the_tested_tables_database() {
        let of = |alias: &str, tested: Option<&Node>| {
            let test = Node { alias: alias.into(), ..node(ResourceType::Test, "x.sql") };
            Destination::of_failures(&test, tested, &layout())
        };
        let model = node(ResourceType::Model, "prison/prison_safety/prison_safety__a.sql");
        let place = of("not_null_prison_safety__a_Id", Some(&model)).unwrap();
        assert_eq!(place.database, "prison_safety_dbt_test__audit_dev_dbt");
        assert_eq!(
            place.prefix,
            "dev/models/domain_name=prison/database_name=prison_safety_dbt_test__audit_dev_dbt/table_name=not_null_prison_safety__a_id/"
        );
        assert!(of("a", None).is_err() && of("../a", Some(&model)).is_err());
        assert!(of("a", Some(&node(ResourceType::Model, "x.sql"))).is_err());
    }

    #[test]
    fn what_has_no_place_is_refused() {
        for path in
            ["x.sql", "a/x.sql", "../b/x.sql", "a/../x.sql", "A/b/x.sql", "a/b c/x.sql", "a/b/x'y.sql", "a//x.sql"]
        {
            assert!(Destination::of(&node(ResourceType::Model, path), &layout()).is_err(), "{path}");
        }
    }

    /// Pieces of names, hostile and not, in every combination: what has a place is below its own folder, and only there.
    #[test]
    fn every_place_is_below_the_nodes_own_folder() {
        let parts = ["a", "b_1", "..", ".", "", "A", "é", "a b", "a=b", "%2e%2e", "a\n", "a'", "x__y", "table_name=t"];
        let mut seen = std::collections::HashMap::new();
        for domain in parts {
            for database in parts {
                for name in parts {
                    for kind in [ResourceType::Model, ResourceType::Seed] {
                        let path = format!("{domain}/{database}/deeper/{name}.sql");
                        let node = Node { name: name.to_owned(), ..node(kind, &path) };
                        let Ok(place) = Destination::of(&node, &layout()) else { continue };
                        assert!(place.prefix.starts_with("dev/") && place.prefix.ends_with('/'), "{path}");
                        assert!(!place.prefix.contains("//") && !place.prefix.contains(".."), "{path}");
                        assert_eq!(place.prefix.matches('/').count(), if kind == ResourceType::Seed { 4 } else { 5 });
                        assert!(place.key_below(&format!("{}/../x", place.location())).is_none());
                        assert!(place.key_below(&format!("{}x/y", place.location())).is_none());
                        assert!(place.key_below(&place.location()).is_none());
                        assert!(place.key_below(&format!("{}/run/", place.location())).is_some());
                        let key = (place.prefix.clone(), kind == ResourceType::Seed);
                        let own = (domain, database, place.table.clone());
                        let known = seen.entry(key).or_insert_with(|| own.clone()).clone();
                        assert!(kind == ResourceType::Seed || known == own, "{known:?} and {own:?} share a folder");
                    }
                }
            }
        }
    }

    #[test]
    fn templates_may_only_say_what_is_so_anyway() {
        let path = "prison/prison_safety/prison_safety__a.sql";
        let with = |location: Option<&str>, schema: &str| {
            let config = location.map(|text| serde_json::json!({"external_location": text})).unwrap_or_default();
            let config = std::sync::Arc::new(config.as_object().cloned().unwrap_or_default().into());
            Node { schema: schema.into(), alias: "a".into(), config, ..node(ResourceType::Model, path) }
        };
        let agrees = |node: &Node| Destination::of(node, &layout()).unwrap().agrees(node, "");
        let own = "s3://tables/dev/models/domain_name=prison/database_name=prison_safety_dev_dbt/table_name=a";
        assert_eq!(agrees(&with(None, "prison_safety_dev_dbt")), Ok(()));
        assert_eq!(agrees(&with(Some(own), "prison_safety_dev_dbt")), Ok(()));
        assert_eq!(agrees(&with(Some(&format!("{own}/")), "prison_safety_dev_dbt")), Ok(()));
        assert!(agrees(&with(Some("s3://tables/dev/models"), "prison_safety_dev_dbt")).is_err());
        assert!(agrees(&with(Some(&own.replace("dev/", "prod/")), "prison_safety_dev_dbt")).is_err());
        assert!(agrees(&with(None, "prison_safety")).is_err());
    }

    #[test]
    fn objects_belong_to_the_table_whose_folder_they_are_in() {
        let dev = layout();
        let of = |key: &str| Destination::of_key(key, &dev).map(|place| (place.database, place.table, place.prefix));
        let folder = "dev/models/domain_name=d/database_name=x_dev_dbt/table_name=t/";
        let wanted = Some(("x_dev_dbt".to_owned(), "t".to_owned(), folder.to_owned()));
        assert_eq!(of(&format!("{folder}cadet-1/part")), wanted);
        assert_eq!(of("dev/seeds/x_dev_dbt_pr12/t/f").unwrap().2, "dev/seeds/x_dev_dbt_pr12/t/");
        for key in [
            folder,
            "prod/models/domain_name=d/database_name=x_dev_dbt/table_name=t/f",
            "dev/models/domain_name=d/database_name=x/table_name=t/f",
            "dev/models/domain_name=d/database_name=x_dev_dbt_prx/table_name=t/f",
            "dev/models/domain_name=d/database_name=../table_name=t/f",
            "dev/models/d/x_dev_dbt/t/f",
            "dev/seeds/_dev_dbt/t/f",
            "dev/run_artefacts/run_time=1/target/f",
        ] {
            assert_eq!(of(key), None, "{key}");
        }
    }

    #[test]
    fn a_pull_requests_own_databases_are_in_folders_of_their_own() {
        let layout = Layout { suffix: "_dev_dbt_pr12".into(), ..layout() };
        let node = node(ResourceType::Model, "prison/prison_safety/prison_safety__a.sql");
        let node = Node { schema: "prison_safety_dev_dbt_pr12".into(), alias: "a".into(), ..node };
        let place = Destination::of(&node, &layout).unwrap();
        assert_eq!(place.database, "prison_safety_dev_dbt_pr12");
        assert_eq!(place.agrees(&node, "_pr12"), Ok(()));
        assert!(place.prefix.contains("database_name=prison_safety_dev_dbt_pr12/"));
    }
}
