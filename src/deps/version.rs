//! Versions and what was asked for in, the version to install out. Behaviour: `dbt_common.semver`.
//!
//! dbt compares more than versions: which of two bounds is the narrower is the same comparison, and a prerelease of
//! the version that a `<` names does not fulfil it. Both are kept, so that both choose the same.

use std::cmp::Ordering;
use std::fmt;
use std::sync::LazyLock;

use regex::Regex;

/// How a version bounds others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Matcher {
    Exact,
    Above,
    AtLeast,
    Below,
    AtMost,
}

/// A version, or a bound: `1.3.0`, `>=1.0.0`, `<2.0.0-rc1`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Version {
    matcher: Matcher,
    numbers: [u64; 3],
    prerelease: String,
    build: String,
}

static PATTERN: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let number = r"(0|[1-9]\d*)";
    let part = r"(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)";
    let build = "[0-9A-Za-z-]*";
    let pattern = format!(
        r"^(>=|>|<=|<|=)?{number}\.{number}\.{number}(?:-?({part}(?:\.{part})*))?(?:\+({build}(?:\.{build})*))?$"
    );
    Regex::new(&pattern).ok()
});

impl Version {
    /// Reads a version with or without a bound before it; there may be no blank between the two.
    pub(super) fn read(text: &str) -> Option<Self> {
        let found = PATTERN.as_ref()?.captures(text)?;
        let part = |index: usize| found.get(index).map_or("", |part| part.as_str());
        let number = |index: usize| part(index).parse().ok();
        Some(Self {
            matcher: match part(1) {
                ">" => Matcher::Above,
                ">=" => Matcher::AtLeast,
                "<" => Matcher::Below,
                "<=" => Matcher::AtMost,
                _ => Matcher::Exact,
            },
            numbers: [number(2)?, number(3)?, number(4)?],
            prerelease: part(5).to_owned(),
            build: part(6).to_owned(),
        })
    }

    /// Whether it is an alpha, a beta or a release candidate.
    pub(super) fn is_prerelease(&self) -> bool {
        !self.prerelease.is_empty()
    }

    /// One version, not a bound.
    pub(super) fn is_exact(&self) -> bool {
        self.matcher == Matcher::Exact
    }

    fn is_lower(&self) -> bool {
        matches!(self.matcher, Matcher::Above | Matcher::AtLeast)
    }

    fn is_upper(&self) -> bool {
        matches!(self.matcher, Matcher::Below | Matcher::AtMost)
    }

    /// The order of two versions or bounds. It is not the same both ways round: see the module.
    fn compare(&self, other: &Self) -> Ordering {
        self.numbers.cmp(&other.numbers).then_with(|| self.compare_prerelease(other)).then_with(|| self.narrower(other))
    }

    fn compare_prerelease(&self, other: &Self) -> Ordering {
        match (self.is_prerelease(), other.is_prerelease()) {
            (false, false) => Ordering::Equal,
            (false, true) if self.matcher == Matcher::Below => Ordering::Less,
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
            (true, true) => natural(&self.prerelease, &other.prerelease),
        }
    }

    /// The order of two bounds at one version.
    fn narrower(&self, other: &Self) -> Ordering {
        match (self.matcher, other.matcher) {
            (Matcher::AtLeast, Matcher::AtMost) | (Matcher::AtMost, Matcher::AtLeast) => Ordering::Equal,
            (Matcher::Below, Matcher::AtMost) | (Matcher::AtLeast, Matcher::Above) => Ordering::Less,
            (Matcher::AtMost, Matcher::Below) | (Matcher::Above, Matcher::AtLeast) => Ordering::Greater,
            _ if self.is_upper() && other.is_lower() => Ordering::Less,
            _ if self.is_lower() && other.is_upper() => Ordering::Greater,
            _ => Ordering::Equal,
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [major, minor, patch] = self.numbers;
        let matcher = match self.matcher {
            Matcher::Exact => "",
            Matcher::Above => ">",
            Matcher::AtLeast => ">=",
            Matcher::Below => "<",
            Matcher::AtMost => "<=",
        };
        write!(out, "{matcher}{major}.{minor}.{patch}")?;
        if self.is_prerelease() {
            write!(out, "-{}", self.prerelease)?;
        }
        if !self.build.is_empty() {
            write!(out, "+{}", self.build)?;
        }
        Ok(())
    }
}

/// Prereleases part by part: numbers by value and before words. Where one begins with the other, the shorter is first.
fn natural(left: &str, right: &str) -> Ordering {
    let number = |part: &str| part.parse::<u128>().ok();
    let parts = left.split('.').zip(right.split('.'));
    let by_parts = parts.map(|(left, right)| match (number(left), number(right)) {
        (Some(left), Some(right)) => left.cmp(&right),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => left.cmp(right),
    });
    by_parts.fold(Ordering::Equal, Ordering::then).then(left.len().cmp(&right.len()))
}

/// What several bounds leave: from a lower bound to an upper one, or one version.
#[derive(Debug, Clone)]
struct Range {
    start: Option<Version>,
    end: Option<Version>,
}

impl Range {
    fn of(version: &Version) -> Self {
        let bound = |holds: bool| holds.then(|| version.clone());
        Self { start: bound(!version.is_upper()), end: bound(!version.is_lower()) }
    }

