//! TLS reporting (RFC 8460): where senders report that they could not encrypt.

use super::syntax::{Flaw, Flaws, ascii, tags};
use crate::vocab::{Cause, DomainName, Gaps, Shown};
use crate::wire::DnsAnswer;

/// What is published of TLS reporting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsRpt {
    /// Where the record stands.
    pub at: DomainName,
    /// All TXT records there, or that there are none.
    pub answer: DnsAnswer,
    /// Those that are one.
    pub records: Vec<RptRecord>,
}
impl Gaps for TlsRpt {
    fn gaps(&self) -> &[Cause] {
        &[]
    }
}
/// One record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RptRecord {
    /// As published.
    pub text: Shown,
    /// Where reports go.
    pub rua: Vec<String>,
    /// What is wrong.
    pub flaws: Vec<Flaw>,
}
impl RptRecord {
    /// Whether senders can use it.
    #[must_use]
    pub fn is_usable(&self) -> bool {
        !self.rua.is_empty() && self.flaws.iter().all(|f| f.effect != super::syntax::Effect::Breaks)
    }
}

/// Of the TXT records at `_smtp._tls.`, those that begin with the version.
#[must_use]
pub fn select(texts: impl IntoIterator<Item = Vec<u8>>) -> Vec<RptRecord> {
    let is_one = |b: &Vec<u8>| ascii(b).trim_start().get(..10).is_some_and(|h| h.eq_ignore_ascii_case("v=TLSRPTv1"));
    texts.into_iter().filter(is_one).map(|b| parse(&b)).collect()
}

/// Reads a record.
#[must_use]
pub fn parse(bytes: &[u8]) -> RptRecord {
    let text = ascii(bytes);
    let mut flaws = Flaws::default();
    let all = tags(&text, &mut flaws);
    match all.first() {
        Some(t) if t.name == "v" && t.value == "TLSRPTv1" && t.at == 0 => {}
        Some(t) => flaws.breaks(t.at, t.value, "v=TLSRPTv1, in this spelling and at the very beginning"),
        None => flaws.breaks(0, "", "v=TLSRPTv1"),
    }
    let mut rua = Vec::new();
    match all.iter().find(|t| t.name == "rua") {
        None => flaws.breaks(bytes.len(), "", "where to report: rua=mailto:…"),
        Some(tag) => {
            let mut at = tag.value_at;
            for part in tag.value.split(',') {
                let uri = part.trim();
                let lead = part.len() - part.trim_start().len();
                let address = uri.strip_prefix("mailto:").and_then(|a| a.split_once('@'));
                let mail = address.is_some_and(|(user, host)| !user.is_empty() && DomainName::parse(host).is_ok());
                if mail || (uri.starts_with("https://") && url::Url::parse(uri).is_ok()) {
                    rua.push(uri.to_owned());
                } else {
                    flaws.ignored(at + lead, uri, "a mailto: address or an https: URL");
                }
                at += part.len() + 1;
            }
        }
    }
    RptRecord { text: Shown::wire(bytes), rua, flaws: flaws.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_and_their_flaws() {
        for (text, reports, want) in [
            ("v=TLSRPTv1; rua=mailto:tls@acme.test", 1, vec![]),
            ("v=TLSRPTv1;rua=mailto:tls@acme.test,https://r.acme.test/v1", 2, vec![]),
            ("v=TLSRPTv1; rua=tls@acme.test", 0, vec![16]),
            ("v=TLSRPTv1; rua=mailto:a@b.test, ftp://x", 1, vec![33]),
            ("v=TLSRPTv1", 0, vec![10]),
            ("v=tlsrptv1; rua=mailto:a@b.test", 1, vec![0]),
        ] {
            let record = parse(text.as_bytes());
            let flaws: Vec<_> = record.flaws.iter().map(|f| f.span.start).collect();
            assert_eq!((record.rua.len(), flaws), (reports, want), "{text}");
        }
        assert_eq!(select([b"v=spf1 -all".to_vec()]), []);
        assert!(!parse(b"v=TLSRPTv1; rua=tls@acme.test").is_usable());
    }
}
