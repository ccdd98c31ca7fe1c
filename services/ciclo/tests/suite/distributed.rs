//! The journeys and the faults on PostgreSQL and Kafka, two processes of each
//! service. A ledger that the clients keep is held against what is there after.
//!
//! `CICLO_FAULTS=500` makes more rounds of it, and outages of a minute.

use crate::cluster::{Cluster, REPLICAS};
use crate::faults::{Dice, Ground, act, ground};
use crate::journeys::demonstrate_at;
use ciclo::services::NAMES;
use ciclo_kernel::Timestamp;
use ciclo_kernel::ids::{RecordId, ServiceId};
use ciclo_testkit::follower::Follower;
use ciclo_testkit::process::Client;
use ciclo_testkit::{echo, events};
use ciclo_transport::{Kafka, KafkaOptions, Transport};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// Processes that are killed, one after the other.
const KILLS: usize = 12;
/// Writes that are acknowledged between two faults.
const BETWEEN: usize = 8;
/// How long the broker is away in the long form.
const OUTAGE: Duration = Duration::from_secs(60);
/// Clients that write.
const WRITERS: usize = 3;
/// How long effects may take after everything is repaired.
const DRAINED: Duration = Duration::from_secs(60);

/// Every change of services, from the first.
const FOLLOWED: &str = "subscription Follow($after: String) {
    serviceChanged(after: $after) { cursor eventType service { id version } } }";

/// What was acknowledged of each service: its newest version, and whether it was chartered.
type Ledger = Arc<Mutex<HashMap<String, (i64, bool)>>>;

/// Clients that write whatever happens: what is not acknowledged is sent again with its key.
struct Writers {
    ledger: Ledger,
    acknowledged: Arc<AtomicUsize>,
    repeated: Arc<AtomicUsize>,
    enough: Arc<AtomicBool>,
    tasks: Vec<tokio::task::JoinHandle<()>>,
}

impl Writers {
    fn start(client: &Client, ground: &Ground) -> Self {
        let mut all = Self {
            ledger: Ledger::default(),
            acknowledged: Arc::default(),
            repeated: Arc::default(),
            enough: Arc::default(),
            tasks: Vec::new(),
        };
        for writer in 0..WRITERS {
            let (client, ground, ledger) = (client.clone(), ground.clone(), all.ledger.clone());
            let (acknowledged, repeated, enough) =
                (all.acknowledged.clone(), all.repeated.clone(), all.enough.clone());
            all.tasks.push(tokio::spawn(async move {
                for n in 0.. {
                    if enough.load(Ordering::SeqCst) {
                        return;
                    }
                    let name = format!("w{writer}-{n}");
                    charter(&client, &name, &ground, &ledger, &acknowledged, &repeated).await;
                }
            }));
        }
        all
    }

