//! The examples in the rules' documentation, played: zone lines and a few words of configuration
//! become the facts that the real inquiries make of them.

use super::alignment::{Forecasts, organisations};
use super::bimi::{self, Bimi};
use super::dkim_lookup::DkimLookup;
use super::dmarc_walk::DmarcWalk;
use super::facts::{FromAddress, MailPlan, Sender};
use super::mta_sts::{self, MtaSts};
use super::mx_lookup::MxLookup;
use super::mx_servers::MxServerLookup;
use super::senders;
use super::setup_lookup::SetupLookup;
use super::spf_outlook::{SpfNeed, SpfReach};
use super::spf_walk::{SpfLookup, SpfWalk};
use super::tls_rpt::{self, TlsRpt};
use crate::facts::Facts;
use crate::vocab::{Cause, DomainName, Observed, Origin, Place, Selector, Step, TargetId, TargetKind, Targets};
use crate::wire::{DnsAnswer, DnsQuestion, HostFailure, HttpAnswer, Record, RecordKind};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Public keys for examples, so that nobody has to read four lines of base64. Their private halves
/// were thrown away.
pub(crate) const RSA_512: &str = "MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAMMbNzUKq2p2UOOlzb0RMw+MaBvaljyBOZeHe5ZqcOtrFPzUFJqfgyC/r+ExLZ1oT1Pf58hiXO1au5R+JbNJo78CAwEAAQ==";
pub(crate) const RSA_1024: &str = "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQCgg/MgcpWY7sneI7SI3GX4klF+31LXW2CxN8A1nqE5zMHyBDNj8tPwswZYX/rZN/du1AfIpUvs9Jj9PzeDK7ae5hfcr9LIo1D9S8lHdBfrDrUp2g0f9II/lX8wRyGRovArfL04etFOoD/VqKaPKplX1Glt+dchV89fkF5AvmuizQIDAQAB";
pub(crate) const RSA_2048: &str = "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAsVf3Hf2dIHFYPeJ7+uVmaTITO899VotIFmBTZ/Dj3z7YCaNClhEh970tro2uq+e73WbZ53hoN7R3RP8EJTigTmIIv4NHqm1eTOzetG+iSw3W3KCOznnDQcR/p9Kx4RygQ/h1JAyaLR0qGqq7z8Qr/nuwm3EY6K34qPL/wLnHKOguubYvWpHliZ/UU/vHs9J/W36jABvTn9HT4aFArBFI02sZmoK8NcNbOapYlDM8ts+CLoLCgmW6Fq/uaOTVRbAPbjNzYZzrp5wzqUC+rmkTBgBwOIDjAz56gNrVGFLaQwGPrl/i9cMEjnbQtDCqTeoFbGnPaqPba5DnmqfS3h75LQIDAQAB";
pub(crate) const ED25519: &str = "n7wnQfZD05/EssefH/wrb/VL+Be/MbJu+xXkz8vAY9k=";
#[cfg(test)]
pub(crate) const RSA_1024_PKCS1: &str = "MIGJAoGBAKCD8yBylZjuyd4jtIjcZfiSUX7fUtdbYLE3wDWeoTnMwfIEM2Py0/CzBlhf+tk3927UB8ilS+z0mP0/N4Mrtp7mF9yv0sijUP1LyUd0F+sOtSnaDR/0gj+VfzBHIZGi8Ct8vTh60U6gP9Wopo8qmVfUaW351yFXz1+QXkC+a6LNAgMBAAE=";

