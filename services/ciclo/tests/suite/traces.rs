//! What a collector gets from the suite as processes: one trace from a client's
//! mutation through the gateway, a service and its log to what a neighbour does.

use crate::cluster::Cluster;
use crate::journeys::{demonstrate, demonstrate_at};
use crate::support::{Suite, binary};
use ciclo::services::NAMES;
use ciclo_kernel::trace::TraceContext;
use ciclo_store::LogRow;
use ciclo_testkit::collector::{Collector, Span, SpanKind};
use ciclo_testkit::process::token;
use ciclo_transport::envelope;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

/// What was exported, by the ids of spans, and what the services' logs hold.
struct Told {
    spans: HashMap<String, Span>,
    logs: BTreeMap<&'static str, Vec<LogRow>>,
}

impl Told {
    fn new(collector: &Collector, logs: BTreeMap<&'static str, Vec<LogRow>>) -> Self {
        let spans = collector.spans().into_iter().map(|span| (span.id.clone(), span)).collect();
        Self { spans, logs }
    }

    /// The span in which a row was written.
    fn wrote(&self, row: &LogRow) -> &Span {
        let place = TraceContext::parse(&row.traceparent).unwrap_or_else(|| panic!("no trace: {row:?}"));
        let span = self.spans.get(&place.span_id());
        let span = span.unwrap_or_else(|| panic!("nothing wrote {} {}", row.event_type, row.traceparent));
        assert_eq!(span.trace, place.trace_id());
        span
    }

    /// A span and those above it, up to the root.
    fn way_up<'t>(&'t self, from: &'t Span) -> Vec<&'t Span> {
        let mut way = vec![from];
        while let Some(below) = way.last()
            && !below.parent.is_empty()
        {
            let above = self.spans.get(&below.parent);
            let above = above.unwrap_or_else(|| panic!("nothing is above {below:?}"));
            assert_eq!(above.trace, below.trace, "one trace");
            way.push(above);
        }
        way
    }
}

/// The services' logs, read as a neighbour reads them.
async fn logs(url: impl Fn(&str) -> String, data: &Path) -> BTreeMap<&'static str, Vec<LogRow>> {
    let (client, neighbour) = (reqwest::Client::new(), token(binary(), data, "subgraph", "suite"));
    let mut logs = BTreeMap::new();
    for name in NAMES {
        let url = format!("{}/internal/log?after=0&limit=1000", url(name));
        let answer = client.get(url).bearer_auth(&neighbour).send().await.unwrap();
        logs.insert(name, envelope::decode_batch(&answer.bytes().await.unwrap()).unwrap());
    }
    logs
}

/// The loop, as events: what a service took in (either of them, where one implies the other), and
/// what it did then.
const LOOP: [(&[&str], &str, &str); 11] = [
    (&["catalog.v1.ServiceChartered"], "design", "design.v1.DesignPackageOpened"),
    (&["design.v1.DesignPackageOpened"], "catalog", "catalog.v1.ServiceEnteredDesign"),
    (&["design.v1.DesignPackageApproved"], "transition", "transition.v1.TransitionOpened"),
    (
        &["design.v1.DesignPackageApproved", "transition.v1.TransitionOpened"],
        "catalog",
        "catalog.v1.ServiceEnteredTransition",
    ),
    (&["transition.v1.TransitionClosed"], "catalog", "catalog.v1.ServiceWentOperational"),
    (&["transition.v1.TransitionClosed"], "catalog", "catalog.v1.OfferingBecameVisible"),
    (
        &["catalog.v1.ServiceWentOperational", "transition.v1.TransitionClosed"],
        "design",
        "design.v1.AgreementActivated",
    ),
    (
        &["operations.v1.ServiceLevelClockBreached"],
        "improvement",
        "improvement.v1.TargetResultBreachRecorded",
    ),
    (
        &["operations.v1.ServiceLevelClockBreached", "transition.v1.TransitionClosed"],
        "improvement",
        "improvement.v1.RecommendationProposed",
    ),
    (&["improvement.v1.RecommendationAccepted"], "design", "design.v1.RequirementRaised"),
    (&["design.v1.RequirementRaised"], "improvement", "improvement.v1.RecommendationAnswered"),
];

/// The attributes that the semantic conventions want of each kind of span, by the first word of its name.
const CONVENTIONS: [(SpanKind, &str, &[&str]); 6] = [
    (
        SpanKind::Server,
        "POST",
        &["http.request.method", "http.route", "http.response.status_code", "url.path"],
    ),
    (SpanKind::Client, "POST", &["http.request.method", "http.response.status_code", "service.peer.name"]),
    (SpanKind::Internal, "mutation", &["graphql.operation.type", "ciclo.graphql.fields"]),
    (SpanKind::Client, "TRANSACTION", &["db.system.name", "db.namespace", "db.operation.name"]),
    (SpanKind::Client, "SELECT", &["db.system.name", "db.namespace", "db.collection.name"]),
    (
        SpanKind::Consumer,
        "process",
        &[
            "messaging.system",
            "messaging.operation.type",
            "messaging.destination.name",
            "messaging.message.id",
        ],
    ),
];

