//! `launchcheck spf`: the tree of a domain's SPF record, and what it says of one client.

use super::{
    network::{Network, Weigh, missing, missing_text},
    values::one_of,
    wrong,
};
use crate::{
    exit,
    gather::Wire,
    probe::layers::Deadline,
    problem::{Problem, Problems},
    settings::{Format, parse_domain},
};
use launchcheck_checks::{
    email::{
        self,
        facts::{Branch, BranchState, SpfTree},
        spf::LOOKUP_LIMIT,
        spf_check::{Checked, Outcome, SpfCheck, VOID_LIMIT},
        spf_walk::SpfWalk,
    },
    vocab::{Cause, DomainName, Missing, Observed},
};
use serde_json::{Value, json};
use std::{collections::BTreeMap, fmt::Write as _, net::IpAddr};

/// Show the SPF tree of a domain, and what it says of one client.
///
/// The tree follows every include and redirect and counts on past the limit of 10. With --ip it is
/// evaluated for that client as receivers do (RFC 7208).
#[derive(Debug, clap::Args)]
#[command(next_display_order = None, after_help = EXIT_CODES)]
pub(super) struct Args {
    /// The domain whose record it is, such as acme.com
    #[arg(value_parser = parse_domain)]
    domain: DomainName,
    /// How it is shown
    #[arg(long, value_name = "FORMAT", value_parser = one_of(&Format::ALL, Format::word), default_value = "human")]
    format: Format,
    /// The envelope sender [default: postmaster@DOMAIN]
    #[arg(long, value_name = "ADDR", requires = "ip")]
    from: Option<String>,
    /// The name that the client says in HELO [default: DOMAIN]
    #[arg(long, value_name = "NAME", requires = "ip")]
    helo: Option<String>,
    /// The client's address
    #[arg(long, value_name = "ADDR")]
    ip: Option<IpAddr>,
    #[command(flatten)]
    network: Network,
}

const EXIT_CODES: &str = "\
Ends 0 where the record works, whatever it says of the client (pass, fail, softfail, neutral); 1
where there is none, or receivers end in permerror: for that client, or without --ip for any
(a mistake, more than 10 look-ups, more than 2 void ones, an include without a record); 2 for
wrong use; 3 where a name server did not answer. JSON: result is null without --ip; lookups and
voids are those of the evaluation, without --ip those of the whole tree.";

/// Runs it; returns the text for standard output and the exit code.
pub(super) fn run(args: &Args, environment: BTreeMap<String, String>) -> anyhow::Result<(String, u8)> {
    let env = |name: &str| environment.get(name).cloned();
    let mut weigh = Weigh::new(&env);
    let settings = args.network.settings(&mut weigh);
    Problems::check(weigh.problems)?;
    let check = args.ip.map(|ip| SpfCheck {
        ip,
        domain: args.domain.to_string(),
        sender: match args.from.as_deref() {
            None | Some("") => format!("postmaster@{}", args.domain),
            Some(from) => from.trim_start_matches('<').trim_end_matches('>').to_owned(),
        },
        helo: args.helo.clone().unwrap_or_else(|| args.domain.to_string()),
        receiver: "unknown".to_owned(),
        now: jiff::Timestamp::now().as_second(),
    });
    let walk = SpfWalk { domain: args.domain.clone() };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (tree, checked, gone) = runtime.block_on(async {
        let (_stopper, deadline) = Deadline::after(settings.deadline);
        let wire = Wire::new(&settings, deadline);
        // Both ask much the same; what one has asked is not asked again for the other.
        let evaluate = async {
            match &check {
                Some(check) => Some(wire.drive(check).await),
                None => None,
            }
        };
        let (tree, checked) = futures_util::join!(wire.drive(&walk), evaluate);
        let none = tree.get().is_ok_and(|t| t.root.state == BranchState::NoRecord);
        let gone = if none { missing(&wire, &args.domain).await } else { None };
        (tree, checked, gone)
    });
    runtime.shutdown_background();
    let tree = known(tree).map_err(|problem| wrong(*problem))?;
    let text = match args.format {
        Format::Json => format!("{:#}\n", to_json(args, &tree, checked.as_ref(), gone.as_ref())),
        Format::Human => to_text(args, &tree, checked.as_ref(), gone.as_ref()),
    };
    Ok((text, code(&tree, checked.as_ref())))
}

/// A tree, or why there is none. That nobody configured it cannot be.
fn known(tree: Observed<SpfTree>) -> Result<Result<SpfTree, Cause>, Box<Problem>> {
    match tree.into_inner() {
        Ok(tree) => Ok(Ok(tree)),
        Err(Missing::Unknown(cause)) => Ok(Err(cause)),
        Err(Missing::NotConfigured(what)) => Err(Box::new(Problem::new(what))),
    }
}

