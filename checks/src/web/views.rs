//! What the redirects come to for one question each: where visitors end, what is served there, what
//! the sibling does, what plain http does. Each is unknown only where its own chain is.

use super::facts::{Chain, End, Front, Home, PlainHttp, Redirects, Sibling, SitePlan};
use crate::vocab::{Cause, DomainName, Missing, Observed};

impl Redirects {
    fn chain(&self, host: &DomainName, secure: bool) -> Observed<&Chain> {
        match self.chains.iter().find(|c| c.host == *host && c.secure == secure) {
            None => Observed::unknown(Cause::Deadline),
            Some(Chain { end: End::Unknown(cause), .. }) => Observed::unknown(cause.clone()),
            Some(chain) => Observed::known(chain),
        }
    }
}

impl Home {
    /// Where the https chain of the site's entry ends.
    #[must_use]
    pub fn of(plan: &SitePlan, redirects: &Redirects) -> Observed<Self> {
        redirects.chain(plan.entry(), true).map(|chain| {
            let ends_at = plan.canonical.is_none().then(|| chain.ends_at()).flatten();
            Self { host: ends_at.unwrap_or_else(|| plan.entry().clone()), chain: chain.clone() }
        })
    }
    /// Whether a visitor needs this host to get to the site.
    #[must_use]
    pub fn needs(&self, host: &DomainName) -> bool {
        self.host == *host
            || self.chain.ends_at().is_some_and(|h| h == *host)
            || self.chain.hops.iter().any(|h| h.host() == host.as_str())
    }
}

impl Chain {
    /// The host it ends on: the last that answered, or the one that did not.
    #[must_use]
    pub fn ends_at(&self) -> Option<DomainName> {
        let url = match &self.end {
            End::Failed(url, _) => Some(url),
            End::Loop => None,
            _ => self.hops.last().map(|h| &h.url),
        };
        DomainName::parse(url?.host_str()?).ok()
    }
}

impl Front {
    /// What the home answers, where it is the site that answers.
    #[must_use]
    pub fn of(home: &Home) -> Observed<Self> {
        let chain = &home.chain;
        if let Some(wall) = chain.hops.last().and_then(|h| h.wall.clone()) {
            return Observed::unknown(Cause::Wall(wall));
        }
        match &chain.end {
            End::Answer => chain
                .hops
                .last()
                .map_or(Observed::unknown(Cause::Deadline), |page| Observed::known(Self { page: page.clone() })),
            End::Failed(_, why) => Observed::unknown(why.cause()),
            End::Loop => Observed::unknown(Cause::Wall("a redirect loop".into())),
            End::Nowhere(_) => Observed::unknown(Cause::Wall("a redirect that leads nowhere".into())),
            End::Left(_) => Observed::not_configured("the site leads to another domain"),
            End::Unknown(cause) => Observed::unknown(cause.clone()),
        }
    }
}

impl Sibling {
    /// What the other of apex and `www.` does.
    #[must_use]
    pub fn of(plan: &SitePlan, redirects: &Redirects) -> Observed<Self> {
        let Some(host) = plan.other() else {
            return Observed::not_configured("only a registrable domain has a www beside it");
        };
        let chain = match redirects.chain(host, true).into_inner() {
            Ok(chain) => chain,
            Err(missing) => return missing.into(),
        };
        match chain.hops.last().and_then(|h| h.wall.clone()) {
            Some(wall) => Observed::unknown(Cause::Wall(wall)),
            None => Observed::known(Self { host: host.clone(), chain: chain.clone() }),
        }
    }
}

impl PlainHttp {
    /// The chains that begin at http. A closed port of a host that answers https serves nothing, so
    /// it hides nothing; a host that is down altogether, a wall and silence do.
    #[must_use]
    pub fn of(plan: &SitePlan, redirects: &Redirects) -> Self {
        let chains: Vec<Chain> = redirects.chains.iter().filter(|c| !c.secure).cloned().collect();
        let gap = |chain: &Chain| match (&chain.end, chain.hops.last()) {
            (End::Unknown(cause), None) => Some(cause.clone()),
            // Whatever lies behind https is not plain http's.
            (End::Unknown(cause), Some(h)) => (!h.leads_to_https()).then(|| cause.clone()),
            (End::Failed(_, why), None) if why.is_nowhere() => (chain.host == *plan.entry()).then(|| why.cause()),
            (End::Failed(..), None) => match redirects.chain(&chain.host, true).into_inner() {
                Ok(Chain { end: End::Failed(_, why), hops, .. }) if hops.is_empty() => Some(why.cause()),
                Err(Missing::Unknown(cause)) => Some(cause),
                _ => None,
            },
            (End::Answer, Some(h)) if h.url.scheme() == "http" => h.wall.clone().map(Cause::Wall),
            _ => None,
        };
        let mut gaps: Vec<Cause> = chains.iter().filter_map(gap).collect();
        gaps.sort();
        gaps.dedup();
        Self { chains, gaps }
    }
}
