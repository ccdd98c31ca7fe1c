//! Links from a record to many others, and the newest few of each of many in one statement.

use crate::note::{Happened, Note, of, open};
use ciclo_kernel::ids::RequirementId;
use ciclo_store::{Filter, Versioned};

fn owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

fn linked(title: &str, items: &[&str]) -> Note {
    Note { items: owned(items), ..Note::new(title) }
}

/// The titles found for each parent, sorted by parent, in the order they came.
fn by_parent(found: &[(String, Versioned<Note>)]) -> Vec<(&str, Vec<&str>)> {
    let mut parents: Vec<&str> = found.iter().map(|(parent, _)| parent.as_str()).collect();
    parents.sort_unstable();
    parents.dedup();
    let titles = |parent: &str| {
        let of_it = found.iter().filter(|(other, _)| other == parent);
        of_it.map(|(_, row)| row.record.title.as_str()).collect()
    };
    parents.into_iter().map(|parent| (parent, titles(parent))).collect()
}

#[tokio::test]
async fn links_follow_the_record() {
    let notes = open().await;
    let ana = of("acme");
    let note = linked("one", &["x", "y", "x"]);
    notes.save(&ana, &note).await;
    let reader = notes.database.reader(&ana);
    let links_to = async |item: &str| reader.by_link::<Note>("item", &owned(&[item]), 9).await.unwrap().len();
    assert_eq!((links_to("x").await, links_to("y").await, links_to("z").await), (1, 1, 0));
    let id: RequirementId = note.id;
    let relink = notes.database.write(&ana, move |tx| {
        Box::pin(async move {
            let change =
                |note: Note, _: &str, _| Ok((Note { items: owned(&["y", "z"]), ..note }, Happened::Changed));
            tx.change::<Note>(id, None, change).await
        })
    });
    relink.await.unwrap();
    assert_eq!((links_to("x").await, links_to("y").await, links_to("z").await), (0, 1, 1));
    assert_eq!(reader.by_link::<Note>("other role", &owned(&["y"]), 9).await.unwrap(), []);
    let any = Filter::Linked("item", owned(&["x", "z"]));
    assert_eq!(reader.count::<Note>(&any).await.unwrap(), 1);
    assert_eq!(reader.count::<Note>(&Filter::Linked("item", owned(&["x"]))).await.unwrap(), 0);
}

#[tokio::test]
async fn each_parent_gets_its_newest_few() {
    let notes = open().await;
    let ana = of("acme");
    for (n, service) in ["s1", "s2", "s1", "s1", "s2", "s3", "s1"].iter().enumerate() {
        // Ids sort by the time they were made.
        notes.clock.advance(ciclo_kernel::SignedDuration::from_secs(1));
        let id = <RequirementId as ciclo_kernel::ids::RecordId>::at(notes.clock.now());
        let items = owned(if n % 2 == 0 { &["even"] } else { &["odd", "seldom"] });
        let note = Note { id, service: (*service).to_owned(), items, ..Note::new(&n.to_string()) };
        notes.save(&ana, &note).await;
    }
    let reader = notes.database.reader(&ana);
    let before = notes.database.statements();
    let found = reader.by_column::<Note>("service_id", &owned(&["s1", "s2", "none"]), 2).await.unwrap();
    assert_eq!(by_parent(&found), [("s1", vec!["6", "3"]), ("s2", vec!["4", "1"])]);
    let found = reader.by_link::<Note>("item", &owned(&["even", "seldom"]), 3).await.unwrap();
    assert_eq!(by_parent(&found), [("even", vec!["6", "4", "2"]), ("seldom", vec!["5", "3", "1"])]);
    assert_eq!(notes.database.statements() - before, 2, "one statement each, however many parents");
    assert_eq!(reader.by_column::<Note>("service_id", &[], 2).await.unwrap(), []);
    assert_eq!(reader.by_ids::<Note>(&[]).await.unwrap(), []);
}

#[tokio::test]
async fn the_whole_set_is_read_page_by_page() {
    let notes = open().await;
    let ana = of("acme");
    let saves = (0..2_345).map(|n| {
        let note = Note::new(&n.to_string());
        notes
            .database
            .write(&ana, |tx| Box::pin(async move { tx.create(Ok((note, Happened::Written))).await }))
    });
    futures::future::try_join_all(saves).await.unwrap();
    let all = notes.database.reader(&ana).all::<Note>(Filter::All(vec![])).await.unwrap();
    let mut ids: Vec<_> = all.iter().map(|row| row.record.id).collect();
    ids.dedup();
    assert_eq!(ids.len(), 2_345);
    assert!(ids.is_sorted());
}
