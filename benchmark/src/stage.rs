//! The operation stage alone, in this process and without a network, as its
//! records grow: what a create, a read and a list cost then, how fast clocks are
//! paused, retargeted and fired, and what a what-if over all of it takes.

use crate::effort::Effort;
use crate::table::{Times, heading, line};
use crate::world::fresh_key;
use anyhow::{Result, ensure};
use ciclo_clocks::{Editions, Hours, Pauses, reached};
use ciclo_contracts::convert::{duration, timestamp};
use ciclo_contracts::{catalog::v1 as catalog, design::v1 as design};
use ciclo_kernel::ids::{AgreementId, RecordId, ServiceId};
use ciclo_kernel::{SignedDuration, Timestamp};
use ciclo_operations::timers::fire_due;
use ciclo_testkit::events::row;
use ciclo_testkit::{TestService, start};
use futures::{StreamExt, stream};
use serde_json::{Value, json};
use std::fmt::Write;
use std::time::{Duration, Instant};

/// Numbers of incidents at which the costs are taken, each with two clocks.
const LEVELS: [usize; 3] = [10_000, 100_000, 1_000_000];
/// Requests at once.
const AT_ONCE: usize = 32;
/// Requests that a cost is taken of.
const SAMPLE: usize = 2_000;
/// Clocks that are paused, and retargeted: of half as many incidents.
const MOVED: usize = 10_000;
/// Due instants that are computed.
const DUES: usize = 1_000_000;
/// How far apart incidents are opened, by the service's clock.
const APART: SignedDuration = SignedDuration::from_millis(20);

const OPEN: &str = "mutation($input: OpenIncidentInput!) { it: openIncident(input: $input) { id version } }";
const HOLD: &str = "mutation($input: HoldIncidentInput!) { it: holdIncident(input: $input) { id version } }";
const RAISE: &str = "mutation($input: OverrideIncidentPriorityInput!) {
    it: overrideIncidentPriority(input: $input) { id version } }";
const ASSIGN: &str =
    "mutation($input: AssignIncidentInput!) { it: assignIncident(input: $input) { id version } }";
const RESOLVE: &str =
    "mutation($input: ResolveIncidentInput!) { it: resolveIncident(input: $input) { id version } }";
const READ: &str = "query($id: ID!) { it: incident(id: $id) { id title state clocks { kind due left } } }";
const LIST: &str = "query($group: String) { incidents(first: 20, filter: { group: { eq: $group } }) { nodes { id title } } }";
const QUEUE: &str = "query($group: String) { queue(group: $group, first: 20) { edges { due { at kind } node { __typename } } } }";
const WHAT_IF: &str = "query($input: WhatIfInput!) { it: serviceLevelWhatIf(input: $input) {
    incidents missed lines { kind priority count missed missedAsAgreed } misses(first: 20) { due used } } }";

/// What the records cost at a number of them, in milliseconds.
struct Costs {
    create: f64,
    read: f64,
    list: f64,
    queue: f64,
}

/// Prints all of it.
pub async fn run(effort: Effort) -> Result<()> {
    heading("Due instants over a calendar with ten years of holidays (one core)");
    line("computed", dues(effort.times(DUES))?, "1/s", "");

    let stage = Stage::open().await?;
    let mut opened: Vec<String> = Vec::new();
    let mut costs: Vec<Costs> = Vec::new();
    for (place, level) in LEVELS.into_iter().enumerate() {
        let level = effort.times(level);
        heading(&format!("{level} incidents with two clocks each"));
        let (began, before) = (Instant::now(), opened.len());
        stage.open_many(level - opened.len(), &mut opened).await?;
        let rate = (opened.len() - before) as f64 / began.elapsed().as_secs_f64();
        line("opened to get there, 32 at once", rate, "1/s", "");
        line("clocks started with them", rate * 2.0, "1/s", "");
        costs.push(stage.costs(&mut opened, effort).await?);
        if place == 1 {
            stage.timers(opened.len()).await?;
        }
        if place + 1 == LEVELS.len() {
            stage.moves(&opened, effort).await?;
        }
    }
    heading("Growth from the first number to the last (goal of each: 1.5)");
    let (first, last) = (&costs[0], &costs[costs.len() - 1]);
    line("create", last.create / first.create, "", "");
    line("read", last.read / first.read, "", "");
    line("list", last.list / first.list, "", "");
    line("queue", last.queue / first.queue, "", "");
    stage.what_if(&opened, effort.times(LEVELS[1])).await
}

