//! A mail that arrived: what the receiver found, which domains vouch for it, and how long it took.
//! Only the header is read, and whatever it holds came from strangers.

use super::alignment::aligns;
use super::syntax::{Flaws, ascii, tags};
use crate::vocab::{DomainName, Selector, Shown};

/// The most bytes of header that are read.
pub const MOST_BYTES: usize = 1024 * 1024;
/// The most header fields that are read, and the longest of them.
const MOST_FIELDS: usize = 2000;
const LONGEST_FIELD: usize = 64 * 1024;
/// The most of each kind that is kept.
const MOST_KEPT: usize = 50;

/// What the header of a mail says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Message {
    /// The domain in From.
    pub from: Option<DomainName>,
    /// How many From fields there are. A mail has one; of more, receivers cannot tell who it is from.
    pub from_fields: usize,
    /// The domain of the envelope sender.
    pub return_path: Option<DomainName>,
    /// Who wrote the results down: the receiver, as it calls itself.
    pub judged_by: Option<Shown>,
    /// SPF, as the receiver found it.
    pub spf: Option<Checked>,
    /// The signatures.
    pub signatures: Vec<Signature>,
    /// DMARC, as the receiver found it.
    pub dmarc: Option<Shown>,
    /// The servers it came through, the last first.
    pub hops: Vec<Hop>,
}
/// A result for a domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// `pass`, `fail`, `softfail` …
    pub result: Shown,
    /// The domain that was checked.
    pub domain: Option<DomainName>,
    /// Whether that is the server's own name (HELO), for want of an envelope sender.
    pub by_helo: bool,
}
/// One DKIM signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// The domain it is of.
    pub domain: DomainName,
    /// The selector of its key.
    pub selector: Selector,
    /// The algorithm.
    pub algorithm: Shown,
    /// What the receiver found; `None` where it said nothing of this one.
    pub result: Option<Shown>,
}
/// One server on the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hop {
    /// The server, as it calls itself.
    pub by: Shown,
    /// When it had the mail, in seconds since 1970.
    pub at: Option<i64>,
}

/// Why a file is no mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// The line, from 1.
    pub line: u32,
    /// What is wrong there.
    pub why: &'static str,
}

impl Message {
    /// Whether a domain counts for the one in From, relaxed.
    #[must_use]
    pub fn counts(&self, domain: &DomainName) -> bool {
        self.from.as_ref().is_some_and(|from| aligns(domain, from, false))
    }
    /// Whether SPF passed for a domain that counts.
    #[must_use]
    pub fn spf_vouches(&self) -> bool {
        let counts = |c: &Checked| c.domain.as_ref().is_some_and(|d| self.counts(d));
        self.spf.as_ref().is_some_and(|c| c.result.as_str() == "pass" && counts(c))
    }
    /// The signatures that passed for a domain that counts.
    pub fn vouching(&self) -> impl Iterator<Item = &Signature> {
        let passed = |s: &&Signature| s.result.as_ref().is_some_and(|r| r.as_str() == "pass");
        self.signatures.iter().filter(passed).filter(|s| self.counts(&s.domain))
    }
    /// Whether DMARC passes: as the receiver said, else by what it found; `None` where it said nothing.
    /// It never does for a mail with several From fields: which of them the receiver took is not known,
    /// and others refuse such a mail (RFC 5322, section 3.6; RFC 7489, section 6.6.1).
    #[must_use]
    pub fn passes(&self) -> Option<bool> {
        if self.from_fields > 1 {
            return Some(false);
        }
        if let Some(dmarc) = self.dmarc.as_ref().filter(|d| matches!(d.as_str(), "pass" | "fail")) {
            return Some(dmarc.as_str() == "pass");
        }
        self.judged_by.as_ref()?;
        let vouched = self.spf_vouches() || self.vouching().next().is_some();
        // A receiver that could not look up a record has not judged.
        let cut_short = self.dmarc.iter().chain(self.spf.iter().map(|s| &s.result));
        let cut_short = cut_short.chain(self.signatures.iter().filter_map(|s| s.result.as_ref()));
        let cut_short = cut_short.into_iter().any(|r| r.as_str() == "temperror");
        (vouched || !cut_short).then_some(vouched)
    }
    /// The seconds from the first server to the last; `None` where a clock is missing or runs wrong.
    #[must_use]
    pub fn delay(&self) -> Option<i64> {
        let first = self.hops.iter().rev().find_map(|h| h.at)?;
        let last = self.hops.iter().find_map(|h| h.at)?;
        (last >= first).then(|| last - first)
    }
    /// The selectors that no outsider can guess, each once.
    #[must_use]
    pub fn selectors(&self) -> Vec<&Selector> {
        let mut all: Vec<_> = self.signatures.iter().filter(|s| self.counts(&s.domain)).map(|s| &s.selector).collect();
        all.sort();
        all.dedup();
        all
    }
    /// The lines of configuration that pin what was learned; none where nothing was.
    #[must_use]
    pub fn pins(&self) -> Vec<String> {
        let list = |all: Vec<String>| all.iter().map(|s| format!("\"{s}\"")).collect::<Vec<_>>().join(", ");
        let selectors: Vec<String> = self.selectors().into_iter().map(ToString::to_string).collect();
        let path = self.return_path.iter().filter(|p| self.counts(p) && Some(*p) != self.from.as_ref());
        let path: Vec<String> = path.map(ToString::to_string).collect();
        let mut out = Vec::new();
        // What a provider lends for trying out is nobody's to configure.
        if !self.from.as_ref().is_none_or(super::is_own) {
            return out;
        }
        if !selectors.is_empty() {
            out.push(format!("dkim-selectors = [{}]", list(selectors)));
        }
        if !path.is_empty() {
            out.push(format!("return-paths = [{}]", list(path)));
        }
        if !out.is_empty() {
            out.insert(0, "[email]".to_owned());
        }
        out
    }
}

