//! Commands on incidents: one transaction each, with the clocks that follow.

use crate::commands::clock;
use crate::commands::neighbours::customer_is_known;
use crate::domain::alert::Alert;
use crate::domain::alert_decision::ReadyRule;
use crate::domain::incident::{
    Closing, HoldReason, Incident, IncidentHappened, IncidentLinks, IncidentState, IncidentStatus,
    OpenedByRule, ResolutionCode,
};
use crate::domain::incident_verbs::OpenIncident;
use crate::domain::known::{KnownChange, KnownItem, KnownService};
use crate::domain::known_error::KnownError;
use crate::domain::priority_matrix::{Cells, DEFAULT, PriorityMatrix};
use crate::domain::problem::Problem;
use ciclo_kernel::ids::{ConfigurationItemId, IncidentId, RecordId};
use ciclo_kernel::{Decision, Machine, Refusal, SignedDuration, Timestamp};
use ciclo_store::{Field, Filter, Result, Test, Tx, Versioned};

/// The timer that closes a resolved incident.
pub const CLOSE_TIMER: &str = "close";
/// How long after it was resolved an incident can be reopened; then it is closed.
pub const REOPEN_WINDOW: SignedDuration = SignedDuration::from_hours(5 * 24);
/// Children that are read together when they are resolved with their parent.
const CHILDREN_AT_ONCE: usize = 500;

/// The tenant's priority matrix.
pub async fn matrix(tx: &Tx) -> Result<Cells> {
    let set = tx.only::<PriorityMatrix>().await?;
    Ok(set.map_or(DEFAULT, |matrix| matrix.record.cells))
}

/// Sets the tenant's priority matrix. Incidents keep the priority that they have.
pub async fn set_matrix(tx: &mut Tx, cells: Cells) -> Result<Versioned<PriorityMatrix>> {
    match tx.only::<PriorityMatrix>().await? {
        Some(matrix) => tx.change_loaded(matrix, None, |matrix, _, _| matrix.set(cells)).await,
        None => tx.create(PriorityMatrix::first(tx.fresh(), cells)).await,
    }
}

/// Opens an incident on a service and items that are known here, and starts its clocks.
pub async fn open(tx: &mut Tx, input: OpenIncident) -> Result<Versioned<Incident>> {
    tx.known::<KnownService>(input.service).await?;
    customer_is_known(tx, input.customer).await?;
    for item in &input.items {
        tx.known::<KnownItem>(*item).await?;
    }
    if let Some(earlier) = input.follow_up_of {
        let earlier = tx.get::<Incident>(earlier).await?.record;
        if earlier.state() != IncidentState::Closed {
            return Err(Refusal::rule(
                "only a closed incident is followed up; this one can still be worked on",
            )
            .with("incident", earlier.id.to_string())
            .into());
        }
    }
    let matrix = matrix(tx).await?;
    let opened = Incident::open(tx.fresh(), input, &matrix, tx.by(), tx.now());
    clock::create(tx, opened).await
}

/// Applies a verb to an incident; its clocks follow.
pub async fn change(
    tx: &mut Tx,
    id: IncidentId,
    expected: Option<u64>,
    verb: impl FnOnce(Incident, &str, Timestamp) -> Decision<Incident, IncidentHappened> + Send,
) -> Result<Versioned<Incident>> {
    let incident = clock::change(tx, id, expected, verb).await?;
    tx.set_timer(&id.to_string(), CLOSE_TIMER, close_at(&incident.record)).await?;
    Ok(incident)
}

/// When an incident is closed by itself; none unless it is resolved.
fn close_at(incident: &Incident) -> Option<Timestamp> {
    match &incident.status {
        IncidentStatus::Resolved { resolution } => Some(resolution.resolved.at + REOPEN_WINDOW),
        IncidentStatus::New
        | IncidentStatus::Assigned
        | IncidentStatus::InProgress
        | IncidentStatus::OnHold { .. }
        | IncidentStatus::Closed { .. }
        | IncidentStatus::Cancelled { .. } => None,
    }
}

/// Resolves an incident, and its open children when asked to.
pub async fn resolve(
    tx: &mut Tx,
    id: IncidentId,
    expected: u64,
    code: ResolutionCode,
    notes: String,
    children: bool,
) -> Result<Versioned<Incident>> {
    let said = notes.clone();
    let resolved =
        change(tx, id, Some(expected), move |incident, by, at| incident.resolve(code, &said, by, at)).await?;
    if children {
        resolve_children(tx, id, code, &notes, CHILDREN_AT_ONCE).await?;
    }
    Ok(resolved)
}

/// The states in which an incident is open, as a list finds them.
fn open_states() -> Vec<Field> {
    let open =
        [IncidentState::New, IncidentState::Assigned, IncidentState::InProgress, IncidentState::OnHold];
    open.map(|state| state.as_str().into()).to_vec()
}

/// Resolves the open children of an incident, all of them, so many read together. Who resolves one that nobody has
/// taken takes it.
pub async fn resolve_children(
    tx: &mut Tx,
    id: IncidentId,
    code: ResolutionCode,
    notes: &str,
    at_once: usize,
) -> Result<()> {
    let children = Filter::All(vec![
        Filter::is("parent_id", id.to_string()),
        Filter::Column("state", Test::In(open_states())),
    ]);
    loop {
        // Each of them is resolved then, and no longer in the filter.
        let found = tx.list::<Incident>(children.clone(), at_once).await?;
        if found.is_empty() {
            return Ok(());
        }
        for child in found {
            if child.record.state() == IncidentState::New {
                let take = |incident: Incident, by: &str, at| incident.assign(None, Some(by), at);
                change(tx, child.record.id, None, take).await?;
            }
            let resolve = |incident: Incident, by: &str, at| incident.resolve(code, notes, by, at);
            change(tx, child.record.id, None, resolve).await?;
        }
    }
}

