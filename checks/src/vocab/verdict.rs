//! What a rule says: a verdict, its faults, their evidence and the exact fix.

use super::{Severity, Shown};

/// A rule's answer. Ignorance, skipping and waiving are the engine's business.
#[derive(Debug, PartialEq, Eq, Clone)]
pub enum Verdict {
    /// It holds.
    Pass,
    /// It does not, in these ways. An empty list is a pass.
    Fail(Vec<Fault>),
    /// The rule has nothing to judge here, and why.
    NotApplicable(Shown),
}
impl Verdict {
    /// Nothing to judge here.
    pub fn not_applicable(why: impl Into<Shown>) -> Self {
        Self::NotApplicable(why.into())
    }
}
impl From<Vec<Fault>> for Verdict {
    fn from(faults: Vec<Fault>) -> Self {
        if faults.is_empty() { Self::Pass } else { Self::Fail(faults) }
    }
}
impl From<Fault> for Verdict {
    fn from(fault: Fault) -> Self {
        Self::Fail(vec![fault])
    }
}
impl From<Option<Fault>> for Verdict {
    fn from(fault: Option<Fault>) -> Self {
        fault.map_or(Self::Pass, Self::from)
    }
}

/// One thing that is wrong.
#[derive(Debug, PartialEq, Eq, Clone)]
pub struct Fault {
    /// What it is about within the target: a selector, a variable, a path, a customer id. Part of
    /// the fingerprint, so never a line, a time, a count or (unless the rule is about addresses) an
    /// IP address. Empty where the target says it all.
    pub subject: Shown,
    /// A headline for this fault; the rule's own where it is empty.
    pub title: Shown,
    /// What was seen.
    pub saw: Vec<Evidence>,
    /// What to do, exact enough to paste.
    pub fix: Fix,
    /// A severity below the rule's own, where this case is milder.
    pub lower_to: Option<Severity>,
    /// The line to change: in the configuration, an environment file or source.
    pub at: Option<Place>,
}
impl Fault {
    /// A fault about `subject`, with what was seen and the fix.
    pub fn new(subject: impl Into<Shown>, saw: impl Into<Evidence>, fix: Fix) -> Self {
        Self { subject: subject.into(), title: Shown::default(), saw: vec![saw.into()], fix, lower_to: None, at: None }
    }
    /// A fault about the target itself.
    pub fn here(saw: impl Into<Evidence>, fix: Fix) -> Self {
        Self::new("", saw, fix)
    }
    /// With a headline of its own.
    #[must_use]
    pub fn titled(mut self, title: impl Into<Shown>) -> Self {
        self.title = title.into();
        self
    }
    /// With more evidence.
    #[must_use]
    pub fn and_saw(mut self, saw: impl Into<Evidence>) -> Self {
        self.saw.push(saw.into());
        self
    }
    /// With a milder severity than the rule declares. A severity that is not milder is dropped by
    /// the engine, so a rule can never exceed what it declares.
    #[must_use]
    pub const fn lowered(mut self, to: Severity) -> Self {
        self.lower_to = Some(to);
        self
    }
    /// At a line.
    #[must_use]
    pub fn at(mut self, place: Place) -> Self {
        self.at = Some(place);
        self
    }
}

/// A line in a file of the user's.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Clone, Hash)]
pub struct Place {
    /// The file, as the user knows it (relative to where they stand).
    pub file: Shown,
    /// The line, from 1.
    pub line: u32,
    /// The column in characters, from 1.
    pub column: u32,
}
impl Place {
    /// A place.
    pub fn new(file: impl Into<Shown>, line: u32, column: u32) -> Self {
        Self { file: file.into(), line, column }
    }
}
impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// What was seen. Closed: every renderer draws every kind.
#[derive(Debug, PartialEq, Eq, Clone)]
pub enum Evidence {
    /// An answer of the DNS: `TXT acme.test: "v=spf1 -all"`.
    Dns {
        /// The name that was asked for.
        name: Shown,
        /// The record type.
        kind: Shown,
        /// What came back: the records, or `NXDOMAIN`, `no such record`.
        answer: Vec<Shown>,
    },
    /// An HTTP exchange.
    Http {
        /// The method.
        method: Shown,
        /// The URL, credentials masked.
        url: Shown,
        /// The status code; 0 where the connection ended without one.
        status: u16,
        /// What mattered in the answer: a header, the start of the body, an error.
        note: Shown,
    },
    /// A certificate.
    Certificate {
        /// The host that served it.
        host: Shown,
        /// Subject or the names in it.
        names: Shown,
        /// Who issued it.
        issuer: Shown,
        /// Not before and not after, UTC, to the second (RFC 3339).
        validity: (Shown, Shown),
    },
    /// A line of a file.
    Place(Place, Shown),
    /// The same field on two sides.
    Difference {
        /// The field.
        field: Shown,
        /// The provider's value.
        provider: Shown,
        /// The database's value.
        database: Shown,
    },
    /// Words.
    Text(Shown),
}
impl From<&str> for Evidence {
    fn from(s: &str) -> Self {
        Self::Text(s.into())
    }
}
impl From<String> for Evidence {
    fn from(s: String) -> Self {
        Self::Text(s.into())
    }
}
impl From<Shown> for Evidence {
    fn from(s: Shown) -> Self {
        Self::Text(s)
    }
}

