//! The service of these tests: says who calls, waits when told to, counts.

use async_graphql::{Context, EmptyMutation, Object, Subscription};
use ciclo_api::access::EVERYBODY;
use ciclo_api::{Access, Session};
use ciclo_host::{GraphQl, Part, Running};
use ciclo_identity::{AUDIENCE, EMBEDDED_ISSUER, EmbeddedKey, Issuer, Jwks, Verifier};
use ciclo_kernel::{Clock, Principal, Role, SignedDuration, Tenant, Timestamp};
use ciclo_store::schema::Base;
use ciclo_store::{Database, MigrationTrait, Options};
use ciclo_transport::Embedded;
use futures::Stream;
use futures::stream;
use std::collections::HashMap;
use std::sync::Arc;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::watch;

/// How far a request that waits has come: `entered`, then `released`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Wait {
    Nobody,
    Entered,
    Released,
}

struct Query(watch::Sender<Wait>);

#[Object]
impl Query {
    async fn me(&self, ctx: &Context<'_>) -> String {
        let principal = Session::of(ctx).principal();
        format!("{} of {}", principal.subject, principal.tenant)
    }

    async fn wait(&self) -> bool {
        self.0.send_replace(Wait::Entered);
        self.0.subscribe().wait_for(|wait| *wait == Wait::Released).await.is_ok()
    }

    async fn admins(&self) -> bool {
        true
    }
}

struct Counter;

#[Subscription]
impl Counter {
    async fn count(&self, ctx: &Context<'_>, to: u32) -> impl Stream<Item = String> + use<> {
        let subject = Session::of(ctx).principal().subject.clone();
        stream::iter((1..=to).map(move |n| format!("{n} for {subject}")))
    }

    async fn forever(&self) -> impl Stream<Item = bool> + use<> {
        use futures::StreamExt;
        stream::iter([true]).chain(stream::pending())
    }
}

static ACCESS: Access = Access {
    fields: &[
        ("me", EVERYBODY),
        ("wait", EVERYBODY),
        ("admins", &[Role::Admin]),
        ("count", EVERYBODY),
        ("forever", EVERYBODY),
    ],
    records: &[],
};

fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![Box::new(Base)]
}

/// The service, running on a port of its own.
pub struct Service {
    pub database: Database,
    pub running: Running,
    pub wait: watch::Sender<Wait>,
    pub client: reqwest::Client,
    issuer: Issuer,
    _directory: TempDir,
}

impl Service {
    pub async fn start() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let key = EmbeddedKey::open(directory.path()).unwrap();
        let keys = Jwks::File(key.jwks_file().to_owned());
        let verifier = Verifier::new(keys, EMBEDDED_ISSUER, AUDIENCE).await.unwrap();
        let file = directory.path().join("small.sqlite");
        let options = Options { service: "small", place: file.into(), migrations, clock: Clock::System };
        let database = Database::open(options).await.unwrap();
        let wait = watch::Sender::new(Wait::Nobody);
        let schema = ciclo_api::schema::build(Query(wait.clone()), EmptyMutation, Counter, &[]);
        let part = Part {
            name: "small",
            database: database.clone(),
            schema: GraphQl(Arc::new(schema)),
            access: &ACCESS,
            handlers: Vec::new(),
            routes: Box::new(|_| axum::Router::new()),
            tasks: Vec::new(),
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let alone = Embedded::new(database.clone(), HashMap::new());
        let running = part.run(listener, verifier, &alone).await.unwrap();
        let issuer = Issuer::new(&key).unwrap();
        Self { database, running, wait, client: reqwest::Client::new(), issuer, _directory: directory }
    }

    /// A token of somebody with these roles.
    pub fn token(&self, roles: &[Role]) -> String {
        let tenant = Tenant::parse("acme").unwrap();
        let principal = Principal { tenant, subject: "ana".to_owned(), roles: roles.to_vec() };
        self.issuer.issue(&principal, Timestamp::now(), SignedDuration::from_mins(5)).unwrap()
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.running.address())
    }

    /// A query of somebody with these roles.
    pub fn query(&self, roles: &[Role], query: &str) -> reqwest::RequestBuilder {
        let body = serde_json::json!({ "query": query });
        self.client.post(self.url("/graphql")).bearer_auth(self.token(roles)).json(&body)
    }
}
