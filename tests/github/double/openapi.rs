//! GitHub's own description of its API: each request and each answer is held against it.
//!
//! It comes from the npm package `@octokit/openapi`, which is fetched once into the target folder.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{LazyLock, Mutex};

use jsonschema::Validator;
use serde_json::{Map, Value, json};

use super::calls::Call;

const PACKAGE: &str = "@octokit/openapi@23.0.2";
const FILE: &str = "package/generated/api.github.com.json";

static DESCRIPTION: LazyLock<Value> = LazyLock::new(|| serde_json::from_slice(&fs::read(fetched()).unwrap()).unwrap());

/// By the JSON of what is described.
static VALIDATORS: LazyLock<Mutex<BTreeMap<String, &'static Validator>>> = LazyLock::new(Mutex::default);

/// The description, fetched when it is not there yet.
fn fetched() -> PathBuf {
    static ONCE: Mutex<()> = Mutex::new(());
    let _one = ONCE.lock();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("openapi");
    let file = folder.join(FILE);
    if !file.exists() {
        fs::create_dir_all(&folder).unwrap();
        let packed = run(Command::new("npm").args(["pack", "--silent", PACKAGE]).current_dir(&folder));
        let archive = packed.lines().last().unwrap().trim().to_owned();
        run(Command::new("tar").args(["-xzf", &archive, FILE]).current_dir(&folder));
        fs::remove_file(folder.join(archive)).unwrap();
    }
    file
}

fn run(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}\n{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Reads the description, which takes longer than a client waits that is in a hurry.
pub(super) fn warm() {
    static ONCE: LazyLock<()> = LazyLock::new(|| {
        for (path, method) in USED {
            let operation = &DESCRIPTION["paths"][path][method];
            let bodies = operation["responses"].as_object().into_iter().flat_map(Map::values).map(resolved);
            let bodies = bodies.chain([&operation["requestBody"]]);
            for schema in
                bodies.map(|body| &body["content"]["application/json"]["schema"]).filter(|schema| !schema.is_null())
            {
                check(schema, &Value::Null);
            }
        }
    });
    LazyLock::force(&ONCE);
}

/// The calls that cadet makes.
const USED: &[(&str, &str)] = &[
    ("/repos/{owner}/{repo}/pulls/{pull_number}", "get"),
    ("/repos/{owner}/{repo}/issues/{issue_number}/comments", "get"),
    ("/repos/{owner}/{repo}/issues/{issue_number}/comments", "post"),
    ("/repos/{owner}/{repo}/issues/comments/{comment_id}", "patch"),
    ("/repos/{owner}/{repo}/check-runs", "post"),
    ("/repos/{owner}/{repo}/check-runs/{check_run_id}", "patch"),
    ("/repos/{owner}/{repo}/check-runs/{check_run_id}", "get"),
    ("/repos/{owner}/{repo}/commits/{ref}/check-runs", "get"),
    ("/repos/{owner}/{repo}/pulls/{pull_number}/comments", "get"),
    ("/repos/{owner}/{repo}/pulls/{pull_number}/reviews", "post"),
    ("/repos/{owner}/{repo}/deployments", "get"),
    ("/repos/{owner}/{repo}/deployments", "post"),
    ("/repos/{owner}/{repo}/deployments/{deployment_id}/statuses", "post"),
];

/// One of the description's examples.
pub(super) fn example(name: &str) -> Value {
    let examples = &DESCRIPTION["components"]["examples"];
    let found = examples.get(name).or_else(|| examples.get(format!("{name}-simple-example")));
    found.unwrap_or_else(|| panic!("no example {name}"))["value"].clone()
}

/// The operation that a call is, with the parameters in its path.
fn operation(call: &Call) -> Option<&'static Value> {
    let parts: Vec<&str> = call.path.split('/').collect();
    let fits = |template: &str| {
        let names: Vec<&str> = template.split('/').collect();
        names.len() == parts.len() && names.iter().zip(&parts).all(|(name, part)| name.starts_with('{') || name == part)
    };
    let paths = DESCRIPTION["paths"].as_object().unwrap();
    // The one with the fewest names in braces is meant.
    let found =
        paths.iter().filter(|(template, _)| fits(template)).min_by_key(|(template, _)| template.matches('{').count());
    found?.1.get(call.method.to_lowercase())
}

