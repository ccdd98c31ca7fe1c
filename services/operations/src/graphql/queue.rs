//! Queues in the API: the tickets that somebody has to work on, sorted by the
//! time that is left, and the changes of a queue.

use super::incident::Incident;
use super::problem::Problem;
use super::service_level_clock::ServiceLevelClock;
use super::service_request::ServiceRequest;
use crate::domain;
use crate::domain::measured::TicketType as Type;
use crate::domain::queue::{QueueWanted, Queued};
use crate::store::queue::{Filters, filters};
use async_graphql::{ComplexObject, Context, Enum, ID, InputObject, Object, SimpleObject, Union};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ciclo_api::list::PageInfo;
use ciclo_api::{ApiResult, Instant, Session, TargetKind, TicketType, mutate};
use ciclo_kernel::{Code, Refusal};
use ciclo_store::{Field, Filter, Order, PageRequest, Record, Versioned};

pub(super) type IncidentRecord = domain::incident::Incident;
pub(super) type ProblemRecord = domain::problem::Problem;
pub(super) type RequestRecord = domain::service_request::ServiceRequest;

/// By what queues are sorted: by what is due first, and then by age.
const ORDER: Order = Order { column: "queue_at", descending: false };

/// How far a ticket in a queue has come.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "domain::queue::TicketState")]
pub enum TicketState {
    /// Reported, and nobody's yet.
    New,
    /// Somebody's.
    Assigned,
    /// Worked on.
    InProgress,
    /// Waiting.
    OnHold,
    /// A request that may be fulfilled.
    Approved,
    /// A request whose tasks are being done.
    InFulfilment,
    /// A problem that is being judged.
    Assess,
    /// A problem whose cause is being looked for.
    RootCauseAnalysis,
    /// A problem whose cause is being removed.
    FixInProgress,
}

/// What the clocks of a ticket promise next: the earliest instant that a clock which runs promises.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(complex)]
pub struct Due {
    /// The instant; past when it is late.
    pub at: Instant,
    /// Which time the clock measures.
    pub kind: TargetKind,
    #[graphql(skip)]
    due: domain::due::Due,
}

#[ComplexObject]
impl Due {
    /// The clock: it says how much is left, and why.
    async fn clock(&self, ctx: &Context<'_>) -> ApiResult<Option<ServiceLevelClock>> {
        let loaders = Session::of(ctx).loads::<domain::service_level_clock::ServiceLevelClock>()?;
        Ok(loaders.one(self.due.clock).await?.map(ServiceLevelClock::from))
    }
}

impl From<domain::due::Due> for Due {
    fn from(due: domain::due::Due) -> Self {
        let kind = match due.kind {
            domain::service_level_clock::TargetKind::Response => TargetKind::Response,
            domain::service_level_clock::TargetKind::Resolution => TargetKind::Resolution,
        };
        Self { at: Instant(due.at), kind, due }
    }
}

/// A ticket: what somebody has to work on.
#[derive(Union, Clone, Debug)]
pub enum Ticket {
    /// An incident.
    Incident(Box<Incident>),
    /// A service request.
    ServiceRequest(ServiceRequest),
    /// A problem.
    Problem(Problem),
}

impl Ticket {
    /// As it is in a queue; none when nobody has to work on it.
    pub(super) fn queued(&self) -> Option<Queued<'_>> {
        match self {
            Self::Incident(incident) => incident.record().queued(),
            Self::ServiceRequest(request) => request.record().queued(),
            Self::Problem(problem) => problem.record().queued(),
        }
    }

    /// What is due next of it.
    pub(super) fn due(&self) -> Option<domain::due::Due> {
        match self {
            Self::Incident(incident) => incident.record().due,
            Self::ServiceRequest(request) => request.record().due,
            Self::Problem(problem) => problem.record().due,
        }
    }
}

