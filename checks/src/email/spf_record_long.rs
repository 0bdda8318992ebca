//! `email.spf-record-long`
use super::facts::{Spf, SpfTree};
use super::setup_advice::both;
use super::spf::{Kind, LOOKUP_LIMIT, Mechanism, Qualifier, Record, parse};
use crate::facts::FactKind;
use crate::{
    rule,
    vocab::{Arg, DomainName, Fact, Fault, Fix, Missing, Verdict, View},
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
    fn check(spf: &Spf, left: LookupsLeft) -> Verdict {
        let [record] = spf.records.as_slice() else { return Verdict::not_applicable("there is no single SPF record") };
        if record.length <= LONG {
            return Verdict::Pass;
        }
        let all: usize = spf.answer.texts().map(|t| t.len()).sum();
        let (name, length) = (&spf.domain, record.length);
        let fix = apart(record, name, left.0).unwrap_or_else(|| {
            Fix::step(format!("Take out of the SPF record of {name} what no longer sends, or move a sender to a subdomain with an SPF record of its own, such as mail.{name}"))
        });
        Fault::here(format!("the SPF record has {length} characters, all TXT records of {name} have {all}"), fix).into()
    }
}

/// The look-ups that the record may still come to cost; all that are allowed, where the tree could not be
/// seen, since the length is a fault whatever stands behind the record.
struct LookupsLeft(u32);
impl<'a> Arg<'a> for LookupsLeft {
    const WANTS: &'static [FactKind] = &[SpfTree::KIND];
    fn take(view: &View<'a>) -> Result<Self, Missing> {
        let used = <&SpfTree>::take(view).map_or(0, |t| t.lookups);
        Ok(Self(LOOKUP_LIMIT.saturating_sub(used)))
    }
}

/// The addresses in records of their own, and what is left with an include of each. Nothing where that
/// could change what passes, needs more look-ups than are `left`, or leaves the record as long.
fn apart(record: &Record, domain: &DomainName, left: u32) -> Option<Fix> {
    let is_end = |kind: &Kind| matches!(kind, Kind::Directive(_, Mechanism::All));
    let passes = |kind: &Kind| matches!(kind, Kind::Directive(Qualifier::Pass, _) | Kind::Redirect(_) | Kind::Exp(_));
    if !record.is_valid() || !record.terms.iter().all(|t| is_end(&t.kind) || passes(&t.kind)) {
        return None;
    }
    let is_address = |kind: &Kind| matches!(kind, Kind::Directive(_, Mechanism::Ip4(..) | Mechanism::Ip6(..)));
    let mut records = Vec::<String>::new();
    for term in record.reached().filter(|t| is_address(&t.kind)) {
        let fits = |r: &&mut String| r.len() + term.text.len() + " -all ".len() <= LONG;
        match records.last_mut().filter(fits) {
            Some(open) => *open = format!("{open} {}", term.text),
            None => records.push(format!("v=spf1 {}", term.text)),
        }
    }
    let name = |n: usize| {
        DomainName::parse(&if n == 0 { format!("_spf.{domain}") } else { format!("_spf{}.{domain}", n + 1) }).ok()
    };
    let names = (0..records.len()).map(name).collect::<Option<Vec<_>>>()?;
    let mut includes = names.iter().map(|n| format!("include:{n}")).collect::<Vec<_>>();
    let mut main = vec!["v=spf1".to_owned()];
    for term in record.reached() {
        if is_address(&term.kind) { main.append(&mut includes) } else { main.push(term.text.clone()) }
    }
    let exp = record.terms.iter().filter(|t| matches!(t.kind, Kind::Exp(_)));
    main.extend(exp.map(|t| t.text.clone()).filter(|t| !main.contains(t)).collect::<Vec<_>>());
    let main = main.join(" ");
    let costs = u32::try_from(names.len()).ok()?;
    if names.is_empty() || costs > left || main.len() > LONG || !parse(main.as_bytes()).is_valid() {
        return None;
    }
    let publish = names
        .iter()
        .zip(&records)
        .map(|(name, r)| format!("At {} publish TXT {}", both(name), strings(&format!("{r} -all"))));
    let last = format!(
        "Then, at {}, replace the SPF record by TXT {}; it costs {costs} more of the {LOOKUP_LIMIT} look-ups",
        both(domain),
        strings(&main)
    );
    Some(Fix::steps(publish.chain([last])))
}

/// A value in strings of at most 255 octets, as zone files want it, cut between its terms where that goes.
fn strings(value: &str) -> String {
    let mut out = Vec::new();
    let mut rest = value;
    while !rest.is_empty() {
        let cut = rest.get(..255).filter(|_| rest.len() > 255);
        let end = cut.map_or(rest.len(), |s| s.rfind(' ').map_or(255, |space| space + 1));
        let (string, more) = rest.split_at(end);
        out.push(format!("\"{string}\""));
        rest = more;
    }
    out.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fix(record: &str, left: u32) -> Option<String> {
        let domain = DomainName::parse("acme.test").unwrap();
        apart(&parse(record.as_bytes()), &domain, left).map(|f| format!("{f:?}"))
    }

    #[test]
    fn addresses_move_to_records_that_can_be_pasted() {
        let addresses: Vec<_> = (0..60).map(|n| format!("ip4:203.0.113.{n}")).collect();
        let long = format!("v=spf1 mx {} include:a.test ~all exp=e.acme.test", addresses.join(" "));
        let told = fix(&long, 9).unwrap();
        let main = "v=spf1 mx include:_spf.acme.test include:_spf2.acme.test include:_spf3.acme.test include:a.test ~all exp=e.acme.test";
        assert!(told.contains(main), "{told}");
        assert!(addresses.iter().all(|a| told.contains(a.as_str())), "{told}");
        assert!(fix(&long, 2).is_none(), "three look-ups are needed");
        // What an address refuses would be refused no longer behind an include.
        assert!(fix(&long.replace("ip4:203.0.113.7 ", "-ip4:203.0.113.7 "), 9).is_none());
        assert!(fix(&format!("v=spf1 {} -all", vec!["include:a.test"; 40].join(" ")), 9).is_none());
    }
}
