//! The comparison of a large account with a large table: `launchcheck drift` over a generated account
//! and a real PostgreSQL, once within the account's limits and once without any.
//!
//! `cargo bench --bench billing` measures the release build and ends with an error past a budget. Three
//! numbers behind `--` change how much there is: subscriptions without limits (default 1,000,000) and
//! within them (default 200,000), and rows of the largest table (default 10,000,000); 0 leaves one out. With
//! limits the time is pages ÷ 25 a second whatever the size; 200,000 are 80 s of it, in which the start, the
//! first pages and the second reading weigh more than in the 400 s of a million, so a pass here is a pass
//! there.

use launchcheck_fixtures::{Plan, World, database::Engine, memory, scenarios};
use std::{
    collections::BTreeMap,
    fs,
    io::{BufRead as _, BufReader, Write as _},
    net::{TcpListener, TcpStream},
    process::{Command, ExitCode},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant, SystemTime},
};

/// The account's limits: for each operation, and for all of them (docs.stripe.com/rate-limits).
const EACH: u32 = 25;
const ALL: u32 = 100;
/// The most resident memory, in KiB, for a million.
const MEMORY: u64 = 200 * 1024;
/// The most resident memory, in KiB, of an audit of a table that is longer than it keeps: two million rows,
/// for which the account has nothing.
const BOUNDED: u64 = 400 * 1024;
/// The most time without limits, for a million.
const FREE: Duration = Duration::from_secs(40);
/// The most time for a thousand customers at 150 ms.
const SMALL: Duration = Duration::from_secs(5);
/// One row in so many says that a customer who pays has no access.
const DRIFT: u64 = 20_000;
/// 429s until then are the account's own burst and not ours.
const WARM: Duration = Duration::from_secs(2);

/// Numbers are spread by this, so that ids do not sort by age, as real ones do not.
const PRIME: u64 = 2_147_483_647;
const SPREAD: u64 = 48_271;
const fn spread(n: u64) -> u64 {
    (n + 1) * SPREAD % PRIME
}
/// The other way: by the inverse of the factor, the factor to the power of the prime less two.
fn gather(id: u64) -> Option<u64> {
    let (mut result, mut base, mut left) = (1_u64, SPREAD, PRIME - 2);
    while left > 0 {
        if left & 1 == 1 {
            result = result * base % PRIME;
        }
        base = base * base % PRIME;
        left >>= 1;
    }
    (id % PRIME * result % PRIME).checked_sub(1)
}

