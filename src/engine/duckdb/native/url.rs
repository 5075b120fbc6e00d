//! Addresses taken apart. Behaviour: Trino's "URL functions".

use super::{Given, first, nth};

struct Url<'t> {
    protocol: &'t str,
    host: &'t str,
    port: &'t str,
    path: &'t str,
    query: Option<&'t str>,
    fragment: Option<&'t str>,
}

/// The parts, or none when it is no address.
fn read(text: &str) -> Option<Url<'_>> {
    if text.contains([' ', '<', '>', '"', '{', '}', '|', '\\', '^', '`']) {
        return None;
    }
    let (rest, fragment) = text.split_once('#').map_or((text, None), |(rest, fragment)| (rest, Some(fragment)));
    let (rest, query) = rest.split_once('?').map_or((rest, None), |(rest, query)| (rest, Some(query)));
    let (protocol, rest) = rest.split_once(':').filter(|(name, _)| !name.contains('/')).unwrap_or(("", rest));
    let (authority, path) = match rest.strip_prefix("//") {
        Some(rest) => rest.find('/').map_or((rest, ""), |at| rest.split_at(at)),
        None => ("", rest),
    };
    let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let (host, port) = authority
        .rsplit_once(':')
        .filter(|(_, port)| port.chars().all(|c| c.is_ascii_digit()))
        .unwrap_or((authority, ""));
    Some(Url { protocol, host, port, path, query, fragment })
}

/// The address, and the name of the part that is wanted.
pub(super) fn part(values: &[&str]) -> Given<String> {
    let Some(url) = read(first(values)) else { return Ok(None) };
    let found = match nth(values, 1) {
        "protocol" => Some(url.protocol.to_owned()),
        "host" => Some(url.host.to_owned()),
        "port" => Some(url.port.to_owned()).filter(|port| !port.is_empty()),
        "path" => Some(decoded(url.path, false)?),
        "query" => Some(url.query.unwrap_or_default().to_owned()),
        _ => Some(url.fragment.unwrap_or_default().to_owned()),
    };
    Ok(found)
}

/// The address, and the parameter's name.
pub(super) fn parameter(values: &[&str]) -> Given<String> {
    let Some(query) = read(first(values)).and_then(|url| url.query) else { return Ok(None) };
    for pair in query.split('&') {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        if decoded(name, true)? == nth(values, 1) {
            return decoded(value, true).map(Some);
        }
    }
    Ok(None)
}

pub(super) fn encode(values: &[&str]) -> Given<String> {
    let mut out = String::new();
    for byte in first(values).bytes() {
        match byte {
            b' ' => out.push('+'),
            b'-' | b'_' | b'.' | b'*' => out.push(char::from(byte)),
            _ if byte.is_ascii_alphanumeric() => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    Ok(Some(out))
}

pub(super) fn decode(values: &[&str]) -> Given<String> {
    decoded(first(values), true).map(Some)
}

fn decoded(text: &str, with_plus: bool) -> Result<String, String> {
    let mut out = Vec::new();
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'+' if with_plus => out.push(b' '),
            b'%' => {
                let digits =
                    [bytes.next(), bytes.next()].map(|digit| digit.and_then(|digit| char::from(digit).to_digit(16)));
                match digits {
                    [Some(high), Some(low)] => out.push(u8::try_from(high * 16 + low).unwrap_or_default()),
                    _ => return Err("Illegal hex characters in escape (%) pattern".to_owned()),
                }
            }
            byte => out.push(byte),
        }
    }
    Ok(String::from_utf8_lossy(&out).into_owned())
}
