//! BIMI: the record that names a logo for mail of the domain.

use super::syntax::{Flaw, Flaws, ascii, tags};
use crate::vocab::{Cause, DomainName, Gaps, Shown};
use crate::wire::DnsAnswer;

/// What is published of BIMI.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bimi {
    /// Where the record stands.
    pub at: DomainName,
    /// All TXT records there, or that there are none.
    pub answer: DnsAnswer,
    /// Those that are one.
    pub records: Vec<BimiRecord>,
}
impl Gaps for Bimi {
    fn gaps(&self) -> &[Cause] {
        &[]
    }
}
/// One record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BimiRecord {
    /// As published.
    pub text: Shown,
    /// Where the logo is; empty where the domain declines.
    pub logo: String,
    /// Where its certificate is.
    pub certificate: String,
    /// What is wrong.
    pub flaws: Vec<Flaw>,
}
impl BimiRecord {
    /// Whether the domain says that it takes no part.
    #[must_use]
    pub fn declines(&self) -> bool {
        self.logo.is_empty() && self.certificate.is_empty() && self.flaws.is_empty()
    }
}

/// Of the TXT records at `default._bimi.`, those that begin with the version.
#[must_use]
pub fn select(texts: impl IntoIterator<Item = Vec<u8>>) -> Vec<BimiRecord> {
    let is_one = |b: &Vec<u8>| ascii(b).trim_start().get(..7).is_some_and(|h| h.eq_ignore_ascii_case("v=BIMI1"));
    texts.into_iter().filter(is_one).map(|b| parse(&b)).collect()
}

/// Reads a record.
#[must_use]
pub fn parse(bytes: &[u8]) -> BimiRecord {
    let text = ascii(bytes);
    let mut flaws = Flaws::default();
    let all = tags(&text, &mut flaws);
    match all.first() {
        Some(t) if t.name == "v" && t.value == "BIMI1" => {}
        Some(t) => flaws.breaks(t.at, t.value, "v=BIMI1, in this spelling and first"),
        None => flaws.breaks(0, "", "v=BIMI1"),
    }
    let mut url = |name: &str| {
        let Some(tag) = all.iter().find(|t| t.name == name) else { return String::new() };
        if !tag.value.is_empty() && (!tag.value.starts_with("https://") || url::Url::parse(tag.value).is_err()) {
            flaws.breaks(tag.value_at, tag.value, "an https: URL");
        }
        tag.value.to_owned()
    };
    let (logo, certificate) = (url("l"), url("a"));
    if !all.iter().any(|t| t.name == "l") {
        flaws.breaks(bytes.len(), "", "where the logo is: l=https://…");
    }
    BimiRecord { text: Shown::wire(bytes), logo, certificate, flaws: flaws.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_and_their_flaws() {
        for (text, want) in [
            ("v=BIMI1; l=https://acme.test/logo.svg; a=https://acme.test/vmc.pem", vec![]),
            ("v=BIMI1; l=; a=", vec![]),
            ("v=BIMI1; l=http://acme.test/logo.svg", vec![11]),
            ("v=BIMI1", vec![7]),
            ("v=bimi1; l=https://acme.test/l.svg", vec![0]),
        ] {
            let flaws: Vec<_> = parse(text.as_bytes()).flaws.iter().map(|f| f.span.start).collect();
            assert_eq!(flaws, want, "{text}");
        }
        assert!(parse(b"v=BIMI1; l=; a=").declines() && select([b"x".to_vec()]).is_empty());
    }
}
