//! What models are given to call, and whether anything is asked before it writes.

use super::{
    guards::is_guard,
    is_own, marks,
    room::{Body, Room, last},
    unparsed,
};
use crate::ir::{Expr, Func, Kind, Module, Stmt, walk};
use launchcheck_checks::code::deeds::{ToolWrite, Tools};

/// Packages for which objects of this form are tools.
const PACKAGES: &[&str] = &[
    "ai",
    "@ai-sdk/",
    "@modelcontextprotocol/",
    "@langchain/",
    "langchain",
    "openai",
    "@openai/",
    "@anthropic-ai/",
    "@mastra/",
    "genkit",
    "@genkit-ai/",
    "mcp-handler",
    "@vercel/mcp-adapter",
    "llamaindex",
    "@google/genai",
    "xmcp",
];
/// What a name says that asks before it does, or keeps to a limit.
const POLICY: &[&str] = &[
    "approv", "polic", "confirm", "allow", "permit", "limit", "budget", "eligib", "review", "human", "check", "valid",
    "assert", "ensure", "require", "verify", "guard", "min", "max", "cap", "can", "may", "within", "restrict",
];
/// Names that tie a write to whoever asked.
const OWN: &[&str] = &[
    "session",
    "userid",
    "user",
    "tenant",
    "orgid",
    "organizationid",
    "teamid",
    "workspaceid",
    "ownerid",
    "currentuser",
    "authinfo",
];

/// Looks at all tools.
pub(super) fn tools(room: &Room<'_>) -> Tools {
    let mut out = Tools::default();
    let files = room.tree.files.iter().enumerate();
    for (i, f) in files.filter(|(_, f)| is_own(f) && !f.tooling && f.marks & marks::TOOLS != 0) {
        let of_models = f.modules.iter().any(|m| {
            PACKAGES.iter().any(|p| m == p || p.ends_with('/') && m.starts_with(p) || m.starts_with(&format!("{p}/")))
        });
        if !of_models {
            continue;
        }
        let Some(module) = room.module(i) else {
            out.gaps.push(unparsed(f));
            continue;
        };
        in_module(*room, i, module, &mut out);
    }
    out
}

