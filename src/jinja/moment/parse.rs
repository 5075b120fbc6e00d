//! `strptime` and `fromisoformat`. Behaviour: Python's `_strptime`, and `datetime` of 3.11.

use fancy_regex::{Captures, Regex};
use jiff::civil::{Date, DateTime, ISOWeekDate, Weekday};

use super::Clock;
use super::clock::{Kind, no_moment};
use super::zone::Zone;
use crate::jinja::budget;
use crate::jinja::python::{Done, fail};

const DAYS: &str = "monday|tuesday|wednesday|thursday|friday|saturday|sunday";
const MONTHS: &str = "january|february|march|april|may|june|july|august|september|october|november|december";

/// The pattern of a directive; nothing for one that Python does not read.
fn pattern(letter: char) -> Option<String> {
    let short = |words: &str| words.split('|').map(|word| &word[..3]).collect::<Vec<_>>().join("|");
    Some(match letter {
        'd' => r"(?<d>3[0-1]|[1-2]\d|0[1-9]|[1-9]| [1-9])".to_owned(),
        'f' => "(?<f>[0-9]{1,6})".to_owned(),
        'H' => r"(?<H>2[0-3]|[0-1]\d|\d)".to_owned(),
        'I' => "(?<I>1[0-2]|0[1-9]|[1-9]| [1-9])".to_owned(),
        'G' => r"(?<G>\d\d\d\d)".to_owned(),
        'j' => r"(?<j>36[0-6]|3[0-5]\d|[1-2]\d\d|0[1-9]\d|00[1-9]|[1-9]\d|0[1-9]|[1-9])".to_owned(),
        'm' => "(?<m>1[0-2]|0[1-9]|[1-9])".to_owned(),
        'M' => r"(?<M>[0-5]\d|\d)".to_owned(),
        'S' => r"(?<S>6[0-1]|[0-5]\d|\d)".to_owned(),
        'U' => r"(?<U>5[0-3]|[0-4]\d|\d)".to_owned(),
        'W' => r"(?<W>5[0-3]|[0-4]\d|\d)".to_owned(),
        'w' => "(?<w>[0-6])".to_owned(),
        'u' => "(?<u>[1-7])".to_owned(),
        'V' => r"(?<V>5[0-3]|0[1-9]|[1-4]\d|\d)".to_owned(),
        'y' => r"(?<y>\d\d)".to_owned(),
        'Y' => r"(?<Y>\d\d\d\d)".to_owned(),
        'z' => r"(?<z>[+-]\d\d:?[0-5]\d(?::?[0-5]\d(?:\.\d{1,6})?)?|(?-i:Z))".to_owned(),
        'A' => format!("(?<A>{DAYS})"),
        'a' => format!("(?<a>{})", short(DAYS)),
        'B' => format!("(?<B>{MONTHS})"),
        'b' => format!("(?<b>{})", short(MONTHS)),
        'p' => "(?<p>am|pm)".to_owned(),
        'Z' => "(?<Z>utc|gmt)".to_owned(),
        '%' => "%".to_owned(),
        _ => return None,
    })
}

/// The regular expression that a format stands for.
fn expression(format: &str) -> Done<Regex> {
    let wrong = |message: String| fail(format!("strptime: {message}"));
    let format = format.replace("%c", "%a %b %d %H:%M:%S %Y").replace("%x", "%m/%d/%y").replace("%X", "%H:%M:%S");
    let mut out = String::from("(?i)^");
    let mut chars = format.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '%' => {
                let letter = chars.next().ok_or_else(|| wrong("the format ends in `%`".to_owned()))?;
                out.push_str(&pattern(letter).ok_or_else(|| wrong(format!("`%{letter}` means nothing in a format")))?);
            }
            c if c.is_whitespace() => {
                while chars.next_if(|next| next.is_whitespace()).is_some() {}
                out.push_str(r"\s+");
            }
            c => out.push_str(&fancy_regex::escape(c.encode_utf8(&mut [0; 4]))),
        }
    }
    out.push('$');
    Regex::new(&out).map_err(|_| wrong(format!("the format `{format}` cannot be read; no part may stand in it twice")))
}

struct Found<'t>(Captures<'t, str>);

