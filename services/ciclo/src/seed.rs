//! `--seed`: a believable organisation, made through the services' own commands
//! with a clock that runs through the last 90 days, so that history, clocks and
//! reviews are real.

use crate::services;
use crate::story::charter::Names;
use crate::story::design::{ALWAYS, ORDINARY};
use crate::story::problem::{Investigation, STEPS};
use crate::story::{Held, Story, Teller};
use crate::suite::{Suite, settle};
use anyhow::{Context, Result, bail};
use async_graphql::{Request, Variables};
use async_trait::async_trait;
use ciclo_api::Session;
use ciclo_host::DataDirectory;
use ciclo_kernel::{Clock, Principal, Role, SignedDuration, Tenant, Timestamp, ids};
use ciclo_transport::Consumer;
use serde_json::{Value, json};
use std::sync::Mutex as StdMutex;
use std::time::Duration;
use tokio::sync::Mutex;

/// The tenant that is filled.
const TENANT: &str = "demo";
/// How far back it goes.
const DAYS: i64 = 90;
/// How many tickets there are.
const TICKETS: u32 = 500;
/// After how many tickets somebody looks for a cause behind several of a service.
const LOOKED_AT: u32 = 45;
/// Incidents of a service that call for a look.
const REPEATED: usize = 3;

/// Name, family, criticality of each service, and the services before it that it depends on.
const SERVICES: [(&str, &str, i32, &[usize]); 20] = [
    ("Network", "infrastructure", 1, &[]),
    ("Identity", "infrastructure", 1, &[0]),
    ("Data centre", "infrastructure", 1, &[]),
    ("Storage", "infrastructure", 1, &[2]),
    ("Databases", "infrastructure", 1, &[2, 3]),
    ("E-mail", "workplace", 2, &[0, 1]),
    ("Workplace", "workplace", 2, &[0, 1]),
    ("Telephony", "workplace", 3, &[0]),
    ("File sharing", "workplace", 3, &[1, 3]),
    ("Printing", "workplace", 4, &[0]),
    ("Web shop", "commerce", 1, &[0, 4]),
    ("Payments", "commerce", 1, &[4]),
    ("Order management", "commerce", 1, &[4, 11]),
    ("Warehouse", "logistics", 2, &[4, 12]),
    ("Shipping", "logistics", 2, &[13]),
    ("Finance", "back office", 2, &[4]),
    ("Payroll", "back office", 2, &[15]),
    ("Reporting", "back office", 3, &[4]),
    ("Intranet", "workplace", 4, &[1]),
    ("Customer portal", "commerce", 2, &[1, 12]),
];
const TROUBLES: [&str; 8] = [
    "does not answer",
    "is slow since this morning",
    "rejects the password",
    "shows an old page",
    "loses the connection",
    "prints empty lines",
    "answers with errors",
    "shows the wrong totals",
];
const PEOPLE: [&str; 6] = ["diego", "elena", "farid", "greta", "hugo", "ines"];

/// Days of every year on which the office is closed.
const HOLIDAYS: [&str; 9] = ["01-01", "01-06", "05-01", "08-15", "10-12", "11-01", "12-06", "12-08", "12-25"];
/// The least critical service that is served at night as well.
const AROUND_THE_CLOCK: i32 = 1;

/// The hours of the office, in the years that the tickets are of and the one after.
fn office_hours(from: Timestamp, until: Timestamp) -> Value {
    let year = |at: Timestamp| at.to_zoned(jiff::tz::TimeZone::UTC).year();
    let years = year(from)..=year(until) + 1;
    let holidays: Vec<String> =
        years.flat_map(|year| HOLIDAYS.map(|day| format!("{year:04}-{day}"))).collect();
    let (day, friday) = (json!([["08:00", "18:00"]]), json!([["08:00", "15:00"]]));
    json!({
        "zone": "Europe/Madrid", "holidays": holidays,
        "weekly": { "monday": day, "tuesday": day, "wednesday": day, "thursday": day, "friday": friday },
    })
}

