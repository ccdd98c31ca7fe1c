//! A known error: a cause and a workaround that people and new incidents are
//! offered. The problem that it came from goes its own way.

use super::{facts::Mark, problem_verbs::joined};
use ciclo_kernel::{
    Decision, Machine, Refusal, Timestamp,
    ids::{ConfigurationItemId, KnownErrorId, ProblemId, ServiceId},
    machine, text,
};

machine! {
    machine "known error";
    /// Whether a known error is offered.
    states KnownErrorState {
        /// Being written; offered to nobody.
        Draft = "DRAFT" { Revise => Draft, Publish => Published },
        /// Offered to incidents on the same service or items.
        Published = "PUBLISHED" { Revise => Published, Retire => Retired },
        /// No longer offered. Final.
        Retired = "RETIRED" {},
    }
    /// What can be done to a known error.
    verbs KnownErrorVerb {
        Revise = "revise",
        Publish = "publish",
        Retire = "retire",
    }
}

/// What a known error says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KnownErrorText {
    /// What one sees, in a line.
    pub title: String,
    /// The cause; needed to publish, none until somebody wrote it.
    pub cause: Option<String>,
    /// How to live with it; needed to publish, none until somebody wrote it.
    pub workaround: Option<String>,
    /// The configuration items that it is in, sorted. With none it is offered for the whole service.
    pub items: Vec<ConfigurationItemId>,
}

impl KnownErrorText {
    fn checked(self) -> Result<Self, Refusal> {
        Ok(Self {
            title: text::line("title", &self.title)?,
            cause: text::optional_body("cause", self.cause.as_deref())?,
            workaround: text::optional_body("workaround", self.workaround.as_deref())?,
            items: joined("itemIds", &[], &self.items)?.0,
        })
    }

    fn must_be_complete(&self, verb: &str) -> Result<(), Refusal> {
        let needed = [(&self.cause, "the cause"), (&self.workaround, "the workaround")];
        let missing: Vec<String> = needed
            .iter()
            .filter(|(text, _)| text.is_none())
            .map(|(_, what)| format!("{what} is not written"))
            .collect();
        if missing.is_empty() { Ok(()) } else { Err(Refusal::unmet(verb, &missing)) }
    }
}

/// Where a known error stands, with the facts of its state.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum KnownErrorStatus {
    /// Being written.
    Draft,
    /// Offered.
    Published {
        /// Who published it, and when.
        published: Mark,
    },
    /// No longer offered.
    Retired {
        /// Who published it, and when.
        published: Mark,
        /// Why it is no longer offered; none when nobody said.
        reason: Option<String>,
        /// Who retired it, and when.
        retired: Mark,
    },
}

/// A cause and a workaround that are known.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KnownError {
    /// The known error.
    pub id: KnownErrorId,
    /// The problem that it came from.
    pub problem: ProblemId,
    /// The service that it is about.
    pub service: ServiceId,
    /// What it says.
    pub text: KnownErrorText,
    /// Who drafted it, and when.
    pub drafted: Mark,
    /// Where it stands.
    pub status: KnownErrorStatus,
}

/// What it takes to draft a known error.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DraftKnownError {
    /// The problem that it comes from.
    pub problem: ProblemId,
    /// The service that it is about.
    pub service: ServiceId,
    /// What it says.
    pub text: KnownErrorText,
}

/// What happened to a known error.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum KnownErrorHappened {
    /// It was drafted.
    Drafted,
    /// What it says was changed.
    Revised,
    /// It was published.
    Published,
    /// It was retired.
    Retired {
        /// Why; none when nobody said.
        reason: Option<String>,
    },
}

impl KnownErrorHappened {
    /// The name of what happened, as in the contracts.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Drafted => "Drafted",
            Self::Revised => "Revised",
            Self::Published => "Published",
            Self::Retired { .. } => "Retired",
        }
    }
}

