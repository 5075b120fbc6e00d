//! Patterns for names and for paths. Behaviour: Python's `fnmatch` and `Path.glob`.

/// A piece of a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    /// `*`
    Any,
    /// `?`
    One,
    Char(char),
    /// `[a-c]`, or `[!a-c]` for everything else.
    Set {
        ranges: Vec<(char, char)>,
        is_negated: bool,
    },
}

/// A pattern for whole names, ready to be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Glob {
    pieces: Vec<Piece>,
}

/// Whether a text is a pattern and not a plain name.
pub(super) fn is_pattern(text: &str) -> bool {
    text.contains(['*', '?', '[', ']'])
}

impl Glob {
    pub(super) fn new(pattern: &str) -> Self {
        let chars: Vec<char> = pattern.chars().collect();
        let (mut pieces, mut at) = (Vec::new(), 0);
        while let Some(c) = chars.get(at) {
            at += 1;
            pieces.push(match c {
                '*' => Piece::Any,
                '?' => Piece::One,
                '[' => match set(&chars, at) {
                    Some((piece, end)) => {
                        at = end;
                        piece
                    }
                    None => Piece::Char('['),
                },
                c => Piece::Char(*c),
            });
        }
        Self { pieces }
    }

    /// Whether the pattern is that of the whole `text`.
    pub(super) fn matches(&self, text: &str) -> bool {
        let (mut rest, mut at) = (text.chars(), 0);
        // Where to go on when the last `*` must take one character more.
        let mut star: Option<(usize, std::str::Chars<'_>)> = None;
        loop {
            let before = rest.clone();
            let next = rest.next();
            match (self.pieces.get(at), next) {
                (Some(Piece::Any), _) => {
                    star = Some((at + 1, before.clone()));
                    (rest, at) = (before, at + 1);
                    continue;
                }
                (Some(piece), Some(c)) if piece.is(c) => {
                    at += 1;
                    continue;
                }
                (None, None) => return true,
                _ => {}
            }
            let Some((after, taken)) = &mut star else { return false };
            if taken.next().is_none() {
                return false;
            }
            (rest, at) = (taken.clone(), *after);
        }
    }
}

impl Piece {
    fn is(&self, c: char) -> bool {
        match self {
            Self::Any => false,
            Self::One => true,
            Self::Char(known) => *known == c,
            Self::Set { ranges, is_negated } => {
                ranges.iter().any(|(from, to)| (*from..=*to).contains(&c)) != *is_negated
            }
        }
    }
}

/// The set that begins after a `[`, and where it ends; nothing when it never ends.
fn set(chars: &[char], start: usize) -> Option<(Piece, usize)> {
    let is_negated = chars.get(start) == Some(&'!');
    let first = start + usize::from(is_negated);
    // A `]` that stands first is one of the characters.
    let end = (first + 1..chars.len()).find(|at| chars[*at] == ']');
    let end = end.filter(|_| first < chars.len())?;
    let (mut ranges, mut at) = (Vec::new(), first);
    while at < end {
        if at + 2 < end && chars[at + 1] == '-' {
            ranges.push((chars[at], chars[at + 2]));
            at += 3;
        } else {
            ranges.push((chars[at], chars[at]));
            at += 1;
        }
    }
    Some((Piece::Set { ranges, is_negated }, end + 1))
}

/// A pattern for paths: `**` stands for folders at any depth.
pub(super) struct PathGlob {
    steps: Vec<Step>,
    /// It ends in `/`, and so means folders only.
    is_folder: bool,
}

enum Step {
    /// `**`
    Folders,
    Name(Glob),
}

impl PathGlob {
    /// # Errors
    /// Why the pattern means nothing.
    pub(super) fn new(pattern: &str) -> Result<Self, &'static str> {
        if pattern.starts_with('/') {
            return Err("a path begins in the project's folder, without a `/`");
        }
        let names: Vec<&str> = pattern.split('/').filter(|name| !name.is_empty() && *name != ".").collect();
        if names.is_empty() {
            return Err("a path needs a name");
        }
        if names.iter().any(|name| name.contains("**") && *name != "**") {
            return Err("`**` can only stand alone between two `/`");
        }
        let step = |name: &&str| if *name == "**" { Step::Folders } else { Step::Name(Glob::new(name)) };
        Ok(Self { steps: names.iter().map(step).collect(), is_folder: pattern.ends_with('/') })
    }

    /// Whether the pattern names this file, or this folder.
    pub(super) fn matches(&self, path: &str, is_folder: bool) -> bool {
        let names: Vec<&str> = path.split('/').filter(|name| !name.is_empty()).collect();
        (is_folder || !self.is_folder) && matches(&self.steps, &names, is_folder)
    }
}

fn matches(steps: &[Step], names: &[&str], is_folder: bool) -> bool {
    match steps.split_first() {
        None => names.is_empty(),
        Some((Step::Folders, rest)) => {
            // The last name of a file is no folder.
            let folders = names.len() - usize::from(!is_folder && !names.is_empty());
            (0..=folders).any(|taken| matches(rest, &names[taken..], is_folder))
        }
        Some((Step::Name(name), rest)) => {
            names.split_first().is_some_and(|(first, below)| name.matches(first) && matches(rest, below, is_folder))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs_match_whole_names() {
        let glob = |pattern: &str, text: &str| Glob::new(pattern).matches(text);
        assert!(glob("a*c?", "abbcd") && glob("*", "") && !glob("a", "ab") && !glob("a?", "a"));
        assert!(glob("stg_[a-c]*", "stg_bar") && !glob("stg_[!a-c]*", "stg_bar") && glob("[]]", "]"));
        assert!(glob("stg_[orders", "stg_[orders") && glob("[[]", "[") && glob("a-[b-]", "a--"));
        assert!(glob("*a*b*c", "xxaxxbxxbxc") && !glob("*a*b*c", "xxaxxcxxb"));
    }

    #[test]
    fn two_stars_stand_for_folders_only() {
        let glob = |pattern: &str, path: &str| PathGlob::new(pattern).is_ok_and(|glob| glob.matches(path, false));
        assert!(glob("models/**/a.sql", "models/a.sql") && glob("models/**/a.sql", "models/b/c/a.sql"));
        assert!(!glob("models/**", "models/a.sql") && !glob("models/*.sql", "models/b/a.sql"));
        assert!(PathGlob::new("**").is_ok_and(|glob| glob.matches("", true) && glob.matches("a/b", true)));
        assert!(PathGlob::new("/a").is_err() && PathGlob::new("a**").is_err() && PathGlob::new(".").is_err());
    }
}
