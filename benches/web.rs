//! The web and webhook audit on the loopback world: the healthy company, 500 declared routes beside
//! lychee, and a host that never answers.
//!
//! `cargo bench --bench web` measures the release build and ends with an error past a budget. lychee
//! takes part where it is installed.

use launchcheck_fixtures::{Mode, Plan, World, http::Reply, memory, scenarios};
use std::{
    fs,
    process::{Command, ExitCode, Stdio},
    time::{Duration, Instant},
};

const HEALTHY: Duration = Duration::from_secs(1);
const ROUTES: Duration = Duration::from_millis(300);
/// The most resident memory, in KiB.
const MEMORY: u64 = 40 * 1024;
const RUNS: usize = 9;
const EXECUTABLE: &str = env!("CARGO_BIN_EXE_launchcheck");

fn main() -> anyhow::Result<ExitCode> {
    let mut fine = true;
    let mut told = |what: &str, measured: String, budget: String, ok: bool| {
        fine &= ok;
        println!("{what:<40}{measured:>14}   at most {budget:<10}{}", if ok { "ok" } else { "TOO MUCH" });
    };

    let world = World::start(company())?;
    let (took, peak) = measure(&world, &["--only", "web,webhook"], RUNS)?;
    world.log().clear();
    audit(&world, &["--only", "web,webhook"]).status()?;
    let requests = world.log().requests().len();
    told(&format!("healthy company, {requests} requests"), ms(took), ms(HEALTHY), took <= HEALTHY);
    told("  its memory", mib(peak), mib(MEMORY), peak <= MEMORY);

    let world = World::start(five_hundred())?;
    let (took, peak) = measure(&world, &["--only", "web.api-open"], RUNS)?;
    world.log().clear();
    audit(&world, &["--only", "web.api-open"]).status()?;
    let asked = world.log().requests().iter().filter(|r| r.path.starts_with("/p/")).count();
    told(&format!("{asked} declared routes"), ms(took), ms(ROUTES), took <= ROUTES && asked == 500);
    told("  their memory", mib(peak), mib(MEMORY), peak <= MEMORY);
    if let Some(took) = lychee(&world)? {
        println!("  lychee, the same 500 without a throttle {:>12}", ms(took));
    } else {
        println!("  lychee is not installed");
    }

    let world = World::start(scenarios::healthy())?;
    for host in ["acme.test", "www.acme.test", "app.acme.test", "api.acme.test"] {
        world.web(host).set_mode(Mode::Silent);
    }
    let timeout = Duration::from_secs(3);
    let budget = timeout + timeout / 20;
    let (took, _) = measure(&world, &["--only", "web", "--timeout", "3s"], 1)?;
    told("a company that never answers", ms(took), ms(budget), took <= budget);
    Ok(if fine { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn ms(d: Duration) -> String {
    format!("{:.0} ms", d.as_secs_f64() * 1000.0)
}
fn mib(kib: u64) -> String {
    format!("{}.{} MiB", kib / 1024, kib % 1024 * 10 / 1024)
}

/// The healthy company with routes, a private page and scripts declared.
fn company() -> Plan {
    let mut plan = scenarios::healthy();
    plan.table(
        "[site]",
        "domain = \"acme.test\"\ncanonical = \"acme.test\"\nprivate-paths = [\"/account\", \"/admin\"]",
    );
    plan.table("[web]", "routes = [\"/api/plans\", \"/api/me\"]\nhealth = \"/api/health\"");
    let tags = (0..12)
        .map(|n| format!("<script src=\"/_next/static/chunks/c{n}-4f1c77aa.js\"></script>"))
        .collect::<Vec<_>>()
        .concat();
    let page = format!("<!doctype html><title>Acme</title>{tags}<p>Tickets for small theatres.</p>");
    let site = &mut plan.host("acme.test").site;
    site.on("GET", "/", Reply::html(200, &page).header("strict-transport-security", "max-age=63072000"));
    let script = Reply::status(200)
        .header("content-type", "text/javascript")
        .header("cache-control", "public, max-age=31536000, immutable");
    site.on("GET", "/_next/static/chunks/*", script.body(&"function go(){return 42}\n".repeat(4000)));
    site.on("GET", "/account", Reply::redirect(307, "/login")).on("GET", "/admin", Reply::redirect(307, "/login"));
    site.on("GET", "/api/plans", Reply::json(200, "[{\"id\":1,\"price\":900}]")).on(
        "GET",
        "/api/me",
        Reply::json(401, "{}"),
    );
    site.on("GET", "/api/health", Reply::json(200, "{\"status\":\"ok\"}").header("cache-control", "no-store"));
    plan
}

/// A site with 500 declared routes.
fn five_hundred() -> Plan {
    let mut plan = scenarios::healthy();
    let routes: Vec<String> = (0..500).map(|n| format!("\"/p/{n}\"")).collect();
    plan.table("[web]", &format!("routes = [{}]", routes.join(", ")));
    let links = (0..500).map(|n| format!("<a href=\"/p/{n}\">{n}</a>")).collect::<Vec<_>>().concat();
    let site = &mut plan.host("acme.test").site;
    site.on(
        "GET",
        "/p/*",
        Reply::html(200, "<!doctype html><title>Page</title><h1>A page</h1><p>With a little text on it.</p>"),
    );
    site.on("GET", "/links", Reply::html(200, &format!("<!doctype html><title>Links</title>{links}")));
    site.on_http("GET", "/p/*", Reply::html(200, "<h1>A page</h1>"));
    plan
}

fn audit(world: &World, extra: &[&str]) -> Command {
    let mut command = world.command(EXECUTABLE);
    command.arg("audit").args(world.args()).args(extra).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// The median wall time and the largest peak memory, in KiB.
fn measure(world: &World, extra: &[&str], runs: usize) -> anyhow::Result<(Duration, u64)> {
    let (mut times, mut most) = (Vec::new(), 0);
    for _ in 0..runs {
        let began = Instant::now();
        most = most.max(memory::peak(&mut audit(world, extra).spawn()?)?);
        times.push(began.elapsed());
    }
    times.sort();
    Ok((times[times.len() / 2], most))
}

/// lychee over the same pages by plain http, without its throttle; `None` where it is not installed.
fn lychee(world: &World) -> anyhow::Result<Option<Duration>> {
    let to = world.web("acme.test").http();
    let list = std::env::temp_dir().join(format!("launchcheck-lychee-{}.txt", std::process::id()));
    fs::write(&list, (0..500).map(|n| format!("http://{to}/p/{n}\n")).collect::<Vec<_>>().concat())?;
    let mut times = Vec::new();
    for _ in 0..RUNS {
        let began = Instant::now();
        let mut command = Command::new("lychee");
        command.args(["--no-progress", "--host-request-interval", "0ms"]).arg(&list);
        let run = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
        if run.is_err() {
            fs::remove_file(&list)?;
            return Ok(None);
        }
        times.push(began.elapsed());
    }
    fs::remove_file(&list)?;
    times.sort();
    Ok(Some(times[times.len() / 2]))
}