/// A generated account, served as quickly as memory is copied: what is measured is the other side.
struct Account {
    count: u64,
    now: u64,
    delay: Duration,
    limited: bool,
    began: Instant,
    buckets: Mutex<BTreeMap<String, (f64, Instant)>>,
    refused: Mutex<u64>,
    requests: Mutex<u64>,
    subscription: Vec<String>,
}
impl Account {
    fn new(count: u64, delay: Duration, limited: bool) -> Self {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
        // As the strict account of the fixtures answers, indented, about 4 KB each.
        let sample = launchcheck_fixtures::stripe::Subscription::new("sub_@ID@", "cus_@ID@").created(-7_777_777);
        let json = launchcheck_fixtures::stripe::Row::json(&sample, "2026-10-28.endive", true);
        let text = serde_json::to_string_pretty(&json).unwrap_or_default();
        let text = text.replace("-7777777", "@MADE@").replace("_@ID@", "_@").replace("@MADE@", "#");
        Self {
            count,
            now,
            delay,
            limited,
            began: Instant::now(),
            buckets: Mutex::default(),
            refused: Mutex::default(),
            requests: Mutex::default(),
            subscription: text.split_inclusive(['@', '#']).map(str::to_owned).collect(),
        }
    }
    /// They are made one a minute, the first of them the newest, two days ago.
    fn made(&self, n: u64) -> u64 {
        self.now - 2 * 86_400 - 60 * n
    }
    fn object(&self, kind: &str, n: u64, out: &mut String) {
        let (id, made) = (format!("{:014x}", spread(n)), self.made(n).to_string());
        if kind == "subscriptions" {
            for part in &self.subscription {
                match part.as_bytes().last() {
                    Some(b'@') => out.extend([&part[..part.len() - 1], &id]),
                    Some(b'#') => out.extend([&part[..part.len() - 1], &made]),
                    _ => out.push_str(part),
                }
            }
        } else {
            out.extend([
                "{\n  \"id\": \"cus_",
                &id,
                "\",\n  \"object\": \"customer\",\n  \"created\": ",
                &made,
                ",\n  \"email\": \"u",
                &id,
                "@customers.example\",\n  \"livemode\": true\n}",
            ]);
        }
    }
    /// Whether a request is over the limit: two buckets that hold a second's worth.
    fn is_over(&self, path: &str) -> bool {
        if !self.limited {
            return false;
        }
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        [("", ALL), (path, EACH)].into_iter().any(|(name, rate)| {
            let (tokens, at) = buckets.entry(name.to_owned()).or_insert((f64::from(rate), now));
            *tokens = (*tokens + (now - *at).as_secs_f64() * f64::from(rate)).min(f64::from(rate));
            *at = now;
            let over = *tokens < 1.0;
            *tokens -= if over { 0.0 } else { 1.0 };
            over
        })
    }
    fn answer(&self, target: &str) -> (u16, String) {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let of: BTreeMap<String, String> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
        let number = |id: &str| gather(u64::from_str_radix(id.get(4..)?, 16).ok()?).filter(|n| *n < self.count);
        let mut out = String::with_capacity(500_000);
        match parts.as_slice() {
            ["v1", kind @ ("subscriptions" | "customers")] => {
                let bound = |name: &str| of.get(name).and_then(|v| v.parse::<u64>().ok());
                // Newest first: the smaller the number, the younger.
                let newest = self.made(0);
                let first = bound("created[lte]").map_or(0, |t| newest.saturating_sub(t).div_ceil(60));
                let first = first.max(of.get("starting_after").and_then(|id| number(id)).map_or(0, |n| n + 1));
                let end = bound("created[gte]")
                    .map_or(self.count, |t| newest.checked_sub(t).map_or(0, |age| age / 60 + 1).min(self.count));
                let page = first..end.min(first + 100).max(first);
                let more = page.end < end;
                out.push_str("{\n\"object\": \"list\", \"data\": [");
                for n in page.clone() {
                    out.push_str(if n == page.start { "" } else { ",\n" });
                    self.object(kind, n, &mut out);
                }
                out.push_str(if more { "], \"has_more\": true }" } else { "], \"has_more\": false }" });
                (200, out)
            }
            ["v1", kind @ ("subscriptions" | "customers"), id] => match number(id) {
                Some(n) => {
                    self.object(kind, n, &mut out);
                    (200, out)
                }
                None => (404, r#"{"error":{"code":"resource_missing","message":"No such object"}}"#.to_owned()),
            },
            _ => (200, r#"{"object":"list","data":[],"has_more":false}"#.to_owned()),
        }
    }
    fn talk(&self, stream: TcpStream) -> std::io::Result<()> {
        stream.set_nodelay(true)?;
        let (mut reader, mut writer) = (BufReader::new(stream.try_clone()?), stream);
        let mut line = String::new();
        loop {
            line.clear();
            if reader.read_line(&mut line)? == 0 {
                return Ok(());
            }
            let target = line.split(' ').nth(1).unwrap_or("/").to_owned();
            while reader.read_line(&mut line)? > 2 {
                if line.ends_with("\r\n\r\n") {
                    break;
                }
            }
            *self.requests.lock().unwrap_or_else(PoisonError::into_inner) += 1;
            let path = target.split('?').next().unwrap_or_default();
            // Retrieving is an operation of its own, whatever the id.
            let operation: Vec<&str> = path.split('/').take(3).collect();
            let operation =
                format!("{}{}", operation.join("/"), if path.matches('/').count() > 2 { "/:id" } else { "" });
            let (status, body) = if self.is_over(&operation) {
                if self.began.elapsed() > WARM {
                    *self.refused.lock().unwrap_or_else(PoisonError::into_inner) += 1;
                }
                (429, r#"{"error":{"code":"rate_limit"}}"#.to_owned())
            } else {
                self.answer(&target)
            };
            std::thread::sleep(self.delay);
            write!(writer, "HTTP/1.1 {status} X\r\ncontent-length: {}\r\n\r\n", body.len())?;
            writer.write_all(body.as_bytes())?;
        }
    }
    /// Serves on loopback for as long as the process lives; returns the base.
    fn serve(self: &Arc<Self>) -> std::io::Result<String> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let base = format!("http://{}", listener.local_addr()?);
        let this = Arc::clone(self);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let this = Arc::clone(&this);
                std::thread::spawn(move || this.talk(stream));
            }
        });
        Ok(base)
    }
}

