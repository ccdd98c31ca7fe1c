//! A service level clock: one promise on one record, with everything that
//! happened to it. All its instants are derived from the facts it holds and the
//! hours of the calendar that it names, in the version that it names, so the same
//! facts give the same answers after any restart. The arithmetic is that of
//! `ciclo_clocks`; this says when it is done, and keeps what came of it.

use super::clock_calendar::ClockCalendar;
use super::measured::{ClockParty, ClockSubject};
use ciclo_clocks::{self as clocks, Hours, Pause, Pauses, Segment};
use ciclo_kernel::{
    Decision, Machine, Refusal, SignedDuration, Timestamp,
    ids::{AgreementId, ServiceId, ServiceLevelClockId},
    machine,
};

machine! {
    machine "service level clock";
    /// What a clock does.
    states ServiceLevelClockState {
        /// It runs.
        Running = "RUNNING" {
            Pause => Paused, Stop => Stopped, Cancel => Cancelled, Retarget => Running, Warn => Running, Breach => Running,
        },
        /// It stands, for a reason that the agreement names.
        Paused = "PAUSED" {
            Resume => Running, Stop => Stopped, Cancel => Cancelled, Retarget => Paused, Warn => Paused, Breach => Paused,
        },
        /// It has its result; it goes on only when the record is reopened.
        Stopped = "STOPPED" { Restart => Running },
        /// It has no result. Final.
        Cancelled = "CANCELLED" {},
    }
    /// What can happen to a clock.
    verbs ServiceLevelClockVerb {
        Pause = "pause",
        Resume = "resume",
        Stop = "stop",
        Restart = "restart",
        Retarget = "retarget",
        Cancel = "cancel",
        Warn = "warn",
        Breach = "breach",
    }
}

words! {
    /// Which time is promised.
    TargetKind {
        /// Until somebody answers: time to own.
        Response = "RESPONSE",
        /// Until it works again: time to resolve.
        Resolution = "RESOLUTION",
    }
}

/// A warning that was given.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Warning {
    /// The percentage of the target.
    pub percent: u8,
    /// The instant at which so much was used.
    pub due_at: Timestamp,
    /// When the warning was given: later than due when the timer was late.
    pub fired_at: Timestamp,
}

/// A broken promise.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Breach {
    /// The instant that was promised.
    pub due_at: Timestamp,
    /// When the breach was recorded.
    pub fired_at: Timestamp,
    /// Whether a new target put the promised instant into the past.
    pub retargeted: bool,
}

/// What a clock promises.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ClockPromise {
    /// The agreement that binds.
    pub agreement: AgreementId,
    /// With whom it is made.
    pub party: ClockParty,
    /// The priority that the target is for: 1 (highest) to 5.
    pub priority: u8,
    /// How long it may take.
    pub target: SignedDuration,
    /// The percentages of the target at which to warn, ascending.
    pub warning_percents: Vec<u8>,
    /// The reasons for waiting that pause the clock.
    pub pause_reasons: Vec<String>,
    /// The calendar whose hours count.
    pub calendar: ClockCalendar,
}

/// A service level clock.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ServiceLevelClock {
    /// The clock.
    pub id: ServiceLevelClockId,
    /// What it measures.
    pub subject: ClockSubject,
    /// The service that the record is about.
    pub service: ServiceId,
    /// Which time it measures.
    pub kind: TargetKind,
    /// What it promises.
    pub promise: ClockPromise,
    /// When it started.
    pub started_at: Timestamp,
    /// The times that do not count, in order.
    pub pauses: Vec<Pause>,
    /// The version of the time zone data by which it was last computed; empty in a clock from before it was kept.
    pub zone_data: String,
    /// When it stopped; none while it has no result.
    pub stopped_at: Option<Timestamp>,
    /// The warnings given, in order.
    pub warnings: Vec<Warning>,
    /// The breach; none while the promise is kept.
    pub breach: Option<Breach>,
    /// What it does.
    pub state: ServiceLevelClockState,
}

