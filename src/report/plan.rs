//! A plan in, what people read of it out: each table with its place, what is done there, and why.

use super::counted;
use super::text::{BOLD, DIM, Out, YELLOW, clean_path};
use crate::plan::effect::Effect;
use crate::plan::saved::{Allowed, Saved};

/// Prints the plan.
pub fn show(saved: &Saved, (head, base): (&str, &str), out: &Out) {
    let heading =
        format!("Plan for the target {}: {} compared with {}", saved.origin.target, clean_path(head), clean_path(base));
    out.line(&out.paint(BOLD, &heading));
    out.line("");
    let (refused, rest): (Vec<&Allowed>, Vec<&Allowed>) = saved.steps.iter().partition(|step| step.refused.is_some());
    let (missing, certain): (Vec<&Allowed>, Vec<&Allowed>) = rest.into_iter().partition(|step| step.only_if_missing);
    let (written, read): (Vec<&Allowed>, Vec<&Allowed>) = certain.iter().copied().partition(|step| writes(step));
    section("Built", &written, out);
    tests(&read, out);
    section("Built only when the target lacks it, or has it from other files", &missing, out);
    not_built(&refused, out);
    removed(&saved.removed, out);
    out.line(&summary(&written, &missing, &refused));
    out.line(&format!("The plan's hash is {}.", saved.hash));
}

fn writes(step: &Allowed) -> bool {
    step.statement.is_some_and(Effect::writes)
}

fn section(title: &str, steps: &[&Allowed], out: &Out) {
    if steps.is_empty() {
        return;
    }
    out.line(&format!("{title}:"));
    for step in steps {
        let what = step.statement.map(|statement| statement.to_string()).unwrap_or_default();
        let name = clean_path(step.relation.as_ref().unwrap_or(&step.name));
        let reason = if step.only_if_missing { String::new() } else { format!("  ({})", clean_path(&step.reason)) };
        out.line(&format!("  {what:<13}  {name}{reason}"));
        if let Some(location) = &step.location {
            out.line(&out.paint(DIM, &format!("                 {}/", clean_path(location))));
        }
    }
    out.line("");
}

/// Tests are many and write nothing: they are counted, and listed when that is asked for.
fn tests(steps: &[&Allowed], out: &Out) {
    if out.verbose {
        return section("Run, and nothing is written by it", steps, out);
    }
    if !steps.is_empty() {
        out.line(&format!("Tests: {}, which write nothing.", steps.len()));
        out.line("");
    }
}

fn not_built(steps: &[&Allowed], out: &Out) {
    if steps.is_empty() {
        return;
    }
    out.line(&out.paint(YELLOW, "Not built, and neither is what reads it:"));
    for step in steps {
        let why = step.refused.as_deref().unwrap_or_default();
        out.line(&format!("  {}  {}", clean_path(&step.name), clean_path(why)));
    }
    out.line("");
}

fn removed(names: &[String], out: &Out) {
    if !names.is_empty() {
        let names: Vec<String> = names.iter().map(|name| clean_path(name)).collect();
        out.line(&format!("Removed from the project, and left as they are in the target: {}.", names.join(", ")));
        out.line("");
    }
}

fn summary(written: &[&Allowed], missing: &[&Allowed], refused: &[&Allowed]) -> String {
    if written.is_empty() && missing.is_empty() && refused.is_empty() {
        return "Nothing would be written.".to_owned();
    }
    let count = |effect: Effect| written.iter().filter(|step| step.statement == Some(effect)).count();
    let kinds = [
        (Effect::ReplaceTable, "table replaced", "tables replaced"),
        (Effect::AddRows, "table gets rows", "tables get rows"),
        (Effect::ReplaceView, "view replaced", "views replaced"),
        (Effect::LoadSeed, "seed loaded", "seeds loaded"),
        (Effect::KeepFailures, "test keeps failing rows", "tests keep failing rows"),
        (Effect::FillSource, "source filled", "sources filled"),
    ];
    let mut parts: Vec<String> = kinds
        .iter()
        .filter(|(effect, ..)| count(*effect) > 0)
        .map(|(effect, one, many)| counted(count(*effect), one, many))
        .collect();
    let writing = missing.iter().filter(|step| writes(step)).count();
    if writing > 0 {
        parts.push(format!("{writing} more only if missing"));
    }
    if !refused.is_empty() {
        parts.push(format!("{} not built", refused.len()));
    }
    format!("At most: {}. Nothing else is written.", parts.join(", "))
}
