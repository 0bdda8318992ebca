//! `code.env-not-validated`
use crate::{
    code::facts::{CodeNames, How},
    env::{
        facts::{EnvSet, Without},
        shape::role_of,
    },
    providers::Role,
    rule,
    vocab::{Evidence, Fault, Fix, Part, Severity, Verdict},
};
use std::collections::BTreeMap;

/// From so many secrets on that are taken as they come, a list of what has to be set is worth having.
const MANY: usize = 8;
/// Packages that check variables when the app starts.
const CHECKERS: &[&str] = &[
    "@t3-oss/env-nextjs",
    "@t3-oss/env-core",
    "@t3-oss/env-nuxt",
    "envalid",
    "znv",
    "env-var",
    "convict",
    "@nestjs/config",
];

rule! {
    /// The app reads many secrets, and nothing checks that they are there before the first customer
    /// needs one.
    ///
    /// # Why at launch
    /// A missing variable shows in the one request that needs it, days after the deploy, in place of
    /// stopping the deploy.
    ///
    /// # Fix
    /// Read them in one module that checks them with a schema, and import it where the app starts.
    ///
    /// # References
    /// - T3 Env: <https://env.t3.gg/docs/nextjs>
    ///
    /// ```pass
    /// packages
    /// envalid
    /// source lib/a.ts
    /// use(process.env.A_SECRET!, process.env.B_SECRET!, process.env.C_SECRET!, process.env.D_SECRET!)
    /// use(process.env.E_SECRET!, process.env.F_SECRET!, process.env.G_SECRET!, process.env.H_SECRET!)
    /// ```
    /// ```fail
    /// source lib/a.ts
    /// use(process.env.A_SECRET!, process.env.B_SECRET!, process.env.C_SECRET!, process.env.D_SECRET!)
    /// use(process.env.E_SECRET!, process.env.F_SECRET!, process.env.G_SECRET!, process.env.H_SECRET!)
    /// ```
    "code.env-not-validated" on App, Low, stage Secret;
    fails "Nothing checks the variables when the app starts"; holds "The variables are checked, or there are few";
    fn check(set: &EnvSet, names: Part<'_, CodeNames>) -> Verdict {
        if set.sources == 0 {
            return Verdict::not_applicable("no JavaScript or TypeScript source was found");
        }
        let schema = names.iter().flat_map(|n| &n.reads).any(|r| r.how == How::Schema);
        if schema || set.packages.iter().any(|p| CHECKERS.contains(&p.as_str())) {
            return Verdict::Pass;
        }
        let secret = |n: &str| matches!(role_of(n), Role::Secret | Role::WebhookSecret);
        let taken = set.reads.iter().filter(|r| r.without == Without::Undefined && !r.tooling && secret(&r.name));
        let taken: BTreeMap<&str, _> = taken.map(|r| (r.name.as_str(), &r.at)).collect();
        if taken.len() < MANY {
            return Verdict::Pass;
        }
        let fix = Fix::step("Check them in one module when the app starts: z.object({ … }).parse(process.env)");
        let mut saw: Vec<Evidence> = taken.iter().take(3).map(|(n, at)| Evidence::Place((*at).clone(), format!("takes {n} as it comes").into())).collect();
        saw.push(format!("{} secrets are read, and no schema checks them", taken.len()).into());
        let mut fault = Fault::here("", fix).lowered(Severity::Low);
        fault.saw = saw;
        fault.into()
    }
}
