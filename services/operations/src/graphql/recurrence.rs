//! What comes again, in the API: incidents that are like another, and proposals
//! of problems with the incidents that speak for them.

use super::foreign::{ConfigurationItem, Service};
use super::incident::Incident;
use super::problem::Problem;
use crate::domain;
use crate::domain::recurrence::{Recurrence, Recurrences, RecursIn, SIMILAR_LEAST, likeness, words};
use async_graphql::{Context, ID, Object};
use ciclo_api::filters::bounded;
use ciclo_api::{ApiResult, Instant, Session, mutate};
use ciclo_kernel::ids::{ConfigurationItemId, IncidentId, ServiceId};
use ciclo_kernel::{Code, Refusal, Timestamp};
use ciclo_store::record::id_field;
use ciclo_store::{Filter, Order, PageRequest, Test, Versioned};
use futures::future::try_join_all;
use std::collections::BTreeMap;

type Record = domain::incident::Incident;

/// Incidents of the service, and of each item, that are looked at: the newest.
const LOOKED_AT: i32 = 100;
/// Similar incidents that are shown.
const SIMILAR_MOST: usize = 10;
/// Most incidents of a period that are looked through for what recurs.
const INCIDENTS_MOST: u64 = 100_000;
/// Incidents that are read together.
const AT_ONCE: usize = 1_000;

/// An incident that is like another.
pub struct SimilarIncident(Versioned<Record>, u32);

/// An incident that is like another.
#[Object]
impl SimilarIncident {
    /// The incident.
    async fn incident(&self) -> Incident {
        Incident::from(self.0.clone())
    }
    /// How much it is like the other, in hundredths: words of the titles in common among all of both, and 50 more for an item in common.
    async fn likeness(&self) -> u32 {
        self.1
    }
}

/// The incidents that are most like what is described, at most ten. Goes through the loaders, so that a list of
/// incidents can ask for each of its own.
pub async fn similar(
    session: &Session,
    service: ServiceId,
    title: &str,
    items: &[ConfigurationItemId],
    except: Option<IncidentId>,
) -> ApiResult<Vec<SimilarIncident>> {
    let loaders = session.loads::<Record>()?;
    let of_service = loaders.by_column::<Record>("service_id", service.to_string(), Some(LOOKED_AT)).await?;
    let of_items =
        items.iter().map(|item| loaders.by_link::<Record>("item", item.to_string(), Some(LOOKED_AT)));
    let of_items = try_join_all(of_items).await?.into_iter().flatten();
    let found: BTreeMap<IncidentId, Versioned<Record>> =
        of_service.into_iter().chain(of_items).map(|incident| (incident.record.id, incident)).collect();
    let title = words(title);
    let mut alike: Vec<SimilarIncident> = found
        .into_values()
        .filter(|incident| Some(incident.record.id) != except)
        .map(|incident| {
            let likeness = likeness(&incident.record, &title, items);
            SimilarIncident(incident, likeness)
        })
        .filter(|SimilarIncident(_, likeness)| *likeness >= SIMILAR_LEAST)
        .collect();
    // The newest of those that are equally alike: ids sort by the time they were made.
    alike.sort_by_key(|SimilarIncident(incident, likeness)| {
        std::cmp::Reverse((*likeness, incident.record.id))
    });
    alike.truncate(SIMILAR_MOST);
    Ok(alike)
}

/// A problem to open: incidents that recur, and nobody looks for the cause of.
pub struct ProblemProposal {
    recurrence: Recurrence,
    open: Vec<Versioned<domain::problem::Problem>>,
}

/// A problem to open: incidents that recur, and nobody looks for the cause of.
#[Object]
impl ProblemProposal {
    /// The service that the incidents are about.
    async fn service(&self) -> Service {
        Service::named(self.recurrence.service)
    }
    /// The configuration item that all of them name; null when they name none and have the words of their titles in common.
    async fn item(&self) -> Option<ConfigurationItem> {
        match &self.recurrence.recurs_in {
            RecursIn::Item(item) => Some(ConfigurationItem::named(item)),
            RecursIn::Title(_) => None,
        }
    }
    /// How many incidents speak for it.
    async fn incident_count(&self) -> usize {
        self.recurrence.incidents.len()
    }
    /// The newest of them. Errors: LIMIT_EXCEEDED.
    async fn incidents(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, 1 to 100; 20 when left out.")] first: Option<i32>,
    ) -> ApiResult<Vec<Incident>> {
        let newest = self.recurrence.incidents.iter().rev().take(PageRequest::size(first)?).copied();
        let found = Session::of(ctx).loads::<Record>()?.many(newest).await?;
        Ok(found.into_iter().map(Incident::from).collect())
    }
    /// When the first of them was opened.
    async fn first_at(&self) -> Instant {
        Instant(self.recurrence.first_at)
    }
    /// When the last of them was opened.
    async fn last_at(&self) -> Instant {
        Instant(self.recurrence.last_at)
    }
    /// The problems that are open in the same item, newest first: the incidents may belong there.
    async fn open_problems(&self) -> Vec<Problem> {
        self.open.iter().cloned().map(Problem::from).collect()
    }
}

