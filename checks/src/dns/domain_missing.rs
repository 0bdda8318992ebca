//! `dns.domain-missing`
use super::existence::Existence;
use crate::{
    rule,
    vocab::{DomainName, Evidence, Fault, Fix, Part, Verdict},
};

rule! {
    /// The domain does not exist in the DNS: the name is mistyped, or nobody has registered it.
    ///
    /// The same of a name below the domain that mail is sent from. What else there is to say of such a
    /// name follows from this one thing and is not judged apart.
    ///
    /// # Why at launch
    /// Nobody can open the site, no mail arrives, and receivers refuse mail from a domain that does not
    /// exist. A stranger can register the name.
    ///
    /// # Fix
    /// Correct the name, or register it, or renew its registration.
    ///
    /// # References
    /// RFC 2308, section 2.1 (NXDOMAIN); RFC 8020
    ///
    /// ```pass
    /// acme.test. MX 10 mx.example.com.
    /// ```
    /// ```pass
    /// acme.test. MX 10 mx.example.com.
    /// from-domain mail.acme.test
    /// _dmarc.mail.acme.test. TXT "v=DMARC1; p=reject"
    /// ```
    /// ```fail
    /// nothing
    /// ```
    /// ```fail
    /// acme.test. MX 10 mx.example.com.
    /// from-domain mial.acme.test
    /// ```
    "dns.domain-missing" on Zone, Blocker, stage Domain;
    fails "The domain does not exist in the DNS"; holds "The domain exists in the DNS";
    yields_to "tls.registration-held";
    fn check(existence: Part<'_, Existence>) -> Verdict {
        let Some(existence) = existence.first() else { return Verdict::Pass };
        existence.missing.iter().map(|name| fault(name, &existence.apex)).collect::<Vec<_>>().into()
    }
}

fn fault(name: &DomainName, apex: &DomainName) -> Fault {
    let saw = |kind: &str| Evidence::Dns { name: name.into(), kind: kind.into(), answer: vec!["NXDOMAIN".into()] };
    if name == apex {
        let fix = Fix::steps([
            format!("Check how {name} is written, here and in the configuration"),
            format!(
                "If it is right, register it, or renew its registration; it is there once this answers: dig {name} NS"
            ),
        ]);
        return Fault::here(saw("NS"), fix)
            .and_saw("a mistyped domain, or one that is not registered; nothing else of it can be judged")
            .titled(format!("{name} does not exist in the DNS"));
    }
    let fix = Fix::steps([
        format!("Check how {name} is written in the address that mail is sent from"),
        format!("If it is right, publish for {name} the records that your mail provider shows"),
    ]);
    Fault::new(name, saw("TXT"), fix)
        .and_saw("mail is sent from it; nothing else of it can be judged")
        .titled(format!("{name} does not exist in the DNS"))
}
