//! `email.spf-record-long`
use super::facts::Spf;
use crate::{
    rule,
    vocab::{Fault, Fix, Verdict},
};

/// The length from which the answer, with the other records of the name, no longer fits a plain UDP
/// packet of 512 octets.
const LONG: usize = 450;

rule! {
    /// The SPF record is so long that the answer does not fit a plain DNS packet.
    ///
    /// # Why at launch
    /// Most resolvers ask again over TCP or take larger packets. Where a firewall lets neither through
    /// the record cannot be read, and mail fails for receivers that you will not hear of.
    ///
    /// # Fix
    /// Move addresses into a record of their own and include that.
    ///
    /// # References
    /// RFC 7208, section 3.4
    ///
    /// ```pass
    /// acme.test. TXT "v=spf1 include:_spf.example.com -all"
    /// ```
    /// ```fail
    /// acme.test. TXT "v=spf1 ip4:203.0.113.101 ip4:203.0.113.102 ip4:203.0.113.103 ip4:203.0.113.104 ip4:203.0.113.105 ip4:203.0.113.106 ip4:203.0.113.107 ip4:203.0.113.108 ip4:203.0.113.109 ip4:203.0.113.110 " "ip4:203.0.113.111 ip4:203.0.113.112 ip4:203.0.113.113 ip4:203.0.113.114 ip4:203.0.113.115 ip4:203.0.113.116 ip4:203.0.113.117 ip4:203.0.113.118 ip4:203.0.113.119 ip4:203.0.113.120 " "ip4:203.0.113.121 ip4:203.0.113.122 ip4:203.0.113.123 ip4:203.0.113.124 ip4:203.0.113.125 ip4:203.0.113.126 -all"
    /// ```
    "email.spf-record-long" on Mail, Low, stage Email;
    fails "The SPF record is too long for a plain DNS answer"; holds "The SPF record fits a plain DNS answer";
    fn check(spf: &Spf) -> Verdict {
        let [record] = spf.records.as_slice() else { return Verdict::not_applicable("there is no single SPF record") };
        if record.length <= LONG {
            return Verdict::Pass;
        }
        let all: usize = spf.answer.texts().map(|t| t.len()).sum();
        let (name, length) = (&spf.domain, record.length);
        let steps = [
            format!("Publish the ip4: and ip6: terms at _spf.{name} as TXT: \"v=spf1 … -all\""),
            format!("In the record at {name} write include:_spf.{name} in their place; it costs one look-up"),
        ];
        Fault::here(format!("the SPF record has {length} characters, all TXT records of {name} have {all}"), Fix::steps(steps)).into()
    }
}
