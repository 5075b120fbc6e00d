//! The warehouse's words in, the same without values of rows out.
//!
//! An error may quote the value that it stumbled over, and a pull request is read by more people than the table. What is
//! quoted and does not stand in the statement came out of the data.

/// After these words of the local engine come names of columns and tables.
const NAMES: [&str; 2] = ["Candidate bindings: ", "Did you mean "];

/// The message without quoted values that `known`, the text of the statement, does not hold.
pub fn message(message: &str, known: &str) -> String {
    let mut out = String::with_capacity(message.len());
    let (mut rest, mut are_names) = (message, false);
    while let Some(start) = rest.find(['\'', '"']) {
        let (before, quote) = (&rest[..start], &rest[start..=start]);
        are_names |= NAMES.iter().any(|words| before.contains(words));
        let value = &rest[start + 1..];
        out.push_str(before);
        // An apostrophe in a word quotes nothing.
        let is_quote = quote == "\"" || before.chars().next_back().is_none_or(|c| !c.is_alphanumeric());
        let Some((end, next)) = ended(value, quote).filter(|_| is_quote) else {
            out.push_str(quote);
            rest = value;
            continue;
        };
        let is_known = known.contains(&value[..end]) || (quote == "\"" && are_names);
        out.push_str(&format!("{quote}{}{quote}", if is_known { &value[..end] } else { "…" }));
        rest = &value[next..];
    }
    out.push_str(rest);
    out
}

/// Where the quoted value ends, and where the text goes on; what was cut off before its second quote has no other end.
fn ended(value: &str, quote: &str) -> Option<(usize, usize)> {
    let is_escaped = |at: &usize| value[..*at].bytes().rev().take_while(|byte| *byte == b'\\').count() % 2 == 1;
    let ends = value.match_indices(quote).map(|(at, _)| at);
    let end = ends.into_iter().find(|at| quote == "'" || !is_escaped(at)).map(|end| (end, end + 1));
    end.or_else(|| (quote == "\"").then_some((value.len(), value.len())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_have_quotes_of_any_kind() {
        let of = |text: &str| message(text, r#"select "visit_id", 'a' from sites"#);
        assert_eq!(of(r#"For input string: "Smith, \"Anna\"" at x"#), r#"For input string: "…" at x"#);
        assert_eq!(of(r#"{"name":"Anna", "age": 7} and "visit_id""#), r#"{"…":"…", "…": 7} and "visit_id""#);
        assert_eq!(of(r#"For input string: "Smith, An"#), r#"For input string: "…""#);
        let names = r#"Referenced column "visit_id" not found! Candidate bindings: "code", "name""#;
        assert_eq!(of(names), names);
    }

    #[test]
    fn what_is_not_in_the_statement_is_a_value() {
        let sql = "select cast(name as int), 'known' from people";
        assert_eq!(
            message("INVALID_CAST_ARGUMENT: Cannot cast 'Smith, Anna' to INT; it isn't 'known'", sql),
            "INVALID_CAST_ARGUMENT: Cannot cast '…' to INT; it isn't 'known'"
        );
    }
}
