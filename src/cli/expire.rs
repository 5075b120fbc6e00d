//! What `cadet expire` takes.

use std::time::Duration;

use clap::Args;

pub(super) const EXAMPLES: &str = "Only what cadet built is removed, and nothing without --apply.
Examples:
  cadet expire --target dev                              what is old, with its size and its age
  cadet expire --target dev --older-than 10d --apply     and remove it";

#[derive(Debug, Args)]
pub struct ExpireArgs {
    /// Leave what was built within this time: 12h, 10d or 3w
    #[arg(long, value_name = "TIME", default_value = "10d", value_parser = age)]
    pub older_than: Duration,
    /// Remove it, and do not only list it
    #[arg(long)]
    pub apply: bool,
}

/// A number of hours, days or weeks.
fn age(text: &str) -> Result<Duration, String> {
    let wrong = || format!("`{text}` is no time: write 12h, 10d or 3w");
    let hours = match text.chars().last() {
        Some('h') => 1,
        Some('d') => 24,
        Some('w') => 24 * 7,
        _ => return Err(wrong()),
    };
    let number: u64 = text[..text.len() - 1].parse().map_err(|_| wrong())?;
    let seconds = number.checked_mul(hours * 3600).filter(|seconds| *seconds < 1 << 32).ok_or_else(wrong)?;
    Ok(Duration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_hours_days_or_weeks() {
        assert_eq!(age("12h"), Ok(Duration::from_secs(12 * 3600)));
        assert_eq!(age("3w"), Ok(Duration::from_secs(21 * 24 * 3600)));
        for wrong in ["", "d", "10", "-1d", "1.5d", "10m", "99999999999999w", "é"] {
            assert!(age(wrong).is_err(), "{wrong}");
        }
    }
}
