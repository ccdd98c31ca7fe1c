//! The wall between tenants: every function that reads, with the same id, the
//! same link and the same copy on both sides of it.

use crate::note::{Note, Opened, code, of, open, retitle};
use ciclo_kernel::ids::RequirementId;
use ciclo_kernel::{Code, Principal};
use ciclo_store::{Copied, Filter, Order, PageRequest, Reader, Record, Versioned};
use serde::{Deserialize, Serialize};

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
struct Known {
    id: String,
    name: String,
}

impl Copied for Known {
    const KIND: &'static str = "Known";
    fn id(&self) -> String {
        self.id.clone()
    }
    fn parent(&self) -> String {
        "parent".to_owned()
    }
}

/// Both tenants have a note with the same id; only the title says whose it is.
/// A third has nothing.
async fn both() -> (Opened, RequirementId, Principal, Principal, Principal) {
    let notes = open().await;
    let (ours, theirs) = (of("ours"), of("theirs"));
    let note = Note { items: vec!["item".to_owned()], ..Note::new("") };
    for by in [&ours, &theirs] {
        let titled = Note { title: by.tenant.to_string(), ..note.clone() };
        notes.save(by, &titled).await;
        let known = Known { id: "copied".to_owned(), name: by.tenant.to_string() };
        let put = notes.database.write(by, move |tx| Box::pin(async move { tx.put_copy(&known).await }));
        put.await.unwrap();
    }
    (notes, note.id, ours, theirs, of("nobody"))
}

fn titles(found: &[Versioned<Note>]) -> Vec<&str> {
    found.iter().map(|found| found.record.title.as_str()).collect()
}

/// What each of the reader's functions finds, by the titles (or names, or tenants) of the finds.
async fn reads(reader: &Reader, id: RequirementId) -> Vec<(&'static str, Vec<String>)> {
    let (key, all) = (id.to_string(), Filter::All(vec![]));
    let order = Order { column: "title", descending: false };
    let page = PageRequest { filter: all.clone(), order, first: 10, after: None };
    let owned = |texts: Vec<&str>| texts.into_iter().map(str::to_owned).collect::<Vec<_>>();
    let linked = Filter::Linked("item", vec!["item".to_owned()]);
    let by_column = reader.by_column::<Note>("service_id", &["svc".to_owned()], 10).await.unwrap();
    let by_link = reader.by_link::<Note>("item", &["item".to_owned()], 10).await.unwrap();
    let rows = reader.page::<Note>(&page).await.unwrap().rows;
    let history = reader.history::<Note>(id).await.unwrap();
    let now = reader.database().clock().now();
    let tenants = reader.changes::<Note>(None, 0, 10).await.unwrap();
    let tenants_of_one = reader.changes::<Note>(Some(&key), 0, 10).await.unwrap();
    let titled = |changes: &[ciclo_store::history::FieldChange]| {
        changes.iter().find(|c| c.field == "title").unwrap().to.as_str().unwrap().to_owned()
    };
    let names = |known: Vec<Known>| known.into_iter().map(|known| known.name).collect::<Vec<_>>();
    vec![
        ("by_ids", owned(titles(&reader.by_ids(std::slice::from_ref(&key)).await.unwrap()))),
        ("find", owned(titles(reader.find(id).await.unwrap().as_slice()))),
        ("page", rows.iter().map(|(row, _)| row.record.title.clone()).collect()),
        ("all", owned(titles(&reader.all(all).await.unwrap()))),
        ("linked", owned(titles(&reader.all(linked).await.unwrap()))),
        ("by_column", by_column.iter().map(|(_, row)| row.record.title.clone()).collect()),
        ("by_link", by_link.iter().map(|(_, row)| row.record.title.clone()).collect()),
        ("as_of", owned(titles(reader.as_of(id, now).await.unwrap().as_slice()))),
        ("history", history.iter().map(|entry| titled(&entry.changes)).collect()),
        ("changes", tenants.iter().map(|row| row.tenant.clone()).collect()),
        ("changes of one", tenants_of_one.iter().map(|row| row.tenant.clone()).collect()),
        ("copies_by_ids", names(reader.copies_by_ids(&["copied".to_owned()]).await.unwrap())),
        ("copies_under", names(reader.copies_under(&["parent".to_owned()]).await.unwrap())),
        ("all_copies", names(reader.all_copies().await.unwrap())),
    ]
}

