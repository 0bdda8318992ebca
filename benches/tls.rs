//! The core verdict on certificates (leaf, chain, trust, name, dates, and that all addresses agree)
//! over connections that take 40 ms for a round trip: one host, 50 hosts at once, and
//! `sslyze --certinfo` on the same server.
//!
//! `cargo bench --bench tls` measures the release build and ends with an error past the budget. sslyze
//! takes part where it is installed (`SSLYZE` names its executable, default: sslyze).

use launchcheck_fixtures::{
    memory,
    net::Distance,
    world::{Plan, World},
};
use std::{
    fs,
    net::SocketAddr,
    process::{Command, ExitCode, Stdio},
    time::{Duration, Instant},
};

/// One round trip.
const TRIP: Duration = Duration::from_millis(40);
/// How often each is measured; the median counts.
const RUNS: usize = 9;
/// The hosts that are judged at once.
const HOSTS: usize = 50;
/// The most resident memory with all of them, in KiB.
const MEMORY: u64 = 40 * 1024;

/// The rules of the core verdict: what `--certinfo` covers, and the dates.
const CORE: &str = "tls.expired,tls.not-yet-valid,tls.expiring,tls.name-mismatch,tls.untrusted,tls.self-signed,\
                    tls.chain-incomplete,tls.chain-order,tls.key-weak,tls.key-mismatch,tls.certificate-malformed";

/// A run that judges these hosts and nothing else: a configuration with a `[[host]]` table for each.
struct Bench {
    world: World,
    far: SocketAddr,
    names: Vec<String>,
}
impl Bench {
    fn new(distance: &Distance) -> anyhow::Result<Self> {
        let names: Vec<String> = (1..=HOSTS).map(|n| format!("h{n}.acme.test")).collect();
        let mut plan = Plan::new("acme.test");
        for name in &names {
            plan.host(name);
        }
        plan.share_addresses();
        let world = World::start(plan)?;
        let far = distance.to(world.web(&names[0]).https())?;
        Ok(Self { world, far, names })
    }
    fn command(&self, hosts: usize) -> anyhow::Result<Command> {
        let file = self.world.project().join(format!("{hosts}.toml"));
        let tables: Vec<String> = self.names[..hosts].iter().map(|n| format!("[[host]]\nname = \"{n}\"\n")).collect();
        fs::write(&file, tables.concat())?;
        let mut command = self.world.command(env!("CARGO_BIN_EXE_launchcheck"));
        command.args(["audit", "--only", CORE, "--format", "json", "--config"]).arg(file).arg("--ca-bundle");
        command.arg(self.world.root_file()).args(["--connect-to"]);
        command.arg(format!(":443:{}:{}", self.far.ip(), self.far.port()));
        Ok(command)
    }
    fn connections(&self) -> u64 {
        self.world.web(&self.names[0]).accepted_secure().0
    }
}

/// The median wall time of a process, its start included, and the connections of one run.
fn measure(bench: &Bench, mut command: impl FnMut() -> anyhow::Result<Command>) -> anyhow::Result<(Duration, u64)> {
    let (mut times, mut connections) = (Vec::new(), 0);
    for _ in 0..RUNS {
        let before = bench.connections();
        let began = Instant::now();
        let output = command()?.stdout(Stdio::piped()).stderr(Stdio::null()).output()?;
        times.push(began.elapsed());
        connections = bench.connections() - before;
        anyhow::ensure!(output.status.success(), "it ended {:?}", output.status.code());
    }
    times.sort();
    Ok((times[RUNS / 2], connections))
}

fn sslyze(bench: &Bench) -> Command {
    let mut command = Command::new(std::env::var("SSLYZE").unwrap_or_else(|_| "sslyze".to_owned()));
    command.args(["--certinfo", "--sni", &bench.names[0], "--certinfo_ca_file"]).arg(bench.world.root_file());
    // Without a profile to compare with it ends 0.
    command.args(["--mozilla_config", "disable"]).arg(bench.far.to_string());
    command
}

fn main() -> anyhow::Result<ExitCode> {
    let distance = Distance::new(TRIP)?;
    let bench = Bench::new(&distance)?;
    let mut fine = true;
    let mut told = |what: &str, measured: String, budget: String, ok: bool| {
        fine &= ok;
        println!("{what:<44}{measured:>12}   at most {budget:<10}{}", if ok { "ok" } else { "TOO MUCH" });
    };
    let one = TRIP.mul_f64(2.2) + Duration::from_millis(10);
    let (own, connections) = measure(&bench, || bench.command(1))?;
    told("one host, the process's start included", millis(own), millis(one), own <= one);
    told("its connections", connections.to_string(), "1".to_owned(), connections <= 1);
    let many = TRIP * 3 + Duration::from_secs(1);
    let (all, connections) = measure(&bench, || bench.command(HOSTS))?;
    told(&format!("{HOSTS} hosts at once"), millis(all), millis(many), all <= many);
    told("their connections", connections.to_string(), HOSTS.to_string(), connections <= HOSTS as u64);
    let peak = memory::peak(&mut bench.command(HOSTS)?.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?)?;
    told("peak memory with all of them", format!("{peak} KiB"), format!("{MEMORY} KiB"), peak <= MEMORY);
    match measure(&bench, || Ok(sslyze(&bench))) {
        Ok((theirs, connections)) => println!(
            "sslyze --certinfo, one host                 {:>12}   {connections} connections, {:.1} times as long",
            millis(theirs),
            theirs.as_secs_f64() / own.as_secs_f64()
        ),
        Err(why) => println!("sslyze --certinfo takes no part: {why} (pip install sslyze, or SSLYZE=…)"),
    }
    Ok(if fine { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn millis(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1000.0)
}
