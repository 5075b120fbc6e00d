//! An address in, the bytes behind it out: HTTPS with the machine's certificates, its proxy, and bounds on time and size.

use std::time::Duration;

use ureq::Agent;
use ureq::tls::{RootCerts, TlsConfig};

/// How often a request is made before it has failed.
const TRIES: usize = 4;

/// A larger answer is refused.
const LARGEST: u64 = 128 << 20;

/// The client.
pub(super) struct Web {
    public: Agent,
    /// For a server on this machine: no proxy, no encryption, no other place that it sends to.
    own: Agent,
}

/// Why there is no answer.
#[derive(Debug)]
pub(super) enum WebProblem {
    NotFound,
    Other(String),
}

impl Web {
    pub(super) fn new() -> Self {
        let config = || {
            Agent::config_builder()
                .http_status_as_error(false)
                .user_agent(concat!("cadet/", env!("CARGO_PKG_VERSION")))
                .timeout_connect(Some(Duration::from_secs(10)))
                .timeout_recv_response(Some(Duration::from_secs(30)))
                .timeout_recv_body(Some(Duration::from_secs(300)))
        };
        let machine = TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build();
        let public = config().https_only(true).max_redirects(5).tls_config(machine);
        let own = config().proxy(None).max_redirects(0);
        Self { public: public.build().new_agent(), own: own.build().new_agent() }
    }

    /// Fetches `url`. What may pass is tried again.
    ///
    /// # Errors
    /// When the address is not HTTPS, there is nothing there, or it cannot be had.
    pub(super) fn get(&self, url: &str) -> Result<Vec<u8>, WebProblem> {
        let agent = match url {
            _ if url.starts_with("https://") => &self.public,
            _ if is_own(url) => &self.own,
            _ => return Err(WebProblem::Other("only https:// addresses are fetched".to_owned())),
        };
        let mut left = TRIES;
        loop {
            left -= 1;
            match once(agent, url) {
                Err((_, true)) if left > 0 => std::thread::sleep(Duration::from_secs(1)),
                answer => return answer.map_err(|(problem, _)| problem),
            }
        }
    }
}

/// Whether an address without encryption is on this machine.
fn is_own(url: &str) -> bool {
    let Some(rest) = url.strip_prefix("http://") else { return false };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    ["127.0.0.1", "localhost", "[::1]"].contains(&name)
}

/// One request; with a problem, whether it may pass.
fn once(agent: &Agent, url: &str) -> Result<Vec<u8>, (WebProblem, bool)> {
    let failed = |error: ureq::Error| {
        let passes = matches!(error, ureq::Error::Io(_) | ureq::Error::Timeout(_) | ureq::Error::ConnectionFailed);
        (WebProblem::Other(error.to_string()), passes)
    };
    let mut answer = agent.get(url).call().map_err(failed)?;
    match answer.status().as_u16() {
        200 => answer.body_mut().with_config().limit(LARGEST).read_to_vec().map_err(failed),
        404 => Err((WebProblem::NotFound, false)),
        status => Err((WebProblem::Other(format!("the server answered {status}")), status == 429 || status >= 500)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_asked_without_encryption() {
        for url in ["http://127.0.0.1:80/x", "http://localhost/x", "http://[::1]:1"] {
            assert!(is_own(url), "{url}");
        }
        for url in
            ["http://127.0.0.1.evil.com/", "http://127.0.0.1@evil.com/", "http://evil.com/127.0.0.1", "ftp://localhost"]
        {
            assert!(!is_own(url), "{url}");
        }
    }
}
