//! Stopping: what is at work is finished, what never ends is cut.

use crate::service::{Service, Wait};
use crate::websocket::Client;
use ciclo_kernel::Role;
use serde_json::{Value, json};
use std::time::Duration;

#[tokio::test]
async fn a_request_at_work_is_finished_and_a_new_one_is_not_taken() {
    let service = Service::start().await;
    let (url, client) = (service.url("/health/live"), service.client.clone());
    let asked = tokio::spawn(service.query(&[Role::Viewer], "{ wait }").send());
    service.wait.subscribe().wait_for(|wait| *wait == Wait::Entered).await.unwrap();
    let stopping = tokio::spawn(service.running.stop(Duration::from_secs(30)));
    // The listener is closed before the last request is answered.
    while client.get(&url).send().await.is_ok() {
        tokio::task::yield_now().await;
    }
    assert!(!stopping.is_finished(), "it waits for the request");
    service.wait.send_replace(Wait::Released);
    let answer: Value = asked.await.unwrap().unwrap().json().await.unwrap();
    assert_eq!(answer["data"]["wait"], true);
    stopping.await.unwrap();
}

#[tokio::test]
async fn a_subscription_does_not_hold_up_the_end() {
    let service = Service::start().await;
    let token = service.token(&[Role::Viewer]);
    let mut client = Client::connect(&service, Some(&token)).await;
    client.send(json!({ "type": "connection_init" })).await;
    assert_eq!(client.next().await.unwrap()["type"], "connection_ack");
    client.subscribe("1", "subscription { forever }").await;
    assert_eq!(client.next().await.unwrap()["payload"]["data"]["forever"], true);
    service.running.stop(Duration::from_millis(50)).await;
}