/// Reads the header of a mail.
///
/// # Errors
/// When the file does not begin with header fields.
pub fn read(bytes: &[u8]) -> Result<Message, Unreadable> {
    let fields = fields(bytes)?;
    let mut message = Message::default();
    let named = |name: &'static str| fields.iter().filter(move |(n, _)| n == name).map(|(_, v)| v.as_str());
    message.from = named("from").next().and_then(address);
    message.from_fields = named("from").count();
    message.return_path = named("return-path").next().and_then(address);
    message.signatures = named("dkim-signature").filter_map(signature).take(MOST_KEPT).collect();
    message.hops = named("received").map(hop).take(MOST_KEPT).collect();
    // What the receiver found stands on top; what stands below may be the sender's own words.
    let judged: Vec<Results> = named("authentication-results").map(results).collect();
    if let Some(first) = judged.first() {
        let mine: Vec<&Results> = judged.iter().take_while(|r| first.is_with(r)).collect();
        for found in mine.iter().flat_map(|r| &r.found) {
            take(&mut message, found);
        }
        // `none` says that nothing was looked at (RFC 8601, section 2.2).
        let looked = |f: &Found| matches!(f.method.as_str(), "spf" | "dkim" | "dmarc");
        if mine.iter().flat_map(|r| &r.found).any(looked) {
            message.judged_by = Some(match message.hops.first() {
                Some(hop) if first.by.is_empty() => hop.by.clone(),
                _ if first.by.is_empty() => "a receiver that gives no name".into(),
                _ if mine.iter().all(|r| r.by == first.by) => first.by.as_str().into(),
                _ => first.house().map_or_else(|| first.by.as_str().into(), |d| d.as_str().into()),
            });
        }
    }
    if message.return_path.is_none() {
        message.return_path = message.spf.as_ref().filter(|s| !s.by_helo).and_then(|s| s.domain.clone());
    }
    Ok(message)
}

/// The fields, unfolded, their names in lower case.
fn fields(bytes: &[u8]) -> Result<Vec<(String, String)>, Unreadable> {
    // Editors put a mark of their own before the text.
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = ascii(bytes.get(..MOST_BYTES).unwrap_or(bytes));
    let mut out: Vec<(String, String)> = Vec::new();
    for (number, line) in (1_u32..).zip(text.split('\n')) {
        let line = line.strip_suffix('\r').unwrap_or(line);
        if line.is_empty() || out.len() >= MOST_FIELDS {
            break;
        }
        // Mailboxes put a line before each mail.
        if number == 1 && line.starts_with("From ") {
            continue;
        }
        if let (true, Some((_, value))) = (line.starts_with([' ', '\t']), out.last_mut()) {
            if value.len() + line.len() < LONGEST_FIELD {
                value.push_str(line);
            }
            continue;
        }
        let name = line.split_once(':').map(|(n, v)| (n.trim_end(), v));
        let good = |n: &str| !n.is_empty() && n.bytes().all(|b| b.is_ascii_graphic());
        match name {
            Some((name, value)) if good(name) => {
                let value = value.get(..LONGEST_FIELD).unwrap_or(value);
                out.push((name.to_ascii_lowercase(), value.trim().to_owned()));
            }
            _ if out.is_empty() => {
                return Err(Unreadable { line: number, why: "a mail begins with header fields such as `From: …`" });
            }
            // A line that is no field ends nothing: the mail was delivered with it.
            _ => {}
        }
    }
    if out.is_empty() { Err(Unreadable { line: 1, why: "there is nothing in it" }) } else { Ok(out) }
}