impl KnownError {
    /// Drafts a known error of a problem.
    pub fn draft(
        id: KnownErrorId,
        input: DraftKnownError,
        by: &str,
        at: Timestamp,
    ) -> Decision<Self, KnownErrorHappened> {
        let known = Self {
            id,
            problem: input.problem,
            service: input.service,
            text: input.text.checked()?,
            drafted: Mark::new(by, at),
            status: KnownErrorStatus::Draft,
        };
        Ok((known, KnownErrorHappened::Drafted))
    }

    /// The state, without its facts.
    #[must_use]
    pub fn state(&self) -> KnownErrorState {
        match self.status {
            KnownErrorStatus::Draft => KnownErrorState::Draft,
            KnownErrorStatus::Published { .. } => KnownErrorState::Published,
            KnownErrorStatus::Retired { .. } => KnownErrorState::Retired,
        }
    }

    /// Who published it, and when; none until then.
    #[must_use]
    pub fn published(&self) -> Option<&Mark> {
        match &self.status {
            KnownErrorStatus::Draft => None,
            KnownErrorStatus::Published { published } | KnownErrorStatus::Retired { published, .. } => {
                Some(published)
            }
        }
    }

    /// Replaces what it says. What is published keeps a cause and a workaround.
    pub fn revise(mut self, text: KnownErrorText) -> Decision<Self, KnownErrorHappened> {
        let state = self.state().go(KnownErrorVerb::Revise)?;
        let text = text.checked()?;
        match state {
            KnownErrorState::Draft => {}
            KnownErrorState::Published | KnownErrorState::Retired => text.must_be_complete("revise")?,
        }
        self.text = text;
        Ok((self, KnownErrorHappened::Revised))
    }

    /// Offers it from now on; needs a cause and a workaround.
    pub fn publish(mut self, by: &str, at: Timestamp) -> Decision<Self, KnownErrorHappened> {
        self.state().go(KnownErrorVerb::Publish)?;
        self.text.must_be_complete("publish")?;
        self.status = KnownErrorStatus::Published { published: Mark::new(by, at) };
        Ok((self, KnownErrorHappened::Published))
    }

    /// Offers it no longer.
    pub fn retire(
        mut self,
        reason: Option<&str>,
        by: &str,
        at: Timestamp,
    ) -> Decision<Self, KnownErrorHappened> {
        let next = self.state().go(KnownErrorVerb::Retire);
        let KnownErrorStatus::Published { published } = self.status else {
            return Err(next.err().unwrap_or_else(|| Refusal::rule("the known error is not published")));
        };
        let reason = text::optional_body("reason", reason)?;
        self.status =
            KnownErrorStatus::Retired { published, reason: reason.clone(), retired: Mark::new(by, at) };
        Ok((self, KnownErrorHappened::Retired { reason }))
    }

    /// How well it fits a service and items: 2 for an item in common, 1 for the service when one of
    /// the two names no items, none when it does not fit.
    fn fit(&self, service: ServiceId, items: &[ConfigurationItemId]) -> Option<u8> {
        if self.text.items.iter().any(|item| items.contains(item)) {
            return Some(2);
        }
        let whole_service = self.text.items.is_empty() || items.is_empty();
        (self.service == service && whole_service).then_some(1)
    }
}

/// The known errors to offer for an incident on a service and items: published, with an item in
/// common, or of the same service when either side names no items. Those with an item in common
/// come first, then the newest.
#[must_use]
pub fn offered_for<'a>(
    known_errors: &'a [KnownError],
    service: ServiceId,
    items: &[ConfigurationItemId],
) -> Vec<&'a KnownError> {
    let mut offered: Vec<(u8, Timestamp, &KnownError)> = known_errors
        .iter()
        .filter_map(|known| match &known.status {
            KnownErrorStatus::Draft | KnownErrorStatus::Retired { .. } => None,
            KnownErrorStatus::Published { published } => {
                known.fit(service, items).map(|fit| (fit, published.at, known))
            }
        })
        .collect();
    offered.sort_by(|one, other| {
        (other.0, other.1).cmp(&(one.0, one.1)).then_with(|| one.2.id.cmp(&other.2.id))
    });
    offered.into_iter().map(|(_, _, known)| known).collect()
}

#[cfg(test)]
#[path = "known_error_tests.rs"]
pub(crate) mod tests;
