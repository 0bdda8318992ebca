//! What git knows of a folder, asked of `git` itself. It is run so that neither the repository's own
//! configuration nor a missing object can make it run anything else or use the network.

use std::{
    io::Read as _,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

/// Why git says nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Silent {
    /// There is no such program.
    NoGit,
    /// The folder is in no repository, or git refuses to read it.
    NoRepository,
    /// It began and failed; the text says how.
    Failed(String),
    /// It was ended, since it wrote too much or took too long.
    TooMuch,
}
impl Silent {
    /// As a sentence fragment.
    #[must_use]
    pub fn said(&self) -> String {
        match self {
            Self::NoGit => "there is no git".to_owned(),
            Self::NoRepository => "the folder is in no git repository".to_owned(),
            Self::Failed(why) => format!("git failed: {why}"),
            Self::TooMuch => "its history is too long to be read whole".to_owned(),
        }
    }
}

/// The most that is read of a list of files.
const LIST: u64 = 64 << 20;
/// How long a list of files may take.
const PATIENCE: Duration = Duration::from_secs(20);

fn command(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new("git");
    command.arg("--no-pager").arg("-C").arg(folder);
    for setting in ["core.fsmonitor=false", "core.hooksPath=/dev/null", "protocol.allow=never", "core.quotePath=false"]
    {
        command.args(["-c", setting]);
    }
    for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_EXTERNAL_DIFF", "GIT_TRACE", "GIT_OBJECT_DIRECTORY"]
    {
        command.env_remove(name);
    }
    command
        .args(args)
        .env("GIT_OPTIONAL_LOCKS", "0")
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("GIT_NO_LAZY_FETCH", "1")
        .env("LC_ALL", "C")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// The files below a folder that git tracks, as paths relative to it with `/`; with patterns, those
/// that fit one.
///
/// # Errors
/// [`Silent`] where git is not there, the folder is in no repository, or the list is too long.
pub fn tracked(folder: &Path, patterns: &[&str]) -> Result<Vec<String>, Silent> {
    list(folder, &[&["ls-files", "-z", "--"], patterns].concat())
}

/// The files below a folder that fit a pattern, are not tracked and not ignored: the next `git add .`
/// takes them.
///
/// # Errors
/// As [`tracked`].
pub fn unguarded(folder: &Path, patterns: &[&str]) -> Result<Vec<String>, Silent> {
    list(folder, &[&["ls-files", "-z", "--others", "--exclude-standard", "--"], patterns].concat())
}

fn list(folder: &Path, args: &[&str]) -> Result<Vec<String>, Silent> {
    let mut text = Vec::new();
    stream(folder, args, LIST, PATIENCE, |bytes| text.extend_from_slice(bytes))?;
    let text = String::from_utf8_lossy(&text);
    Ok(text.split('\0').filter(|p| !p.is_empty()).map(str::to_owned).collect())
}

/// What a repository has changed on its current branch, commit by commit: the added lines alone stand
/// between the heads of commits and files. `each` gets the text as it comes.
///
/// # Errors
/// As [`tracked`]; after [`Silent::TooMuch`] what came until then was given.
pub fn history(folder: &Path, most: u64, patience: Duration, each: impl FnMut(&[u8])) -> Result<(), Silent> {
    let args = [
        "log",
        "--patch",
        "--unified=0",
        "--no-color",
        "--no-ext-diff",
        "--no-textconv",
        "--no-renames",
        "--no-show-signature",
        "--diff-merges=first-parent",
        "--diff-filter=AM",
        "--format=%x00%h",
        "--",
        ".",
    ];
    stream(folder, &args, most, patience, each)
}

fn stream(
    folder: &Path,
    args: &[&str],
    most: u64,
    patience: Duration,
    mut each: impl FnMut(&[u8]),
) -> Result<(), Silent> {
    let failed = |e: std::io::Error| Silent::Failed(e.to_string());
    let mut child = command(folder, args).spawn().map_err(|e| match e.kind() {
        std::io::ErrorKind::NotFound => Silent::NoGit,
        _ => failed(e),
    })?;
    let began = Instant::now();
    let mut said = child.stderr.take();
    // What it complains of is little, and is read beside, so that neither pipe fills up.
    let complaint = std::thread::spawn(move || {
        let mut text = String::new();
        let _ = said.as_mut().map(|s| s.take(4096).read_to_string(&mut text));
        text
    });
    let Some(mut out) = child.stdout.take() else { return Err(Silent::Failed("it has no output".to_owned())) };
    let (mut buffer, mut read) = (vec![0; 1 << 16], 0);
    loop {
        let n = out.read(&mut buffer).map_err(failed)?;
        if n == 0 {
            break;
        }
        each(&buffer[..n]);
        read += n as u64;
        if read > most || began.elapsed() > patience {
            end(&mut child);
            return Err(Silent::TooMuch);
        }
    }
    let status = child.wait().map_err(failed)?;
    let complaint = complaint.join().unwrap_or_default();
    match status.code() {
        Some(0) => Ok(()),
        Some(128)
            if ["not a git repository", "dubious ownership", "does not have any commits"]
                .iter()
                .any(|w| complaint.contains(w)) =>
        {
            Err(Silent::NoRepository)
        }
        _ => Err(Silent::Failed(complaint.lines().next().unwrap_or("without a word").to_owned())),
    }
}
fn end(child: &mut Child) {
    let _ = child.kill();
    let _ = child.wait();
}
