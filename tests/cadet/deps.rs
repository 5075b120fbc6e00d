//! `cadet deps` against a hub on 127.0.0.1 and repositories beside the project.

use std::fs;
use std::path::Path;

use serde_json::json;

use crate::support::hub::{Hub, archive, tarball};
use crate::support::{Ran, Sandbox};

/// A hub with `acme/base` in four versions, and `acme/dates`, which asks for a part of them.
fn hub() -> Hub {
    let hub = Hub::new();
    for version in ["1.0.0", "1.1.0", "2.0.0", "2.1.0-rc1"] {
        hub.release("acme/base", version, &json!([]));
    }
    hub.release("acme/dates", "0.9.0", &json!([]));
    hub.release("acme/dates", "1.0.0", &json!([{"package": "acme/base", "version": [">=1.0.0", "<2.0.0"]}]));
    hub
}

fn deps(hub: &Hub, project: &Sandbox, args: &[&str]) -> Ran {
    let args: Vec<&str> = ["deps"].into_iter().chain(args.iter().copied()).collect();
    project.cadet_with(&args, &[("DBT_PACKAGE_HUB_URL", &hub.url())])
}

/// What was printed, without the hub's port.
fn shown(hub: &Hub, ran: &Ran) -> String {
    ran.shown().replace(&hub.url(), "http://hub/")
}

fn packages(list: &str) -> Sandbox {
    Sandbox::new().file("packages.yml", list)
}

/// A repository beside the project with a package `shared`, one commit for each text, the first of them tagged `v1`.
fn repository(texts: &[&str]) -> Sandbox {
    let mut repository = Sandbox::new();
    for (at, text) in texts.iter().enumerate() {
        repository = repository
            .file("dbt_project.yml", "name: shared\n")
            .file("macros/text.sql", text)
            .file("inner/dbt_project.yml", "name: inner\n")
            .commit(&format!("commit {at}"));
        if at == 0 {
            let opened = git2::Repository::open(repository.root()).unwrap();
            let head = opened.head().unwrap().peel(git2::ObjectType::Commit).unwrap();
            opened.tag_lightweight("v1", &head, false).unwrap();
        }
    }
    repository
}

fn git_entry(repository: &Sandbox, more: &str) -> String {
    format!("packages:\n  - git: file://{}\n{more}", repository.root().display())
}

