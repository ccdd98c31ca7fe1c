//! A silence: alerts that are kept quiet, and when. Maintenance is one, often with
//! hours in which it recurs: those of a calendar, in its zone.

use super::{
    alert::{Alert, SuppressionCause},
    alert_rule::{LabelMatch, carries, matches},
    condition::Condition,
    facts::Mark,
};
use ciclo_clocks::{Calendar, Hours};
use ciclo_kernel::{
    Decision, Machine, Refusal, Timestamp,
    ids::{ServiceId, SilenceId},
    machine, text,
};
use std::sync::Arc;

/// The longest calendar of a silence, in bytes of JSON.
pub const HOURS_LONGEST: usize = 64 * 1024;

machine! {
    machine "silence";
    /// Whether a silence may still keep alerts quiet.
    states SilenceState {
        /// It does, or will.
        Active = "ACTIVE" { Revise => Active, End => Ended },
        /// It no longer does. Final.
        Ended = "ENDED" {},
    }
    /// What can be done to a silence.
    verbs SilenceVerb {
        Revise = "revise",
        End = "end",
    }
}

/// What a silence says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SilenceTerms {
    /// Why: a silence, or maintenance.
    pub cause: SuppressionCause,
    /// Why, in words.
    pub reason: String,
    /// The labels that an alert must carry: all of them.
    pub matches: Vec<LabelMatch>,
    /// The service that an alert must name; none for any.
    pub service: Option<ServiceId>,
    /// What must hold besides, in CEL over `alert`; none when nothing must.
    pub condition: Option<String>,
    /// From when on.
    pub starts_at: Timestamp,
    /// Until when, that instant not included; none when somebody has to end it.
    pub ends_at: Option<Timestamp>,
    /// The hours in which alerts are quiet; none for all of them.
    pub hours: Option<Calendar>,
}

impl SilenceTerms {
    fn checked(self, at: Timestamp) -> Result<Self, Refusal> {
        match self.cause {
            SuppressionCause::Silence | SuppressionCause::Maintenance => {}
            SuppressionCause::Dependency => {
                return Err(Refusal::invalid("cause", "what depends on what is not said by a silence"));
            }
        }
        let matches = matches(self.matches)?;
        let condition = text::optional_body("condition", self.condition.as_deref())?;
        if let Some(condition) = &condition {
            Condition::compile(condition)?;
        }
        if matches.is_empty() && self.service.is_none() && condition.is_none() {
            return Err(Refusal::invalid("matches", "a label, a service or a condition is needed"));
        }
        match self.ends_at {
            Some(ends_at) if ends_at <= self.starts_at => {
                return Err(Refusal::invalid("endsAt", "a silence ends after it starts"));
            }
            Some(ends_at) if ends_at <= at => {
                return Err(Refusal::invalid("endsAt", "the end has to be to come"));
            }
            None if self.hours.is_none() => {
                return Err(Refusal::invalid("endsAt", "a silence without hours needs an end"));
            }
            Some(_) | None => {}
        }
        let length = self.hours.as_ref().map_or(0, |hours| written(hours).len());
        if length > HOURS_LONGEST {
            let why = format!("{length} bytes of JSON; at most {HOURS_LONGEST} are allowed");
            return Err(Refusal::invalid("hours", why).with("limit", HOURS_LONGEST));
        }
        Ok(Self { reason: text::body("reason", &self.reason)?, matches, condition, ..self })
    }
}

/// A calendar as JSON.
#[must_use]
pub fn written(hours: &Calendar) -> String {
    serde_json::to_string(&hours.form()).unwrap_or_default()
}

/// Alerts that are kept quiet, and when.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Silence {
    /// The silence.
    pub id: SilenceId,
    /// What it says.
    pub terms: SilenceTerms,
    /// Who made it, and when.
    pub created: Mark,
    /// Who ended it, and when; none until then.
    pub ended: Option<Mark>,
}

/// What happened to a silence.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SilenceHappened {
    /// It was made.
    Created,
    /// What it says was changed.
    Revised,
    /// It ended.
    Ended {
        /// When its time was over; none when somebody ended it.
        due_at: Option<Timestamp>,
    },
}