/// How many due instants are computed in a second.
fn dues(count: usize) -> Result<f64> {
    let mut holidays = String::new();
    for year in 2020..2030 {
        for day in [
            "01-01", "01-06", "04-03", "05-01", "05-08", "07-14", "08-15", "10-12", "11-01", "12-08", "12-25",
        ] {
            write!(holidays, "{}\"{year}-{day}\"", if holidays.is_empty() { "" } else { "," })?;
        }
    }
    let day = r#"[["09:00","13:00"],["14:00","18:00"]]"#;
    let text = format!(
        r#"{{"zone":"Europe/Madrid","weekly":{{"monday":{day},"tuesday":{day},"wednesday":{day},"thursday":{day},"friday":{day}}},"holidays":[{holidays}]}}"#
    );
    let hours = Hours::new(Editions::parse(&text)?);
    let (pauses, target) = (Pauses::default(), SignedDuration::from_hours(40));
    let first = Timestamp::from_second(1_577_836_800)?;
    let began = Instant::now();
    let mut last = first;
    for number in 0..count {
        // Spread over the ten years, in no order.
        let at = first + SignedDuration::from_secs((number as i64 * 7_919_993) % 315_000_000);
        last = last.max(reached(&hours, at, &pauses, target)?);
    }
    ensure!(last > first, "nothing was computed");
    Ok(count as f64 / began.elapsed().as_secs_f64())
}

/// Operations with a service and its agreement.
struct Stage {
    operations: TestService,
    service: String,
}

impl Stage {
    async fn open() -> Result<Self> {
        let operations = TestService::open("operations", ciclo_operations::open).await;
        let service = ServiceId::at(start()).to_string();
        let after = catalog::Service {
            id: service.clone(),
            name: "Web shop".to_owned(),
            state: catalog::ServiceState::Operational.into(),
            criticality: 3,
            ..Default::default()
        };
        let message = catalog::ServiceEvent { after: Some(after), what: None };
        let known = row("Service", "ciclo.catalog.v1.ServiceProposed", &service, 1, start(), &message);
        operations.deliver("catalog", &known).await?;
        let agreement = AgreementId::at(start()).to_string();
        let target = |kind: design::TargetKind, priority, hours| design::Target {
            ticket_type: design::TicketType::Incident.into(),
            kind: kind.into(),
            priority,
            duration: Some(duration(SignedDuration::from_hours(hours))),
            warning_percent: vec![50, 80],
        };
        let targets = (1..=5).flat_map(|priority| {
            [
                target(design::TargetKind::Response, priority, 24 * 30),
                target(design::TargetKind::Resolution, priority, 24 * 60),
            ]
        });
        let terms = design::Terms {
            valid_from: Some(timestamp(start() - SignedDuration::from_hours(1))),
            calendar: "24x7".to_owned(),
            targets: targets.collect(),
            pause_reasons: vec![design::PauseReason::Caller.into()],
            ..design::Terms::default()
        };
        let after = design::Agreement {
            id: agreement.clone(),
            family_id: agreement.clone(),
            number: 1,
            service_id: service.clone(),
            kind: design::AgreementKind::Sla.into(),
            state: design::AgreementState::Active.into(),
            terms: Some(terms),
            ..design::Agreement::default()
        };
        let message = design::AgreementEvent { after: Some(after), what: None };
        let agreed = row("Agreement", "ciclo.design.v1.AgreementActivated", &agreement, 1, start(), &message);
        operations.deliver("design", &agreed).await?;
        Ok(Self { operations, service })
    }

    async fn send(&self, query: &str, variables: Value) -> Result<Value> {
        let mut answer = self.operations.admin(query, variables).await.0;
        ensure!(answer.get("errors").is_none(), "{query}: {answer}");
        Ok(answer["data"].take())
    }

    async fn open_one(&self) -> Result<String> {
        self.operations.clock.advance(APART);
        let input = json!({
            "title": "The shop answers with errors", "service": self.service, "impact": 3, "urgency": 3,
            "caller": "carla", "group": "Web", "idempotencyKey": fresh_key(),
        });
        let data = self.send(OPEN, json!({ "input": input })).await?;
        Ok(data["it"]["id"].as_str().unwrap_or_default().to_owned())
    }

    async fn open_many(&self, count: usize, opened: &mut Vec<String>) -> Result<()> {
        let mut many = stream::iter(0..count).map(|_| self.open_one()).buffer_unordered(AT_ONCE);
        while let Some(id) = many.next().await {
            opened.push(id?);
        }
        Ok(())
    }

    /// What a create at 32 at once, a read and a list cost now.
    async fn costs(&self, opened: &mut Vec<String>, effort: Effort) -> Result<Costs> {
        let sample = effort.times(SAMPLE);
        let began = Instant::now();
        self.open_many(sample, opened).await?;
        let create = began.elapsed().as_secs_f64() * 1e3 / sample as f64;
        line("create, of 32 at once", create, "ms", "");
        let step = (opened.len() / sample).max(1);
        let reads = opened.iter().step_by(step).map(|id| (READ, json!({ "id": id })));
        let reads = self.times(reads).await?;
        reads.lines("read of one with its clocks", "");
        let lists = (0..sample / 10).map(|_| (LIST, json!({ "group": "Web" })));
        let lists = self.times(lists).await?;
        lists.lines("the newest 20 of a group", "");
        let queues = (0..sample / 10).map(|_| (QUEUE, json!({ "group": "Web" })));
        let queues = self.times(queues).await?;
        queues.lines("the 20 of a group with the least time left", "");
        let (read, list, queue) = (reads.percentile(50), lists.percentile(50), queues.percentile(50));
        Ok(Costs { create, read, list, queue })
    }

