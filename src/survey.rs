//! The local survey: configuration, command line and files become targets and their links. What
//! the network reveals later is a subject of one of these and never a new target.

use crate::{
    config::{App, Config, Located, Source, check, load::Loaded, suggest::nearest},
    infer,
    probe::env_files,
    problem::{Problem, Problems},
    settings::{self, Settings},
};
use launchcheck_checks::{
    email::{is_own, senders::is_for_production},
    env::{dotenv, shape::sends_from},
    tls::facts::HostRole,
    vocab::{DomainName, Origin, Pick, Shown, TargetId, TargetKind, Targets},
};
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};
use url::{Host, Url};

/// What a run is about.
#[derive(Clone, Debug)]
pub struct Survey {
    /// The targets and their links, closed.
    pub targets: Targets,
    /// The configuration; empty where there is none.
    pub config: Arc<Config>,
    /// The audited domain.
    pub domain: Option<DomainName>,
    /// For each host target: what it is to the product, and its port.
    pub hosts: BTreeMap<TargetId, (HostRole, u16)>,
    /// For each app target: its folder.
    pub apps: BTreeMap<TargetId, PathBuf>,
    /// What was inferred and from what, for the report's header.
    pub notes: Vec<String>,
}

/// What the survey starts from.
#[derive(Clone, Debug)]
pub struct Ground<'a> {
    /// The domain of the command line.
    pub domain: Option<DomainName>,
    /// The configuration that counts.
    pub config: Config,
    /// Where the person stands.
    pub here: &'a Path,
    /// Whether the folder may be taken for the audited app: not where its own configuration was
    /// set aside because it speaks of another product.
    pub infer_app: bool,
    /// What was noted before.
    pub notes: Vec<String>,
}

impl<'a> Ground<'a> {
    /// Decides whether a configuration that was found speaks of the domain that was asked for. One
    /// that was named always counts; of one that was found in passing, a domain of another
    /// registrable name says that it is about something else.
    #[must_use]
    pub fn new(domain: Option<DomainName>, loaded: Loaded, here: &'a Path) -> Self {
        let Loaded { config, named } = loaded;
        let own = config.site.as_ref().and_then(|s| s.domain.as_ref());
        let mut notes = Vec::new();
        if let (Some(asked), Some(own), false) = (&domain, own, named)
            && asked.registrable() != own.registrable()
        {
            let file = config.source.as_ref().map_or("the configuration", |s| s.shown.as_str());
            notes.push(format!("{file} is about {own}, not {asked}: it is set aside (--config {file} uses it)"));
            return Self { domain, config: Config::default(), here, infer_app: false, notes };
        }
        Self { domain, config, here, infer_app: true, notes }
    }
}

/// Everything that is to be audited, or what is wrong with what was given.
pub fn survey(ground: Ground<'_>, env_files: &[PathBuf]) -> Result<Survey, Problems> {
    let Ground { domain, config, here, infer_app, notes } = ground;
    let mut drawn = Drawing {
        targets: Targets::default(),
        hosts: BTreeMap::new(),
        apps: BTreeMap::new(),
        notes,
        problems: Vec::new(),
        config: &config,
    };
    for file in env_files {
        if let Err(why) = readable(&here.join(file)) {
            let headline = format!("cannot read {} (--env-file)", file.display());
            drawn.problems.push(Problem::new(headline).cause(why));
        }
    }
    drawn.targets.add(TargetId::new(TargetKind::Run, RUN), Origin::CommandLine);
    // Without a configuration, and where nobody names a domain, the repository speaks for itself.
    let seen = (config.source.is_none() && infer_app && domain.is_none()).then(|| infer::look(here));
    let audited = match seen.as_ref().and_then(|s| s.host.as_ref()) {
        Some(host) => Some(drawn.inferred(host)),
        None => drawn.site(domain),
    };
    drawn.declared_hosts();
    drawn.mail(audited.as_ref());
    drawn.webhooks();
    drawn.apps(here, infer_app, !env_files.is_empty());
    drawn.notes.extend(seen.iter().flat_map(infer::Inferred::notes));
    if let Some((domain, _)) = &audited {
        drawn.named_by_environment(domain, here, env_files);
    }
    drawn.billing();
    drawn.checks();
    drawn.zones();
    drawn.links(here, env_files);
    drawn.waivers();

    let Drawing { targets, hosts, apps, notes, problems, .. } = drawn;
    Problems::check(problems)?;
    if targets.iter().all(|(id, _)| id.kind == TargetKind::Run) {
        return Err(nothing_to_audit(config.source.as_ref()).into());
    }
    Ok(Survey { targets, config: Arc::new(config), domain: audited.map(|(d, _)| d), hosts, apps, notes })
}

/// The name of the one target of kind Run: there is only one, so it needs none.
pub const RUN: &str = "";

