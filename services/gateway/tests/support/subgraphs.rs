//! Two tiny subgraphs on loopback: tickets, and the people they name.

use async_graphql::futures_util::stream::{self, Stream};
use async_graphql::http::ALL_WEBSOCKET_PROTOCOLS;
use async_graphql::{
    Context, Data, EmptyMutation, EmptySubscription, Error, ErrorExtensions, ID, Object, Schema,
    SimpleObject, Subscription,
};
use async_graphql_axum::{GraphQLProtocol, GraphQLRequest, GraphQLResponse, GraphQLWebSocket};
use axum::extract::{State, WebSocketUpgrade};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::{get, post};
use std::collections::BTreeMap;
use tokio::sync::Notify;

/// What a request told the subgraph.
#[derive(Clone, Default, SimpleObject)]
pub struct Seen {
    authorization: Option<String>,
    traceparent: Option<String>,
}

/// Told once all tickets of a flood have been taken.
pub static FLOODED: Notify = Notify::const_new();

struct Ticket {
    number: i32,
}

#[derive(SimpleObject)]
struct Person {
    id: ID,
}

#[Object]
impl Ticket {
    async fn id(&self) -> ID {
        ID(format!("t{}", self.number))
    }
    async fn title(&self, context: &Context<'_>) -> String {
        // The subscription's token, so that a test sees that it came along.
        let seen = context.data_opt::<Seen>().and_then(|seen| seen.authorization.as_deref());
        format!("ticket {}, token {}", self.number, seen.is_some())
    }
    async fn number(&self) -> i32 {
        self.number
    }
    /// So long that a few of them fill what lies between a server and a client that does not read.
    async fn essay(&self) -> String {
        "x".repeat(10_000)
    }
    async fn parent(&self) -> Option<Ticket> {
        Some(Ticket { number: self.number + 1 })
    }
    async fn agent(&self) -> Option<Person> {
        Some(Person { id: ID(format!("p{}", self.number)) })
    }
}

pub struct Tickets;

#[Object]
impl Tickets {
    async fn ticket(&self, id: ID) -> Option<Ticket> {
        id.strip_prefix('t').and_then(|number| number.parse().ok()).map(|number| Ticket { number })
    }
    async fn conflicting(&self) -> Result<Option<Ticket>, Error> {
        Err(Error::new("t1 is at version 3, not 2").extend_with(|_, extensions| {
            extensions.set("code", "CONFLICT");
            extensions.set("expectedVersion", 2);
            extensions.set("actualVersion", 3);
        }))
    }
    async fn broken(&self) -> Result<Option<Ticket>, Error> {
        Err(Error::new("no such table: ticket")
            .extend_with(|_, extensions| extensions.set("table", "ticket")))
    }
    async fn seen(&self, context: &Context<'_>) -> Seen {
        context.data_opt::<Seen>().cloned().unwrap_or_default()
    }
}

pub struct Opened;

#[Subscription]
impl Opened {
    /// Three tickets, those after the cursor, and then nothing more: the stream stays open.
    async fn ticket_opened(&self, after: i32) -> impl Stream<Item = Ticket> {
        use async_graphql::futures_util::StreamExt;
        stream::iter((after + 1..=3).map(|number| Ticket { number })).chain(stream::pending())
    }
    /// As many tickets as asked for, as fast as they are taken, and then nothing more.
    async fn ticket_flood(&self, count: i32) -> impl Stream<Item = Ticket> {
        use async_graphql::futures_util::StreamExt;
        let last = stream::once(async { FLOODED.notify_one() }).filter_map(async |()| None);
        stream::iter((1..=count).map(|number| Ticket { number })).chain(last).chain(stream::pending())
    }
    async fn ticket_broken(&self) -> impl Stream<Item = Result<Ticket, Error>> {
        stream::iter([Err(Error::new("disk full at /var/lib"))])
    }
}

/// A person as the subgraph of people knows them.
#[derive(SimpleObject)]
struct Known {
    id: ID,
    name: Option<String>,
}

pub struct People;

#[Object]
impl People {
    async fn people(&self) -> Option<Vec<KnownPerson>> {
        Some(vec![person("p1".into())])
    }
    #[graphql(entity)]
    async fn find_person_by_id(&self, id: ID) -> Option<KnownPerson> {
        Some(person(id))
    }
}

pub struct KnownPerson(Known);

#[Object(name = "Person")]
impl KnownPerson {
    async fn id(&self) -> ID {
        self.0.id.clone()
    }
    async fn name(&self) -> Option<String> {
        self.0.name.clone()
    }
}

fn person(id: ID) -> KnownPerson {
    let name = Some(format!("Ada {}", *id));
    KnownPerson(Known { id, name })
}

type TicketSchema = Schema<Tickets, EmptyMutation, Opened>;
type PeopleSchema = Schema<People, EmptyMutation, EmptySubscription>;

fn seen(headers: &HeaderMap) -> Seen {
    let header = |name| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    Seen { authorization: header("authorization"), traceparent: header("traceparent") }
}

async fn tickets(
    State(schema): State<TicketSchema>,
    headers: HeaderMap,
    request: GraphQLRequest,
) -> GraphQLResponse {
    schema.execute(request.into_inner().data(seen(&headers))).await.into()
}

async fn people(State(schema): State<PeopleSchema>, request: GraphQLRequest) -> GraphQLResponse {
    schema.execute(request.into_inner()).await.into()
}

async fn socket(
    State(schema): State<TicketSchema>,
    protocol: GraphQLProtocol,
    upgrade: WebSocketUpgrade,
) -> Response {
    upgrade.protocols(ALL_WEBSOCKET_PROTOCOLS).on_upgrade(async move |stream| {
        GraphQLWebSocket::new(stream, schema, protocol)
            .on_connection_init(async |payload: serde_json::Value| {
                let entry = |name: &str| payload[name].as_str().map(str::to_owned);
                let mut data = Data::default();
                data.insert(Seen {
                    authorization: entry("authorization"),
                    traceparent: entry("traceparent"),
                });
                Ok(data)
            })
            .serve()
            .await;
    })
}

async fn serve(router: axum::Router) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}")
}

/// Starts both; the base URLs by name.
pub async fn start() -> BTreeMap<String, String> {
    let schema = Schema::build(Tickets, EmptyMutation, Opened).enable_subscription_in_federation().finish();
    let router = axum::Router::new().route("/graphql", post(tickets)).route("/graphql/ws", get(socket));
    let tickets = serve(router.with_state(schema)).await;
    let schema = Schema::build(People, EmptyMutation, EmptySubscription).finish();
    let people = serve(axum::Router::new().route("/graphql", post(people)).with_state(schema)).await;
    BTreeMap::from([("tickets".to_owned(), tickets), ("people".to_owned(), people)])
}

/// A base URL at which nobody listens.
pub async fn nobody() -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}