/// The domain of the address in a field.
fn address(value: &str) -> Option<DomainName> {
    let inside = value.rsplit_once('<').map_or(value, |(_, rest)| rest.split('>').next().unwrap_or_default());
    let host = inside.trim().rsplit_once('@')?.1;
    let host: String = host.chars().take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_')).collect();
    DomainName::parse(&host).ok()
}

fn signature(value: &str) -> Option<Signature> {
    let all = tags(value, &mut Flaws::default());
    let tag = |name: &str| all.iter().find(|t| t.name == name).map(|t| t.value);
    Some(Signature {
        domain: DomainName::parse(tag("d")?).ok()?,
        selector: Selector::parse(tag("s")?).ok()?,
        algorithm: tag("a").unwrap_or_default().into(),
        result: None,
    })
}

fn hop(value: &str) -> Hop {
    let bare = without_comments(value);
    let (head, date) = bare.rsplit_once(';').unwrap_or((&bare, ""));
    let mut words = head.split_ascii_whitespace();
    let by = words.by_ref().find(|w| *w == "by").and_then(|_| words.next()).unwrap_or("an unnamed server");
    let date = date.split_ascii_whitespace().collect::<Vec<_>>().join(" ");
    let at = jiff::fmt::rfc2822::parse(&date).ok().map(|z| z.timestamp().as_second());
    Hop { by: Shown::from(by).short(100), at }
}

/// One Authentication-Results field (RFC 8601).
struct Results {
    by: String,
    found: Vec<Found>,
}
impl Results {
    /// Whether both are of one receiver. Some put each result into a field of its own, by servers whose
    /// names differ, such as `spf.icloud.com` and `dmarc.icloud.com`.
    fn is_with(&self, other: &Self) -> bool {
        self.by == other.by || (self.house().is_some() && self.house() == other.house())
    }
    fn house(&self) -> Option<DomainName> {
        DomainName::parse(&self.by).ok().map(|d| d.registrable())
    }
}
#[derive(Default)]
struct Found {
    method: String,
    result: String,
    props: Vec<(String, String)>,
}

fn results(value: &str) -> Results {
    let bare = without_comments(value);
    let mut parts = bare.split(';').peekable();
    let first = |p: &&str| p.split_ascii_whitespace().next().unwrap_or_default().to_owned();
    // Exchange Online gives no name and begins with the first result.
    let named = parts.peek().map(first).filter(|word| !word.contains('='));
    if named.is_some() {
        parts.next();
    }
    let by = named.unwrap_or_default();
    let found = parts.take(MOST_KEPT).filter_map(|part| {
        let mut words = part.split_ascii_whitespace();
        let (method, result) = words.next()?.split_once('=')?;
        let method = method.split('/').next().unwrap_or_default().to_ascii_lowercase();
        let prop = |w: &str| w.split_once('=').map(|(k, v)| (k.to_ascii_lowercase(), v.trim_matches('"').to_owned()));
        Some(Found { method, result: result.to_ascii_lowercase(), props: words.filter_map(prop).collect() })
    });
    Results { by: by.to_ascii_lowercase(), found: found.collect() }
}

fn take(message: &mut Message, found: &Found) {
    let prop = |name: &str| found.props.iter().find(|(k, _)| k == name).map(|(_, v)| v.as_str());
    let domain = |v: &str| DomainName::parse(v.rsplit_once('@').map_or(v, |(_, d)| d)).ok();
    match found.method.as_str() {
        "spf" if message.spf.is_none() => {
            let from = prop("smtp.mailfrom").and_then(domain);
            let by_helo = from.is_none();
            let checked = from.or_else(|| prop("smtp.helo").and_then(domain));
            message.spf = Some(Checked { result: found.result.as_str().into(), domain: checked, by_helo });
        }
        "dmarc" if message.dmarc.is_none() => message.dmarc = Some(found.result.as_str().into()),
        "dkim" => {
            let of = prop("header.d").or_else(|| prop("header.i")).and_then(domain);
            let selector = prop("header.s").and_then(|s| Selector::parse(s).ok());
            let is_it = |s: &Signature| {
                of.as_ref().is_none_or(|d| s.domain == *d || (prop("header.d").is_none() && d.is_within(&s.domain)))
                    && selector.as_ref().is_none_or(|wanted| s.selector == *wanted)
            };
            // Without the selector a result is told of a signature only where no other can be meant.
            let fitting = message.signatures.iter().filter(|s| is_it(s)).count();
            let open = message.signatures.iter_mut().find(|s| s.result.is_none() && is_it(s));
            if let Some(signature) = open.filter(|_| selector.is_some() || fitting == 1) {
                signature.result = Some(found.result.as_str().into());
            }
        }
        _ => {}
    }
}

