//! `code.middleware-covers-webhook`
use super::{facts::Hooks, handlers};
use crate::{
    rule,
    vocab::{Evidence, Fault, Fix, Part, Place},
};

rule! {
    /// A middleware that asks everybody to sign in stands before a webhook handler, and nothing in it lets
    /// the handler's path through.
    ///
    /// # Why at launch
    /// The sender is sent to a sign-in page, takes it for a failure, and no event arrives.
    ///
    /// # Fix
    /// Leave the path out of the `matcher`, or let it through.
    ///
    /// # References
    /// - Next.js: <https://nextjs.org/docs/app/api-reference/file-conventions/proxy#matcher>
    ///
    /// ```pass
    /// file app/api/webhooks/stripe/route.ts
    /// export async function POST(req) {
    ///   const body = await req.text();
    ///   let event;
    ///   try {
    ///     event = stripe.webhooks.constructEvent(body, req.headers.get("stripe-signature"), process.env.STRIPE_WEBHOOK_SECRET);
    ///   } catch {
    ///     return new Response(null, { status: 400 });
    ///   }
    ///   await prisma.user.update({ where: { id: event.data.object.client_reference_id }, data: { plan: "pro" } });
    ///   return new Response("ok");
    /// }
    /// ```
    /// ```fail
    /// file middleware.ts
    /// export { default } from "next-auth/middleware";
    /// file app/api/webhooks/stripe/route.ts
    /// export async function POST(req) {
    ///   const body = await req.text();
    ///   let event;
    ///   try {
    ///     event = stripe.webhooks.constructEvent(body, req.headers.get("stripe-signature"), process.env.STRIPE_WEBHOOK_SECRET);
    ///   } catch {
    ///     return new Response(null, { status: 400 });
    ///   }
    ///   await prisma.user.update({ where: { id: event.data.object.client_reference_id }, data: { plan: "pro" } });
    ///   return new Response("ok");
    /// }
    /// ```
    "code.middleware-covers-webhook" on App, Medium, stage Route;
    fails "A middleware turns webhooks away"; holds "No middleware turns webhooks away";
    fn check(hooks: Part<'_, Hooks>) -> Verdict {
        let covered: Vec<&(String, Place)> = hooks.iter().flat_map(|h| &h.covered).collect();
        handlers::each(&hooks, |h| {
            let (_, at) = covered.iter().find(|(file, _)| *file == h.file)?;
            let out = h.route.trim_start_matches('/');
            let fix = Fix::Code {
                place: at.file.clone(),
                lines: vec![format!("export const config = {{ matcher: [\"/((?!{out}|_next|.*\\\\..*).*)\"] }};").into()],
            };
            let saw = format!("asks for a session on {} too", h.route);
            Some(Fault::new(&h.file, Evidence::Place(at.clone(), saw.into()), fix).at(at.clone()))
        })
    }
}
