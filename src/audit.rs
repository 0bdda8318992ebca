//! One audit, from what is known locally to the report.

use crate::{
    config::{App, Config},
    engine,
    events::Listener,
    gather::{Context, Gather, Wire},
    probe::{
        layers::{Deadline, Stopper},
        secrets::Secrets,
    },
    report::{self, HopTime, Inputs, Report, RunInfo, Setting, Unanswered},
    settings::Settings,
    survey::Survey,
    verdict::{Gate, OnUnknown},
};
use launchcheck_checks::{
    facts::Facts,
    vocab::{Exhibit, Family, Shown, TargetId, Targets},
};
use ring::rand::{SecureRandom, SystemRandom};
use rustls::{
    RootCertStore,
    pki_types::{CertificateDer, TrustAnchor, pem::PemObject},
};
use std::{
    collections::BTreeMap,
    io::Read as _,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

/// Why no audit could be started.
#[derive(Debug, thiserror::Error)]
pub enum NotStarted {
    /// `--ca-bundle` could not be used.
    #[error("{path}: {why}")]
    CaBundle {
        /// The file.
        path: String,
        /// What is wrong with it.
        why: String,
    },
    /// The machine gave no random numbers.
    #[error("the system gives no random numbers")]
    Random,
}

/// What an audit starts from.
pub struct Start {
    /// The effective settings.
    pub settings: Settings,
    /// The targets and the configuration.
    pub survey: Survey,
    /// The process environment.
    pub environment: BTreeMap<String, String>,
    /// Settings in effect with where each comes from, for the report.
    pub told: Vec<Setting>,
    /// What is audited, for people.
    pub label: Shown,
    /// The command that runs this audit again.
    pub command: Shown,
    /// When it is, by the injected clock.
    pub now: jiff::Timestamp,
}

/// Runs one audit. Ctrl-C (or whoever holds the stopper) ends it early with what is known.
pub async fn run(start: Start, listener: &dyn Listener) -> Result<Report, NotStarted> {
    run_families(start, report::families(), listener).await
}

/// Runs an audit of these families alone: the report knows of no others.
pub async fn run_families(start: Start, known: Vec<Family>, listener: &dyn Listener) -> Result<Report, NotStarted> {
    Ok(look(start, known, listener).await?.0)
}

/// The same with the facts that it rests on, for commands that show more of them than a report does.
pub async fn look(start: Start, known: Vec<Family>, listener: &dyn Listener) -> Result<(Report, Facts), NotStarted> {
    let began = Instant::now();
    let Start { settings, survey, environment, told, label, command, now } = start;
    let (roots, given_roots) = roots(settings.ca_bundle.as_deref())?;
    let mut random = [0u8; 40];
    SystemRandom::new().fill(&mut random).map_err(|_| NotStarted::Random)?;
    let mut digest_key = [0u8; 32];
    digest_key.copy_from_slice(&random[..32]);
    let nonce = u64::from_le_bytes(random[32..].try_into().map_err(|_| NotStarted::Random)?);

    let (stopper, deadline) = Deadline::after(settings.deadline);
    let interrupted = Arc::new(AtomicBool::new(false));
    let watch = tokio::spawn(interrupts(stopper, Arc::clone(&interrupted)));

    let settings = Arc::new(settings);
    let secrets = secrets(&survey.config, &settings.env_files, &environment);
    let context = Context {
        settings: Arc::clone(&settings),
        survey: Arc::new(survey),
        now: now.as_second(),
        nonce: format!("{nonce:016x}"),
        digest_key,
        roots,
        given_roots,
        environment,
        secrets,
    };
    let shelf = if settings.no_cache { None } else { shelf(&context.environment) };
    let wire = Wire::new(&settings, deadline).trusting(&context.roots, shelf);
    // Nobody else sets it, and the wire is this run's own.
    let _ = wire.digest_key.set(context.digest_key);
    let gather = Gather::new(wire, context);
    let today = now.to_zoned(jiff::tz::TimeZone::UTC).date();
    let (mut units, facts) = engine::run(&gather, today, listener).await;
    units.retain(|u| known.contains(&u.rule.family()));
    watch.abort();

    let here = std::env::current_dir().unwrap_or_default();
    let survey = &gather.context.survey;
    let exhibits = exhibits(&survey.targets, &facts);
    let counters = &gather.wire.counters;
    let run = RunInfo {
        clock: now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string().into(),
        duration_ms: u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX),
        interrupted: interrupted.load(Ordering::Relaxed),
        counts: counters.all().into_iter().map(|(kind, asked, _)| (kind, asked)).collect(),
        remembered: counters.all().into_iter().map(|(_, _, remembered)| remembered).sum(),
        config: survey.config.source.as_ref().map(|s| s.shown.as_str().into()),
        settings: told,
        notes: survey.notes.iter().map(Into::into).chain(gather.context.secrets.note(&here).map(Into::into)).collect(),
        unanswered: counters
            .silences()
            .into_iter()
            .map(|((place, cause), count)| Unanswered { place: place.into(), cause, count })
            .collect(),
        hops: launchcheck_checks::web::hop_times(&survey.targets, &facts)
            .into_iter()
            .map(|(url, status, ms)| HopTime { url, status, ms })
            .collect(),
        command,
    };
    let gate = Gate {
        fail_on: settings.fail_on,
        on_unknown: if settings.ignore_unknown { OnUnknown::Ignore } else { OnUnknown::Fail },
        require: settings.require.clone(),
        active: settings.active,
    };
    let targets = &survey.targets;
    let report = report::build(Inputs { label, units, exhibits, targets, known, gate, run });
    Ok((report, facts))
}