/// What would make any receiver give the record up.
fn broken(tree: &SpfTree) -> Vec<String> {
    let all = tree.root.all();
    let mut out = Vec::new();
    for branch in &all {
        let name = branch.name.as_ref().map_or_else(|| branch.term.to_string(), ToString::to_string);
        match &branch.state {
            BranchState::NoRecord => out.push(format!("{name} has no SPF record")),
            BranchState::Several => out.push(format!("{name} has more than one SPF record")),
            BranchState::Loop => out.push(format!("{} leads back to a record it came from", branch.term)),
            BranchState::ManyServers => out.push(format!("{} has more than 10 mail servers", branch.term)),
            _ => {}
        }
        let flaws = branch.record.iter().flat_map(|r| &r.flaws);
        out.extend(flaws.filter(|f| f.effect == email::syntax::Effect::Breaks).map(|f| format!("{name}, {f}")));
    }
    if tree.lookups > LOOKUP_LIMIT {
        out.push(format!("{} look-ups, and {LOOKUP_LIMIT} are allowed", tree.lookups));
    }
    if tree.voids > VOID_LIMIT {
        out.push(format!("{} look-ups find nothing, and {VOID_LIMIT} are allowed", tree.voids));
    }
    out
}

fn code(tree: &Result<SpfTree, Cause>, checked: Option<&Checked>) -> u8 {
    if let Some(checked) = checked {
        return match checked.outcome {
            Outcome::Pass | Outcome::Neutral | Outcome::SoftFail | Outcome::Fail => exit::GO,
            Outcome::None | Outcome::PermError => exit::NO_GO,
            Outcome::TempError => exit::INCOMPLETE,
        };
    }
    match tree {
        Err(_) => exit::INCOMPLETE,
        Ok(tree) if !broken(tree).is_empty() => exit::NO_GO,
        Ok(tree) if !tree.gaps.is_empty() => exit::INCOMPLETE,
        Ok(_) => exit::GO,
    }
}

fn to_json(
    args: &Args,
    tree: &Result<SpfTree, Cause>,
    checked: Option<&Checked>,
    missing: Option<&DomainName>,
) -> Value {
    let known = tree.as_ref().ok();
    let text = |s: &str| (!s.is_empty()).then(|| s.to_owned());
    json!({
        "schema": "launchcheck.spf/1",
        "domain": args.domain.as_str(),
        "result": checked.map(|c| c.outcome.word()),
        "explanation": checked.and_then(|c| c.explanation.clone()),
        "matched": checked.and_then(|c| text(c.term.as_str())),
        "why": checked.and_then(|c| text(c.why.as_str())),
        "lookups": checked.map(|c| c.lookups).or(known.map(|t| t.lookups)),
        "voids": checked.map(|c| c.voids).or(known.map(|t| t.voids)),
        "tree": known.map(|t| branch(&t.root)),
        "missing_domain": missing.map(DomainName::as_str),
        "problems": match missing {
            Some(name) => vec![missing_text(name)],
            None => known.map(broken).unwrap_or_default(),
        },
        "unknown": match tree {
            Ok(tree) => tree.gaps.iter().map(ToString::to_string).collect(),
            Err(cause) => vec![cause.to_string()],
        },
    })
}

fn branch(b: &Branch) -> Value {
    let state = match &b.state {
        BranchState::Read => "read",
        BranchState::Leaf => "leaf",
        BranchState::Void => "void",
        BranchState::ManyServers => "too-many-servers",
        BranchState::DependsOnSender => "depends-on-sender",
        BranchState::NoRecord => "no-record",
        BranchState::Several => "several-records",
        BranchState::Loop => "loop",
        BranchState::Unread(_) => "unread",
        BranchState::Cut => "cut",
    };
    json!({
        "term": b.term.as_str(),
        "name": b.name.as_ref().map(DomainName::as_str),
        "lookups": b.cost,
        "voids": b.voids,
        "state": state,
        "record": b.record.as_ref().map(|r| r.text.as_str()),
        "children": b.children.iter().map(branch).collect::<Vec<_>>(),
    })
}

fn to_text(
    args: &Args,
    tree: &Result<SpfTree, Cause>,
    checked: Option<&Checked>,
    missing: Option<&DomainName>,
) -> String {
    let mut out = String::new();
    if let Some(name) = missing {
        let _ = writeln!(out, "SPF of {}: {}.", args.domain, missing_text(name));
        return out;
    }
    match tree {
        Err(cause) => {
            let _ = writeln!(out, "SPF of {}: {cause}", args.domain);
        }
        Ok(tree) => {
            let _ = writeln!(out, "{}\n", email::spf_title(tree));
            for (depth, line) in email::drawn(tree) {
                let _ = writeln!(out, "  {}{line}", "  ".repeat(usize::from(depth)));
            }
            let broken = broken(tree);
            if tree.root.state == BranchState::NoRecord {
                out.push_str("\nReceivers come to none: nothing says who may send for the domain.\n");
            } else if !broken.is_empty() {
                out.push_str("\nReceivers that come to it end in permerror:\n");
            }
            for why in broken {
                let _ = writeln!(out, "  {why}");
            }
        }
    }
    if let (Some(checked), Some(ip)) = (checked, args.ip) {
        let _ = write!(out, "\n{ip}: {}", checked.outcome.word());
        if !checked.term.is_empty() {
            let _ = write!(out, " by {}", checked.term);
        }
        let _ = writeln!(out, " ({} of {LOOKUP_LIMIT} look-ups, {} void)", checked.lookups, checked.voids);
        if !checked.why.is_empty() {
            let _ = writeln!(out, "  {}", checked.why);
        }
        if let Some(said) = &checked.explanation {
            let _ = writeln!(out, "  the domain says: {}", launchcheck_checks::vocab::Shown::from(said));
        }
    }
    out
}
