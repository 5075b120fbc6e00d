//! The parts of a type as an engine writes it.

/// The parts of a text between the commas that stand in no brackets. `brackets` are those that open and those that close.
pub(super) fn parts<'t>(text: &'t str, [open, close]: [&str; 2]) -> Vec<&'t str> {
    let (mut depth, mut start, mut found) = (0_usize, 0, Vec::new());
    for (at, c) in text.char_indices() {
        match c {
            c if open.contains(c) => depth += 1,
            c if close.contains(c) => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                found.push(text[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    found.push(text[start..].trim());
    found
}
