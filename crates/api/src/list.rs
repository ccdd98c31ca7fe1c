//! Lists: pages with keyset cursors.

use crate::error::ApiResult;
use crate::session::Session;
use async_graphql::{Enum, SimpleObject};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ciclo_kernel::{Code, Refusal};
use ciclo_store::{Field, Filter, Order, PageRequest, Record, Versioned};

/// Where a page stands in its list.
#[derive(SimpleObject, Clone, Debug, Default)]
#[graphql(shareable)]
pub struct PageInfo {
    /// Whether there are more records after this page.
    pub has_next_page: bool,
    /// Whether the page started behind a cursor.
    pub has_previous_page: bool,
    /// The cursor of the first record; null when the page is empty.
    pub start_cursor: Option<String>,
    /// The cursor of the last record, for `after:` of the next page; null when the page is empty.
    pub end_cursor: Option<String>,
}

/// Which way a list is sorted.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum SortDirection {
    /// Smallest, or oldest, first.
    Asc,
    /// Largest, or newest, first.
    Desc,
}

/// A page on its way to a connection.
pub struct Listed<R> {
    /// The records with their cursors.
    pub rows: Vec<(String, Versioned<R>)>,
    /// Where the page stands.
    pub info: PageInfo,
    /// The filter, for counting.
    pub filter: Filter,
}

fn cursor(order: Order, at: &Field, id: &str) -> String {
    let at = match at {
        Field::Text(text) => serde_json::json!(text),
        Field::Int(number) => serde_json::json!(number),
        Field::Null => serde_json::Value::Null,
    };
    URL_SAFE_NO_PAD.encode(serde_json::json!([order.column, order.descending, at, id]).to_string())
}

fn position(order: Order, cursor: &str) -> Result<(Field, String), Refusal> {
    let bad = || {
        Refusal::new(Code::BadCursor, "`after` is not a cursor of this list in this order")
            .with("field", "after")
    };
    let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| bad())?;
    let (column, descending, at, id): (String, bool, serde_json::Value, String) =
        serde_json::from_slice(&bytes).map_err(|_| bad())?;
    if column != order.column || descending != order.descending {
        return Err(bad());
    }
    let at = match at {
        serde_json::Value::String(text) => Field::Text(text),
        serde_json::Value::Number(number) => Field::Int(number.as_i64().ok_or_else(bad)?),
        serde_json::Value::Null => Field::Null,
        _ => return Err(bad()),
    };
    Ok((at, id))
}

/// Reads a page for a caller.
pub async fn page<R: Record>(
    session: &Session,
    filter: Filter,
    order: Order,
    first: Option<i32>,
    after: Option<&str>,
) -> ApiResult<Listed<R>> {
    filter.check()?;
    let request = PageRequest {
        filter,
        order,
        first: PageRequest::size(first)?,
        after: after.map(|after| position(order, after)).transpose()?,
    };
    let page = session.reads::<R>()?.page::<R>(&request).await?;
    let rows: Vec<_> = page
        .rows
        .into_iter()
        .map(|(row, at)| (cursor(order, &at, &row.record.id().to_string()), row))
        .collect();
    let info = PageInfo {
        has_next_page: page.more,
        has_previous_page: request.after.is_some(),
        start_cursor: rows.first().map(|(cursor, _)| cursor.clone()),
        end_cursor: rows.last().map(|(cursor, _)| cursor.clone()),
    };
    Ok(Listed { rows, info, filter: request.filter })
}

/// Counts what a filter lets through, for `totalCount`.
pub async fn count<R: Record>(session: &Session, filter: &Filter) -> ApiResult<i32> {
    let count = session.reads::<R>()?.count::<R>(filter).await?;
    Ok(i32::try_from(count).unwrap_or(i32::MAX))
}
