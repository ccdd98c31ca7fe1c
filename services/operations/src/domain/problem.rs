//! A problem: the unknown cause behind incidents, from its notice to its fix. What
//! it is and carries is here, its verbs are in `problem_verbs`.

use super::due::{Due, Timed};
use super::facts::Mark;
use ciclo_kernel::{
    Timestamp,
    ids::{ChangeId, ConfigurationItemId, IncidentId, ProblemId, ServiceId},
    machine,
};

machine! {
    machine "problem";
    /// How far a problem has come.
    states ProblemState {
        /// Noticed; nobody has looked at it yet.
        New = "NEW" {
            Assess => Assess, Assign => New, Link => New, CloseAsDuplicate => Closed, Cancel => Closed,
        },
        /// Being judged: is it one, and how much does it matter?
        Assess = "ASSESS" {
            StartAnalysis => RootCauseAnalysis, Assign => Assess, Note => Assess, Link => Assess,
            CloseAsDuplicate => Closed, Cancel => Closed,
        },
        /// Its cause is being looked for.
        RootCauseAnalysis = "ROOT_CAUSE_ANALYSIS" {
            StartFix => FixInProgress, Assign => RootCauseAnalysis, Note => RootCauseAnalysis,
            Link => RootCauseAnalysis,
            AcceptRisk => Closed,
        },
        /// Its cause is known and is being removed.
        FixInProgress = "FIX_IN_PROGRESS" {
            Resolve => Resolved, Assign => FixInProgress, Note => FixInProgress, Link => FixInProgress,
            AcceptRisk => Closed,
        },
        /// Its cause is removed.
        Resolved = "RESOLVED" { Link => Resolved, Close => Closed, Reopen => FixInProgress },
        /// Done with; only one whose risk was accepted comes back, when that is to be looked at again.
        Closed = "CLOSED" { ReviewRisk => Assess },
    }
    /// What can be done to a problem.
    verbs ProblemVerb {
        Assess = "assess",
        Assign = "assign",
        StartAnalysis = "startAnalysis",
        StartFix = "startFix",
        Resolve = "resolve",
        Close = "close",
        Reopen = "reopen",
        CloseAsDuplicate = "closeAsDuplicate",
        Cancel = "cancel",
        AcceptRisk = "acceptRisk",
        ReviewRisk = "reviewRisk",
        Note = "note",
        Link = "link",
    }
}

/// How the cause was removed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Resolution {
    /// What was done.
    pub notes: String,
    /// Who did it, and when.
    pub resolved: Mark,
}

/// Why a problem was closed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ProblemClosure {
    /// Its cause is removed.
    Fixed {
        /// How.
        resolution: Resolution,
    },
    /// It is another problem seen twice.
    Duplicate {
        /// The problem that goes on.
        of: ProblemId,
    },
    /// It was none, or is no longer wanted.
    Cancelled {
        /// Why.
        reason: String,
    },
    /// Its cause stays, and somebody answers for the risk.
    RiskAccepted {
        /// Why the cause stays.
        reason: String,
        /// Who answers for the risk.
        accepted_by: String,
        /// When the decision is looked at again.
        review_at: Timestamp,
    },
}

/// Where a problem stands, with the facts of its state.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ProblemStatus {
    /// Noticed.
    New,
    /// Being judged.
    Assess {
        /// Who took it up, and when.
        assessed: Mark,
    },
    /// Its cause is being looked for.
    RootCauseAnalysis {
        /// Who started, and when.
        started: Mark,
    },
    /// Its cause is being removed.
    FixInProgress {
        /// Who started or started again, and when.
        started: Mark,
    },
    /// Its cause is removed.
    Resolved {
        /// How.
        resolution: Resolution,
    },
    /// Done with.
    Closed {
        /// Why.
        why: ProblemClosure,
        /// Who closed it, and when.
        closed: Mark,
    },
}

/// The cause behind incidents, once it is looked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Problem {
    /// The problem.
    pub id: ProblemId,
    /// What it is, in a line.
    pub title: String,
    /// What is known of it; none when the title says it.
    pub description: Option<String>,
    /// How much it matters: 1 (most) to 5.
    pub priority: u8,
    /// The service that it is about.
    pub service: ServiceId,
    /// The incidents that it is behind, sorted.
    pub incidents: Vec<IncidentId>,
    /// The configuration items that it is in, sorted.
    pub items: Vec<ConfigurationItemId>,
    /// The change that removes the cause; none when there is none.
    pub change: Option<ChangeId>,
    /// The cause; none until it is found.
    pub root_cause: Option<String>,
    /// How to live with it until the cause is removed; none until one is known.
    pub workaround: Option<String>,
    /// How often it was opened again.
    pub reopened: u32,
    /// Who noticed it, and when.
    pub opened: Mark,
    /// The group that works on it; none while it is nobody's.
    pub group: Option<String>,
    /// The person who works on it; none while there is none.
    pub person: Option<String>,
    /// What its clocks promise next; none while none of them runs.
    pub due: Option<Due>,
    /// Where it stands.
    pub status: ProblemStatus,
}

/// What it takes to open a problem.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OpenProblem {
    /// What it is, in a line.
    pub title: String,
    /// What is known of it.
    pub description: Option<String>,
    /// How much it matters: 1 (most) to 5.
    pub priority: u8,
    /// The service that it is about.
    pub service: ServiceId,
    /// The incidents that it is behind.
    pub incidents: Vec<IncidentId>,
    /// The configuration items that it is in.
    pub items: Vec<ConfigurationItemId>,
}

/// What was found out about a problem. What is none stays as it was.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ProblemFindings {
    /// The cause.
    pub root_cause: Option<String>,
    /// How to live with it.
    pub workaround: Option<String>,
}

