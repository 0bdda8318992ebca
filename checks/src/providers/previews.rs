//! Hosts that serve one branch, one deployment or somebody's machine, by their names alone. A platform's own name
//! for production (`acme.vercel.app`) is none of these.
//!
//! Sources: <https://vercel.com/docs/deployments/generated-urls>,
//! <https://docs.netlify.com/site-deploys/deploy-previews/>,
//! <https://developers.cloudflare.com/pages/configuration/preview-deployments/>. Render and Railway name the
//! environments of pull requests `…-pr-<number>`.

use super::is_host_of;

/// What leads to a machine as long as it runs.
const TUNNELS: &[&str] = &[
    "ngrok.io",
    "ngrok.app",
    "ngrok.dev",
    "ngrok-free.app",
    "ngrok-free.dev",
    "trycloudflare.com",
    "loca.lt",
    "localhost.run",
    "serveo.net",
    "gitpod.io",
    "app.github.dev",
    "webcontainer.io",
    "csb.app",
];

/// Whose a host is, where it is one of a preview or of a tunnel.
#[must_use]
pub fn preview_host(host: &str) -> Option<&'static str> {
    let host = &*host.trim_end_matches('.').to_ascii_lowercase();
    if is_host_of(host, TUNNELS) {
        return Some("a tunnel to somebody's machine");
    }
    let (label, platform) = host.split_once('.')?;
    let numbered =
        |mark: &str| label.rsplit_once(mark).is_some_and(|(_, n)| n.starts_with(|c: char| c.is_ascii_digit()));
    let preview = match platform {
        "vercel.app" => label.contains("-git-") || is_generated(label),
        "netlify.app" => label.contains("--"),
        "onrender.com" | "up.railway.app" => numbered("-pr-"),
        // <hash or branch>.<project>.pages.dev
        _ => platform.ends_with(".pages.dev"),
    };
    preview.then_some("a preview deployment")
}
/// Vercel names a deployment `<project>-<nine letters and digits>-<scope>`.
fn is_generated(label: &str) -> bool {
    let drawn =
        |w: &&str| w.len() == 9 && w.bytes().any(|b| b.is_ascii_digit()) && w.bytes().any(|b| b.is_ascii_lowercase());
    let words: Vec<&str> = label.split('-').collect();
    words.get(1..words.len() - 1).is_some_and(|between| between.iter().any(drawn))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn previews_and_tunnels() {
        for h in [
            "acme-git-main-team.vercel.app",
            "acme-3k4j5h6g7-team.vercel.app",
            "Acme-3k4j5h6g7-my-team.vercel.app.",
            "deploy-preview-12--acme.netlify.app",
            "acme-pr-7.onrender.com",
            "web-acme-pr-12.up.railway.app",
            "3f2a1b.acme.pages.dev",
            "a1b2.ngrok-free.app",
        ] {
            assert!(preview_host(h).is_some(), "{h}");
        }
        for h in [
            "acme.vercel.app",
            "acme-dashboard.vercel.app",
            // A project of one's own name may end in nine letters and digits.
            "acme-platform2.vercel.app",
            "platform2.vercel.app",
            "acme.netlify.app",
            "acme.pages.dev",
            "app.acme.test",
            "my-prod.onrender.com",
            "localhost",
        ] {
            assert!(preview_host(h).is_none(), "{h}");
        }
    }
}