/// What the table holds beside a row for each subscription.
#[derive(Clone, Copy)]
enum Table {
    /// A few rows that say the wrong thing.
    Drifted,
    /// A word of its own in each row.
    Words,
    /// Rows up to so many of which the account knows nothing.
    Long(u64),
}

/// A table with a row for each subscription, of which some say the wrong thing.
fn world(count: u64, now: u64, table: Table) -> anyhow::Result<World> {
    let mut plan: Plan = scenarios::healthy();
    plan.database = Some(Engine::Postgres);
    plan.stripe = None;
    plan.users.clear();
    let id = format!("lpad(to_hex((n + 1) * {SPREAD} % {PRIME}), 14, '0')");
    let end = now + 20 * 86_400;
    let word = match table {
        Table::Words => "'state ' || n".to_owned(),
        _ => format!("CASE WHEN n % {DRIFT} = 7 THEN 'canceled' ELSE 'active' END"),
    };
    plan.sql.push(format!(
        "INSERT INTO users SELECT 'u' || n, 'u' || {id} || '@customers.example', 'cus_' || {id}, 'sub_' || {id}, \
         {word}, 'pro', {end}, 'member' FROM generate_series(0::bigint, {count} - 1) AS n"
    ));
    if let Table::Long(rows) = table {
        plan.sql.push(format!(
            "INSERT INTO users SELECT 'x' || n, 'x' || n || '@crowd.example', 'cus_x' || n, 'sub_x' || n, \
             'canceled', 'pro', {end}, 'member' FROM generate_series({count}::bigint, {rows} - 1) AS n"
        ));
    }
    World::start(plan)
}

struct Measured {
    time: Duration,
    /// Of the processor, of which two are there for both sides.
    cpu: Duration,
    code: Option<i32>,
    said: String,
    peak: u64,
    found: usize,
    refused: u64,
    requests: u64,
}
fn measure(count: u64, delay: Duration, limited: bool, table: Table) -> anyhow::Result<Measured> {
    let account = Arc::new(Account::new(count, delay, limited));
    let world = world(count, account.now, table)?;
    let base = account.serve()?;
    let mut command = world.command(env!("CARGO_BIN_EXE_launchcheck"));
    if matches!(table, Table::Long(_)) {
        let only = "billing.row-missing,billing.paid-without-access,billing.status-mismatch";
        command.args(["audit", "--only", only, "--deadline", "120s", "--stripe-api", &base]);
    } else {
        command.args(["drift", "--format", "jsonl", "--stripe-api", &base]);
    }
    if !limited {
        command.args(["--rate", "100000"]);
    }
    let (out, said) = (world.project().join("found.jsonl"), world.project().join("said"));
    command.stdout(fs::File::create(&out)?).stderr(fs::File::create(&said)?);
    let seen = watch(command)?;
    let found = fs::read_to_string(&out)?;
    let said = fs::read_to_string(said)? + if matches!(table, Table::Long(_)) { &found } else { "" };
    let read = |of: &Mutex<u64>| *of.lock().unwrap_or_else(PoisonError::into_inner);
    let (refused, requests) = (read(&account.refused), read(&account.requests));
    let measured = Measured { found: found.lines().count(), refused, requests, said, ..seen };
    let could =
        matches!((table, measured.code), (Table::Drifted, Some(0 | 1)) | (Table::Words | Table::Long(_), Some(3)));
    anyhow::ensure!(could, "it ended {:?}: {}", measured.code, measured.said);
    Ok(measured)
}
/// How long a process takes, on the clock and of the processor, and the most resident memory that it had, in
/// KiB.
fn watch(mut command: Command) -> anyhow::Result<Measured> {
    let began = Instant::now();
    let mut child = command.spawn()?;
    let times = format!("/proc/{}/stat", child.id());
    let (mut peak, mut ticks) = (0, 0);
    while child.try_wait()?.is_none() {
        peak = peak.max(memory::so_far(&child));
        // Behind the name in brackets, which may hold blanks, are 11 fields; then its time and the kernel's
        // for it, in hundredths of a second (proc_pid_stat(5)).
        let stat = fs::read_to_string(&times).unwrap_or_default();
        let fields = stat.rsplit_once(')').map(|(_, rest)| rest.split_whitespace().skip(11).take(2));
        ticks = ticks.max(fields.map_or(0, |f| f.filter_map(|t| t.parse::<u64>().ok()).sum()));
        std::thread::sleep(Duration::from_millis(5));
    }
    let code = child.wait()?.code();
    let (time, cpu) = (began.elapsed(), Duration::from_millis(10 * ticks));
    Ok(Measured { time, cpu, peak, code, said: String::new(), found: 0, refused: 0, requests: 0 })
}

