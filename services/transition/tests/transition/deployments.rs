//! The life of a deployment, and what it refuses.

use crate::support::{Life, call, fresh, open, transition};
use crate::transitions::to_pilot;
use ciclo_kernel::ids::TransitionId;
use serde_json::json;

#[tokio::test]
async fn only_built_packages_of_open_transitions_are_deployed() {
    let service = open().await;
    let mut way = transition(&service).await;
    let plan =
        |package: &str| json!({ "transition": way.id, "packageName": package, "environment": "pilot" });
    let (payroll, unknown) = (plan("payroll"), plan("unknown"));
    let early = call(&service, &way.lead, "planDeployment", payroll.clone(), "").await;
    assert_eq!((early.code(), &early.facts()["built"]), ("RULE_VIOLATED", &json!([])));
    to_pilot(&mut way).await;
    let other = call(&service, &way.lead, "planDeployment", unknown, "").await;
    assert_eq!((other.code(), &other.facts()["built"]), ("RULE_VIOLATED", &json!(["payroll"])));
    let mut lost = payroll.clone();
    lost["transition"] = json!(fresh::<TransitionId>());
    assert_eq!(call(&service, &way.lead, "planDeployment", lost, "").await.code(), "NOT_FOUND");

    let mut first = Life::begin(&service, "planDeployment", payroll.clone()).await;
    let mut second = Life::begin(&service, "planDeployment", payroll.clone()).await;
    assert_eq!(first.go("verifyDeployment", json!({})).await.code(), "WRONG_STATE");
    first.to("startDeployment", json!({}), "RUNNING").await;
    assert_eq!(first.go("startDeployment", json!({})).await.code(), "WRONG_STATE");
    first.to("failDeployment", json!({ "reason": "no answer" }), "FAILED").await;
    first.to("rollBackDeployment", json!({ "reason": "clean up" }), "ROLLED_BACK").await;

    way.to("backOutTransition", json!({ "reason": "no answer" }), "REVIEW").await;
    let over = second.go("startDeployment", json!({})).await;
    assert_eq!((over.code(), &over.facts()["state"]), ("RULE_VIOLATED", &json!("REVIEW")));
    second.version = 9;
    assert_eq!(second.go("startDeployment", json!({})).await.code(), "CONFLICT");
    assert_eq!(call(&service, &way.lead, "planDeployment", payroll, "").await.code(), "RULE_VIOLATED");

    let read = "query($t: ID!) { deployments(filter: { transition: { eq: $t } }, orderBy: { field: STATE, direction: DESC }) {
        nodes { packageName environment state startedAt deployedAt verifiedAt resultNotes baseline
            failure { reason by } rolledBack { reason by } transition { id } } } }";
    let seen = service.admin(read, json!({ "t": way.id })).await;
    let back = seen.at("deployments.nodes.0");
    assert_eq!((&back["failure"]["reason"], &back["rolledBack"]["by"]), (&json!("no answer"), &json!("ann")));
    assert_eq!(back["transition"]["id"], json!(way.id));
    assert_eq!(seen.at("deployments.nodes.1.state"), "PLANNED");
}