/// What happened to a clock.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ServiceLevelClockHappened {
    /// It started.
    Started,
    /// It stands.
    Paused {
        /// Why.
        reason: String,
    },
    /// It runs again.
    Resumed,
    /// It has its result.
    Stopped {
        /// Whether the promise was kept.
        met: bool,
        /// How much was used.
        used: SignedDuration,
        /// The instant that was promised; none when the calendar does not have so many hours.
        due_at: Option<Timestamp>,
    },
    /// The record was reopened: it goes on.
    Restarted,
    /// It promises something else.
    Retargeted {
        /// Whether the breach was recorded with it: the instant of the old or the new promise was past.
        breached: bool,
        /// How much was used by then.
        used: SignedDuration,
        /// The instant that is promised now; none when the calendar does not have so many hours.
        due_at: Option<Timestamp>,
    },
    /// It ended without a result.
    Cancelled {
        /// How much was used.
        used: SignedDuration,
    },
    /// A part of the target is used.
    Warned {
        /// The percentage of the target.
        percent: u8,
    },
    /// The promise is broken.
    Breached {
        /// How much was used.
        used: SignedDuration,
    },
}

/// What a clock's timer is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TimerKind {
    /// A warning at a percentage.
    Warning(u8),
    /// The breach.
    Breach,
}

impl ServiceLevelClockHappened {
    /// The name of what happened, as in the contracts.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Started => "Started",
            Self::Paused { .. } => "Paused",
            Self::Resumed => "Resumed",
            Self::Stopped { .. } => "Stopped",
            Self::Restarted => "Restarted",
            Self::Retargeted { .. } => "Retargeted",
            Self::Cancelled { .. } => "Cancelled",
            Self::Warned { .. } => "Warned",
            Self::Breached { .. } => "Breached",
        }
    }
}

type Decided = Decision<ServiceLevelClock, ServiceLevelClockHappened>;

fn not_negative(target: SignedDuration) -> Result<(), Refusal> {
    if target.is_negative() { Err(Refusal::invalid("target", "a target is not negative")) } else { Ok(()) }
}

impl ServiceLevelClock {
    /// Starts a clock.
    pub fn start(
        id: ServiceLevelClockId,
        subject: ClockSubject,
        service: ServiceId,
        kind: TargetKind,
        promise: ClockPromise,
        at: Timestamp,
    ) -> Decided {
        not_negative(promise.target)?;
        let clock = Self {
            id,
            subject,
            service,
            kind,
            promise,
            started_at: at,
            pauses: Vec::new(),
            zone_data: clocks::zone_data_version().to_owned(),
            stopped_at: None,
            warnings: Vec::new(),
            breach: None,
            state: ServiceLevelClockState::Running,
        };
        Ok((clock, ServiceLevelClockHappened::Started))
    }

    /// Whether it runs or stands, and so has no result yet.
    #[must_use]
    pub fn is_open(&self) -> bool {
        match self.state {
            ServiceLevelClockState::Running | ServiceLevelClockState::Paused => true,
            ServiceLevelClockState::Stopped | ServiceLevelClockState::Cancelled => false,
        }
    }

    /// Whether waiting for this reason pauses it.
    #[must_use]
    pub fn pauses_for(&self, reason: &str) -> bool {
        self.promise.pause_reasons.iter().any(|known| known == reason)
    }

    /// The instant at which the whole target is used; none when the calendar does not have so many hours.
    /// While it stands, as if it went on at `at`.
    #[must_use]
    pub fn due(&self, hours: &Hours, at: Timestamp) -> Option<Timestamp> {
        clocks::reached(hours, self.started_at, &self.union().ended(at), self.promise.target).ok()
    }

    /// The time used at an instant, or when it stopped.
    #[must_use]
    pub fn used(&self, hours: &Hours, at: Timestamp) -> SignedDuration {
        clocks::used(hours, self.started_at, &self.union(), self.until(at))
    }

