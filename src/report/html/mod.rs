//! A run as a page: one HTML file that needs nothing else and asks no server for anything.
//!
//! What the project says stands in one block of JSON, in which nothing can end the block. The page's own script puts it into
//! the document as text, and the page's policy lets no other script, style or address in.

mod data;
mod graph;
mod last_run;
mod layout;
mod verdict;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;
use sha2::{Digest, Sha256};

pub use last_run::LastRun;
pub use verdict::{Summary, summary};

const STYLE: &str = concat!(include_str!("page.css"), include_str!("graph.css"));

const SCRIPT: &str = concat!(
    "(() => {\n\"use strict\";\n",
    include_str!("dom.js"),
    include_str!("tables.js"),
    include_str!("findings.js"),
    include_str!("timings.js"),
    include_str!("panel.js"),
    include_str!("graph.js"),
    include_str!("page.js"),
    "})();\n",
);

/// The page of a run.
pub fn page(run: &LastRun) -> String {
    whole(&data::data(run))
}

fn whole(data: &Value) -> String {
    let policy = format!(
        "default-src 'none'; style-src '{}'; script-src '{}'; base-uri 'none'; form-action 'none'",
        hash(STYLE),
        hash(SCRIPT)
    );
    format!(
        "<!doctype html>\n<html lang=\"en-GB\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"referrer\" content=\"no-referrer\">\n\
         <title>cadet: report of a run</title>\n<style>{STYLE}</style>\n</head>\n<body>\n\
         <noscript><p>This page needs JavaScript to show the report. It loads nothing from anywhere. `cadet report` \
         prints the same in a terminal.</p></noscript>\n\
         <script type=\"application/json\" id=\"data\">{}</script>\n<script>{SCRIPT}</script>\n</body>\n</html>\n",
        in_script(data)
    )
}

/// What the policy knows a style or script by.
fn hash(text: &str) -> String {
    format!("sha256-{}", BASE64_STANDARD.encode(Sha256::digest(text)))
}

/// JSON that neither ends the element that it stands in nor begins a comment or another element.
fn in_script(data: &Value) -> String {
    let text = data.to_string();
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_ends_the_block_that_it_stands_in() {
        let hostile = serde_json::json!({"name": "</script><img src=x onerror=alert(1)><!--<script>&amp;\u{2028}"});
        let shown = in_script(&hostile);
        assert_eq!(
            shown,
            r#"{"name":"\u003c/script\u003e\u003cimg src=x onerror=alert(1)\u003e\u003c!--\u003cscript\u003e\u0026amp;\u2028"}"#
        );
        assert_eq!(serde_json::from_str::<Value>(&shown).unwrap(), hostile);
    }

    #[test]
    fn the_policy_names_the_style_and_the_script_by_their_sums() {
        let page = whole(&serde_json::json!({}));
        let between = |from: &str, to: &str| page.split_once(from).unwrap().1.split_once(to).unwrap().0.to_owned();
        assert!(page.contains(&format!("style-src '{}'", hash(&between("<style>", "</style>")))));
        assert!(page.contains(&format!("script-src '{}'", hash(&between("<script>", "</script>")))));
        assert!(page.contains("default-src 'none'"));
    }

    #[test]
    fn neither_style_nor_script_names_an_address() {
        // The namespace of SVG is a name, and nothing is fetched from there.
        let own = format!("{STYLE}{SCRIPT}").replace("http://www.w3.org/2000/svg", "");
        for word in ["http:", "https:", "url(", "@import", "innerHTML", "outerHTML", "insertAdjacentHTML", "eval("] {
            assert!(!own.contains(word), "{word}");
        }
    }
}
