//! Names: `orders`, `marts.orders`, `shop.marts.*`, `ledger.v2`. Behaviour: `is_selected_node` of dbt.

use super::glob::{Glob, is_pattern};
use crate::project::{Node, ResourceType};

/// A name or the beginning of an fqn, ready to be compared with many nodes.
pub(super) struct NamePattern<'s> {
    text: &'s str,
    /// What stands between the dots.
    parts: Vec<&'s str>,
    /// The first part with a wildcard, and the pattern from there on.
    rest: Option<(usize, Glob)>,
    /// The whole as a pattern, when it has no dot.
    whole: Option<Glob>,
}

impl<'s> NamePattern<'s> {
    pub(super) fn new(text: &'s str) -> Self {
        let parts: Vec<&str> = text.split('.').collect();
        let rest = parts.iter().position(|part| is_pattern(part)).map(|at| (at, Glob::new(&parts[at..].join("."))));
        let whole = (rest.is_some() && parts.len() == 1).then(|| Glob::new(text));
        Self { text, parts, rest, whole }
    }

    /// Whether the node is meant, with its package's name or without.
    pub(super) fn matches(&self, node: &Node) -> bool {
        let is_versioned = node.resource_type == ResourceType::Model && node.model.version.is_some();
        self.is(&node.fqn, is_versioned) || self.is(node.fqn.get(1..).unwrap_or_default(), is_versioned)
    }

    fn is(&self, fqn: &[String], is_versioned: bool) -> bool {
        let Some(leaf) = fqn.len().checked_sub(if is_versioned { 2 } else { 1 }).and_then(|at| fqn.get(at)) else {
            return false;
        };
        if leaf == self.text || self.text == "*" || (is_versioned && self.is_version(&fqn[fqn.len() - 2..])) {
            return true;
        }
        // Dots in a model's name part it too.
        let mut flat = fqn.iter().flat_map(|name| name.split('.'));
        match &self.rest {
            None => self.parts.iter().all(|part| flat.next() == Some(part)),
            Some((at, glob)) => {
                let flat: Vec<&str> = flat.collect();
                let begins = flat.len() >= self.parts.len() && flat.iter().zip(&self.parts[..*at]).all(|(a, b)| a == b);
                begins
                    && (glob.matches(&flat[*at..].join("."))
                        || self.whole.as_ref().is_some_and(|glob| glob.matches(leaf)))
            }
        }
    }

    /// `ledger.v2` and `ledger_v2` are one version.
    fn is_version(&self, last: &[String]) -> bool {
        let own = &self.parts[self.parts.len().saturating_sub(2)..];
        let joined = own.iter().flat_map(|part| ["_", part]).skip(1);
        let known = last.iter().flat_map(|part| ["_", part.as_str()]).skip(1);
        joined.flat_map(str::chars).eq(known.flat_map(str::chars))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is(pattern: &str, fqn: &[&str], is_versioned: bool) -> bool {
        let fqn: Vec<String> = fqn.iter().map(|name| (*name).to_owned()).collect();
        NamePattern::new(pattern).is(&fqn, is_versioned)
    }

    #[test]
    fn an_fqn_is_named_from_its_beginning_or_by_its_end() {
        let fqn = ["shop", "marts", "orders"];
        assert!(is("orders", &fqn, false) && is("shop.marts", &fqn, false) && is("shop.*", &fqn, false));
        assert!(is("o*", &fqn, false) && !is("marts.orders", &fqn, false) && !is("shop.o*", &fqn, false));
        assert!(!is("shop.marts.orders.x", &fqn, false) && !is("", &fqn, false));
    }

    #[test]
    fn a_version_is_named_with_a_dot_or_a_line() {
        let fqn = ["shop", "ledger", "v2"];
        assert!(is("ledger", &fqn, true) && is("ledger.v2", &fqn, true) && is("ledger_v2", &fqn, true));
        assert!(!is("ledger.v1", &fqn, true) && !is("v2", &fqn, true) && is("l*", &fqn, true));
    }
}
