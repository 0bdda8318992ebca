//! `code.input-unvalidated`
use super::work::{Inputs, RawWrite};
use crate::{
    rule,
    vocab::{Evidence, Fault, Fix, Part, Verdict},
};

rule! {
    /// What a caller sends is written into the database as it came.
    ///
    /// Only a body that nothing looks at and that goes in whole counts; one that is handed to any other
    /// function first is healthy, and so are single fields.
    ///
    /// # Why at launch
    /// The caller adds a field of their own to the body, such as `role` or `plan`, and the database takes
    /// it.
    ///
    /// # Fix
    /// Name the fields that may be written, or parse the body with a schema.
    ///
    /// # References
    /// - OWASP, mass assignment: <https://cheatsheetseries.owasp.org/cheatsheets/Mass_Assignment_Cheat_Sheet.html>
    ///
    /// ```pass
    /// file app/api/profile/route.ts
    /// export async function POST(req: Request) {
    ///   const body = await req.json()
    ///   const input = schema.parse(body)
    ///   await prisma.profile.update({ where: { id }, data: input })
    /// }
    /// ```
    /// ```fail
    /// file app/api/profile/route.ts
    /// export async function POST(req: Request) {
    ///   const body = await req.json()
    ///   await prisma.profile.update({ where: { id }, data: { ...body } })
    /// }
    /// ```
    "code.input-unvalidated" on App, Medium;
    fails "A body is written into the database as it came"; holds "Bodies are looked at before they are written";
    fn check(inputs: Part<'_, Inputs>) -> Verdict {
        let Some(found) = inputs.first() else { return Verdict::Pass };
        if found.files == 0 && found.gaps.is_empty() {
            return Verdict::not_applicable("no route or action writes");
        }
        found.raw.iter().map(told).collect::<Vec<_>>().into()
    }
}

fn told(w: &RawWrite) -> Fault {
    let fix = Fix::Code {
        place: format!("{}, before {}", w.at.file, w.call).into(),
        lines: vec![format!("const input = z.object({{ name: z.string() }}).parse({});", w.body).into()],
    };
    let saw = Evidence::Place(w.at.clone(), format!("{} is given {} whole", w.call, w.body).into());
    Fault::new(format!("{} in {}", w.call, w.at.file), saw, fix).at(w.at.clone())
}