/// What to do about it. Closed, and exact: text that can be pasted.
#[derive(Debug, PartialEq, Eq, Clone)]
pub enum Fix {
    /// Publish (or replace) a DNS record.
    DnsRecord {
        /// Absolute name, without the trailing dot.
        name: Shown,
        /// Record type.
        kind: Shown,
        /// The value.
        value: Shown,
        /// What to do with it where "add" is not it: "replace both records by".
        note: Shown,
    },
    /// Set an environment variable.
    EnvVar {
        /// Its name.
        name: Shown,
        /// What to put there, in words; never a secret.
        value: Shown,
    },
    /// Send a response header.
    Header {
        /// Its name.
        name: Shown,
        /// Its value.
        value: Shown,
    },
    /// Run a command.
    Command(Shown),
    /// Run this SQL, after reading it.
    Sql(Shown),
    /// Change code or configuration.
    Code {
        /// Where, in words or as a file.
        place: Shown,
        /// The lines; each is shown on its own.
        lines: Vec<Shown>,
    },
    /// Do these things.
    Steps(Vec<Shown>),
}
impl Fix {
    /// One thing to do.
    pub fn step(text: impl Into<Shown>) -> Self {
        Self::Steps(vec![text.into()])
    }
    /// Several things to do.
    pub fn steps<T: Into<Shown>>(texts: impl IntoIterator<Item = T>) -> Self {
        Self::Steps(texts.into_iter().map(Into::into).collect())
    }
    /// The name of a record as DNS panels want it: relative to the zone, `@` for the zone itself.
    #[must_use]
    pub fn host(&self) -> Option<String> {
        let Self::DnsRecord { name, .. } = self else { return None };
        super::DomainName::parse(name.as_str()).ok().map(|n| n.in_panel())
    }
    /// The value of a TXT record in its strings of at most 255 octets (RFC 1035, section 3.3); empty for
    /// all other records.
    #[must_use]
    pub fn strings(&self) -> Vec<String> {
        let (mut out, Self::DnsRecord { kind, value, .. }) = (Vec::<String>::new(), self) else { return Vec::new() };
        if kind.as_str() != "TXT" {
            return out;
        }
        for c in value.as_str().chars() {
            match out.last_mut() {
                Some(last) if last.len() + c.len_utf8() <= 255 => last.push(c),
                _ => out.push(c.to_string()),
            }
        }
        out
    }
    /// A record to publish.
    pub fn record(name: impl Into<Shown>, kind: &str, value: impl Into<Shown>) -> Self {
        Self::DnsRecord { name: name.into(), kind: kind.into(), value: value.into(), note: Shown::default() }
    }
}

/// Something worth showing without a finding: an SPF tree, a redirect matrix, a column mapping.
#[derive(Debug, PartialEq, Eq, Clone)]
pub struct Exhibit {
    /// Its stable id: `spf-tree`, `redirect-matrix`, `certificate-timeline`, `column-mapping`.
    pub id: &'static str,
    /// What it shows, for people.
    pub title: Shown,
    /// The drawing.
    pub body: ExhibitBody,
}
/// How an exhibit is drawn.
#[derive(Debug, PartialEq, Eq, Clone)]
pub enum ExhibitBody {
    /// Rows under headings.
    Table {
        /// The headings.
        columns: Vec<&'static str>,
        /// The rows, one cell a heading.
        rows: Vec<Vec<Cell>>,
    },
    /// Lines with a depth.
    Tree(Vec<(u8, Shown)>),
}
/// One cell of a table.
#[derive(Debug, PartialEq, Eq, Clone)]
pub enum Cell {
    /// Text.
    Text(Shown),
    /// A whole number.
    Number(i64),
    /// Yes or no.
    Flag(bool),
    /// Nothing there, or not known.
    Empty,
}
