//! Asks for the DKIM keys at every selector that is known, all at once.

use super::dkim_key::select;
use super::facts::{Dkim, MailPlan, SelectorKey, SelectorSource, Sender};
use crate::vocab::{Answers, Cause, DomainName, Inquiry, Missing, Observed, Selector, Step};
use crate::wire::{DnsQuestion, RecordKind};

/// Looks at the configured selectors, at those that the senders give to every customer, and at those
/// that many of their customers have; of senders that only the domain's records show at all of these.
#[derive(Clone, Debug)]
pub struct DkimLookup {
    wanted: Vec<(Selector, SelectorSource, DomainName)>,
}
impl DkimLookup {
    /// What is known of selectors for this domain, and for those that senders send through. Each name
    /// stands once, as configured where it is both configured and a provider's.
    #[must_use]
    pub fn new(plan: &MailPlan, shown: &[Sender]) -> Self {
        let bases = || std::iter::once(&plan.domain).chain(plan.senders.iter().filter_map(|s| s.through.as_ref()));
        let configured = plan
            .selectors
            .iter()
            .flat_map(|(s, at)| bases().map(move |base| (s.clone(), SelectorSource::Configured(at.clone()), base)));
        let known =
            || plan.senders.iter().filter_map(|s| Some((s.through.as_ref().unwrap_or(&plan.domain), s.known()?)));
        let each = |list: &'static [&'static str]| list.iter().filter_map(|s| Selector::parse(s).ok());
        let fixed = known()
            .flat_map(|(base, (p, mail))| each(mail.selectors).map(move |s| (s, SelectorSource::Provider(p.id), base)));
        let usual = known().flat_map(|(base, (p, mail))| {
            each(mail.usual_selectors).map(move |s| (s, SelectorSource::Usual(p.id), base))
        });
        let guessed = shown.iter().filter_map(Sender::known).flat_map(|(p, mail)| {
            let both = each(mail.selectors).chain(each(mail.usual_selectors));
            both.map(|s| (s, SelectorSource::Shown(p.id), &plan.domain))
        });
        let mut wanted = Vec::<(Selector, SelectorSource, DomainName)>::new();
        for (selector, source, base) in configured.chain(fixed).chain(usual).chain(guessed) {
            if let Some(at) = selector.at(base).filter(|at| wanted.iter().all(|(.., known)| known != at)) {
                wanted.push((selector, source, at));
            }
        }
        Self { wanted }
    }
}
impl Inquiry for DkimLookup {
    type Q = DnsQuestion;
    type Out = Observed<Dkim>;
    fn step(&self, seen: &Answers<DnsQuestion>) -> Step<DnsQuestion, Observed<Dkim>> {
        let question = |at: &DomainName| DnsQuestion::new(at.clone(), RecordKind::Txt);
        let ask: Vec<_> = self.wanted.iter().map(|(.., at)| question(at)).filter(|q| !seen.contains_key(q)).collect();
        if !ask.is_empty() {
            return Step::Ask(ask);
        }
        let (mut keys, mut gaps) = (Vec::new(), Vec::new());
        for (selector, source, at) in &self.wanted {
            match seen.get(&question(at)).map(Observed::get) {
                Some(Ok(answer)) => keys.push(SelectorKey {
                    selector: selector.clone(),
                    source: source.clone(),
                    at: at.clone(),
                    answer: answer.clone(),
                    keys: select(answer.texts()),
                }),
                Some(Err(Missing::Unknown(c))) => gaps.push(c),
                Some(Err(Missing::NotConfigured(_))) | None => gaps.push(Cause::NotRecorded),
            }
        }
        Step::Done(Observed::known(Dkim { keys, gaps }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::email::example::{Zone, plan};

    #[test]
    fn all_selectors_in_one_round_and_each_once() {
        let lookup = DkimLookup::new(&plan("selector s1 resend\nselector s1\nsender resend").unwrap(), &[]);
        let zone =
            Zone::parse("s1._domainkey.acme.test. TXT \"v=DKIM1; p=\"\nresend._domainkey.acme.test. TIMEOUT").unwrap();
        let (dkim, rounds, questions) = Step::play(&lookup, |q| zone.answer(q));
        let dkim = dkim.into_inner().unwrap();
        assert_eq!((rounds, questions, dkim.keys.len(), dkim.gaps), (1, 2, 1, vec![Cause::Timeout]));
    }

    #[test]
    fn no_selectors_no_questions() {
        let (dkim, rounds, _) =
            Step::play(&DkimLookup::new(&plan("").unwrap(), &[]), |_| Observed::unknown(Cause::Timeout));
        assert!(rounds == 0 && dkim.into_inner().unwrap().keys.is_empty());
    }
}