fn nothing_to_audit(source: Option<&Source>) -> Problem {
    let problem = match source {
        None => Problem::new("there is nothing to audit here").cause(
            "no domain was given, there is no launchcheck.toml, and this folder has no package.json and no .env file",
        ),
        Some(s) => Problem::new(format!("there is nothing to audit: {} names no target", s.shown))
            .hint("add a [site] table with `domain = \"…\"`"),
    };
    problem
        .hint("audit a domain: `launchcheck audit acme.com`")
        .hint("or run it in the folder of your app: `cd my-app && launchcheck audit`")
}

/// Picks of targets that the run does not have: a slip of the pen that would quietly judge nothing.
/// What the file picks may be meant for another domain than the one that was asked for.
pub fn check_picks(settings: &Settings, survey: &Survey) -> Result<(), Problems> {
    let mut all = Vec::new();
    for (name, picks) in [("only", &settings.only), ("skip", &settings.skip)] {
        if settings.origins.get(name) == Some(&settings::Origin::File) {
            continue;
        }
        for pick in picks {
            if let Pick::Target(id) = pick
                && let Some(hint) = not_a_target(&survey.targets, id)
            {
                all.push(Problem::new(format!("--{name}: this run has no target `{id}`")).hint(hint));
            }
        }
    }
    Problems::check(all)
}

/// What somebody is told who names a target that the run does not have. A kind alone (`host:`)
/// names whatever there is of it.
fn not_a_target(targets: &Targets, id: &TargetId) -> Option<String> {
    if id.name.is_empty() || targets.origin(id).is_some() {
        return None;
    }
    let names: Vec<String> =
        targets.iter().filter(|(t, _)| t.kind != TargetKind::Run).map(|(t, _)| t.to_string()).collect();
    let near = nearest(&id.to_string(), names.iter().map(String::as_str)).map(|n| format!("did you mean `{n}`?"));
    Some(near.unwrap_or_else(|| format!("the targets are {}", names.join(", "))))
}

struct Drawing<'a> {
    targets: Targets,
    hosts: BTreeMap<TargetId, (HostRole, u16)>,
    apps: BTreeMap<TargetId, PathBuf>,
    notes: Vec<String>,
    problems: Vec<Problem>,
    config: &'a Config,
}

/// How much a role says; the stronger one stands.
const fn strength(role: HostRole) -> u8 {
    match role {
        HostRole::Canonical => 4,
        HostRole::Listed => 3,
        HostRole::Webhook => 2,
        HostRole::InferredWww => 1,
        HostRole::FromEnv => 0,
    }
}

