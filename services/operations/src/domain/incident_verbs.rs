//! What can be done to an incident.

use super::facts::Mark;
use super::incident::{
    Closing, Comment, HoldReason, Incident, IncidentHappened, IncidentLinks, IncidentState, IncidentStatus,
    IncidentVerb, MajorState, OpenedByRule, PriorityOverride, Resolution, ResolutionCode, Wait, WaitReason,
};
use super::priority_matrix::{self, Cells};
use ciclo_kernel::{
    Decision, Machine, Refusal, SignedDuration, Timestamp,
    ids::{AlertId, ConfigurationItemId, CustomerId, IncidentId, ServiceId},
    text,
};

/// Most configuration items that an incident names.
pub const MOST_ITEMS: usize = 100;
/// Most comments that an incident keeps.
pub const MOST_COMMENTS: usize = 1_000;

/// What it takes to open an incident.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OpenIncident {
    /// What is wrong, in a line.
    pub title: String,
    /// What is wrong, in full.
    pub description: Option<String>,
    /// Who reported it.
    pub caller: String,
    /// The service that it is about.
    pub service: ServiceId,
    /// The customer whose agreement binds; none when nobody said.
    pub customer: Option<CustomerId>,
    /// The configuration items that it is about.
    pub items: Vec<ConfigurationItemId>,
    /// How much is hit: 1 (highest) to 3.
    pub impact: u8,
    /// How fast it must end: 1 (highest) to 3.
    pub urgency: u8,
    /// The group that it is given to from the start; none leaves it to the desk.
    pub group: Option<String>,
    /// The alert that opens it.
    pub alert: Option<AlertId>,
    /// The alert rule that opens it.
    pub rule: Option<OpenedByRule>,
    /// The closed incident that it follows up.
    pub follow_up_of: Option<IncidentId>,
}

type Decided = Decision<Incident, IncidentHappened>;

impl Incident {
    /// Opens an incident.
    pub fn open(id: IncidentId, input: OpenIncident, matrix: &Cells, by: &str, at: Timestamp) -> Decided {
        let mut items = input.items;
        items.sort_unstable();
        items.dedup();
        if items.len() > MOST_ITEMS {
            let why = format!("{} items; at most {MOST_ITEMS} are allowed", items.len());
            return Err(Refusal::invalid("items", why).with("limit", MOST_ITEMS));
        }
        let incident = Self {
            id,
            title: text::line("title", &input.title)?,
            description: text::optional_body("description", input.description.as_deref())?,
            caller: text::line("caller", &input.caller)?,
            service: input.service,
            customer: input.customer,
            items,
            impact: input.impact,
            urgency: input.urgency,
            priority: priority_matrix::priority(matrix, input.impact, input.urgency)?,
            priority_override: None,
            group: text::optional_line("group", input.group.as_deref())?,
            person: None,
            alert: input.alert,
            rule: input.rule,
            follow_up_of: input.follow_up_of,
            waits: Some(Vec::new()),
            due: None,
            links: IncidentLinks::default(),
            major: MajorState::None,
            comments: Vec::new(),
            opened: Mark::new(by, at),
            first_response_at: None,
            reassignments: 0,
            reopened: 0,
            status: IncidentStatus::New,
        };
        Ok((incident, IncidentHappened::Opened))
    }

    /// Gives it to a group, a person, or a person of a group.
    pub fn assign(mut self, group: Option<&str>, person: Option<&str>, at: Timestamp) -> Decided {
        let before = self.state();
        before.go(IncidentVerb::Assign)?;
        let group = text::optional_line("group", group)?;
        let person = text::optional_line("person", person)?;
        if group.is_none() && person.is_none() {
            return Err(Refusal::invalid("group", "a group or a person is needed"));
        }
        if before != IncidentState::New {
            self.reassignments += 1;
        }
        self.group = group.or(self.group);
        self.person = person;
        self.enter(IncidentStatus::Assigned, at);
        let first_response = self.respond(at);
        Ok((self, IncidentHappened::Assigned { first_response }))
    }

