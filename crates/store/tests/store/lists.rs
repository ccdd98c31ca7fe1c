//! Lists against a model: filters with and, or, not and missing values, every
//! order, and pages that neither lose nor repeat a record however many tie.

use crate::note::{Happened, Note, of, open};
use ciclo_kernel::{Principal, Timestamp};
use ciclo_store::filter::{CONDITIONS_MOST, CONTAINS_MOST, VALUES_MOST};
use ciclo_store::{Database, Field, Filter, Order, PageRequest, Test, Versioned};
use futures::future::try_join_all;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::TestRunner;
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

const TEXTS: [&str; 12] = ["", "a", "A", "ab", "aB", "é", "É", "a%b", "a_b", "a\\b", "日本", "zz"];
const ITEMS: [&str; 3] = ["x", "y", "z"];
const TEXT_COLUMNS: [&str; 3] = ["service_id", "title", "about"];
const INT_COLUMNS: [&str; 2] = ["weight", "rank"];
const ORDERS: [&str; 7] = ["id", "changed_at", "service_id", "title", "about", "weight", "rank"];

fn text() -> impl Strategy<Value = String> + Clone {
    select(&TEXTS[..]).prop_map(str::to_owned)
}

fn note() -> impl Strategy<Value = Note> {
    let items = vec(select(&ITEMS[..]).prop_map(str::to_owned), 0..3);
    (text(), text(), option::of(text()), -2i64..3, option::of(-2i64..3), items).prop_map(
        |(service, title, about, weight, rank, items)| Note {
            service,
            about,
            weight,
            rank,
            items,
            ..Note::new(&title)
        },
    )
}

fn test_of(value: impl Strategy<Value = Field> + Clone + 'static) -> impl Strategy<Value = Test> {
    prop_oneof![
        3 => vec(value.clone(), 0..3).prop_map(Test::In),
        1 => value.clone().prop_map(Test::Below),
        1 => value.clone().prop_map(Test::AtMost),
        1 => value.clone().prop_map(Test::Above),
        1 => value.prop_map(Test::AtLeast),
        1 => any::<bool>().prop_map(Test::Missing),
    ]
}

fn leaf() -> impl Strategy<Value = Filter> {
    let texts = option::weighted(0.9, text()).prop_map(Field::from);
    let ints = option::weighted(0.9, -2i64..3).prop_map(Field::from);
    let contains = text().prop_map(Test::Contains);
    prop_oneof![
        3 => (select(&TEXT_COLUMNS[..]), prop_oneof![3 => test_of(texts), 1 => contains])
            .prop_map(|(column, test)| Filter::Column(column, test)),
        3 => (select(&INT_COLUMNS[..]), test_of(ints)).prop_map(|(column, test)| Filter::Column(column, test)),
        1 => vec(select(&ITEMS[..]).prop_map(str::to_owned), 0..3).prop_map(|ids| Filter::Linked("item", ids)),
    ]
}

fn filter() -> impl Strategy<Value = Filter> {
    leaf().prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..3).prop_map(Filter::All),
            vec(inner.clone(), 0..3).prop_map(Filter::Any),
            inner.prop_map(|part| Filter::Not(Box::new(part))),
        ]
    })
}

fn value(note: &Note, column: &str, changed_at: Timestamp) -> Field {
    match column {
        "id" => note.id.to_string().into(),
        "changed_at" => changed_at.into(),
        "service_id" => note.service.as_str().into(),
        "title" => note.title.as_str().into(),
        "about" => note.about.clone().into(),
        "weight" => note.weight.into(),
        "rank" => note.rank.into(),
        other => panic!("no column {other}"),
    }
}

/// Missing values come first.
fn compare(a: &Field, b: &Field) -> Ordering {
    match (a, b) {
        (Field::Text(a), Field::Text(b)) => a.cmp(b),
        (Field::Int(a), Field::Int(b)) => a.cmp(b),
        (Field::Null, Field::Null) => Ordering::Equal,
        (Field::Null, _) => Ordering::Less,
        (_, Field::Null) => Ordering::Greater,
        (a, b) => panic!("{a:?} beside {b:?}"),
    }
}

fn passes(test: &Test, value: &Field) -> bool {
    let against =
        |other: &Field| (*value != Field::Null && *other != Field::Null).then(|| compare(value, other));
    match test {
        Test::In(values) => values.iter().any(|one| against(one) == Some(Ordering::Equal)),
        Test::Below(other) => against(other).is_some_and(Ordering::is_lt),
        Test::AtMost(other) => against(other).is_some_and(Ordering::is_le),
        Test::Above(other) => against(other).is_some_and(Ordering::is_gt),
        Test::AtLeast(other) => against(other).is_some_and(Ordering::is_ge),
        Test::Contains(part) => match value {
            Field::Text(text) => text.to_ascii_lowercase().contains(&part.to_ascii_lowercase()),
            _ => false,
        },
        Test::Missing(missing) => (*value == Field::Null) == *missing,
    }
}

fn holds(filter: &Filter, note: &Note, changed_at: Timestamp) -> bool {
    match filter {
        Filter::All(parts) => parts.iter().all(|part| holds(part, note, changed_at)),
        Filter::Any(parts) => parts.iter().any(|part| holds(part, note, changed_at)),
        Filter::Not(part) => !holds(part, note, changed_at),
        Filter::Column(column, test) => passes(test, &value(note, column, changed_at)),
        Filter::Linked(_, ids) => note.items.iter().any(|item| ids.contains(item)),
    }
}