    /// The time left at an instant; negative after the target.
    #[must_use]
    pub fn left(&self, hours: &Hours, at: Timestamp) -> SignedDuration {
        self.promise.target.saturating_sub(self.used(hours, at))
    }

    /// An instant, or when it stopped if that was before.
    fn until(&self, at: Timestamp) -> Timestamp {
        self.stopped_at.unwrap_or(at).min(at)
    }

    fn union(&self) -> Pauses {
        Pauses::union(self.pauses.clone())
    }

    /// Whether the promise was kept; none while it has no result and is not broken.
    #[must_use]
    pub fn met(&self) -> Option<bool> {
        match (&self.breach, self.state) {
            (Some(_), _) => Some(false),
            (None, ServiceLevelClockState::Stopped) => Some(true),
            (
                None,
                ServiceLevelClockState::Running
                | ServiceLevelClockState::Paused
                | ServiceLevelClockState::Cancelled,
            ) => None,
        }
    }

    /// The segments that explain it, from its start to an instant or its stop.
    #[must_use]
    pub fn explain(&self, hours: &Hours, at: Timestamp) -> Vec<Segment> {
        clocks::segments(hours, self.started_at, &self.union(), self.until(at))
    }

    /// When something happens to it next by itself, and what. A warning is due when its part is used; a
    /// breach a microsecond after the due instant, because stopping at that instant keeps the promise. What an
    /// open pause holds back is not due at all; what was due before it still is.
    #[must_use]
    pub fn next_timer(&self, hours: &Hours) -> Option<(Timestamp, TimerKind)> {
        if !self.is_open() {
            return None;
        }
        let pauses = self.union();
        let instant = |target| clocks::reached(hours, self.started_at, &pauses, target).ok();
        let pending = self.promise.warning_percents.iter().copied();
        let pending = pending.filter(|percent| self.warnings.iter().all(|given| given.percent != *percent));
        let warnings = pending.filter_map(|percent| {
            let due = instant(clocks::share(self.promise.target, percent))?;
            Some((due, TimerKind::Warning(percent)))
        });
        let unbroken = self.breach.is_none().then_some(self.promise.target);
        let breach = unbroken
            .and_then(instant)
            .map(|due| (clocks::later(due, SignedDuration::from_micros(1)), TimerKind::Breach));
        warnings.chain(breach).min_by_key(|(at, _)| *at)
    }

    /// Records the breach when an instant is after the due one and nobody has yet; whether it did.
    /// Every verb that ends or changes the promise asks this first, so that a late timer loses nothing.
    fn note_breach(&mut self, hours: &Hours, retargeted: bool, at: Timestamp) -> bool {
        clocks::zone_data_version().clone_into(&mut self.zone_data);
        let due_at = self.due(hours, at).filter(|due_at| self.breach.is_none() && at > *due_at);
        if let Some(due_at) = due_at {
            self.breach = Some(Breach { due_at, fired_at: at, retargeted });
        }
        due_at.is_some()
    }

    /// It stands, for a reason.
    pub fn pause(mut self, reason: &str, at: Timestamp) -> Decided {
        self.state = self.state.go(ServiceLevelClockVerb::Pause)?;
        self.pauses.push(Pause { from: at.max(self.started_at), to: None, reason: reason.to_owned() });
        Ok((self, ServiceLevelClockHappened::Paused { reason: reason.to_owned() }))
    }

    /// It runs again.
    pub fn resume(mut self, at: Timestamp) -> Decided {
        self.state = self.state.go(ServiceLevelClockVerb::Resume)?;
        self.end_pause(at);
        Ok((self, ServiceLevelClockHappened::Resumed))
    }

    fn end_pause(&mut self, at: Timestamp) {
        if let Some(open) = self.pauses.last_mut().filter(|pause| pause.to.is_none()) {
            open.to = Some(at.max(open.from));
        }
    }