    /// Comes into a status, and notes the wait that ends with it: on hold, or resolved until it is reopened.
    fn enter(&mut self, status: IncidentStatus, at: Timestamp) {
        let over = match &self.status {
            IncidentStatus::OnHold { reason, since, .. } => Some((WaitReason::from(*reason), *since)),
            IncidentStatus::Resolved { resolution } => Some((WaitReason::Resolved, resolution.resolved.at)),
            IncidentStatus::New
            | IncidentStatus::Assigned
            | IncidentStatus::InProgress
            | IncidentStatus::Closed { .. }
            | IncidentStatus::Cancelled { .. } => None,
        };
        if let (Some((reason, from)), Some(waits)) = (over, &mut self.waits) {
            waits.push(Wait { reason, from, to: at.max(from) });
        }
        self.status = status;
    }

    /// Notes the first response when a person has it for the first time; whether that is so.
    fn respond(&mut self, at: Timestamp) -> bool {
        let first = self.person.is_some() && self.first_response_at.is_none();
        if first {
            self.first_response_at = Some(at);
        }
        first
    }

    /// Begins the work. Who begins takes it when it is nobody's.
    pub fn start(mut self, by: &str, at: Timestamp) -> Decided {
        self.state().go(IncidentVerb::Start)?;
        if self.person.is_none() {
            self.person = Some(text::line("person", by)?);
        }
        self.enter(IncidentStatus::InProgress, at);
        let first_response = self.respond(at);
        Ok((self, IncidentHappened::Started { first_response }))
    }

    /// Waits for somebody else; for a supplier, which one may be said.
    pub fn hold(
        mut self,
        reason: HoldReason,
        supplier: Option<&str>,
        note: Option<&str>,
        at: Timestamp,
    ) -> Decided {
        self.state().go(IncidentVerb::Hold)?;
        let supplier = text::optional_line("supplier", supplier)?;
        if supplier.is_some() && reason != HoldReason::Supplier {
            return Err(Refusal::invalid("supplier", "a supplier is named when it is waited for"));
        }
        let note = text::optional_body("note", note)?;
        self.status = IncidentStatus::OnHold { reason, supplier, note, since: at };
        Ok((self, IncidentHappened::Held { reason }))
    }

    /// Waits no longer. Who goes on takes it when it is nobody's.
    pub fn resume(mut self, by: &str, at: Timestamp) -> Decided {
        self.state().go(IncidentVerb::Resume)?;
        if self.person.is_none() {
            self.person = Some(text::line("person", by)?);
        }
        self.enter(IncidentStatus::InProgress, at);
        self.respond(at);
        Ok((self, IncidentHappened::Resumed))
    }

    /// It works again.
    pub fn resolve(mut self, code: ResolutionCode, notes: &str, by: &str, at: Timestamp) -> Decided {
        self.state().go(IncidentVerb::Resolve)?;
        let notes = text::body("notes", notes)?;
        let resolution = Resolution { code, notes, resolved: Mark::new(by, at) };
        self.enter(IncidentStatus::Resolved { resolution }, at);
        Ok((self, IncidentHappened::Resolved { code }))
    }

    /// It does not work after all: only within a window after it was resolved. Later a new incident follows it up.
    pub fn reopen(mut self, reason: &str, window: SignedDuration, at: Timestamp) -> Decided {
        self.state().go(IncidentVerb::Reopen)?;
        let reason = text::body("reason", reason)?;
        if let IncidentStatus::Resolved { resolution } = &self.status {
            let until = resolution.resolved.at + window;
            if at > until {
                let missing = [format!(
                    "REOPEN_WINDOW: it ended at {until}; open a new incident that follows this one up"
                )];
                return Err(Refusal::unmet("reopen", &missing));
            }
        }
        self.reopened += 1;
        self.enter(IncidentStatus::InProgress, at);
        Ok((self, IncidentHappened::Reopened { reason }))
    }

    /// It is done.
    pub fn close(mut self, closing: Closing, by: &str, at: Timestamp) -> Decided {
        let state = self.state();
        let next = state.go(IncidentVerb::Close);
        let IncidentStatus::Resolved { resolution } = self.status else {
            return Err(next.err().unwrap_or_else(|| Refusal::rule("the incident is not resolved")));
        };
        self.status = IncidentStatus::Closed { resolution, closing, closed: Mark::new(by, at) };
        Ok((self, IncidentHappened::Closed { closing }))
    }

