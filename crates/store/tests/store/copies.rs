//! Copies of neighbours' records: one of each, the newest, looked up by id and parent.

use crate::note::{of, open};
use ciclo_store::Copied;
use serde::{Deserialize, Serialize};

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
struct Agreement {
    id: String,
    service: String,
    name: String,
}

impl Copied for Agreement {
    const KIND: &'static str = "Agreement";
    fn id(&self) -> String {
        self.id.clone()
    }
    fn parent(&self) -> String {
        self.service.clone()
    }
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
struct Service {
    id: String,
}

impl Copied for Service {
    const KIND: &'static str = "Service";
    fn id(&self) -> String {
        self.id.clone()
    }
}

fn agreement(id: &str, service: &str, name: &str) -> Agreement {
    Agreement { id: id.to_owned(), service: service.to_owned(), name: name.to_owned() }
}

#[tokio::test]
async fn a_copy_takes_the_place_of_an_older_one() {
    let notes = open().await;
    let put = notes.write("acme", |tx| {
        Box::pin(async move {
            tx.put_copy(&agreement("a1", "s1", "old")).await?;
            tx.put_copy(&agreement("a2", "s1", "other")).await?;
            tx.put_copy(&agreement("a1", "s2", "new")).await?;
            tx.put_copy(&Service { id: "a1".to_owned() }).await?;
            assert_eq!(tx.copy::<Agreement>("a1").await?, Some(agreement("a1", "s2", "new")));
            assert_eq!(tx.copy::<Agreement>("a3").await?, None);
            assert_eq!(tx.copies::<Agreement>("s1").await?, [agreement("a2", "s1", "other")]);
            assert_eq!(tx.all_copies::<Agreement>().await?.len(), 2);
            Ok(())
        })
    });
    put.await.unwrap();
    let reader = notes.database.reader(&of("acme"));
    let ids = ["a2", "a1", "a3"].map(str::to_owned);
    let both = [agreement("a1", "s2", "new"), agreement("a2", "s1", "other")];
    assert_eq!(reader.copies_by_ids::<Agreement>(&ids).await.unwrap(), both);
    assert_eq!(reader.copies_under::<Agreement>(&["s2".to_owned()]).await.unwrap(), both[..1]);
    assert_eq!(reader.all_copies::<Agreement>().await.unwrap(), both);
    assert_eq!(reader.all_copies::<Service>().await.unwrap(), [Service { id: "a1".to_owned() }]);
}
