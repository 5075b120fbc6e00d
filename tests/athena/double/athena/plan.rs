//! How long statements take, and which of them fail.

use std::time::Duration;

use super::query::Failed;

/// When a statement's effect happens, and how it ends.
#[derive(Debug, Clone, Default)]
pub struct Course {
    /// How long it is queued.
    pub queued: Duration,
    /// How long it runs; its effect is at the end of that.
    pub runs: Duration,
    /// Ends at this poll instead, whatever the clock says.
    pub polls: Option<u32>,
    pub fails: Option<Failed>,
    /// A statement that fails or is stopped leaves the files that it has written, as Athena's do.
    pub leaves_files: bool,
    /// A statement that fails has had its effect nevertheless.
    pub has_effect: bool,
    /// For so many statements; for all, if there is nothing.
    pub times: Option<u32>,
}

impl Course {
    /// Runs for so long.
    pub fn runs(time: Duration) -> Self {
        Self { runs: time, ..Self::default() }
    }

    /// Ends at this poll of its state, counted from 1.
    pub fn ends_at_poll(poll: u32) -> Self {
        Self { polls: Some(poll), ..Self::default() }
    }

    pub fn fails(error: Failed) -> Self {
        Self { fails: Some(error), ..Self::default() }
    }

    #[must_use]
    pub fn leaving_files(mut self) -> Self {
        self.leaves_files = true;
        self
    }

    #[must_use]
    pub fn after_its_effect(mut self) -> Self {
        self.has_effect = true;
        self
    }

    #[must_use]
    pub fn queued(mut self, time: Duration) -> Self {
        self.queued = time;
        self
    }

    #[must_use]
    pub fn times(mut self, times: u32) -> Self {
        self.times = Some(times);
        self
    }

    /// Whether it ends before its start is answered.
    pub fn is_instant(&self) -> bool {
        self.polls.is_none() && self.queued.is_zero() && self.runs.is_zero()
    }
}

/// The courses of statements that hold certain words. The last that fits is taken.
#[derive(Debug, Default)]
pub struct Courses {
    known: Vec<(String, Course)>,
}

impl Courses {
    /// For statements that hold these words, with one space between any two; for all if there are none.
    pub fn add(&mut self, words: &str, course: Course) {
        self.known.push((words.to_lowercase(), course));
    }

    pub fn clear(&mut self) {
        self.known.clear();
    }

    /// The course of this statement.
    pub fn take(&mut self, sql: &str) -> Course {
        let sql = sql.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ");
        let fits = |(words, course): &&mut (String, Course)| sql.contains(words.as_str()) && course.times != Some(0);
        let Some((_, course)) = self.known.iter_mut().rev().find(fits) else { return Course::default() };
        course.times = course.times.map(|times| times - 1);
        course.clone()
    }
}