/// Reads a list page by page.
async fn listed(database: &Database, by: &Principal, request: PageRequest) -> Vec<Versioned<Note>> {
    let (reader, mut request, mut found) = (database.reader(by), request, Vec::new());
    loop {
        let page = reader.page::<Note>(&request).await.unwrap();
        assert!(page.rows.len() <= request.first);
        request.after = page.rows.last().map(|(row, at)| (at.clone(), row.record.id.to_string()));
        found.extend(page.rows.into_iter().map(|(row, _)| row));
        if !page.more {
            return found;
        }
    }
}

/// Reads the services whose notes have different titles, so many at a time.
async fn shared(database: &Database, by: &Principal, filter: &Filter, most: usize) -> Vec<String> {
    let (reader, mut found) = (database.reader(by), Vec::<String>::new());
    loop {
        let after = found.last().cloned();
        let columns = ("service_id", "title");
        let page = reader.shared::<Note>(filter, columns, after.as_deref(), most).await.unwrap();
        assert!(page.len() <= most);
        if page.is_empty() {
            return found;
        }
        found.extend(page);
    }
}

#[test]
fn lists_agree_with_a_model() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let notes = runtime.block_on(open());
    let config = ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() };
    let tenant = std::cell::Cell::new(0);
    let case = (vec(note(), 0..25), filter(), select(&ORDERS[..]), any::<bool>(), 1usize..8);
    let ran = TestRunner::new(config).run(&case, |(written, filter, column, descending, first)| {
        tenant.set(tenant.get() + 1);
        let by = of(&format!("case-{}", tenant.get()));
        runtime.block_on(async {
            let saves = written.iter().map(|note| {
                let note = note.clone();
                notes
                    .database
                    .write(&by, |tx| Box::pin(async move { tx.create(Ok((note, Happened::Written))).await }))
            });
            try_join_all(saves).await.unwrap();
            let at = notes.clock.now();
            let mut expected: Vec<Note> =
                written.into_iter().filter(|note| holds(&filter, note, at)).collect();
            expected.sort_by(|a, b| {
                let by_column = compare(&value(a, column, at), &value(b, column, at));
                let order = by_column.then_with(|| a.id.cmp(&b.id));
                if descending { order.reverse() } else { order }
            });
            let order = Order { column, descending };
            let request = PageRequest { filter: filter.clone(), order, first, after: None };
            let found = listed(&notes.database, &by, request).await;
            let found: Vec<Note> = found.into_iter().map(|found| found.record).collect();
            prop_assert_eq!(&found, &expected);
            let count = notes.database.reader(&by).count::<Note>(&filter).await.unwrap();
            prop_assert_eq!(count, expected.len() as u64);
            let mut titles: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
            for note in &expected {
                titles.entry(&note.service).or_default().insert(&note.title);
            }
            titles.retain(|_, titles| titles.len() > 1);
            let services: Vec<&str> = titles.into_keys().collect();
            prop_assert_eq!(shared(&notes.database, &by, &filter, first).await, services);
            Ok(())
        })
    });
    ran.unwrap();
}

#[tokio::test]
async fn a_record_that_is_added_while_a_list_is_read_moves_no_page() {
    let notes = open().await;
    let ana = of("acme");
    for title in ["a", "c", "e", "g"] {
        notes.save(&ana, &Note::new(title)).await;
    }
    let order = Order { column: "title", descending: false };
    let mut request = PageRequest { filter: Filter::All(vec![]), order, first: 2, after: None };
    let reader = notes.database.reader(&ana);
    let first = reader.page::<Note>(&request).await.unwrap();
    notes.save(&ana, &Note::new("b")).await;
    notes.save(&ana, &Note::new("d")).await;
    request.after = first.rows.last().map(|(row, at)| (at.clone(), row.record.id.to_string()));
    let second = reader.page::<Note>(&request).await.unwrap();
    let titles: Vec<_> = second.rows.iter().map(|(row, _)| row.record.title.as_str()).collect();
    assert_eq!(titles, ["d", "e"]);
}

#[test]
fn a_page_has_one_to_a_hundred_records() {
    assert_eq!(PageRequest::size(None).unwrap(), 20);
    assert_eq!(PageRequest::size(Some(100)).unwrap(), 100);
    for bad in [0, -1, 101, i32::MIN, i32::MAX] {
        assert_eq!(PageRequest::size(Some(bad)).unwrap_err().code, ciclo_kernel::Code::LimitExceeded);
    }
}

#[tokio::test]
async fn a_filter_up_to_its_limits_is_answered_and_beyond_refused() {
    let notes = open().await;
    let reader = notes.database.reader(&of("acme"));
    let title = |n: usize| Filter::is("title", n.to_string());
    let nested = |depth| (0..depth).fold(title(0), |part, _| Filter::Not(Box::new(Filter::All(vec![part]))));
    let many = |count: usize| Filter::Any((0..count).map(title).collect());
    let values = |count: usize| {
        let some = |count: usize| Test::In((0..count).map(|n| n.to_string().into()).collect());
        Filter::All(vec![
            Filter::Column("title", some(count / 2)),
            Filter::Column("about", some(count - count / 2)),
        ])
    };
    let long = |bytes: usize| Filter::Column("title", Test::Contains("%".repeat(bytes)));
    for (most, more) in [
        (nested(124), nested(125)),
        (many(CONDITIONS_MOST - 1), many(CONDITIONS_MOST)),
        (values(VALUES_MOST), values(VALUES_MOST + 1)),
        (long(CONTAINS_MOST), long(CONTAINS_MOST + 1)),
    ] {
        most.check().unwrap();
        reader.count::<Note>(&most).await.unwrap();
        assert_eq!(more.check().unwrap_err().code, ciclo_kernel::Code::LimitExceeded);
    }
}
