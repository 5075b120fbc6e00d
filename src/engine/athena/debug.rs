//! Whether everything is there that cadet needs on AWS: asked of AWS, with what is missing by name.

use aws_sdk_athena::types::WorkGroup;
use aws_sdk_s3::config::ProvideCredentials;
use aws_sdk_s3::primitives::ByteStream;

use super::call::{Api, CallError};
use super::place::Destination;
use super::statement::Statement;
use super::{Athena, Core};

/// What was looked at, and whether it is right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// One word: `workgroup`.
    pub what: &'static str,
    pub is_good: bool,
    pub words: String,
    /// The way out, where it is not right.
    pub help: String,
}

impl Checked {
    /// Something that is right.
    pub fn good(what: &'static str, words: impl Into<String>) -> Self {
        Self { what, is_good: true, words: words.into(), help: String::new() }
    }

    /// Something that is not, with the way out.
    pub fn bad(what: &'static str, words: impl Into<String>, help: impl Into<String>) -> Self {
        Self { what, is_good: false, words: words.into(), help: help.into() }
    }
}

/// An action of a service, and what it is needed on.
struct Needed<'a> {
    action: &'a str,
    on: &'a str,
}

/// A call that failed, with the action that the role lacks.
fn failed(what: &'static str, needed: &Needed<'_>, error: &CallError) -> Checked {
    let denied = ["AccessDenied", "AccessDeniedException", "Forbidden", "403"].contains(&error.code.as_str());
    if !denied {
        return Checked::bad(
            what,
            format!("{}: {error}", needed.on),
            "check the name under `athena` in cadet.yaml, and the region",
        );
    }
    let (action, on) = named(&error.message).unwrap_or((needed.action, needed.on));
    Checked::bad(
        what,
        format!("the role may not {action} on {on}"),
        format!("have the action `{action}` on `{on}` added to the role's policy"),
    )
}

/// The action and the resource that AWS names: `… is not authorized to perform: glue:GetTable on resource: arn:… because …`.
fn named(message: &str) -> Option<(&str, &str)> {
    let (_, rest) = message.split_once("not authorized to perform: ")?;
    let (action, rest) = rest.split_once(" on resource: ")?;
    let resource = rest.split_whitespace().next()?.trim_matches('"');
    Some((action.trim(), resource))
}

impl Athena {
    /// Looks at everything that is needed: for the tables of these databases, and in the folder of one table.
    pub fn check(&self, databases: &[String], place: Option<&Destination>) -> Vec<Checked> {
        self.runtime.block_on(async {
            let mut found = vec![self.credentials().await];
            if !found[0].is_good {
                return found;
            }
            found.push(self.core.workgroup().await);
            found.push(self.core.query().await);
            found.push(self.core.bucket().await);
            if let Some(place) = place {
                found.push(self.core.writing(place).await);
            }
            for database in databases {
                found.push(self.core.database(database).await);
            }
            found
        })
    }

    async fn credentials(&self) -> Checked {
        let what = "credentials";
        let help = "log in (`aws sso login`), or set AWS_PROFILE; a workflow needs `permissions: id-token: write` and \
                    aws-actions/configure-aws-credentials";
        let Some(provider) = &self.credentials else { return Checked::bad(what, "there are none", help) };
        match provider.provide_credentials().await {
            Ok(credentials) => {
                let until = credentials.expiry().and_then(|time| jiff::Timestamp::try_from(time).ok());
                let until = until.map(|time| format!(", good until {}", time.strftime("%Y-%m-%d %H:%M UTC")));
                Checked::good(what, format!("found{}", until.unwrap_or_default()))
            }
            Err(error) => {
                let error = std::error::Error::source(&error).map_or_else(|| error.to_string(), ToString::to_string);
                Checked::bad(what, format!("there are none: {error}"), help)
            }
        }
    }
}

impl Core {
    async fn workgroup(&self) -> Checked {
        let what = "workgroup";
        let name = &self.queries.settings.workgroup;
        let get = || self.queries.client.get_work_group().work_group(name).send();
        match self.calls.make(Api::Catalogue, get).await {
            Ok(answer) => judged(name, answer.work_group()),
            // It is needed to look, not to run queries.
            Err(error) if error.code == "AccessDeniedException" => {
                Checked::good(what, format!("{name}; the role may not look at it (athena:GetWorkGroup)"))
            }
            Err(error) => failed(what, &Needed { action: "athena:GetWorkGroup", on: name }, &error),
        }
    }