/// Records that belong to a problem, besides those that did before.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ProblemLinks {
    /// Incidents that it is behind.
    pub incidents: Vec<IncidentId>,
    /// Configuration items that it is in.
    pub items: Vec<ConfigurationItemId>,
    /// The change that removes the cause, in place of the one before; none leaves it as it is.
    pub change: Option<ChangeId>,
}

/// What happened to a problem.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ProblemHappened {
    /// It was noticed.
    Opened,
    /// It was taken up to be judged.
    Assessed {
        /// How much it matters: 1 (most) to 5.
        priority: u8,
    },
    /// The search for its cause began.
    AnalysisStarted,
    /// Something was found out.
    Noted {
        /// What was found out.
        findings: ProblemFindings,
    },
    /// The removal of its cause began.
    FixStarted {
        /// The cause.
        root_cause: String,
        /// The change that removes it; none when there is none.
        change: Option<ChangeId>,
    },
    /// Its cause was removed.
    Resolved {
        /// What was done.
        notes: String,
    },
    /// It was closed.
    Closed {
        /// Why.
        why: ProblemClosure,
    },
    /// It came back.
    Reopened {
        /// Why.
        reason: String,
    },
    /// Records were added to it.
    Linked {
        /// Those that are new.
        links: ProblemLinks,
    },
    /// It came back: the risk that was accepted is to be looked at again.
    RiskReviewDue {
        /// Who answered for the risk until now.
        accepted_by: String,
        /// When it was to be looked at again.
        due_at: Timestamp,
    },
    /// It was given to a group or a person.
    Assigned,
    /// Its clocks promise something else, though nobody touched it.
    DueChanged,
}

impl ProblemHappened {
    /// The name of what happened, as in the contracts.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Opened => "Opened",
            Self::Assessed { .. } => "Assessed",
            Self::AnalysisStarted => "AnalysisStarted",
            Self::Noted { .. } => "Noted",
            Self::FixStarted { .. } => "FixStarted",
            Self::Resolved { .. } => "Resolved",
            Self::Closed { .. } => "Closed",
            Self::Reopened { .. } => "Reopened",
            Self::Linked { .. } => "Linked",
            Self::RiskReviewDue { .. } => "RiskReviewDue",
            Self::Assigned => "Assigned",
            Self::DueChanged => "DueChanged",
        }
    }
}

impl Timed for Problem {
    fn due_mut(&mut self) -> Option<&mut Option<Due>> {
        Some(&mut self.due)
    }
}

impl Problem {
    /// The state, without its facts.
    #[must_use]
    pub fn state(&self) -> ProblemState {
        match self.status {
            ProblemStatus::New => ProblemState::New,
            ProblemStatus::Assess { .. } => ProblemState::Assess,
            ProblemStatus::RootCauseAnalysis { .. } => ProblemState::RootCauseAnalysis,
            ProblemStatus::FixInProgress { .. } => ProblemState::FixInProgress,
            ProblemStatus::Resolved { .. } => ProblemState::Resolved,
            ProblemStatus::Closed { .. } => ProblemState::Closed,
        }
    }

    /// Who brought it into its state, and when.
    #[must_use]
    pub fn entered(&self) -> &Mark {
        match &self.status {
            ProblemStatus::New => &self.opened,
            ProblemStatus::Assess { assessed: entered }
            | ProblemStatus::RootCauseAnalysis { started: entered }
            | ProblemStatus::FixInProgress { started: entered }
            | ProblemStatus::Resolved { resolution: Resolution { resolved: entered, .. } }
            | ProblemStatus::Closed { closed: entered, .. } => entered,
        }
    }

    /// How the cause was removed; none while it is there.
    #[must_use]
    pub fn resolution(&self) -> Option<&Resolution> {
        match &self.status {
            ProblemStatus::Resolved { resolution }
            | ProblemStatus::Closed { why: ProblemClosure::Fixed { resolution }, .. } => Some(resolution),
            ProblemStatus::New
            | ProblemStatus::Assess { .. }
            | ProblemStatus::RootCauseAnalysis { .. }
            | ProblemStatus::FixInProgress { .. }
            | ProblemStatus::Closed { .. } => None,
        }
    }

    /// Why it was closed; none until then.
    #[must_use]
    pub fn closure(&self) -> Option<&ProblemClosure> {
        match &self.status {
            ProblemStatus::Closed { why, .. } => Some(why),
            ProblemStatus::New
            | ProblemStatus::Assess { .. }
            | ProblemStatus::RootCauseAnalysis { .. }
            | ProblemStatus::FixInProgress { .. }
            | ProblemStatus::Resolved { .. } => None,
        }
    }

    /// When its accepted risk is to be looked at again; none unless it was closed with one.
    #[must_use]
    pub fn risk_review_at(&self) -> Option<Timestamp> {
        match self.closure()? {
            ProblemClosure::RiskAccepted { review_at, .. } => Some(*review_at),
            ProblemClosure::Fixed { .. }
            | ProblemClosure::Duplicate { .. }
            | ProblemClosure::Cancelled { .. } => None,
        }
    }

    /// The problem that goes on in its place; none unless it was closed as a duplicate.
    #[must_use]
    pub fn duplicate_of(&self) -> Option<ProblemId> {
        match self.closure()? {
            ProblemClosure::Duplicate { of } => Some(*of),
            ProblemClosure::Fixed { .. }
            | ProblemClosure::Cancelled { .. }
            | ProblemClosure::RiskAccepted { .. } => None,
        }
    }
}

#[cfg(test)]
#[path = "problem_tests.rs"]
pub(crate) mod tests;