/// What comes again.
#[derive(Default)]
pub struct RecurrenceQueries;

#[Object]
impl RecurrenceQueries {
    /// The incidents that are most like what somebody reports, at most ten: of the same service or items, by the words of their titles. Errors: BAD_ID, LIMIT_EXCEEDED.
    async fn similar_incidents(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The service that the report is about.")] service: ID,
        #[graphql(desc = "What is wrong, in a line.")] title: String,
        #[graphql(desc = "The configuration items, at most 1,000; none when left out.")] items: Option<
            Vec<ID>,
        >,
    ) -> ApiResult<Vec<SimilarIncident>> {
        let items = bounded(items)?.unwrap_or_default();
        let items: Vec<ConfigurationItemId> = items.iter().map(mutate::id).collect::<Result<_, _>>()?;
        similar(Session::of(ctx), mutate::id(&service)?, &title, &items, None).await
    }

    /// Problems to open: incidents that were opened in a period, recur in an item (or in the words of their titles, when they name none), and are linked to no problem. The most frequent first, at most 100. Errors: BAD_ID, INVALID (the period, the number), LIMIT_EXCEEDED (more than 100,000 incidents: shorten the period).
    async fn problem_proposals(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first instant of the period.")] from: Instant,
        #[graphql(desc = "The first instant after it.")] to: Instant,
        #[graphql(desc = "How many incidents speak for a problem, 2 or more; 3 when left out.")]
        least: Option<u32>,
        #[graphql(desc = "Only of this service.")] service: Option<ID>,
    ) -> ApiResult<Vec<ProblemProposal>> {
        let session = Session::of(ctx);
        let service = service.as_ref().map(mutate::id::<ServiceId>).transpose()?;
        let least = least.unwrap_or(3);
        if least < 2 {
            return Err(Refusal::invalid("least", "one incident does not recur: 2 or more").into());
        }
        if from.0 >= to.0 {
            return Err(Refusal::invalid("from", "the period begins before it ends").into());
        }
        let mut often = recurrences(session, service, (from.0, to.0)).await?.at_least(least as usize);
        often.truncate(100);
        try_join_all(often.into_iter().map(|recurrence| proposal(session, recurrence))).await
    }
}

async fn recurrences(
    session: &Session,
    service: Option<ServiceId>,
    (from, to): (Timestamp, Timestamp),
) -> ApiResult<Recurrences> {
    let reader = session.reads::<Record>()?;
    let mut all = vec![
        Filter::Column("opened_at", Test::AtLeast(from.into())),
        Filter::Column("opened_at", Test::Below(to.into())),
    ];
    all.extend(service.map(|service| Filter::Column("service_id", Test::In(vec![id_field(service)]))));
    let filter = Filter::All(all);
    let count = reader.count::<Record>(&filter).await?;
    if count > INCIDENTS_MOST {
        let why = format!("{count} incidents; at most {INCIDENTS_MOST} are looked through at once");
        return Err(Refusal::new(Code::LimitExceeded, why).with("limit", INCIDENTS_MOST).into());
    }
    let order = Order { column: "opened_at", descending: false };
    let mut request = PageRequest { filter, order, first: AT_ONCE, after: None };
    let mut found = Recurrences::default();
    loop {
        let page = reader.page::<Record>(&request).await?;
        for (incident, _) in &page.rows {
            found.add(&incident.record);
        }
        request.after = page.rows.last().map(|(last, at)| (at.clone(), last.record.id.to_string()));
        if !page.more {
            return Ok(found);
        }
    }
}

async fn proposal(session: &Session, recurrence: Recurrence) -> ApiResult<ProblemProposal> {
    type Problem = domain::problem::Problem;
    let open = match &recurrence.recurs_in {
        RecursIn::Title(_) => Vec::new(),
        RecursIn::Item(item) => {
            let loaders = session.loads::<Problem>()?;
            let found = loaders.by_link::<Problem>("item", item.to_string(), Some(LOOKED_AT)).await?;
            found.into_iter().filter(|problem| problem.record.queued().is_some()).collect()
        }
    };
    Ok(ProblemProposal { recurrence, open })
}