/// Reads an example: lines such as
///
/// ```text
/// acme.test.  TXT "v=spf1 -all"          also A, AAAA, CNAME, MX; <rsa-512> <rsa-1024> <rsa-2048> <ed25519> are keys
/// acme.test.  SERVFAIL                   or TIMEOUT, REFUSED; with a type between, for that type alone
/// from                                   [email] from names an address of the domain
/// sender resend                          [email] providers
/// guess resend                           a provider that the app's environment shows
/// through mg.acme.test                   the domain that the last sender sends through
/// address onboarding@resend.dev          the address that EMAIL_FROM holds in production
/// selector s1 s2                         [email] dkim-selectors
/// return-path send.acme.test             [email] return-paths
/// bulk                                   [email] bulk = true
/// receives                               [email] receives = true
/// policy 200 text/plain version: STSv1|… what https://mta-sts.acme.test/.well-known/mta-sts.txt answers, lines cut at |
/// domain mail.acme.test                  another From domain than acme.test
/// from-domain mail.acme.test             a domain that is known to be in From
/// other acme.test                        another domain of the run whose mail is judged
/// ```
///
/// # Errors
/// When a line is none of these; the text says which.
pub fn facts(text: &str) -> Result<(Targets, Facts, TargetId), String> {
    let is_zone = |l: &&str| l.split_whitespace().next().is_some_and(|w| w.ends_with('.') || w == "\"");
    let zone = Zone::parse(&text.lines().filter(is_zone).collect::<Vec<_>>().join("\n"))?;
    let is_policy = |l: &&str| l.trim_start().starts_with("policy ");
    let policy = text.lines().find(is_policy).map(policy);
    let plan = plan(&text.lines().filter(|l| !is_zone(l) && !is_policy(l)).collect::<Vec<_>>().join("\n"))?;
    let at = TargetId::new(TargetKind::Mail, plan.domain.as_str());
    let mut targets = Targets::default();
    targets.add(at.clone(), Origin::CommandLine);
    let mut facts = Facts::default();
    let domain = plan.domain.clone();
    let spf = SpfLookup { domain: domain.clone(), return_paths: plan.return_paths.clone() };
    facts.spf.insert(at.clone(), Arc::new(Step::play(&spf, |q| zone.answer(q)).0));
    let tree = SpfWalk { domain: domain.clone() };
    facts.spf_tree.insert(at.clone(), Arc::new(Step::play(&tree, |q| zone.answer(q)).0));
    let dmarc = DmarcWalk { domain: domain.clone() };
    let dmarc = Step::play(&dmarc, |q| zone.answer(q)).0;
    let reports = match dmarc.get() {
        Ok(dmarc) => match dmarc.asks_for_reports() {
            Some(lookup) => Step::play(&lookup, |q| zone.answer(q)).0,
            None => Observed::not_configured("no DMARC record asks for reports"),
        },
        Err(missing) => missing.into(),
    };
    facts.dmarc_reports.insert(at.clone(), Arc::new(reports));
    facts.dmarc.insert(at.clone(), Arc::new(dmarc));
    let mx = Step::play(&MxLookup { domain }, |q| zone.answer(q)).0;
    let shown = senders::from_dns(&plan, facts.spf[&at].get().ok(), mx.get().ok());
    facts.dkim.insert(at.clone(), Arc::new(Step::play(&DkimLookup::new(&plan, &shown), |q| zone.answer(q)).0));
    let setup = SetupLookup::new(&plan, shown);
    let setup = Step::play(&setup, |q| zone.answer(q)).0;
    let forecasts = match setup.get() {
        Ok(setup) => Step::play(&organisations(setup), |q| zone.answer(q))
            .0
            .map(|o| Forecasts::of(setup, &facts.dmarc[&at], &facts.spf_tree[&at], &o)),
        Err(missing) => missing.into(),
    };
    facts.forecasts.insert(at.clone(), Arc::new(forecasts));
    let known = |spf| SpfReach::of(spf, &facts.spf_tree[&at]);
    let reach = facts.spf[&at].get().map_or_else(Into::into, |spf| Observed::known(known(spf)));
    let need = |spf| SpfNeed::of(&plan, spf, &setup, &mx, &facts.dmarc[&at]);
    let need = facts.spf[&at].get().map_or_else(Into::into, |spf| Observed::known(need(spf)));
    facts.spf_reach.insert(at.clone(), Arc::new(reach));
    facts.spf_need.insert(at.clone(), Arc::new(need));
    facts.sender_setup.insert(at.clone(), Arc::new(setup));
    let servers = match mx.get() {
        Ok(mx) => Step::play(&MxServerLookup::new(mx), |q| zone.answer(q)).0,
        Err(missing) => missing.into(),
    };
    facts.mx_servers.insert(at.clone(), Arc::new(servers));
    facts.mx.insert(at.clone(), Arc::new(mx));
    transport(&mut facts, &at, &plan.domain, &zone, policy)?;
    facts.mail_plan.insert(at.clone(), Arc::new(Observed::known(plan)));
    Ok((targets, facts, at))
}

