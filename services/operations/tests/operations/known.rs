//! What the tests' operations knows of its neighbours.

use ciclo_kernel::ids::{ChangeId, ConfigurationItemId, OfferingId, RecordId, ServiceId};
use ciclo_kernel::{Principal, Role};
use ciclo_operations::domain::known::{KnownChange, KnownItem, KnownOffering, KnownPlanStep, KnownService};
use ciclo_store::Copied;
use ciclo_testkit::{Answer, TestService, caller};
use serde_json::{Value, json};

/// An id with a known order.
pub fn nth<I: RecordId>(number: u32) -> String {
    format!("{}_{number:032x}", I::PREFIX)
}

/// The service that the tests' tickets are about.
pub fn service() -> String {
    nth::<ServiceId>(1)
}

pub fn item(number: u32) -> String {
    nth::<ConfigurationItemId>(number)
}

pub fn change() -> String {
    nth::<ChangeId>(1)
}

pub fn offering(number: u32) -> String {
    nth::<OfferingId>(number)
}

/// Offering 1 is approved by somebody, offering 2 at once, offering 3 cannot be asked for.
const OFFERINGS: [(u32, bool, bool); 3] = [(1, true, true), (2, false, true), (3, false, false)];

/// Operations that knows services 1 and 2, items 1 to 3, change 1 and offerings 1 to 3.
pub async fn operations() -> TestService {
    let operations = TestService::open("operations", ciclo_operations::open).await;
    for number in 1..=2 {
        let copy = KnownService {
            id: nth::<ServiceId>(number),
            name: "Mail".to_owned(),
            state: "OPERATIONAL".to_owned(),
            operational: true,
            criticality: "3".to_owned(),
        };
        keep(&operations, copy).await;
    }
    for number in 1..=3 {
        let copy = KnownItem { id: item(number), name: "Node".to_owned(), service_ids: vec![service()] };
        keep(&operations, copy).await;
    }
    let copy =
        KnownChange { id: change(), title: "More".to_owned(), state: "DRAFT".to_owned(), item_ids: vec![] };
    keep(&operations, copy).await;
    for (number, approval_needed, visible) in OFFERINGS {
        let step = |name: &str| KnownPlanStep { name: name.to_owned(), group: "Desk".to_owned() };
        let copy = KnownOffering {
            id: offering(number),
            service_id: service(),
            name: "Mailbox".to_owned(),
            visible,
            approval_needed,
            form: form(),
            plan: vec![step("Make"), step("Show")],
        };
        keep(&operations, copy).await;
    }
    operations
}

fn form() -> String {
    json!({
        "type": "object",
        "required": ["address"],
        "additionalProperties": false,
        "properties": {
            "address": { "type": "string", "format": "email" },
            "size": { "type": "number", "minimum": 1 },
        },
    })
    .to_string()
}

async fn keep<C: Copied>(operations: &TestService, copy: C) {
    let by = caller(&[Role::Admin]);
    let kept =
        operations.part.database.write(&by, move |tx| Box::pin(async move { tx.put_copy(&copy).await }));
    kept.await.unwrap();
}

/// A caller by name.
pub fn named(subject: &str, roles: &[Role]) -> Principal {
    Principal { subject: subject.to_owned(), ..caller(roles) }
}

/// Moves a record by a mutation that takes `<Name>Input` and answers with what is asked.
pub async fn call(
    operations: &TestService,
    by: &Principal,
    mutation: &str,
    input: &str,
    value: Value,
) -> Answer {
    let query =
        format!("mutation($input: {input}!) {{ it: {mutation}(input: $input) {{ id version state }} }}");
    operations.execute(by, &query, json!({ "input": value })).await
}

/// The input of a change, with more fields.
pub fn moved(id: &str, version: u64, more: Value) -> Value {
    let key = format!("{id}/{version}/{more}");
    let mut input = json!({ "id": id, "expectedVersion": version, "idempotencyKey": short(&key) });
    for (name, value) in more.as_object().unwrap() {
        input[name] = value.clone();
    }
    input
}

/// A key of a fitting length for a text.
fn short(text: &str) -> String {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    format!("key-{:x}", hasher.finish())
}