/// Which tickets of a queue; what is left out does not matter.
#[derive(InputObject, Clone, Debug, Default)]
pub struct QueueFilter {
    /// Those of these types: incidents, service requests, problems.
    pub types: Option<Vec<TicketType>>,
    /// Those in these states.
    pub states: Option<Vec<TicketState>>,
    /// Those of these priorities: 1 (highest) to 5.
    pub priorities: Option<Vec<u8>>,
    /// Those about these services; at most 100.
    pub services: Option<Vec<ID>>,
    /// Those whose next clock measures one of these times.
    pub clocks: Option<Vec<TargetKind>>,
    /// Those that are due before an instant: late by now, say.
    pub due_before: Option<Instant>,
}

/// A ticket in a queue.
#[derive(SimpleObject)]
pub struct QueueEdge {
    /// Where it stands in the queue, for `after:`.
    pub cursor: String,
    /// The ticket.
    pub node: Ticket,
    /// What is due next of it; null when nothing is promised, or while all its clocks stand.
    pub due: Option<Due>,
}

/// A page of a queue.
pub struct QueueConnection {
    edges: Vec<(String, Ticket)>,
    info: PageInfo,
    filters: Filters,
}

/// A page of a queue.
#[Object]
impl QueueConnection {
    /// The tickets of the page, each with its cursor.
    async fn edges(&self) -> Vec<QueueEdge> {
        let edges = self.edges.iter();
        edges
            .map(|(cursor, ticket)| QueueEdge {
                cursor: cursor.clone(),
                node: ticket.clone(),
                due: ticket.due().map(Due::from),
            })
            .collect()
    }
    /// The tickets of the page.
    async fn nodes(&self) -> Vec<Ticket> {
        self.edges.iter().map(|(_, ticket)| ticket.clone()).collect()
    }
    /// Where the page stands in the queue.
    async fn page_info(&self) -> PageInfo {
        self.info.clone()
    }
    /// How many tickets are in the queue; counted only when asked for.
    async fn total_count(&self, ctx: &Context<'_>) -> ApiResult<i32> {
        let session = Session::of(ctx);
        let mut count = 0;
        for (ticket_type, filter) in &self.filters {
            count += match ticket_type {
                Type::Incident => session.reads::<IncidentRecord>()?.count::<IncidentRecord>(filter).await?,
                Type::ServiceRequest => {
                    session.reads::<RequestRecord>()?.count::<RequestRecord>(filter).await?
                }
                Type::Problem => session.reads::<ProblemRecord>()?.count::<ProblemRecord>(filter).await?,
                Type::Alert | Type::AccessGrant => 0,
            };
        }
        Ok(i32::try_from(count).unwrap_or(i32::MAX))
    }
}

pub(super) fn wanted(
    group: Option<String>,
    person: Option<String>,
    filter: Option<QueueFilter>,
) -> Result<QueueWanted, Refusal> {
    let filter = filter.unwrap_or_default();
    let types =
        filter.types.map(|types| types.into_iter().map(queue_type).collect::<Result<_, _>>()).transpose()?;
    let services = filter.services.map(|services| {
        if services.len() > 100 {
            let why = format!("{} services; at most 100 are allowed", services.len());
            return Err(Refusal::new(Code::LimitExceeded, why).with("limit", 100));
        }
        services.iter().map(mutate::id).collect()
    });
    let kind = |kind| match kind {
        TargetKind::Response => domain::service_level_clock::TargetKind::Response,
        TargetKind::Resolution => domain::service_level_clock::TargetKind::Resolution,
    };
    Ok(QueueWanted {
        group,
        person,
        types,
        states: filter.states.map(|states| states.into_iter().map(Into::into).collect()),
        priorities: filter.priorities,
        services: services.transpose()?,
        clocks: filter.clocks.map(|kinds| kinds.into_iter().map(kind).collect()),
        due_before: filter.due_before.map(|instant| instant.0),
    })
}

fn queue_type(ticket_type: TicketType) -> Result<Type, Refusal> {
    match ticket_type {
        TicketType::Incident => Ok(Type::Incident),
        TicketType::ServiceRequest => Ok(Type::ServiceRequest),
        TicketType::Problem => Ok(Type::Problem),
        TicketType::Alert | TicketType::AccessGrant => {
            let why = "alerts and access grants are in no queue: see `alerts` and `accessGrants`";
            Err(Refusal::invalid("types", why))
        }
    }
}

