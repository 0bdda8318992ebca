//! `code.secret-in-history`
use crate::{
    env::at_rest::{AtRest, History},
    rule,
    vocab::{Fault, Fix, Part, Severity, Verdict},
    web::leaks::Worth,
};
use std::collections::BTreeSet;

rule! {
    /// A provider's secret key was added to the current branch at some time, and taken away again.
    ///
    /// Only the current branch is read, from the objects that are here; nothing is fetched. Low for keys
    /// of test mode, and in tests, samples and texts for people.
    ///
    /// # Why at launch
    /// `git log -p` shows it to everybody with a copy, and a repository that is made public shows it to
    /// everybody.
    ///
    /// # Fix
    /// Make a new key at the provider and revoke the old one. To rewrite the history helps only those who
    /// have no copy yet.
    ///
    /// # References
    /// - GitHub, removing sensitive data: <https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/removing-sensitive-data-from-a-repository>
    ///
    /// ```pass
    /// history src/pay.ts
    /// const key = process.env.STRIPE_SECRET_KEY
    /// ```
    /// ```fail
    /// history src/pay.ts
    /// const key = "{{sk live}}"
    /// ```
    "code.secret-in-history" on App, Medium, stage Secret;
    fails "The history holds a secret key"; holds "The history holds no secret key";
    yields_to "env.exposed-secret-in-use", "code.secret-in-source";
    fn check(history: Part<'_, History>, rest: Part<'_, AtRest>) -> Verdict {
        if let Some(why) = history.iter().find_map(|h| h.absent) {
            return Verdict::not_applicable(why);
        }
        let here: BTreeSet<_> = rest.iter().flat_map(|r| &r.keys).map(|k| k.leak.digest).collect();
        let dotenv: BTreeSet<_> = rest.iter().flat_map(|r| &r.env_files).flat_map(|f| &f.entries).filter_map(|e| e.shape.digest).collect();
        let mut told = BTreeSet::new();
        let mut faults = Vec::new();
        for key in history.iter().flat_map(|h| &h.keys) {
            let gone = !here.contains(&key.leak.digest) && !dotenv.contains(&key.leak.digest);
            if !gone || !told.insert(&key.leak.masked) {
                continue;
            }
            let fix = Fix::step(format!("Make a new key in the place of {} at its provider, and revoke the old one", key.leak.masked));
            let saw = format!("commit {} added {} ({}) to {}", key.then.commit, key.leak.what, key.leak.masked, key.then.file);
            let fault = Fault::new(&key.leak.masked, saw, fix).titled(format!("{} stands in the history of {}", key.leak.what, key.then.file));
            let mild = key.aside || key.leak.worth == Worth::TestSecret;
            faults.push(if mild { fault.lowered(Severity::Low) } else { fault });
        }
        faults.into()
    }
}
