//! moto, another double of AWS, beside this one: the same calls, and the shapes of the answers.

use std::path::Path;
use std::process::Command;

use crate::double::Double;
use crate::support::{python, run};

const PACKAGES: [&str; 2] = ["moto[server]==5.2.5", "boto3"];

#[test]
fn answers_have_the_shapes_that_moto_gives_them() {
    let double = Double::start();
    let script = || {
        let mut command = Command::new(python("moto", &PACKAGES));
        command.arg("-B").arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/athena/second_opinion.py"));
        command
    };
    let ours = run(script().arg(double.url()));
    let theirs = run(&mut script());
    assert_eq!(ours.lines().count(), theirs.lines().count());
    let differences: Vec<String> = ours
        .lines()
        .zip(theirs.lines())
        .filter(|(ours, theirs)| ours != theirs)
        .map(|(ours, theirs)| difference(ours, theirs))
        .collect();
    // What is here and not there is in the services' own models, and so are the refusals, which are all the same.
    let expected = "get | here: ChecksumType | moto: \n\
                    complete | here:  | moto: VersionId\n\
                    get a table | here: CreatedBy IsRegisteredWithLakeFormation UpdateTime | moto: \n\
                    get tables | here: CreatedBy IsRegisteredWithLakeFormation UpdateTime | moto: \n\
                    get versions | here: CreatedBy Description IsRegisteredWithLakeFormation | moto: \n\
                    get a partition | here: CatalogId | moto: \n\
                    get partitions | here: CatalogId | moto: ";
    assert_eq!(differences.join("\n"), expected);
}

/// What only one of the two has.
fn difference(ours: &str, theirs: &str) -> String {
    let words = |line: &str| -> Vec<String> { line.split([' ', '{', '[', ']', '}', ',']).map(str::to_owned).collect() };
    let (our_words, their_words) = (words(ours), words(theirs));
    let only = |these: &[String], those: &[String]| -> String {
        let only = these.iter().filter(|word| !those.contains(word)).filter_map(|word| word.strip_suffix(':'));
        only.collect::<Vec<_>>().join(" ")
    };
    let step = ours.split(':').next().unwrap_or_default();
    format!("{step} | here: {} | moto: {}", only(&our_words, &their_words), only(&their_words, &our_words))
}
