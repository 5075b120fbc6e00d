//! The parts of a report and the room for it in, as much of each as fits out.
//!
//! Every part writes itself with any number of its rows and is whole with each. As long as all together are too long, the
//! one that takes the most room for what it matters has to do with fewer.

use super::super::counted;

/// A part of the report that can do with less room.
pub(super) struct Part<'p> {
    /// How much room it may take beside the others.
    pub weight: usize,
    /// How many rows it has; the first are those that matter most.
    pub rows: usize,
    /// The part with so many of its rows, closed, with an empty line at its end.
    pub write: Box<dyn Fn(usize) -> String + 'p>,
}

/// Steps down which a part goes.
const STEPS: [usize; 12] = [2_000, 1_000, 500, 250, 120, 60, 30, 15, 8, 4, 1, 0];

/// All parts, one after the other, in at most `most` bytes. With no rows at all each is a few lines.
pub(super) fn fit(parts: &[Part<'_>], most: usize) -> String {
    let mut written: Vec<(usize, String)> = parts.iter().map(|part| (part.rows, (part.write)(part.rows))).collect();
    while written.iter().map(|(_, text)| text.len()).sum::<usize>() > most {
        let costs = |at: &usize| written[*at].1.len() / parts[*at].weight.max(1);
        let Some(at) = (0..parts.len()).filter(|at| written[*at].0 > 0).max_by_key(costs) else { break };
        let fewer = STEPS.into_iter().find(|step| *step < written[at].0).unwrap_or(0);
        written[at] = (fewer, (parts[at].write)(fewer));
    }
    written.into_iter().map(|(_, text)| text).collect()
}

/// The rows that are shown, the later ones folded away, and how many more there are. `before` stands before the rows of
/// each piece, as the head of a table does.
pub(super) fn rows(
    rows: &[String],
    shown: usize,
    (open, before): (usize, &str),
    (thing, more): ((&str, &str), &str),
) -> String {
    let mut out = String::new();
    let (first, later) = rows[..shown.min(rows.len())].split_at(open.min(shown).min(rows.len()));
    if !first.is_empty() {
        out.push_str(&format!("{before}{}\n", first.concat()));
    }
    if !later.is_empty() {
        let count = counted(later.len(), &format!("more {}", thing.0), &format!("more {}", thing.1));
        out.push_str(&format!("<details><summary>{count}</summary>\n\n{before}{}\n</details>\n\n", later.concat()));
    }
    if rows.len() > shown {
        let are = if rows.len() - shown == 1 { "is" } else { "are" };
        let count = counted(rows.len() - shown, thing.0, thing.1);
        let other = if shown > 0 { "more " } else { "" };
        out.push_str(&format!(
            "{} {are} not shown here: see {more}.\n\n",
            count.replacen(' ', &format!(" {other}"), 1)
        ));
    }
    out
}
