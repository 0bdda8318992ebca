//! What the site shows to everybody: its front page, the answer to a path that does not exist,
//! robots.txt and the sitemap, the scripts, the files that nobody should see, and staging.

use super::asking::Asking;
use super::chunks;
use super::leaks::Leak;
use super::look::{Kind, Look, LookQuestion};
use super::marks::{self, Exposure};
use crate::vocab::{Answers, Cause, DomainName, Gaps, Inquiry, Place, Shown, Step};
use std::collections::BTreeSet;
use url::Url;

/// What the configuration and the repository say of the site's pages.
#[derive(Clone, Debug, Default)]
pub struct WebPlan {
    /// `[site] private-paths`.
    pub private: Vec<(String, Option<Place>)>,
    /// `[web] routes`: paths of the site, or URLs of its hosts.
    pub routes: Vec<(String, Option<Place>)>,
    /// Routes that the source names and that a GET may be sent to; only with `--active`.
    pub found: Vec<String>,
    /// `[web] health`.
    pub health: Option<(String, Option<Place>)>,
    /// `[web] rate-limit`.
    pub rate_limit: Option<String>,
    /// `[site] staging`.
    pub staging: Vec<DomainName>,
    /// `[[session]]`.
    pub sessions: Vec<SessionPlan>,
    /// The audited hosts on the site's registrable domain beside its own two.
    pub hosts: Vec<DomainName>,
    /// `[thresholds] route-p95` in milliseconds.
    pub budget_ms: u64,
    /// The commit that the repository stands at.
    pub head: Option<String>,
    /// The random word of the run.
    pub nonce: String,
}
impl Gaps for WebPlan {}

/// A test account. Its cookies stay with the probes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SessionPlan {
    /// Its label.
    pub name: String,
    /// Its role, such as `member` or `admin`.
    pub role: Option<String>,
    /// Its tenant: the id or the name by which its data can be told.
    pub tenant: Option<String>,
}

/// What everybody gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Surface {
    /// The front page's URL.
    pub home: Url,
    /// The front page.
    pub front: Look,
    /// What a path gets that does not exist.
    pub missing: Option<Look>,
    /// `/robots.txt`.
    pub robots: Option<Look>,
    /// The first sitemap.
    pub sitemap: Option<Look>,
    /// What could not be seen.
    pub gaps: Vec<Cause>,
}
impl Gaps for Surface {
    fn gaps(&self) -> &[Cause] {
        &self.gaps
    }
}
impl Surface {
    /// What a path that does not exist gets, where that is a page: everything like it is none.
    #[must_use]
    pub fn shell(&self) -> Option<&Look> {
        self.missing.as_ref().filter(|m| m.is_success())
    }
    /// Whether an answer is only what every path gets.
    #[must_use]
    pub fn is_shell(&self, look: &Look) -> bool {
        self.shell().is_some_and(|m| m.is_like(look))
    }
}

/// Looks at the surface of a site.
#[derive(Clone, Debug)]
pub struct SurfaceWalk {
    /// The front page's URL.
    pub home: Url,
    /// The run's random word.
    pub nonce: String,
}
impl Inquiry for SurfaceWalk {
    type Q = LookQuestion;
    type Out = Result<Surface, Cause>;