/// What is wrong about a request.
pub(super) fn request(call: &Call) -> Vec<String> {
    if call.path == "/graphql" {
        return Vec::new();
    }
    let name = format!("{} {}", call.method, call.path);
    let Some(operation) = operation(call) else { return vec![format!("{name}: there is no such call")] };
    let mut wrong = Vec::new();
    let parameters: Vec<&Value> = operation["parameters"].as_array().into_iter().flatten().map(resolved).collect();
    for (key, value) in &call.query {
        let Some(parameter) = parameters.iter().find(|known| known["in"] == "query" && known["name"] == key.as_str())
        else {
            wrong.push(format!("{name}: there is no parameter {key}"));
            continue;
        };
        let value = value.parse::<u64>().map_or_else(|_| json!(value), |number| json!(number));
        wrong.extend(check(&parameter["schema"], &value).into_iter().map(|error| format!("{name}: {key}: {error}")));
    }
    let body = &operation["requestBody"]["content"]["application/json"]["schema"];
    if !body.is_null() {
        wrong.extend(check(body, &call.body).into_iter().map(|error| format!("{name}: {error} in {}", call.body)));
    } else if !call.body.is_null() {
        wrong.push(format!("{name}: it takes no body, and there is {}", call.raw));
    }
    wrong
}

/// What is wrong about an answer. Refusals that every call knows are not described with each: those have the usual form.
pub(super) fn response(call: &Call, status: u16, body: &Value) -> Vec<String> {
    if call.path == "/graphql" {
        return Vec::new();
    }
    let Some(operation) = operation(call) else { return Vec::new() };
    let name = format!("{} {} answered {status}", call.method, call.path);
    let response = resolved(&operation["responses"][status.to_string()]);
    let schema = match response.is_null() {
        true if status < 400 => return vec![format!("{name}: there is no such answer")],
        true => &DESCRIPTION["components"]["schemas"]["basic-error"],
        false => &response["content"]["application/json"]["schema"],
    };
    if schema.is_null() {
        return Vec::new();
    }
    check(schema, body).into_iter().map(|error| format!("{name}: {error}")).collect()
}

/// What `$ref` leads to.
fn resolved(value: &'static Value) -> &'static Value {
    match value["$ref"].as_str() {
        Some(way) => DESCRIPTION.pointer(way.trim_start_matches('#')).unwrap(),
        None => value,
    }
}

fn check(schema: &Value, value: &Value) -> Vec<String> {
    let key = schema.to_string();
    let known = VALIDATORS.lock().unwrap().get(&key).copied();
    let validator = known.unwrap_or_else(|| {
        let made: &'static Validator = Box::leak(Box::new(jsonschema::validator_for(&closed(schema)).unwrap()));
        VALIDATORS.lock().unwrap().insert(key, made);
        made
    });
    validator.iter_errors(value).map(|error| format!("{error} at {}", error.instance_path())).collect()
}

/// A schema with all that it leads to, as JSON Schema has it.
fn closed(schema: &Value) -> Value {
    let mut definitions = Map::new();
    let mut root = converted(schema, &mut definitions);
    root["$schema"] = "https://json-schema.org/draft/2020-12/schema".into();
    root["$defs"] = definitions.into();
    root
}

/// OpenAPI 3.0 says with `nullable` what JSON Schema says with a type; names of its own mean nothing there.
fn converted(schema: &Value, definitions: &mut Map<String, Value>) -> Value {
    match schema {
        Value::Array(list) => list.iter().map(|value| converted(value, definitions)).collect(),
        Value::Object(map) => {
            if let Some(way) = map.get("$ref").and_then(Value::as_str) {
                let name = way.rsplit('/').next().unwrap().to_owned();
                if !definitions.contains_key(&name) {
                    definitions.insert(name.clone(), Value::Null);
                    let found = DESCRIPTION.pointer(way.trim_start_matches('#')).unwrap();
                    let found = converted(found, definitions);
                    definitions.insert(name.clone(), found);
                }
                return json!({"$ref": format!("#/$defs/{name}")});
            }
            let kept = map.iter().filter(|(key, _)| !matches!(key.as_str(), "nullable" | "example" | "discriminator"));
            let kept: Map<String, Value> =
                kept.map(|(key, value)| (key.clone(), converted(value, definitions))).collect();
            match map.get("nullable") {
                Some(Value::Bool(true)) => json!({"anyOf": [kept, {"type": "null"}]}),
                _ => kept.into(),
            }
        }
        other => other.clone(),
    }
}
