//! Certificates that stand in until the real one is there, as data: those that servers make for
//! themselves, those of test authorities, and those that platforms serve for their own names. Each
//! was last looked at in the month that stands with it.

use super::facts::Certificate;
use crate::vocab::{DomainName, Shown};

/// One kind of placeholder.
#[derive(Debug)]
pub struct Placeholder {
    /// What it is, for people: "ingress-nginx's fake certificate".
    pub what: &'static str,
    /// How it is told.
    pub mark: Mark,
    /// What to do; `{host}` stands for the host.
    pub fix: &'static str,
    /// When this was last looked at, as `2026-11`.
    pub checked: &'static str,
    /// Where it stands.
    pub source: &'static str,
}

/// By what a placeholder is told.
#[derive(Clone, Copy, Debug)]
pub enum Mark {
    /// The subject holds this text.
    Subject(&'static str),
    /// The issuer holds this text.
    Issuer(&'static str),
    /// It is made out to names below one of these, which are the platform's own.
    Names(&'static [&'static str]),
}

/// What servers make for themselves, and what test authorities issue.
static OWN: &[Placeholder] = &[
    Placeholder {
        what: "the fake certificate that ingress-nginx serves where it has none for a name",
        mark: Mark::Subject("Kubernetes Ingress Controller Fake Certificate"),
        fix: "Name {host} under spec.tls of the Ingress, with a secret in the same namespace that holds tls.crt and tls.key",
        checked: "2026-11",
        source: "https://kubernetes.github.io/ingress-nginx/user-guide/tls/#default-ssl-certificate",
    },
    Placeholder {
        what: "Traefik's default certificate",
        mark: Mark::Subject("TRAEFIK DEFAULT CERT"),
        fix: "Give the router of {host} a tls.certResolver, and read why it issued nothing: docker logs traefik 2>&1 | grep -i acme",
        checked: "2026-11",
        source: "https://doc.traefik.io/traefik/https/tls/#default-certificate",
    },
    Placeholder {
        what: "the temporary certificate of cert-manager, before the real one is issued",
        mark: Mark::Issuer("CN=cert-manager.local"),
        fix: "Find what the issuing waits for: kubectl describe certificate,certificaterequest,challenge -A",
        checked: "2026-11",
        source: "https://cert-manager.io/docs/usage/certificate/",
    },
    Placeholder {
        what: "a certificate of Let's Encrypt's staging environment, which no browser trusts",
        mark: Mark::Issuer("(STAGING)"),
        fix: "Let the ACME client use https://acme-v02.api.letsencrypt.org/directory and issue again (certbot: without --staging and --test-cert, with --force-renewal)",
        checked: "2026-11",
        source: "https://letsencrypt.org/docs/staging-environment/",
    },
    Placeholder {
        what: "a certificate of Caddy's local authority, which no browser trusts",
        mark: Mark::Issuer("Caddy Local Authority"),
        fix: "Remove `tls internal` (and local_certs) for {host} from the Caddyfile, and reload Caddy",
        checked: "2026-11",
        source: "https://caddyserver.com/docs/automatic-https#local-https",
    },
    Placeholder {
        what: "a certificate of mkcert, which only the machine that made it trusts",
        mark: Mark::Issuer("O=mkcert development CA"),
        fix: "Have a public authority issue it: certbot certonly -d {host}",
        checked: "2026-11",
        source: "https://github.com/FiloSottile/mkcert",
    },
    Placeholder {
        what: "Plesk's default certificate",
        mark: Mark::Subject("O=Plesk, CN=Plesk"),
        fix: "In Plesk, issue a certificate for {host} under SSL/TLS Certificates, and choose it in the hosting settings of the domain",
        checked: "2026-11",
        source: "https://docs.plesk.com/en-US/obsidian/administrator-guide/website-management/websites-and-domains/securing-connections-with-ssltls-certificates.59466/",
    },
    Placeholder {
        what: "a certificate made out to localhost",
        mark: Mark::Subject("CN=localhost"),
        fix: "Point the server at the certificate of {host} and reload it",
        checked: "2026-11",
        source: "https://letsencrypt.org/docs/certificates-for-localhost/",
    },
];

const ATTACH: &str = "Add {host} to the project's domains at the platform, and wait until its certificate is issued";
const fn platform(what: &'static str, names: &'static [&'static str], source: &'static str) -> Placeholder {
    Placeholder { what, mark: Mark::Names(names), fix: ATTACH, checked: "2026-11", source }
}

/// What platforms serve for a name that is not attached to any project.
static PLATFORMS: &[Placeholder] = &[
    platform(
        "Vercel's own certificate",
        &["vercel.app", "vercel.com", "now.sh"],
        "https://vercel.com/docs/domains/working-with-domains/add-a-domain",
    ),
    platform(
        "Netlify's own certificate",
        &["netlify.app", "netlify.com"],
        "https://docs.netlify.com/manage/domains/get-started-with-domains/",
    ),
    platform("Heroku's own certificate", &["herokuapp.com"], "https://devcenter.heroku.com/articles/custom-domains"),
    platform(
        "GitHub's own certificate",
        &["github.io", "github.com"],
        "https://docs.github.com/en/pages/configuring-a-custom-domain-for-your-github-pages-site",
    ),
    platform(
        "Cloudflare's own certificate",
        &["pages.dev", "workers.dev"],
        "https://developers.cloudflare.com/pages/configuration/custom-domains/",
    ),
    platform("Render's own certificate", &["onrender.com"], "https://render.com/docs/custom-domains"),
    platform("Railway's own certificate", &["railway.app"], "https://docs.railway.com/networking/domains"),
    platform("Fly.io's own certificate", &["fly.dev"], "https://fly.io/docs/networking/custom-domain/"),
    platform(
        "Azure's own certificate",
        &["azurewebsites.net", "azurestaticapps.net"],
        "https://learn.microsoft.com/en-us/azure/app-service/app-service-web-tutorial-custom-domain",
    ),
    platform(
        "Google's own certificate",
        &["web.app", "firebaseapp.com", "run.app", "appspot.com"],
        "https://firebase.google.com/docs/hosting/custom-domain",
    ),
    platform(
        "Amazon's own certificate",
        &["cloudfront.net", "amplifyapp.com", "elasticbeanstalk.com"],
        "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/CNAMEs.html",
    ),
    platform(
        "DigitalOcean's own certificate",
        &["ondigitalocean.app"],
        "https://docs.digitalocean.com/products/app-platform/how-to/manage-domains/",
    ),
    platform("Deno Deploy's own certificate", &["deno.dev"], "https://docs.deno.com/deploy/"),
    platform(
        "Supabase's own certificate",
        &["supabase.co"],
        "https://supabase.com/docs/guides/platform/custom-domains",
    ),
    platform("Shopify's own certificate", &["myshopify.com"], "https://help.shopify.com/en/manual/domains"),
    platform("Webflow's own certificate", &["webflow.io"], "https://help.webflow.com/hc/en-us/articles/33961239562387"),
    platform("WordPress.com's own certificate", &["wordpress.com"], "https://wordpress.com/support/domains/"),
    platform(
        "WP Engine's own certificate",
        &["wpengine.com"],
        "https://wpengine.com/support/add-domain-in-user-portal/",
    ),
    platform("Ghost's own certificate", &["ghost.io"], "https://ghost.org/help/custom-domains/"),
    platform(
        "Replit's own certificate",
        &["replit.app"],
        "https://docs.replit.com/cloud-services/deployments/custom-domains",
    ),
];

/// The placeholder that this certificate is. One that a client accepts for the host is none,
/// whatever it is called; `accepted` says whether the chain leads to a root that is trusted.
#[must_use]
pub fn placeholder(cert: &Certificate, accepted: bool) -> Option<&'static Placeholder> {
    if cert.name_fits && accepted {
        return None;
    }
    let own = |p: &&Placeholder| match p.mark {
        Mark::Subject(text) => holds(&cert.subject_whole, text),
        Mark::Issuer(text) => holds(&cert.issuer_whole, text),
        Mark::Names(_) => false,
    };
    OWN.iter().find(own).or_else(|| (!cert.name_fits).then(|| of_platform(cert))?)
}

/// Whether a distinguished name holds this text; a whole attribute where the text is one.
fn holds(name: &Shown, text: &str) -> bool {
    let name = name.as_str();
    match name.find(text) {
        Some(at) if text.starts_with("CN=") || text.starts_with("O=") => {
            let (before, after) = (&name[..at], &name[at + text.len()..]);
            (before.is_empty() || before.ends_with(", ")) && (after.is_empty() || after.starts_with(", "))
        }
        found => found.is_some(),
    }
}

fn of_platform(cert: &Certificate) -> Option<&'static Placeholder> {
    let presented: Vec<DomainName> = cert
        .names
        .iter()
        .filter_map(|n| DomainName::parse(n.as_str().strip_prefix("*.").unwrap_or(n.as_str())).ok())
        .collect();
    let ours = cert.host.registrable();
    if presented.iter().any(|n| n.is_within(&ours)) {
        return None;
    }
    PLATFORMS.iter().find(|p| {
        let Mark::Names(ends) = p.mark else { return false };
        ends.iter()
            .filter_map(|e| DomainName::parse(e).ok())
            .any(|end| !cert.host.is_within(&end) && presented.iter().any(|n| n.is_within(&end)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_whole() {
        for p in OWN.iter().chain(PLATFORMS) {
            assert!(p.source.starts_with("https://") && p.checked.len() == 7 && !p.fix.is_empty(), "{}", p.what);
            match p.mark {
                Mark::Subject(t) | Mark::Issuer(t) => assert!(t.len() > 8, "{}", p.what),
                Mark::Names(ends) => assert!(ends.iter().all(|e| DomainName::parse(e).is_ok()), "{}", p.what),
            }
        }
    }

    #[test]
    fn an_attribute_is_met_whole() {
        assert!(holds(&"CN=localhost".into(), "CN=localhost"));
        assert!(holds(&"C=US, CN=localhost, O=x".into(), "CN=localhost"));
        assert!(!holds(&"CN=localhost.acme.test".into(), "CN=localhost"));
        assert!(!holds(&"xCN=localhost".into(), "CN=localhost"));
        assert!(holds(&"C=CH, L=Schaffhausen, O=Plesk, CN=Plesk, Email=info@plesk.com".into(), "O=Plesk, CN=Plesk"));
        assert!(holds(&"C=US, O=(STAGING) Let's Encrypt, CN=(STAGING) R12".into(), "(STAGING)"));
    }
}