/// Fills an empty suite; refuses one that has records.
pub async fn fill(data: &DataDirectory) -> Result<()> {
    let end = Timestamp::now();
    let clock = Clock::manual(end - SignedDuration::from_hours(24 * DAYS));
    let suite = Suite::open(data, &clock).await?;
    if !suite.is_empty() {
        bail!("--seed fills an empty suite only; {} has records already", data.path().display());
    }
    eprintln!("ciclo: filling {} with {DAYS} days of an organisation", data.path().display());
    let consumers = Mutex::new(suite.consumers().await?);
    let teller = Local { suite, clock, consumers, dice: StdMutex::new(20_260_504) };
    teller.tell(end).await
}

/// A service of the organisation, with what belongs to it.
struct Told {
    service: Held,
    item: Held,
    agreement: Held,
    offering: Held,
}

/// Tells the story to the services of this process.
struct Local {
    suite: Suite,
    clock: Clock,
    consumers: Mutex<Vec<Consumer>>,
    dice: StdMutex<u64>,
}

impl Local {
    fn roll(&self, below: usize) -> usize {
        let mut dice = self.dice.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        *dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(*dice >> 33).unwrap_or(0) % below
    }

    /// Moves the clock and lets everything that was due happen at its instant.
    async fn pass(&self, to: Timestamp) -> Result<()> {
        let operations = &self.suite.part(ciclo_operations::NAME).database;
        loop {
            let next = operations.next_timers(1).await?.first().map(|timer| timer.due_at);
            match next.filter(|due| *due <= to) {
                Some(due) => {
                    self.clock.set(due.max(self.clock.now()));
                    ciclo_operations::timers::fire_due(operations).await?;
                }
                None => break,
            }
        }
        self.clock.set(to.max(self.clock.now()));
        self.settle().await
    }

    async fn tell(&self, end: Timestamp) -> Result<()> {
        let story = Story { teller: self };
        let names = Names {
            market_space: "Iberian retail",
            customers: &["Norte Retail", "Casa Verde", "Puerto Logistics", "Own staff"],
            objectives: &[
                ("Sell around the clock", 50),
                ("Deliver the next day", 30),
                ("Spend less on paper", 20),
            ],
            capabilities: &[("Web operations", 3), ("Service desk", 4)],
        };
        let organisation = story.organisation(&names).await?;
        let office = story.calendar("Office hours", office_hours(self.clock.now(), end)).await?;
        let mut told: Vec<Told> = Vec::new();
        for (place, (name, family, criticality, depends)) in SERVICES.iter().enumerate() {
            let mut service = story.chartered_service(name, family, *criticality, &organisation).await?;
            let offering = story.offering(&service, &format!("Access to {name}"), place % 3 == 0).await?;
            let mut package = story.package_opens(&service).await?;
            story.service_reaches(&service, "IN_DESIGN").await?;
            story
                .traced_requirement(&service, &package, &format!("{name} is there when it is needed"))
                .await?;
            let calendar = if *criticality <= AROUND_THE_CLOCK { ALWAYS } else { &office.id };
            let customer = &organisation.customers[place % organisation.customers.len()];
            let agreement = story.agreed_sla(&service, customer, &ORDINARY, calendar).await?;
            story.approved_package(&mut package).await?;
            let mut transition = story.transition_opens(&service).await?;
            let item = story
                .live_item(&format!("{}-01", family.replace(' ', "-")), "server", *criticality, &[&service])
                .await?;
            for below in *depends {
                story.relate(&item, "DEPENDS_ON", &told[*below].item).await?;
            }
            self.pass(self.clock.now() + SignedDuration::from_hours(2)).await?;
            let mut change = story
                .through_the_six_steps(&mut transition, &item, "Announce the window a week ahead.")
                .await?;
            story.closed_change(&mut change).await?;
            service = story.service_reaches(&service, "OPERATIONAL").await?;
            for below in *depends {
                let on = json!({ "on": told[*below].service.id });
                story.on(&mut service, ciclo_catalog::NAME, "addServiceDependency", on).await?;
            }
            story.agreement_activates(&agreement).await?;
            self.settle().await?;
            told.push(Told { service, item, agreement, offering });
        }
        self.tickets(&story, &told, end).await?;
        for one in told.iter().step_by(5) {
            story.published_review(&one.agreement, 30).await?;
        }
        self.settle().await
    }

