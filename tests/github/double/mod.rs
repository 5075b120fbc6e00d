//! A double of GitHub's API: it keeps comments, check runs, reviews and deployments, holds every request and every answer
//! against GitHub's own description of its API, and fails where it is told to.

mod calls;
#[path = "../../athena/double/http.rs"]
#[allow(dead_code, unreachable_pub, reason = "the double of AWS needs more of it")]
mod http;
mod openapi;
mod server;
mod world;

pub(crate) use calls::Call;
pub(crate) use world::{Comment, Fault, How, State};

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::runtime::Runtime;

use world::World;

/// The account whose token cadet is given.
pub(crate) const BOT: u64 = 41_898_282;

/// A listening double. What was wrong about a request fails the test when it is dropped.
pub(crate) struct Double {
    world: Arc<World>,
    address: SocketAddr,
    _runtime: Runtime,
}

impl Double {
    /// A repository with one pull request that ends in `head`.
    pub(crate) fn new(head: &str) -> Self {
        openapi::warm();
        let world = Arc::new(World::new(head));
        let (runtime, address) = server::listen(&world);
        Self { world, address, _runtime: runtime }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Looks at, or changes, what it holds.
    pub(crate) fn state<T>(&self, look: impl FnOnce(&mut State) -> T) -> T {
        look(&mut self.world.lock())
    }

    /// From here on calls of `method` whose path holds `path` end so, so many times.
    pub(crate) fn fail(&self, (method, path): (&'static str, &'static str), how: How, times: usize) {
        self.state(|state| state.faults.push(Fault { method, path, how, times }));
    }

    /// The comment, of which there is one.
    pub(crate) fn comment(&self) -> String {
        self.state(|state| {
            let own: Vec<&Comment> = state.comments.iter().filter(|comment| comment.author == BOT).collect();
            let [comment] = own.as_slice() else { panic!("{} comments instead of one", own.len()) };
            comment.body.clone()
        })
    }

    /// How many calls of `method` had `path` in them.
    pub(crate) fn count(&self, method: &str, path: &str) -> usize {
        let is_it = |call: &&Call| call.method == method && call.path.contains(path);
        self.state(|state| state.calls.iter().filter(is_it).count())
    }
}

impl Drop for Double {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let wrong = self.state(|state| std::mem::take(&mut state.wrong));
            assert!(wrong.is_empty(), "not as GitHub describes its API:\n{}", wrong.join("\n"));
        }
    }
}
