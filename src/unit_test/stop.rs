//! Why a unit test was not run: something is wrong, or something is not known or not there on this machine.

use super::columns::Untyped;
use crate::finding::{Finding, Level, Place};
use crate::jinja::render::RenderProblem;
use crate::project::Node;
use crate::project::fixture_place::Places;

/// The rule under which a unit test is shown on its file.
pub const RULE: &str = "deploy/unit-test";

/// Why a unit test has no result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop {
    /// It or its model must be put right.
    Wrong(Box<Finding>),
    /// It can be neither right nor wrong here.
    NotHere { message: String, finding: Option<Box<Finding>> },
}

impl Stop {
    /// Something is wrong, with its place and the way out.
    pub(super) fn wrong(message: impl Into<String>, place: Place, help: impl Into<String>) -> Self {
        Self::Wrong(Box::new(Finding::new(RULE, Level::Error, message, place).help(help)))
    }

    /// The model, or a macro that it calls, cannot be rendered.
    pub(super) fn render(problem: RenderProblem) -> Self {
        Self::Wrong(Box::new(problem.finding()))
    }

    /// What reading the project has told already.
    pub(super) fn unread() -> Self {
        Self::NotHere { message: "not run: fix what is wrong with it first".to_owned(), finding: None }
    }

    /// The types of an input's columns are not known.
    pub(super) fn untyped(untyped: &Untyped, test: &Node, places: &Places<'_>) -> Self {
        let message = format!("the unit test `{}` was not run: {}", test.name, untyped.message);
        let mut finding = Finding::new(RULE, Level::Warning, message, places.test()).help(untyped.help.clone());
        finding.related.push((untyped.place.clone(), String::new()));
        Self::NotHere { message: "not run: a column has no known type".to_owned(), finding: Some(Box::new(finding)) }
    }
}