    async fn query(&self) -> Checked {
        let what = "query";
        let results = match self.queries.settings.results.as_str() {
            "" => "where the workgroup says",
            place => place,
        };
        match self.read(&Statement::query("select 1 as one"), None).await {
            Ok(given) if given.rows.len() == 1 => Checked::good(what, format!("runs; its results go to {results}")),
            Ok(given) => Checked::bad(what, format!("gave {} rows instead of 1", given.rows.len()), "run it again"),
            Err(failure) => {
                let help = "the role needs athena:StartQueryExecution, GetQueryExecution and GetQueryResults on the \
                            workgroup, and s3:GetBucketLocation, GetObject and PutObject on the bucket of the results";
                match named(&failure.reason) {
                    Some((action, on)) => Checked::bad(what, format!("the role may not {action} on {on}"), help),
                    None => Checked::bad(what, format!("results to {results}: {}", failure.reason), help),
                }
            }
        }
    }

    async fn bucket(&self) -> Checked {
        let (what, layout) = ("bucket", &self.aim.layout);
        let folder = format!("{}/", layout.folder);
        match self.store.has_any(&self.calls, &layout.bucket, &folder).await {
            Ok(true) => Checked::good(what, format!("s3://{}/{folder}", layout.bucket)),
            Ok(false) => Checked::good(what, format!("s3://{}/{folder}, empty so far", layout.bucket)),
            Err(error) => {
                let on = format!("arn:aws:s3:::{}", layout.bucket);
                failed(what, &Needed { action: "s3:ListBucket", on: &on }, &error)
            }
        }
    }

    /// Writes a file on the condition that there is none, as a lock is written, once more in vain, and deletes it.
    async fn writing(&self, place: &Destination) -> Checked {
        let what = "writing";
        let key = format!("{}_cadet_debug_{}", place.prefix, uuid::Uuid::new_v4().simple());
        let on = format!("arn:aws:s3:::{}/{}*", place.bucket, place.prefix);
        let put = || {
            let put = self.store.client.put_object().bucket(&place.bucket).key(&key).if_none_match("*");
            put.body(ByteStream::from_static(b"cadet debug")).send()
        };
        if let Err(error) = self.calls.make(Api::Store, put).await {
            return failed(what, &Needed { action: "s3:PutObject", on: &on }, &error);
        }
        let again = self.calls.make(Api::Store, put).await;
        let delete = || self.store.client.delete_object().bucket(&place.bucket).key(&key).send();
        if let Err(error) = self.calls.make(Api::Store, delete).await {
            return failed(what, &Needed { action: "s3:DeleteObject", on: &on }, &error);
        }
        match again {
            Err(error) if error.is_taken() => {
                Checked::good(what, format!("a file below {}, and deleting it", place.location()))
            }
            _ => Checked::bad(
                what,
                "the storage does not keep the condition of a write, so tables cannot be locked",
                "use S3 itself, or a storage that knows `If-None-Match`",
            ),
        }
    }

    async fn database(&self, name: &str) -> Checked {
        let what = "database";
        let get = || self.catalogue.client.get_database().name(name).send();
        match self.calls.make(Api::Catalogue, get).await {
            Ok(_) => {}
            Err(error) if error.is_missing() => {
                return Checked::good(what, format!("{name} is not there yet; cadet makes it (glue:CreateDatabase)"));
            }
            Err(error) => return failed(what, &Needed { action: "glue:GetDatabase", on: name }, &error),
        }
        match self.catalogue.both(&self.calls, name, ["cadet", "debug"]).await {
            Ok(_) => Checked::good(what, name),
            Err(error) => failed(what, &Needed { action: "glue:GetTables", on: name }, &error),
        }
    }
}

fn judged(name: &str, workgroup: Option<&WorkGroup>) -> Checked {
    let what = "workgroup";
    let is_off = workgroup.and_then(|it| it.state()).is_some_and(|state| state.as_str() != "ENABLED");
    let configuration = workgroup.and_then(|it| it.configuration());
    if is_off {
        return Checked::bad(
            what,
            format!("{name} is switched off"),
            "have it switched on, or name another under `athena.workgroup`",
        );
    }
    if configuration.and_then(|it| it.enforce_work_group_configuration()).unwrap_or_default() {
        return Checked::bad(
            what,
            format!("{name} enforces a place for its results, so Athena would not let cadet say where a table goes"),
            "switch `Override client-side settings` of the workgroup off, or name another under `athena.workgroup`",
        );
    }
    let engine = configuration.and_then(|it| it.engine_version()?.effective_engine_version());
    Checked::good(what, format!("{name}{}", engine.map(|engine| format!(", {engine}")).unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_role_lacks_is_named() {
        let message = "User: arn:aws:sts::1:assumed-role/r/s is not authorized to perform: glue:GetTables on resource: \
                       arn:aws:glue:eu-west-1:1:catalog because no identity-based policy allows the action";
        assert_eq!(named(message), Some(("glue:GetTables", "arn:aws:glue:eu-west-1:1:catalog")));
        let error = CallError::refused("AccessDenied", "Access Denied");
        let on = Needed { action: "s3:ListBucket", on: "arn:aws:s3:::b" };
        assert_eq!(failed("bucket", &on, &error).words, "the role may not s3:ListBucket on arn:aws:s3:::b");
    }
}
