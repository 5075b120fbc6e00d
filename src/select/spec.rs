//! A selector taken apart: what it looks for, how far it reaches, and how several of them combine.
//!
//! Behaviour: `dbt.graph.selector_spec` and `dbt.graph.cli`.

use serde_json::Value;

use super::SelectError;
use crate::project::problem::did_you_mean;

/// The method of a value that stands without one.
pub(super) fn guess(value: &str) -> &'static str {
    Method::guess(value).name()
}

/// What a selector looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    Fqn,
    Tag,
    Group,
    Access,
    Source,
    Path,
    File,
    Package,
    Config,
    TestName,
    TestType,
    ResourceType,
    State,
    Exposure,
    Metric,
    Result,
    SourceStatus,
    Version,
    SemanticModel,
    SavedQuery,
    UnitTest,
}

const METHODS: &[(&str, Method)] = &[
    ("fqn", Method::Fqn),
    ("tag", Method::Tag),
    ("group", Method::Group),
    ("access", Method::Access),
    ("source", Method::Source),
    ("path", Method::Path),
    ("file", Method::File),
    ("package", Method::Package),
    ("config", Method::Config),
    ("test_name", Method::TestName),
    ("test_type", Method::TestType),
    ("resource_type", Method::ResourceType),
    ("state", Method::State),
    ("exposure", Method::Exposure),
    ("metric", Method::Metric),
    ("result", Method::Result),
    ("source_status", Method::SourceStatus),
    ("version", Method::Version),
    ("semantic_model", Method::SemanticModel),
    ("saved_query", Method::SavedQuery),
    ("unit_test", Method::UnitTest),
];

impl Method {
    /// The method of this name in `selector`, and its arguments: what follows it after dots.
    pub(super) fn parse(written: &str, selector: &str) -> Result<(Self, Vec<String>), SelectError> {
        let mut parts = written.split('.');
        let name = parts.next().unwrap_or_default();
        let Some((_, method)) = METHODS.iter().find(|(known, _)| *known == name) else {
            let message = format!("the selector `{selector}` uses the method `{name}:`, which does not exist");
            let names = || METHODS.iter().map(|(known, _)| *known);
            let advice = match did_you_mean(name, names()) {
                _ if name == "selector" => "name a selector of selectors.yml with --selector".to_owned(),
                Some(near) => format!("did you mean `{near}:`?"),
                None => format!("the methods are {}", names().collect::<Vec<_>>().join(", ")),
            };
            return Err(SelectError::new(message, advice));
        };
        Ok((*method, parts.map(str::to_owned).collect()))
    }

    /// What a value without a method is taken for: a path, a file or a name.
    fn guess(value: &str) -> Self {
        let lower = value.to_lowercase();
        if value.contains('/') {
            Self::Path
        } else if [".sql", ".py", ".csv"].iter().any(|ending| lower.ends_with(ending)) {
            Self::File
        } else {
            Self::Fqn
        }
    }

    /// The name in front of the `:`.
    pub(super) fn name(self) -> &'static str {
        METHODS.iter().find(|(_, method)| *method == self).map_or("", |(name, _)| name)
    }
}

/// Which tests come with what is selected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Indirect {
    /// A test comes when any of its parents is selected
    #[default]
    Eager,
    /// A test comes when all of its parents are selected
    Cautious,
    /// A test comes when all of its parents are selected, or are parents of what is selected
    Buildable,
    /// No test comes that is not selected itself
    Empty,
}

impl Indirect {
    /// The mode of this name.
    pub(super) fn named(name: &str) -> Option<Self> {
        let all = [
            ("eager", Self::Eager),
            ("cautious", Self::Cautious),
            ("buildable", Self::Buildable),
            ("empty", Self::Empty),
        ];
        all.into_iter().find(|(known, _)| *known == name).map(|(_, mode)| mode)
    }
}

/// One selector: what it matches, and how far up and down the graph it reaches.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Criterion {
    /// As it was written, for messages.
    pub(super) raw: String,
    pub(super) method: Method,
    pub(super) arguments: Vec<String>,
    /// Text on the command line; in `selectors.yml` it may be a number or a bool.
    pub(super) value: Value,
    /// `@`: the children, and all that they need.
    pub(super) childrens_parents: bool,
    pub(super) parents: Option<Reach>,
    pub(super) children: Option<Reach>,
    pub(super) indirect: Indirect,
}

/// How many steps away; nothing for all of them.
pub(super) type Reach = Option<usize>;

/// How the parts of a group combine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Combine {
    Union,
    Intersection,
    /// The first without the others.
    Difference,
}

/// A whole selection.
#[derive(Debug, Clone, PartialEq)]
pub struct Spec(pub(super) Part);

/// A part of a selection.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Part {
    One(Box<Criterion>),
    Group(Group),
}

/// Parts that combine.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Group {
    pub(super) combine: Combine,
    pub(super) parts: Vec<Part>,
    pub(super) indirect: Indirect,
    /// The word on the command line, of which it is told when it matches nothing.
    pub(super) word: Option<String>,
}

impl Group {
    /// A group of `selectors.yml`, where each selector says itself which tests come with it.
    pub(super) fn part(combine: Combine, parts: Vec<Part>) -> Part {
        Part::Group(Self { combine, parts, indirect: Indirect::Eager, word: None })
    }
}

impl Part {
    fn any(&self, is_it: &impl Fn(&Criterion) -> bool) -> bool {
        match self {
            Self::One(criterion) => is_it(criterion),
            Self::Group(group) => group.parts.iter().any(|part| part.any(is_it)),
        }
    }
}