#[test]
fn packages_of_the_hub_are_locked_and_installed_with_what_they_ask_for() {
    let hub = hub();
    let project = packages("packages:\n  - package: acme/dates\n    version: 1.0.0\n");
    insta::assert_snapshot!(shown(&hub, &deps(&hub, &project, &[])), @"
    installed  dates  1.0.0  from acme/dates
    installed  base  1.1.0  from acme/base  (2.0.0 is there)
    ✓ Locked and installed 2 packages into dbt_packages.
    --- exit code 0
    ");
    insta::assert_snapshot!(project.read("package-lock.yml"), @"
    packages:
      - name: dates
        package: acme/dates
        version: 1.0.0
      - name: base
        package: acme/base
        version: 1.1.0
    sha1_hash: 684b317b32bad7a38b37ffcdfe7607a574041537
    ");
    insta::assert_snapshot!(project.read("package-lock.cadet.yml"), @"
    # What each package of package-lock.yml held when `cadet deps` first installed it. Commit this file.
    packages:
      - name: dates
        package: acme/dates
        sha256: 39bcab8c30fad99441dfaedc1f8060cee8320680a9e85849d15004a4c0d3b5be
        version: 1.0.0
      - name: base
        package: acme/base
        sha256: 0416281f8f5f52c0ad1c458796abe82b793eb82b74aa16722348529d70683638
        version: 1.1.0
    ");
    insta::assert_snapshot!(project.read("dbt_packages/base/macros/which.sql"), @"{% macro which() %}'base 1.1.0'{% endmacro %}");
    // The files of the project are as they were, and nothing of the installation is left.
    assert_eq!(fs::read_dir(project.root().join("target")).unwrap().count(), 0);
    // Installed packages are read.
    let project = project.file("models/m.sql", "select {{ base.which() }} as base, {{ dates.which() }} as dates");
    assert_eq!(project.cadet(&["compile"]).code, 0);
    insta::assert_snapshot!(project.read("target/compiled/mojap_derived_tables/models/m.sql"), @"select 'base 1.1.0' as base, 'dates 1.0.0' as dates");
}

#[test]
fn the_lock_file_counts_until_the_list_changes() {
    let hub = hub();
    let list = "packages:\n  - package: acme/base\n    version: ['>=1.0.0', '<3.0.0']\n";
    let project = packages(list);
    assert_eq!(deps(&hub, &project, &[]).code, 0);
    hub.release("acme/base", "2.2.0", &json!([]));
    insta::assert_snapshot!(shown(&hub, &deps(&hub, &project, &[])), @"
    installed  base  2.0.0  from acme/base  (2.2.0 is there)
    ✓ Installed 1 package into dbt_packages, as locked.
    --- exit code 0
    ");
    insta::assert_snapshot!(shown(&hub, &deps(&hub, &project, &["--upgrade"])), @"
    installed  base  2.2.0  from acme/base
    ✓ Locked and installed 1 package into dbt_packages.
    --- exit code 0
    ");
    let project = project.file("packages.yml", &list.replace("<3.0.0", "<2.0.0"));
    insta::assert_snapshot!(shown(&hub, &deps(&hub, &project, &[])), @"
    installed  base  1.1.0  from acme/base  (2.2.0 is there)
    ✓ Locked and installed 1 package into dbt_packages.
    --- exit code 0
    ");
}

#[test]
fn only_the_lock_file_is_written_when_asked() {
    let hub = hub();
    let project = packages("packages:\n  - package: acme/dates\n    version: 1.0.0\n");
    insta::assert_snapshot!(shown(&hub, &deps(&hub, &project, &["--lock"])), @"
       locked  dates  1.0.0  from acme/dates
       locked  base  1.1.0  from acme/base  (2.0.0 is there)
    ✓ Locked 2 packages in package-lock.yml.
    --- exit code 0
    ");
    insta::assert_snapshot!(shown(&hub, &deps(&hub, &project, &["--lock"])), @"
       locked  dates  1.0.0  from acme/dates
       locked  base  1.1.0  from acme/base  (2.0.0 is there)
    ✓ package-lock.yml is up to date: 2 packages.
    --- exit code 0
    ");
    assert!(!project.root().join("dbt_packages").exists() && project.root().join("package-lock.yml").exists());
    assert!(!hub.asked().iter().any(|path| path.ends_with(".tar.gz")));
}

#[test]
fn scripts_get_json() {
    let hub = hub();
    let project = packages("packages:\n  - package: acme/base\n    version: 1.0.0\n");
    insta::assert_snapshot!(deps(&hub, &project, &["--format", "json"]).pretty(), @r#"
    {
      "version": 1,
      "ok": true,
      "locked": true,
      "installed_into": "dbt_packages",
      "packages": [
        {
          "name": "base",
          "source": "hub",
          "from": "acme/base",
          "version": "1.0.0",
          "latest": "2.0.0",
          "sha256": "e0c8a738b6d8d52c2c0de0a8a32a10910179445184b0f48bbd058325372a9e21"
        }
      ],
      "notes": []
    }
    --- exit code 0
    "#);
}

#[test]
fn who_asked_for_what_is_told_when_it_does_not_fit() {
    let hub = hub();
    let project = packages(
        "packages:\n  - package: acme/dates\n    version: 1.0.0\n  - package: acme/base\n    version: '>=2.0.0'\n",
    );
    insta::assert_snapshot!(shown(&hub, &deps(&hub, &project, &[])), @"
    --- stderr
    error: no version of acme/base can be all that is asked for: >=2.0.0 (asked for by packages.yml), >=1.0.0 and <2.0.0 (asked for by dates)
    help: change the `version:` of one of them
    --- exit code 2
    ");
    assert!(!project.root().join("package-lock.yml").exists());
}

#[test]
fn versions_that_are_not_there_are_told_with_those_that_are() {
    let hub = hub();
    let base = |version: &str| packages(&format!("packages:\n  - package: acme/base\n    version: {version}\n"));
    insta::assert_snapshot!(shown(&hub, &deps(&hub, &base("3.0.0"), &[])), @"
    --- stderr
    error: the hub has no version of acme/base that is 3.0.0 (asked for by packages.yml)
    help: versions that work with dbt 1.11, newest first: 2.0.0, 1.1.0, 1.0.0
    --- exit code 2
    ");
    insta::assert_snapshot!(shown(&hub, &deps(&hub, &base("'>=1.0.0,<2.0.0'"), &[])), @r#"
    --- stderr
    error: `>=1.0.0,<2.0.0` is no version: packages.yml asks for it of acme/base
    help: write bounds as a list: [">=1.0.0", "<2.0.0"]
    --- exit code 2
    "#);
    insta::assert_snapshot!(shown(&hub, &deps(&hub, &base("1.0"), &[])), @r#"
    --- stderr
    error: `1.0` is no version: packages.yml asks for it of acme/base
    help: a version has three numbers, 1.3.0; a bound has no blank after its sign, ">=1.0.0"
    --- exit code 2
    "#);
}

#[test]
fn prereleases_are_installed_when_they_are_asked_for() {
    let hub = hub();
    let version = |more: &str| {
        let project = packages(&format!("packages:\n  - package: acme/base\n    version: {more}\n"));
        let ran = deps(&hub, &project, &["--lock"]);
        ran.stdout.lines().next().unwrap_or_default().trim().to_owned()
    };
    assert_eq!(version("'>=2.0.0'"), "locked  base  2.0.0  from acme/base");
    assert_eq!(version("'>=2.0.0'\n    install_prerelease: true"), "locked  base  2.1.0-rc1  from acme/base");
    assert_eq!(version("2.1.0-rc1"), "locked  base  2.1.0-rc1  from acme/base");
}

#[test]
fn a_package_that_needs_another_dbt_is_not_chosen() {
    let hub = Hub::new();
    hub.release_with("acme/base", "1.0.0", json!({"require_dbt_version": [">=1.3.0", "<2.0.0"]}));
    hub.release_with("acme/base", "2.0.0", json!({"require_dbt_version": ">=2.0.0"}));
    let project = packages("packages:\n  - package: acme/base\n    version: '>=1.0.0'\n");
    insta::assert_snapshot!(shown(&hub, &deps(&hub, &project, &["--lock"])), @"
       locked  base  1.0.0  from acme/base
    ✓ Locked 1 package in package-lock.yml.
    --- exit code 0
    ");
}

#[test]
fn mistakes_in_the_list_have_their_line() {
    let hub = hub();
    let mistakes = [
        "packages:\n  - package: acme/bases\n    version: 1.0.0\n",
        "packages:\n  - package: base\n    version: 1.0.0\n",
        "packages:\n  - package: acme/base\n",
        "packages:\n  - package: acme/base\n    version: 1.0.0\n    install-prerelease: true\n",
        "packages:\n  - local: a\n  - git: https://x\n    warn_unpinned: false\n",
        "packages:\n  - tarball: https://x/y.tar.gz\n",
        "packages:\n  - private: a/b\n",
        "packages:\n  - acme/base\n",
        "packages:\n  local: x\n",
        "projects:\n  - name: x\n",
        "packages:\n  - local: nowhere\n",
        "packages:\n  - git: \"ext::sh -c touch% x\"\n",
        "packages:\n  - git: https://x/y\n    revision: --upload-pack=x\n",
        "packages:\n  - package: acme/base\n    version: \"{{ env_var('VERSION') }}\"\n",
        "packages:\n\t- x\n",
    ];
    let told: Vec<String> = mistakes.iter().map(|list| shown(&hub, &deps(&hub, &packages(list), &[]))).collect();
    insta::assert_snapshot!(told.join("\n\n"), @r#"
    --- stderr
    error: the hub has no package `acme/bases`, which packages.yml asks for
    help: did you mean `acme/base`?
    --- exit code 2

    --- stderr
    error: packages.yml:2: `base` is no package of the hub: its owner is missing
    help: write it as owner/name, for example dbt-labs/dbt_utils
    --- exit code 2

    --- stderr
    error: packages.yml:2: `acme/base` has no `version:`
    help: write the version to install, or a list of bounds such as [">=1.0.0", "<2.0.0"]
    --- exit code 2

    --- stderr
    error: packages.yml:2: an entry with `package:` has no key `install-prerelease`
    help: did you mean `install_prerelease`?
    --- exit code 2

    --- stderr
    error: packages.yml:3: an entry with `git:` has no key `warn_unpinned`
    help: did you mean `warn-unpinned`?
    --- exit code 2

    --- stderr
    error: packages.yml:2: `name:` of an entry must be text that is not empty
    help: see https://docs.getdbt.com/docs/build/packages
    --- exit code 2

    --- stderr
    error: packages.yml:2: `private: a/b` cannot be installed here
    help: private packages are known to the dbt platform only: write the repository's address as `git:`
    --- exit code 2

    --- stderr
    error: packages.yml:2: an entry has to say where its package comes from, with one of `package:`, `git:`, `tarball:` and `local:`
    help: for example `- package: dbt-labs/dbt_utils` with `version: 1.3.0` in the next line
    --- exit code 2

    --- stderr
    error: `packages:` in packages.yml must be a list
    help: write each package as `- package: owner/name` on a line of its own
    --- exit code 2

    --- stderr
    error: packages.yml has no key `projects`
    help: move `projects:` to dependencies.yml
    --- exit code 2

    --- stderr
    error: there is no dbt_project.yml in `nowhere`
    help: check the entry: a package is a folder with a dbt_project.yml that has a name
    --- exit code 2

    --- stderr
    error: the package from ext::sh -c touch% x is not installed: only https://, ssh:// and user@host:path are taken
    help: correct the entry, or ask the owners of the package
    --- exit code 2

    --- stderr
    error: https://x/y has no branch, tag or commit `--upload-pack=x`
    help: check `revision:`; a commit is written with all of its 40 digits
    --- exit code 2

    --- stderr
    error: packages.yml cannot be rendered: the environment variable `VERSION` may not be read here
    help: a maintainer can allow it under `env_vars:` in cadet.yaml on the main branch
    --- exit code 2

    --- stderr
    error: packages.yml:2: this YAML file cannot be read: a line is indented with a tab
    help: correct the file at this line
    --- exit code 2
    "#);
}

#[test]
fn repositories_are_installed_by_tag_branch_commit_and_folder() {
    let hub = Hub::new();
    let repository = repository(&["first", "second"]);
    let installed = |more: &str| {
        let project = packages(&git_entry(&repository, more));
        let ran = deps(&hub, &project, &[]);
        assert_eq!(ran.code, 0, "{}", ran.shown());
        (fs::read_to_string(project.root().join("dbt_packages/shared/macros/text.sql")).ok(), ran.stderr, project)
    };
    assert_eq!(installed("    revision: v1\n").0.as_deref(), Some("first"));
    assert_eq!(installed("    revision: main\n").0.as_deref(), Some("second"));
    let (text, _, project) = installed("    revision: v1\n    subdirectory: inner\n");
    assert!(text.is_none() && project.root().join("dbt_packages/inner/dbt_project.yml").exists());
    let commit = git2::Repository::open(repository.root()).unwrap().revparse_single("v1").unwrap().id();
    assert_eq!(installed(&format!("    revision: {commit}\n")).0.as_deref(), Some("first"));
    let (text, stderr, _) = installed("");
    assert_eq!(text.as_deref(), Some("second"));
    assert!(stderr.contains("is not pinned: it is taken as its branch is today"), "{stderr}");
    assert_eq!(installed("    warn-unpinned: false\n").1, "");
}

#[test]
fn a_branch_is_locked_to_its_commit() {
    let hub = Hub::new();
    let repository = repository(&["first"]);
    let project = packages(&git_entry(&repository, "    revision: main\n    warn-unpinned: false\n"));
    assert_eq!(deps(&hub, &project, &[]).code, 0);
    let repository = repository.file("macros/text.sql", "second").commit("more");
    assert_eq!(deps(&hub, &project, &[]).code, 0);
    assert_eq!(project.read("dbt_packages/shared/macros/text.sql"), "first");
    assert_eq!(deps(&hub, &project, &["--upgrade"]).code, 0);
    assert_eq!(project.read("dbt_packages/shared/macros/text.sql"), "second");
    drop(repository);
}

#[test]
fn one_repository_at_two_revisions_is_refused() {
    let hub = Hub::new();
    let repository = repository(&["first", "second"]);
    let list = git_entry(&repository, "    revision: v1\n");
    let project = packages(&format!("{list}  - git: file://{}\n    revision: main\n", repository.root().display()));
    let ran = deps(&hub, &project, &[]);
    insta::assert_snapshot!(ran.shown().replace(&repository.root().display().to_string(), "/repository"), @"
    --- stderr
    error: one repository cannot be installed twice: file:///repository: v1 (asked for by packages.yml), main (asked for by packages.yml)
    help: let all of them ask for the same `revision:`
    --- exit code 2
    ");
}

#[test]
fn local_packages_are_linked_and_read_from_their_own_folder() {
    let hub = Hub::new();
    let project = packages("packages:\n  - local: local_packages/own\n")
        .file("local_packages/own/dbt_project.yml", "name: own\n")
        .file("local_packages/own/macros/one.sql", "{% macro one() %}1{% endmacro %}")
        .file("models/m.sql", "select {{ own.one() }} as n");
    insta::assert_snapshot!(deps(&hub, &project, &[]).shown(), @"
       linked  own  from local_packages/own
    ✓ Locked and installed 1 package into dbt_packages.
    --- exit code 0
    ");
    let link = fs::read_link(project.root().join("dbt_packages/own")).unwrap();
    assert_eq!(link, project.root().canonicalize().unwrap().join("local_packages/own"));
    assert_eq!(project.cadet(&["compile"]).code, 0);
}

#[test]
fn archives_are_installed_under_the_name_that_they_are_given() {
    let hub = Hub::new();
    let url = hub.page("x.tar.gz", tarball("any-1.0", &[("dbt_project.yml", "name: inside\n"), ("macros/a.sql", "a")]));
    let project = packages(&format!("packages:\n  - tarball: {url}\n    name: given\n"));
    insta::assert_snapshot!(shown(&hub, &deps(&hub, &project, &[])), @"
    installed  given  from http://hub/x.tar.gz
    ✓ Locked and installed 1 package into dbt_packages.
    --- exit code 0
    ");
    assert_eq!(project.read("dbt_packages/given/macros/a.sql"), "a");
}

#[test]
fn a_package_that_changed_is_not_installed() {
    let hub = hub();
    let project = packages("packages:\n  - package: acme/base\n    version: 1.0.0\n");
    assert_eq!(deps(&hub, &project, &[]).code, 0);
    let before = project.read("dbt_packages/base/macros/which.sql");
    hub.page(
        "tarballs/acme/base/1.0.0.tar.gz",
        tarball("base", &[("dbt_project.yml", "name: base\n"), ("macros/which.sql", "something else")]),
    );
    insta::assert_snapshot!(shown(&hub, &deps(&hub, &project, &[])), @"
    --- stderr
    error: the package `base` is not what it was: the same version held other files when it was first installed (sha256 was e0c8a738b6d8d52c2c0de0a8a32a10910179445184b0f48bbd058325372a9e21, is aafee551142ff589d4298d64cb7f35e847e0c69d6b198b1bfd4789732c31075b)
    help: its tag or archive was changed: ask its owners why. To trust what it holds now, take its entry out of package-lock.cadet.yml and run `cadet deps` again
    --- exit code 3
    ");
    assert_eq!(project.read("dbt_packages/base/macros/which.sql"), before);
    // Not even when all versions are looked for anew.
    assert_eq!(deps(&hub, &project, &["--upgrade"]).code, 3);
    // To trust it is to say so.
    let project = project.remove("package-lock.cadet.yml");
    assert_eq!(deps(&hub, &project, &[]).code, 0);
    assert_eq!(project.read("dbt_packages/base/macros/which.sql"), "something else");
}

#[test]
fn what_fails_leaves_the_old_packages_whole() {
    let hub = hub();
    let list = "packages:\n  - package: acme/base\n    version: 1.0.0\n";
    let project = packages(list);
    assert_eq!(deps(&hub, &project, &[]).code, 0);
    let lock = project.read("package-lock.yml");
    let project = project.file("packages.yml", &list.replace("1.0.0", "2.0.0"));
    hub.page("tarballs/acme/base/2.0.0.tar.gz", "<html>not an archive</html>");
    insta::assert_snapshot!(shown(&hub, &deps(&hub, &project, &[])), @"
    --- stderr
    error: the package from http://hub/tarballs/acme/base/2.0.0.tar.gz is not installed: it is no .tar.gz archive that can be read (invalid gzip header)
    help: a package is a .tar.gz with one folder that holds dbt_project.yml
    --- exit code 3
    ");
    assert_eq!(project.read("package-lock.yml"), lock);
    assert!(project.read("dbt_packages/base/macros/which.sql").contains("1.0.0"));
    assert_eq!(fs::read_dir(project.root().join("target")).unwrap().count(), 0);
}

#[test]
fn packages_that_are_no_longer_asked_for_are_taken_away() {
    let hub = hub();
    let project = packages("packages:\n  - package: acme/dates\n    version: 1.0.0\n");
    assert_eq!(deps(&hub, &project, &[]).code, 0);
    let project = project.file("packages.yml", "packages:\n  - package: acme/dates\n    version: 0.9.0\n");
    assert_eq!(deps(&hub, &project, &[]).code, 0);
    assert!(!project.root().join("dbt_packages/base").exists());
    assert!(!project.read("package-lock.cadet.yml").contains("base"));
    let project = project.file("packages.yml", "packages: []\n");
    insta::assert_snapshot!(shown(&hub, &deps(&hub, &project, &[])), @"
    ✓ No packages are listed in packages.yml or dependencies.yml.
    --- exit code 0
    ");
    assert!(!project.root().join("dbt_packages/dates").exists());
}

#[test]
fn a_server_that_is_busy_is_asked_again() {
    let hub = hub();
    hub.fail("api/v1/acme/base.json", &[503]);
    let project = packages("packages:\n  - package: acme/base\n    version: 1.0.0\n");
    assert_eq!(deps(&hub, &project, &[]).code, 0);
    let asked = hub.asked();
    assert_eq!(
        asked,
        ["/api/v1/index.json", "/api/v1/acme/base.json", "/api/v1/acme/base.json", "/tarballs/acme/base/1.0.0.tar.gz",]
    );
    hub.fail("api/v1/index.json", &[403]);
    insta::assert_snapshot!(shown(&hub, &deps(&hub, &project, &[])), @"
    --- stderr
    error: failed to ask the hub for http://hub/api/v1/index.json: the server answered 403
    help: check the network, and the proxy in HTTPS_PROXY if you need one
    --- exit code 3
    ");
}

/// An archive with one entry after a good `dbt_project.yml`.
fn hostile(path: &str, kind: tar::EntryType, link: &str) -> Vec<u8> {
    archive(|tar| {
        for (path, kind, link, text) in
            [("p/dbt_project.yml", tar::EntryType::Regular, "", "name: p\n"), (path, kind, link, "")]
        {
            let mut header = tar::Header::new_gnu();
            header.set_entry_type(kind);
            header.set_size(text.len() as u64);
            header.set_mode(0o644);
            // As written: the usual way would refuse it.
            header.as_gnu_mut().unwrap().name[..path.len()].copy_from_slice(path.as_bytes());
            header.as_gnu_mut().unwrap().linkname[..link.len()].copy_from_slice(link.as_bytes());
            header.set_cksum();
            tar.append(&header, text.as_bytes()).unwrap();
        }
    })
}

#[test]
fn an_archive_writes_nowhere_else() {
    use tar::EntryType;
    let hub = Hub::new();
    let cases = [
        ("p/../../x", EntryType::Regular, ""),
        ("/tmp/x", EntryType::Regular, ""),
        ("../x", EntryType::Regular, ""),
        ("other/x", EntryType::Regular, ""),
        ("x", EntryType::Regular, ""),
        ("p/.git/config", EntryType::Regular, ""),
        ("p/link", EntryType::Symlink, "/etc/passwd"),
        ("p/link", EntryType::Symlink, "../../x"),
        ("p/link", EntryType::Link, "p/dbt_project.yml"),
        ("p/device", EntryType::Char, ""),
        ("p/pipe", EntryType::Fifo, ""),
    ];
    let mut told = Vec::new();
    for (path, kind, link) in cases {
        let url = hub.page("p.tar.gz", hostile(path, kind, link));
        let project = packages(&format!("packages:\n  - tarball: {url}\n    name: p\n"));
        let ran = deps(&hub, &project, &[]);
        assert_eq!(ran.code, 3, "{path}");
        assert!(!project.root().join("dbt_packages").exists(), "{path}");
        told.push(shown(&hub, &ran).lines().nth(1).unwrap_or_default().to_owned());
    }
    insta::assert_snapshot!(told.join("\n"), @"
    error: the package from http://hub/p.tar.gz is not installed: `../../x` is no place inside the package
    error: the package from http://hub/p.tar.gz is not installed: `/tmp/x` does not lie in a folder at the top of it
    error: the package from http://hub/p.tar.gz is not installed: `../x` does not lie in a folder at the top of it
    error: the package from http://hub/p.tar.gz is not installed: it holds more than one folder at its top
    error: the package from http://hub/p.tar.gz is not installed: `x` does not lie in a folder at the top of it
    error: the package from http://hub/p.tar.gz is not installed: `.git/config` is no place inside the package
    error: the package from http://hub/p.tar.gz is not installed: the link `link` leads out of the package
    error: the package from http://hub/p.tar.gz is not installed: the link `link` leads out of the package
    error: the package from http://hub/p.tar.gz is not installed: `link` in it is neither a file, a folder nor a symbolic link
    error: the package from http://hub/p.tar.gz is not installed: `device` in it is neither a file, a folder nor a symbolic link
    error: the package from http://hub/p.tar.gz is not installed: `pipe` in it is neither a file, a folder nor a symbolic link
    ");
}

#[test]
fn no_folder_of_the_project_is_replaced() {
    let hub = hub();
    for place in ["models", ".", "..", "/tmp/x", "target", "models/packages", ".git", "linked"] {
        let project = packages("packages:\n  - package: acme/base\n    version: 1.0.0\n")
            .edit("dbt_project.yml", "name:", &format!("packages-install-path: '{place}'\nname:"))
            .file("models/m.sql", "select 1 as n")
            .link("linked", "models");
        let ran = deps(&hub, &project, &[]);
        assert_eq!((ran.code, project.read("models/m.sql").as_str()), (2, "select 1 as n"), "{place}: {}", ran.shown());
    }
    let project = packages("packages:\n  - package: acme/base\n    version: 1.0.0\n").edit(
        "dbt_project.yml",
        "name:",
        "packages-install-path: vendor/dbt\nname:",
    );
    assert_eq!((deps(&hub, &project, &[]).code, deps(&hub, &project, &[]).code), (0, 0));
    assert!(project.root().join("vendor/dbt/base/dbt_project.yml").exists());
    let project = project.file("vendor/dbt/notes/ours.md", "ours");
    insta::assert_snapshot!(deps(&hub, &project, &[]).shown(), @"
    --- stderr
    error: packages cannot be installed into `vendor/dbt`: it holds `notes`, which is no package, and the folder is replaced as a whole
    help: change `packages-install-path:` in dbt_project.yml; dbt_packages is the usual one
    --- exit code 2
    ");
    assert_eq!(project.read("vendor/dbt/notes/ours.md"), "ours");
    let project =
        packages("packages:\n  - local: dbt_packages/own\n").file("dbt_packages/own/dbt_project.yml", "name: own\n");
    insta::assert_snapshot!(deps(&hub, &project, &[]).shown(), @"
    --- stderr
    error: packages cannot be installed into `dbt_packages`: the local package `own` lies in it, and the folder is replaced as a whole
    help: change `packages-install-path:` in dbt_project.yml; dbt_packages is the usual one
    --- exit code 2
    ");
    assert!(project.root().join("dbt_packages/own/dbt_project.yml").exists());
}

#[test]
fn names_that_clash_are_refused() {
    let hub = hub();
    hub.release("other/base", "1.0.0", &json!([]));
    hub.release("acme/mojap_derived_tables", "1.0.0", &json!([]));
    let two = "packages:\n  - package: acme/base\n    version: 1.0.0\n  - package: other/base\n    version: 1.0.0\n";
    insta::assert_snapshot!(shown(&hub, &deps(&hub, &packages(two), &[])), @"
    --- stderr
    error: two packages are both named `base`
    help: it may be asked for from the hub and from git: keep one of the two
    --- exit code 2
    ");
    let own = "packages:\n  - package: acme/mojap_derived_tables\n    version: 1.0.0\n";
    insta::assert_snapshot!(shown(&hub, &deps(&hub, &packages(own), &[])), @"
    --- stderr
    error: a package has the name of your own project, `mojap_derived_tables`
    help: take it out of the list, or rename the project
    --- exit code 2
    ");
    hub.release_with("acme/up", "1.0.0", json!({"name": "../../up"}));
    let up = "packages:\n  - package: acme/up\n    version: 1.0.0\n";
    insta::assert_snapshot!(shown(&hub, &deps(&hub, &packages(up), &[])), @"
    --- stderr
    error: a package is named `../../up`, which cannot be the name of a folder
    help: a name has letters, digits and underscores
    --- exit code 2
    ");
}

#[test]
fn packages_that_ask_for_each_other_come_to_an_end() {
    let hub = Hub::new();
    hub.release("acme/a", "1.0.0", &json!([{"package": "acme/b", "version": "1.0.0"}]));
    hub.release("acme/b", "1.0.0", &json!([{"package": "acme/a", "version": ">=1.0.0"}]));
    let project = packages("packages:\n  - package: acme/a\n    version: 1.0.0\n");
    insta::assert_snapshot!(shown(&hub, &deps(&hub, &project, &["--lock"])), @"
       locked  a  1.0.0  from acme/a
       locked  b  1.0.0  from acme/b
    ✓ Locked 2 packages in package-lock.yml.
    --- exit code 0
    ");
}

#[test]
fn a_new_name_on_the_hub_is_told() {
    let hub = Hub::new();
    hub.release("acme/old", "1.0.0", &json!([]));
    let page = r#"{"name": "old", "namespace": "acme", "redirectname": "new", "versions": {"1.0.0": {"name": "old", "packages": [], "downloads": {"tarball": "x"}}}}"#;
    hub.page("api/v1/acme/old.json", page);
    let project = packages("packages:\n  - package: acme/old\n    version: 1.0.0\n");
    insta::assert_snapshot!(shown(&hub, &deps(&hub, &project, &["--lock"])), @"
       locked  old  1.0.0  from acme/old
    ✓ Locked 1 package in package-lock.yml.
    --- stderr
    note: the hub says that acme/old is acme/new now: change it in your list of packages
    --- exit code 0
    ");
}

#[test]
fn a_package_is_added_to_the_list() {
    let hub = hub();
    let project = packages("# ours\npackages:\n  - package: acme/base  # pinned\n    version: 1.0.0\n");
    insta::assert_snapshot!(shown(&hub, &deps(&hub, &project, &["--add-package", "acme/dates@0.9.0"])), @"
    installed  base  1.0.0  from acme/base  (2.0.0 is there)
    installed  dates  0.9.0  from acme/dates  (1.0.0 is there)
    ✓ Locked and installed 2 packages into dbt_packages.
    --- exit code 0
    ");
    insta::assert_snapshot!(project.read("packages.yml"), @"
    # ours
    packages:
      - package: acme/base  # pinned
        version: 1.0.0
      - package: acme/dates
        version: 0.9.0
    ");
    // What cannot be installed is not left in the list.
    let before = project.read("packages.yml");
    insta::assert_snapshot!(shown(&hub, &deps(&hub, &project, &["--add-package", "acme/date@1.0.0"])), @"
    --- stderr
    error: the hub has no package `acme/date`, which packages.yml asks for
    help: did you mean `acme/dates`?
    --- exit code 2
    ");
    assert_eq!(project.read("packages.yml"), before);
    insta::assert_snapshot!(shown(&hub, &deps(&hub, &project, &["--add-package", "acme/dates"])), @"
    --- stderr
    error: `acme/dates` has no version
    help: write --add-package name@version
    --- exit code 2
    ");
    let project = Sandbox::new().file("l/dbt_project.yml", "name: own\n");
    assert_eq!(deps(&hub, &project, &["--add-package", "l", "--source", "local"]).code, 0);
    assert_eq!(project.read("packages.yml"), "packages:\n  - local: l\n");
}

#[test]
fn nothing_is_fetched_beside_credentials() {
    let hub = hub();
    let project = packages("packages:\n  - package: acme/base\n    version: 1.0.0\n");
    let url = hub.url();
    let with = |more: &[(&str, &str)]| {
        let env: Vec<_> = [("DBT_PACKAGE_HUB_URL", url.as_str())].into_iter().chain(more.iter().copied()).collect();
        project.cadet_with(&["deps"], &env)
    };
    let workflow = ("GITHUB_ACTIONS", "true");
    insta::assert_snapshot!(with(&[workflow, ("AWS_SESSION_TOKEN", "t"), ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "t")]).shown(), @"
    --- stderr
    error: `cadet deps` does not run beside credentials, and the environment has AWS_SESSION_TOKEN, ACTIONS_ID_TOKEN_REQUEST_TOKEN
    help: in a workflow, install packages in a job without `id-token: write`, or in a step before the one that asks AWS for credentials; elsewhere, in a shell without these variables
    --- exit code 2
    ");
    for name in ["AWS_ACCESS_KEY_ID", "AWS_WEB_IDENTITY_TOKEN_FILE", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"] {
        assert_eq!(with(&[workflow, (name, "x")]).code, 2, "{name}");
        assert_eq!(with(&[("CI", "true"), (name, "x")]).code, 2, "{name} in another workflow");
        assert_eq!(with(&[(name, "x")]).code, 2, "{name} on a laptop");
    }
    assert_eq!(with(&[workflow, ("AWS_PROFILE", "x")]).code, 2);
    assert_eq!(with(&[workflow, ("GITHUB_EVENT_NAME", "pull_request_target")]).code, 2);
    assert_eq!(hub.asked(), Vec::<String>::new());
    // On a laptop whose user has named a profile, and in a workflow without credentials.
    assert_eq!(with(&[("AWS_PROFILE", "x")]).code, 0);
    assert_eq!(with(&[workflow]).code, 0);
}

#[test]
fn jinja_sees_the_variables_that_the_settings_allow() {
    let hub = hub();
    let project =
        packages("packages:\n  - package: \"{{ var('owner') }}/base\"\n    version: \"{{ env_var('DBT_V') }}\"\n")
            .file("cadet.yaml", "env_vars: [DBT_V]\n");
    let url = hub.url();
    let args = ["deps", "--vars", "{owner: acme}"];
    let env = [("DBT_PACKAGE_HUB_URL", url.as_str()), ("DBT_V", "1.1.0")];
    assert_eq!(project.cadet_with(&args, &env).code, 0);
    assert!(project.read("package-lock.yml").contains("version: 1.1.0"));
    // In a workflow the list and the settings may be a stranger's.
    assert_eq!(project.cadet_with(&args, &[env[0], env[1], ("GITHUB_ACTIONS", "true")]).code, 2);
}

#[test]
fn a_secret_in_an_address_is_written_nowhere() {
    let hub = Hub::new();
    hub.page("s3cret/x.tar.gz", tarball("x", &[("dbt_project.yml", "name: x\n")]));
    let url = "{{ env_var('TOKEN') }}";
    let project = packages(&format!("packages:\n  - tarball: \"{}{url}/x.tar.gz\"\n    name: x\n", hub.url()))
        .file("cadet.yaml", "env_vars: [TOKEN]\n");
    let ran = project.cadet_with(&["deps"], &[("TOKEN", "s3cret")]);
    assert_eq!(ran.code, 0, "{}", ran.shown());
    assert!(!format!("{}{}", ran.stdout, ran.stderr).contains("s3cret"));
    for file in ["package-lock.yml", "package-lock.cadet.yml"] {
        assert!(
            !project.read(file).contains("s3cret") && project.read(file).contains("env_var"),
            "{}",
            project.read(file)
        );
    }
    // The lock file's own address is rendered again.
    assert_eq!(project.cadet_with(&["deps"], &[("TOKEN", "s3cret")]).code, 0);
    let ran = project.cadet_with(&["deps", "--upgrade"], &[("TOKEN", "wr0ng")]);
    assert!(ran.code == 3 && !ran.stderr.contains("wr0ng"), "{}", ran.shown());
}

#[test]
fn nothing_of_a_repository_runs_and_links_out_of_it_are_refused() {
    let hub = Hub::new();
    let repository = repository(&["first"]).link("escape", "/etc/passwd").commit("a link");
    let project = packages(&git_entry(&repository, "    revision: main\n    warn-unpinned: false\n"));
    let ran = deps(&hub, &project, &[]);
    insta::assert_snapshot!(ran.shown().replace(&repository.root().display().to_string(), "/repository"), @"
    --- stderr
    error: the package from file:///repository is not installed: the link `escape` leads out of the package
    help: correct the entry, or ask the owners of the package
    --- exit code 2
    ");
    assert!(!project.root().join("dbt_packages").exists() && Path::new("/etc/passwd").exists());
}
