//! The files in a table's folder that nobody needs any more, and that cadet may delete.

use std::collections::BTreeSet;

use aws_sdk_glue::types::{Partition, Table};

use super::catalogue::{LOCATION, location, parameter};
use super::place::Destination;
use super::run::{Folder, Run};
use super::storage::File;

/// The folders of cadet's that a table and its partitions lead to.
pub(super) fn folders_of(place: &Destination, table: Option<&Table>, partitions: &[Partition]) -> BTreeSet<String> {
    // The mark on the table says that its place is cadet's; a table of dbt's has none.
    let marked = table.filter(|table| {
        let own = parameter(table, LOCATION).map(|own| own.trim_end_matches('/'));
        own.is_some() && own == location(table).map(|location| location.trim_end_matches('/'))
    });
    let Some(table) = marked else { return BTreeSet::new() };
    let of_partitions = partitions.iter().filter_map(|partition| partition.storage_descriptor()?.location());
    let places = location(table).into_iter().chain(of_partitions);
    places.filter_map(|location| folder(place, location)).collect()
}

/// The folder of cadet's that a location is, or lies in.
pub(super) fn folder(place: &Destination, location: &str) -> Option<String> {
    let key = format!("{}/", place.key_below(location)?.trim_end_matches('/'));
    Folder::of(place, &key).map(|folder| folder.name.to_owned())
}

/// What may be deleted: files in folders that cadet made for this table, which nothing leads to any more. Those are the
/// folders that the old table led to, and those that a killed run of the same owner left.
pub(super) fn deletable(
    run: &Run,
    place: &Destination,
    files: &[File],
    (old, kept): (&BTreeSet<String>, &BTreeSet<String>),
) -> Vec<String> {
    let is_deletable = |file: &&File| {
        Folder::of(place, &file.key).is_some_and(|folder| {
            !kept.contains(folder.name) && (old.contains(folder.name) || folder.owner == run.owner)
        })
    };
    files.iter().filter(is_deletable).map(|file| file.key.clone()).collect()
}

/// The files of partitions that readers now find in another folder: the same path there is shown to them, this one is
/// not. Only in the folders that the table led to; a partition that someone has taken out of the table keeps its files.
pub(super) fn replaced(
    place: &Destination,
    files: &[File],
    (led_to, shown): (&BTreeSet<String>, &[String]),
) -> Vec<String> {
    let paths: BTreeSet<&str> = shown.iter().filter_map(|key| Folder::of(place, key)).map(|it| it.rest).collect();
    let is_replaced = |file: &&File| {
        let Some(folder) = Folder::of(place, &file.key).filter(|folder| led_to.contains(folder.name)) else {
            return false;
        };
        let is_elsewhere = folder.rest.rsplit_once('/').is_some_and(|(path, _)| paths.contains(&*format!("{path}/")));
        is_elsewhere && !shown.iter().any(|below| file.key.starts_with(below))
    };
    files.iter().filter(is_replaced).map(|file| file.key.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place() -> Destination {
        Destination {
            database: "x_dev".into(),
            table: "t".into(),
            bucket: "b".into(),
            prefix: "dev/models/domain_name=d/database_name=x_dev/table_name=t/".into(),
        }
    }

    fn run(branch: &str, id: &str) -> Run {
        Run::new(&["repository", branch], id, "2026-11-23T01:15:00Z".parse().unwrap(), String::new())
    }

    /// Whatever lies in the bucket, only folders that cadet made for this table are deleted, and never one in use.
    #[test]
    fn nothing_is_deleted_that_cadet_did_not_write() {
        let place = place();
        let (own, earlier, other) = (run("a", "1"), run("a", "0"), run("b", "2"));
        let folders =
            [own.folder(&place, 1), earlier.folder(&place, 1), other.folder(&place, 1), other.folder(&place, 2)];
        let file = |name: &str| File { key: format!("{}{name}", place.prefix), bytes: 1, tag: String::new() };
        let mut files: Vec<File> = folders.iter().map(|folder| file(&format!("{folder}/x.parquet"))).collect();
        files.extend(["x.parquet", "year=2024/x.parquet", "cadet-mine/x.parquet", "_SUCCESS"].map(file));
        files.push(File { key: format!("dev/models/else/{}/x", folders[1]), bytes: 1, tag: String::new() });
        let kept = BTreeSet::from([folders[0].clone()]);
        let old = BTreeSet::from([folders[2].clone()]);
        let found = deletable(&own, &place, &files, (&old, &kept));
        let wanted = [&folders[1], &folders[2]].map(|folder| format!("{}{folder}/x.parquet", place.prefix));
        assert_eq!(found, wanted);
        assert!(deletable(&own, &place, &files, (&kept, &kept)).iter().all(|key| !key.contains(&folders[0])));
    }

    /// A killed run may have shown a partition in a new folder and not deleted the old one.
    #[test]
    fn of_a_partition_only_the_files_that_readers_find_are_kept() {
        let place = place();
        let (first, second, strange) = (run("a", "1"), run("a", "2"), run("b", "3"));
        let [first, second, strange] = [first, second, strange].map(|run| run.folder(&place, 1));
        let at = |folder: &str, rest: &str| format!("{}{folder}/{rest}", place.prefix);
        let keys = [
            at(&first, "year=2023/x.parquet"),
            at(&first, "year=2024/x.parquet"),
            at(&first, "year=2024/month=1/x.parquet"),
            at(&first, "year=2022/taken_out.parquet"),
            at(&first, "x.parquet"),
            at(&second, "year=2024/x.parquet"),
            at(&strange, "year=2024/not_shown_yet.parquet"),
        ];
        let files: Vec<File> = keys.iter().map(|key| File { key: key.clone(), bytes: 1, tag: String::new() }).collect();
        let shown = [at(&first, "year=2023/"), at(&second, "year=2024/")];
        let led_to = BTreeSet::from([first.clone(), second]);
        assert_eq!(replaced(&place, &files, (&led_to, &shown)), [at(&first, "year=2024/x.parquet")]);
    }

    #[test]
    fn a_table_without_cadets_mark_keeps_its_files() {
        let place = place();
        let folder = run("a", "1").folder(&place, 1);
        let at = format!("{}/{folder}/", place.location());
        let storage = aws_sdk_glue::types::StorageDescriptor::builder().location(&at).build();
        let table = Table::builder().name("t").storage_descriptor(storage);
        assert!(folders_of(&place, Some(&table.clone().build().unwrap()), &[]).is_empty());
        let marked = table.clone().parameters(LOCATION, &at).build().unwrap();
        assert_eq!(folders_of(&place, Some(&marked), &[]), BTreeSet::from([folder]));
        let elsewhere = table.parameters(LOCATION, "s3://b/dev/other/").build().unwrap();
        assert!(folders_of(&place, Some(&elsewhere), &[]).is_empty());
        assert!(folders_of(&place, None, &[]).is_empty());
    }
}
