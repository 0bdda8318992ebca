//! The domain's own words as types.

use std::fmt;

/// A host or domain name: lower case, without the trailing dot, in ASCII (A-label) form.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub struct DomainName(String);

/// Why a text is not a domain name.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BadName {
    /// The sentence fragment that says what is wrong.
    pub why: &'static str,
}
impl fmt::Display for BadName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.why)
    }
}
impl std::error::Error for BadName {}

impl DomainName {
    /// Reads a name as a person writes it. International names are turned into A-labels.
    ///
    /// # Errors
    /// When the text is a URL, an address, empty, too long (RFC 1035: 63 octets a label, 253 in
    /// all) or holds characters that no host name has. Underscores are allowed, since names such
    /// as `_dmarc.acme.test` are asked for.
    pub fn parse(text: &str) -> Result<Self, BadName> {
        let bad = |why| Err(BadName { why });
        let t = text.trim();
        let t = t.strip_suffix('.').unwrap_or(t);
        if t.is_empty() {
            return bad("the name is empty");
        }
        if t.contains("://") {
            return bad("that is a URL; give the host name alone");
        }
        if t.contains('@') {
            return bad("that is an e-mail address; give the part after the @");
        }
        if t.contains('/') {
            return bad("a domain name has no slash");
        }
        if t.contains(':') {
            return bad("a domain name has no colon or port");
        }
        let ascii = if t.is_ascii() {
            t.to_ascii_lowercase()
        } else {
            match url::Host::parse(t) {
                Ok(url::Host::Domain(d)) => d,
                _ => return bad("that is not a valid international domain name"),
            }
        };
        if ascii.parse::<std::net::Ipv4Addr>().is_ok() {
            return bad("that is an address; give a domain name");
        }
        if ascii.len() > 253 {
            return bad("the name is longer than 253 characters");
        }
        for label in ascii.split('.') {
            if label.is_empty() {
                return bad("the name has an empty label (two dots in a row)");
            }
            if label.len() > 63 {
                return bad("a label is longer than 63 characters");
            }
            if !label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_') {
                return bad("the name holds a character that no host name has");
            }
            if label.starts_with('-') || label.ends_with('-') {
                return bad("a label starts or ends with a hyphen");
            }
        }
        Ok(Self(ascii))
    }

    /// Any name that the DNS itself can hold, host name or not: SPF macros make names of what a
    /// stranger wrote. Labels may hold every byte but the dot.
    ///
    /// # Errors
    /// When a label is empty or longer than 63 octets, or the whole is longer than 253.
    pub fn octets(text: &str) -> Result<Self, BadName> {
        let bad = |why| Err(BadName { why });
        let t = text.strip_suffix('.').unwrap_or(text);
        if t.len() > 253 {
            return bad("the name is longer than 253 octets");
        }
        for label in t.split('.') {
            if label.is_empty() {
                return bad("the name has an empty label");
            }
            if label.len() > 63 {
                return bad("a label is longer than 63 octets");
            }
        }
        Ok(Self(t.to_ascii_lowercase()))
    }

    /// An address standing where a name would, for certificates that are made out to one.
    #[must_use]
    pub fn of_address(address: std::net::IpAddr) -> Self {
        Self(address.to_string())
    }

    /// Whether it is an address and no name.
    #[must_use]
    pub fn is_address(&self) -> bool {
        self.0.parse::<std::net::IpAddr>().is_ok()
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// `label.` put in front of this name, or `None` where that makes no valid name.
    #[must_use]
    pub fn child(&self, label: &str) -> Option<Self> {
        Self::parse(&format!("{label}.{}", self.0)).ok()
    }

    /// The name without its first label, or `None` for a single label.
    #[must_use]
    pub fn parent(&self) -> Option<Self> {
        self.0.split_once('.').map(|(_, rest)| Self(rest.to_owned()))
    }

    /// The labels from left to right.
    pub fn labels(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.0.split('.')
    }

    /// The registrable domain by the Public Suffix List ("acme.co.uk" of "www.acme.co.uk"), or the
    /// name itself where the list knows none. For showing and grouping; DMARC walks the tree.
    #[must_use]
    pub fn registrable(&self) -> Self {
        psl::domain_str(&self.0).map_or_else(|| self.clone(), |d| Self(d.to_owned()))
    }

    /// Whether the name lies below a suffix under which a company gives out names (`vercel.app`,
    /// `azurewebsites.net`), by the private part of the Public Suffix List. Most of those have no
    /// zone of their own, and none is to be had from a registry.
    #[must_use]
    pub fn is_lent(&self) -> bool {
        psl::suffix(self.0.as_bytes()).is_some_and(|s| s.typ() == Some(psl::Type::Private))
    }

    /// The name as most DNS panels want it: relative to the registrable domain, `@` for that itself.
    #[must_use]
    pub fn in_panel(&self) -> String {
        match self.0.strip_suffix(&self.registrable().0) {
            Some("") => "@".to_owned(),
            Some(head) => head.trim_end_matches('.').to_owned(),
            None => self.0.clone(),
        }
    }

    /// Whether this is `other` or lies below it.
    #[must_use]
    pub fn is_within(&self, other: &Self) -> bool {
        self.0 == other.0 || self.0.strip_suffix(&other.0).is_some_and(|head| head.ends_with('.'))
    }
}
impl fmt::Display for DomainName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}
impl From<&DomainName> for super::Shown {
    fn from(n: &DomainName) -> Self {
        n.as_str().into()
    }
}