/// The text without what stands in parentheses; quoted strings are kept whole.
fn without_comments(text: &str) -> String {
    let (mut out, mut depth, mut quoted, mut escaped) = (String::with_capacity(text.len()), 0_u32, false, false);
    for c in text.chars() {
        if escaped {
            escaped = false;
        } else if c == '\\' && (quoted || depth > 0) {
            escaped = true;
            continue;
        } else if c == '"' && depth == 0 {
            quoted = !quoted;
        } else if c == '(' && !quoted {
            depth = depth.saturating_add(1);
        } else if c == ')' && !quoted && depth > 0 {
            depth -= 1;
            out.push(' ');
            continue;
        }
        if depth == 0 {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAIL: &str = "Return-Path: <010f@send.acme.test>\r
Received: by 2002:a05:6a00 with SMTP id x1; Sat, 21 Nov 2026 03:45:17 -0800 (PST)\r
Received: from a9-31.smtp-out.example (a9-31.smtp-out.example. [203.0.113.31])\r
\tby mx.mailbox.example with ESMTPS id z9;\r
\tSat, 21 Nov 2026 03:45:16 -0800 (PST)\r
Authentication-Results: mx.mailbox.example;\r
       dkim=pass header.i=@acme.test header.s=resend header.b=AbC;\r
       dkim=pass header.i=@amazonses.com header.s=224i header.b=XyZ;\r
       spf=pass (mailbox.example: domain of 010f@send.acme.test designates 203.0.113.31; really) smtp.mailfrom=010f@send.acme.test;\r
       dmarc=pass (p=REJECT sp=REJECT dis=NONE) header.from=acme.test\r
Authentication-Results: mx.forged.example; dmarc=fail\r
DKIM-Signature: v=1; a=rsa-sha256; q=dns/txt; c=relaxed/simple; s=resend;\r
 d=acme.test; t=1795261513; h=From:To:Subject; bh=x; b=AbC\r
DKIM-Signature: v=1; a=rsa-sha256; s=224i; d=amazonses.com; b=XyZ\r
From: Acme <hello@acme.test>\r
Received: from app by relay.example; Sat, 21 Nov 2026 11:45:13 +0000\r
Subject: Hi\r
\r
Authentication-Results: this is the body\r\n";

    #[test]
    fn what_passed_and_what_counts() {
        let m = read(MAIL.as_bytes()).unwrap();
        assert_eq!(m.judged_by.as_ref().unwrap().as_str(), "mx.mailbox.example");
        assert!(m.spf_vouches() && m.passes() == Some(true));
        let vouching: Vec<_> = m.vouching().map(|s| s.selector.as_str()).collect();
        assert_eq!((vouching, m.signatures.len(), m.delay()), (vec!["resend"], 2, Some(4)));
        assert!(m.signatures.iter().all(|s| s.result.is_some()));
        assert_eq!(m.pins(), ["[email]", "dkim-selectors = [\"resend\"]", "return-paths = [\"send.acme.test\"]"]);
    }

    #[test]
    fn a_mail_that_nobody_judged_tells_nothing() {
        let m = read(b"From: a@acme.test\nDKIM-Signature: v=1; d=acme.test; s=s1\n\nbody").unwrap();
        assert_eq!((m.passes(), m.delay()), (None, None));
        assert_eq!(m.pins(), ["[email]", "dkim-selectors = [\"s1\"]"]);
        let m = read(b"Authentication-Results: mx.example; spf=pass smtp.mailfrom=x@esp.example\nFrom: a@acme.test\n")
            .unwrap();
        assert_eq!(m.passes(), Some(false));
        assert!(m.pins().is_empty());
    }

    #[test]
    fn receivers_write_in_their_own_ways() {
        const SIGNED: &str = "DKIM-Signature: v=1; a=rsa-sha256; d=acme.test; s=s1; b=x\nFrom: hi@acme.test\n";
        // No name of the receiver, as Exchange Online has it; the name is taken from the last hop.
        let exchange = "Received: from a by mx.mailbox.example; Sat, 21 Nov 2026 11:45:20 +0000\n\
            Authentication-Results: spf=pass (sender IP is 203.0.113.9)\n smtp.mailfrom=send.acme.test; dkim=pass (x)\n \
            header.d=acme.test;dmarc=pass action=none\n header.from=acme.test;compauth=pass reason=100\n";
        let m = read(format!("{exchange}{SIGNED}").as_bytes()).unwrap();
        assert_eq!(m.judged_by.as_ref().unwrap().as_str(), "mx.mailbox.example");
        assert!(m.spf_vouches() && m.vouching().next().is_some() && m.passes() == Some(true));
        assert_eq!(m.return_path.as_ref().unwrap().as_str(), "send.acme.test");
        // A field for each result, from servers of one house; what stands below is somebody else's.
        let apart = "Authentication-Results: bimi.mailbox.example; bimi=skipped\n\
            Authentication-Results: dmarc.mailbox.example; dmarc=pass header.from=acme.test\n\
            Authentication-Results: spf.mailbox.example; spf=pass smtp.mailfrom=x@send.acme.test\n\
            Authentication-Results: dkim.mailbox.example; dkim=pass header.d=acme.test\n\
            Authentication-Results: mx.forged.example; dmarc=fail\n";
        let m = read(format!("{apart}{SIGNED}").as_bytes()).unwrap();
        assert_eq!((m.passes(), m.judged_by.as_ref().unwrap().as_str()), (Some(true), "mailbox.example"));
        assert!(m.spf_vouches() && m.vouching().next().is_some());
        // Nothing was looked at, or a look-up failed: that is no verdict.
        for told in ["none", "bimi=skipped", "dkim=temperror header.d=acme.test; dmarc=temperror"] {
            let m = read(format!("Authentication-Results: mx.example; {told}\n{SIGNED}").as_bytes()).unwrap();
            assert_eq!(m.passes(), None, "{told}");
        }
        // The name that the server gave is no return path.
        let helo = "Return-Path: <>\nAuthentication-Results: mx.example; spf=pass smtp.helo=out.esp.example\n";
        let m = read(format!("{helo}{SIGNED}").as_bytes()).unwrap();
        assert_eq!((m.return_path, m.spf.unwrap().by_helo), (None, true));
        // A mark before the text, and a provider's sandbox, which is nobody's to configure.
        let m = read(format!("\u{feff}{SIGNED}").as_bytes()).unwrap();
        assert_eq!(m.pins(), ["[email]", "dkim-selectors = [\"s1\"]"]);
        let lent = SIGNED.replace("acme.test", "resend.dev");
        assert!(read(lent.as_bytes()).unwrap().pins().is_empty());
    }

    #[test]
    fn a_mail_with_two_from_fields_passes_nothing() {
        let m = read(MAIL.replace("Subject: Hi", "From: Other <ceo@other.example>").as_bytes()).unwrap();
        assert_eq!((m.from_fields, m.passes()), (2, Some(false)));
        assert_eq!(read(MAIL.as_bytes()).unwrap().from_fields, 1);
    }

    #[test]
    fn hostile_files_end_and_say_where() {
        for (bytes, line) in [(&b""[..], 1), (b"\n\n", 1), (b"{\"json\": 1}", 1), (b"From x\nhello world", 2)] {
            let got = read(bytes);
            if bytes.starts_with(b"{") {
                // A name may hold nearly anything; nothing is learned from it.
                assert!(got.is_err() || got.is_ok_and(|m| m.from.is_none()));
                continue;
            }
            assert_eq!(got.unwrap_err().line, line, "{bytes:?}");
        }
        let mut deep = b"From: a@acme.test\nAuthentication-Results: ".to_vec();
        deep.extend(std::iter::repeat_n(b'(', 200_000));
        assert!(read(&deep).is_ok());
        let many: Vec<u8> = (0..100_000).flat_map(|i| format!("Received: by h{i}; never\n").into_bytes()).collect();
        assert_eq!(read(&many).unwrap().hops.len(), MOST_KEPT);
        let m = read(b"From: \x1b[31m<x@acme.test>\nReceived: by \x1b]0;owned\x07; x\nX\xff: 1\n").unwrap();
        assert!(m.hops[0].by.as_str().chars().all(|c| !c.is_control()));
    }
}
