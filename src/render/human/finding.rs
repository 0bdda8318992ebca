//! One finding: a line, or with what was seen, why it matters and the fix.

use super::paper::{Ink, Paper, Span, wrap};
use crate::report::Finding;
use launchcheck_checks::vocab::{Evidence, Fix, Severity};

/// The mark in front of a finding; the glyphs differ, so colour is not needed.
const fn mark(severity: Severity) -> (&'static str, Ink) {
    match severity {
        Severity::Blocker | Severity::High => ("✗", Ink::Bad),
        Severity::Medium => ("!", Ink::Warn),
        Severity::Low => ("·", Ink::Plain),
        Severity::Info => ("i", Ink::Plain),
    }
}

/// The headline with its mark and the rule id at the right end.
fn headline(f: &Finding, title: &str, paper: &mut Paper) {
    let (glyph, ink) = mark(f.severity);
    let id = format!("[{}]", f.rule.id);
    let title = if f.is_preview() { format!("{title} (preview, counts for nothing)") } else { title.to_owned() };
    let room = paper.width() - 2;
    let mut lines = wrap(&title, room);
    // The id shares the last line where there is room for it.
    let last = lines.pop().unwrap_or_default();
    let mut glyph = Some(glyph);
    let mut front = || Span(ink, glyph.take().map_or_else(|| "  ".to_owned(), |g| format!("{g} ")));
    for line in lines {
        let front = front();
        paper.put(&[front, Span(Ink::Bold, line)]);
    }
    let left = [front(), Span(Ink::Bold, last)];
    if paper.is_narrow() {
        paper.put(&left);
        paper.put(&[Span(Ink::Plain, "    ".to_owned()), Span(Ink::Dim, id)]);
    } else {
        paper.spread(&left, &[Span(Ink::Dim, id)]);
    }
}

/// The name of the target without its kind, as people know it.
fn name(f: &Finding) -> &str {
    f.target.as_str().split_once(':').map_or(f.target.as_str(), |(_, name)| name)
}

/// A finding in one line.
pub(super) fn line(f: &Finding, paper: &mut Paper) {
    let title = f.title.as_str();
    let told = title.contains(name(f)) || matches!(name(f), "" | "." | "run");
    let title = if told { title.to_owned() } else { format!("{title} ({})", name(f)) };
    headline(f, &title, paper);
}

/// A finding with everything.
pub(super) fn full(f: &Finding, with_why: bool, paper: &mut Paper) {
    headline(f, f.title.as_str(), paper);
    let saw: Vec<String> = f.saw.iter().flat_map(evidence).collect();
    let mentions = |what: &str| f.title.as_str().contains(what) || saw.iter().any(|s| s.contains(what));
    let mut at = Vec::new();
    if !mentions(name(f)) && !matches!(name(f), "" | "." | "run") {
        at.push(f.target.to_string());
    }
    if let Some(place) = f.place.as_ref().filter(|p| !mentions(&format!("{}:{}", p.file, p.line))) {
        at.push(place.to_string());
    }
    field("at", &at.join(" · "), paper);
    for (i, line) in saw.iter().enumerate() {
        field(if i == 0 { "saw" } else { "" }, line, paper);
    }
    if with_why {
        field("why", f.why.as_str(), paper);
    }
    fix(&f.fix, paper);
}

fn field(label: &str, text: &str, paper: &mut Paper) {
    if !text.is_empty() {
        paper.hang(&format!("    {label:<6}"), text, Ink::Plain);
    }
}

