//! What tells this run of cadet from every other: in the names of its folders, of its temporary tables, and in its tokens.

use sha2::{Digest, Sha256};

use super::place::Destination;

/// The word that every folder of cadet's begins with.
const WORD: &str = "cadet";

/// One run of cadet.
#[derive(Debug, Clone)]
pub struct Run {
    /// Whose run it is: eight letters that stand for the repository, the branch and the target. What a killed run left is
    /// removed by the next one with the same.
    pub owner: String,
    /// Eight letters of this run alone.
    pub id: String,
    /// When it began: `20261123t011500`.
    pub began: String,
    /// The repository, the run of the workflow and the attempt at it.
    pub origin: String,
}

impl Run {
    /// `whose` are the repository, the branch and the target; `id` is the invocation's; `origin` goes into tokens.
    pub fn new(whose: &[&str], id: &str, began: jiff::Timestamp, origin: String) -> Self {
        let began = began.strftime("%Y%m%dt%H%M%S").to_string();
        Self { owner: short(&whose.join("\n")), id: short(id), began, origin }
    }

    /// The folder that an attempt writes to, below the table's own.
    pub fn folder(&self, place: &Destination, attempt: impl std::fmt::Display) -> String {
        let name = format!("{WORD}-{}-{}-{}-{attempt}", self.owner, self.began, self.id);
        format!("{name}-{}", check(place, &name))
    }

    /// The name under which a table is made ready. It is the same in the owner's next run, which so finds what is left.
    pub fn temporary(&self, place: &Destination) -> String {
        format!("{}__cadet_{}", place.table, self.owner)
    }

    /// The name of a second entry of a table's files, for this run alone: a query that a killed run left behind cannot
    /// change it.
    pub fn draft(&self, place: &Destination) -> String {
        format!("{}_{}", self.temporary(place), self.id)
    }

    /// Whether a name is that of a second entry which a run of this owner made.
    pub fn is_draft(&self, place: &Destination, name: &str) -> bool {
        let of_run = name.strip_prefix(&self.temporary(place)).and_then(|rest| rest.strip_prefix('_'));
        of_run.is_some_and(|run| run.len() == 8 && run.bytes().all(|c| c.is_ascii_hexdigit()))
    }

    /// The token by which Athena knows that a statement that it gets twice is the same one.
    pub fn token(&self, node: &str, statement: u32, attempt: u32) -> String {
        let [statement, attempt] = [statement, attempt].map(|number| number.to_string());
        digest(&[&self.origin, &self.id, &self.began, node, &statement, &attempt].join("\n"))
    }
}

/// A folder that cadet wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folder<'a> {
    pub name: &'a str,
    pub owner: &'a str,
    /// When its run began.
    pub began: &'a str,
    /// Where in the folder the object lies: the path of its partition, if it has one, and its own name.
    pub rest: &'a str,
}

impl<'a> Folder<'a> {
    /// The folder below the table's own in which the object lies, if cadet made that folder, and for this very table: its
    /// name ends in a sum that no other folder has.
    pub fn of(place: &Destination, key: &'a str) -> Option<Self> {
        let (folder, rest) = key.strip_prefix(place.prefix.as_str())?.split_once('/')?;
        let (name, sum) = folder.rsplit_once('-')?;
        let parts: Vec<&str> = name.split('-').collect();
        let [WORD, owner, began, _, _] = parts.as_slice() else { return None };
        (sum == check(place, name) && !rest.contains("..")).then_some(Self { name: folder, owner, began, rest })
    }
}

fn check(place: &Destination, name: &str) -> String {
    short(&format!("{}/{}{name}", place.bucket, place.prefix))
}

fn short(text: &str) -> String {
    digest(text)[..8].to_owned()
}

fn digest(text: &str) -> String {
    Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(table: &str) -> Destination {
        let prefix = format!("dev/models/domain_name=d/database_name=x_dev/table_name={table}/");
        Destination { database: "x_dev".into(), table: table.into(), bucket: "b".into(), prefix }
    }

    fn run() -> Run {
        let began = "2026-11-23T01:15:00Z".parse().unwrap();
        Run::new(&["repository", "branch", "dev"], "an invocation", began, "origin".into())
    }

    #[test]
    fn cadet_knows_its_own_folders_and_no_others() {
        let (run, place) = (run(), place("t"));
        let folder = run.folder(&place, 1);
        assert!(folder.starts_with(&format!("cadet-{}-20261123t011500-", run.owner)), "{folder}");
        let key = format!("{}{folder}/part-0.parquet", place.prefix);
        let found = Folder::of(&place, &key).unwrap();
        assert_eq!((found.name, found.owner, found.began), (folder.as_str(), run.owner.as_str(), "20261123t011500"));
        let other = Destination { table: "u".into(), ..super::tests::place("u") };
        let other_key = format!("{}{folder}/x", other.prefix);
        for key in [
            other_key.as_str(),
            &format!("{}data.parquet", place.prefix),
            &format!("{}year=2024/x.parquet", place.prefix),
            &format!("{}cadet-a-b-c-1-00000000/x", place.prefix),
            &format!("{}{folder}", place.prefix),
            "dev/models/other/x",
        ] {
            assert_eq!(Folder::of(&place, key), None, "{key}");
        }
        assert_eq!(Folder::of(&other, &other_key), None);
    }

    #[test]
    fn a_second_entry_is_known_by_its_name() {
        let (run, place) = (run(), place("t"));
        let other = Run { id: "0123abcd".into(), ..run.clone() };
        assert!(run.is_draft(&place, &run.draft(&place)) && run.is_draft(&place, &other.draft(&place)));
        for name in
            ["t", &run.temporary(&place), &format!("{}_all", run.temporary(&place)), "t__cadet_00000000_0123abcd"]
        {
            assert!(!run.is_draft(&place, name), "{name}");
        }
    }

    #[test]
    fn a_token_is_of_one_attempt_at_one_statement() {
        let run = run();
        let tokens = [run.token("a", 1, 1), run.token("a", 1, 2), run.token("a", 2, 1), run.token("b", 1, 1)];
        let different: std::collections::BTreeSet<&String> = tokens.iter().collect();
        assert_eq!((different.len(), tokens[0].len()), (4, 64));
        assert_eq!(run.token("a", 1, 1), tokens[0]);
    }
}