fn in_module<'t>(room: Room<'t>, file: usize, module: &'t Module<'t>, out: &mut Tools) {
    let mut seen: Vec<u32> = Vec::new();
    walk(&module.body, true, &mut |e| {
        let tool = match &e.kind {
            Kind::Object(all) => of_object(all),
            Kind::Call(f, args, _) => of_call(f, args),
            _ => None,
        };
        let Some(tool) = tool.filter(|t| !seen.contains(&t.run.at)) else { return };
        seen.push(tool.run.at);
        out.tools += 1;
        if tool.asks {
            return;
        }
        let mut scan = Scan { room, sink: None, policy: false };
        match &tool.run.kind {
            Kind::Func(func) => scan.function(file, func, 2),
            Kind::Name(n) => scan.call(file, n, 2),
            _ => return,
        }
        if let (Some((reaches, call, what)), false) = (scan.sink, scan.policy) {
            out.writes.push(ToolWrite { at: room.place(file, e.at), tool: tool.name.to_owned(), call, reaches, what });
        }
    });
}
struct Tool<'t> {
    name: &'t str,
    run: &'t Expr<'t>,
    /// Whether the framework itself asks a person first.
    asks: bool,
}
/// `{ description, inputSchema, execute }`
fn of_object<'t>(all: &'t [(Option<&'t str>, Expr<'t>)]) -> Option<Tool<'t>> {
    let get = |key: &str| all.iter().find(|(k, _)| *k == Some(key)).map(|(_, v)| v);
    let described = get("inputSchema").or_else(|| get("parameters")).or_else(|| get("schema"));
    let run = get("execute").or_else(|| get("func"))?;
    get("description").or(described)?;
    let asks = get("needsApproval").is_some_and(|v| !matches!(v.kind, Kind::Bool(false)))
        || described.is_some_and(|d| d.any(&mut |e| matches!(&e.kind, Kind::Member(_, "max" | "lte" | "lt"))));
    let name = get("name").or_else(|| get("id")).and_then(Expr::text).unwrap_or_default();
    Some(Tool { name, run, asks })
}
/// `server.tool("name", schema, async (args) => …)` and `tool(async (args) => …, { name })`
fn of_call<'t>(f: &'t Expr<'t>, args: &'t [Expr<'t>]) -> Option<Tool<'t>> {
    let path = f.path()?;
    match last(&path) {
        "registerTool" => {}
        "tool" if path.contains('.') || matches!(args.first().map(|a| &a.kind), Some(Kind::Func(_))) => {}
        _ => return None,
    }
    let run = args.iter().find(|a| matches!(a.kind, Kind::Func(_)))?;
    let limits = args
        .iter()
        .any(|a| !std::ptr::eq(a, run) && a.any(&mut |e| matches!(&e.kind, Kind::Member(_, "max" | "lte" | "lt"))));
    Some(Tool { name: args.first().and_then(Expr::text).unwrap_or_default(), run, asks: limits })
}

struct Scan<'t> {
    room: Room<'t>,
    sink: Option<(launchcheck_checks::vocab::Place, String, &'static str)>,
    policy: bool,
}
impl<'t> Scan<'t> {
    fn function(&mut self, file: usize, func: &'t Func<'t>, hops: u8) {
        // A way out on a condition that compares is a policy; that something was not found is none.
        super::room::each_statement(&func.body, &mut |s| {
            if let Stmt::If(test, then, other) = s
                && then.iter().chain(other).any(leaves)
                && !is_presence(test)
            {
                self.policy = true;
            }
        });
        walk(&func.body, true, &mut |e| self.expression(file, e, hops));
    }
    fn expression(&mut self, file: usize, e: &'t Expr<'t>, hops: u8) {
        if self.policy {
            return;
        }
        match &e.kind {
            Kind::Call(f, args, _) => {
                let Some(path) = f.path() else { return };
                let name = last(&path);
                let small = name.to_ascii_lowercase();
                let word = POLICY
                    .iter()
                    .any(|p| if p.len() <= 3 { small == *p || starts_word(name, p) } else { small.contains(p) });
                if word || is_guard(name) {
                    self.policy = true;
                } else if let Some(what) = sink(f, &path, args) {
                    if args.iter().any(is_tied) {
                        self.policy = true;
                    } else if self.sink.is_none() {
                        self.sink = Some((self.room.place(file, e.at), path.clone(), what));
                    }
                } else if hops > 0 && matches!(f.kind, Kind::Name(_)) {
                    self.call(file, &path, hops);
                }
            }
            // A ternary or `&&` before a write is a condition as well.
            Kind::Cond(test, ..) if !is_presence(test) => self.policy = true,
            _ => {}
        }
    }
    fn call(&mut self, file: usize, name: &str, hops: u8) {
        if let Ok(found) = self.room.named(file, name, 2)
            && let Body::Func(func) = found.body
        {
            self.function(found.file, func, hops - 1);
        }
    }
}
/// Whether a camel-case name begins with a word: `canRefund`, and not `cancel`.
fn starts_word(name: &str, word: &str) -> bool {
    name.strip_prefix(word).is_some_and(|r| r.starts_with(|c: char| c.is_ascii_uppercase() || c == '_'))
}
fn leaves(s: &Stmt<'_>) -> bool {
    match s {
        Stmt::Return(..) | Stmt::Throw(..) => true,
        Stmt::Block(b) => b.iter().any(leaves),
        _ => false,
    }
}
/// Whether a condition only asks whether something is there.
fn is_presence(test: &Expr<'_>) -> bool {
    match &test.kind {
        Kind::Unary("!", of) => matches!(of.kind, Kind::Name(_) | Kind::Member(..)),
        Kind::Name(_) => true,
        Kind::Binary("===" | "==" | "!==" | "!=", _, b) => matches!(b.kind, Kind::Null | Kind::Name("undefined")),
        Kind::Logical(_, a, b) => is_presence(a) && is_presence(b),
        _ => false,
    }
}
/// Whether a value is tied to whoever asked: `{ userId: session.user.id }`.
fn is_tied(e: &Expr<'_>) -> bool {
    e.any(&mut |e| match &e.kind {
        Kind::Name(n) => OWN.contains(&n.to_ascii_lowercase().as_str()),
        Kind::Object(all) => all.iter().any(|(k, _)| k.is_some_and(|k| OWN.contains(&k.to_ascii_lowercase().as_str()))),
        _ => false,
    })
}
/// What a call writes that should be asked about first.
fn sink(f: &Expr<'_>, path: &str, args: &[Expr<'_>]) -> Option<&'static str> {
    let name = last(path);
    let small = path.to_ascii_lowercase();
    let root = f.root().unwrap_or_default().to_ascii_lowercase();
    if path.ends_with("refunds.create")
        || ["refund", "createRefund", "issueRefund", "refundPayment", "refundOrder", "refundCharge"].contains(&name)
    {
        return Some("gives money back");
    }
    if path.ends_with("subscriptions.cancel") || path.ends_with("subscriptions.del") || name == "cancelSubscription" {
        return Some("cancels a subscription");
    }
    let stored =
        ["prisma", "db", "tx", "drizzle", "supabase", "supabaseadmin", "knex", "database"].contains(&root.as_str());
    if stored && ["delete", "deleteMany", "deleteOne"].contains(&name) {
        return Some("deletes rows");
    }
    if ["deleteUser", "deleteAccount", "deleteCustomer", "deleteOrganization"].contains(&name) {
        return Some("deletes an account");
    }
    let writes = ["create", "update", "archive", "delete", "merge", "batchCreate", "basicCreate", "close", "reply"];
    let writes = writes.iter().any(|w| name.starts_with(w));
    let crm =
        ["hubspot", "pipedrive", "gohighlevel", "highlevel", "salesforce", "attio"].iter().any(|p| small.contains(p));
    if writes && crm {
        return Some("writes into the CRM");
    }
    let desk = ["zendesk", "intercom", "crisp", "freshdesk", "helpscout"].iter().any(|p| small.contains(p));
    if writes && desk {
        return Some("writes into the help desk");
    }
    if name == "fetch" {
        let mut url = String::new();
        if let Some(Kind::Text(t)) = args.first().map(|a| &a.kind) {
            (*t).clone_into(&mut url);
        } else if let Some(Kind::Template(texts, _)) = args.first().map(|a| &a.kind) {
            url = texts.concat();
        }
        let method = args.get(1).and_then(|o| match &o.kind {
            Kind::Object(all) => all.iter().find(|(k, _)| *k == Some("method")).and_then(|(_, v)| v.text()),
            _ => None,
        });
        if method.is_some_and(|m| !m.eq_ignore_ascii_case("get")) && !url.contains("/search") {
            if ["api.hubapi.com", "api.pipedrive.com", "leadconnectorhq.com"].iter().any(|h| url.contains(h)) {
                return Some("writes into the CRM");
            }
            if ["zendesk.com/api", "api.intercom.io", "api.crisp.chat"].iter().any(|h| url.contains(h)) {
                return Some("writes into the help desk");
            }
            if url.contains("api.stripe.com/v1/refunds") {
                return Some("gives money back");
            }
        }
    }
    None
}