/// What was seen, a line each.
fn evidence(e: &Evidence) -> Vec<String> {
    let one = |s: String| vec![s];
    match e {
        Evidence::Dns { name, kind, answer } => match answer.as_slice() {
            [] => one(format!("{kind} {name}: nothing")),
            [single] => one(format!("{kind} {name}: {single}")),
            many => many.iter().map(|a| format!("{kind} {name}: {a}")).collect(),
        },
        Evidence::Http { method, url, status, note } => {
            let status = if *status == 0 { "no answer".to_owned() } else { status.to_string() };
            let note = if note.is_empty() { String::new() } else { format!(", {note}") };
            one(format!("{method} {url}: {status}{note}"))
        }
        Evidence::Certificate { host, names, issuer, validity: (from, to) } => {
            one(format!("{host}, names {names}, issuer {issuer}, valid {from} to {to}"))
        }
        Evidence::Place(place, text) if text.is_empty() => one(format!("{}:{}", place.file, place.line)),
        Evidence::Place(place, text) => one(format!("{}:{}: {text}", place.file, place.line)),
        Evidence::Difference { field, provider, database } => {
            one(format!("{field}: provider says {provider}, database says {database}"))
        }
        Evidence::Text(text) => one(text.to_string()),
    }
}

/// What to do. What is to be pasted stands on lines of its own, whole.
fn fix(fix: &Fix, paper: &mut Paper) {
    match fix {
        Fix::DnsRecord { name, kind, value, note } => {
            let note =
                if note.is_empty() { "add at your DNS host" } else { note.as_str().trim_end_matches([':', '.']) };
            let (first, rest) = note.split_at(note.chars().next().map_or(0, char::len_utf8));
            field("fix", &format!("{}{rest}:", first.to_uppercase()), paper);
            let strings: Vec<String> = fix.strings().iter().map(|s| format!("\"{s}\"")).collect();
            let quoted = if strings.is_empty() { value.to_string() } else { strings.join(" ") };
            paper.paste(&format!("{name}.  {kind}  {quoted}"));
            if let Some(host) = fix.host() {
                let how = match strings.len() {
                    0 => "the value as it stands",
                    1 => "the value without the quotes",
                    _ => "the value as one line without the quotes",
                };
                field("", &format!("In a DNS panel: host {host}, type {kind}, {how}"), paper);
            }
        }
        Fix::EnvVar { name, value } => field("fix", &format!("Set {name}: {value}"), paper),
        Fix::Header { name, value } => {
            field("fix", "Send this response header:", paper);
            paper.paste(&format!("{name}: {value}"));
        }
        Fix::Command(command) => {
            field("fix", "Run:", paper);
            paper.paste(command.as_str());
        }
        Fix::Sql(sql) => {
            field("fix", "Read it, then run:", paper);
            paper.paste(sql.as_str());
        }
        Fix::Code { place, lines } => {
            field("fix", &format!("In {place}:"), paper);
            for line in lines {
                paper.paste(line.as_str());
            }
        }
        Fix::Steps(steps) => match steps.as_slice() {
            [one] => field("fix", one.as_str(), paper),
            many => {
                for (i, step) in many.iter().enumerate() {
                    let label = if i == 0 { "fix" } else { "" };
                    paper.hang(&format!("    {label:<6}{}. ", i + 1), step.as_str(), Ink::Plain);
                }
            }
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_as_panels_want_them() {
        let host = |name: &str| Fix::record(name, "CNAME", "x.example").host();
        assert_eq!(host("_dmarc.acme.test").as_deref(), Some("_dmarc"));
        assert_eq!(host("acme.test").as_deref(), Some("@"));
        assert_eq!(host("s1._domainkey.mail.acme.co.uk").as_deref(), Some("s1._domainkey.mail"));
    }

    #[test]
    fn long_values_are_split_at_255_octets() {
        let strings = |kind: &str, value: &str| Fix::record("acme.test", kind, value).strings();
        assert_eq!(strings("TXT", "v=spf1 -all"), ["v=spf1 -all"]);
        let parts: Vec<usize> = strings("TXT", &"x".repeat(300)).iter().map(String::len).collect();
        assert_eq!(parts, [255, 45]);
        assert!(strings("MX", "10 mx.example").is_empty());
    }
}