    /// What both ranges hold, or nothing.
    fn and(self, other: Self) -> Option<Self> {
        let range = match (&self.start, &other.start) {
            (Some(ours), Some(theirs)) if ours.is_exact() && theirs.is_exact() => {
                let same = (ours.compare(theirs) == Ordering::Equal).then(|| ours.clone())?;
                Self { start: Some(same.clone()), end: Some(same) }
            }
            _ => Self {
                start: combined(self.start, other.start, Ordering::Less, Matcher::AtLeast)?,
                end: combined(self.end, other.end, Ordering::Greater, Matcher::AtMost)?,
            },
        };
        let is_empty = match (&range.start, &range.end) {
            (Some(start), Some(end)) => start.compare(end) == Ordering::Greater,
            _ => false,
        };
        (!is_empty).then_some(range)
    }
}

/// The narrower of two bounds of one side. A wider one is `wider` than the other; `including` may equal a version.
fn combined(
    ours: Option<Version>,
    theirs: Option<Version>,
    wider: Ordering,
    including: Matcher,
) -> Option<Option<Version>> {
    let (ours, theirs) = match (ours, theirs) {
        (Some(ours), Some(theirs)) => (ours, theirs),
        (one, other) => return Some(one.or(other)),
    };
    let (bound, exact) = match (ours.is_exact(), theirs.is_exact()) {
        (false, false) => return Some(Some(if ours.compare(&theirs) == wider { theirs } else { ours })),
        (true, _) => (theirs, ours),
        (false, true) => (ours, theirs),
    };
    let order = bound.compare(&exact);
    let fits = order == wider || (order == Ordering::Equal && bound.matcher == including);
    fits.then_some(Some(exact))
}

/// Everything at once; dbt begins with the last.
fn reduced(versions: &[Version]) -> Option<Range> {
    let Some((last, others)) = versions.split_last() else { return Some(Range { start: None, end: None }) };
    others.iter().try_fold(Range::of(last), |range, version| range.and(Range::of(version)))
}

/// Whether any version can fulfil all of it.
pub(super) fn can_be_met(wanted: &[Version]) -> bool {
    reduced(wanted).is_some()
}

/// Whether one version fulfils all of it.
pub(super) fn fulfils(version: &Version, wanted: &[Version]) -> bool {
    let all: Vec<Version> = std::iter::once(version).chain(wanted).cloned().collect();
    reduced(&all).is_some()
}

/// The versions that may be installed, oldest first. Prereleases only when they are wanted.
pub(super) fn installable(available: &[String], prereleases: bool) -> Vec<String> {
    let read = available.iter().filter_map(|text| Some((Version::read(text)?, text)));
    let mut kept: Vec<_> =
        read.filter(|(version, _)| version.is_exact() && (prereleases || !version.is_prerelease())).collect();
    kept.sort_by(|(left, _), (right, _)| left.compare(right));
    kept.into_iter().map(|(_, text)| text.clone()).collect()
}

/// The newest of `installable` that fulfils all that is wanted.
pub(super) fn newest<'v>(installable: &'v [String], wanted: &[Version]) -> Option<&'v str> {
    let range = reduced(wanted)?;
    let bounds: Vec<Version> = [range.start, range.end].into_iter().flatten().collect();
    let mut newest: Option<(Version, &str)> = None;
    for text in installable {
        let Some(version) = Version::read(text).filter(|version| fulfils(version, &bounds)) else { continue };
        if newest.as_ref().is_none_or(|(newest, _)| newest.compare(&version) == Ordering::Less) {
            newest = Some((version, text));
        }
    }
    newest.map(|(_, text)| text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const AVAILABLE: &[&str] = &["0.9.0", "1.0.0", "1.2.0", "1.10.0", "2.0.0-rc1", "2.0.0-rc.2", "2.0.0", "2.1.0b1"];

    fn chosen(wanted: &[&str], prereleases: bool) -> Option<String> {
        let available: Vec<String> = AVAILABLE.iter().map(|&text| text.to_owned()).collect();
        let wanted: Vec<Version> = wanted.iter().map(|text| Version::read(text).unwrap()).collect();
        let found = newest(&installable(&available, prereleases), &wanted).map(str::to_owned);
        found.filter(|_| can_be_met(&wanted))
    }

    #[test]
    fn the_newest_that_fits_is_chosen() {
        let cases: &[(&[&str], bool, Option<&str>)] = &[
            (&[], false, Some("2.0.0")),
            (&["1.0.0"], false, Some("1.0.0")),
            (&["=1.0.0"], false, Some("1.0.0")),
            (&[">=1.0.0", "<2.0.0"], false, Some("1.10.0")),
            (&[">1.0.0", "<=1.2.0"], false, Some("1.2.0")),
            (&["<1.0.0"], false, Some("0.9.0")),
            (&[">=3.0.0"], false, None),
            (&["1.0.0", "1.2.0"], false, None),
            (&["1.0.0", ">=1.0.0"], false, Some("1.0.0")),
            (&["1.0.0", ">1.0.0"], false, None),
            (&[">=1.0.0"], true, Some("2.1.0b1")),
            // A prerelease of what `<` names is not below it.
            (&[">=1.0.0", "<2.0.0"], true, Some("1.10.0")),
            (&["2.0.0-rc1"], true, Some("2.0.0-rc1")),
        ];
        for (wanted, prereleases, expected) in cases {
            assert_eq!(chosen(wanted, *prereleases).as_deref(), *expected, "{wanted:?} {prereleases}");
        }
    }

    #[test]
    fn what_is_no_version_is_not_read() {
        for text in ["1.0", "1", "v1.0.0", ">= 1.0.0", ">=1.0.0,<2.0.0", "~1.0.0", "", "1.0.0 "] {
            assert!(Version::read(text).is_none(), "{text:?}");
        }
        for text in ["1.0.0", "<=1.2.3-beta.1+build.5", ">=0.0.1"] {
            assert_eq!(Version::read(text).unwrap().to_string(), text);
        }
    }
}
