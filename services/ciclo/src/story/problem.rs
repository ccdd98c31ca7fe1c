//! Problems: from the incidents that have one cause to the day it is removed.

use super::{Held, Story};
use anyhow::Result;
use serde_json::json;

/// Steps from a problem that is new to one that is closed.
pub const STEPS: usize = 6;

/// A problem that somebody works on, and the known error that tells others of it.
pub struct Investigation {
    problem: Held,
    known_error: Option<Held>,
    person: String,
    /// How many steps are done.
    pub done: usize,
}

impl Story<'_> {
    /// Opens a problem behind incidents of a service.
    pub async fn opened_problem(
        &self,
        title: &str,
        service: &Held,
        incidents: &[&str],
        person: &str,
    ) -> Result<Investigation> {
        let input = json!({ "title": title, "service": service.id, "incidents": incidents });
        let problem = self.act_as(person, "operations", "openProblem", input, "").await?;
        Ok(Investigation { problem, known_error: None, person: person.to_owned(), done: 0 })
    }

    /// Takes a problem one step on: assessed, analysed, its cause found and told, mended, resolved, closed.
    pub async fn goes_on(&self, of: &mut Investigation) -> Result<()> {
        let Investigation { problem, known_error, person, done } = of;
        let (verb, input) = match done {
            0 => ("assessProblem", json!({ "priority": 2 })),
            1 => ("startProblemAnalysis", json!({})),
            2 => (
                "noteProblemFindings",
                json!({
                    "rootCause": "A certificate that nobody renews expires in one of the nodes.",
                    "workaround": "Take the node out of the pool and sign in again.",
                }),
            ),
            3 => ("startProblemFix", json!({})),
            4 => (
                "resolveProblem",
                json!({ "notes": "Certificates are renewed by a timer, which is watched." }),
            ),
            _ => ("closeProblem", json!({})),
        };
        self.on_as(person, problem, "operations", verb, input).await?;
        match (*done, known_error.as_mut()) {
            (2, _) => {
                let draft = json!({ "problem": problem.id });
                let mut known = self.act_as(person, "operations", "draftKnownError", draft, "").await?;
                self.on_as(person, &mut known, "operations", "publishKnownError", json!({})).await?;
                *known_error = Some(known);
            }
            (5, Some(known)) => {
                let retire = json!({ "reason": "Its cause is removed." });
                self.on_as(person, known, "operations", "retireKnownError", retire).await?;
            }
            _ => {}
        }
        *done += 1;
        Ok(())
    }
}