    /// Waits until so many more writes are acknowledged.
    async fn more(&self, writes: usize) {
        let from = self.acknowledged.load(Ordering::SeqCst);
        while self.acknowledged.load(Ordering::SeqCst) < from + writes {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Waits while something is away: for some writes, in the long form for a minute of them.
    async fn endure(&self) {
        let begun = Instant::now();
        self.more(4 * BETWEEN).await;
        while rounds().is_some() && begun.elapsed() < OUTAGE {
            self.more(BETWEEN).await;
        }
    }

    /// Lets them finish what they have begun; what was acknowledged.
    async fn stop(self) -> HashMap<String, (i64, bool)> {
        self.enough.store(true, Ordering::SeqCst);
        for task in self.tasks {
            task.await.unwrap();
        }
        self.ledger.lock().unwrap().clone()
    }
}

/// How many processes are killed in the long form; none in the bounded one.
fn rounds() -> Option<usize> {
    std::env::var("CICLO_FAULTS").ok()?.parse().ok()
}

/// Takes a service to its charter, each step until it is acknowledged.
async fn charter(
    client: &Client,
    name: &str,
    ground: &Ground,
    ledger: &Ledger,
    acknowledged: &AtomicUsize,
    repeated: &AtomicUsize,
) {
    let insist = async |mutation: &str, input: Value| loop {
        if let Some(record) = act(client, mutation, input.clone()).await {
            acknowledged.fetch_add(1, Ordering::SeqCst);
            ledger.lock().unwrap().insert(record.0.clone(), (record.1, mutation == "charterService"));
            return record;
        }
        repeated.fetch_add(1, Ordering::SeqCst);
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    let propose = json!({
        "idempotencyKey": format!("{name}-0"), "name": name, "description": "Under fire.", "owner": "carla",
        "view": "BUSINESS", "criticality": 3, "customers": [ground.customer],
    });
    let (id, mut version) = insist("proposeService", propose).await;
    let moves = [
        ("setServiceSupport", json!({ "objective": ground.objective, "strength": 50 })),
        ("defineService", json!({})),
        ("analyseService", json!({ "businessCase": "It pays." })),
        ("approveService", json!({})),
        ("charterService", json!({})),
    ];
    for (step, (mutation, mut input)) in (1..).zip(moves) {
        input["id"] = json!(id);
        input["expectedVersion"] = json!(version);
        input["idempotencyKey"] = json!(format!("{name}-{step}"));
        (_, version) = insist(mutation, input).await;
    }
}

/// Holds what was acknowledged against what is there: how long the last effect took to arrive.
async fn held_against(client: &Client, written: &HashMap<String, (i64, bool)>) -> Duration {
    let begun = Instant::now();
    let query = "query($of: ID!) { service(id: $of) { version state history { version eventType } }
        designPackages(filter: { service: { eq: $of } }) { totalCount } }";
    for (id, (version, chartered)) in written {
        let (service, packages) = loop {
            let read = client.send(query, json!({ "of": id })).await;
            let service = read.at("service").clone();
            let packages = read.at("designPackages.totalCount").as_i64().unwrap();
            if !chartered || service["state"] == "IN_DESIGN" {
                break (service, packages);
            }
            assert!(begun.elapsed() < DRAINED, "{id}: its package did not arrive: {service}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        };
        assert_eq!(packages, i64::from(*chartered), "{id}: packages of one charter");
        let kept = service["version"].as_i64().unwrap();
        assert!(kept >= *version, "{id}: version {version} was acknowledged, {kept} is there");
        let history = service["history"].as_array().unwrap();
        let versions: Vec<i64> = history.iter().map(|entry| entry["version"].as_i64().unwrap()).collect();
        assert_eq!(versions, (1..=kept).collect::<Vec<_>>(), "{id}: the history has holes");
        let entered = |entry: &&Value| entry["eventType"] == "ciclo.catalog.v1.ServiceEnteredDesign";
        assert_eq!(history.iter().filter(entered).count(), usize::from(*chartered), "{id}: each effect once");
    }
    begun.elapsed()
}

/// Holds what a follower saw against what is there: every version of every service once, in order.
async fn followed(follower: &Follower, client: &Client) -> usize {
    let begun = Instant::now();
    let query = "query($after: String) { services(first: 100, after: $after) {
        nodes { id version } pageInfo { hasNextPage endCursor } } }";
    let (mut wanted, mut after) = (HashMap::new(), Value::Null);
    while after != json!(false) {
        let read = client.send(query, json!({ "after": after })).await;
        for node in read.at("services.nodes").as_array().unwrap() {
            wanted.insert(node["id"].as_str().unwrap().to_owned(), node["version"].as_i64().unwrap());
        }
        let page = read.at("services.pageInfo");
        after = if page["hasNextPage"] == true { page["endCursor"].clone() } else { json!(false) };
    }
    let changes = usize::try_from(wanted.values().sum::<i64>()).unwrap();
    while follower.seen().len() < changes {
        assert!(begun.elapsed() < DRAINED, "{} of {changes} changes were followed", follower.seen().len());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let mut last: HashMap<String, i64> = HashMap::new();
    for change in follower.seen() {
        let service = &change["service"];
        let (id, version) = (service["id"].as_str().unwrap(), service["version"].as_i64().unwrap());
        let before = last.insert(id.to_owned(), version).unwrap_or_default();
        assert_eq!(version, before + 1, "{id}: a gap or a duplicate in what was followed");
    }
    assert_eq!(last, wanted);
    changes
}

/// Publishes an event that nobody can read, and returns when design has parked it; its record.
async fn poison(cluster: &Cluster) -> String {
    let id = ServiceId::at(Timestamp::now()).to_string();
    let mut row = events::row("Service", "ciclo.catalog.v1.ServiceChartered", &id, 1, Timestamp::now(), &());
    row.payload = b"poison".to_vec();
    let kafka = Kafka::new(KafkaOptions::new(&cluster.broker.address())).unwrap();
    kafka.publish("catalog", &[row]).await.unwrap();
    let (client, begun) = (cluster.client("admin"), Instant::now());
    while parked(&client, "design").await != [id.as_str()] {
        assert!(begun.elapsed() < DRAINED, "it was not parked");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    id
}

/// The records whose events a service has parked.
async fn parked(client: &Client, service: &str) -> Vec<String> {
    let answer = client.send(&format!("{{ {service}ParkedEvents {{ recordId }} }}"), json!({})).await;
    let events = answer.at(&format!("{service}ParkedEvents")).as_array().unwrap();
    events.iter().map(|event| event["recordId"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_lifecycle_goes_once_round_with_two_processes_of_each_service() {
    let Some(cluster) = Cluster::start().await else { return };
    tokio::task::block_in_place(|| demonstrate_at(&cluster.gateway, &cluster.data));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_dies_nothing_acknowledged_is_lost_and_every_event_takes_effect_once() {
    let Some(mut cluster) = Cluster::start().await else { return };
    let client = cluster.client("admin");
    let ground = ground(&client).await;
    let follower = Follower::start(&client, FOLLOWED, "serviceChanged", "catalog.0");
    let writers = Writers::start(&client, &ground);
    let kills = rounds().unwrap_or(KILLS);
    let mut dice = Dice(20_261_123);
    let mut killed: HashMap<&str, usize> = HashMap::new();
    for round in 0..kills {
        writers.more(BETWEEN).await;
        // Every type of process in turn, which of its two by the dice.
        let turn = round % (NAMES.len() + 1);
        match NAMES.get(turn) {
            Some(name) => {
                let place = (*name, dice.roll(REPLICAS));
                cluster.kill(place);
                // Its twin goes on without it.
                writers.more(BETWEEN / 2).await;
                cluster.resume(place);
                *killed.entry(name).or_default() += 1;
            }
            None => {
                cluster.restart_gateway();
                *killed.entry("gateway").or_default() += 1;
            }
        }
    }
    cluster.broker.stop();
    writers.endure().await;
    cluster.broker.restart().await;
    writers.more(BETWEEN).await;
    cluster.database.stop();
    cluster.database.resume();
    writers.more(2 * BETWEEN).await;
    // Nothing gets through between both processes of design and the broker, and nobody is told.
    cluster.broker.cut();
    writers.endure().await;
    cluster.broker.mend();
    let poisoned = poison(&cluster).await;
    let echoed = echo::backwards(&cluster.broker.address(), "ciclo.").await;
    writers.more(BETWEEN).await;
    let (acknowledged, repeated) = (writers.acknowledged.clone(), writers.repeated.clone());
    let written = writers.stop().await;
    let drained = held_against(&client, &written).await;
    let changes = followed(&follower, &client).await;
    for name in NAMES {
        let parked = parked(&client, name).await;
        assert!(
            parked.iter().all(|record| *record == poisoned),
            "{name} has parked what is good: {parked:?}"
        );
    }
    println!(
        "killed {killed:?}, the broker stopped once, PostgreSQL once, design cut off once, {echoed} events \
         delivered again backwards, one event poisoned: {} writes acknowledged on {} services, {} sent again, \
         all there; {changes} changes followed over {} connections; the last effect {:.1} s after the last write",
        acknowledged.load(Ordering::SeqCst),
        written.len(),
        repeated.load(Ordering::SeqCst),
        follower.connections(),
        drained.as_secs_f64(),
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_roll_out_under_load_fails_no_request() {
    let Some(mut cluster) = Cluster::start().await else { return };
    let client = cluster.client("admin");
    let ground = ground(&client).await;
    let writers = Writers::start(&client, &ground);
    writers.more(BETWEEN).await;
    for place in cluster.places() {
        tokio::task::block_in_place(|| cluster.roll(place));
        writers.more(BETWEEN).await;
    }
    let (acknowledged, repeated) = (writers.acknowledged.clone(), writers.repeated.clone());
    let written = writers.stop().await;
    assert_eq!(repeated.load(Ordering::SeqCst), 0, "of {} requests", acknowledged.load(Ordering::SeqCst));
    held_against(&client, &written).await;
}
