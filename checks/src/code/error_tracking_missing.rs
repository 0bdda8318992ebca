//! `code.error-tracking-missing`
use super::deeds::Watch;
use crate::{
    rule,
    vocab::{Fault, Fix, Verdict},
};

rule! {
    /// An app that takes payments depends on no package that reports errors.
    ///
    /// Any of the usual services counts, and so does `instrumentation.ts`. Low: a host may collect
    /// errors without a package.
    ///
    /// # Why at launch
    /// The first customers meet the first errors, and most of them say nothing and leave.
    ///
    /// # Fix
    /// Add one, such as Sentry, and let it tell somebody.
    ///
    /// # References
    /// - Next.js, instrumentation: <https://nextjs.org/docs/app/guides/instrumentation>
    ///
    /// ```pass
    /// file package.json
    /// { "dependencies": { "next": "16.0.0", "stripe": "23.0.0", "@sentry/nextjs": "10.0.0" } }
    /// ```
    /// ```fail
    /// file package.json
    /// { "dependencies": { "next": "16.0.0", "stripe": "23.0.0" } }
    /// ```
    "code.error-tracking-missing" on App, Low;
    fails "Nothing reports errors"; holds "Errors are reported";
    fn check(watch: &Watch) -> Verdict {
        let Some(package) = watch.sells_with.as_ref().filter(|_| watch.app) else {
            return Verdict::not_applicable("package.json is not of an app that takes payments");
        };
        if watch.reports_errors.is_some() {
            return Verdict::Pass;
        }
        let fix = Fix::Command("npx @sentry/wizard@latest -i nextjs".into());
        Fault::here(format!("package.json lists {package} and no package that reports errors"), fix).into()
    }
}
