//! Values that say who someone is: what they look like, and how sure that is.
//!
//! A single value may look like one by chance, so that each kind says how many must, and whether the column's name has to
//! say the same. Nothing here keeps or shows a value.

use std::collections::HashSet;
use std::sync::LazyLock;

use regex::Regex;

/// A column of a seed.
pub(super) struct Values<'v> {
    /// The column's name.
    pub header: &'v str,
    /// The values that are not null, each with its row.
    pub values: &'v [(usize, &'v str)],
}

/// A kind of personal data.
pub(super) struct Kind {
    /// For people: `e-mail addresses`.
    pub name: &'static str,
    /// The rows with such a value, when it is not chance. `people`: the seed has a column of people's names.
    pub rows: fn(&Values<'_>, people: bool) -> Vec<usize>,
}

/// All kinds, the surest first.
pub(super) const KINDS: &[Kind] = &[
    Kind { name: "e-mail addresses", rows: |column, _| emails(column) },
    Kind { name: "National Insurance numbers", rows: |column, _| national_insurance(column) },
    Kind { name: "NHS numbers", rows: |column, _| nhs(column) },
    Kind { name: "PNC ids", rows: |column, _| pnc(column) },
    Kind { name: "prison numbers", rows: |column, _| prison(column) },
    Kind { name: "telephone numbers", rows: telephones },
    Kind { name: "postcodes beside people's names", rows: postcodes },
    Kind { name: "dates of birth beside people's names", rows: births },
];

macro_rules! pattern {
    ($name:ident, $pattern:literal) => {
        static $name: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new($pattern).ok());
    };
}

pattern!(EMAIL, r"(?i)\b([a-z0-9][a-z0-9._%+'-]*)@[a-z0-9-]+(\.[a-z0-9-]+)*\.[a-z]{2,}\b");
pattern!(
    ROLE,
    r"(?i)(^|[._-])(admin|advice|bookings?|contact(us)?|courts?|custody|data|enquir(y|ies)|general|hello|help(desk)?|hmp|info|information|listing|mail|no-?reply|office|press|reception|referrals?|secretary|services?|support|team|visits?|webmaster)([._-]|\d|$)|(admin|court|desk|enquiries|group|inbox|mailbox|office|prison|team)$"
);
pattern!(NINO, r"(?i)^([A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]) ?\d\d ?\d\d ?\d\d ?[A-D]$");
pattern!(NHS, r"^(\d{3})[ -]?(\d{3})[ -]?(\d{4})$");
pattern!(PNC, r"(?i)^(?:(?:19|20)?(\d\d))/(\d{1,7})([A-HJ-NP-RT-Z])$");
pattern!(PRISON, r"(?i)^[A-Z]\d{4}[A-Z]{2}$");
pattern!(POSTCODE, r"(?i)^([A-Z]{1,2}\d[A-Z\d]?) ?\d[A-Z]{2}$");
pattern!(DATE, r"^\d{1,4}[-/. ](\d{1,2}|[A-Za-z]{3,9})[-/. ]\d{2,4}([ T].*)?$");

fn is_match(pattern: &Option<Regex>, value: &str) -> bool {
    pattern.as_ref().is_some_and(|pattern| pattern.is_match(value))
}

