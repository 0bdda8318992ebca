//! `code.log-leaks`
use super::practice::{Logged, LoggedKind, Logs};
use crate::{
    rule,
    vocab::{Evidence, Fault, Fix, Part, Severity, Verdict},
};

rule! {
    /// A call that logs is given a secret, or what belongs to a person.
    ///
    /// Medium where it is a secret of the environment, a password, a key or a card number; low where it
    /// is a token that may be harmless, or an email address. What is compared, counted, cut or masked
    /// first is healthy.
    ///
    /// # Why at launch
    /// Logs are kept for months, sent to other companies and read by everybody who helps. A key that
    /// stood there once has to be changed.
    ///
    /// # Fix
    /// Log that it is there, or an id, and never the value: `Boolean(process.env.X)`, `user.id`.
    ///
    /// # References
    /// - OWASP, logging: <https://cheatsheetseries.owasp.org/cheatsheets/Logging_Cheat_Sheet.html#data-to-exclude>
    ///
    /// ```pass
    /// file lib/a.ts
    /// console.log("key is set:", Boolean(process.env.STRIPE_SECRET_KEY), process.env.STRIPE_SECRET_KEY?.length)
    /// console.error("the password is wrong", user.id, errors.password)
    /// ```
    /// ```fail
    /// file lib/a.ts
    /// console.log("starting with", process.env.STRIPE_SECRET_KEY)
    /// ```
    /// ```fail
    /// file app/login/actions.ts
    /// logger.info({ user: user.id, password }, "sign-in")
    /// ```
    /// ```fail
    /// file lib/mail.ts
    /// console.log(`mail to ${user.email}`)
    /// ```
    "code.log-leaks" on App, Medium;
    fails "A secret or personal data is logged"; holds "No secret is logged";
    fn check(logs: Part<'_, Logs>) -> Verdict {
        let Some(found) = logs.first() else { return Verdict::Pass };
        if found.calls == 0 && found.gaps.is_empty() {
            return Verdict::not_applicable("the source logs nothing");
        }
        found.leaks.iter().map(told).collect::<Vec<_>>().into()
    }
}

fn told(l: &Logged) -> Fault {
    let (what, lower) = match l.kind {
        LoggedKind::Variable => ("a secret of the environment", None),
        LoggedKind::Secret => ("a secret", None),
        LoggedKind::Perhaps => ("what may be a secret", Some(Severity::Low)),
        LoggedKind::Person => ("personal data", Some(Severity::Low)),
    };
    let fix = Fix::step(format!("Take {} out of the {} call at {}, or log an id in its place", l.what, l.call, l.at));
    let mut fault = Fault::new(
        format!("{} in {}", l.what, l.at.file),
        Evidence::Place(l.at.clone(), format!("{} logs {}", l.call, l.what).into()),
        fix,
    )
    .titled(format!("{} is logged: {what}", l.what))
    .at(l.at.clone());
    fault.lower_to = lower;
    fault
}