    fn step(&self, seen: &Answers<LookQuestion>) -> Step<LookQuestion, Self::Out> {
        let mut asking = Asking::new(seen);
        let at = |path: &str| self.home.join(path).map(|u| LookQuestion::get(u.as_str())).ok();
        let front = asking.look(&LookQuestion { known: true, ..LookQuestion::get(self.home.as_str()) });
        let missing = at(&format!("/launchcheck-{}", self.nonce)).and_then(|q| asking.look(&q));
        let robots = at("/robots.txt").and_then(|q| asking.look(&q));
        let mut sitemap = None;
        if asking.is_settled() {
            let named = robots.iter().flat_map(|r| &r.lines).find_map(|l| {
                let (key, value) = l.as_str().split_once(':')?;
                key.trim().eq_ignore_ascii_case("sitemap").then(|| value.trim().to_owned())
            });
            let url = self.home.join(named.as_deref().unwrap_or("/sitemap.xml")).ok();
            let own = |u: &&Url| u.host_str() == self.home.host_str() && u.scheme() == "https";
            // One that is named on another host is told of; what stands on this one is read all the same.
            let url = url.filter(|u| own(&u)).or_else(|| self.home.join("/sitemap.xml").ok());
            sitemap = url.and_then(|u| asking.look(&LookQuestion::get(u.as_str())));
        }
        let copy = |l: Option<&Look>| l.cloned();
        let (front, missing, robots, sitemap) = (copy(front), copy(missing), copy(robots), copy(sitemap));
        let home = self.home.clone();
        asking.end(|gaps| match front {
            Some(front) => Ok(Surface { home, front, missing, robots, sitemap, gaps }),
            None => Err(gaps.into_iter().next().unwrap_or(Cause::Deadline)),
        })
    }
}

/// Files that nobody should see, and where they are seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exposed {
    /// Each file with its answer.
    pub files: Vec<(Look, Exposure)>,
    /// What could not be seen.
    pub gaps: Vec<Cause>,
}
impl Gaps for Exposed {
    fn gaps(&self) -> &[Cause] {
        &self.gaps
    }
}

/// Asks for the files that nobody should see.
#[derive(Clone, Debug)]
pub struct ExposedWalk {
    /// The front page's URL.
    pub home: Url,
    /// Further hosts of the product that answer.
    pub hosts: Vec<DomainName>,
}
impl Inquiry for ExposedWalk {
    type Q = LookQuestion;
    type Out = Exposed;

    fn step(&self, seen: &Answers<LookQuestion>) -> Step<LookQuestion, Exposed> {
        let mut asking = Asking::new(seen);
        let own = marks::PATHS.iter().filter_map(|p| self.home.join(p).ok()).map(String::from);
        // On the product's further hosts the two that matter most.
        let further = self.hosts.iter().flat_map(|h| marks::PATHS[..2].iter().map(move |p| format!("https://{h}{p}")));
        let mut files = Vec::new();
        for url in own.chain(further) {
            // A host that says no shows no file either; that it is down, another rule says.
            let Some(Ok(look)) = asking.ask(&LookQuestion::get(url)) else { continue };
            match (&look.wall, &look.exposure) {
                (Some(wall), _) => asking.gap(Cause::Wall(wall.clone())),
                (None, Some(exposure)) if look.is_success() => files.push((look.clone(), exposure.clone())),
                _ => {}
            }
        }
        asking.end(|gaps| Exposed { files, gaps })
    }
}

/// The scripts that browsers load.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bundle {
    /// Each script that was read.
    pub scripts: Vec<Script>,
    /// Source maps that can be read, each with the script that names it.
    pub maps: Vec<(Shown, Look)>,
    /// Keys in pages, scripts and maps, each with the URL that holds it.
    pub leaks: Vec<(Shown, Leak)>,
    /// A large text file with and without compression asked for.
    pub squeezed: Option<Look>,
    /// Hosts of others that scripts of the front page come from.
    pub third: Vec<String>,
    /// Hosts that scripts name in absolute URLs.
    pub named: BTreeSet<String>,
    /// What could not be seen.
    pub gaps: Vec<Cause>,
}
impl Gaps for Bundle {
    fn gaps(&self) -> &[Cause] {
        &self.gaps
    }
}
/// A script that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    /// Its URL without the query.
    pub url: Shown,
    /// `Cache-Control`.
    pub cache_control: String,
    /// Bytes.
    pub size: usize,
}