    /// It has its result. Stopping at the due instant keeps the promise; after it breaks it.
    pub fn stop(mut self, hours: &Hours, at: Timestamp) -> Decided {
        self.state = self.state.go(ServiceLevelClockVerb::Stop)?;
        self.end_pause(at);
        self.note_breach(hours, false, at);
        self.stopped_at = Some(at);
        let (met, used, due_at) = (self.breach.is_none(), self.used(hours, at), self.due(hours, at));
        Ok((self, ServiceLevelClockHappened::Stopped { met, used, due_at }))
    }

    /// The record was reopened: the time since the stop does not count.
    pub fn restart(mut self, at: Timestamp) -> Decided {
        self.state = self.state.go(ServiceLevelClockVerb::Restart)?;
        let from = self.stopped_at.take().unwrap_or(at);
        self.pauses.push(Pause { from, to: Some(at.max(from)), reason: "RESOLVED".to_owned() });
        Ok((self, ServiceLevelClockHappened::Restarted))
    }

    /// It promises something else, or by a calendar that was edited; the start and the pauses stay, and what
    /// was used is computed anew. A promised instant that is past by the new promise is a breach now, marked as
    /// retargeted; one that was past before is a plain breach.
    pub fn retarget(
        mut self,
        promise: ClockPromise,
        (hours, new_hours): (&Hours, &Hours),
        at: Timestamp,
    ) -> Decided {
        self.state = self.state.go(ServiceLevelClockVerb::Retarget)?;
        not_negative(promise.target)?;
        let before = self.note_breach(hours, false, at);
        self.promise = promise;
        let breached = before || self.note_breach(new_hours, true, at);
        let (used, due_at) = (self.used(new_hours, at), self.due(new_hours, at));
        Ok((self, ServiceLevelClockHappened::Retargeted { breached, used, due_at }))
    }

    /// It ends without a result; a promise that was broken before stays broken.
    pub fn cancel(mut self, hours: &Hours, at: Timestamp) -> Decided {
        self.state = self.state.go(ServiceLevelClockVerb::Cancel)?;
        self.end_pause(at);
        self.note_breach(hours, false, at);
        self.stopped_at = Some(at);
        let used = self.used(hours, at);
        Ok((self, ServiceLevelClockHappened::Cancelled { used }))
    }

    /// Gives a warning that is due: its part of the target is used, and it was not given before.
    pub fn warn(mut self, percent: u8, hours: &Hours, at: Timestamp) -> Decided {
        self.state = self.state.go(ServiceLevelClockVerb::Warn)?;
        let known = self.promise.warning_percents.contains(&percent);
        let given = self.warnings.iter().any(|given| given.percent == percent);
        let part = clocks::share(self.promise.target, percent);
        let due_at = clocks::reached(hours, self.started_at, &self.union(), part);
        let due_at = due_at.ok().filter(|due_at| known && !given && *due_at <= at);
        let Some(due_at) = due_at else {
            let why = format!("a warning at {percent} % is not promised, given already, or not due yet");
            return Err(Refusal::rule(why).with("percent", percent));
        };
        self.warnings.push(Warning { percent, due_at, fired_at: at });
        Ok((self, ServiceLevelClockHappened::Warned { percent }))
    }

    /// Records the breach.
    pub fn breach(self, hours: &Hours, at: Timestamp) -> Decided {
        self.broken(hours, false, at)
    }

    /// Records the breach of a promise that was made when its instant was past.
    pub fn breach_when_made(self, hours: &Hours, at: Timestamp) -> Decided {
        self.broken(hours, true, at)
    }

    fn broken(mut self, hours: &Hours, retargeted: bool, at: Timestamp) -> Decided {
        self.state = self.state.go(ServiceLevelClockVerb::Breach)?;
        if !self.note_breach(hours, retargeted, at) {
            return Err(Refusal::rule("the promise is not broken now"));
        }
        let used = self.used(hours, at);
        Ok((self, ServiceLevelClockHappened::Breached { used }))
    }
}

#[cfg(test)]
#[path = "service_level_clock_tests.rs"]
pub(crate) mod tests;
