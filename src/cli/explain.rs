//! `launchcheck explain`: a rule's documentation, the scoring, the exit codes.

use super::wrong;
use crate::{config::check::unknown_rule, exit, probe::env_files, problem::Problem, score};
use launchcheck_checks::{
    code::facts::{Handler, Verified},
    vocab::{Lifecycle, Rule},
};
use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
};

/// Explain a rule, the scoring, the exit codes, or what a webhook handler does.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// A rule id such as email.dmarc-missing, or `scoring`, or `exit-codes`
    #[arg(value_name = "RULE|scoring|exit-codes", required_unless_present = "handler")]
    topic: Option<String>,
    /// The file of a webhook handler in this folder's app: what it does, line by line
    #[arg(long, value_name = "PATH", conflicts_with = "topic")]
    handler: Option<PathBuf>,
}

pub(super) fn run(args: &Args) -> anyhow::Result<String> {
    if let Some(path) = &args.handler {
        return handler(path);
    }
    match args.topic.as_deref().unwrap_or_default() {
        "scoring" => Ok(score::explain()),
        "exit-codes" => Ok(exit::explain()),
        id => launchcheck_checks::rule(id).map(page).ok_or_else(|| {
            let family: Vec<_> = launchcheck_checks::rules().filter(|r| r.family().word() == id).collect();
            if let Some(first) = family.first() {
                let n = family.len();
                return wrong(
                    Problem::new(format!("`{id}` is a family of {n} rules; name one of them"))
                        .hint(format!("such as `launchcheck explain {}`; `launchcheck rules` lists them", first.id)),
                );
            }
            let problem = Problem::new(format!("there is no rule `{id}`"));
            let near = unknown_rule(id).unwrap_or_default();
            wrong(
                problem.hint(near).hint("`launchcheck explain scoring` and `launchcheck explain exit-codes` work too"),
            )
        }),
    }
}

/// What is known of one handler, with the lines that say so.
fn handler(path: &Path) -> anyhow::Result<String> {
    let whole = |p: &Path| p.canonicalize().ok();
    if whole(path).is_none() {
        return Err(wrong(Problem::new(format!("there is no file {}", path.display()))));
    }
    let index = launchcheck_source::read(Path::new("."), &env_files::shown);
    let found: Vec<&Handler> =
        index.hooks.handlers.iter().filter(|h| whole(Path::new(&h.file)) == whole(path)).collect();
    if found.is_empty() {
        let mut problem = Problem::new(format!("{} is no webhook handler of the app in this folder", path.display()));
        for h in &index.hooks.handlers {
            problem = problem.hint(format!("a handler is in {}", h.file));
        }
        return Err(wrong(problem));
    }
    Ok(found.into_iter().map(handler_page).collect::<Vec<_>>().join("\n"))
}
fn handler_page(h: &Handler) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "{} ({})\n", h.file, if h.route.is_empty() { "no route" } else { &h.route });
    let mut row = |name: &str, value: String| {
        let _ = writeln!(out, "  {name:<24} {value}");
    };
    row("provider", h.provider.unwrap_or("unknown").to_owned());
    row("verified", h.verified.word().to_owned());
    match &h.verified {
        Verified::Open(ways) => {
            for (at, when) in ways {
                row("", format!("{at} is reached {}", when.words()));
            }
        }
        Verified::Unknown(to) => row("", format!("it is left to {to}, which cannot be followed")),
        Verified::Yes | Verified::No => {}
    }
    if let Some(v) = &h.verify {
        row("verified by", format!("{} at {}", v.call, v.at));
        row("secret", if v.secret.is_empty() { "not found".to_owned() } else { v.secret.join(", ") });
    }
    row("raw body", h.raw_body.word().to_owned());
    row("no secret set", h.on_missing_secret.word());
    row("no signature header", h.on_missing_header.word());
    row("bad signature", h.on_bad_signature.word());
    row("type not handled", h.unhandled.word());
    row("an event twice", h.idempotency.word().to_owned());
    row("events", if h.events.is_empty() { "none found".to_owned() } else { h.events.join(", ") });
    let _ = writeln!(out, "\nLine by line");
    for (at, text) in &h.trace {
        let _ = writeln!(out, "  {at}  {text}");
    }
    out
}

/// A rule's documentation for a terminal: its doc comment, with the examples named for what they
/// show.
fn page(rule: &Rule) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "{}: {}\n", rule.id, rule.fails);
    let _ = writeln!(
        out,
        "  {} · {} · target: {} · {} · since {}{}\n",
        rule.family().word(),
        rule.severity.word(),
        rule.on.word(),
        rule.intent.word(),
        rule.since,
        if rule.lifecycle == Lifecycle::Preview { " · preview: weighs nothing, never gates" } else { "" }
    );
    let mut inside = false;
    let mut blank = false;
    for line in rule.docs.iter().map(|l| l.strip_prefix(' ').unwrap_or(l)) {
        let text = match line.trim_end() {
            "```pass" => "Passes".to_owned(),
            "```fail" => "Fails".to_owned(),
            "```" if inside => String::new(),
            "```" => "Example".to_owned(),
            heading if !inside && heading.starts_with("# ") => heading.trim_start_matches("# ").to_uppercase(),
            code if inside => format!("    {code}"),
            prose => prose.to_owned(),
        };
        if line.starts_with("```") {
            inside = !inside;
            // An example stands apart from what precedes it.
            if inside && !blank {
                out.push('\n');
            }
        }
        // One empty line is enough, wherever two come together.
        if text.is_empty() && blank {
            continue;
        }
        blank = text.is_empty();
        let _ = writeln!(out, "{}", text.trim_end());
    }
    if !rule.yields_to.is_empty() {
        let _ = writeln!(out, "\nGives way to: {}", rule.yields_to.join(", "));
    }
    while out.ends_with("\n\n") {
        out.pop();
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_reads_like_a_page() {
        let text = page(launchcheck_checks::rule("config.waiver-expired").unwrap());
        assert!(
            text.starts_with(
                "config.waiver-expired: A waiver has expired\n\n  config · high · target: run · passive · since 0.1.0\n\n\
                 A waiver's date has passed, so what it covered counts again.\n\nWHY AT LAUNCH\n"
            ),
            "{text}"
        );
        assert!(text.contains("\nPasses\n    today 2026-11-21\n"), "{text}");
        assert!(!text.contains("```") && !text.contains("\n\n\n") && text.ends_with('\n'), "{text}");
    }

    #[test]
    fn every_topic_and_every_rule() {
        let say = |topic: &str| run(&Args { topic: Some(topic.to_owned()), handler: None });
        assert!(say("scoring").unwrap().contains("20"));
        assert!(say("exit-codes").unwrap().contains("130"));
        for rule in launchcheck_checks::rules() {
            assert!(say(&rule.id).unwrap().contains("WHY AT LAUNCH"), "{}", rule.id);
        }
        assert!(say("config.waiver-expird").is_err());
        assert!(say("email").unwrap_err().to_string().contains("`email` is a family of"));
    }
}
