//! `code.secret-in-html`
use super::{
    exposed,
    facts::{Exposure, Into},
};
use crate::{rule, vocab::Part};

rule! {
    /// A secret of the environment reaches the HTML or the data of a page.
    ///
    /// A component for browsers is rendered on the server first, and there the variable has its value:
    /// what it renders is in the HTML, whether or not its name is public. So are props of components
    /// for browsers, metadata, and what `getServerSideProps` returns. Judged by names that belong to a
    /// provider or speak of a secret; followed through shared modules.
    ///
    /// # Why at launch
    /// Everybody who opens the page has the key, and so has every cache in between.
    ///
    /// # Fix
    /// Use the secret in a server action or a route, and hand the browser the result only. Then make a
    /// new key: the old one was shown.
    ///
    /// # References
    /// - Next.js: <https://nextjs.org/docs/app/guides/data-security>
    ///
    /// ```pass
    /// file app/pay.tsx
    /// "use client";
    /// export function Pay() {
    ///   return <button onClick={() => fetch("/api/pay")} data-key={process.env.NEXT_PUBLIC_STRIPE_KEY}>Pay</button>;
    /// }
    /// ```
    /// ```fail
    /// file app/pay.tsx
    /// "use client";
    /// export function Pay() {
    ///   return <p>{process.env.STRIPE_SECRET_KEY}</p>;
    /// }
    /// ```
    /// ```fail
    /// file app/page.tsx
    /// import { Pay } from "./pay";
    /// export default function Page() {
    ///   const config = { key: process.env.STRIPE_SECRET_KEY };
    ///   return <Pay config={config} />;
    /// }
    /// file app/pay.tsx
    /// "use client";
    /// export function Pay() { return <button>Pay</button>; }
    /// ```
    "code.secret-in-html" on App, Blocker;
    fails "A secret is rendered into a page"; holds "No secret is rendered into a page";
    fn check(exposure: Part<'_, Exposure>) -> Verdict {
        exposed::faults(&exposure, Into::Page)
    }
}
