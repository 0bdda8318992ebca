//! `tls.handshake-refused`
use super::facts::{HostPlan, Reach, Refusal};
use crate::rule;
use crate::vocab::{Fault, Fix, Severity, Verdict};

rule! {
    /// The server ends every handshake: it has no certificate for the name, one for a key that clients
    /// do not take, or no cipher in common with modern clients.
    ///
    /// A second greeting offers what older clients offer, to tell the two apart. Where the server speaks
    /// ECDHE, and only with CBC, browsers still open it and stricter clients do not: that is high.
    ///
    /// # Why at launch
    /// Nobody can open the site, and providers that call it record failed deliveries.
    ///
    /// # Fix
    /// Attach the name to the site where it is hosted, or let the server speak the ciphers of TLS 1.3
    /// and the ECDHE ones of TLS 1.2.
    ///
    /// # References
    /// RFC 8446 section 6.2 (alerts that end a handshake), section 9.1 (ciphers that must be there);
    /// RFC 9325 section 4.2.
    ///
    /// ```pass
    /// host acme.test
    /// ```
    /// ```fail
    /// host acme.test
    /// unreachable alert
    /// refusal alert handshake_failure
    /// ```
    /// ```fail
    /// host acme.test
    /// unreachable alert
    /// refusal old-cipher RSA_WITH_AES_128_CBC_SHA
    /// ```
    /// ```fail
    /// host acme.test
    /// unreachable alert
    /// refusal modern handshake_failure
    /// ```
    /// ```fail
    /// host acme.test
    /// unreachable alert
    /// refusal odd-key secp256k1
    /// ```
    /// ```fail
    /// host acme.test
    /// unreachable alert
    /// refusal old-cipher ECDHE_RSA_WITH_AES_128_CBC_SHA
    /// ```
    "tls.handshake-refused" on Host, Blocker, stage Tls;
    fails "The server ends the TLS handshake"; holds "The server completes the TLS handshake";
    fn check(plan: &HostPlan, reach: &Reach, refusal: &Refusal) -> Verdict {
        let (host, port) = (&plan.host, plan.port);
        let (saw, first) = match refusal {
            Refusal::Alert(alert) => (
                format!("{host}:{port} ends every handshake with the alert {alert}"),
                format!("Attach {host} to your site at the hosting provider, so that the server has a certificate for it"),
            ),
            Refusal::OldCipher(cipher) => (
                format!("{host}:{port} speaks TLS 1.2 only with ciphers that modern clients left, such as {cipher}"),
                "nginx: ssl_ciphers ECDHE+AESGCM:ECDHE+CHACHA20; and ssl_protocols TLSv1.2 TLSv1.3".to_owned(),
            ),
            Refusal::OddKey(kind) => (
                format!("{host}:{port} has a certificate for a key of the kind {kind}, which the clients of today do not take"),
                format!(
                    "Have one issued for a key of the usual kind: {}",
                    super::certbot(host, " --force-renewal --key-type ecdsa --elliptic-curve secp256r1")
                ),
            ),
            Refusal::Modern(alert) => (
                format!("{host}:{port} answers a client of TLS 1.2 and ends the handshake of a modern one with the alert {alert}"),
                "nginx: ssl_ecdh_curve X25519:prime256v1:secp384r1; and ssl_protocols TLSv1.2 TLSv1.3; or update a proxy in front that does not know TLS 1.3".to_owned(),
            ),
            Refusal::None => return Verdict::Pass,
            _ => return Verdict::not_applicable(super::OTHERWISE),
        };
        let fix = Fix::steps([first, format!("Check it: openssl s_client -connect {host}:{port} -servername {host}")]);
        let fault = Fault::new(host, saw, fix);
        if matches!(refusal, Refusal::OldCipher(cipher) if BROWSERS_OFFER.contains(&cipher.as_str())) {
            return fault
                .and_saw("browsers still offer this cipher; clients with a shorter list end the handshake")
                .titled(format!("The server of {host} speaks only ciphers that clients are leaving"))
                .lowered(Severity::High)
                .into();
        }
        super::by_role(fault, plan, reach).into()
    }
}

/// The ciphers with CBC that Chrome, Firefox and Safari all offer beside those of today.
const BROWSERS_OFFER: &[&str] = &["ECDHE_RSA_WITH_AES_128_CBC_SHA", "ECDHE_RSA_WITH_AES_256_CBC_SHA"];
