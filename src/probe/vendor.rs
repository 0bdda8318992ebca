//! Clients of vendors' APIs: reqwest over the run's own resolver and roots, so that
//! `--connect-to`, `--resolver` and `--ca-bundle` hold for them too.

use super::{Ask, connect::Dialer};
use launchcheck_checks::{
    vocab::{Cause, Missing},
    wire::DnsQuestion,
};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use rustls::{ClientConfig, RootCertStore, pki_types::TrustAnchor};
use std::sync::Arc;

/// Resolves for reqwest through the one dialer.
pub struct VendorDns<D>(pub Arc<Dialer<D>>);

impl<D: Ask<DnsQuestion> + 'static> Resolve for VendorDns<D> {
    fn resolve(&self, name: Name) -> Resolving {
        let dialer = Arc::clone(&self.0);
        Box::pin(async move {
            // Vendors' APIs are https on its own port; a base with another port names it itself.
            match dialer.route(name.as_str(), 443, true).await.into_inner() {
                Ok(Ok(route)) => {
                    let addresses: Vec<_> = route.addresses().collect();
                    Ok(Box::new(addresses.into_iter()) as Addrs)
                }
                // Of a vendor a name that does not exist is no answer about anything audited.
                Ok(Err(_)) => Err(Unresolved(Cause::Refused).into()),
                Err(Missing::Unknown(cause)) => Err(Unresolved(cause).into()),
                Err(Missing::NotConfigured(what)) => Err(what.into()),
            }
        })
    }
}

/// Why a vendor's name led to no address; found again in the errors of the client.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Unresolved(pub Cause);

/// TLS to vendors: verified as usual, by the run's roots, with ring.
///
/// # Errors
/// When the crypto provider offers no usable protocol version, which none of ours does.
pub fn tls_config(roots: &[TrustAnchor<'static>]) -> Result<ClientConfig, rustls::Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    Ok(ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(RootCertStore { roots: roots.to_vec() })
        .with_no_client_auth())
}

/// A client for one vendor's API. It follows no redirects: a key must not travel to another host.
///
/// # Errors
/// When the client cannot be built.
pub fn client<D: Ask<DnsQuestion> + 'static>(
    dialer: &Arc<Dialer<D>>,
    roots: &[TrustAnchor<'static>],
) -> Result<reqwest::Client, Box<dyn std::error::Error + Send + Sync>> {
    Ok(reqwest::Client::builder()
        .tls_backend_preconfigured(tls_config(roots)?)
        .dns_resolver(Arc::new(VendorDns(Arc::clone(dialer))))
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .user_agent(super::http::USER_AGENT)
        .build()?)
}
