//! The warehouse's words in, the same without values of rows out.
//!
//! An error may quote the value that it stumbled over, and a pull request is read by more people than the table. What is
//! quoted and does not stand in the statement came out of the data.

/// What stands in the place of a value.
const HIDDEN: &str = "'…'";

/// The message without quoted values that `known`, the text of the statement, does not hold.
pub fn message(message: &str, known: &str) -> String {
    let mut out = String::with_capacity(message.len());
    let mut rest = message;
    while let Some(start) = rest.find('\'') {
        let before = rest[..start].chars().next_back();
        let value = &rest[start + 1..];
        // An apostrophe in a word quotes nothing.
        let is_quote = before.is_none_or(|c| !c.is_alphanumeric());
        let Some(end) = value.find('\'').filter(|_| is_quote) else {
            out.push_str(&rest[..=start]);
            rest = value;
            continue;
        };
        out.push_str(&rest[..start]);
        if known.contains(&value[..end]) {
            out.push_str(&rest[start..start + end + 2]);
        } else {
            out.push_str(HIDDEN);
        }
        rest = &value[end + 1..];
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_in_the_statement_is_a_value() {
        let sql = "select cast(name as int), 'known' from people";
        assert_eq!(
            message("INVALID_CAST_ARGUMENT: Cannot cast 'Smith, Anna' to INT; it isn't 'known'", sql),
            "INVALID_CAST_ARGUMENT: Cannot cast '…' to INT; it isn't 'known'"
        );
    }
}
