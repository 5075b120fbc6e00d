//! What `cadet debug --help` adds.

pub(super) const EXAMPLES: &str =
    "With a target on Athena it asks AWS, runs one query that reads nothing, and writes and deletes one small file.
Examples:
  cadet debug                   the project, its settings and the local engine
  cadet debug --target dev      and the credentials, the workgroup, the buckets and the databases of dev";