/// Links an incident to records that exist.
pub async fn link(
    tx: &mut Tx,
    id: IncidentId,
    expected: u64,
    links: IncidentLinks,
) -> Result<Versioned<Incident>> {
    if let Some(change) = links.caused_by_change {
        tx.known::<KnownChange>(change).await?;
    }
    if let Some(problem) = links.problem {
        tx.get::<Problem>(problem).await?;
    }
    if let Some(known_error) = links.known_error {
        tx.get::<KnownError>(known_error).await?;
    }
    if let Some(parent) = links.parent {
        let parent = tx.get::<Incident>(parent).await?.record;
        if parent.links.parent.is_some() {
            return Err(Refusal::rule("a part of another incident has no parts of its own")
                .with("parent", parent.id.to_string())
                .into());
        }
        let parts = tx.list::<Incident>(Filter::is("parent_id", id.to_string()), 1).await?;
        if let Some(part) = parts.first() {
            return Err(Refusal::rule("an incident that has parts is no part of another")
                .with("part", part.record.id.to_string())
                .into());
        }
    }
    change(tx, id, Some(expected), move |incident, _, _| incident.link(links)).await
}

/// Says something about an incident. The caller's answer ends the wait for it.
pub async fn comment(
    tx: &mut Tx,
    id: IncidentId,
    expected: u64,
    text: String,
    internal: bool,
) -> Result<Versioned<Incident>> {
    let said =
        change(tx, id, Some(expected), move |incident, by, at| incident.comment(&text, internal, by, at))
            .await?;
    let waits = match &said.record.status {
        IncidentStatus::OnHold { reason, .. } => *reason == HoldReason::Caller,
        IncidentStatus::New
        | IncidentStatus::Assigned
        | IncidentStatus::InProgress
        | IncidentStatus::Resolved { .. }
        | IncidentStatus::Closed { .. }
        | IncidentStatus::Cancelled { .. } => false,
    };
    // Without a person the desk looks at it first.
    if waits && said.record.caller == tx.by() && said.record.person.is_some() {
        return change(tx, id, None, |incident, by, at| incident.resume(by, at)).await;
    }
    Ok(said)
}

/// The open incident for the alert's group by a rule, or one that is opened now; `None` when the service of the
/// alert is not known here.
pub async fn for_alert(tx: &mut Tx, alert: &Alert, ready: &ReadyRule) -> Result<Option<IncidentId>> {
    let rule = &ready.rule;
    let by = OpenedByRule { rule: rule.id, version: ready.version, group: rule.group_of(alert) };
    if let Some(key) = by.group_key() {
        let same = Filter::All(vec![
            Filter::is("alert_group", key),
            Filter::Column("state", Test::In(open_states())),
        ]);
        if let Some(found) = tx.list::<Incident>(same, 1).await?.pop() {
            return Ok(Some(found.record.id));
        }
    }
    let Some(service) = rule.service_of(alert) else { return Ok(None) };
    if tx.copy::<KnownService>(&service.to_string()).await?.is_none() {
        return Ok(None);
    }
    let input = OpenIncident {
        title: alert.title.clone(),
        description: None,
        caller: tx.by().to_owned(),
        service,
        customer: None,
        items: items_named(tx, alert).await?,
        impact: rule.terms.impact,
        urgency: rule.terms.urgency,
        group: Some(rule.terms.group.clone()),
        alert: Some(alert.id),
        rule: Some(by),
        follow_up_of: None,
    };
    Ok(Some(open(tx, input).await?.record.id))
}

/// The configuration item that an alert names in its label `item`, if it is known here.
async fn items_named(tx: &Tx, alert: &Alert) -> Result<Vec<ConfigurationItemId>> {
    let Some(id) = alert.labels.get("item").and_then(|label| ConfigurationItemId::parse(label).ok()) else {
        return Ok(Vec::new());
    };
    Ok(tx.copy::<KnownItem>(&id.to_string()).await?.map(|_| id).into_iter().collect())
}

/// Resolves the incident of an alert that is over. One that nobody has taken is taken by operations first;
/// one that is over already is left alone.
pub async fn resolve_with_alert(tx: &mut Tx, id: IncidentId) -> Result<()> {
    let incident = tx.get::<Incident>(id).await?.record;
    match incident.state() {
        IncidentState::Resolved | IncidentState::Closed | IncidentState::Cancelled => return Ok(()),
        IncidentState::New => {
            let take =
                |incident: Incident, _: &str, at| incident.assign(None, Some("service:operations"), at);
            change(tx, id, None, take).await?;
        }
        IncidentState::Assigned | IncidentState::InProgress | IncidentState::OnHold => {}
    }
    let notes = "Monitoring reports that the trouble is over.";
    let resolve =
        move |incident: Incident, by: &str, at| incident.resolve(ResolutionCode::AlertCleared, notes, by, at);
    change(tx, id, None, resolve).await.map(|_| ())
}

/// Closes a resolved incident whose time to be reopened is over; one that is not is left alone, with the
/// timer that it has now: it may have been resolved anew since its timer was read.
pub async fn close_in_time(tx: &mut Tx, id: IncidentId) -> Result<()> {
    let incident = tx.get::<Incident>(id).await?.record;
    match close_at(&incident) {
        Some(at) if at <= tx.now() => {
            change(tx, id, None, |incident, by, at| incident.close(Closing::Automatic, by, at)).await?;
        }
        later => tx.set_timer(&id.to_string(), CLOSE_TIMER, later).await?,
    }
    Ok(())
}