/// The records about transport and logo.
fn transport(
    facts: &mut Facts,
    at: &TargetId,
    domain: &DomainName,
    zone: &Zone,
    policy: Option<HttpAnswer>,
) -> Result<(), String> {
    let txt = |name: &str| {
        let name = domain.child(name).ok_or("too long a name")?;
        Ok::<_, String>((name.clone(), zone.answer(&DnsQuestion::new(name, RecordKind::Txt))))
    };
    let (name, answer) = txt("_mta-sts")?;
    let sts = answer.map(|answer| {
        let records = mta_sts::select(answer.texts());
        let http = policy.ok_or(HostFailure::NoSuchName);
        let policy = (!records.is_empty()).then(|| mta_sts::fetched(&http));
        MtaSts { at: name, answer, records, policy, gaps: Vec::new() }
    });
    facts.mta_sts.insert(at.clone(), Arc::new(sts));
    let (name, answer) = txt("_smtp._tls")?;
    let rpt = answer.map(|answer| TlsRpt { at: name, records: tls_rpt::select(answer.texts()), answer });
    facts.tls_rpt.insert(at.clone(), Arc::new(rpt));
    let (name, answer) = txt("default._bimi")?;
    let bimi = answer.map(|answer| Bimi { at: name, records: bimi::select(answer.texts()), answer });
    facts.bimi.insert(at.clone(), Arc::new(bimi));
    Ok(())
}

fn policy(line: &str) -> HttpAnswer {
    let mut parts = line.trim_start().splitn(4, ' ').skip(1);
    let status = parts.next().and_then(|s| s.parse().ok()).unwrap_or(200);
    let kind = parts.next().unwrap_or("text/plain").as_bytes().to_vec();
    let body = parts.next().unwrap_or_default().replace('|', "\r\n").into_bytes();
    HttpAnswer { status, headers: vec![("content-type".to_owned(), kind)], body, truncated: false, took_ms: 0 }
}

/// Reads the lines of configuration.
pub(crate) fn plan(text: &str) -> Result<MailPlan, String> {
    let name = |t: &str| DomainName::parse(t).map_err(|e| format!("`{t}`: {e}"));
    let mut plan = MailPlan {
        domain: name("acme.test")?,
        declared: false,
        senders: Vec::new(),
        bulk: false,
        receives: false,
        selectors: Vec::new(),
        return_paths: Vec::new(),
        addresses: Vec::new(),
        froms: Vec::new(),
        others: Vec::new(),
    };
    for (i, line) in (1..).zip(text.lines()) {
        let mut words = line.split_whitespace();
        let Some(first) = words.next().filter(|w| !w.starts_with('#')) else { continue };
        let here = Place::new("launchcheck.toml", i, 1);
        match first {
            "from" => plan.declared = true,
            "bulk" => plan.bulk = true,
            "receives" => plan.receives = true,
            "from-domain" => {
                for word in words {
                    plan.froms.push(name(word)?);
                }
            }
            "other" => {
                for word in words {
                    plan.others.push(name(word)?);
                }
            }
            "domain" => plan.domain = name(words.next().unwrap_or_default())?,
            "return-path" => plan.return_paths.push(name(words.next().unwrap_or_default())?),
            "sender" | "guess" => plan.senders.extend(words.map(|w| Sender {
                provider: w.into(),
                because: "[email] providers".into(),
                at: Some(here.clone()),
                inferred: first == "guess",
                through: None,
            })),
            "through" => {
                let through = name(words.next().unwrap_or_default())?;
                plan.senders.last_mut().ok_or("through stands after a sender")?.through = Some(through);
            }
            "address" => {
                let domain = words.next().and_then(|w| w.rsplit_once('@')).map(|(_, d)| d).unwrap_or_default();
                plan.addresses.push(FromAddress {
                    named: "EMAIL_FROM in .env.production".into(),
                    variable: "EMAIL_FROM".into(),
                    domain: name(domain)?,
                    at: Some(Place::new(".env.production", i, 1)),
                });
            }
            "selector" => {
                for word in words {
                    let selector = Selector::parse(word).map_err(|e| format!("`{word}`: {e}"))?;
                    plan.selectors.push((selector, Some(here.clone())));
                }
            }
            _ => return Err(format!("`{line}` is neither a zone line nor a word of the mail examples")),
        }
    }
    Ok(plan)
}

