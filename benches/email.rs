//! The email audit of a plain `SaaS` domain beside checkdmarc, over a name server on loopback that
//! answers at once and after 20 ms.
//!
//! `cargo bench --bench email` measures the release build and ends with an error past the budget.
//! checkdmarc takes part where the Python of `PYTHON` (default: python3) has it installed.

use launchcheck_fixtures::{World, dns::Fault, scenarios};
use std::{
    process::{Command, ExitCode, Stdio},
    time::{Duration, Instant},
};

/// The most wall time with answers after 20 ms.
const BUDGET: Duration = Duration::from_millis(200);
/// The most rounds of questions.
const ROUNDS: f64 = 7.0;
/// How late the slow server answers.
const LATE: u64 = 20;
/// How often each is measured; the median counts.
const RUNS: usize = 7;

/// Asks the same server as launchcheck: checkdmarc's command line knows port 53 only.
const CHECKDMARC: &str = "
import sys, checkdmarc, dns.nameserver
server = dns.nameserver.Do53Nameserver(sys.argv[1], int(sys.argv[2]))
checkdmarc.check_domains(['acme.test'], skip_tls=True, nameservers=[server], timeout=5.0)
";

fn launchcheck(world: &World) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_launchcheck"));
    command.args(["audit", "acme.test", "--no-config", "--only", "email", "--format", "json", "--resolver"]);
    command.arg(world.dns().address().to_string()).current_dir(std::env::temp_dir());
    command
}

fn checkdmarc(world: &World) -> Command {
    let mut command = Command::new(std::env::var("PYTHON").unwrap_or_else(|_| "python3".to_owned()));
    let address = world.dns().address();
    command.args(["-c", CHECKDMARC, &address.ip().to_string(), &address.port().to_string()]);
    command
}

/// The median wall time, the process's start included, and the queries of one run.
fn measure(world: &World, command: impl Fn(&World) -> Command) -> Option<(Duration, u64)> {
    let (mut times, mut queries) = (Vec::new(), 0);
    for _ in 0..RUNS {
        world.dns().reset_counts();
        let began = Instant::now();
        let status = command(world).stdout(Stdio::null()).stderr(Stdio::null()).status();
        times.push(began.elapsed());
        queries = world.dns().queries().total();
        if status.is_err() || queries == 0 {
            return None;
        }
    }
    times.sort();
    Some((times[RUNS / 2], queries))
}

fn main() -> anyhow::Result<ExitCode> {
    let world = World::start(scenarios::plain_saas())?;
    let mut walls = Vec::new();
    let mut fine = true;
    for late in [0, LATE] {
        world.dns().change(|zone| {
            zone.fault("*", Fault::Delay(late));
        });
        let Some((own, asked)) = measure(&world, launchcheck) else { anyhow::bail!("launchcheck asked nothing") };
        let repeated = world.dns().queries().repeated();
        println!("answers after {late} ms");
        println!("  launchcheck  {:7.1} ms  {asked:3} queries", millis(own));
        if !repeated.is_empty() {
            println!("  asked more than once: {repeated:?}");
            fine = false;
        }
        match measure(&world, checkdmarc) {
            Some((theirs, asked)) => {
                let ratio = theirs.as_secs_f64() / own.as_secs_f64();
                println!("  checkdmarc   {:7.1} ms  {asked:3} queries, {ratio:.1} times as long", millis(theirs));
            }
            None => println!("  checkdmarc   is not installed (pip install checkdmarc, or PYTHON=…)"),
        }
        walls.push(own);
    }
    let rounds = (millis(walls[1]) - millis(walls[0])) / f64::from(u32::try_from(LATE)?);
    println!(
        "launchcheck takes {rounds:.1} rounds, at most {ROUNDS}; {:.1} ms, at most {} ms",
        millis(walls[1]),
        BUDGET.as_millis()
    );
    fine &= rounds <= ROUNDS && walls[1] <= BUDGET;
    Ok(if fine { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
