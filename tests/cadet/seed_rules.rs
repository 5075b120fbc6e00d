//! What rules say of seeds, and of what looks wrong and is not.

use crate::sql_rules::told;
use crate::support::Sandbox;

/// Only what is wrong with the seeds themselves.
const QUIET: &str = "preset: none\nrules: {graph/unused-seed: off, graph/unused-source: off, docs/described: off, docs/columns-described: off}\n";

fn checked(seeds: &[(&str, &str)]) -> String {
    let seeds = seeds.iter().fold(Sandbox::new().file("cadet.yaml", QUIET), |sandbox, (name, csv)| {
        sandbox.file(&format!("seeds/prison/safety/safety__{name}.csv"), csv)
    });
    told(&seeds.cadet(&["check", "--all", "--format", "json"]))
}

#[test]
fn what_a_guessed_type_changes_is_told() {
    insta::assert_snapshot!(checked(&[
        ("zeros", "code,share,cost,phone_code\n007,5%,\"£1,000\",+44\n010,10%,£2,+1\n"),
        ("moments", "zulu,zone,parts,plain\n2024-01-01T10:00:00Z,2024-01-01T10:00:00+01:00,2024-01-01T10:00:00.5,2024-01-01T10:00:00\n"),
        ("numbers", "whole,large,point,power,word\n1,2147483648,1.0,1e5,NaN\n2,-2147483649,2.0,7,3\n"),
        // No column of these is changed.
        ("fine", "code,ratio,mixed,date,moment,empty,flag,large\n01A,0.05,NaN?,2024-1-1,2024-01-01 10:00:00,,TRUE,3000000000.5\n02,1.0,1e5,2024-12-31,2024-01-02 00:00:00,null,false,1\n")
    ]), @"
    error seeds/unloadable-values safety__numbers.csv:1:7: values of the column `large` are too large for `integer`: 2, the first in row 2
    error seeds/unloadable-values safety__numbers.csv:1:13: values of the column `point` are written with a point or an exponent, which `integer` does not read: 2, the first in row 2
    error seeds/unloadable-values safety__numbers.csv:1:19: values of the column `power` are written with a point or an exponent, which `integer` does not read: one, in row 2
    error seeds/unloadable-values safety__numbers.csv:1:25: values of the column `word` are no numbers (`NaN` or `Infinity`): one, in row 2
    warning seeds/changed-values safety__moments.csv:1:1: values of the column `zulu` have a time zone or parts of a second, and become null on Athena: one, in row 2
    warning seeds/changed-values safety__moments.csv:1:6: values of the column `zone` have a time zone or parts of a second, and become null on Athena: one, in row 2
    warning seeds/changed-values safety__moments.csv:1:11: values of the column `parts` have a time zone or parts of a second, and become null on Athena: one, in row 2
    warning seeds/changed-values safety__zeros.csv:1:1: values of the column `code` lose the zeros that they begin with: 2, the first in row 2
    warning seeds/changed-values safety__zeros.csv:1:6: values of the column `share` lose their `%`, and 5% becomes 5: 2, the first in row 2
    warning seeds/changed-values safety__zeros.csv:1:12: values of the column `cost` lose the signs between their digits, and 1,000 becomes 1000: one, in row 2
    warning seeds/changed-values safety__zeros.csv:1:12: values of the column `cost` lose their sign of money: 2, the first in row 2
    warning seeds/changed-values safety__zeros.csv:1:17: values of the column `phone_code` lose the `+` that they begin with: 2, the first in row 2
    ");
}

#[test]
fn a_declared_type_settles_it() {
    let sandbox = Sandbox::new()
        .file("cadet.yaml", QUIET)
        .file("seeds/prison/safety/safety__zeros.csv", "code,id,at\n007,9999999999,2024-01-01T10:00:00Z\n")
        .file(
            "seeds/prison/safety/safety__zeros.yaml",
            "seeds:\n  - name: safety__zeros\n    config:\n      column_types: {code: varchar, id: bigint, at: timestamp, Code: varchar, sites: int}\n",
        );
    insta::assert_snapshot!(told(&sandbox.cadet(&["check", "--all", "--format", "json"])), @"
    warning seeds/column-types safety__zeros.yaml:2:11: `column_types` has a type for `Code`, and the seed has no such column
    warning seeds/column-types safety__zeros.yaml:2:11: `column_types` has a type for `sites`, and the seed has no such column
    ");
}

#[test]
fn a_seed_is_a_plain_table() {
    insta::assert_snapshot!(checked(&[
        ("headers", "Id, name,order,2nd,Full Name,VisitType\n1,a,b,c,d,e\n"),
        ("capitals", "A_ID,B_ID,C_ID,D_ID,e_id\n1,2,3,4,5\n"),
        ("cells", "list,object,path,text\n\"[1, 2]\",\"{\"\"a\"\": 1}\",C:\\data,\"two\nlines\"\n"),
        ("not_cells", "list,object,path,text\n[see note],{code},a/b,\"one, line\"\n"),
        ("windows", "a,b\r\n1,2\r\n"),
        ("twice", "id,ID\n1,2\n"),
        ("pointer", "version https://git-lfs.github.com/spec/v1\noid sha256:abc\nsize 1\n")
    ]), @"
    error seeds/readable safety__pointer.csv:1:1: this is a pointer of Git LFS, not a CSV
    error seeds/readable safety__twice.csv:1:1: the columns 1 and 2 of this seed have the same name
    warning seeds/headers safety__capitals.csv:1:1: 4 columns of this seed have capitals, which Glue does not keep
    warning seeds/complex-types safety__cells.csv:1:1: values of the column `list` are lists or JSON: one, in row 2
    warning seeds/complex-types safety__cells.csv:1:6: values of the column `object` are lists or JSON: one, in row 2
    warning seeds/special-characters safety__cells.csv:1:13: values of the column `path` have backslashes, which Athena drops: one, in row 2
    warning seeds/special-characters safety__cells.csv:1:18: values of the column `text` have line breaks, which Athena takes for the end of a row: one, in row 2
    warning seeds/headers safety__headers.csv:1:1: the column `Id` will be called `id`
    warning seeds/headers safety__headers.csv:1:4: the name of the column `name` has a blank before or after it
    warning seeds/headers safety__headers.csv:1:10: `order` is a word of SQL, and as a column it needs quotes wherever it is used
    warning seeds/headers safety__headers.csv:1:16: the name of the column `2nd` begins with a digit, so that it needs quotes wherever it is used
    warning seeds/headers safety__headers.csv:1:20: the name of the column `Full Name` has other signs than letters, digits and `_`
    warning seeds/headers safety__headers.csv:1:30: the column `VisitType` will be called `visittype`
    note seeds/plain-text safety__windows.csv: the lines of this seed end as on Windows (CRLF)
    ");
}

#[test]
fn people_are_found_and_not_shown() {
    let sandbox = Sandbox::new().file("cadet.yaml", QUIET).file(
        "seeds/prison/safety/safety__people.csv",
        "first_name,surname,dob,postcode,mobile,email,nino,nhs_no,pnc,noms_id\nJane,Smith,1980-02-03,SW1A 1AA,07700 900123,jane.smith@example.com,AB123456C,9434765919,2012/0052494Q,A1234BC\n",
    );
    let ran = sandbox.cadet(&["check", "--all", "--format", "json"]);
    insta::assert_snapshot!(told(&ran), @"
    error seeds/unloadable-values safety__people.csv:1:51: values of the column `nhs_no` are too large for `integer`: one, in row 2
    warning seeds/sensitive-data safety__people.csv:1:20: values of the column `dob` look like dates of birth beside people's names: one, in row 2
    warning seeds/sensitive-data safety__people.csv:1:24: values of the column `postcode` look like postcodes beside people's names: one, in row 2
    warning seeds/sensitive-data safety__people.csv:1:33: values of the column `mobile` look like telephone numbers: one, in row 2
    warning seeds/sensitive-data safety__people.csv:1:40: values of the column `email` look like e-mail addresses: one, in row 2
    warning seeds/sensitive-data safety__people.csv:1:46: values of the column `nino` look like National Insurance numbers: one, in row 2
    warning seeds/sensitive-data safety__people.csv:1:51: values of the column `nhs_no` look like NHS numbers: one, in row 2
    warning seeds/sensitive-data safety__people.csv:1:58: values of the column `pnc` look like PNC ids: one, in row 2
    warning seeds/sensitive-data safety__people.csv:1:62: values of the column `noms_id` look like prison numbers: one, in row 2
    ");
    let shown = sandbox.cadet(&["check", "--all"]).shown() + &ran.shown();
    for value in
        ["Jane", "Smith", "1980", "SW1A", "07700", "example.com", "AB123456", "9434765919", "52494Q", "A1234BC"]
    {
        assert!(!shown.contains(value), "{value} is shown:\n{shown}");
    }
}

#[test]
fn lookup_tables_tell_nothing_of_people() {
    insta::assert_snapshot!(checked(&[
        ("offences", "offence_code,offence_name,act,year\nTH68001,Theft,Theft Act 1968,1968\nCJ88116,Common assault,CJA 1988,1988\nRT88026A,Drink driving,RTA 1988,1988\n"),
        ("courts", "court_code,name,postcode,phone,email,opened\nB01CN00,Leeds,LS1 3BG,0113 496 0100,enquiries.leeds@example.com,1980-02-03\nC05LV00,York,YO1 9WZ,01904 496010,york.office@example.com,1990-01-01\n"),
        ("prisons", "agency_id,prison_name,address,postcode\nLEI,Leeds,Gloucester Terrace,LS12 2TJ\nMDI,Moorland,Bawtry Road,DN7 6BW\nHMI,Humber,Everthorpe,HU15 2JZ\n"),
        ("codes", "code,number,ref\nA1234,1234567890,12/34\nB5678,1345678901,2012/13\nC9012,1456789012,2013/14\n")
    ]), @"");
}

/// Every form in which a check is told, one after the other.
fn in_every_form(sandbox: &Sandbox) -> String {
    let forms = ["human", "github", "json", "sarif", "junit"];
    forms.iter().map(|form| sandbox.cadet(&["check", "--all", "--format", form]).shown()).collect()
}

#[test]
fn a_seed_without_names_shows_no_row() {
    let sandbox = Sandbox::new().file("cadet.yaml", QUIET).file(
        "seeds/prison/safety/safety__people.csv",
        "Wilma,wilma.stone@example.org,Q9871ZX\nJohn,fred.rubble@example.org,A1235BC\nMary,betty.slate@example.org,A1236BD\n",
    );
    insta::assert_snapshot!(told(&sandbox.cadet(&["check", "--all", "--format", "json"])), @"
    warning seeds/headers safety__people.csv: the first line of this seed looks like values, not like names
    warning seeds/sensitive-data safety__people.csv: values of column 2 look like e-mail addresses: 3, the first in row 1
    warning seeds/sensitive-data safety__people.csv: values of column 3 look like prison numbers: 3, the first in row 1
    ");
    let shown = in_every_form(&sandbox);
    for value in ["Wilma", "wilma", "stone", "example.org", "Q9871ZX"] {
        assert!(!shown.contains(value), "{value} is shown:\n{shown}");
    }
}

#[test]
fn a_row_that_does_not_fit_is_not_shown_and_looked_at() {
    let sandbox = Sandbox::new().file("cadet.yaml", QUIET).file(
        "seeds/prison/safety/safety__people.csv",
        "code,contact\n1,wilma.stone@example.org\n2,fred.rubble@example.org, Grimpen\n",
    );
    insta::assert_snapshot!(told(&sandbox.cadet(&["check", "--all", "--format", "json"])), @"
    error seeds/readable safety__people.csv: the row on line 3 has 3 values, but the header has 2 columns
    warning seeds/sensitive-data safety__people.csv:1:6: values of the column `contact` look like e-mail addresses: 2, the first in row 2
    ");
    let shown = in_every_form(&sandbox);
    for value in ["wilma", "fred", "example.org", "Grimpen"] {
        assert!(!shown.contains(value), "{value} is shown:\n{shown}");
    }
}

#[test]
fn rows_read_with_the_wrong_sign_between_them_are_not_shown() {
    let text = "wilma.stone@example.org;Grimpen\nfred.rubble@example.org;York\n";
    let sandbox = Sandbox::new().file("cadet.yaml", QUIET).file("seeds/prison/safety/safety__people.csv", text);
    insta::assert_snapshot!(told(&sandbox.cadet(&["check", "--all", "--format", "json"])), @"
    error seeds/readable safety__people.csv: the columns of this seed are separated by `;`, so it is read as one column
    warning seeds/sensitive-data safety__people.csv: values of column 1 look like e-mail addresses: 2, the first in row 1
    ");
    assert!(!in_every_form(&sandbox).contains("wilma"));
}

#[test]
fn ends_of_lines_are_mended_between_values_only() {
    let path = "seeds/prison/safety/safety__notes.csv";
    let sandbox = Sandbox::new()
        .file("cadet.yaml", QUIET)
        .file(path, "\u{feff}code,note\r\n1,\"two\r\nlines\"\r\n2,\"a \"\"b\"\" c\"\r\n");
    let _ = sandbox.cadet(&["check", "--all", "--fix"]);
    assert_eq!(sandbox.read(path), "code,note\n1,\"two\r\nlines\"\n2,\"a \"\"b\"\" c\"\n");
}

#[test]
fn declared_types_are_held_to() {
    let sandbox = Sandbox::new()
        .file("cadet.yaml", QUIET)
        .file(
            "seeds/prison/safety/safety__sizes.csv",
            "small,word,day,good,flag,guess,huge\n3000000000,1,01/02/2024,2024-1-31,yes,99999999999999999999,123456789012345678901234567890123456789\n1,abc,2024-13-01,2024-12-01,true,1,1\n",
        )
        .file(
            "seeds/prison/safety/safety__sizes.yaml",
            "seeds:\n  - name: safety__sizes\n    config:\n      column_types: {small: int, word: bigint, day: date, good: date, flag: boolean}\n",
        );
    insta::assert_snapshot!(told(&sandbox.cadet(&["check", "--all", "--format", "json"])), @"
    error seeds/unloadable-values safety__sizes.csv:1:1: values of the column `small` are no `int`: one, in row 2
    error seeds/unloadable-values safety__sizes.csv:1:7: values of the column `word` are no `bigint`: one, in row 3
    error seeds/unloadable-values safety__sizes.csv:1:12: values of the column `day` are no `date`: 2, the first in row 2
    error seeds/unloadable-values safety__sizes.csv:1:21: values of the column `flag` are no `boolean`: one, in row 2
    error seeds/unloadable-values safety__sizes.csv:1:26: values of the column `guess` are too large for `integer`: one, in row 2
    error seeds/unloadable-values safety__sizes.csv:1:32: values of the column `huge` are too large for `integer`: one, in row 2
    ");
    let shown = sandbox.cadet(&["check", "--all"]).shown();
    assert!(shown.contains("guess: decimal(38, 0)") && shown.contains("huge: varchar"), "{shown}");
}
