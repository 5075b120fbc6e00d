//! Text functions that DuckDB has not, or that count or cut otherwise there. Behaviour: Trino's "String functions".

use super::{Body, Given, first, nth, number};

pub(super) const TEXTS: &[(&str, Body<String>)] = &[
    ("__trim", |values| Ok(Some(first(values).trim().to_owned()))),
    ("__ltrim", |values| Ok(Some(first(values).trim_start().to_owned()))),
    ("__rtrim", |values| Ok(Some(first(values).trim_end().to_owned()))),
    ("__reverse", |values| Ok(Some(first(values).chars().rev().collect()))),
    ("__reverse_hex", |values| Ok(Some(reverse_hex(first(values))))),
    ("__replace", |values| Ok(Some(first(values).replace(nth(values, 1), nth(values, 2))))),
    ("__soundex", |values| soundex(first(values))),
    ("__from_utf8", |values| Ok(Some(String::from_utf8_lossy(&super::hash::bytes(first(values))).into_owned()))),
    ("__interval_text", |values| Ok(Some(interval(number(values, 0)?, nth(values, 1))))),
    ("__readable_seconds", |values| readable_seconds(first(values))),
];

pub(super) const WHOLE: &[(&str, Body<i64>)] =
    &[("__strpos", strpos), ("__codepoint", codepoint), ("__levenshtein", levenshtein), ("__hamming", hamming)];

fn reverse_hex(hex: &str) -> String {
    let pairs: Vec<&str> = (0..hex.len() / 2).rev().filter_map(|at| hex.get(at * 2..at * 2 + 2)).collect();
    pairs.concat()
}

fn place(text: &str, at: usize) -> i64 {
    i64::try_from(text[..at].chars().count() + 1).unwrap_or_default()
}

/// The text, what is looked for, and which occurrence: counted from the end when negative.
fn strpos(values: &[&str]) -> Given<i64> {
    let (text, wanted, instance) = (first(values), nth(values, 1), number(values, 2)?);
    if instance == 0 {
        return Err("'instance' must be a positive or negative number.".to_owned());
    }
    if wanted.is_empty() {
        return Ok(Some(if instance > 0 { 1 } else { place(text, text.len()) }));
    }
    let nth = usize::try_from(instance.unsigned_abs() - 1).unwrap_or(usize::MAX);
    // Occurrences may overlap.
    let places: Vec<usize> =
        text.char_indices().map(|(at, _)| at).filter(|at| text[*at..].starts_with(wanted)).collect();
    let found = if instance > 0 { places.get(nth) } else { places.iter().rev().nth(nth) };
    Ok(Some(found.map_or(0, |at| place(text, *at))))
}

fn codepoint(values: &[&str]) -> Given<i64> {
    let mut chars = first(values).chars();
    match (chars.next(), chars.next()) {
        (Some(one), None) => Ok(Some(i64::from(u32::from(one)))),
        _ => Err("codepoint takes one character".to_owned()),
    }
}

fn levenshtein(values: &[&str]) -> Given<i64> {
    let (a, b): (Vec<char>, Vec<char>) = (first(values).chars().collect(), nth(values, 1).chars().collect());
    Ok(i64::try_from(strsim::generic_levenshtein(&a, &b)).ok())
}

fn hamming(values: &[&str]) -> Given<i64> {
    let (a, b) = (first(values), nth(values, 1));
    if a.chars().count() != b.chars().count() {
        return Err("The input strings to hamming_distance function must have the same length".to_owned());
    }
    Ok(i64::try_from(a.chars().zip(b.chars()).filter(|(a, b)| a != b).count()).ok())
}

/// The text, the separator, and the greatest number of parts, 0 for all.
pub(super) fn split(values: &[&str]) -> Given<Vec<Option<String>>> {
    let (text, separator, limit) = (first(values), nth(values, 1), number(values, 2)?);
    if separator.is_empty() {
        return Err("The delimiter may not be the empty string".to_owned());
    }
    let part = |part: &str| Some(part.to_owned());
    let parts = match usize::try_from(limit).unwrap_or_default() {
        0 => text.split(separator).map(part).collect(),
        limit => text.splitn(limit, separator).map(part).collect(),
    };
    Ok(Some(parts))
}

