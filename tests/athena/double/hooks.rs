//! What a test does at a moment of a call: kill the caller, look at the tables.

use std::sync::Arc;

use super::World;
use super::call::Call;

/// A moment of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// The call has arrived and has had no effect.
    Before,
    /// It has had its effect, and nothing is sent back yet.
    InsteadOfReply,
    /// The reply has been handed to the network.
    AfterReply,
}

pub type Once = Box<dyn FnOnce(&World) + Send>;
pub type Always = Arc<dyn Fn(&World, &Call) + Send + Sync>;

/// What is to be done, and when.
#[derive(Default)]
pub struct Hooks {
    once: Vec<(usize, Moment, Once)>,
    always: Vec<(Moment, Always)>,
}

impl Hooks {
    pub fn once(&mut self, number: usize, moment: Moment, hook: Once) {
        self.once.push((number, moment, hook));
    }

    pub fn always(&mut self, moment: Moment, hook: Always) {
        self.always.push((moment, hook));
    }

    pub fn clear(&mut self) {
        self.once.clear();
        self.always.clear();
    }

    /// What is to be done at this moment of the call with this number.
    pub fn take(&mut self, number: usize, moment: Moment) -> (Vec<Once>, Vec<Always>) {
        let (due, rest) = std::mem::take(&mut self.once)
            .into_iter()
            .partition::<Vec<_>, _>(|hook| (hook.0, hook.1) == (number, moment));
        self.once = rest;
        let always = self.always.iter().filter(|(at, _)| *at == moment).map(|(_, hook)| Arc::clone(hook));
        (due.into_iter().map(|(_, _, hook)| hook).collect(), always.collect())
    }
}
