//! The embedded transport against the contract: in one process, and over HTTP.

use crate::source::{append, open};
use async_graphql::{EmptyMutation, EmptySubscription, Object, Schema};
use async_trait::async_trait;
use ciclo_api::Access;
use ciclo_host::{GraphQl, Part, Running};
use ciclo_identity::{AUDIENCE, EMBEDDED_ISSUER, EmbeddedKey, Issuer, Jwks, Verifier};
use ciclo_kernel::ids::{RecordId, RequirementId};
use ciclo_kernel::{Principal, Role, SignedDuration, Tenant, Timestamp};
use ciclo_store::{Database, LogRow};
use ciclo_transport::contract::{self, Event, Harness, SOURCE};
use ciclo_transport::embedded::{RemoteFeed, rewind};
use ciclo_transport::{Embedded, Feed, Subscription, Topics, Transport};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use tokio::net::TcpListener;

#[tokio::test(flavor = "multi_thread")]
async fn in_one_process() {
    contract::check(async || Suite::new(false).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn over_http() {
    contract::check(async || Suite::new(true).await).await;
}

/// A source and a reader, each with its own database.
struct Suite {
    directory: TempDir,
    remote: bool,
    log: Database,
    transport: Embedded,
    server: Option<Running>,
}

impl Suite {
    async fn new(remote: bool) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let (log, transport, server) = start(&directory, remote).await;
        Self { directory, remote, log, transport, server }
    }
}

async fn start(directory: &TempDir, remote: bool) -> (Database, Embedded, Option<Running>) {
    let log = open(directory.path(), SOURCE).await;
    let (feed, server) = if remote {
        let (feed, server) = serve(directory, log.clone()).await;
        (Feed::Remote(feed), Some(server))
    } else {
        (Feed::Local(log.clone()), None)
    };
    let own = open(directory.path(), "reader").await;
    (log, Embedded::new(own, HashMap::from([(SOURCE, feed)])), server)
}

struct Query;

#[Object]
impl Query {
    async fn nothing(&self) -> bool {
        false
    }
}

const ACCESS: Access = Access { fields: &[], records: &[] };

/// The source as a service of its own, with a feed of its log.
async fn serve(directory: &TempDir, log: Database) -> (RemoteFeed, Running) {
    let key = EmbeddedKey::open(directory.path()).unwrap();
    let keys = Jwks::File(key.jwks_file().to_owned());
    let verifier = Verifier::new(keys, EMBEDDED_ISSUER, AUDIENCE).await.unwrap();
    let part = Part {
        name: SOURCE,
        database: log.clone(),
        schema: GraphQl(Arc::new(Schema::new(Query, EmptyMutation, EmptySubscription))),
        access: &ACCESS,
        handlers: Vec::new(),
        routes: Box::new(|_| axum::Router::new()),
        tasks: Vec::new(),
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let alone = Embedded::new(log, HashMap::new());
    let running = part.run(listener, verifier, &alone).await.unwrap();
    let reader = Principal {
        tenant: Tenant::parse("suite").unwrap(),
        subject: "service:reader".to_owned(),
        roles: vec![Role::Subgraph],
    };
    let issuer = Issuer::new(&key).unwrap();
    let token = move || issuer.issue(&reader, Timestamp::now(), SignedDuration::from_mins(5)).unwrap();
    let url = format!("http://{}", running.address());
    (RemoteFeed { url, token: Arc::new(token), client: reqwest::Client::new() }, running)
}

#[async_trait(?Send)]
impl Harness for Suite {
    async fn append(&mut self, events: Vec<Event>) -> Vec<LogRow> {
        let rows = append(&self.log, &events).await;
        self.transport.publish(SOURCE, &rows).await.unwrap();
        rows
    }

    async fn subscribe(&self, group: &'static str, topics: Topics) -> Box<dyn Subscription> {
        self.transport.subscribe(group, topics).await.unwrap()
    }

    async fn restart(&mut self) {
        if let Some(server) = self.server.take() {
            server.stop(Duration::from_secs(5)).await;
        }
        let (log, transport, server) = start(&self.directory, self.remote).await;
        (self.log, self.transport, self.server) = (log, transport, server);
    }
}

#[tokio::test]
async fn a_neighbour_that_is_away_is_waited_for() {
    let directory = tempfile::tempdir().unwrap();
    let log = open(directory.path(), SOURCE).await;
    let (feed, server) = serve(&directory, log).await;
    server.stop(Duration::from_secs(5)).await;
    let own = open(directory.path(), "reader").await;
    let transport = Embedded::new(own, HashMap::from([(SOURCE, Feed::Remote(feed))]));
    let topics = Topics { source: SOURCE, record_types: &["Requirement"] };
    let mut reading = transport.subscribe("reader", topics).await.unwrap();
    assert!(reading.poll(10).await.is_err());
    assert!(reading.ready().await.is_err());
    assert!(reading.commit().await.is_ok(), "nothing was taken in");
}

#[tokio::test]
async fn a_neighbour_without_a_feed_is_an_error() {
    let directory = tempfile::tempdir().unwrap();
    let own = open(directory.path(), "reader").await;
    let topics = Topics { source: "nobody", record_types: &[] };
    let error = Embedded::new(own, HashMap::new()).subscribe("reader", topics).await.map(|_| ()).unwrap_err();
    assert!(error.to_string().contains("nobody"), "{error}");
}

#[tokio::test]
async fn a_group_that_is_set_back_reads_from_the_beginning() {
    let mut suite = Suite::new(false).await;
    let topics = Topics { source: SOURCE, record_types: &["Requirement"] };
    let told = Event {
        tenant: "acme",
        actor: "ana".to_owned(),
        record_type: "Requirement",
        record_id: RequirementId::at(Timestamp::UNIX_EPOCH).to_string(),
        at: Timestamp::UNIX_EPOCH,
        trace: None,
        bytes: Vec::new(),
    };
    let rows = suite.append(vec![told.clone(), told]).await;
    let mut reading = suite.subscribe("reader", topics).await;
    assert_eq!(reading.poll(10).await.unwrap(), rows);
    reading.commit().await.unwrap();
    suite.restart().await;
    assert_eq!(suite.subscribe("reader", topics).await.poll(10).await.unwrap(), []);
    let own = open(suite.directory.path(), "reader").await;
    assert_eq!(rewind(&own, "another").await.unwrap(), 0);
    assert_eq!(suite.subscribe("reader", topics).await.poll(10).await.unwrap(), [], "another's is another's");
    assert_eq!(rewind(&own, SOURCE).await.unwrap(), rows[1].sequence);
    assert_eq!(suite.subscribe("reader", topics).await.poll(10).await.unwrap(), rows);
}
