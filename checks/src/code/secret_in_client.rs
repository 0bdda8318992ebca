//! `code.secret-in-client`
use super::{
    exposed,
    facts::{Exposure, Into},
};
use crate::{rule, vocab::Part};

rule! {
    /// A secret is compiled into the code that browsers load.
    ///
    /// A key that stands in a file for browsers, or in a shared module that one uses; or a variable that
    /// `env` of next.config compiles in and a file for browsers reads. A test key is a medium.
    ///
    /// # Why at launch
    /// Scripts are public: whoever opens the page's sources has the key.
    ///
    /// # Fix
    /// Move the key into a variable that only the server reads, and make a new one.
    ///
    /// # References
    /// - Next.js: <https://nextjs.org/docs/app/api-reference/config/next-config-js/env>
    ///
    /// ```pass
    /// file next.config.mjs
    /// export default { env: { APP_NAME: process.env.APP_NAME } };
    /// file app/pay.tsx
    /// "use client";
    /// export function Pay() { return <p>{process.env.APP_NAME}</p>; }
    /// ```
    /// ```fail
    /// file next.config.mjs
    /// export default { env: { KEY: process.env.STRIPE_SECRET_KEY } };
    /// file app/pay.tsx
    /// "use client";
    /// export function Pay() { return <button onClick={() => pay(process.env.KEY)}>Pay</button>; }
    /// ```
    "code.secret-in-client" on App, Blocker;
    fails "A secret is in the code for browsers"; holds "No secret is in the code for browsers";
    fn check(exposure: Part<'_, Exposure>) -> Verdict {
        exposed::faults(&exposure, Into::Script)
    }
}
