//! What could not be read, or does not fit together.

use crate::finding::Place;
use crate::guard::Blame;

/// What kind of problem it is; each kind is told by one rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ProblemKind {
    /// A file that is a link, not UTF-8, or cannot be opened.
    UnreadableFile,
    /// YAML that does not parse.
    YamlSyntax,
    /// YAML that parses but says something that dbt does not take.
    Properties,
    /// Properties of a model, seed or macro that does not exist.
    Orphan,
    /// A key that dbt does not know.
    UnknownKey,
    /// A key that stands twice.
    DuplicateKey,
    /// Jinja that cannot be read or rendered.
    Jinja,
    /// `ref` or `source` that leads nowhere.
    UnresolvedReference,
    /// A test of what is not there, which dbt leaves out with a warning.
    LostTest,
    /// A `ref` to a model that is not for everyone.
    Access,
    /// Two resources with one name.
    DuplicateName,
    /// A model and a seed or snapshot with one name, which dbt still takes.
    SharedName,
    /// Two nodes with one relation.
    AmbiguousRelation,
    /// Models that depend on each other in a circle.
    Cycle,
}

/// A problem with its place, its words and its way out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub kind: ProblemKind,
    pub message: String,
    pub place: Place,
    pub related: Vec<(Place, String)>,
    pub help: Option<String>,
}

impl Problem {
    /// A problem with a place and nothing more.
    pub fn new(kind: ProblemKind, message: impl Into<String>, place: Place) -> Self {
        Self { kind, message: message.into(), place, related: Vec::new(), help: None }
    }

    /// A file whose reading ended an earlier process, and so is left out.
    pub fn left_out(kind: ProblemKind, blame: &Blame) -> Self {
        Self::new(kind, blame.message(), Place::file(blame.path.as_str())).help(blame.help())
    }

    /// Says how to fix it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Shows another place that belongs to it.
    #[must_use]
    pub fn related(mut self, place: Place, words: impl Into<String>) -> Self {
        self.related.push((place, words.into()));
        self
    }
}

/// The known name that is most like `wanted`, when one is near enough to be meant.
pub fn did_you_mean<'a>(wanted: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // A database that both share says nothing: what follows it must be alike.
    let database = wanted.split_once("__").map_or("", |(database, _)| database);
    let table = |name: &str| name.strip_prefix(database).unwrap_or(name).to_lowercase();
    let own = table(wanted);
    let near = known
        .into_iter()
        .filter(|name| *name != wanted)
        .map(|name| (strsim::damerau_levenshtein(&own, &table(name)), name));
    let (distance, name) = near.min_by_key(|(distance, name)| (*distance, *name))?;
    (distance <= (own.chars().count() / 3).max(1)).then_some(name)
}
