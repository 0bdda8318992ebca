//! Hosting platforms as data: where the names of their customers lead, and whose certificates they
//! use. The addresses are those that their documentation tells customers to point at, and, of
//! Cloudflare, all that it announces.

use std::net::IpAddr;

/// One platform.
#[derive(Debug)]
pub struct Platform {
    /// Its id in `[[host]] platform`.
    pub id: &'static str,
    /// Its name for people.
    pub name: &'static str,
    /// When this was last looked at, as `2026-11`.
    pub checked: &'static str,
    /// Where it stands.
    pub source: &'static str,
    /// The ends of the names that its customers' aliases lead to. A `*` stands for the rest of a label.
    pub aliases: &'static [&'static str],
    /// The ranges of addresses that its customers point at: address and length of the prefix.
    pub ranges: &'static [(&'static str, u8)],
    /// Whether its customers' names have no other addresses than these, as far as its pages say.
    pub whole: bool,
    /// The CAA names of the authorities that its certificates come from.
    pub authorities: &'static [&'static str],
    /// The record to publish, in words.
    pub wants: &'static str,
}

/// The platforms that are known.
pub static PLATFORMS: &[Platform] = &[
    Platform {
        id: "vercel",
        name: "Vercel",
        checked: "2026-11",
        source: "https://vercel.com/docs/domains/set-up-custom-domain",
        aliases: &["vercel-dns.com", "vercel-dns-*.com", "vercel.app", "now.sh"],
        ranges: &[
            ("76.76.21.0", 24),
            ("216.198.79.0", 24),
            ("64.29.17.0", 24),
            ("66.33.60.0", 24),
            ("216.150.1.0", 24),
            ("216.150.16.0", 24),
        ],
        whole: true,
        authorities: &["letsencrypt.org", "pki.goog", "globalsign.com"],
        wants: "a CNAME to the name under vercel-dns that the project's Domains page shows, or at the apex A 76.76.21.21",
    },
    Platform {
        id: "netlify",
        name: "Netlify",
        checked: "2026-11",
        source: "https://docs.netlify.com/manage/domains/configure-domains/configure-external-dns/",
        aliases: &["netlify.app", "netlify.com", "netlifyglobalcdn.com"],
        // Its name servers answer with others.
        ranges: &[("75.2.60.5", 32)],
        whole: false,
        authorities: &["letsencrypt.org"],
        wants: "a CNAME to your site's name under netlify.app, or at the apex an ALIAS to apex-loadbalancer.netlify.com (A 75.2.60.5)",
    },
    Platform {
        id: "fly",
        name: "Fly.io",
        checked: "2026-11",
        source: "https://fly.io/docs/networking/custom-domain/",
        aliases: &["fly.dev", "flydns.net"],
        // Those that apps share, and IPv6; an app may have an address of its own.
        ranges: &[("66.241.124.0", 24), ("2a09:8280::", 32)],
        whole: false,
        authorities: &["letsencrypt.org"],
        wants: "the A and AAAA records that `fly ips list` shows, or a CNAME to your app's name under fly.dev",
    },
    Platform {
        id: "cloudflare",
        name: "Cloudflare",
        checked: "2026-11",
        source: "https://www.cloudflare.com/ips/",
        aliases: &["cdn.cloudflare.net", "pages.dev", "workers.dev"],
        ranges: &[
            ("173.245.48.0", 20),
            ("103.21.244.0", 22),
            ("103.22.200.0", 22),
            ("103.31.4.0", 22),
            ("141.101.64.0", 18),
            ("108.162.192.0", 18),
            ("190.93.240.0", 20),
            ("188.114.96.0", 20),
            ("197.234.240.0", 22),
            ("198.41.128.0", 17),
            ("162.158.0.0", 15),
            ("104.16.0.0", 13),
            ("104.24.0.0", 14),
            ("172.64.0.0", 13),
            ("131.0.72.0", 22),
            ("2400:cb00::", 32),
            ("2606:4700::", 32),
            ("2803:f800::", 32),
            ("2405:b500::", 32),
            ("2405:8100::", 32),
            ("2a06:98c0::", 29),
            ("2c0f:f248::", 32),
        ],
        whole: true,
        authorities: &["letsencrypt.org", "pki.goog", "ssl.com", "sectigo.com", "digicert.com", "comodoca.com"],
        wants: "a proxied record in the zone at Cloudflare, or a CNAME to your project's name under pages.dev",
    },
    Platform {
        id: "render",
        name: "Render",
        checked: "2026-11",
        source: "https://render.com/docs/configure-other-dns",
        aliases: &["onrender.com"],
        ranges: &[("216.24.57.1", 32)],
        whole: false,
        authorities: &["letsencrypt.org", "pki.goog"],
        wants: "a CNAME to your service's name under onrender.com, or at the apex A 216.24.57.1",
    },
    Platform {
        id: "railway",
        name: "Railway",
        checked: "2026-11",
        source: "https://docs.railway.com/networking/domains",
        aliases: &["railway.app", "rlwy.net"],
        ranges: &[("66.33.22.0", 24)],
        whole: false,
        authorities: &["letsencrypt.org"],
        wants: "the CNAME under up.railway.app and the TXT record that the service's settings show",
    },
    Platform {
        id: "heroku",
        name: "Heroku",
        checked: "2026-11",
        source: "https://devcenter.heroku.com/articles/custom-domains",
        aliases: &["herokudns.com", "herokuapp.com", "herokussl.com"],
        ranges: &[],
        whole: false,
        authorities: &["letsencrypt.org"],
        wants: "a CNAME (at the apex an ALIAS) to the name under herokudns.com that `heroku domains` shows",
    },
    Platform {
        id: "github-pages",
        name: "GitHub Pages",
        checked: "2026-11",
        source: "https://docs.github.com/en/pages/configuring-a-custom-domain-for-your-github-pages-site",
        aliases: &["github.io"],
        ranges: &[("185.199.108.0", 22), ("2606:50c0:8000::", 46)],
        whole: true,
        authorities: &["letsencrypt.org"],
        wants: "a CNAME to USER.github.io, or at the apex A 185.199.108.153, 185.199.109.153, 185.199.110.153 and 185.199.111.153",
    },
];