impl Drawing<'_> {
    fn declared<T>(&self, value: &Located<T>) -> Origin {
        self.config.place(value).map_or(Origin::CommandLine, Origin::Declared)
    }

    fn host(&mut self, name: &DomainName, role: HostRole, port: u16, origin: Origin) {
        let id = TargetId::new(TargetKind::Host, name.as_str());
        let stands = self.hosts.get(&id).is_some_and(|(old, _)| strength(*old) >= strength(role));
        if !stands {
            self.hosts.insert(id.clone(), (role, port));
        }
        self.targets.add(id, origin);
    }

    /// The site, its hosts, and the other of apex and www.
    fn site(&mut self, asked: Option<DomainName>) -> Option<(DomainName, Origin)> {
        let site = self.config.site.as_ref();
        let own = site.and_then(|s| s.domain.as_ref());
        let (domain, origin) = match (asked, own) {
            (Some(d), Some(own)) if d == **own => (d, self.declared(own)),
            (Some(d), _) => (d, Origin::CommandLine),
            (None, Some(own)) => (own.get().clone(), self.declared(own)),
            (None, None) => return None,
        };
        self.targets.add(TargetId::new(TargetKind::Site, domain.as_str()), origin.clone());
        self.host(&domain, HostRole::Canonical, 443, origin.clone());
        if let Some(canonical) = site.and_then(|s| s.canonical.as_ref()) {
            self.host(canonical, HostRole::Canonical, 443, self.declared(canonical));
        }
        if let Some((other, from)) = sibling(&domain) {
            let id = TargetId::new(TargetKind::Host, other.as_str());
            if self.targets.origin(&id).is_none() {
                self.notes.push(format!("{other} is audited as well: {from}"));
            }
            self.host(&other, HostRole::InferredWww, 443, Origin::Inferred(from.into()));
        }
        Some((domain, origin))
    }

    /// The site that the repository says it is served at.
    fn inferred(&mut self, host: &infer::Hint<DomainName>) -> (DomainName, Origin) {
        let domain = host.value.as_str().strip_prefix("www.").and_then(|a| DomainName::parse(a).ok());
        let domain = domain.unwrap_or_else(|| host.value.clone());
        self.notes.push(format!("{domain} is audited: {} names it", host.from));
        let origin = Origin::Inferred(host.from.as_str().into());
        self.targets.add(TargetId::new(TargetKind::Site, domain.as_str()), origin.clone());
        self.host(&domain, HostRole::Canonical, 443, origin.clone());
        if let Some((other, from)) = sibling(&domain) {
            self.host(&other, HostRole::InferredWww, 443, Origin::Inferred(from.into()));
        }
        (domain, origin)
    }

    fn declared_hosts(&mut self) {
        for host in &self.config.hosts {
            self.host(&host.name, HostRole::Listed, 443, self.declared(&host.name));
        }
    }

    /// The domains that mail is sent from. Nobody sends from `www.`, so there the apex is meant.
    fn mail(&mut self, audited: Option<&(DomainName, Origin)>) {
        let from = self.config.email.iter().flat_map(|e| &e.from);
        for address in from {
            let id = TargetId::new(TargetKind::Mail, address.domain.as_str());
            self.targets.add(id, self.declared(address));
        }
        if let Some((domain, origin)) = audited {
            let apex = domain.as_str().strip_prefix("www.").filter(|a| a.contains('.'));
            let sender = apex.and_then(|a| DomainName::parse(a).ok()).unwrap_or_else(|| domain.clone());
            self.targets.add(TargetId::new(TargetKind::Mail, sender.as_str()), origin.clone());
        }
    }

    /// The names below the audited domain that the apps' variables have in From: mail is sent from there.
    /// What production is set to counts; where nothing is said of production, the files beside the app.
    fn mail_of_apps(&mut self, here: &Path, env_files: &[PathBuf]) {
        if self.config.email.as_ref().is_some_and(|e| !e.from.is_empty()) {
            return;
        }
        let Some(own) = self.targets.of(TargetKind::Mail).next().and_then(TargetId::domain) else { return };
        let mut files: Vec<PathBuf> = env_files.iter().map(|f| here.join(f)).collect();
        let production =
            |app: &App| Some(here.join(self.config.app_folder(app)).join(app.production.as_ref()?.as_path()));
        files.extend(self.config.apps.iter().filter_map(|app| production(app)));
        let mut found = froms(&files);
        if found.is_empty() {
            files = self.apps.values().flat_map(|folder| dotenv_files(folder)).collect();
            files.retain(|f| is_for_production(&f.display().to_string()));
            found = froms(&files);
        }
        for (domain, from) in found {
            let id = TargetId::new(TargetKind::Mail, domain.as_str());
            if domain.registrable() != own.registrable() {
                self.notes.push(format!(
                    "{from} is an address of {domain}: name it in [email] from, to have its mail judged"
                ));
            } else if self.targets.origin(&id).is_none() {
                self.notes.push(format!("mail from {domain} is audited as well: {from} is an address of it"));
                self.targets.add(id, Origin::Inferred(from.into()));
            }
        }
    }

    fn webhooks(&mut self) {
        for hook in &self.config.webhooks {
            let origin = self.declared(&hook.url);
            self.targets.add(TargetId::new(TargetKind::Webhook, hook.name()), origin.clone());
            if let Some((host, port)) = secure_host(&hook.url) {
                self.host(&host, HostRole::Webhook, port, origin);
            }
        }
    }

    fn apps(&mut self, here: &Path, infer: bool, env_file: bool) {
        for app in &self.config.apps {
            let folder = here.join(self.config.app_folder(app));
            self.app_files(app, &folder);
            let id = TargetId::new(TargetKind::App, check::app_name(app));
            let origin = app.path.as_ref().map_or_else(|| self.declared(app), |p| self.declared(p));
            self.targets.add(id.clone(), origin);
            self.apps.insert(id, folder);
        }
        if self.config.apps.is_empty() && infer {
            let monorepo = if self.config.source.is_none() { infer::apps(here) } else { Vec::new() };
            if monorepo.iter().any(|a| a.value != ".") {
                for app in monorepo {
                    self.notes.push(format!("the app in {} is audited: {}", app.value, app.from));
                    let id = TargetId::new(TargetKind::App, app.value.as_str());
                    self.targets.add(id.clone(), Origin::Inferred(app.from.as_str().into()));
                    self.apps.insert(id, here.join(&app.value));
                }
                return;
            }
            let folder = self.config.source.as_ref().map_or_else(|| here.to_owned(), |s| here.join(&s.root));
            if let Some(sign) = looks_like_an_app(&folder) {
                self.notes.push(format!("the app in this folder is audited: it has {sign}"));
                let id = TargetId::new(TargetKind::App, ".");
                self.targets.add(id.clone(), Origin::Inferred(sign.into()));
                self.apps.insert(id, folder);
            } else if env_file {
                // Somebody who names production's variables wants them judged.
                let id = TargetId::new(TargetKind::App, ".");
                self.targets.add(id.clone(), Origin::CommandLine);
                self.apps.insert(id, folder);
            }
        }
    }

    /// The hosts of the audited domain that production's variables name by a base URL.
    fn named_by_environment(&mut self, domain: &DomainName, here: &Path, env_files: &[PathBuf]) {
        let ours = domain.registrable();
        let mut files: Vec<PathBuf> = env_files.iter().map(|f| here.join(f)).collect();
        for folder in self.apps.values() {
            files.extend(PRODUCTION.iter().map(|name| folder.join(name)));
        }
        let declared = self.config.apps.iter().filter_map(|app| {
            let file = app.production.as_ref()?;
            Some(here.join(self.config.app_folder(app)).join(file.as_path()))
        });
        files.extend(declared);
        files.sort();
        files.dedup();
        for file in files.iter().filter(|f| f.is_file()) {
            let shown = file.file_name().and_then(|n| n.to_str()).unwrap_or_default().to_owned();
            // One that cannot be read is told of where its variables are judged.
            for (name, value) in env_files::values(file).unwrap_or_default() {
                let Some((host, port)) = base_host(&value) else { continue };
                let id = TargetId::new(TargetKind::Host, host.as_str());
                if !host.is_within(&ours) || self.hosts.contains_key(&id) {
                    continue;
                }
                let from = format!("{name} in {shown} names it");
                self.notes.push(format!("{host} is audited as well: {from}"));
                self.host(&host, HostRole::FromEnv, port, Origin::Inferred(from.into()));
            }
        }
    }

    /// What an `[[app]]` names must be there: a file that was renamed would otherwise turn every
    /// rule about it off.
    fn app_files(&mut self, app: &App, folder: &Path) {
        let Some(source) = &self.config.source else { return };
        if let Some(path) = app.path.as_ref().filter(|_| !folder.is_dir()) {
            let headline = format!("there is no folder {}", path.display());
            self.problems.push(Problem::new(headline).at(source, &path.span()).hint(RELATIVE));
            return;
        }
        for file in [&app.production, &app.preview, &app.example].into_iter().flatten() {
            if let Err(why) = readable(&folder.join(file.as_path())) {
                let headline = format!("cannot read {}", file.display());
                let problem = Problem::new(headline).at(source, &file.span()).cause(why);
                self.problems.push(problem.hint("files of an [[app]] are relative to its folder"));
            }
        }
    }

    fn billing(&mut self) {
        for billing in &self.config.billing {
            let origin = self.declared(&billing.provider);
            self.targets.add(TargetId::new(TargetKind::Billing, billing.provider.as_str()), origin);
        }
    }

    fn checks(&mut self) {
        for sql in &self.config.check.sql {
            let origin = self.declared(&sql.name);
            self.targets.add(TargetId::new(TargetKind::Check, sql.name.as_str()), origin);
        }
    }

    /// The registrable domains of what is audited. A webhook may be at anybody's, and a free mailbox
    /// or a sandbox is its provider's.
    fn zones(&mut self) {
        let named = |t: &TargetId| match t.kind {
            TargetKind::Site | TargetKind::Mail => true,
            TargetKind::Host => {
                self.hosts.get(t).is_some_and(|(role, _)| strength(*role) >= strength(HostRole::Listed))
            }
            _ => false,
        };
        let own = |d: &DomainName| d.as_str().contains('.') && is_own(d);
        let all = self.targets.iter().filter(|(t, _)| named(t)).filter_map(|(t, origin)| {
            let domain = t.domain().filter(own)?.registrable();
            Some((TargetId::new(TargetKind::Zone, domain.as_str()), origin.clone()))
        });
        for (zone, origin) in all.collect::<Vec<_>>() {
            self.targets.add(zone, origin);
        }
    }

    /// A waiver for a target that is not there waives nothing, and is not called unused either: no
    /// unit of it was judged.
    fn waivers(&mut self) {
        for waiver in &self.config.waivers {
            if let Some(target) = &waiver.target
                && let Some(hint) = not_a_target(&self.targets, target)
            {
                let at = self.config.place(target).map(|p| format!("{p}: ")).unwrap_or_default();
                self.notes.push(format!("{at}a waiver names `{}`, which this run does not have; {hint}", target.get()));
            }
        }
    }

    /// Whether the apps may be those behind these sites: none of them says that it is served at
    /// another domain, or one says that it is served at this.
    fn apps_name(&self, sites: &[TargetId]) -> bool {
        let domains: Vec<DomainName> = sites.iter().filter_map(TargetId::domain).map(|d| d.registrable()).collect();
        let served: Vec<DomainName> = self.apps.values().flat_map(|folder| served_at(folder)).collect();
        served.is_empty() || served.iter().any(|host| domains.iter().any(|d| host.is_within(d)))
    }

    /// Everything belongs to the one product; only a webhook is tied to its own host and provider.
    fn links(&mut self, here: &Path, env_files: &[PathBuf]) {
        let sites = self.targets.of(TargetKind::Site).cloned().collect::<Vec<_>>();
        // An app that happens to lie in the current folder says nothing of a stranger's site and mail.
        let own = self.config.source.is_some() || self.apps_name(&sites);
        if own {
            self.mail_of_apps(here, env_files);
        }
        let of = |kind| self.targets.of(kind).cloned().collect::<Vec<_>>();
        let (hosts, apps) = (of(TargetKind::Host), of(TargetKind::App));
        let (mails, hooks, billing) = (of(TargetKind::Mail), of(TargetKind::Webhook), of(TargetKind::Billing));
        let mut pairs: Vec<(TargetId, TargetId)> = Vec::new();
        let mut all = |from: &[TargetId], to: &[TargetId]| {
            pairs.extend(from.iter().flat_map(|a| to.iter().map(move |b| (a.clone(), b.clone()))));
        };
        for to in [&hosts, &mails, &hooks, &billing] {
            all(&sites, to);
        }
        if own {
            all(&apps, &sites);
            all(&apps, &mails);
        } else if !apps.is_empty() && !sites.is_empty() {
            let named = sites.iter().map(|s| s.name.as_str()).collect::<Vec<_>>().join(", ");
            self.notes.push(format!(
                "the app in this folder is served elsewhere than at {named}, so it is audited apart from it"
            ));
        }
        for to in [&hooks, &billing] {
            all(&apps, to);
        }
        for hook in &self.config.webhooks {
            let id = TargetId::new(TargetKind::Webhook, hook.name());
            if let Some((host, _)) = secure_host(&hook.url) {
                pairs.push((id.clone(), TargetId::new(TargetKind::Host, host.as_str())));
            }
            let provider = TargetId::new(TargetKind::Billing, hook.provider.as_str());
            if billing.contains(&provider) {
                pairs.push((id, provider));
            }
        }
        for zone in of(TargetKind::Zone) {
            let Some(domain) = zone.domain() else { continue };
            let within = |t: &&TargetId| t.domain().is_some_and(|d| d.registrable() == domain);
            let mine = sites.iter().chain(&hosts).chain(&mails).filter(within);
            pairs.extend(mine.map(|t| (zone.clone(), t.clone())));
        }
        for (a, b) in pairs {
            self.targets.link(&a, &b);
        }
    }
}
const RELATIVE: &str = "paths are relative to the folder of the configuration file";

