//! A headless Chromium, driven by the WebDriver protocol and by Chromium's own for what that lacks.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};
use tempfile::TempDir;
use ureq::Agent;

/// Keys as WebDriver names them.
pub(crate) const TAB: &str = "\u{e004}";
pub(crate) const ENTER: &str = "\u{e007}";
pub(crate) const ESCAPE: &str = "\u{e00c}";
pub(crate) const LEFT: &str = "\u{e012}";
pub(crate) const RIGHT: &str = "\u{e014}";

pub(crate) struct Browser {
    driver: Child,
    agent: Agent,
    session: String,
    _profile: TempDir,
}

impl Browser {
    /// A window of 1280 × 900 with nothing in it.
    pub(crate) fn new() -> Self {
        let mut driver = Command::new("chromedriver")
            .args(["--port=0"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| {
                panic!("chromedriver cannot be run ({error}): apt-get install chromium chromium-driver")
            });
        let lines = BufReader::new(driver.stdout.take().unwrap()).lines().map_while(Result::ok);
        let port = lines.filter_map(|line| {
            line.split_once("started successfully on port ")?.1.trim_end_matches('.').parse::<u16>().ok()
        });
        let port = { port }.next().unwrap_or_else(|| panic!("chromedriver did not say on which port it listens"));
        let config = Agent::config_builder().http_status_as_error(false).timeout_global(Some(Duration::from_secs(120)));
        let agent: Agent = config.build().into();
        let profile = TempDir::new().unwrap();
        let mut browser =
            Self { driver, agent, session: format!("http://127.0.0.1:{port}/session"), _profile: profile };
        let arguments = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--window-size=1280,900",
            &format!("--user-data-dir={}", browser._profile.path().display()),
        ];
        let wanted = json!({"browserName": "chrome", "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"},
            "goog:chromeOptions": {"args": arguments, "perfLoggingPrefs": {"enableNetwork": true}}});
        let begun = browser.ask("", &json!({"capabilities": {"alwaysMatch": wanted}}));
        let id = begun["sessionId"].as_str().unwrap_or_else(|| panic!("Chromium cannot be run: {begun}")).to_owned();
        browser.session = format!("{}/{id}", browser.session);
        // What Chromium shows in a new window is not asked for by the page.
        browser.ask("/url", &json!({"url": "about:blank"}));
        browser.requests();
        browser
    }

    fn ask(&self, path: &str, body: &Value) -> Value {
        let address = format!("{}{path}", self.session);
        let answer = self.agent.post(&address).content_type("application/json").send(body.to_string());
        let text = answer.unwrap().body_mut().with_config().limit(200_000_000).read_to_string().unwrap();
        let answer: Value = serde_json::from_str(&text).unwrap();
        assert!(answer["value"].get("error").is_none(), "{path}: {text}");
        answer["value"].clone()
    }

    /// Opens a file.
    pub(crate) fn go(&self, file: &Path) {
        self.ask("/url", &json!({"url": format!("file://{}", file.display())}));
        self.wait("the page is drawn", "return document.querySelector('svg.graph .node, footer') !== null");
        // The graph is drawn with the next frame.
        self.js("return document.querySelector('svg.graph') ? new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))) : null");
    }

    /// What a script gives; it runs as if from outside, past the page's policy.
    pub(crate) fn js(&self, script: &str) -> Value {
        self.ask("/execute/sync", &json!({"script": script, "args": []}))
    }

    /// The text that a script gives.
    pub(crate) fn text(&self, script: &str) -> String {
        let found = self.js(script);
        found.as_str().unwrap_or_else(|| panic!("{script}: {found}")).to_owned()
    }

    /// Waits until a script gives true.
    pub(crate) fn wait(&self, what: &str, script: &str) {
        let began = Instant::now();
        while self.js(script) != Value::Bool(true) {
            assert!(began.elapsed() < Duration::from_secs(30), "waited in vain: {what}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Clicks in the middle of the first element that a selector finds, as a mouse does.
    pub(crate) fn click(&self, selector: &str) {
        let place = self.js(&format!(
            "const found = document.querySelector({});
             found.scrollIntoView({{block: 'center', inline: 'center', behavior: 'instant'}});
             const place = found.getBoundingClientRect();
             return [Math.round(place.left + place.width / 2), Math.round(place.top + place.height / 2)];",
            Value::from(selector)
        ));
        let moves = json!([
            {"type": "pointerMove", "duration": 0, "x": place[0], "y": place[1]},
            {"type": "pointerDown", "button": 0},
            {"type": "pointerUp", "button": 0},
        ]);
        let pointer =
            json!({"type": "pointer", "id": "mouse", "parameters": {"pointerType": "mouse"}, "actions": moves});
        self.ask("/actions", &json!({"actions": [pointer]}));
    }

    /// Presses keys, one after the other.
    pub(crate) fn press(&self, keys: &[&str]) {
        let strokes: Vec<Value> = keys
            .iter()
            .flat_map(|key| [json!({"type": "keyDown", "value": key}), json!({"type": "keyUp", "value": key})])
            .collect();
        self.ask("/actions", &json!({"actions": [{"type": "key", "id": "keys", "actions": strokes}]}));
    }

    /// A command of Chromium's own protocol.
    pub(crate) fn chromium(&self, command: &str, parameters: &Value) -> Value {
        self.ask("/goog/cdp/execute", &json!({"cmd": command, "params": parameters}))
    }

    /// A screen of another size; a phone has touch, and its page has the width of its screen.
    pub(crate) fn screen(&self, width: u32, height: u32, is_phone: bool) {
        let size = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": is_phone});
        self.chromium("Emulation.setDeviceMetricsOverride", &size);
    }

    /// What the system prefers: `dark` or `light`.
    pub(crate) fn prefers(&self, scheme: &str) {
        let media = json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]});
        self.chromium("Emulation.setEmulatedMedia", &media);
    }

    /// What the console says.
    pub(crate) fn console(&self) -> Vec<String> {
        self.log("browser").iter().map(|entry| entry["message"].to_string()).collect()
    }

    /// The addresses that were asked for since the last call.
    pub(crate) fn requests(&self) -> Vec<String> {
        let parsed = self.log("performance").into_iter().filter_map(|entry| {
            let message: Value = serde_json::from_str(entry["message"].as_str()?).ok()?;
            let message = &message["message"];
            (message["method"] == "Network.requestWillBeSent")
                .then(|| message["params"]["request"]["url"].as_str().unwrap_or("?").to_owned())
        });
        parsed.collect()
    }

    fn log(&self, kind: &str) -> Vec<Value> {
        self.ask("/se/log", &json!({"type": kind})).as_array().cloned().unwrap_or_default()
    }

    /// Leaves a picture of what is seen, or of the whole page.
    pub(crate) fn picture(&self, name: &str, is_whole: bool) {
        let mut parameters = json!({"format": "png", "captureBeyondViewport": is_whole});
        if is_whole {
            let size = &self.chromium("Page.getLayoutMetrics", &json!({}))["cssContentSize"];
            let height = size["height"].as_f64().unwrap().min(9_000.0);
            parameters["clip"] = json!({"x": 0, "y": 0, "width": size["width"], "height": height, "scale": 1});
        }
        let taken = self.chromium("Page.captureScreenshot", &parameters);
        let picture = BASE64_STANDARD.decode(taken["data"].as_str().unwrap()).unwrap();
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("screenshots");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(format!("{name}.png")), picture).unwrap();
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // The driver ends its browser. A test that has failed already must not fail a second time here.
        let _ = self.agent.delete(&self.session).call();
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}
