//! How a route without a guard is told, whoever it is for.

use super::practice::{Door, DoorKind, Doors, Opening};
use crate::vocab::{Evidence, Fault, Fix, Severity, Verdict};

/// Which kinds a rule is about.
pub(super) type Kinds = fn(DoorKind) -> bool;

/// Judges the routes of these kinds.
pub(super) fn judge(
    found: &Doors,
    of: Kinds,
    none: &'static str,
    milder: impl Fn(&Door) -> Option<Severity>,
) -> Verdict {
    let mut all = found.doors.iter().filter(|d| of(d.kind)).peekable();
    if all.peek().is_none() && found.gaps.is_empty() {
        return Verdict::not_applicable(none);
    }
    let guarded = |d: &Door| d.guard.is_some() || found.guards.iter().any(|g| d.calls.contains(g));
    let open = all.filter(|d| !guarded(d));
    open.filter_map(|d| Some((d, d.does.as_ref()?)))
        .map(|(d, does)| fault(d, does, milder(d)))
        .collect::<Vec<_>>()
        .into()
}
fn fault(d: &Door, (at, call): &(crate::vocab::Place, String), milder: Option<Severity>) -> Fault {
    let fix = Fix::Code {
        place: format!("{}, first in the {}", d.file, word(d.what)).into(),
        lines: lines(d).iter().map(|l| (*l).into()).collect(),
    };
    let mut fault =
        Fault::new(&d.route, Evidence::Place(at.clone(), format!("{call} runs and nobody was asked").into()), fix)
            .titled(format!("{} asks nobody who they are", d.route))
            .at(d.at.clone());
    if d.unsure {
        fault = fault.and_saw("not all that it calls could be followed");
    }
    fault.lower_to = milder;
    fault
}

const fn word(what: Opening) -> &'static str {
    match what {
        Opening::Route => "handler",
        Opening::Page => "page",
        Opening::Action => "action",
        Opening::Procedure => "file, and build the procedure on it",
        Opening::Served => "file, before the routes",
    }
}
/// The lines that ask.
const fn lines(d: &Door) -> &'static [&'static str] {
    match (d.what, d.kind) {
        (Opening::Page, _) => {
            &["const session = await auth();", "if (session?.user.role !== \"admin\") redirect(\"/\");"]
        }
        (Opening::Action, _) => {
            &["const session = await auth();", "if (session?.user.role !== \"admin\") throw new Error(\"Forbidden\");"]
        }
        (Opening::Procedure, _) => &[
            "const adminProcedure = protectedProcedure.use(({ ctx, next }) => {",
            "  if (ctx.session.user.role !== \"admin\") throw new TRPCError({ code: \"FORBIDDEN\" });",
            "  return next();",
            "});",
        ],
        (Opening::Served, DoorKind::Admin) => {
            &["app.use(\"/admin/*\", requireAdmin); // answers 401 or 403 to everybody else"]
        }
        (Opening::Served, _) => &["app.use(\"/internal/*\", requireSecret); // answers 401 without the secret header"],
        (_, DoorKind::Cron) => &[
            "if (request.headers.get(\"authorization\") !== `Bearer ${process.env.CRON_SECRET}`) {",
            "  return new Response(\"Unauthorized\", { status: 401 });",
            "}",
        ],
        (_, DoorKind::Internal) => &[
            "if (request.headers.get(\"authorization\") !== `Bearer ${process.env.INTERNAL_SECRET}`) {",
            "  return new Response(\"Unauthorized\", { status: 401 });",
            "}",
        ],
        (_, DoorKind::Admin) => &[
            "const session = await auth();",
            "if (session?.user.role !== \"admin\") return new Response(\"Forbidden\", { status: 403 });",
        ],
    }
}