/// A place in a queue: when the ticket there is due, and its id.
type Place = (i64, String);

fn cursor((at, id): &Place) -> String {
    URL_SAFE_NO_PAD.encode(serde_json::json!(["queue", at, id]).to_string())
}

fn position(cursor: &str) -> Result<Place, Refusal> {
    let bad = || Refusal::new(Code::BadCursor, "`after` is not a cursor of a queue").with("field", "after");
    let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| bad())?;
    match serde_json::from_slice::<(String, i64, String)>(&bytes) {
        Ok((name, at, id)) if name == "queue" => Ok((at, id)),
        Ok(_) | Err(_) => Err(bad()),
    }
}

/// The first tickets of a type behind a place.
async fn some<R: Record>(
    session: &Session,
    filter: Filter,
    first: usize,
    after: Option<&Place>,
    ticket: fn(Versioned<R>) -> Ticket,
) -> ApiResult<(Vec<(Place, Ticket)>, bool)> {
    let after = after.map(|(at, id)| (Field::Int(*at), id.clone()));
    let request = PageRequest { filter, order: ORDER, first, after };
    let page = session.reads::<R>()?.page::<R>(&request).await?;
    let rows = page.rows.into_iter().map(|(found, at)| {
        let at = match at {
            Field::Int(at) => at,
            Field::Text(_) | Field::Null => domain::queue::LAST,
        };
        ((at, found.record.id().to_string()), ticket(found))
    });
    Ok((rows.collect(), page.more))
}

/// Reads queues.
#[derive(Default)]
pub struct QueueQueries;

#[Object]
impl QueueQueries {
    /// The tickets that a group or a person has to work on, or everybody has: incidents, problems, and the service requests of which a task can be done. What is due first comes first; that of which nothing is due comes last, the oldest first. Errors: LIMIT_EXCEEDED, BAD_CURSOR, BAD_ID, INVALID (alerts and access grants are in no queue).
    async fn queue(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Those that this group has to work on.")] group: Option<String>,
        #[graphql(desc = "Those that this person has to work on.")] person: Option<String>,
        #[graphql(desc = "Which of them; all when left out.")] filter: Option<QueueFilter>,
        #[graphql(desc = "How many, 1 to 100; 20 when left out.")] first: Option<i32>,
        #[graphql(desc = "After which one: a cursor of a queue.")] after: Option<String>,
    ) -> ApiResult<QueueConnection> {
        let session = Session::of(ctx);
        let filters = filters(&wanted(group, person, filter)?);
        let size = PageRequest::size(first)?;
        let after = after.as_deref().map(position).transpose()?;
        let (mut found, mut more) = (Vec::new(), false);
        for (ticket_type, filter) in &filters {
            filter.check()?;
            let (filter, after) = (filter.clone(), after.as_ref());
            let (tickets, further) = match ticket_type {
                Type::Incident => {
                    some::<IncidentRecord>(session, filter, size, after, |one| {
                        Ticket::Incident(Box::new(one.into()))
                    })
                    .await?
                }
                Type::ServiceRequest => {
                    let ticket = |one: Versioned<RequestRecord>| Ticket::ServiceRequest(one.into());
                    some::<RequestRecord>(session, filter, size, after, ticket).await?
                }
                Type::Problem => {
                    some::<ProblemRecord>(session, filter, size, after, |one| Ticket::Problem(one.into()))
                        .await?
                }
                Type::Alert | Type::AccessGrant => continue,
            };
            found.extend(tickets);
            more |= further;
        }
        found.sort_by(|(one, _), (other, _)| one.cmp(other));
        more |= found.len() > size;
        found.truncate(size);
        let edges: Vec<_> = found.into_iter().map(|(place, ticket)| (cursor(&place), ticket)).collect();
        let info = PageInfo {
            has_next_page: more,
            has_previous_page: after.is_some(),
            start_cursor: edges.first().map(|(cursor, _)| cursor.clone()),
            end_cursor: edges.last().map(|(cursor, _)| cursor.clone()),
        };
        Ok(QueueConnection { edges, info, filters })
    }
}