impl Spec {
    /// Whether another state of the project must be read to know what is meant.
    pub fn compares(&self) -> bool {
        self.0.any(&|criterion| criterion.method == Method::State)
    }

    /// Whether the results of an earlier run must be read.
    pub fn reads_results(&self) -> bool {
        self.0.any(&|criterion| matches!(criterion.method, Method::Result | Method::SourceStatus))
    }
}

/// What is selected when nothing is said.
const EVERYTHING: &[&str] = &["fqn:*", "source:*", "exposure:*", "metric:*", "semantic_model:*"];

/// The selection of `--select` and `--exclude`.
pub(super) fn difference(select: &[String], exclude: &[String], indirect: Indirect) -> Result<Spec, SelectError> {
    let everything: Vec<String> = EVERYTHING.iter().map(|word| (*word).to_owned()).collect();
    let taken = if select.is_empty() { union(&everything, false, indirect)? } else { union(select, true, indirect)? };
    Ok(Spec(Group::part(Combine::Difference, vec![taken, union(exclude, true, indirect)?])))
}

/// Words with a blank between them add up, with a comma they intersect.
fn union(words: &[String], is_told: bool, indirect: Indirect) -> Result<Part, SelectError> {
    let group = |combine, parts, word| Part::Group(Group { combine, parts, indirect, word });
    let words = words.iter().flat_map(|words| words.split(' '));
    let parts = words.map(|word| {
        let parts: Result<Vec<Part>, SelectError> = word.split(',').map(|part| parse(part, indirect)).collect();
        Ok(group(Combine::Intersection, parts?, is_told.then(|| word.to_owned())))
    });
    let parts: Result<Vec<Part>, SelectError> = parts.collect();
    Ok(group(Combine::Union, parts?, None))
}

/// What the operators around a value say.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Word<'w> {
    pub(super) childrens_parents: bool,
    /// The digits before a leading `+`.
    pub(super) parents: Option<&'w str>,
    pub(super) method: Option<&'w str>,
    pub(super) value: &'w str,
    /// The digits after a trailing `+`.
    pub(super) children: Option<&'w str>,
}

/// Takes a word apart; what is no operator belongs to the value.
pub(super) fn take_apart(word: &str) -> Word<'_> {
    let is_depth = |text: &&str| text.chars().all(|c| c.is_ascii_digit());
    let mut parts = Word { value: word, ..Word::default() };
    if let Some(rest) = parts.value.strip_prefix('@') {
        (parts.childrens_parents, parts.value) = (true, rest);
    }
    if let Some((depth, rest)) = parts.value.split_once('+').filter(|(depth, _)| is_depth(depth)) {
        (parts.parents, parts.value) = (Some(depth), rest);
    }
    let is_method = |text: &&str| !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '.');
    if let Some((method, rest)) = parts.value.split_once(':').filter(|(method, _)| is_method(method)) {
        (parts.method, parts.value) = (Some(method), rest);
    }
    if let Some((rest, depth)) = parts.value.rsplit_once('+').filter(|(_, depth)| is_depth(depth)) {
        (parts.children, parts.value) = (Some(depth), rest);
    }
    parts
}

/// One selector of the command line, or a text of `selectors.yml`.
pub(super) fn parse(raw: &str, indirect: Indirect) -> Result<Part, SelectError> {
    let word = take_apart(raw);
    let (method, arguments) = match word.method {
        Some(method) => Method::parse(method, raw)?,
        None => (Method::guess(word.value), Vec::new()),
    };
    // Nothing, or too many digits: all steps.
    let reach = |digits: &str| digits.parse().ok();
    let criterion = Criterion {
        raw: raw.to_owned(),
        method,
        arguments,
        value: word.value.into(),
        childrens_parents: word.childrens_parents,
        parents: word.parents.map(reach),
        children: word.children.map(reach),
        indirect,
    };
    criterion.checked()
}

impl Criterion {
    /// # Errors
    /// `@` and a trailing `+` ask for two different things.
    pub(super) fn checked(self) -> Result<Part, SelectError> {
        if self.childrens_parents && self.children.is_some() {
            let message = format!("the selector `{}` has both `@` before and `+` after its name", self.raw);
            return Err(SelectError::new(message, "`@` selects the children already, with all that they need"));
        }
        Ok(Part::One(Box::new(self)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_taken_apart() {
        let parts = |word| {
            let parts = take_apart(word);
            (parts.childrens_parents, parts.parents, parts.method, parts.value, parts.children)
        };
        assert_eq!(parts("2+tag:daily+"), (false, Some("2"), Some("tag"), "daily", Some("")));
        assert_eq!(parts("a__b"), (false, None, None, "a__b", None));
        assert_eq!(parts("@state:modified.body"), (true, None, Some("state"), "modified.body", None));
        assert_eq!(parts("a+b"), (false, None, None, "a+b", None));
        assert_eq!(parts("a++"), (false, None, None, "a+", Some("")));
        assert_eq!(parts("+"), (false, Some(""), None, "", None));
        assert_eq!(parts("-1+a"), (false, None, None, "-1+a", None));
        assert_eq!(parts("tag:a:b"), (false, None, Some("tag"), "a:b", None));
        assert_eq!(parts("a/b:c"), (false, None, None, "a/b:c", None));
    }

    #[test]
    fn a_value_without_a_method_is_a_path_a_file_or_a_name() {
        assert_eq!(Method::guess("models/a"), Method::Path);
        assert_eq!(Method::guess("a.SQL"), Method::File);
        assert_eq!(Method::guess("a.b"), Method::Fqn);
    }

    #[test]
    fn the_children_are_asked_for_once() {
        assert!(parse("@a+", Indirect::Eager).is_err_and(|error| error.message.contains("`@a+`")));
    }
}