    /// It was no incident, or nobody's business.
    pub fn cancel(mut self, reason: &str, by: &str, at: Timestamp) -> Decided {
        self.state().go(IncidentVerb::Cancel)?;
        let reason = text::body("reason", reason)?;
        self.enter(IncidentStatus::Cancelled { reason: reason.clone(), cancelled: Mark::new(by, at) }, at);
        Ok((self, IncidentHappened::Cancelled { reason }))
    }

    /// Refuses what is not done to an incident that is over.
    fn must_be_open(&self, what: &str) -> Result<(), Refusal> {
        match self.state() {
            IncidentState::New
            | IncidentState::Assigned
            | IncidentState::InProgress
            | IncidentState::OnHold => Ok(()),
            IncidentState::Resolved | IncidentState::Closed | IncidentState::Cancelled => {
                Err(Refusal::wrong_state("incident", self.state().as_str(), what, self.state().allowed()))
            }
        }
    }

    /// Sets impact and urgency; the priority follows by the matrix, and an override ends.
    pub fn reprioritise(mut self, impact: u8, urgency: u8, matrix: &Cells) -> Decided {
        self.must_be_open("reprioritise")?;
        let from = self.priority;
        self.priority = priority_matrix::priority(matrix, impact, urgency)?;
        (self.impact, self.urgency, self.priority_override) = (impact, urgency, None);
        Ok((self, IncidentHappened::Reprioritised { from }))
    }

    /// Sets the priority against the matrix, for a reason.
    pub fn override_priority(mut self, priority: u8, reason: &str, by: &str, at: Timestamp) -> Decided {
        self.must_be_open("overridePriority")?;
        if !(1..=5).contains(&priority) {
            return Err(Refusal::invalid("priority", "1 (highest) to 5 is needed"));
        }
        let from = std::mem::replace(&mut self.priority, priority);
        self.priority_override =
            Some(PriorityOverride { reason: text::body("reason", reason)?, set: Mark::new(by, at) });
        Ok((self, IncidentHappened::Reprioritised { from }))
    }

    /// Links it: what is given replaces what was there.
    pub fn link(mut self, links: IncidentLinks) -> Decided {
        if links.parent == Some(self.id) {
            return Err(Refusal::rule("an incident is no part of itself").with("parent", self.id.to_string()));
        }
        let before = self.links.clone();
        self.links = IncidentLinks {
            caused_by_change: links.caused_by_change.or(before.caused_by_change),
            problem: links.problem.or(before.problem),
            known_error: links.known_error.or(before.known_error),
            parent: links.parent.or(before.parent),
        };
        if self.links == before {
            return Err(Refusal::invalid("links", "a link that is not there yet is needed"));
        }
        Ok((self, IncidentHappened::Linked))
    }

    /// Says something about it.
    pub fn comment(mut self, comment: &str, internal: bool, by: &str, at: Timestamp) -> Decided {
        if self.comments.len() >= MOST_COMMENTS {
            return Err(Refusal::invalid("text", format!("an incident keeps {MOST_COMMENTS} comments")));
        }
        self.comments.push(Comment { said: Mark::new(by, at), text: text::body("text", comment)?, internal });
        Ok((self, IncidentHappened::Commented))
    }

    /// Moves it through the small process of a major incident.
    pub fn set_major(mut self, to: MajorState) -> Decided {
        let from = self.major;
        let allowed: &[MajorState] = match from {
            MajorState::None | MajorState::Rejected => &[MajorState::Proposed],
            MajorState::Proposed => &[MajorState::Accepted, MajorState::Rejected],
            MajorState::Accepted => &[MajorState::Reviewed],
            MajorState::Reviewed => &[],
        };
        if !allowed.contains(&to) {
            let allowed = allowed.iter().map(|state| state.as_str()).collect();
            return Err(Refusal::wrong_state("major incident", from.as_str(), to.as_str(), allowed));
        }
        self.major = to;
        Ok((self, IncidentHappened::MajorChanged { from }))
    }
}

#[cfg(test)]
#[path = "incident_tests.rs"]
pub(crate) mod tests;