/// The other of apex and `www.`, where the domain is a registrable one, and why.
#[must_use]
pub fn sibling(domain: &DomainName) -> Option<(DomainName, String)> {
    // A public suffix (`vercel.app`) is nobody's apex, and nobody types `www.` before a name that a
    // platform gave out: it has no certificate either.
    let registrable = |d: &DomainName| {
        let given_out = psl::suffix(d.as_str().as_bytes()).is_some_and(|s| s.typ() == Some(psl::Type::Private));
        d.as_str().contains('.') && psl::domain_str(d.as_str()) == Some(d.as_str()) && !given_out
    };
    if registrable(domain) {
        return Some((domain.child("www")?, format!("visitors of {domain} type it with www. too")));
    }
    let apex = domain.as_str().strip_prefix("www.").and_then(|a| DomainName::parse(a).ok())?;
    registrable(&apex).then(|| (apex, format!("visitors of {domain} type it without www. too")))
}

/// The host and port of an https URL that has a name.
fn secure_host(url: &Url) -> Option<(DomainName, u16)> {
    let Some(Host::Domain(name)) = url.host() else { return None };
    let name = DomainName::parse(name).ok()?;
    (url.scheme() == "https").then(|| (name, url.port().unwrap_or(443)))
}

/// The host and port of a base URL: https, with a name, and without credentials.
fn base_host(value: &str) -> Option<(DomainName, u16)> {
    let url = Url::parse(value.trim()).ok()?;
    if !url.username().is_empty() || url.password().is_some() {
        return None;
    }
    secure_host(&url)
}

