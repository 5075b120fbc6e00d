//! Whether a word says what was done: `joined`, `grouped`, `split`.

/// Past participles that do not end in `ed`.
const IRREGULAR: &[&str] = &[
    "bound",
    "broken",
    "brought",
    "built",
    "caught",
    "chosen",
    "combined",
    "cut",
    "dealt",
    "done",
    "drawn",
    "driven",
    "fed",
    "forecast",
    "found",
    "frozen",
    "given",
    "grown",
    "held",
    "hidden",
    "kept",
    "known",
    "laid",
    "led",
    "left",
    "lent",
    "lost",
    "made",
    "met",
    "overwritten",
    "paid",
    "put",
    "read",
    "rebuilt",
    "redone",
    "rerun",
    "reset",
    "rewritten",
    "run",
    "sent",
    "set",
    "shown",
    "shrunk",
    "sold",
    "spent",
    "split",
    "spread",
    "spun",
    "sunk",
    "swept",
    "taken",
    "taught",
    "told",
    "torn",
    "understood",
    "undone",
    "unwound",
    "wound",
    "woven",
    "written",
];

/// Words that end in `ed` and are no participles.
const NOUNS: &[&str] = &[
    "bed", "biped", "bleed", "breed", "coed", "creed", "deed", "embed", "exceed", "feed", "greed", "heed", "hundred",
    "imped", "indeed", "kindred", "med", "moped", "naked", "need", "ned", "proceed", "reed", "red", "sacred", "seed",
    "shed", "speed", "steed", "succeed", "ted", "tweed", "unwed", "wed", "weed", "wicked", "zed",
];

/// Whether a name says in one of its words what was done. `more` are words that count as well.
pub(super) fn says_what_was_done(name: &str, more: &[String]) -> bool {
    name.split('_').any(|word| is_participle(word) || more.iter().any(|known| known == word))
}

fn is_participle(word: &str) -> bool {
    IRREGULAR.contains(&word) || (word.len() > 3 && word.ends_with("ed") && !NOUNS.contains(&word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn participles_are_told_from_other_words() {
        for name in
            ["visits_joined", "inc_ids_grouped", "left_joined", "fanned_out_by_quantity", "days_split", "x_built"]
        {
            assert!(says_what_was_done(name, &[]), "{name}");
        }
        for name in ["visits", "seed_bed", "visit_speed", "need", "id", "totals", "joining", "hundred"] {
            assert!(!says_what_was_done(name, &[]), "{name}");
        }
        assert!(says_what_was_done("visits_pivot", &["pivot".to_owned()]));
    }
}
