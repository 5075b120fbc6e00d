//! Examples below the help of commands that have no file of their own.

pub(super) const PARSE: &str = "Examples:
  cadet parse                              then look into target/manifest.json
  cadet parse --target dev                 with the names that tables have there";

pub(super) const RUN: &str = "Examples:
  cadet run --select my_db__my_table+      one model, and what reads it
  cadet run --exclude tag:daily            all models but these
  cadet run --full-refresh                 incremental models from nothing";

pub(super) const SEED: &str = "Examples:
  cadet seed                               all seeds
  cadet seed --select my_db__my_seed       one of them";

pub(super) const SNAPSHOT: &str = "Examples:
  cadet snapshot                           all snapshots
  cadet snapshot --select my_db__my_history";

pub(super) const CLEAN: &str =
    "Only folders inside the project are removed, and none that holds the project's own files.
When one of them may not be removed, none is.
Examples:
  cadet clean
  cadet clean --project-dir my_project";

pub(super) const EXPLAIN: &str = "Examples:
  cadet explain                            every rule in a line
  cadet explain naming/model-file          what one of them asks for, and why";

pub(super) const DEMO: &str = "Examples:
  cadet demo                               what an author and a reviewer are told
  cadet demo --keep example                the same, kept in a folder to try things in";
