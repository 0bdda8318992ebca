//! `env.live-key-outside-production`
use super::{
    facts::{Entry, EnvSet, Preview, Production},
    names,
};
use crate::{
    providers::{Mode, Role},
    rule,
    vocab::{Fault, Fix, Part, Severity},
};

rule! {
    /// A secret key of live mode stands outside production: in previews, in the example file, or in the
    /// dotenv files of development and tests.
    ///
    /// `.env.local` counts where production's variables are known to come from elsewhere; it is medium
    /// there, since `vercel env pull` may just have written it.
    ///
    /// # Why at launch
    /// A test run or a branch charges real cards and mails real customers, and the key lies on more
    /// machines than one.
    ///
    /// # Fix
    /// Use a test key there. Where the key was committed, make a new one at the provider.
    ///
    /// # References
    /// - Stripe, keys and environments: <https://docs.stripe.com/keys-best-practices>
    ///
    /// ```pass
    /// local .env.development
    /// STRIPE_SECRET_KEY={{sk test}}
    /// production
    /// STRIPE_SECRET_KEY={{sk live}}
    /// ```
    /// ```fail
    /// local .env.development
    /// STRIPE_SECRET_KEY={{sk live}}
    /// ```
    /// ```fail
    /// preview
    /// STRIPE_SECRET_KEY={{sk live}}
    /// ```
    "env.live-key-outside-production" on App, High, stage Secret;
    fails "A live key stands outside production"; holds "Live keys stand in production alone";
    fn check(sets: Part<'_, EnvSet>, production: Option<&Production>, preview: Option<&Preview>) -> Verdict {
        let mut faults: Vec<Fault> = Vec::new();
        let ignored = |e: &Entry| sets.iter().any(|s| s.ignores(&e.name));
        let live = |e: &&Entry| e.shape.mode == Mode::Live && e.shape.role != Role::Public && e.shape.secret.is_some() && !ignored(e);
        let named = |e: &Entry| production.is_some_and(|p| e.at.as_ref().is_some_and(|at| p.sources.contains(&at.file)));
        let mut put = |e: &Entry, severity: Severity| {
            if faults.iter().any(|f| f.subject.as_str() == e.name) {
                return;
            }
            let fix = Fix::EnvVar { name: (&e.name).into(), value: "outside production: a key of test mode".into() };
            let place = e.at.as_ref().map_or_else(String::new, |at| format!(" in {}", at.file));
            let fault = Fault::new(&e.name, e.evidence(), fix).titled(format!("{} is a live key{place}", e.name)).lowered(severity);
            faults.push(Fault { at: e.at.clone(), ..fault });
        };
        for e in preview.iter().flat_map(|p| &p.set.entries).filter(live) {
            put(e, Severity::High);
        }
        for set in sets.iter() {
            set.example.iter().filter(live).for_each(|e| put(e, Severity::High));
            for e in set.nearby.iter().filter(live).filter(|e| !named(e)) {
                let file = e.at.as_ref().map_or("", |at| at.file.as_str());
                if names::is_of_development(file) {
                    put(e, Severity::High);
                } else if names::is_local_file(file) && production.is_some() {
                    put(e, Severity::Medium);
                }
            }
        }
        faults.into()
    }
}