    /// Tickets spread over the days that are left: most are resolved in time, some wait, some are late.
    async fn tickets(&self, story: &Story<'_>, told: &[Told], end: Timestamp) -> Result<()> {
        let begin = self.clock.now();
        let step = end.duration_since(begin) / i32::try_from(TICKETS + 1)?;
        let mut open: Vec<(Timestamp, Held, &str)> = Vec::new();
        let mut repeated: Vec<Vec<String>> = vec![Vec::new(); told.len()];
        let mut investigations: Vec<Investigation> = Vec::new();
        for ticket in 0..TICKETS {
            let now = begin + step * i32::try_from(ticket + 1)?;
            if ticket % LOOKED_AT == LOOKED_AT - 1 {
                self.pass(now).await?;
                investigations.extend(self.looked_at(story, told, &mut repeated).await?);
                for one in investigations.iter_mut().filter(|one| one.done < STEPS) {
                    story.goes_on(one).await?;
                }
            }
            while let Some(place) = open.iter().position(|(due, _, _)| *due <= now) {
                let (due, mut incident, person) = open.swap_remove(place);
                self.pass(due).await?;
                story.resolved_incident(&mut incident, person, "Found the cause and mended it.").await?;
            }
            self.pass(now).await?;
            let place = self.roll(told.len());
            let Told { service, item, offering, .. } = &told[place];
            let person = PEOPLE[self.roll(PEOPLE.len())];
            if ticket % 10 == 9 {
                story.fulfilled_request(offering, "carla", person).await?;
                continue;
            }
            let name = service.fields["name"].as_str().unwrap_or("The service");
            let title = format!("{name} {}", TROUBLES[self.roll(TROUBLES.len())]);
            let urgency = 1 + i32::try_from(self.roll(3))?;
            let mut incident = story.opened_incident(&title, service, &[item], urgency).await?;
            repeated[place].push(incident.id.clone());
            // Somebody takes most of them within minutes.
            let minutes = if self.roll(10) == 0 { 45 } else { 2 + self.roll(12) };
            self.pass(now + SignedDuration::from_mins(i64::try_from(minutes)?)).await?;
            story.assigned_incident(&mut incident, person).await?;
            // One in eight is late for its target; a few of the last stay open.
            let hours = if self.roll(8) == 0 { 30 + self.roll(60) } else { 1 + self.roll(3) };
            let due = now + SignedDuration::from_hours(i64::try_from(hours)?);
            if due < end {
                open.push((due, incident, person));
            }
        }
        open.sort_by_key(|(due, _, _)| *due);
        for (due, mut incident, person) in open {
            self.pass(due).await?;
            story.resolved_incident(&mut incident, person, "Found the cause and mended it.").await?;
        }
        self.pass(end).await
    }

    /// Opens a problem behind the incidents of the service that has most of them, if there are enough.
    async fn looked_at(
        &self,
        story: &Story<'_>,
        told: &[Told],
        repeated: &mut [Vec<String>],
    ) -> Result<Option<Investigation>> {
        let most = repeated.iter_mut().zip(told).max_by_key(|(incidents, _)| incidents.len());
        let Some((incidents, of)) = most.filter(|(incidents, _)| incidents.len() >= REPEATED) else {
            return Ok(None);
        };
        let name = of.service.fields["name"].as_str().unwrap_or("The service");
        let incidents = std::mem::take(incidents);
        let incidents: Vec<&str> = incidents.iter().map(String::as_str).collect();
        let person = PEOPLE[self.roll(PEOPLE.len())];
        story
            .opened_problem(&format!("{name} fails again and again"), &of.service, &incidents, person)
            .await
            .map(Some)
    }
}

#[async_trait]
impl Teller for Local {
    async fn send(&self, service: &str, subject: &str, query: &str, variables: Value) -> Result<Value> {
        let name = services::NAMES.into_iter().find(|name| *name == service).context("a service by name")?;
        let part = self.suite.part(name);
        let tenant = Tenant::parse(TENANT)?;
        let principal = Principal { tenant, subject: subject.to_owned(), roles: vec![Role::Admin] };
        let session = Session::new(&part.database, part.access, principal);
        let request = Request::new(query).variables(Variables::from_json(variables)).data(session);
        Ok(serde_json::to_value(part.schema.0.run(request).await)?)
    }

    async fn settle(&self) -> Result<()> {
        settle(&mut self.consumers.lock().await).await.map(|_| ())
    }

    fn key(&self) -> String {
        ids::event_id(self.now()).to_string()
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    fn note(&self, _what: &str, _id: &str, _took: Option<Duration>) {}
}