impl SilenceHappened {
    /// The name of what happened, as in the contracts.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Created => "Created",
            Self::Revised => "Revised",
            Self::Ended { .. } => "Ended",
        }
    }
}

impl Silence {
    /// Makes a silence.
    pub fn create(
        id: SilenceId,
        terms: SilenceTerms,
        by: &str,
        at: Timestamp,
    ) -> Decision<Self, SilenceHappened> {
        let silence = Self { id, terms: terms.checked(at)?, created: Mark::new(by, at), ended: None };
        Ok((silence, SilenceHappened::Created))
    }

    /// The state, without its facts.
    #[must_use]
    pub fn state(&self) -> SilenceState {
        if self.ended.is_some() { SilenceState::Ended } else { SilenceState::Active }
    }

    /// Changes what it says.
    pub fn revise(mut self, terms: SilenceTerms, at: Timestamp) -> Decision<Self, SilenceHappened> {
        self.state().go(SilenceVerb::Revise)?;
        self.terms = terms.checked(at)?;
        Ok((self, SilenceHappened::Revised))
    }

    /// Ends it.
    pub fn end(mut self, by: &str, at: Timestamp) -> Decision<Self, SilenceHappened> {
        self.state().go(SilenceVerb::End)?;
        self.ended = Some(Mark::new(by, at));
        let due_at = self.terms.ends_at.filter(|due| *due <= at);
        Ok((self, SilenceHappened::Ended { due_at }))
    }
}

/// A silence in one version, with its condition and its hours compiled.
#[derive(Clone, Debug)]
pub struct ReadySilence {
    /// The silence.
    pub silence: Silence,
    /// What must hold besides; none when nothing must.
    pub condition: Option<Arc<Condition>>,
    /// Its hours; none for all.
    pub hours: Option<Arc<Hours>>,
}

impl ReadySilence {
    /// Compiles a silence, which was checked when it was made.
    #[must_use]
    pub fn of(silence: Silence) -> Self {
        let terms = &silence.terms;
        let condition =
            terms.condition.as_deref().and_then(|text| Condition::compile(text).ok()).map(Arc::new);
        let hours = terms.hours.clone().map(|hours| Arc::new(Hours::new(hours)));
        Self { silence, condition, hours }
    }

    /// Whether alerts are kept quiet at an instant.
    #[must_use]
    pub fn is_on(&self, at: Timestamp) -> bool {
        let terms = &self.silence.terms;
        self.silence.state() == SilenceState::Active
            && terms.starts_at <= at
            && terms.ends_at.is_none_or(|ends_at| at < ends_at)
            && self.hours.as_ref().is_none_or(|hours| hours.opening(at) == Some(at))
    }

    /// Whether it keeps an alert quiet at an instant. A condition that cannot be answered keeps nothing quiet.
    #[must_use]
    pub fn covers(&self, alert: &Alert, at: Timestamp) -> bool {
        let terms = &self.silence.terms;
        self.is_on(at)
            && terms.service.is_none_or(|service| alert.service == Some(service))
            && carries(alert, &terms.matches)
            && self.condition.as_ref().is_none_or(|condition| condition.holds(alert) == Ok(true))
    }

    /// The next instant after another at which it may begin or cease to keep alerts quiet; none when it never does.
    #[must_use]
    pub fn next_turn(&self, at: Timestamp) -> Option<Timestamp> {
        if self.silence.state() == SilenceState::Ended {
            return None;
        }
        let terms = &self.silence.terms;
        if at < terms.starts_at {
            return Some(terms.starts_at);
        }
        let ends_at = terms.ends_at.filter(|ends_at| at < *ends_at);
        let turn = self.hours.as_ref().and_then(|hours| {
            let open = hours.opening(at)?;
            if open > at { Some(open) } else { hours.closing(at) }
        });
        ends_at.into_iter().chain(turn).min()
    }
}

/// The first silence that keeps an alert quiet at an instant.
#[must_use]
pub fn covering<'s>(silences: &'s [ReadySilence], alert: &Alert, at: Timestamp) -> Option<&'s Silence> {
    silences.iter().find(|silence| silence.covers(alert, at)).map(|silence| &silence.silence)
}

#[cfg(test)]
#[path = "silence_tests.rs"]
pub(crate) mod tests;
