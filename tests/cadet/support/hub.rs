//! A hub of packages on 127.0.0.1: what is put in is served, and what was asked for is kept.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

/// The answers by path; those that fail come first.
#[derive(Default)]
struct Pages {
    bodies: BTreeMap<String, Vec<u8>>,
    failures: BTreeMap<String, Vec<u16>>,
    packages: BTreeMap<String, Value>,
    asked: Vec<String>,
}

pub struct Hub {
    port: u16,
    pages: Arc<Mutex<Pages>>,
}

impl Hub {
    pub fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let pages: Arc<Mutex<Pages>> = Arc::default();
        let served = Arc::clone(&pages);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                answer(stream, &served);
            }
        });
        Self { port, pages }
    }

    /// With a slash at its end, as dbt wants it.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/", self.port)
    }

    /// Serves bytes at a path. Returns the address.
    pub fn page(&self, path: &str, body: impl Into<Vec<u8>>) -> String {
        self.pages.lock().unwrap().bodies.insert(format!("/{path}"), body.into());
        format!("{}{path}", self.url())
    }

    /// Answers the next requests for a path with these statuses.
    pub fn fail(&self, path: &str, statuses: &[u16]) {
        self.pages.lock().unwrap().failures.insert(format!("/{path}"), statuses.to_vec());
    }

    /// A version of a package with one macro, and what it asks for.
    pub fn release(&self, package: &str, version: &str, asks: &Value) {
        self.release_with(package, version, json!({"packages": asks}));
    }

    /// A version of a package, with more of what the hub says of it.
    pub fn release_with(&self, package: &str, version: &str, more: Value) {
        let (owner, name) = package.split_once('/').unwrap();
        let asks = serde_json::to_string(&more["packages"]).unwrap();
        let tarball = self.page(
            &format!("tarballs/{package}/{version}.tar.gz"),
            tarball(
                &format!("{owner}-{name}-{version}"),
                &[
                    ("dbt_project.yml", &format!("name: {name}\nversion: '{version}'\n")),
                    ("packages.yml", &format!("packages: {asks}\n")),
                    ("macros/which.sql", &format!("{{% macro which() %}}'{name} {version}'{{% endmacro %}}\n")),
                ],
            ),
        );
        let mut release = json!({"id": format!("{package}/{version}"), "name": name, "version": version, "packages": [], "downloads": {"tarball": tarball}});
        let fields = more.as_object().unwrap().clone();
        release.as_object_mut().unwrap().extend(fields.into_iter().filter(|(_, value)| !value.is_null()));
        let mut pages = self.pages.lock().unwrap();
        let page = pages
            .packages
            .entry(package.to_owned())
            .or_insert_with(|| json!({"name": name, "namespace": owner, "versions": {}}));
        page["versions"][version] = release;
        let body = page.to_string().into_bytes();
        pages.bodies.insert(format!("/api/v1/{package}.json"), body);
        let names: Vec<&String> = pages.packages.keys().collect();
        let index = json!(names).to_string().into_bytes();
        pages.bodies.insert("/api/v1/index.json".to_owned(), index);
    }

    /// The paths that were asked for since the last call.
    pub fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.pages.lock().unwrap().asked)
    }
}

fn answer(mut stream: TcpStream, pages: &Mutex<Pages>) {
    let mut request = BufReader::new(stream.try_clone().unwrap());
    let mut first = String::new();
    request.read_line(&mut first).unwrap();
    loop {
        let mut header = String::new();
        if request.read_line(&mut header).unwrap_or(0) <= 2 {
            break;
        }
    }
    let path = first.split(' ').nth(1).unwrap_or_default().to_owned();
    let mut pages = pages.lock().unwrap();
    pages.asked.push(path.clone());
    let failure = pages.failures.get_mut(&path).filter(|left| !left.is_empty()).map(|left| left.remove(0));
    let (status, body) = match (failure, pages.bodies.get(&path)) {
        (Some(status), _) => (status, b"no".to_vec()),
        (None, Some(body)) => (200, body.clone()),
        (None, None) => (404, b"no".to_vec()),
    };
    // The client may have gone.
    let _ = write!(stream, "HTTP/1.1 {status} x\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    let _ = stream.write_all(&body);
}

/// A `.tar.gz` with one folder.
pub fn tarball(top: &str, files: &[(&str, &str)]) -> Vec<u8> {
    archive(|tar| {
        for (path, text) in files {
            let mut header = tar::Header::new_gnu();
            header.set_size(text.len() as u64);
            header.set_mode(0o644);
            tar.append_data(&mut header, format!("{top}/{path}"), text.as_bytes()).unwrap();
        }
    })
}

/// A `.tar.gz` with whatever is put in.
pub fn archive(fill: impl FnOnce(&mut tar::Builder<GzEncoder<Vec<u8>>>)) -> Vec<u8> {
    let mut tar = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    fill(&mut tar);
    tar.into_inner().unwrap().finish().unwrap()
}