impl Found<'_> {
    fn text(&self, name: &str) -> Option<&str> {
        self.0.name(name).map(|found| found.as_str())
    }

    fn number(&self, name: &str) -> Option<i64> {
        self.text(name)?.trim().parse().ok()
    }

    /// The place of a word among others, by its first three letters.
    fn word(&self, name: &str, words: &str) -> Option<i64> {
        let start = self.text(name)?.to_lowercase();
        words.split('|').position(|word| word[..3] == start[..3]).and_then(|at| i64::try_from(at).ok())
    }

    fn hour(&self) -> i64 {
        let twelve = self.number("I").map(|hour| match self.text("p").map(str::to_lowercase).as_deref() {
            Some("pm") => hour % 12 + 12,
            _ => hour % 12,
        });
        self.number("H").or(twelve).unwrap_or(0)
    }

    /// The year that is written, in four digits or in two.
    fn year(&self) -> Option<i64> {
        self.number("Y").or_else(|| self.number("y").map(|year| if year < 69 { year + 2000 } else { year + 1900 }))
    }

    /// The day of the week from Monday on.
    fn weekday(&self) -> Option<i64> {
        let named = self.word("A", DAYS).or_else(|| self.word("a", DAYS));
        named.or_else(|| self.number("u").map(|day| day - 1)).or_else(|| self.number("w").map(|day| (day + 6) % 7))
    }

    fn date(&self) -> Option<Date> {
        let day_of = |year: i64, of_year: i64| {
            let first = Date::new(i16::try_from(year).ok()?, 1, 1).ok()?;
            first.checked_add(jiff::Span::new().days(of_year - 1)).ok()
        };
        if let (Some(year), Some(week), Some(weekday)) = (self.number("G"), self.number("V"), self.weekday()) {
            let day = Weekday::from_monday_zero_offset(i8::try_from(weekday).ok()?).ok()?;
            let date = ISOWeekDate::new(i16::try_from(year).ok()?, i8::try_from(week).ok()?, day).ok()?;
            return Some(date.date());
        }
        let month = self.number("m").or_else(|| Some(self.word("B", MONTHS).or_else(|| self.word("b", MONTHS))? + 1));
        let day = self.number("d");
        // The 29th of February without a year is one.
        let leaps = self.year().is_none() && (month, day) == (Some(2), Some(29));
        let year = self.year().unwrap_or(if leaps { 1904 } else { 1900 });
        if let Some(of_year) = self.number("j") {
            return day_of(year, of_year);
        }
        let week = self.number("U").map(|week| (week, 6)).or_else(|| self.number("W").map(|week| (week, 0)));
        if let (Some((week, first)), Some(weekday)) = (week, self.weekday()) {
            let start = day_of(year, 1)?.weekday().to_monday_zero_offset();
            let before = (i64::from(start) + 7 - first) % 7;
            let within = (weekday + 7 - first) % 7;
            let first_week = (7 - before) % 7;
            let of_year = if week == 0 { within - before + 1 } else { first_week + 7 * (week - 1) + within + 1 };
            return day_of(year, of_year);
        }
        let small = |part: Option<i64>| i8::try_from(part.unwrap_or(1)).ok();
        Date::new(i16::try_from(year).ok()?, small(month)?, small(day)?).ok()
    }

    fn micros(&self) -> i64 {
        self.text("f").and_then(|digits| format!("{digits:0<6}").parse().ok()).unwrap_or(0)
    }

    fn kind(&self) -> Kind {
        self.text("z").map_or(Kind::Naive, |offset| Kind::Aware(Zone::fixed(seconds(offset))))
    }
}

/// Seconds east of UTC, from `Z`, `+01`, `+0100` or `+01:00:00`.
fn seconds(offset: &str) -> i32 {
    let digits: Vec<i32> =
        offset.chars().take_while(|c| *c != '.').filter_map(|c| c.to_digit(10)).map(u32::cast_signed).collect();
    let units = [3600, 60, 1];
    let all: i32 =
        digits.chunks(2).zip(units).map(|(pair, unit)| pair.iter().fold(0, |sum, digit| sum * 10 + digit) * unit).sum();
    if offset.starts_with('-') { -all } else { all }
}

/// `datetime.strptime(text, format)`
pub(super) fn strptime(text: &str, format: &str) -> Done<(DateTime, Kind)> {
    let wrong = || fail(format!("`{text}` is not written as `{format}` says"));
    // Nothing but the clock knows what a pattern costs.
    let search = || -> Done<_> { Ok(expression(format)?.captures(text).ok().flatten().map(Found)) };
    let found = budget::search(search)??.ok_or_else(wrong)?;
    let date = found.date().ok_or_else(wrong)?;
    let part = |name: &str| found.number(name).unwrap_or(0);
    let [year, month, day] = [i64::from(date.year()), date.month().into(), date.day().into()];
    // Seconds of 60 and 61 are no moment of Python's.
    let at =
        Clock::of_parts([year, month, day, found.hour(), part("M"), part("S"), found.micros()]).map_err(|_| wrong())?;
    Ok((at, found.kind()))
}

const ISO: &str = r"^(?<Y>\d{4})-?(?:(?<m>\d\d)-?(?<d>\d\d)|W(?<V>\d\d)(?:-?(?<u>[1-7]))?)(?:.(?<H>\d\d)(?::?(?<M>\d\d)(?::?(?<S>\d\d)(?:[.,](?<f>\d{1,6})\d*)?)?)?(?<z>Z|[+-]\d\d(?::?\d\d(?::?\d\d)?)?)?)?$";

/// `datetime.fromisoformat(text)`; of a date only its own part is read.
pub(super) fn from_iso(text: &str) -> Done<(DateTime, Kind)> {
    let wrong = || fail(format!("`{text}` is no moment as ISO 8601 writes it, such as `2024-01-31T10:00:00`"));
    let regex = Regex::new(ISO).map_err(|_| no_moment())?;
    let found = regex.captures(text).ok().flatten().map(Found).ok_or_else(wrong)?;
    let part = |name: &str, default: i64| found.number(name).unwrap_or(default);
    let date = match found.number("V") {
        None => [part("Y", 1), part("m", 1), part("d", 1)],
        Some(week) => {
            let day = i8::try_from(part("u", 1) - 1).ok().and_then(|day| Weekday::from_monday_zero_offset(day).ok());
            let made = || ISOWeekDate::new(i16::try_from(part("Y", 1)).ok()?, i8::try_from(week).ok()?, day?).ok();
            let date = made().ok_or_else(wrong)?.date();
            [date.year().into(), date.month().into(), date.day().into()]
        }
    };
    let [year, month, day] = date;
    let parts = [year, month, day, part("H", 0), part("M", 0), part("S", 0), found.micros()];
    Ok((Clock::of_parts(parts).map_err(|_| wrong())?, found.kind()))
}