/// A zone that answers questions: for examples and tests.
#[derive(Clone, Default)]
pub(crate) struct Zone {
    records: BTreeMap<(String, RecordKind), Vec<Record>>,
    failures: BTreeMap<(String, Option<RecordKind>), Cause>,
}
impl Zone {
    /// Reads lines of `name. TYPE data`.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut zone = Self::default();
        for line in text.lines().map(str::trim).filter(|l| !l.is_empty()) {
            zone.line(line).ok_or_else(|| format!("`{line}` is not a zone line"))?;
        }
        Ok(zone)
    }

    fn line(&mut self, line: &str) -> Option<()> {
        let (name, rest) = line.split_once(char::is_whitespace)?;
        let name = name.strip_suffix('.')?.to_ascii_lowercase();
        let (word, data) = rest.trim().split_once(char::is_whitespace).unwrap_or((rest.trim(), ""));
        if let Some(cause) = failure(word) {
            self.failures.insert((name, None), cause);
            return Some(());
        }
        let kinds = [
            RecordKind::A,
            RecordKind::Aaaa,
            RecordKind::Caa,
            RecordKind::Cname,
            RecordKind::Mx,
            RecordKind::Ns,
            RecordKind::Soa,
            RecordKind::Txt,
        ];
        let kind = kinds.into_iter().find(|k| k.word() == word)?;
        let data = data.trim();
        if let Some(cause) = failure(data) {
            self.failures.insert((name, Some(kind)), cause);
            return Some(());
        }
        let record = match kind {
            RecordKind::A => Record::A(data.parse().ok()?),
            RecordKind::Aaaa => Record::Aaaa(data.parse().ok()?),
            RecordKind::Cname => Record::Cname(data.strip_suffix('.')?.to_ascii_lowercase()),
            RecordKind::Ns => Record::Ns(data.strip_suffix('.')?.to_ascii_lowercase()),
            RecordKind::Caa => {
                let mut parts = data.splitn(3, ' ');
                let (flags, tag) = (parts.next()?.parse::<u8>().ok()?, parts.next()?.to_owned());
                let value = parts.next()?.trim_matches('"').to_owned();
                Record::Caa { critical: flags >= 128, tag, value }
            }
            RecordKind::Soa => {
                let (mname, serial) = data.split_once(". ")?;
                let rname = format!("hostmaster.{name}");
                Record::Soa { mname: mname.to_owned(), rname, serial: serial.parse().ok()?, minimum: 300 }
            }
            RecordKind::Mx => {
                let (preference, exchange) = data.split_once(' ')?;
                let exchange = if exchange == "." { "." } else { exchange.strip_suffix('.')? };
                Record::Mx { preference: preference.parse().ok()?, exchange: exchange.to_owned() }
            }
            _ => Record::Txt(strings(data)?),
        };
        self.records.entry((name, kind)).or_default().push(record);
        Some(())
    }

    /// Takes away what stands at a name under a type.
    pub(crate) fn clear(&mut self, name: &str, kind: RecordKind) {
        self.records.remove(&(name.to_owned(), kind));
    }
    /// Whether anything stands at a name under a type.
    pub(crate) fn has(&self, name: &str, kind: RecordKind) -> bool {
        self.records.contains_key(&(name.to_owned(), kind))
    }

    /// What a resolver would say.
    pub(crate) fn answer(&self, question: &DnsQuestion) -> Observed<DnsAnswer> {
        let (mut name, mut aliases) = (question.name.as_str().to_owned(), Vec::new());
        loop {
            let failure = self.failures.get(&(name.clone(), None));
            if let Some(cause) = failure.or_else(|| self.failures.get(&(name.clone(), Some(question.kind)))) {
                return Observed::unknown(cause.clone());
            }
            if let Some(found) = self.records.get(&(name.clone(), question.kind)) {
                return Observed::known(DnsAnswer { aliases, ..DnsAnswer::records(found.clone()) });
            }
            match self.records.get(&(name.clone(), RecordKind::Cname)).map(Vec::as_slice) {
                Some([Record::Cname(target), ..]) if aliases.len() < 8 => {
                    name.clone_from(target);
                    aliases.push(target.clone());
                }
                _ => break,
            }
        }
        let below = format!(".{name}");
        let exists = self.records.keys().any(|(n, _)| *n == name || n.ends_with(&below));
        let none = if exists { DnsAnswer::nodata() } else { DnsAnswer::nxdomain() };
        Observed::known(DnsAnswer { aliases, ..none })
    }
}

fn failure(word: &str) -> Option<Cause> {
    match word {
        "SERVFAIL" => Some(Cause::Servfail),
        "TIMEOUT" => Some(Cause::Timeout),
        "REFUSED" => Some(Cause::Refused),
        _ => None,
    }
}