/// The words of a column's name: `PrisonerDOB` has `prisoner` and `dob`.
fn words(header: &str) -> Vec<String> {
    let snake = super::snake_case(header);
    snake.split('_').filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// Whether the column's name has all words of one of these.
fn is_called(header: &str, names: &[&str]) -> bool {
    let words = words(header);
    names.iter().any(|name| name.split(' ').all(|wanted| words.iter().any(|word| word == wanted)))
}

/// Whether a column is one of people's names.
pub(super) fn is_name(header: &str) -> bool {
    const NAMES: &[&str] = &[
        "first name",
        "firstname",
        "forename",
        "forenames",
        "given name",
        "middle name",
        "middle names",
        "surname",
        "last name",
        "lastname",
        "family name",
        "full name",
        "fullname",
        "person name",
        "prisoner name",
        "offender name",
        "defendant name",
        "victim name",
        "witness name",
        "client name",
        "patient name",
        "child name",
        "dob name",
    ];
    is_called(header, NAMES)
}

/// Whether the name of a column looks like a value about a person, and not like a name: the first line is a row then.
pub(super) fn is_personal(name: &str) -> bool {
    let name = name.trim();
    let patterns = [&EMAIL, &NINO, &PNC, &PRISON, &POSTCODE, &DATE];
    let digits: String = name.chars().filter(|c| !matches!(c, ' ' | '-' | '(' | ')' | '.')).collect();
    let is_telephone =
        digits.len() >= 10 && digits.starts_with(['0', '+']) && digits[1..].chars().all(|c| c.is_ascii_digit());
    let is_nhs = is_match(&NHS, name) && is_checked_nhs(name);
    is_telephone || is_nhs || patterns.into_iter().any(|pattern| is_match(pattern, name))
}

/// Whether the name of a column looks like a value: personal data, or a number that is no year.
pub(super) fn is_value(name: &str) -> bool {
    let is_year = name.len() == 4 && (name.starts_with("19") || name.starts_with("20"));
    let is_number = !name.is_empty() && name.chars().all(|c| c.is_ascii_digit() || c == '.');
    // With the wrong sign between them, a row is read as one name.
    (is_number && !is_year) || name.split([';', '\t', '|']).any(is_personal)
}

/// The rows whose value fits, when they are at least `least` different values and half of the column.
fn most(column: &Values<'_>, least: usize, fits: impl Fn(&str) -> bool) -> Vec<usize> {
    let found: Vec<&(usize, &str)> = column.values.iter().filter(|(_, value)| fits(value)).collect();
    let different: HashSet<&str> = found.iter().map(|(_, value)| *value).collect();
    let is_enough = different.len() >= least && found.len() * 2 >= column.values.len();
    if is_enough { found.into_iter().map(|(row, _)| *row).collect() } else { Vec::new() }
}

/// How many different values it takes: one, when the column's name says what they are.
fn least(column: &Values<'_>, names: &[&str], otherwise: usize) -> usize {
    if is_called(column.header, names) { 1 } else { otherwise }
}

/// A team's or an office's address is nobody's.
fn emails(column: &Values<'_>) -> Vec<usize> {
    let is_persons = |value: &str| {
        let found = EMAIL.as_ref().map(|pattern| pattern.captures_iter(value));
        found.into_iter().flatten().any(|found| found.get(1).is_some_and(|local| !is_match(&ROLE, local.as_str())))
    };
    column.values.iter().filter(|(_, value)| is_persons(value)).map(|(row, _)| *row).collect()
}

fn national_insurance(column: &Values<'_>) -> Vec<usize> {
    const NEVER: [&str; 7] = ["BG", "GB", "KN", "NK", "NT", "TN", "ZZ"];
    let fits = |value: &str| {
        let found = NINO.as_ref().and_then(|pattern| pattern.captures(value));
        found.is_some_and(|found| !NEVER.contains(&found[1].to_uppercase().as_str()))
    };
    most(column, least(column, &["nino", "national insurance", "ni number", "ni no"], 3), fits)
}

/// Ten digits, the last of which checks the others. By chance one of eleven numbers fits, so that all must.
fn nhs(column: &Values<'_>) -> Vec<usize> {
    let fits = |value: &str| is_match(&NHS, value) && is_checked_nhs(value);
    let least = least(column, &["nhs"], 8);
    if least > 1 && !column.values.iter().all(|(_, value)| fits(value)) {
        return Vec::new();
    }
    most(column, least, fits)
}

fn is_checked_nhs(value: &str) -> bool {
    let digits: Vec<u32> = value.chars().filter_map(|c| c.to_digit(10)).collect();
    let Some((check, first)) = digits.split_last().filter(|_| digits.len() == 10) else { return false };
    let sum: u32 = first.iter().zip((2..=10).rev()).map(|(digit, weight)| digit * weight).sum();
    let is_same = first.iter().all(|digit| digit == check);
    (11 - sum % 11) % 11 == *check && !is_same
}

/// A year, a number and a letter that checks them.
fn pnc(column: &Values<'_>) -> Vec<usize> {
    let fits = |value: &str| {
        let Some(found) = PNC.as_ref().and_then(|pattern| pattern.captures(value)) else { return false };
        let number = format!("{}{:0>7}", &found[1], &found[2]).parse::<usize>().unwrap_or(0);
        found[3].eq_ignore_ascii_case(&"ZABCDEFGHJKLMNPQRTUVWXY"[number % 23..=number % 23])
    };
    most(column, least(column, &["pnc"], 2), fits)
}

fn prison(column: &Values<'_>) -> Vec<usize> {
    let names = [
        "noms",
        "nomis",
        "prison number",
        "prisoner number",
        "offender number",
        "offender id",
        "prisoner id",
        "prison no",
    ];
    most(column, least(column, &names, 3), |value| is_match(&PRISON, value))
}

/// Mobile numbers, and any number beside people's names. Switchboards are in the telephone book.
fn telephones(column: &Values<'_>, people: bool) -> Vec<usize> {
    let is_said = is_called(column.header, &["phone", "telephone", "tel", "mobile", "phonenumber"]);
    let fits = |value: &str| {
        let digits: String = value.chars().filter(|c| !matches!(c, ' ' | '-' | '(' | ')' | '.')).collect();
        let own = ["+44", "0044"].iter().find_map(|prefix| digits.strip_prefix(prefix));
        let own = own.map(|rest| rest.strip_prefix('0').unwrap_or(rest)).or_else(|| digits.strip_prefix('0'));
        let Some(own) = own.filter(|own| own.chars().all(|c| c.is_ascii_digit())) else { return false };
        let is_mobile = own.len() == 10 && own.starts_with('7') && !own.starts_with("70") && !own.starts_with("76");
        let is_line = matches!(own.len(), 9 | 10) && own.starts_with(['1', '2', '3']);
        // Eleven digits may be any code: a number is written as one, or its column is called so.
        let is_written = is_said || digits.starts_with('+') || value.contains(' ');
        is_written && (is_mobile || (people && is_line))
    };
    most(column, if is_said { 1 } else { 3 }, fits)
}

fn postcodes(column: &Values<'_>, people: bool) -> Vec<usize> {
    if !people {
        return Vec::new();
    }
    most(column, least(column, &["postcode", "post code"], 3), |value| is_match(&POSTCODE, value))
}

fn births(column: &Values<'_>, people: bool) -> Vec<usize> {
    let is_birth =
        is_called(column.header, &["dob", "birth date", "date birth", "birthdate", "birthday", "dateofbirth"]);
    if !people || !is_birth {
        return Vec::new();
    }
    most(column, 1, |value| is_match(&DATE, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The kinds that are found in a column.
    fn found(header: &str, values: &[&str], people: bool) -> Vec<&'static str> {
        let values: Vec<(usize, &str)> = values.iter().enumerate().map(|(at, value)| (at + 2, *value)).collect();
        let column = Values { header, values: &values };
        KINDS.iter().filter(|kind| !(kind.rows)(&column, people).is_empty()).map(|kind| kind.name).collect()
    }

    #[test]
    fn people_are_recognised() {
        for (header, values, people, kind) in [
            ("contact", &["x", "jane.smith@example.com"][..], false, "e-mail addresses"),
            ("notes", &["ask Jo.Bloggs@digital.justice.gov.uk first"], false, "e-mail addresses"),
            ("code", &["AB123456C", "CE 12 34 56 D", "JG103759A"], false, "National Insurance numbers"),
            ("nino", &["AB123456C"], false, "National Insurance numbers"),
            ("nhs_number", &["943 476 5919"], false, "NHS numbers"),
            ("pnc_id", &["2012/0052494Q"], false, "PNC ids"),
            ("ref", &["A1234BC", "A1234BD", "G5678XY"], false, "prison numbers"),
            ("offenderId", &["A1234BC"], false, "prison numbers"),
            ("mobile", &["07700 900123"], false, "telephone numbers"),
            ("value", &["+44 7700 900123", "07700 900124", "07700 900125"], false, "telephone numbers"),
            ("tel", &["020 7946 0123"], true, "telephone numbers"),
            ("postcode", &["SW1A 1AA"], true, "postcodes beside people's names"),
            ("DateOfBirth", &["1980-02-03"], true, "dates of birth beside people's names"),
        ] {
            assert_eq!(found(header, values, people), [kind], "{header} {values:?}");
        }
    }

    #[test]
    fn lookup_tables_are_not_people() {
        for (header, values, people) in [
            ("offence_code", &["TH68001", "CJ88116", "RT88026", "CJ88116A", "PC02001"][..], true),
            ("court_code", &["B01CN00", "C05LV00", "A1234", "B12"], true),
            ("court_email", &["enquiries.leeds.countycourt@justice.gov.uk", "contact-crime@justice.gov.uk"], false),
            ("court_phone", &["0113 306 2800", "020 7946 0123"], false),
            ("postcode", &["LS1 3BG", "M60 9DJ", "SW1A 1AA"], false),
            ("opened_on", &["1980-02-03"], true),
            ("id", &["1234567890", "2234567891", "3334567892", "4434567893", "5534567894", "1", "2", "3"], false),
            ("code", &["01234567890", "07123456789", "07987654321"], false),
            ("ref", &["A1234BC", "other", "another", "a fourth"], false),
            ("year", &["2012/13", "2013/14", "12/2012", "2012/1"], false),
            ("handle", &["@team", "user@localhost", "a@b"], false),
            ("date_of_birth", &["not known", "withheld"], true),
        ] {
            assert_eq!(found(header, values, people), Vec::<&str>::new(), "{header} {values:?}");
        }
        for header in ["court_name", "name", "offence_name", "prison_name", "title"] {
            assert!(!is_name(header), "{header}");
        }
        for header in ["first_name", "Surname", "PrisonerFullName", "forename_1", "defendant name"] {
            assert!(is_name(header), "{header}");
        }
    }
}