/// The most scripts that are read.
const SCRIPTS: usize = 400;
/// The most source maps that are asked for.
const MAPS: usize = 8;
/// From how many bytes on a text file gains by compression.
const WORTH_SQUEEZING: usize = 4096;

/// Reads the scripts of the front page and those that they load later.
#[derive(Clone, Debug)]
pub struct BundleWalk {
    /// The surface.
    pub surface: Surface,
    /// The registrable domain: scripts of other companies are theirs.
    pub domain: DomainName,
    /// Pages beside the front page whose scripts are read too.
    pub pages: Vec<Look>,
}
impl Inquiry for BundleWalk {
    type Q = LookQuestion;
    type Out = Bundle;

    fn step(&self, seen: &Answers<LookQuestion>) -> Step<LookQuestion, Bundle> {
        let mut asking = Asking::new(seen);
        let (mut todo, third) = self.first();
        let mut known: BTreeSet<String> = todo.iter().map(ToString::to_string).collect();
        let (mut scripts, mut maps, mut map_urls) = (Vec::new(), Vec::new(), BTreeSet::new());
        let mut named: BTreeSet<String> = self.pages().flat_map(|p| p.hosts.clone()).collect();
        let mut leaks: BTreeSet<(Shown, Leak)> =
            self.pages().flat_map(|p| p.leaks.iter().map(|l| (bare(&p.url), l.clone()))).collect();
        let mut large: Option<(usize, String)> = None;
        let mut at = 0;
        while let Some(url) = todo.get(at).cloned() {
            at += 1;
            let Some(Ok(look)) = asking.ask(&self.question(&url)) else { continue };
            if let Some(wall) = &look.wall {
                asking.gap(Cause::Wall(wall.clone()));
                continue;
            }
            // A name that was put together wrongly gets an error page, and so is no script.
            if !look.is_success() || !matches!(look.kind, Kind::Script | Kind::Text | Kind::Other) {
                continue;
            }
            if look.truncated {
                asking.gap(Cause::TooLarge);
            }
            let cache_control = look.lower("cache-control");
            scripts.push(Script { url: bare(&look.url), cache_control, size: look.size });
            leaks.extend(look.leaks.iter().map(|l| (bare(&look.url), l.clone())));
            named.extend(look.hosts.iter().cloned());
            let own = url.host_str() == self.surface.home.host_str();
            if own && look.size >= WORTH_SQUEEZING && large.as_ref().is_none_or(|(n, _)| *n < look.size) {
                large = Some((look.size, look.url.clone()));
            }
            let map = look.map.as_ref().and_then(|m| url.join(m).ok()).filter(|m| self.is_own(m));
            if let Some(map) = map.filter(|m| map_urls.len() < MAPS && map_urls.insert(m.to_string()))
                && let Some(Ok(found)) = asking.ask(&self.question(&map))
                && found.is_map()
            {
                leaks.extend(found.leaks.iter().map(|l| (bare(&found.url), l.clone())));
                maps.push((bare(&look.url), found.clone()));
            }
            for next in look.chunks.iter().filter_map(|n| chunks::resolve(&self.surface.home, &url, n)) {
                if self.is_own(&next) && known.len() < SCRIPTS && known.insert(next.to_string()) {
                    todo.push(next);
                }
            }
        }
        if known.len() >= SCRIPTS {
            asking.gap(Cause::TooLarge);
        }
        let mut squeezed = None;
        if let (true, Some((_, url))) = (asking.is_settled(), large) {
            squeezed = asking.look(&LookQuestion::get(url).with("accept-encoding", "gzip, br")).cloned();
        }
        asking.end(|gaps| Bundle { scripts, maps, leaks: leaks.into_iter().collect(), squeezed, third, named, gaps })
    }
}
impl BundleWalk {
    fn pages(&self) -> impl Iterator<Item = &Look> {
        std::iter::once(&self.surface.front).chain(&self.pages)
    }
    /// Hosts that pages name are strangers': their addresses must not be private.
    fn question(&self, url: &Url) -> LookQuestion {
        let audited = url.host_str() == self.surface.home.host_str();
        LookQuestion { audited, ..LookQuestion::get(url.as_str()) }
    }
    fn is_own(&self, url: &Url) -> bool {
        url.host_str().is_some_and(|h| DomainName::parse(h).is_ok_and(|h| h.is_within(&self.domain)))
            || self.asset_hosts().any(|h| url.host_str() == Some(h.as_str()))
    }
    /// Hosts that serve the pages' own bundles: an asset host is told by the bundler's folders.
    fn asset_hosts(&self) -> impl Iterator<Item = String> + '_ {
        let scripts = self.pages().filter_map(|p| p.html.as_ref()).flat_map(|h| &h.scripts);
        scripts.filter_map(|s| {
            let url = self.surface.home.join(s).ok()?;
            let bundled = ["/_next/static/", "/_nuxt/", "/assets/index-", "/static/js/main."]
                .iter()
                .any(|m| url.path().contains(m));
            bundled.then(|| url.host_str().map(str::to_owned)).flatten()
        })
    }
    /// The scripts that pages name, and the hosts of others among them.
    fn first(&self) -> (Vec<Url>, Vec<String>) {
        let (mut own, mut third): (Vec<Url>, Vec<String>) = (Vec::new(), Vec::new());
        for page in self.pages() {
            let Ok(base) = Url::parse(&page.url) else { continue };
            let written = page.html.iter().flat_map(|h| &h.scripts).filter_map(|s| base.join(s).ok());
            let flight = page.chunks.iter().filter_map(|n| chunks::resolve(&self.surface.home, &base, n));
            for url in written.chain(flight).filter(|u| matches!(u.scheme(), "http" | "https")) {
                if self.is_own(&url) {
                    if !own.contains(&url) && own.len() < SCRIPTS {
                        own.push(url);
                    }
                } else if let Some(host) = url.host_str().filter(|_| page.url == self.surface.front.url) {
                    third.push(host.to_owned());
                }
            }
        }
        third.sort();
        third.dedup();
        (own, third)
    }
}
impl Look {
    /// Whether this is a source map with sources in it, and no page that says there is none.
    #[must_use]
    pub fn is_map(&self) -> bool {
        self.is_success() && self.wall.is_none() && self.source_map
    }
}