#[tokio::test]
async fn readers_see_their_own_tenant_only() {
    let (notes, id, ours, theirs, nobody) = both().await;
    for by in [&ours, &theirs] {
        let reader = notes.database.reader(by);
        for (function, found) in reads(&reader, id).await {
            assert_eq!(found, [by.tenant.as_str()], "{function}");
        }
        assert_eq!(reader.count::<Note>(&Filter::All(vec![])).await.unwrap(), 1);
    }
    let reader = notes.database.reader(&nobody);
    for (function, found) in reads(&reader, id).await {
        assert_eq!(found, Vec::<String>::new(), "{function}");
    }
    assert_eq!(reader.count::<Note>(&Filter::All(vec![])).await.unwrap(), 0);
}

#[tokio::test]
async fn commands_see_and_change_their_own_tenant_only() {
    let (notes, id, ours, theirs, nobody) = both().await;
    for by in [&ours, &theirs] {
        let name = by.tenant.to_string();
        let seen = notes.database.write(by, move |tx| {
            Box::pin(async move {
                let all = Filter::All(vec![]);
                assert_eq!(titles(tx.find(id).await?.as_slice()), [name.as_str()]);
                assert_eq!(titles(&[tx.get(id).await?]), [name.as_str()]);
                assert_eq!(titles(&tx.list(all, 10).await?), [name.as_str()]);
                assert_eq!(titles(tx.find_by("service_id", "svc").await?.as_slice()), [name.as_str()]);
                assert_eq!(titles(&[tx.at_version(id, 1).await?]), [name.as_str()]);
                assert_eq!(titles(&tx.versions(id).await?), [name.as_str()]);
                assert_eq!(tx.copy::<Known>("copied").await?.unwrap().name, name);
                assert_eq!(tx.copies::<Known>("parent").await?.len(), 1);
                assert_eq!(tx.all_copies::<Known>().await?.len(), 1);
                Ok(())
            })
        });
        seen.await.unwrap();
    }
    let nothing = notes.database.write(&nobody, move |tx| {
        Box::pin(async move {
            assert_eq!(tx.find::<Note>(id).await?, None);
            assert_eq!(tx.find_by::<Note>("service_id", "svc").await?, None);
            assert_eq!(tx.versions::<Note>(id).await?, []);
            assert_eq!(tx.copy::<Known>("copied").await?, None);
            assert_eq!(tx.all_copies::<Known>().await?, []);
            tx.at_version::<Note>(id, 1).await
        })
    });
    assert_eq!(code(nothing.await), Code::NotFound);
    assert_eq!(code(retitle(&notes.database, &nobody, id, None, "x").await), Code::NotFound);

    let changed = notes.retitle(&ours, id, "changed").await;
    assert_eq!(changed.record.id(), id);
    let untouched = notes.database.reader(&theirs).find::<Note>(id).await.unwrap().unwrap();
    assert_eq!((untouched.version, untouched.record.title.as_str()), (1, "theirs"));
}

#[tokio::test]
async fn parked_events_are_shown_to_their_tenant() {
    let (notes, _, ours, theirs, _) = both().await;
    for row in notes.database.log_after(0, 10).await.unwrap() {
        let by = if row.tenant == "ours" { &ours } else { &theirs };
        let park = notes.database.write(by, move |tx| {
            Box::pin(async move { tx.park(&row.tenant, &row, "poison", 5, Vec::new()).await })
        });
        park.await.unwrap();
    }
    for tenant in ["ours", "theirs"] {
        let parked = notes.database.parked(Some(tenant), 10).await.unwrap();
        assert_eq!(parked.iter().map(|parked| parked.tenant.as_str()).collect::<Vec<_>>(), [tenant]);
    }
    assert_eq!(notes.database.parked(None, 10).await.unwrap().len(), 2, "health counts all");
}
