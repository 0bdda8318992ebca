//! Mail facts.

use super::{Cx, Produce};
use crate::config::Email;
use launchcheck_checks::{
    email::{
        dkim_lookup::DkimLookup,
        dmarc_walk::DmarcWalk,
        facts::{Dkim, Dmarc, DmarcReports, MailPlan, Mx, Sender, Spf, SpfTree},
        mx_lookup::MxLookup,
        senders,
        spf_walk::{SpfLookup, SpfWalk},
    },
    env::facts::{EnvSet, Production},
    vocab::{Cause, DomainName, Observed, TargetId},
};

/// A mail target is named by its domain; the survey makes no other.
fn domain(at: &TargetId) -> Result<DomainName, Cause> {
    at.domain().ok_or_else(|| Cause::Parse("the target is not named by a domain".into()))
}

impl Produce for MailPlan {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        let domain = match domain(at) {
            Ok(d) => d,
            Err(c) => return Observed::unknown(c),
        };
        let none = Email::default();
        let email = cx.config().email.as_ref().unwrap_or(&none);
        let declared = email.from.iter().any(|a| a.domain == domain);
        // Where the configuration says which domains send, what it says of sending is about those.
        let mine = declared || email.from.is_empty();
        let senders = if !mine {
            Vec::new()
        } else if email.providers.is_empty() {
            inferred(at, cx).await
        } else {
            let pinned = email.providers.iter().map(|p| Sender {
                provider: p.get().into(),
                because: "[email] providers".into(),
                at: cx.config().place(p),
                inferred: false,
            });
            pinned.collect()
        };
        let selectors = email.dkim_selectors.iter().map(|s| (s.get().clone(), cx.config().place(s)));
        Observed::known(Self {
            domain,
            declared,
            senders,
            bulk: mine && email.bulk.unwrap_or_default(),
            receives: mine && email.receives.unwrap_or_default(),
            selectors: selectors.filter(|_| mine).collect(),
            return_paths: email.return_paths.iter().filter(|_| mine).map(|d| d.get().clone()).collect(),
        })
    }
}

/// The senders that the apps of the product show.
async fn inferred(at: &TargetId, cx: &Cx<MailPlan>) -> Vec<Sender> {
    let sets = cx.get_linked::<EnvSet>(at).await;
    let productions = cx.get_linked::<Production>(at).await;
    let mut all = Vec::<Sender>::new();
    for (app, set) in &sets {
        let production = productions.iter().find(|(t, _)| t == app).and_then(|(_, p)| p.get().ok());
        for sender in senders::inferred(set.get().ok(), production) {
            if !all.iter().any(|s| s.provider == sender.provider) {
                all.push(sender);
            }
        }
    }
    all
}

impl Produce for Spf {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        match cx.get::<MailPlan>(at).await.get() {
            Ok(plan) => {
                let (domain, return_paths) = (plan.domain.clone(), plan.return_paths.clone());
                cx.drive(SpfLookup { domain, return_paths }).await
            }
            Err(missing) => missing.into(),
        }
    }
}

impl Produce for SpfTree {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        match domain(at) {
            Ok(domain) => cx.drive(SpfWalk { domain }).await,
            Err(c) => Observed::unknown(c),
        }
    }
}

impl Produce for Dmarc {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        match domain(at) {
            Ok(domain) => cx.drive(DmarcWalk { domain }).await,
            Err(c) => Observed::unknown(c),
        }
    }
}

impl Produce for DmarcReports {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        let dmarc = cx.get::<Dmarc>(at).await;
        match dmarc.get().map(Dmarc::asks_for_reports) {
            Ok(Some(lookup)) => cx.drive(lookup).await,
            Ok(None) => Observed::not_configured("no DMARC record asks for reports"),
            Err(missing) => missing.into(),
        }
    }
}

impl Produce for Dkim {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        match cx.get::<MailPlan>(at).await.get() {
            Ok(plan) => cx.drive(DkimLookup::new(plan)).await,
            Err(missing) => missing.into(),
        }
    }
}

impl Produce for Mx {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        match domain(at) {
            Ok(domain) => cx.drive(MxLookup { domain }).await,
            Err(c) => Observed::unknown(c),
        }
    }
}
