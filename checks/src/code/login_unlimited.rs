//! `code.login-unlimited`
use super::practice::Doors;
use crate::{
    rule,
    vocab::{Evidence, Fault, Fix, Part, Verdict},
};

rule! {
    /// A password is compared, and nothing that leads there counts how often somebody tries.
    ///
    /// Only the app's own comparison is judged: a service that keeps the passwords limits the tries
    /// itself. A limit that stands before the app, such as one of its host, cannot be seen here.
    ///
    /// # Why at launch
    /// Lists of leaked passwords are tried at every new sign-in page by the thousand. Without a limit
    /// they run until some fit, and each try costs the server as much as a hash takes.
    ///
    /// # Fix
    /// Count the tries by address and by account before the comparison, and answer 429 past the limit.
    ///
    /// # References
    /// - OWASP, authentication: <https://cheatsheetseries.owasp.org/cheatsheets/Authentication_Cheat_Sheet.html>
    ///
    /// ```pass
    /// file app/api/login/route.ts
    /// import { compare } from "bcryptjs"
    /// import { limiter } from "@/lib/limiter"
    /// export async function POST(request: Request) {
    ///   const { email, password } = await request.json()
    ///   if (!(await limiter.limit(email)).success) return new Response("", { status: 429 })
    ///   const user = await db.user.findUnique({ where: { email } })
    ///   if (!(await compare(password, user.hash))) return new Response("", { status: 401 })
    ///   return new Response("ok")
    /// }
    /// ```
    /// ```pass
    /// file app/login/actions.ts
    /// "use server"
    /// export async function login(email: string, password: string) {
    ///   return supabase.auth.signInWithPassword({ email, password })
    /// }
    /// ```
    /// ```fail
    /// file app/api/login/route.ts
    /// import bcrypt from "bcryptjs"
    /// export async function POST(request: Request) {
    ///   const { email, password } = await request.json()
    ///   const user = await db.user.findUnique({ where: { email } })
    ///   if (!(await bcrypt.compare(password, user.hash))) return new Response("", { status: 401 })
    ///   return new Response("ok")
    /// }
    /// ```
    "code.login-unlimited" on App, Low;
    fails "Nothing limits how often a password is tried"; holds "Something counts how often passwords are tried";
    fn check(found: Part<'_, Doors>) -> Verdict {
        let Some(found) = found.first() else { return Verdict::Pass };
        if found.logins.is_empty() {
            return Verdict::not_applicable("the source compares no passwords itself");
        }
        let told = |l: &super::practice::Login| {
            let fix = Fix::Code {
                place: l.at.file.clone(),
                lines: vec![
                    "const { success } = await ratelimit.limit(`login:${email}`);".into(),
                    "if (!success) return new Response(\"Too many tries\", { status: 429 });".into(),
                ],
            };
            let saw = format!("{} runs, and no limit was found in the files that lead to it", l.call);
            Fault::new(&l.at.file, Evidence::Place(l.at.clone(), saw.into()), fix).at(l.at.clone())
        };
        found.logins.iter().filter(|l| !l.limited).map(told).collect::<Vec<_>>().into()
    }
}
