//! Comments that switch yamllint's rules off: the text of a YAML file in, the rules that are off on each line out.
//!
//! Behaviour: `yamllint.linter.get_cosmetic_problems`.

use std::collections::BTreeSet;

/// Names of rules.
type Rules = BTreeSet<&'static str>;

/// The rules of `all` that are off on each line; nothing when no comment switches any off.
pub(super) fn disabled(text: &str, all: &[&'static str]) -> Option<Vec<Rules>> {
    if !text.contains("# yamllint") && !text.starts_with('#') {
        return None;
    }
    let every: Rules = all.iter().copied().collect();
    let first = text.lines().next().unwrap_or_default();
    if first.strip_prefix('#').is_some_and(|rest| rest.trim() == "yamllint disable-file") {
        return Some(vec![every; text.lines().count() + 1]);
    }
    let (mut off, mut next) = (Rules::new(), Rules::new());
    let mut lines = Vec::new();
    for line in text.lines() {
        let mut here = std::mem::take(&mut next);
        if let Some((before, comment)) = comment(line) {
            let mut words = comment.split_whitespace();
            let order = words.next();
            let named: Option<Vec<&str>> = words.map(|word| word.strip_prefix("rule:")).collect();
            let named = named.map(|named| match named.is_empty() {
                true => every.clone(),
                false => every.iter().copied().filter(|rule| named.contains(rule)).collect(),
            });
            match (order, named) {
                (Some("disable"), Some(named)) => off.extend(named),
                (Some("enable"), Some(named)) => off.retain(|rule| !named.contains(rule)),
                (Some("disable-line"), Some(named)) if before.trim().is_empty() => next = named,
                (Some("disable-line"), Some(named)) => here.extend(named),
                _ => {}
            }
        }
        here.extend(&off);
        lines.push(here);
    }
    Some(lines)
}

/// What stands before a comment for yamllint, and what it says.
fn comment(line: &str) -> Option<(&str, &str)> {
    let (before, comment) = line.split_once("# yamllint ")?;
    (before.is_empty() || before.ends_with([' ', '\t'])).then_some((before, comment))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<String> {
        let lines = disabled(text, &["a", "b"]).unwrap_or_default();
        lines.iter().map(|rules| rules.iter().copied().collect::<String>()).collect()
    }

    #[test]
    fn comments_are_for_a_line_the_next_one_or_the_rest() {
        assert_eq!(shown("x: 1\n"), [""; 0]);
        assert_eq!(shown("x: 1  # yamllint disable-line\ny: 2\n"), ["ab", ""]);
        assert_eq!(shown("# yamllint disable-line rule:a\nx: 1\ny: 2\n"), ["", "a", ""]);
        assert_eq!(
            shown("x: 1\n# yamllint disable\ny: 2\n# yamllint enable rule:b\nz: 3\n# yamllint enable\n"),
            ["", "ab", "ab", "a", "a", ""]
        );
        assert_eq!(shown("# yamllint disable-file\nx: 1\n"), ["ab", "ab", "ab"]);
        assert_eq!(shown("# yamllint disable because\nx: 1\n"), ["", ""]);
    }
}