fn entries<'t>(values: &[&'t str]) -> Result<Vec<(&'t str, &'t str)>, String> {
    let (entry, key) = (nth(values, 1), nth(values, 2));
    if entry.is_empty() || key.is_empty() || entry == key {
        return Err("the two delimiters must be different and not empty".to_owned());
    }
    let mut known: Vec<(&str, &str)> = Vec::new();
    for part in first(values).split(entry).filter(|part| !part.is_empty()) {
        let Some((name, value)) = part.split_once(key) else {
            return Err(format!("Key-value delimiter must appear exactly once in each entry. Bad input: '{part}'"));
        };
        if value.contains(key) {
            return Err(format!("Key-value delimiter must appear exactly once in each entry. Bad input: '{part}'"));
        }
        if known.iter().any(|(other, _)| *other == name) {
            return Err(format!(
                "Duplicate keys ({name}) are not allowed. Specifying a lambda to resolve conflicts can avoid this error"
            ));
        }
        known.push((name, value));
    }
    Ok(known)
}

pub(super) fn split_keys(values: &[&str]) -> Given<Vec<Option<String>>> {
    Ok(Some(entries(values)?.into_iter().map(|(key, _)| Some(key.to_owned())).collect()))
}

pub(super) fn split_values(values: &[&str]) -> Given<Vec<Option<String>>> {
    Ok(Some(entries(values)?.into_iter().map(|(_, value)| Some(value.to_owned())).collect()))
}

fn soundex(text: &str) -> Given<String> {
    let code = |c: char| match c.to_ascii_uppercase() {
        'B' | 'F' | 'P' | 'V' => '1',
        'C' | 'G' | 'J' | 'K' | 'Q' | 'S' | 'X' | 'Z' => '2',
        'D' | 'T' => '3',
        'L' => '4',
        'M' | 'N' => '5',
        'R' => '6',
        'H' | 'W' => '-',
        _ => '0',
    };
    let letters: Vec<char> = text.chars().filter(char::is_ascii_alphabetic).collect();
    if text.chars().any(|c| c.is_alphabetic() && !c.is_ascii()) {
        return Err("soundex knows the letters A to Z only".to_owned());
    }
    let Some(first) = letters.first() else { return Ok(Some(String::new())) };
    let mut out = String::from(first.to_ascii_uppercase());
    let mut last = code(*first);
    for letter in &letters[1..] {
        let next = code(*letter);
        // H and W do not part two letters of one sound; a vowel does.
        if next == '-' {
            continue;
        }
        if next != '0' && next != last {
            out.push(next);
        }
        last = next;
    }
    out.truncate(4);
    Ok(Some(format!("{out:0<4}")))
}

pub(super) fn luhn(values: &[&str]) -> Given<bool> {
    let digits: Option<Vec<u32>> = first(values).chars().map(|c| c.to_digit(10)).collect();
    let Some(digits) = digits.filter(|digits| !digits.is_empty()) else { return Ok(Some(false)) };
    let doubled = |(at, digit): (usize, &u32)| match at % 2 {
        0 => *digit,
        _ if *digit > 4 => digit * 2 - 9,
        _ => digit * 2,
    };
    Ok(Some(digits.iter().rev().enumerate().map(doubled).sum::<u32>() % 10 == 0))
}

fn interval(amount: i64, unit: &str) -> String {
    let (sign, amount) = (if amount < 0 { "-" } else { "" }, amount.unsigned_abs());
    if unit == "months" {
        return format!("{sign}{}-{}", amount / 12, amount % 12);
    }
    let (seconds, millis) = (amount / 1000, amount % 1000);
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60);
    format!("{sign}{days} {hours:02}:{minutes:02}:{:02}.{millis:03}", seconds % 60)
}

fn readable_seconds(text: &str) -> Given<String> {
    let seconds: f64 = text.parse().map_err(|_| "no number of seconds".to_owned())?;
    if !seconds.is_finite() {
        return Err("Invalid argument found: not a finite number".to_owned());
    }
    let sign = if seconds < 0.0 { "-" } else { "" };
    let mut rest = format!("{:.0}", seconds.abs().round()).parse::<u64>().unwrap_or_default();
    let mut parts = Vec::new();
    for (unit, size) in [("week", 604_800), ("day", 86_400), ("hour", 3600), ("minute", 60), ("second", 1)] {
        let count = rest / size;
        rest %= size;
        if count > 0 {
            parts.push(format!("{count} {unit}{}", if count == 1 { "" } else { "s" }));
        }
    }
    Ok(Some(if parts.is_empty() { "0 seconds".to_owned() } else { format!("{sign}{}", parts.join(", ")) }))
}