/// The quoted strings of a TXT record; `\"` is a quotation mark.
fn strings(data: &str) -> Option<Vec<Vec<u8>>> {
    let keys = [("<rsa-512>", RSA_512), ("<rsa-1024>", RSA_1024), ("<rsa-2048>", RSA_2048), ("<ed25519>", ED25519)];
    let data = keys.iter().fold(data.to_owned(), |text, (name, key)| text.replace(name, key));
    let (mut out, mut rest) = (Vec::new(), data.as_str());
    while let Some(inside) = rest.strip_prefix('"') {
        let (mut text, mut chars, mut end) = (String::new(), inside.char_indices(), None);
        while let Some((i, c)) = chars.next() {
            match c {
                '"' => {
                    end = Some(i);
                    break;
                }
                '\\' => text.push(chars.next()?.1),
                c => text.push(c),
            }
        }
        out.push(text.into_bytes());
        rest = inside[end? + 1..].trim_start();
    }
    (rest.is_empty() && !out.is_empty()).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::email::{RULES, exhibits};
    use crate::vocab::{Eval, Severity, Verdict, View};

    /// A rule's verdict and whether something was missing; `Err` where the rule was not called.
    fn judge(id: &str, text: &str) -> (Option<Verdict>, bool) {
        let (targets, facts, at) = facts(text).unwrap();
        let rule = RULES.iter().find(|r| r.id == id).unwrap();
        let view = View::new(&at, &targets, &facts);
        let Eval::Code(eval) = &rule.eval else { panic!("{id} is not code") };
        let verdict = eval(&view).ok();
        (verdict, !view.close().1.is_empty())
    }

    /// The ids that fail, in the order of the catalogue.
    fn failing(text: &str) -> Vec<&'static str> {
        let fails = |id: &str| matches!(judge(id, text).0, Some(Verdict::Fail(_)));
        RULES.iter().map(|r| r.id.strip_prefix("email.").unwrap()).filter(|id| fails(&format!("email.{id}"))).collect()
    }

    #[test]
    fn healthy_domains_raise_nothing() {
        for text in [
            // It sends nothing and says so.
            "acme.test. TXT \"v=spf1 -all\"\nacme.test. MX 0 .",
            // It sends by a provider that needs nothing at the domain itself.
            "from\nsender resend\nselector resend\nreceives
             acme.test. TXT \"v=spf1 include:_spf.example.com ~all\"
             _spf.example.com. TXT \"v=spf1 ip4:203.0.113.0/24 -all\"
             acme.test. MX 10 mx.example.com.
             mx.example.com. A 203.0.113.9
             resend._domainkey.acme.test. TXT \"p=<rsa-2048>\"
             _dmarc.acme.test. TXT \"v=DMARC1; p=quarantine; rua=mailto:dmarc@acme.test\"",
        ] {
            assert_eq!(failing(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn a_dead_resolver_is_neither_fault_nor_pass() {
        let text = "from\nbulk\nreceives\nselector s1\nsender resend
            acme.test. TIMEOUT\n_dmarc.acme.test. TIMEOUT\ns1._domainkey.acme.test. TIMEOUT\nresend._domainkey.acme.test. TIMEOUT
            _mta-sts.acme.test. TIMEOUT\n_smtp._tls.acme.test. TIMEOUT\ndefault._bimi.acme.test. TIMEOUT";
        for rule in RULES.iter().filter(|r| r.facts().any(crate::facts::FactKind::needs_network)) {
            let (verdict, unseen) = judge(&rule.id, text);
            let fails = matches!(verdict, Some(Verdict::Fail(_)));
            assert!(verdict.is_none() || (unseen && !fails), "{rule:?}: {verdict:?}");
        }
    }

    #[test]
    fn a_fault_is_never_worse_than_its_rule_and_bulk_makes_dmarc_a_blocker() {
        let fault = |text: &str| match judge("email.dmarc-missing", text).0 {
            Some(Verdict::Fail(f)) => f[0].lower_to,
            other => panic!("{other:?}"),
        };
        assert_eq!(fault("bulk\nacme.test. TXT \"x\""), None);
        assert_eq!(fault("acme.test. TXT \"v=spf1 mx -all\""), Some(Severity::High));
        assert_eq!(fault("acme.test. MX 10 mx.acme.test."), Some(Severity::High));
        // What could not be seen counts as if it were there; where nothing has to do with mail, little is lost.
        assert_eq!(fault("acme.test. MX TIMEOUT"), Some(Severity::High));
        assert_eq!(fault("acme.test. TXT \"x\""), Some(Severity::Medium));
    }

    #[test]
    fn an_spf_tree_is_shown() {
        let (targets, facts, _) =
            facts("acme.test. TXT \"v=spf1 include:a.test mx -all\"\na.test. TXT \"v=spf1 a -all\"").unwrap();
        let shown = exhibits(&targets, &facts);
        let crate::vocab::ExhibitBody::Tree(lines) = &shown[0].1.body else { panic!() };
        let lines: Vec<_> = lines.iter().map(|(depth, text)| format!("{depth} {text}")).collect();
        assert_eq!(shown[0].1.title.as_str(), "SPF of acme.test: 3 of 10 look-ups, 2 void where 2 may be");
        assert_eq!(
            lines,
            ["0 acme.test (3)", "1 include:a.test (2)", "2 a (1, finds nothing)", "1 mx (1, finds nothing)"]
        );
    }
}