fn main() -> anyhow::Result<ExitCode> {
    let mut given = std::env::args().skip(1).filter_map(|a| a.parse::<u64>().ok());
    let free = given.next().unwrap_or(1_000_000);
    let (limited, long) = (given.next().unwrap_or(200_000), given.next().unwrap_or(10_000_000));
    let mut fine = true;
    let mut told = |what: &str, measured: String, budget: String, ok: bool| {
        fine &= ok;
        println!("{what:<52}{measured:>14}   at most {budget:<12}{}", if ok { "ok" } else { "TOO MUCH" });
    };
    let seconds = |d: Duration| format!("{:.1} s", d.as_secs_f64());
    let kib = |k: u64| format!("{} MiB", k / 1024);
    let drifted = |count: u64| usize::try_from((count + DRIFT - 8) / DRIFT).unwrap_or_default();

    let small = measure(1000, Duration::from_millis(150), true, Table::Drifted)?;
    told("1,000 customers at 150 ms", seconds(small.time), seconds(SMALL), small.time <= SMALL);
    println!("  peak memory {}", kib(small.peak));

    if limited > 0 {
        let m = measure(limited, Duration::from_millis(300), true, Table::Drifted)?;
        let floor = Duration::from_secs(1) * u32::try_from(limited.div_ceil(100))? / EACH;
        let most = floor.mul_f64(1.2);
        let times = format!("{} ({:.2} x)", seconds(m.time), m.time.as_secs_f64() / floor.as_secs_f64());
        told(&format!("{limited} within the limits, floor {}", seconds(floor)), times, seconds(most), m.time <= most);
        println!("  processor {}, peak memory {}", seconds(m.cpu), kib(m.peak));
        told("  429 after warm-up", m.refused.to_string(), "0".to_owned(), m.refused == 0);
        let missed = drifted(limited).abs_diff(m.found);
        let what = format!("  differences missed or doubled, of {}", m.found);
        told(&what, missed.to_string(), "0".to_owned(), missed == 0);
        let pages = 2 * limited.div_ceil(100);
        let share = format!("{} ({} %)", m.requests, m.requests * 100 / pages.max(1));
        told("  requests for its pages", share, format!("{} (120 %)", pages * 6 / 5), m.requests <= pages * 6 / 5);
    }
    if free > 0 {
        let m = measure(free, Duration::ZERO, false, Table::Drifted)?;
        told(&format!("{free} without limits"), seconds(m.time), seconds(FREE), m.time <= FREE);
        println!("  processor {}", seconds(m.cpu));
        told("  peak memory", kib(m.peak), kib(MEMORY), m.peak <= MEMORY);
        let missed = drifted(free).abs_diff(m.found);
        let what = format!("  differences missed or doubled, of {}", m.found);
        told(&what, missed.to_string(), "0".to_owned(), missed == 0);

        let m = measure(free, Duration::ZERO, false, Table::Words)?;
        told(&format!("{free} different words, without limits"), seconds(m.time), seconds(FREE), m.time <= FREE);
        told("  peak memory", kib(m.peak), kib(BOUNDED), m.peak <= BOUNDED);
        told("  said of them", m.found.to_string(), "0".to_owned(), m.found == 0);
    }
    if long > 1000 {
        let m = measure(1000, Duration::ZERO, true, Table::Long(long))?;
        let said = m.said.contains("run `launchcheck drift`");
        told(&format!("an audit of {long} rows: memory"), kib(m.peak), kib(BOUNDED), m.peak <= BOUNDED);
        println!("  {}, processor {}", seconds(m.time), seconds(m.cpu));
        told("  that not all of it was checked is said", said.to_string(), "true".to_owned(), said);
    }
    Ok(if fine { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
