//! What an audit weighs, on the loopback world: the time from the start of the process to its first
//! packet, its peak memory without billing, and that nothing is asked twice.
//!
//! `cargo bench --bench weight` measures the release build and ends with an error past a budget.

use launchcheck_fixtures::{World, memory, scenarios};
use std::{
    net::UdpSocket,
    process::{Command, ExitCode, Stdio},
    time::{Duration, Instant},
};

/// The most time before the first packet.
const START: Duration = Duration::from_millis(30);
/// The most resident memory, in KiB, without billing.
const MEMORY: u64 = 40 * 1024;
/// How often each is measured; the median counts.
const RUNS: usize = 15;

const EXECUTABLE: &str = env!("CARGO_BIN_EXE_launchcheck");

fn main() -> anyhow::Result<ExitCode> {
    let world = World::start(scenarios::demo())?;
    let mut fine = true;
    let mut told = |what: &str, measured: String, budget: String, ok: bool| {
        fine &= ok;
        println!("{what:<34}{measured:>14}   at most {budget:<10}{}", if ok { "ok" } else { "TOO MUCH" });
    };

    let start = median(RUNS, || before_the_first_packet(&world))?;
    told("start to first packet", format!("{:.1} ms", millis(start)), format!("{} ms", millis(START)), start <= START);

    let peak = median(RUNS, || Ok(memory::peak(&mut audit(&world).args(["--skip", "billing"]).spawn()?)?))?;
    let mib = |kib: u64| format!("{}.{} MiB", kib / 1024, kib % 1024 * 10 / 1024);
    told("peak memory without billing", mib(peak), mib(MEMORY), peak <= MEMORY);

    world.dns().reset_counts();
    world.log().clear();
    let began = Instant::now();
    audit(&world).status()?;
    let took = began.elapsed();
    told("one whole audit", format!("{:.0} ms", millis(took)), "10000 ms".to_owned(), took < Duration::from_secs(10));
    let again = world.dns().queries().repeated().len();
    let lookups = format!("{} lookups", world.dns().queries().total());
    told(&lookups, format!("{again} repeated"), "0".to_owned(), again == 0);
    for (what, all) in [("handshakes", world.handshakes()), ("requests", world.log().by_route())] {
        let again = all.values().filter(|n| **n > 1).count();
        let n: u64 = all.values().sum();
        told(&format!("{n} {what}"), format!("{again} repeated"), "0".to_owned(), again == 0);
    }
    Ok(if fine { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn millis(d: Duration) -> f64 {
    d.as_secs_f64() * 1000.0
}

fn median<T: Ord + Copy>(runs: usize, mut measure: impl FnMut() -> anyhow::Result<T>) -> anyhow::Result<T> {
    let mut all = (0..runs).map(|_| measure()).collect::<anyhow::Result<Vec<T>>>()?;
    all.sort();
    Ok(all[all.len() / 2])
}

fn audit(world: &World) -> Command {
    let mut command = world.command(EXECUTABLE);
    command.arg("audit").args(world.args()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// The time until the resolver, here a silent socket, hears the first question.
fn before_the_first_packet(world: &World) -> anyhow::Result<Duration> {
    let resolver = UdpSocket::bind("127.0.0.1:0")?;
    resolver.set_read_timeout(Some(Duration::from_secs(10)))?;
    let address = resolver.local_addr()?.to_string();
    let mut command = world.command(EXECUTABLE);
    command.args(["audit", "--resolver", &address, "--timeout", "50ms", "--deadline", "100ms"]);
    let began = Instant::now();
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
    let heard = resolver.recv_from(&mut [0; 512]).map(|_| began.elapsed());
    child.wait()?;
    Ok(heard?)
}
