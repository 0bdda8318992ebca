//! `launchcheck mail`: a mail that arrived, and what it tells that no outsider can guess.

use super::{values::one_of, wrong};
use crate::{exit, problem::Problem};
use launchcheck_checks::{
    email::{
        is_own,
        message::{MOST_BYTES, Message, Signature, read},
    },
    vocab::{DomainName, Shown},
};
use serde::Serialize;
use std::{fmt::Write as _, fs, io::Read, path::PathBuf};

/// Read a mail that you sent to yourself.
///
/// Says what passed, whether it counts for the domain in From, and how long the mail took, and prints
/// the lines of configuration that pin the selector and the return path, which no outsider can guess.
/// Nothing is asked of the network.
#[derive(Debug, clap::Args)]
#[command(after_help = "Ends 0 where DMARC passes, 1 where it fails, 3 where the receiver wrote no result down.")]
pub(super) struct Args {
    /// The mail as a file; mailboxes call it "show original" or "download message"
    #[arg(value_name = "FILE.eml")]
    file: PathBuf,
    /// How to write what was found
    #[arg(long, value_parser = one_of(&Format::ALL, Format::word), default_value = "human")]
    format: Format,
}

#[derive(Clone, Copy, Debug)]
enum Format {
    Human,
    Json,
}
impl Format {
    const ALL: [Self; 2] = [Self::Human, Self::Json];
    const fn word(self) -> &'static str {
        match self {
            Self::Human => "human",
            Self::Json => "json",
        }
    }
}

/// The text and the exit code.
pub(super) fn run(args: &Args) -> anyhow::Result<(String, u8)> {
    let shown = args.file.display().to_string();
    let bytes = bytes(&args.file).map_err(|why| {
        let problem = Problem::new(format!("cannot read {shown}")).cause(why);
        wrong(problem.hint("give the mail as a file: in Gmail, Show original and then Download original"))
    })?;
    let message = read(&bytes).map_err(|e| {
        let problem = Problem::new(format!("{shown}:{}: this is no mail: {}", e.line, e.why));
        wrong(problem.hint("save the whole mail with its header: Show original, View source, or Save as .eml"))
    })?;
    let code = match message.passes() {
        Some(true) => exit::GO,
        Some(false) => exit::NO_GO,
        None => exit::INCOMPLETE,
    };
    let text = match args.format {
        Format::Human => human(&message),
        // Plain structs of text: this cannot fail.
        Format::Json => serde_json::to_string_pretty(&Page::of(&message)).unwrap_or_default() + "\n",
    };
    Ok((text, code))
}

fn bytes(path: &std::path::Path) -> Result<Vec<u8>, String> {
    if !fs::metadata(path).map_err(|e| e.to_string())?.is_file() {
        return Err("it is no regular file".to_owned());
    }
    let mut out = Vec::new();
    let file = fs::File::open(path).map_err(|e| e.to_string())?;
    file.take(MOST_BYTES as u64).read_to_end(&mut out).map_err(|e| e.to_string())?;
    Ok(out)
}

