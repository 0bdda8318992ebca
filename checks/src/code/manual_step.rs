//! `code.manual-step`
use super::work::Notes;
use crate::{
    rule,
    vocab::{Evidence, Fault, Fix, Part, Verdict},
};

rule! {
    /// A remark in the source leaves a step to somebody: "do this manually".
    ///
    /// # Why at launch
    /// It works for five customers. Of fifty somebody forgets one, and that one has paid.
    ///
    /// # Fix
    /// Let the code do it, or write down who does it and how they learn of it.
    ///
    /// # References
    /// - Google SRE, eliminating toil: <https://sre.google/sre-book/eliminating-toil/>
    ///
    /// ```pass
    /// file lib/a.ts
    /// // No need to do this manually: the webhook does it.
    /// grant()
    /// ```
    /// ```fail
    /// file lib/a.ts
    /// // TODO: refund by hand in the dashboard for now
    /// grant()
    /// ```
    "code.manual-step" on App, Info;
    fails "A remark leaves a step to somebody"; holds "No remark leaves a step to somebody";
    fn check(notes: Part<'_, Notes>) -> Verdict {
        let Some(found) = notes.first() else { return Verdict::Pass };
        if found.files == 0 {
            return Verdict::not_applicable("no source was found");
        }
        let told = |(at, said): &(crate::vocab::Place, String)| {
            let fix = Fix::step("Let the code do it, or write down who does it and what tells them");
            Fault::new(format!("{} in {}", said, at.file), Evidence::Place(at.clone(), said.as_str().into()), fix).at(at.clone())
        };
        found.manual.iter().map(told).collect::<Vec<_>>().into()
    }
}