    async fn times(&self, requests: impl Iterator<Item = (&str, Value)>) -> Result<Times> {
        let mut times: Vec<Duration> = Vec::new();
        for (query, variables) in requests {
            let began = Instant::now();
            self.send(query, variables).await?;
            times.push(began.elapsed());
        }
        Ok(Times::of(times))
    }

    /// Timers among so many open clocks: the first that is due alone, then all of an hour in which nobody looked.
    async fn timers(&self, incidents: usize) -> Result<()> {
        let database = &self.operations.part.database;
        let due = database.next_timers(1).await?.first().map(|timer| timer.due_at);
        let Some(due) = due else { return Ok(()) };
        self.operations.clock.set(due);
        let began = Instant::now();
        let one = fire_due(database).await?;
        let took = began.elapsed();
        line("open clocks", incidents as f64 * 2.0, "", "");
        line(
            &format!("fired what was due at an instant ({one})"),
            took.as_secs_f64() * 1e3,
            "ms",
            "goal: 1,000",
        );
        self.operations.clock.advance(SignedDuration::from_hours(1));
        let began = Instant::now();
        let hour = fire_due(database).await?;
        line("fired after a stop of an hour", hour as f64, "", "");
        line("fired a second", hour as f64 / began.elapsed().as_secs_f64(), "1/s", "");
        Ok(())
    }

    /// Clocks paused and retargeted, with everything that there is.
    async fn moves(&self, opened: &[String], effort: Effort) -> Result<()> {
        let count = effort.times(MOVED / 2).min(opened.len() / 2);
        let (first, second) = (&opened[..count], &opened[count..count * 2]);
        let rate = self.verbs(first, HOLD, 1, json!({ "reason": "CALLER" })).await?;
        line("clocks paused", rate * 2.0, "1/s", "");
        let raise = json!({ "priority": 1, "reason": "The board asks" });
        line("clocks retargeted", self.verbs(second, RAISE, 1, raise).await? * 2.0, "1/s", "");
        Ok(())
    }

    /// Applies a verb to incidents; how many a second.
    async fn verbs(&self, ids: &[String], mutation: &str, version: i32, more: Value) -> Result<f64> {
        let one = |id: &String| {
            let mut input = json!({ "id": id, "expectedVersion": version, "idempotencyKey": fresh_key() });
            for (name, value) in more.as_object().into_iter().flatten() {
                input[name] = value.clone();
            }
            self.send(mutation, json!({ "input": input }))
        };
        let began = Instant::now();
        let mut all = stream::iter(ids).map(one).buffer_unordered(AT_ONCE);
        while let Some(done) = all.next().await {
            done?;
        }
        Ok(ids.len() as f64 / began.elapsed().as_secs_f64())
    }

    /// Resolves incidents and asks what would have become of them.
    async fn what_if(&self, opened: &[String], count: usize) -> Result<()> {
        // The newest: nobody paused or raised them.
        let ids = &opened[opened.len().saturating_sub(count)..];
        heading(&format!("What-if over {} incidents that are resolved", ids.len()));
        self.verbs(ids, ASSIGN, 1, json!({ "person": "jo" })).await?;
        let rate = self.verbs(ids, RESOLVE, 2, json!({ "code": "FIXED", "notes": "Restarted" })).await?;
        line("resolved, two clocks stopped with each", rate, "1/s", "");
        let day = json!([["09:00", "17:00"]]);
        let input = json!({
            "service": self.service, "from": start().to_string(),
            "to": (self.operations.clock.now() + SignedDuration::from_hours(1)).to_string(),
            "hours": { "zone": "Europe/Madrid", "holidays": ["2026-05-01"], "weekly": {
                "monday": day, "tuesday": day, "wednesday": day, "thursday": day, "friday": day } },
            "targets": [
                { "kind": "RESPONSE", "priority": 5, "duration": "PT15M" },
                { "kind": "RESOLUTION", "priority": 5, "duration": "PT1H" },
            ],
            "pauseReasons": ["CALLER", "SUPPLIER"],
        });
        let mut measured = 0;
        let mut times = Vec::new();
        for _ in 0..3 {
            let began = Instant::now();
            let answer = self.send(WHAT_IF, json!({ "input": input })).await?;
            times.push(began.elapsed());
            measured = answer["it"]["incidents"].as_u64().unwrap_or_default();
        }
        ensure!(measured >= ids.len() as u64, "{measured} incidents were measured");
        line("incidents measured by two terms", measured as f64, "", "");
        line(
            "another calendar, other targets and pauses, median",
            Times::of(times).percentile(50),
            "ms",
            "goal: 2,000",
        );
        Ok(())
    }
}