/// Interrupts that come closer together than this are one.
const ONE_WISH: Duration = Duration::from_millis(300);

/// The first Ctrl-C ends the audit with what is known; the second ends the process.
async fn interrupts(stopper: Stopper, interrupted: Arc<AtomicBool>) {
    let mut first: Option<Instant> = None;
    while tokio::signal::ctrl_c().await.is_ok() {
        match first {
            // `timeout` and some shells signal the process and its group: that is one wish, not two.
            Some(at) if at.elapsed() < ONE_WISH => continue,
            Some(_) => std::process::exit(i32::from(crate::exit::INTERRUPTED)),
            None => first = Some(Instant::now()),
        }
        interrupted.store(true, Ordering::Relaxed);
        stopper.stop();
    }
    // Without signals the run still ends by its deadline, which the stopper must outlive.
    std::future::pending::<()>().await;
}

/// The folder for what may be kept between two runs (XDG Base Directory Specification), where the
/// environment names one.
fn shelf(environment: &BTreeMap<String, String>) -> Option<PathBuf> {
    let folder = |name: &str| environment.get(name).map(PathBuf::from).filter(|p| p.is_absolute());
    let cache = folder("XDG_CACHE_HOME").or_else(|| folder("HOME").map(|home| home.join(".cache")))?;
    Some(cache.join("launchcheck"))
}

/// Where the values that the configuration names are looked for.
pub fn secrets(config: &Config, env_files: &[PathBuf], environment: &BTreeMap<String, String>) -> Secrets {
    Secrets::new(env_files, &production_files(config), environment.clone())
}

/// The files that `[[app]] production` names.
fn production_files(config: &Config) -> Vec<PathBuf> {
    let named = |app: &App| app.production.as_ref().map(|file| config.app_folder(app).join(file.as_path()));
    config.apps.iter().filter_map(|app| named(app)).collect()
}

/// What is shown without a finding, family by family.
fn exhibits(targets: &Targets, facts: &Facts) -> Vec<(TargetId, Exhibit)> {
    use launchcheck_checks::{billing, code::exhibits as code, dns, email, env, tls, web, webhook};
    [
        email::exhibits,
        dns::exhibits,
        tls::exhibits,
        web::exhibits,
        webhook::exhibits,
        env::exhibits,
        code::exhibits,
        billing::exhibits,
    ]
    .iter()
    .flat_map(|of| of(targets, facts))
    .collect()
}

/// More than every public authority together, and little enough to read at once.
const CA_BUNDLE: u64 = 16 << 20;

/// The roots that certificates are judged by, and the bundle's certificates, DER.
type Trusted = (Vec<TrustAnchor<'static>>, Vec<Vec<u8>>);

/// The roots that certificates are judged by: Mozilla's, and those of the bundle.
pub fn roots(bundle: Option<&Path>) -> Result<Trusted, NotStarted> {
    let mut store = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let mut given = Vec::new();
    if let Some(path) = bundle {
        let bad = |why: String| NotStarted::CaBundle { path: path.display().to_string(), why };
        let said = |e: std::io::Error| bad(e.to_string());
        if path.is_dir() {
            return Err(bad("it is a folder".to_owned()));
        }
        let mut text = Vec::new();
        std::fs::File::open(path).and_then(|f| f.take(CA_BUNDLE + 1).read_to_end(&mut text)).map_err(said)?;
        if text.len() as u64 > CA_BUNDLE {
            return Err(bad("it is larger than 16 MiB".to_owned()));
        }
        let before = store.roots.len();
        for certificate in CertificateDer::pem_slice_iter(&text) {
            let certificate = certificate.map_err(|e| bad(e.to_string()))?;
            given.push(certificate.to_vec());
            store.add(certificate).map_err(|e| bad(format!("a certificate in it cannot be a root: {e}")))?;
        }
        if store.roots.len() == before {
            return Err(bad("it holds no certificate (PEM text with BEGIN CERTIFICATE is expected)".to_owned()));
        }
    }
    Ok((store.roots, given))
}
