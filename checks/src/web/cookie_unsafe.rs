//! `web.cookie-unsafe`
use super::look::{Cookie, Look};
use super::surface::Surface;
use super::visits::{Asked, Members};
use crate::rule;
use crate::vocab::{Fault, Fix, Part, Severity, Shown};
use std::collections::BTreeMap;

rule! {
    /// A cookie is set without the attributes that protect it.
    ///
    /// A session's cookie needs Secure and HttpOnly. Cookies that a library reads in the browser by
    /// design (Supabase, Clerk, CSRF tokens) and those that only tie a visitor to a server are left alone.
    ///
    /// # Why at launch
    /// A script that slipped in reads the session, or a network carries it in the clear.
    ///
    /// # Fix
    /// Set `Secure; HttpOnly; SameSite=Lax`.
    ///
    /// # References
    /// RFC 6265bis section 4.1.2; OWASP Session Management Cheat Sheet.
    ///
    /// ```pass
    /// https://acme.test/ 200 set-cookie: session=1; Secure; HttpOnly; SameSite=Lax
    /// ```
    /// ```pass
    /// https://acme.test/ 200 set-cookie: AWSALB=1; Path=/
    /// ```
    /// ```fail
    /// https://acme.test/ 200 set-cookie: session=1; Secure
    /// ```
    /// ```fail
    /// private /account
    /// https://acme.test/account 401 set-cookie: theme=1
    /// ```
    "web.cookie-unsafe" on Site, High;
    fails "A cookie lacks what protects it"; holds "Cookies have the attributes that protect them";
    fn check(surface: Part<'_, Surface>, asked: Part<'_, Asked>, members: Option<&Members>) -> Verdict {
        let own = surface.iter().flat_map(|s| [Some(&s.front), s.missing.as_ref()]).flatten();
        let visits = asked.iter().flat_map(|a| &a.visits);
        let visits = visits.chain(members.iter().flat_map(|m| &m.accounts).flat_map(|(_, v)| v)).flat_map(|v| &v.looks);
        let mut told: BTreeMap<&Shown, (&Look, &Cookie)> = BTreeMap::new();
        for look in own.chain(visits).filter(|l| l.wall.is_none()) {
            for cookie in look.cookies.iter().filter(|c| !c.gone) {
                told.entry(&cookie.name).or_insert((look, cookie));
            }
        }
        told.into_values().filter_map(|(look, cookie)| judge(look, cookie)).collect::<Vec<_>>().into()
    }
}

/// Cookies of load balancers and bot walls, which carry nobody's session.
const AFFINITY: &[&str] = &[
    "awsalb",
    "awsalbcors",
    "awsalbtg",
    "awsalbtgcors",
    "arraffinity",
    "arraffinitysamesite",
    "__cf_bm",
    "_cfuvid",
    "cf_clearance",
    "__cflb",
    "serverid",
    "gclb",
    "heroku-session-affinity",
    "fly-instance",
    "_vercel_jwt",
];

fn judge(look: &Look, cookie: &Cookie) -> Option<Fault> {
    let name = cookie.name.as_str().to_ascii_lowercase();
    if AFFINITY.contains(&name.as_str()) {
        return None;
    }
    let read_by_design = name.starts_with("sb-") && name.contains("auth-token")
        || name.starts_with("__client_uat")
        || name == "__session"
        || name.starts_with("__session_")
        || name.contains("csrf")
        || name.contains("xsrf");
    let session = !read_by_design && is_session(&name);
    let mut lacks = Vec::new();
    if !cookie.secure {
        lacks.push("Secure");
    }
    if session && !cookie.http_only {
        lacks.push("HttpOnly");
    }
    if lacks.is_empty() {
        return None;
    }
    let severity = match (session, cookie.same_site.as_str()) {
        (true, _) => Severity::High,
        // Browsers drop such a cookie altogether.
        (false, "none") => Severity::Medium,
        (false, _) => Severity::Low,
    };
    let value = format!("{}=…; Path=/; Secure{}; SameSite=Lax", cookie.name, if session { "; HttpOnly" } else { "" });
    let fix = Fix::Header { name: "Set-Cookie".into(), value: value.into() };
    let note = format!("sets {} without {}", cookie.name, lacks.join(" and "));
    Some(Fault::new(&cookie.name, look.evidence(note), fix).lowered(severity))
}

/// Whether a name is one of a session.
fn is_session(name: &str) -> bool {
    const PARTS: &[&str] =
        &["session", "sess", "sid", "auth", "token", "jwt", "connect.sid", "phpsessid", "jsessionid", "remember"];
    let words: Vec<&str> = name.split(|c: char| !c.is_ascii_alphanumeric()).collect();
    words.iter().any(|w| PARTS.contains(w)) || name.contains("session") || name.ends_with("sessid")
}
