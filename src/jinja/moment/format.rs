//! `strftime`, as Python has it from the C library of Linux.

use super::Clock;
use crate::calendar::{DAYS, MONTHS};
use crate::jinja::budget;
use crate::jinja::python::{Done, fail};

/// No directive is written wider.
const WIDEST: usize = 1_000;

/// A directive as it is written: `%-d`, `%_5H`.
struct Directive {
    flag: Option<char>,
    width: Option<usize>,
    letter: char,
}

impl Clock {
    /// As `strftime(pattern)` writes it.
    pub(super) fn format(&self, pattern: &str) -> Done<String> {
        let mut out = String::new();
        let mut rest = pattern;
        while let Some(at) = rest.find('%') {
            out.push_str(&rest[..at]);
            let (directive, length) = read(&rest[at + 1..])?;
            let written = directive.as_ref().and_then(|directive| self.directive(directive));
            // What means nothing stays as it is.
            match written {
                Some(written) => out.push_str(&written),
                None => out.push_str(&rest[at..at + 1 + length]),
            }
            rest = &rest[at + 1 + length..];
            budget::text(out.len())?;
        }
        out.push_str(rest);
        Ok(out)
    }

    fn directive(&self, directive: &Directive) -> Option<String> {
        if let Some((number, digits, blank)) = self.number(directive.letter) {
            return Some(padded(directive, number, digits, blank));
        }
        let inner = match directive.letter {
            'c' => "%a %b %e %H:%M:%S %Y",
            'x' | 'D' => "%m/%d/%y",
            'X' | 'T' => "%H:%M:%S",
            'r' => "%I:%M:%S %p",
            'R' => "%H:%M",
            'F' => "%Y-%m-%d",
            letter => return self.word(letter).map(|word| cased(directive, &word)),
        };
        self.format(inner).ok().map(|word| cased(directive, &word))
    }

    /// A number, the digits that it is filled up to, and whether with blanks.
    fn number(&self, letter: char) -> Option<(i64, usize, bool)> {
        let [year, month, day, hour, minute, second, _] = self.parts();
        let (weekday, of_year) =
            (i64::from(self.at.weekday().to_monday_zero_offset()), i64::from(self.at.day_of_year()));
        let week = self.at.date().iso_week_date();
        let twelve = (hour + 11) % 12 + 1;
        Some(match letter {
            'Y' => (year, 0, false),
            'C' => (year / 100, 2, false),
            'y' => (year % 100, 2, false),
            'm' => (month, 2, false),
            'd' => (day, 2, false),
            'e' => (day, 2, true),
            'H' => (hour, 2, false),
            'k' => (hour, 2, true),
            'I' => (twelve, 2, false),
            'l' => (twelve, 2, true),
            'M' => (minute, 2, false),
            'S' => (second, 2, false),
            'j' => (of_year, 3, false),
            'u' => (weekday + 1, 1, false),
            'w' => ((weekday + 1) % 7, 1, false),
            'U' => ((of_year + 6 - (weekday + 1) % 7) / 7, 2, false),
            'W' => ((of_year + 6 - weekday) / 7, 2, false),
            'V' => (i64::from(week.week()), 2, false),
            'G' => (i64::from(week.year()), 0, false),
            'g' => (i64::from(week.year()) % 100, 2, false),
            's' => (self.seconds(), 1, false),
            _ => return None,
        })
    }

    fn word(&self, letter: char) -> Option<String> {
        let [_, month, _, hour, .., micro] = self.parts();
        let day = DAYS[usize::try_from(self.at.weekday().to_monday_zero_offset()).unwrap_or(0)];
        let month = MONTHS[usize::try_from(month - 1).unwrap_or(0)];
        let zone = self.zone();
        Some(match letter {
            'a' => day[..3].to_owned(),
            'A' => day.to_owned(),
            'b' | 'h' => month[..3].to_owned(),
            'B' => month.to_owned(),
            'p' => if hour < 12 { "AM" } else { "PM" }.to_owned(),
            'P' => if hour < 12 { "am" } else { "pm" }.to_owned(),
            'f' => format!("{micro:06}"),
            'z' => zone.map(|zone| zone.written().replace(':', "")).unwrap_or_default(),
            'Z' => zone.map(|zone| zone.short.clone()).unwrap_or_default(),
            'n' => "\n".to_owned(),
            't' => "\t".to_owned(),
            '%' => "%".to_owned(),
            _ => return None,
        })
    }
}

/// The directive after a `%`, and its length in bytes; nothing for what is none.
fn read(text: &str) -> Done<(Option<Directive>, usize)> {
    let flag = text.chars().next().filter(|c| matches!(c, '-' | '_' | '0' | '^' | '#'));
    let digits = &text[usize::from(flag.is_some())..];
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    let width = match &digits[..end] {
        "" => None,
        width => {
            Some(width.parse().ok().filter(|width| *width <= WIDEST).ok_or_else(|| fail("this width is too large"))?)
        }
    };
    let rest = digits[end..].strip_prefix(['E', 'O']).filter(|rest| !rest.is_empty()).unwrap_or(&digits[end..]);
    let letter = rest.chars().next();
    let length = text.len() - rest.len() + letter.map_or(0, char::len_utf8);
    Ok((letter.map(|letter| Directive { flag, width, letter }), length))
}

fn padded(directive: &Directive, number: i64, digits: usize, blank: bool) -> String {
    let width = directive.width.unwrap_or(digits);
    match directive.flag {
        Some('-') => number.to_string(),
        Some('_') => format!("{number:width$}"),
        Some('0') => format!("{number:0width$}"),
        _ if blank => format!("{number:width$}"),
        _ => format!("{number:0width$}"),
    }
}

fn cased(directive: &Directive, word: &str) -> String {
    let word = match directive.flag {
        Some('^') => word.to_uppercase(),
        Some('#') if directive.letter == 'p' => word.to_lowercase(),
        Some('#') => word.to_uppercase(),
        _ => word.to_owned(),
    };
    let width = directive.width.unwrap_or(0);
    if directive.flag == Some('0') { format!("{word:0>width$}") } else { format!("{word:>width$}") }
}
