//! The `launchcheck` program.

use std::process::ExitCode;

fn main() -> ExitCode {
    launchcheck::cli::main()
}