/// A DKIM selector: the labels in front of `._domainkey`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub struct Selector(String);
impl Selector {
    /// Reads a selector.
    ///
    /// # Errors
    /// When it is no sequence of labels, or the whole name was given.
    pub fn parse(text: &str) -> Result<Self, BadName> {
        if text.contains("_domainkey") {
            return Err(BadName { why: "give the selector alone, without ._domainkey" });
        }
        DomainName::parse(text).map(|d| Self(d.0))
    }
    /// The selector.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
    /// Where its key stands: `<selector>._domainkey.<domain>` (RFC 6376, section 3.6.2.1).
    #[must_use]
    pub fn at(&self, domain: &DomainName) -> Option<DomainName> {
        domain.child(&format!("{}._domainkey", self.0))
    }
}
impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_as_people_write_them() {
        for (text, want) in [
            ("Acme.TEST.", Ok("acme.test")),
            ("_dmarc.acme.test", Ok("_dmarc.acme.test")),
            ("bücher.example", Ok("xn--bcher-kva.example")),
            ("https://acme.test", Err("URL")),
            ("acme.test/path", Err("slash")),
            ("acme.test:443", Err("port")),
            ("ops@acme.test", Err("e-mail")),
            ("a..b", Err("empty label")),
            ("127.0.0.1", Err("address")),
            ("-a.test", Err("hyphen")),
            ("a b.test", Err("character")),
            ("", Err("empty")),
        ] {
            match (DomainName::parse(text), want) {
                (Ok(n), Ok(w)) => assert_eq!(n.as_str(), w),
                (Err(e), Err(w)) => assert!(e.why.contains(w), "{text}: {e}"),
                (got, _) => panic!("{text}: {got:?}"),
            }
        }
    }

    #[test]
    fn the_dns_holds_more_names_than_hosts_have() {
        for (text, want) in [
            ("foo:bar/baz.Acme.test.", Some("foo:bar/baz.acme.test")),
            ("strong bad.acme.test", Some("strong bad.acme.test")),
            ("a..b", None),
            ("", None),
            (".", None),
        ] {
            assert_eq!(DomainName::octets(text).ok().as_ref().map(DomainName::as_str), want, "{text}");
        }
        assert!(DomainName::octets(&"a".repeat(64)).is_err());
        assert!(DomainName::octets(&"a.".repeat(127)).is_ok() && DomainName::octets(&"a.".repeat(128)).is_err());
    }

    #[test]
    fn within_is_by_label() {
        let n = |s| DomainName::parse(s).unwrap();
        assert!(n("a.acme.test").is_within(&n("acme.test")));
        assert!(!n("badacme.test").is_within(&n("acme.test")));
        assert_eq!(n("www.acme.co.uk").registrable(), n("acme.co.uk"));
        assert!(n("acme.vercel.app").is_lent() && n("vercel.app").is_lent());
        assert!(!n("acme.co.uk").is_lent() && !n("acme.test").is_lent());
    }
}
