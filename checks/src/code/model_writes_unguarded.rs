//! `code.model-writes-unguarded`
use super::deeds::{ToolWrite, Tools};
use crate::{
    rule,
    vocab::{Evidence, Fault, Fix, Part, Verdict},
};

rule! {
    /// A tool that a model may call gives money back, deletes, or writes into the CRM or the help desk,
    /// and nothing is asked first.
    ///
    /// A check of rights or of a policy, a limit on an amount, a condition that turns the call down, an
    /// approval by a person (`needsApproval`), and a write that is tied to the signed-in user all count
    /// as asking.
    ///
    /// # Why at launch
    /// A model does what the text in front of it says, and that text comes from strangers: "refund all
    /// my orders" is then enough.
    ///
    /// # Fix
    /// Check in `execute` who asks and what they may do, cap amounts, or let a person approve the call.
    ///
    /// # References
    /// - OWASP LLM06:2025, excessive agency: <https://genai.owasp.org/llmrisk/llm062025-excessive-agency/>
    /// - AI SDK, tool approval: <https://ai-sdk.dev/docs/ai-sdk-core/tools-and-tool-calling>
    ///
    /// ```pass
    /// file lib/tools.ts
    /// import { tool } from "ai"
    /// export const refund = tool({
    ///   description: "Refund an order", inputSchema,
    ///   execute: async ({ charge, amount }) => {
    ///     if (amount > 5000) return "ask a person"
    ///     return stripe.refunds.create({ charge, amount })
    ///   },
    /// })
    /// ```
    /// ```pass
    /// file lib/tools.ts
    /// import { tool } from "ai"
    /// export const refund = tool({ description: "Refund", inputSchema, needsApproval: true, execute: ({ charge }) => stripe.refunds.create({ charge }) })
    /// ```
    /// ```fail
    /// file lib/tools.ts
    /// import { tool } from "ai"
    /// export const refund = tool({
    ///   description: "Refund an order", inputSchema,
    ///   execute: async ({ charge }) => stripe.refunds.create({ charge }),
    /// })
    /// ```
    "code.model-writes-unguarded" on App, High;
    fails "A model can write without being asked"; holds "What models write is checked first";
    fn check(tools: Part<'_, Tools>) -> Verdict {
        let Some(found) = tools.first() else { return Verdict::Pass };
        if found.tools == 0 && found.gaps.is_empty() {
            return Verdict::not_applicable("the source gives models no tools");
        }
        found.writes.iter().map(told).collect::<Vec<_>>().into()
    }
}

fn told(w: &ToolWrite) -> Fault {
    let named = if w.tool.is_empty() { "A tool".to_owned() } else { format!("The tool {}", w.tool) };
    let fix = Fix::Code {
        place: format!("{}, before {}", w.reaches, w.call).into(),
        lines: vec![
            "if (!(await mayDo(session.user, action))) return \"A person has to do this.\";".into(),
            "// or, with the AI SDK: needsApproval: true".into(),
        ],
    };
    Fault::new(format!("{} in {}", w.call, w.at.file), Evidence::Place(w.at.clone(), "the tool".into()), fix)
        .and_saw(Evidence::Place(
            w.reaches.clone(),
            format!("{} {}, and nothing is asked before", w.call, w.what).into(),
        ))
        .titled(format!("{named} {} and nothing is asked first", w.what))
        .at(w.at.clone())
}
