//! `code.tenant-unscoped`
use super::work::{Inputs, Unscoped};
use crate::{
    rule,
    vocab::{Evidence, Fault, Fix, Part, Verdict},
};

rule! {
    /// A route changes or deletes a row by an id that the caller sends, and nothing in the file asks
    /// whose the row is.
    ///
    /// Low: the database or a layer in between may ask. Only tables with a column such as `userId` or
    /// `teamId` in the Prisma schema count, and only files that know who is signed in.
    ///
    /// # Why at launch
    /// A customer who changes the number in a request deletes the rows of another.
    ///
    /// # Fix
    /// Put the owner into the condition: `where: { id, userId: session.user.id }`.
    ///
    /// # References
    /// - OWASP API Security 2023, API1: <https://owasp.org/API-Security/editions/2023/en/0xa1-broken-object-level-authorization/>
    ///
    /// ```pass
    /// file prisma/schema.prisma
    /// model Project {
    ///   id     String @id
    ///   teamId String
    /// }
    /// file app/api/projects/[id]/route.ts
    /// export async function DELETE(req, { params }) {
    ///   const session = await auth()
    ///   await prisma.project.delete({ where: { id: params.id, teamId: session.teamId } })
    /// }
    /// ```
    /// ```fail
    /// file prisma/schema.prisma
    /// model Project {
    ///   id     String @id
    ///   teamId String
    /// }
    /// file app/api/projects/[id]/route.ts
    /// export async function DELETE(req, { params }) {
    ///   const session = await auth()
    ///   await prisma.project.delete({ where: { id: params.id } })
    /// }
    /// ```
    "code.tenant-unscoped" on App, Low;
    fails "A row is changed whoever it belongs to"; holds "Rows are changed for their owner";
    fn check(inputs: Part<'_, Inputs>) -> Verdict {
        let Some(found) = inputs.first() else { return Verdict::Pass };
        if found.files == 0 && found.gaps.is_empty() {
            return Verdict::not_applicable("no route or action writes");
        }
        found.unscoped.iter().map(told).collect::<Vec<_>>().into()
    }
}

fn told(u: &Unscoped) -> Fault {
    let fix = Fix::Code {
        place: u.at.file.clone(),
        lines: vec![format!("where: {{ id, {}: session.{} }}", u.owner, u.owner).into()],
    };
    let saw = Evidence::Place(
        u.at.clone(),
        format!("{} finds the row by id alone; {} says whose it is", u.call, u.owner).into(),
    );
    Fault::new(format!("{} in {}", u.call, u.at.file), saw, fix).at(u.at.clone())
}