/// The files beside an app that hold production's variables by their names.
const PRODUCTION: &[&str] = &[".env.production", ".env.production.local"];

/// What shows that a folder holds an app: package.json, or an environment file.
fn looks_like_an_app(folder: &Path) -> Option<String> {
    if folder.join("package.json").is_file() {
        return Some("package.json".to_owned());
    }
    let names = fs::read_dir(folder).ok()?.flatten().filter_map(|e| e.file_name().into_string().ok());
    let mut found: Vec<String> =
        names.filter(|n| (n == ".env" || n.starts_with(".env.")) && folder.join(n).is_file()).collect();
    found.sort();
    found.into_iter().next()
}

/// What the variables that hold an app's own address end in.
const ADDRESSES: &[&str] = &["APP_URL", "SITE_URL", "BASE_URL", "AUTH_URL", "NEXTAUTH_URL", "SERVER_URL"];

/// The hosts at which the environment files of a folder say that the app is served.
fn served_at(folder: &Path) -> Vec<DomainName> {
    let files = dotenv_files(folder).into_iter();
    let assigned = files.filter_map(|path| crate::probe::secrets::bytes(&path).ok()).flat_map(|b| dotenv::parse(&b));
    let own = assigned.filter(|a| ADDRESSES.iter().any(|end| a.name.ends_with(end)));
    let hosts = own.filter_map(|a| DomainName::parse(Url::parse(&a.value).ok()?.host_str()?).ok());
    hosts.filter(|host| host.as_str().contains('.')).collect()
}

