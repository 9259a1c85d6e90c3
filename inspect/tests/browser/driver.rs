//! A browser without a window, and as much of WebDriver as the test needs.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};

/// How long something may take to show up on the page.
const PATIENCE: Duration = Duration::from_secs(20);

/// A browser with one window. It ends when it is dropped.
pub(crate) struct Browser {
    driver: Child,
    port: u16,
    session: String,
    _profile: tempfile::TempDir,
}

impl Browser {
    /// Starts a browser; `None` if there is no driver for one on this machine.
    pub(crate) fn start(width: u32, height: u32) -> Option<Self> {
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let mut lines = BufReader::new(driver.stdout.take().unwrap()).lines();
        let port = lines.by_ref().map_while(Result::ok).find_map(|line| {
            let (_, port) = line.split_once("on port ")?;
            // The first line names the port that was asked for, which is any.
            let port = port.trim_end_matches('.').parse().ok();
            port.filter(|&port| port != 0)
        });
        let profile = tempfile::tempdir().unwrap();
        let mut browser = Self {
            driver,
            port: port.expect("the driver says its port"),
            session: String::new(),
            _profile: profile,
        };
        let folder = browser._profile.path().display();
        let arguments = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--hide-scrollbars",
            "--force-device-scale-factor=1",
        ];
        let mut arguments: Vec<String> = arguments.map(String::from).to_vec();
        arguments.push(format!("--user-data-dir={folder}"));
        arguments.push(format!("--window-size={width},{height}"));
        let capabilities = json!({"capabilities": {"alwaysMatch": {
            "browserName": "chrome",
            "goog:chromeOptions": {"args": arguments},
            "goog:loggingPrefs": {"browser": "ALL"},
        }}});
        let session = browser.call("POST", "/session", &capabilities);
        browser.session = session["sessionId"].as_str().expect("a session").to_owned();
        Some(browser)
    }

    pub(crate) fn open(&self, url: &str) {
        // The same page with another fragment is not loaded again, so it is left first.
        self.command("url", &json!({"url": "about:blank"}));
        self.command("url", &json!({"url": url}));
    }

    /// The value of a script.
    pub(crate) fn run(&self, script: &str) -> Json {
        self.command("execute/sync", &json!({"script": script, "args": []}))
    }

    /// Waits until a script is true.
    #[track_caller]
    pub(crate) fn until(&self, script: &str) {
        let start = Instant::now();
        while self.run(&format!("return Boolean({script})")) != true {
            let text = self.run("return document.body.innerText");
            assert!(
                start.elapsed() < PATIENCE,
                "never true: {script}\non the page:\n{text}"
            );
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Waits until the main part of the page has this text.
    #[track_caller]
    pub(crate) fn until_text(&self, text: &str) {
        self.until(&format!(
            "document.getElementById('main').innerText.includes({})",
            json!(text)
        ));
    }

    /// Types into the first element that a selector finds; `\u{e007}` is Enter.
    pub(crate) fn keys(&self, selector: &str, text: &str) {
        let element = self.command(
            "element",
            &json!({"using": "css selector", "value": selector}),
        );
        let id = element
            .as_object()
            .and_then(|map| map.values().next())
            .and_then(Json::as_str);
        let id = id.unwrap_or_else(|| panic!("{selector}: {element}"));
        self.command(&format!("element/{id}/value"), &json!({"text": text}));
    }

    /// What the browser has complained about since the last call.
    pub(crate) fn complaints(&self) -> Vec<String> {
        let log = self.command("se/log", &json!({"type": "browser"}));
        let entries = log.as_array().expect("a log").iter();
        let messages = entries.filter_map(|entry| entry["message"].as_str());
        messages.map(String::from).collect()
    }

    pub(crate) fn screenshot(&self, path: &Path) {
        let picture = self.call(
            "GET",
            &format!("/session/{}/screenshot", self.session),
            &Json::Null,
        );
        std::fs::write(path, base64(picture.as_str().expect("a picture"))).unwrap();
    }

    pub(crate) fn resize(&self, width: u32, height: u32) {
        self.command("window/rect", &json!({"width": width, "height": height}));
    }

    fn command(&self, name: &str, body: &Json) -> Json {
        self.call("POST", &format!("/session/{}/{name}", self.session), body)
    }

    fn call(&self, method: &str, path: &str, body: &Json) -> Json {
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(120)))
            .unwrap();
        let (length, port) = (body.len(), self.port);
        write!(stream, "{method} {path} HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}").unwrap();
        let mut reader = BufReader::new(stream);
        let mut length = 0;
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).unwrap();
            if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            }
            if line.trim().is_empty() {
                break;
            }
        }
        let mut answer = vec![0; length];
        reader.read_exact(&mut answer).unwrap();
        let answer: Json = serde_json::from_slice(&answer).unwrap();
        assert!(answer["value"]["error"].is_null(), "{path}: {answer}");
        answer["value"].clone()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        if !self.session.is_empty() && !std::thread::panicking() {
            self.call("DELETE", &format!("/session/{}", self.session), &Json::Null);
        }
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

/// Decodes what a driver sends pictures in.
fn base64(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let (mut bits, mut n_bits) = (0_u32, 0);
    for c in text.bytes() {
        let six = match c {
            b'A'..=b'Z' => c - b'A',
            b'a'..=b'z' => c - b'a' + 26,
            b'0'..=b'9' => c - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => continue,
        };
        bits = (bits << 6) | u32::from(six);
        n_bits += 6;
        if n_bits >= 8 {
            n_bits -= 8;
            bytes.push(u8::try_from((bits >> n_bits) & 0xff).unwrap());
        }
    }
    bytes
}
