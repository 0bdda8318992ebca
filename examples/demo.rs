//! Audits a broken sample company on loopback, with no account, no network and no configuration of
//! yours: `cargo run --release --example demo`. Flags of `launchcheck audit` pass through after
//! `--`, such as `-- --format json` or `-- -v`.

use launchcheck_fixtures::{World, scenarios};
use std::process::ExitCode;

fn main() -> anyhow::Result<ExitCode> {
    let world = World::start(scenarios::demo())?;
    let mut args = vec!["launchcheck".to_owned(), "audit".to_owned()];
    args.extend(world.args());
    args.extend(std::env::args().skip(1));
    // The company's repository, where a founder would stand.
    std::env::set_current_dir(world.project())?;
    let environment = std::env::vars().filter(|(name, _)| name != "CI").chain(world.env()).collect();
    Ok(launchcheck::cli::run_in(args, environment).into())
}
