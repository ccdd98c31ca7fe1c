//! How SQLite answers: by an index, however large the table is.

use crate::note::{Note, of, open};
use ciclo_store::sql::{newest_linking, newest_with, page_statement};
use ciclo_store::{Field, Filter, Order, PageRequest, Place};
use sea_orm::sea_query::{SelectStatement, SqliteQueryBuilder};
use sea_orm::{ConnectionTrait, DbBackend, Statement};

/// How SQLite answers a statement.
async fn plan(place: &Place, select: &SelectStatement) -> String {
    let Place::File(path) = place else { panic!("{place:?}") };
    let db = sea_orm::Database::connect(format!("sqlite:{}?mode=ro", path.display())).await.unwrap();
    let explain = format!("EXPLAIN QUERY PLAN {}", select.to_string(SqliteQueryBuilder));
    let lines = db.query_all_raw(Statement::from_string(DbBackend::Sqlite, explain)).await.unwrap();
    lines.iter().map(|line| line.try_get::<String>("", "detail").unwrap()).collect::<Vec<_>>().join("; ")
}

#[tokio::test]
async fn a_list_by_the_value_of_a_column_goes_by_its_index() {
    let notes = open().await;
    notes.save(&of("acme"), &Note::new("one")).await;
    let titled =
        || Filter::All(vec![Filter::is("title", "one"), Filter::Not(Box::new(Filter::is("weight", 1)))]);
    for (column, descending) in [("id", false), ("id", true)] {
        for after in [None, Some((Field::Text("x".to_owned()), "x".to_owned()))] {
            let order = Order { column, descending };
            let request = PageRequest { filter: titled(), order, first: 100, after };
            let plan = plan(&notes.place, &page_statement::<Note>("acme", &request)).await;
            assert!(plan.contains("note_by_title (tenant=? AND title=?") && !plan.contains("TEMP"), "{plan}");
        }
    }
}

#[tokio::test]
async fn what_names_a_record_is_found_by_what_it_names() {
    let notes = open().await;
    notes.save(&of("acme"), &Note::new("one")).await;
    let by_target = "link_by_target (tenant=? AND record_type=? AND role=? AND to_id=?)";
    let order = Order { column: "id", descending: true };
    let filter = Filter::Linked("item", vec!["x".to_owned(), "y".to_owned()]);
    let request = PageRequest { filter, order, first: 100, after: None };
    let listed = plan(&notes.place, &page_statement::<Note>("acme", &request)).await;
    assert!(listed.contains(by_target), "{listed}");
    let linking = plan(&notes.place, &newest_linking::<Note>("acme", "item", "x", 20)).await;
    assert!(linking.contains(by_target) && !linking.contains("TEMP"), "{linking}");
    let with = plan(&notes.place, &newest_with::<Note>("acme", "title", "one", 20)).await;
    assert!(with.contains("note_by_title (tenant=? AND title=?)") && !with.contains("TEMP"), "{with}");
}
