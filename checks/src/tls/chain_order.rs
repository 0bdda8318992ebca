//! `tls.chain-order`
use super::facts::{Chain, HostPlan};
use crate::rule;
use crate::vocab::{Fault, Fix};

rule! {
    /// The server sends its certificates in the wrong order. Each should certify the one before it.
    ///
    /// # Why at launch
    /// Browsers sort them; older phones, Java and embedded clients read them as they come and refuse.
    ///
    /// # Fix
    /// Put the server's own certificate first, then its issuer, then that one's issuer.
    ///
    /// # References
    /// RFC 8446 section 4.4.2, RFC 5246 section 7.4.2 (TLS 1.2 demands the order).
    ///
    /// ```pass
    /// host acme.test
    /// ```
    /// ```fail
    /// host acme.test
    /// order Test Root Cross comes before Test Intermediate, which it certifies
    /// ```
    "tls.chain-order" on Host, Medium, stage Tls;
    fails "The certificates are sent in the wrong order"; holds "The certificates are sent in order";
    yields_to "tls.certificate-malformed";
    fn check(plan: &HostPlan, chain: &Chain) -> Verdict {
        let fault = chain.order.as_ref().map(|why| {
            let fix = Fix::steps([
                format!("Write the file of {} in this order: its own certificate, its issuer, that one's issuer", plan.host),
                "certbot's fullchain.pem has the right order; then reload the server".to_owned(),
            ]);
            Fault::here(why.clone(), fix)
        });
        fault.into()
    }
}