fn human(message: &Message) -> String {
    let mut out = String::new();
    let from = message.from.as_ref().map_or_else(|| "an unreadable address".to_owned(), ToString::to_string);
    let headline = match message.passes() {
        _ if message.from_fields > 1 => format!(
            "DMARC is not evaluated: this mail has {} From headers and must have one; receivers refuse it",
            message.from_fields
        ),
        Some(true) => format!("DMARC passes for {from}"),
        Some(false) => format!("DMARC fails for {from}"),
        None if message.judged_by.is_some() => {
            format!("Whether DMARC passes for {from} is open: the receiver could not look a record up; send it again")
        }
        None => format!("No receiver wrote down what it found of this mail from {from}"),
    };
    let _ = writeln!(out, "{headline}\n");
    if let Some(lent) = message.from.as_ref().filter(|d| !is_own(d)) {
        let _ = writeln!(
            out,
            "  {lent} is no domain of yours: a provider lends it for trying out, or gives mailboxes there. At launch\n  \
             send from your own domain\n"
        );
    }
    if let Some(by) = &message.judged_by {
        let _ = writeln!(out, "  judged by    {}", by.short(120));
    }
    let counts = |is: bool| if is { "counts for the domain in From" } else { "does not count for the domain in From" };
    if let Some(spf) = &message.spf {
        let domain = spf.domain.as_ref().map_or_else(|| "no domain".to_owned(), ToString::to_string);
        let aligned = spf.domain.as_ref().is_some_and(|d| message.counts(d));
        let whose = if spf.by_helo { " (the server's own name)" } else { "" };
        let _ = writeln!(out, "  SPF          {} for {domain}{whose}, which {}", spf.result, counts(aligned));
    }
    for Signature { domain, selector, result, algorithm } in &message.signatures {
        let result = result.clone().unwrap_or_else(|| "not judged".into());
        let aligned = counts(message.counts(domain));
        let _ =
            writeln!(out, "  DKIM         {result} for {domain} (selector {selector}, {algorithm}), which {aligned}");
    }
    if message.signatures.is_empty() {
        let _ = writeln!(out, "  DKIM         no signature");
    }
    if let Some(dmarc) = &message.dmarc {
        let _ = writeln!(out, "  DMARC        {dmarc}");
    }
    if let Some(path) = &message.return_path {
        let _ = writeln!(out, "  return path  {path}");
    }
    let delay = match message.delay() {
        Some(1) => "1 second from the first server to the last".to_owned(),
        Some(n) => format!("{n} seconds from the first server to the last"),
        None => "not to be told from the servers' clocks".to_owned(),
    };
    let _ = writeln!(out, "  delay        {delay}");
    let pins = message.pins();
    if !pins.is_empty() {
        let _ = writeln!(out, "\nPin in launchcheck.toml what outsiders cannot guess:\n");
        for line in pins {
            let _ = writeln!(out, "  {line}");
        }
    }
    out
}

/// What is found as the JSON shows it; a contract, so apart from the message itself.
#[derive(Serialize)]
struct Page<'a> {
    from: Option<&'a str>,
    judged_by: Option<&'a str>,
    spf: Option<Spf<'a>>,
    dkim: Vec<Dkim<'a>>,
    dmarc: Option<&'a str>,
    dmarc_passes: Option<bool>,
    return_path: Option<&'a str>,
    delay_seconds: Option<i64>,
    hops: Vec<HopRow<'a>>,
    config: String,
}
#[derive(Serialize)]
struct Spf<'a> {
    result: &'a str,
    domain: Option<&'a str>,
    aligned: bool,
}
#[derive(Serialize)]
struct Dkim<'a> {
    result: Option<&'a str>,
    domain: &'a str,
    selector: &'a str,
    algorithm: &'a str,
    aligned: bool,
}
#[derive(Serialize)]
struct HopRow<'a> {
    by: &'a str,
    at: Option<i64>,
}
impl<'a> Page<'a> {
    fn of(m: &'a Message) -> Self {
        Self {
            from: m.from.as_ref().map(DomainName::as_str),
            judged_by: m.judged_by.as_ref().map(Shown::as_str),
            spf: m.spf.as_ref().map(|s| Spf {
                result: s.result.as_str(),
                domain: s.domain.as_ref().map(DomainName::as_str),
                aligned: s.domain.as_ref().is_some_and(|d| m.counts(d)),
            }),
            dkim: m
                .signatures
                .iter()
                .map(|s| Dkim {
                    result: s.result.as_ref().map(Shown::as_str),
                    domain: s.domain.as_str(),
                    selector: s.selector.as_str(),
                    algorithm: s.algorithm.as_str(),
                    aligned: m.counts(&s.domain),
                })
                .collect(),
            dmarc: m.dmarc.as_ref().map(Shown::as_str),
            dmarc_passes: m.passes(),
            return_path: m.return_path.as_ref().map(DomainName::as_str),
            delay_seconds: m.delay(),
            hops: m.hops.iter().map(|h| HopRow { by: h.by.as_str(), at: h.at }).collect(),
            config: m.pins().join("\n"),
        }
    }
}
