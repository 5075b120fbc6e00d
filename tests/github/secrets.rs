//! What is secret is in nothing that leaves cadet, however it is written.

use std::fs;
use std::path::Path;

use crate::request::{Request, TOKEN, good, model};

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

/// Every file below a folder.
fn files(folder: &Path, found: &mut Vec<(String, Vec<u8>)>) {
    for entry in fs::read_dir(folder).unwrap().flatten() {
        if entry.path().is_dir() {
            files(&entry.path(), found);
        } else {
            found.push((entry.path().display().to_string(), fs::read(entry.path()).unwrap()));
        }
    }
}

#[test]
fn a_secret_that_a_template_holds_leaves_in_no_form() {
    let spaced: String = SECRET.chars().map(|c| format!("{c} ")).collect();
    let reversed: String = SECRET.chars().rev().collect();
    let hex: String = SECRET.bytes().map(|byte| format!("{byte:02x}")).collect();
    // Someone has put them into the files: cadet must not be what publishes them.
    let list: Vec<String> = SECRET.chars().map(|c| format!("\"{c}\"")).collect();
    let mut forms = vec![SECRET.to_owned(), TOKEN.to_owned(), spaced, reversed, hex, SECRET.replace('/', "%2F")];
    forms.extend([SECRET.replace('/', "%2f"), SECRET.replace('/', "\\/"), SECRET.replacen('/', "%2F", 1)]);
    forms.extend([list.join(", "), list.join(",")]);
    let mut sandbox = good();
    for (at, form) in forms.iter().enumerate() {
        sandbox = model(
            sandbox,
            &format!("visits_{at}_fct"),
            &format!("select '{form}' as a, nowhere\nfrom {{{{ ref('{form}') }}}}\n"),
        );
    }
    let request = Request::new(sandbox.commit("secrets"));
    let ran = request.ci_with(
        &["--comment-file", "target/comment.md", "--artefacts-to", "target/upload"],
        &[("AWS_SECRET_ACCESS_KEY", SECRET)],
    );
    let mut written = Vec::new();
    files(&request.sandbox.root().join("target"), &mut written);
    files(&request.sandbox.root().join("logs"), &mut written);
    assert!(written.iter().any(|(name, _)| name.ends_with("cadet.json")));
    written.push(("stdout".to_owned(), ran.stdout.clone().into_bytes()));
    written.push(("stderr".to_owned(), ran.stderr.clone().into_bytes()));
    written.push(("summary".to_owned(), request.summary().into_bytes()));
    written.push(("outputs".to_owned(), request.outputs().into_bytes()));
    let sent = request.double.state(|state| state.calls.iter().map(|call| call.raw.clone()).collect::<Vec<_>>());
    written.extend(sent.into_iter().map(|raw| ("a request".to_owned(), raw.into_bytes())));
    for (name, bytes) in &written {
        if name.ends_with(".duckdb") {
            continue;
        }
        let text = String::from_utf8_lossy(bytes);
        for form in &forms {
            assert!(!text.contains(form.trim()), "{form} is in {name}:\n{text}");
        }
    }
}
