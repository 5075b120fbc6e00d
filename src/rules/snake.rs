//! A name as it should be.

/// `VisitType` and `Visit Type` as `visit_type`; `NOMIS ID` as `nomis_id`.
pub(super) fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    let mut before = '_';
    for c in name.chars() {
        if c.is_uppercase() && (before.is_lowercase() || before.is_ascii_digit()) {
            snake.push('_');
        }
        if c.is_alphanumeric() {
            snake.extend(c.to_lowercase());
        } else if !snake.is_empty() && !snake.ends_with('_') {
            snake.push('_');
        }
        before = c;
    }
    snake.trim_end_matches('_').to_owned()
}

#[cfg(test)]
mod tests {
    use super::snake_case;

    #[test]
    fn words_are_told_apart() {
        for (name, wanted) in [("VisitType", "visit_type"), ("NOMIS ID", "nomis_id"), ("Visit (legal)", "visit_legal")]
        {
            assert_eq!(snake_case(name), wanted);
        }
    }
}