/// The platform of this id.
#[must_use]
pub fn by_id(id: &str) -> Option<&'static Platform> {
    let id = id.trim().to_ascii_lowercase().replace([' ', '_', '.'], "-");
    let id = match id.as_str() {
        "fly-io" => "fly",
        "github" => "github-pages",
        "cloudflare-pages" | "cloudflare-workers" => "cloudflare",
        other => other,
    };
    PLATFORMS.iter().find(|p| p.id == id)
}

impl Platform {
    /// Whether an alias to this name leads to it.
    #[must_use]
    pub fn has_name(&self, name: &str) -> bool {
        self.aliases.iter().any(|end| match end.split_once('*') {
            None => name == *end || name.strip_suffix(end).is_some_and(|head| head.ends_with('.')),
            Some((front, back)) => {
                let mut labels = name.rsplitn(3, '.');
                let (last, middle) = (labels.next().unwrap_or_default(), labels.next().unwrap_or_default());
                middle.starts_with(front) && back.strip_prefix('.') == Some(last)
            }
        })
    }
    /// Whether the address is one of its own.
    #[must_use]
    pub fn has_address(&self, address: IpAddr) -> bool {
        self.ranges.iter().any(|(start, length)| start.parse().is_ok_and(|start| within(address, start, *length)))
    }
}

fn within(address: IpAddr, start: IpAddr, length: u8) -> bool {
    match (address, start) {
        (IpAddr::V4(a), IpAddr::V4(s)) => {
            let shift = 32_u32.saturating_sub(length.into());
            a.to_bits().checked_shr(shift) == s.to_bits().checked_shr(shift)
        }
        (IpAddr::V6(a), IpAddr::V6(s)) => {
            let shift = 128_u32.saturating_sub(length.into());
            a.to_bits().checked_shr(shift) == s.to_bits().checked_shr(shift)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_addresses_lead_to_their_platform() {
        let at = |name: &str| PLATFORMS.iter().find(|p| p.has_name(name)).map(|p| p.id);
        assert_eq!(at("cname.vercel-dns.com"), Some("vercel"));
        assert_eq!(at("d1d4fc829fe7bc7c.vercel-dns-017.com"), Some("vercel"));
        assert_eq!(at("vercel-dns.com.evil.example"), None);
        assert_eq!(at("notvercel.app"), None);
        assert_eq!(at("acme.github.io"), Some("github-pages"));
        let on = |a: &str| PLATFORMS.iter().find(|p| p.has_address(a.parse().unwrap())).map(|p| p.id);
        assert_eq!((on("76.76.21.21"), on("76.76.22.1"), on("172.67.1.1")), (Some("vercel"), None, Some("cloudflare")));
        assert_eq!((on("2606:50c0:8001::153"), on("2001:db8::1")), (Some("github-pages"), None));
    }

    #[test]
    fn the_table_is_whole() {
        for p in PLATFORMS {
            assert!(p.source.starts_with("https://") && p.checked.len() == 7, "{}", p.id);
            assert!(!p.aliases.is_empty() && !p.authorities.is_empty(), "{}", p.id);
            assert!(p.ranges.iter().all(|(a, _)| a.parse::<IpAddr>().is_ok()), "{}", p.id);
            assert_eq!(by_id(p.id).map(|q| q.id), Some(p.id));
        }
        assert_eq!(by_id("Fly.io").map(|p| p.id), Some("fly"));
    }
}