/// Every row of every log was written in a span that hangs together with the client's mutation, or
/// with the clock that ran out; whatever a neighbour's event brought about, in the trace of that event.
fn hangs_together(told: &Told, carried: &[(SpanKind, &str)]) {
    let mut effects = BTreeSet::new();
    for (name, rows) in &told.logs {
        assert!(!rows.is_empty(), "{name} did nothing");
        for row in rows {
            let way = told.way_up(told.wrote(row));
            let root = way.last().expect("at least itself");
            let begun = [root.service.as_str(), root.name.as_str()];
            let known = [["gateway", "POST /graphql"], ["operations", "timer clock"]].contains(&begun);
            assert!(known, "{} began with {root:?}", row.event_type);
            for (at, span) in way.iter().enumerate().filter(|(_, span)| span.kind == SpanKind::Consumer) {
                // What the neighbour wrote is above, with the sending between where there is one.
                let above = &way[at + 1..];
                for ((kind, word), span) in carried.iter().zip(above) {
                    assert!(span.kind == *kind && span.name.starts_with(word), "above {row:?}: {span:?}");
                }
                let taken = span.attribute("cloudevents.event_type").trim_start_matches("ciclo.").to_owned();
                let done = row.event_type.trim_start_matches("ciclo.").to_owned();
                effects.insert((taken, span.service.clone(), done));
            }
        }
    }
    for (causes, by, done) in LOOP {
        let seen = |taken: &&str| effects.contains(&((*taken).to_owned(), by.to_owned(), done.to_owned()));
        assert!(causes.iter().any(seen), "{done} is not in one trace: {effects:#?}");
    }
    for (kind, word, attributes) in CONVENTIONS {
        let of = |span: &&Span| span.kind == kind && span.name.starts_with(word);
        assert!(told.spans.values().any(|span| of(&span)), "no {kind:?} {word}");
        for span in told.spans.values().filter(of) {
            for name in attributes {
                assert!(!span.attribute(name).is_empty(), "{name} is missing: {span:?}");
            }
            assert!(!span.failed, "{span:?}");
        }
    }
}

/// The names of what is above a design package's opening.
fn way_of_the_charter(told: &Told) -> Vec<String> {
    let row = told.logs["design"].iter().find(|row| row.event_type.ends_with(".DesignPackageOpened"));
    let way = told.way_up(told.wrote(row.expect("it was opened")));
    way.into_iter().map(|span| format!("{}: {}", span.service, span.name)).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_event_is_in_the_trace_of_what_caused_it() {
    let collector = Collector::start().await;
    let suite = Suite::six_with(&["--otlp-endpoint".to_owned(), collector.endpoint.clone()]);
    tokio::task::block_in_place(|| demonstrate(&suite));
    let logs = logs(|name| suite.service(name).to_owned(), &suite.data).await;
    assert!(suite.terminate().iter().all(|code| *code == Some(0)));
    let told = Told::new(&collector, logs);
    hangs_together(&told, &[(SpanKind::Client, "TRANSACTION")]);
    let way = [
        "design: TRANSACTION design",
        "design: process catalog",
        "catalog: TRANSACTION catalog",
        "catalog: mutation charterService",
        "catalog: POST /graphql",
        "gateway: POST",
        "gateway: mutation charterService",
        "gateway: POST /graphql",
    ];
    assert_eq!(way_of_the_charter(&told), way);
    let missing: Vec<_> = asked_for().difference(&collector.metrics()).cloned().collect();
    // Nothing is published without brokers.
    assert!(missing.iter().all(|name| PUBLISHING.contains(&name.as_str())), "{missing:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kafka_is_on_the_way() {
    let collector = Collector::start().await;
    let besides = ["--otlp-endpoint".to_owned(), collector.endpoint.clone()];
    let Some(cluster) = Cluster::start_with(&besides).await else { return };
    tokio::task::block_in_place(|| demonstrate_at(&cluster.gateway, &cluster.data));
    let logs = logs(|name| cluster.service(name), &cluster.data).await;
    assert!(cluster.terminate().iter().all(|code| *code == Some(0)));
    let told = Told::new(&collector, logs);
    hangs_together(&told, &[(SpanKind::Producer, "send"), (SpanKind::Client, "TRANSACTION")]);
    let way = [
        "design: TRANSACTION design",
        "design: process ciclo.catalog.service",
        "catalog: send ciclo.catalog.service",
        "catalog: TRANSACTION catalog",
        "catalog: mutation charterService",
        "catalog: POST /graphql",
        "gateway: POST",
        "gateway: mutation charterService",
        "gateway: POST /graphql",
    ];
    assert_eq!(way_of_the_charter(&told), way);
    assert_eq!(asked_for().difference(&collector.metrics()).count(), 0, "{:?}", collector.metrics());
    let line = collector.lines().into_iter().find(|line| line.body == "relays");
    assert!(line.is_some(), "{:?}", collector.lines());
}

/// The metrics of relays.
const PUBLISHING: [&str; 2] = ["ciclo_events_published_total", "ciclo_events_unpublished_age_seconds"];

/// The metrics that the alerts and the dashboard ask for.
fn asked_for() -> BTreeSet<String> {
    let places = ["deploy/prometheus/alerts.yaml", "deploy/grafana/dashboard.json"];
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let texts = places.map(|place| std::fs::read_to_string(root.join(place)).unwrap());
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || letter == '_' || letter == ':';
    let names = texts.iter().flat_map(|text| text.split(|letter| !is_part(letter)));
    let ours = ["http_server_request", "ciclo_", "db_client_connection"];
    let labels = ["ciclo_service", "ciclo_source", "ciclo_graphql_field"];
    let ours = names.filter(|name| ours.iter().any(|begin| name.starts_with(begin)));
    ours.filter(|name| !labels.contains(name)).map(str::to_owned).collect()
}
