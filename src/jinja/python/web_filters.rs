//! The filters of Jinja2 that are about HTML and addresses.

use minijinja::value::ValueKind;
use minijinja::{State, Value};

use super::arguments::Args;
use super::{Done, dict_methods, fail, repr};
use crate::jinja::budget;

type Filter = fn(&mut State<'_, '_>, &Value, &Args<'_>) -> Done<Value>;

pub(crate) const ALL: &[(&str, Filter)] = &[
    ("escape", escape),
    ("e", escape),
    ("forceescape", escape),
    ("safe", |_, value, args| args.at_most(&[]).and_then(|()| made(repr::text(value)?))),
    ("striptags", striptags),
    ("urlencode", urlencode),
    ("urlize", urlize),
    ("xmlattr", xmlattr),
];

fn made(text: String) -> Done<Value> {
    budget::text(text.len())?;
    Ok(Value::from(text))
}

fn escape(_: &mut State<'_, '_>, value: &Value, args: &Args<'_>) -> Done<Value> {
    args.at_most(&[])?;
    let text = repr::text(value)?;
    budget::text(text.len().saturating_mul(5))?;
    made(escaped(&text))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('\'', "&#39;").replace('"', "&#34;")
}

/// Without comments and tags, and with single blanks.
fn striptags(_: &mut State<'_, '_>, value: &Value, args: &Args<'_>) -> Done<Value> {
    args.at_most(&[])?;
    let text = repr::text(value)?;
    let mut out = String::new();
    let mut rest = text.as_str();
    while let Some(at) = rest.find('<') {
        out.push_str(&rest[..at]);
        let comment = rest[at..].starts_with("<!--").then(|| rest[at..].find("-->").map(|end| at + end + 3)).flatten();
        let end = comment.or_else(|| rest[at..].find('>').map(|end| at + end + 1));
        let Some(end) = end else {
            rest = &rest[at..];
            break;
        };
        rest = &rest[end..];
    }
    out.push_str(rest);
    let plain = out.split_whitespace().collect::<Vec<_>>().join(" ");
    let plain = plain.replace("&lt;", "<").replace("&gt;", ">").replace("&#34;", "\"").replace("&quot;", "\"");
    made(plain.replace("&#39;", "'").replace("&amp;", "&"))
}

fn quoted(text: &str, is_query: bool) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'.' | b'-' | b'~' => out.push(char::from(byte)),
            b'/' if !is_query => out.push('/'),
            b' ' if is_query => out.push('+'),
            byte => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

fn urlencode(_: &mut State<'_, '_>, value: &Value, args: &Args<'_>) -> Done<Value> {
    args.at_most(&[])?;
    let is_plain =
        value.as_str().is_some() || !matches!(value.kind(), ValueKind::Map | ValueKind::Seq | ValueKind::Iterable);
    if is_plain {
        let text = repr::text(value)?;
        budget::text(text.len().saturating_mul(3))?;
        return made(quoted(&text, false));
    }
    let mut parts = Vec::new();
    for (key, value) in dict_methods::pairs(value)? {
        parts.push(format!("{}={}", quoted(&repr::text(&key)?, true), quoted(&repr::text(&value)?, true)));
        budget::charge(budget::ITEM)?;
    }
    made(parts.join("&"))
}

fn xmlattr(_: &mut State<'_, '_>, value: &Value, args: &Args<'_>) -> Done<Value> {
    args.at_most(&["autospace"])?;
    let mut parts = Vec::new();
    for (key, value) in dict_methods::pairs(value)? {
        if value.is_none() || value.is_undefined() {
            continue;
        }
        let key = repr::text(&key)?;
        if key.contains(|c: char| c.is_whitespace() || "/>=".contains(c)) {
            return Err(fail(format!("`{key}` cannot be the name of an attribute")));
        }
        parts.push(format!("{}=\"{}\"", escaped(&key), escaped(&repr::text(&value)?)));
    }
    let joined = parts.join(" ");
    made(if args.flag(0, "autospace", true) && !joined.is_empty() { format!(" {joined}") } else { joined })
}

/// `urlize(trim_url_limit, nofollow, target, rel, extra_schemes)`. Behaviour: `jinja2.utils.urlize`.
fn urlize(_: &mut State<'_, '_>, value: &Value, args: &Args<'_>) -> Done<Value> {
    args.at_most(&["trim_url_limit", "nofollow", "target", "rel", "extra_schemes"])?;
    let limit = args.some_int(0, "trim_url_limit")?.and_then(|limit| usize::try_from(limit).ok());
    let mut rel: Vec<String> =
        args.some_text(3, "rel")?.unwrap_or_default().split_whitespace().map(str::to_owned).collect();
    if args.flag(1, "nofollow", false) {
        rel.push("nofollow".to_owned());
    }
    rel.push("noopener".to_owned());
    rel.sort();
    rel.dedup();
    let target =
        args.some_text(2, "target")?.map_or_else(String::new, |target| format!(" target=\"{}\"", escaped(&target)));
    let attributes = format!(" rel=\"{}\"{target}", rel.join(" "));
    let text = repr::text(value)?;
    let mut out = String::new();
    let escaped = escaped(&text);
    let mut rest = escaped.as_str();
    while !rest.is_empty() {
        let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
        out.push_str(&linked(&rest[..end], limit, &attributes));
        budget::text(out.len())?;
        let space = rest[end..].find(|c: char| !c.is_whitespace()).unwrap_or(rest.len() - end);
        out.push_str(&rest[end..end + space]);
        rest = &rest[end + space..];
    }
    made(out)
}

fn linked(word: &str, limit: Option<usize>, attributes: &str) -> String {
    let opening = |c: char| "(<".contains(c);
    let start = word.len() - word.trim_start_matches(opening).trim_start_matches("&lt;").len();
    let (head, middle) = word.split_at(start);
    let body = middle.trim_end_matches([')', '>', '.', ',', '\n']).trim_end_matches("&gt;");
    let tail = &middle[body.len()..];
    let shown = |text: &str| match limit {
        Some(limit) if text.chars().count() > limit => text.chars().take(limit).collect::<String>() + "...",
        _ => text.to_owned(),
    };
    let host = body.split('/').next().unwrap_or_default();
    let is_domain =
        [".com", ".net", ".org", ".info", ".edu", ".gov", ".int", ".mil"].iter().any(|end| host.ends_with(end))
            && host.split('.').all(|label| label.chars().count() > 1);
    let link = match body {
        body if body.starts_with("https://") || body.starts_with("http://") => {
            format!("<a href=\"{body}\"{attributes}>{}</a>", shown(body))
        }
        body if body.starts_with("mailto:") && body.contains('@') => {
            format!("<a href=\"{body}\">{}</a>", body.trim_start_matches("mailto:"))
        }
        body if body.contains('@') && body.contains('.') && !body.starts_with("www.") => {
            format!("<a href=\"mailto:{body}\">{body}</a>")
        }
        body if body.starts_with("www.") || (is_domain && !body.contains('@')) => {
            format!("<a href=\"https://{body}\"{attributes}>{}</a>", shown(body))
        }
        body => body.to_owned(),
    };
    format!("{head}{link}{tail}")
}