/// The environment files of a folder, by their names.
fn dotenv_files(folder: &Path) -> Vec<PathBuf> {
    let is_dotenv = |p: &PathBuf| {
        p.file_name().and_then(|n| n.to_str()).is_some_and(|n| n == ".env" || n.starts_with(".env.")) && p.is_file()
    };
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder).into_iter().flatten().flatten().map(|e| e.path()).filter(is_dotenv).collect();
    files.sort();
    files
}

/// The domains of the From addresses in these files, each once, with the variable and its file.
fn froms(files: &[PathBuf]) -> BTreeMap<DomainName, String> {
    let mut all = BTreeMap::new();
    for path in files {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        for (variable, value) in env_files::values(path).unwrap_or_default() {
            if let Some(domain) = sends_from(&variable, &value) {
                all.entry(domain).or_insert_with(|| format!("{variable} in {name}"));
            }
        }
    }
    all
}

fn readable(path: &Path) -> Result<(), String> {
    if path.is_dir() {
        return Err("it is a folder".to_owned());
    }
    fs::File::open(path).map(|_| ()).map_err(|e| e.to_string())
}

/// What is audited, in a few words: the domain, else the folder.
#[must_use]
pub fn label(survey: &Survey, here: &Path) -> Shown {
    survey.domain.as_ref().map_or_else(
        || here.file_name().map_or_else(|| ".".into(), |n| n.to_string_lossy().as_ref().into()),
        Shown::from,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{config::load, ui::error::problems};

    fn name(s: &str) -> DomainName {
        DomainName::parse(s).unwrap()
    }
    fn config(text: &str) -> Config {
        load::parse(Source { shown: "launchcheck.toml".into(), root: "/nowhere".into(), text: text.into() }).unwrap()
    }
    fn look(domain: Option<&str>, text: Option<&str>, named: bool) -> Result<Survey, Problems> {
        let loaded = Loaded { config: text.map(config).unwrap_or_default(), named };
        survey(Ground::new(domain.map(name), loaded, Path::new("/nowhere")), &[])
    }
    fn all(s: &Survey) -> Vec<String> {
        s.targets.iter().filter(|(t, _)| t.kind != TargetKind::Run).map(|(t, _)| t.to_string()).collect()
    }
    fn role(s: &Survey, host: &str) -> (HostRole, u16) {
        s.hosts[&TargetId::new(TargetKind::Host, host)]
    }

    #[test]
    fn a_domain_alone() {
        let s = look(Some("acme.test"), None, false).unwrap();
        assert_eq!(
            all(&s),
            ["site:acme.test", "host:acme.test", "host:www.acme.test", "mail:acme.test", "zone:acme.test"]
        );
        assert_eq!(role(&s, "acme.test"), (HostRole::Canonical, 443));
        assert_eq!(role(&s, "www.acme.test"), (HostRole::InferredWww, 443));
        assert!(s.notes[0].contains("www.acme.test"), "{:?}", s.notes);

        let s = look(Some("app.acme.test"), None, false).unwrap();
        assert_eq!(all(&s), ["site:app.acme.test", "host:app.acme.test", "mail:app.acme.test", "zone:acme.test"]);
        let s = look(Some("www.acme.test"), None, false).unwrap();
        assert_eq!(
            all(&s),
            ["site:www.acme.test", "host:acme.test", "host:www.acme.test", "mail:acme.test", "zone:acme.test"]
        );
        assert_eq!(sibling(&name("vercel.app")), None);
    }

    const WHOLE: &str = "
[site]
domain = \"acme.test\"
canonical = \"www.acme.test\"
[[host]]
name = \"api.acme.test\"
[email]
from = [\"hi@acme.test\", \"no-reply@mail.acme.test\"]
[[webhook]]
provider = \"stripe\"
url = \"https://api.acme.test/hook\"
[[webhook]]
provider = \"clerk\"
url = \"https://hooks.acme.test:8443/clerk\"
[[webhook]]
provider = \"stripe\"
url = \"http://plain.acme.test/hook\"
[[billing]]
provider = \"stripe\"
";

    #[test]
    fn a_whole_configuration_and_its_links() {
        let s = look(None, Some(WHOLE), false).unwrap();
        assert_eq!(
            all(&s),
            [
                "site:acme.test",
                "host:acme.test",
                "host:api.acme.test",
                "host:hooks.acme.test",
                "host:www.acme.test",
                "mail:acme.test",
                "mail:mail.acme.test",
                "zone:acme.test",
                "webhook:http://plain.acme.test/hook",
                "webhook:https://api.acme.test/hook",
                "webhook:https://hooks.acme.test:8443/clerk",
                "billing:stripe"
            ]
        );
        assert_eq!(role(&s, "www.acme.test").0, HostRole::Canonical);
        assert_eq!(role(&s, "api.acme.test").0, HostRole::Listed);
        assert_eq!(role(&s, "hooks.acme.test"), (HostRole::Webhook, 8443));
        let id = |kind, n: &str| TargetId::new(kind, n);
        let linked = |a: &TargetId, b: &TargetId| s.targets.are_linked(a, b);
        let hook = id(TargetKind::Webhook, "https://api.acme.test/hook");
        let clerk = id(TargetKind::Webhook, "https://hooks.acme.test:8443/clerk");
        let (site, stripe) = (id(TargetKind::Site, "acme.test"), id(TargetKind::Billing, "stripe"));
        assert!(linked(&hook, &id(TargetKind::Host, "api.acme.test")));
        assert!(linked(&hook, &stripe) && linked(&stripe, &hook));
        assert!(!linked(&clerk, &stripe));
        assert!(linked(&site, &hook) && linked(&site, &stripe) && linked(&site, &id(TargetKind::Mail, "acme.test")));
        let place = s.targets.origin(&hook).unwrap().place().unwrap().to_string();
        assert_eq!(place, "launchcheck.toml:11:7");
        assert_eq!(s.domain, Some(name("acme.test")));
    }

    #[test]
    fn a_configuration_found_in_passing_may_be_about_something_else() {
        let s = look(Some("other.test"), Some(WHOLE), false).unwrap();
        assert!(all(&s).iter().all(|t| t.contains("other.test")), "{:?}", all(&s));
        assert!(s.notes[0].contains("set aside"), "{:?}", s.notes);
        let s = look(Some("other.test"), Some(WHOLE), true).unwrap();
        assert!(all(&s).contains(&"site:other.test".to_owned()) && all(&s).contains(&"billing:stripe".to_owned()));
        assert!(!all(&s).contains(&"site:acme.test".to_owned()));
        let s = look(Some("app.acme.test"), Some(WHOLE), false).unwrap();
        assert!(all(&s).contains(&"billing:stripe".to_owned()), "the same registrable domain");
    }

    #[test]
    fn with_nothing_to_audit_it_says_what_to_do() {
        let said = problems(&look(None, None, false).unwrap_err(), false);
        assert!(said.starts_with("error: there is nothing to audit here\n"), "{said}");
        assert!(said.contains("hint: audit a domain: `launchcheck audit acme.com`"), "{said}");
        let said = look(None, Some("[audit]\nfail-on = \"high\"\n"), false).unwrap_err().to_string();
        assert_eq!(said, "there is nothing to audit: launchcheck.toml names no target");
    }

    #[test]
    fn the_folder_is_an_app_where_it_looks_like_one() {
        let dir = std::env::temp_dir().join(format!("launchcheck-survey-{}", std::process::id()));
        fs::create_dir_all(&dir).unwrap();
        let look = |domain: Option<&str>| {
            let loaded = Loaded { config: Config::default(), named: false };
            survey(Ground::new(domain.map(name), loaded, &dir), &[])
        };
        fs::write(dir.join(".envrc"), "").unwrap();
        assert!(look(None).is_err());
        fs::write(dir.join(".env.local"), "").unwrap();
        let s = look(None).unwrap();
        assert_eq!(all(&s), ["app:."]);
        assert!(s.notes[0].ends_with("it has .env.local"));
        assert_eq!(s.apps[&TargetId::new(TargetKind::App, ".")], dir);
        let bare = dir.join("bare");
        fs::create_dir_all(&bare).unwrap();
        let loaded = Loaded { config: Config::default(), named: false };
        let s = survey(Ground::new(None, loaded, &bare), &["../.env.local".into()]).unwrap();
        assert_eq!(all(&s), ["app:."], "who names production's variables wants them judged");
        let s = look(Some("acme.test")).unwrap();
        let (app, mail) = (TargetId::new(TargetKind::App, "."), TargetId::new(TargetKind::Mail, "acme.test"));
        assert!(s.targets.are_linked(&app, &mail));

        let text = "[[app]]\nproduction = \".env.production\"\n[[app]]\npath = \"web\"\n";
        let source = Source { shown: "launchcheck.toml".into(), root: dir.clone(), text: text.into() };
        let loaded = Loaded { config: load::parse(source).unwrap(), named: true };
        let missing = survey(Ground::new(None, loaded, &dir), &["prod.env".into()]).unwrap_err();
        let said: Vec<String> = missing.0.iter().map(ToString::to_string).collect();
        assert_eq!(
            said,
            [
                "cannot read prod.env (--env-file)",
                "launchcheck.toml:2:14: cannot read .env.production",
                "launchcheck.toml:4:8: there is no folder web"
            ]
        );
        fs::remove_dir_all(&dir).unwrap();
    }

    #[test]
    fn a_waiver_for_a_target_that_is_not_there_is_noted() {
        let text = format!(
            "{WHOLE}[[waiver]]\nrule = \"config.waiver-unused\"\ntarget = \"mail:acm.test\"\nreason = \"x\"\nexpires = 2026-12-31\n"
        )
        .replace("config.waiver-unused", launchcheck_checks::rules().next().unwrap().id.as_ref());
        let s = look(None, Some(&text), false).unwrap();
        assert_eq!(
            s.notes,
            [
                "launchcheck.toml:22:10: a waiver names `mail:acm.test`, which this run does not have; did you mean `mail:acme.test`?"
            ]
        );
    }

    #[test]
    fn a_pick_of_a_target_that_is_not_there() {
        let s = look(Some("acme.test"), None, false).unwrap();
        let pick = |text: &str| Settings { only: vec![Pick::parse(text).unwrap()], ..Settings::default() };
        assert!(check_picks(&pick("host:acme.test"), &s).is_ok());
        assert!(check_picks(&pick("host:"), &s).is_ok());
        assert!(check_picks(&pick("email"), &s).is_ok());
        let said = problems(&check_picks(&pick("host:acm.test"), &s).unwrap_err(), false);
        assert_eq!(
            said,
            "error: --only: this run has no target `host:acm.test`\nhint: did you mean `host:acme.test`?\n"
        );
    }

    #[test]
    fn an_app_that_names_another_domain_says_nothing_of_this_one() {
        let folder = std::env::temp_dir().join(format!("launchcheck-elsewhere-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("package.json"), "{}").unwrap();
        fs::write(folder.join(".env"), "NEXT_PUBLIC_APP_URL=https://app.Acme.test\n").unwrap();
        let look = |domain: &str| {
            let loaded = Loaded { config: Config::default(), named: false };
            survey(Ground::new(Some(name(domain)), loaded, &folder), &[]).unwrap()
        };
        let app = TargetId::new(TargetKind::App, ".");
        let linked = |s: &Survey, domain: &str| s.targets.are_linked(&app, &TargetId::new(TargetKind::Mail, domain));
        let own = look("acme.test");
        assert!(linked(&own, "acme.test"), "{:?}", own.notes);
        let stranger = look("other.test");
        assert!(all(&stranger).contains(&"app:.".to_owned()), "it is audited all the same");
        assert!(!linked(&stranger, "other.test"));
        assert!(stranger.notes.iter().any(|n| n.contains("elsewhere than at other.test")), "{:?}", stranger.notes);
        fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn mail_is_sent_from_where_the_variables_say() {
        let folder = std::env::temp_dir().join(format!("launchcheck-from-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let write = |file: &str, text: &str| fs::write(folder.join(file), text).unwrap();
        let look = |files: &[PathBuf]| {
            let loaded = Loaded { config: Config::default(), named: false };
            survey(Ground::new(Some(name("acme.test")), loaded, &folder), files).unwrap()
        };
        let mails = |s: &Survey| s.targets.of(TargetKind::Mail).map(|t| t.name.clone()).collect::<Vec<_>>();
        write(".env", "EMAIL_FROM=Acme <hi@mail.acme.test>\nSUPPORT_FROM=me@gmail.com\n");
        write(".env.local", "EMAIL_FROM=dev@dev.acme.test\n");
        let s = look(&[]);
        assert_eq!(mails(&s), ["acme.test", "mail.acme.test"]);
        assert!(s.notes.iter().any(|n| n.contains("EMAIL_FROM in .env is an address of it")), "{:?}", s.notes);
        assert!(
            s.targets
                .are_linked(&TargetId::new(TargetKind::App, "."), &TargetId::new(TargetKind::Mail, "mail.acme.test"))
        );
        // What is said of production counts alone.
        write("prod.env", "MAIL_FROM=hi@news.acme.test\n");
        assert_eq!(mails(&look(&["prod.env".into()])), ["acme.test", "news.acme.test"]);
        // Another name altogether is only told.
        write(".env", "EMAIL_FROM=hi@other.test\n");
        let s = look(&[]);
        assert_eq!(mails(&s), ["acme.test"]);
        assert!(s.notes.iter().any(|n| n.contains("EMAIL_FROM in .env is an address of other.test")), "{:?}", s.notes);
        // An app that is served elsewhere says nothing of this domain's mail.
        write(".env", "EMAIL_FROM=hi@mail.acme.test\nAPP_URL=https://other.test\n");
        assert_eq!(mails(&look(&[])), ["acme.test"]);
        fs::remove_dir_all(&folder).unwrap();
    }
}
