//! Customers, market spaces, business objectives and capabilities through the API.

use crate::support::{Life, call, capability, customer, objective, open, proposed, requester};
use serde_json::json;

#[tokio::test]
async fn each_plain_noun_is_defined_revised_and_retired() {
    let catalog = open().await;
    for (noun, number) in [
        ("MarketSpace", None),
        ("Customer", None),
        ("BusinessObjective", Some(("weight", 100))),
        ("Capability", Some(("maturity", 5))),
    ] {
        let mut input = json!({ "name": "Städte", "description": "Up to\n100k" });
        if let Some((field, most)) = number {
            input[field] = json!(most);
            for bad in [0, most + 1, -1] {
                let mut bad_input = input.clone();
                bad_input[field] = json!(bad);
                let refused = call(&catalog, &format!("define{noun}"), bad_input, "").await;
                assert_eq!(refused.code(), "INVALID", "{field} {bad}");
            }
        }
        let mut life = Life::begin(&catalog, &format!("define{noun}"), input).await;
        let revise = format!("revise{noun}");
        let revised =
            life.select(&revise, json!({ "name": "京都", "description": null }), "name description").await;
        assert_eq!(revised.at("it.name"), "京都");
        assert!(revised.at("it.description").is_null());
        if let Some((field, _)) = number {
            let revised = life.select(&revise, json!({ field: 1 }), field).await;
            assert_eq!(revised.at(&format!("it.{field}")), 1);
        }
        assert_eq!(life.go(&revise, json!({ "expectedVersion": 1 })).await.code(), "CONFLICT");
        let retire = format!("retire{noun}");
        assert_eq!(life.go(&retire, json!({ "reason": "" })).await.code(), "INVALID");
        let retired = life
            .select(&retire, json!({ "reason": "merged" }), "retiredBy retiredAt retirementReason definedBy")
            .await;
        assert_eq!(retired.at("it.state"), "RETIRED");
        assert_eq!(retired.at("it.retirementReason"), "merged");
        assert_eq!(life.go(&retire, json!({ "reason": "twice" })).await.code(), "WRONG_STATE");
        let one = format!("{}{}", noun[..1].to_lowercase(), &noun[1..]);
        let read = format!("query($id: ID!) {{ {one}(id: $id) {{ history {{ eventType }} }} }}");
        let seen = catalog.admin(&read, json!({ "id": life.id })).await;
        let last = seen.at(&format!("{one}.history")).as_array().unwrap().last().unwrap().clone();
        assert_eq!(last["eventType"], json!(format!("ciclo.catalog.v1.{noun}Retired")));
        assert_eq!(catalog.execute(&requester(), &read, json!({ "id": life.id })).await.code(), "FORBIDDEN");
    }
}

#[tokio::test]
async fn a_customer_belongs_to_a_market_space_that_is_active() {
    let catalog = open().await;
    let mut space = Life::begin(&catalog, "defineMarketSpace", json!({ "name": "Cities" })).await;
    let define = json!({ "name": "Kyoto", "marketSpace": space.id, "segment": "Public" });
    let mut kyoto = Life::begin(&catalog, "defineCustomer", define.clone()).await;
    let read = "query($id: ID!) { marketSpace(id: $id) { customers { name segment marketSpace { name } } services { name } } }";
    let seen = catalog.admin(read, json!({ "id": space.id })).await;
    assert_eq!(
        seen.at("marketSpace.customers"),
        &json!([{ "name": "Kyoto", "segment": "Public", "marketSpace": { "name": "Cities" } }])
    );
    space.to("retireMarketSpace", json!({ "reason": "merged" }), "RETIRED").await;
    assert_eq!(call(&catalog, "defineCustomer", define, "").await.code(), "RULE_VIOLATED");
    let kept =
        kyoto.select("reviseCustomer", json!({ "segment": null }), "segment marketSpace { name }").await;
    assert_eq!(kept.at("it.marketSpace.name"), "Cities", "what refers to it goes on to do so");
    assert!(kept.at("it.segment").is_null());
    let out = kyoto.select("reviseCustomer", json!({ "marketSpace": null }), "marketSpace { name }").await;
    assert!(out.at("it.marketSpace").is_null());
    let back = kyoto.go("reviseCustomer", json!({ "marketSpace": space.id })).await;
    assert_eq!(back.code(), "RULE_VIOLATED");
    let list = "query($f: CustomerFilter) { customers(filter: $f) { totalCount } }";
    let none = catalog.admin(list, json!({ "f": { "marketSpace": { "isNull": true } } })).await;
    assert_eq!(none.at("customers.totalCount"), 1);
}

#[tokio::test]
async fn each_noun_names_its_services() {
    let catalog = open().await;
    let mut service = proposed(&catalog, "Mail").await;
    let space = Life::begin(&catalog, "defineMarketSpace", json!({ "name": "Cities" })).await;
    let (who, what, how) = (
        customer(&catalog, "Kyoto").await,
        objective(&catalog, "Grow", 5).await,
        capability(&catalog, "Servers", 2).await,
    );
    let audience = json!({ "marketSpaces": [space.id], "customers": [who.id] });
    let set =
        service.select("setServiceAudience", audience, "marketSpaces { name } customers { name }").await;
    assert_eq!(set.at("it.marketSpaces"), &json!([{ "name": "Cities" }]));
    assert_eq!(set.at("it.customers"), &json!([{ "name": "Kyoto" }]), "who is left out is taken out");
    service.to("setServiceSupport", json!({ "objective": what.id, "strength": 1 }), "PROPOSED").await;
    service.to("setServiceNeed", json!({ "capability": how.id, "maturity": 1 }), "PROPOSED").await;
    let read = "query($space: ID!, $who: ID!, $what: ID!, $how: ID!) {
        a: marketSpace(id: $space) { services { name } } b: customer(id: $who) { services { name } }
        c: businessObjective(id: $what) { services { name } } d: capability(id: $how) { services { name } } }";
    let arguments = json!({ "space": space.id, "who": who.id, "what": what.id, "how": how.id });
    let seen = catalog.admin(read, arguments).await;
    for alias in ["a", "b", "c", "d"] {
        assert_eq!(seen.at(&format!("{alias}.services")), &json!([{ "name": "Mail" }]), "{alias}");
    }
    let twice = json!({ "marketSpaces": [], "customers": [who.id, who.id] });
    assert_eq!(service.go("setServiceAudience", twice).await.code(), "INVALID");
}
