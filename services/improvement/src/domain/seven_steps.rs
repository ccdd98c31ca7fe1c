//! The seven steps of improvement, each with its evidence, recorded in order.

use super::facts::Mark;
use ciclo_kernel::{Refusal, Timestamp, text};

words! {
    /// A step of the seven-step improvement.
    ImprovementStep {
        /// Identify the strategy for improvement.
        Strategy = "STRATEGY",
        /// Define what will be measured.
        DefineMeasures = "DEFINE_MEASURES",
        /// Gather the data.
        Gather = "GATHER",
        /// Process the data.
        Process = "PROCESS",
        /// Analyse the data.
        Analyse = "ANALYSE",
        /// Present and use the information.
        Present = "PRESENT",
        /// Implement the improvement.
        Implement = "IMPLEMENT",
    }
}

/// A step that was taken.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StepRecord {
    /// The step.
    pub step: ImprovementStep,
    /// What shows that it was taken.
    pub evidence: String,
    /// Who recorded it, and when.
    pub recorded: Mark,
}

/// The steps through `last` that are not recorded, one sentence each.
#[must_use]
pub fn missing_through(recorded: &[StepRecord], last: ImprovementStep) -> Vec<String> {
    let open = |step: &ImprovementStep| recorded.iter().all(|record| record.step != *step);
    ImprovementStep::ALL
        .iter()
        .filter(|step| **step <= last)
        .copied()
        .filter(open)
        .map(|step| format!("the step {} is not recorded", step.as_str()))
        .collect()
}

/// The record of the next step. Each step is recorded once, after the one before.
pub fn next_step(
    recorded: &[StepRecord],
    step: ImprovementStep,
    evidence: &str,
    by: &str,
    at: Timestamp,
) -> Result<StepRecord, Refusal> {
    if recorded.iter().any(|record| record.step == step) {
        let message = format!("the step {} is recorded already", step.as_str());
        return Err(Refusal::rule(message).with("step", step.as_str()));
    }
    let mut missing = missing_through(recorded, step);
    // The step itself is the last in the list.
    missing.pop();
    if !missing.is_empty() {
        return Err(Refusal::unmet("recordStep", &missing));
    }
    Ok(StepRecord { step, evidence: text::body("evidence", evidence)?, recorded: Mark::new(by, at) })
}