/// A URL without query and fragment.
pub(super) fn bare(url: &str) -> Shown {
    url.split(['?', '#']).next().unwrap_or_default().into()
}

/// Staging and preview hosts as a stranger sees them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Staging {
    /// Each host that answered, with its front page.
    pub pages: Vec<(DomainName, Look, Option<Look>)>,
    /// What could not be seen.
    pub gaps: Vec<Cause>,
}
impl Gaps for Staging {
    fn gaps(&self) -> &[Cause] {
        &self.gaps
    }
}

/// Looks at staging hosts.
#[derive(Clone, Debug)]
pub struct StagingWalk {
    /// The hosts.
    pub hosts: Vec<DomainName>,
}
impl Inquiry for StagingWalk {
    type Q = LookQuestion;
    type Out = Staging;

    fn step(&self, seen: &Answers<LookQuestion>) -> Step<LookQuestion, Staging> {
        let mut asking = Asking::new(seen);
        let mut pages = Vec::new();
        for host in &self.hosts {
            let ask = |path: &str| LookQuestion::get(format!("https://{host}{path}"));
            // A gate of any kind keeps strangers out, and a host that is down keeps everybody out.
            let Some(Ok(front)) = asking.ask(&ask("/")) else { continue };
            if front.is_success() && front.wall.is_none() {
                let robots = asking.ask(&ask("/robots.txt")).and_then(Result::ok);
                pages.push((host.clone(), front.clone(), robots.cloned()));
            }
        }
        asking.end(|gaps| Staging { pages, gaps })
    }
}
