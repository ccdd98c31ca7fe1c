//! The statements over records, built once for readers and commands alike.
//! Every one of them takes the tenant, but the one that finds it out.

use crate::error::Result;
use crate::filter::{Filter, Order, Page, PageRequest};
use crate::record::{Field, Record, Versioned};
use ciclo_kernel::{Corrupt, Tenant, Timestamp};
use prost::Message;
use sea_orm::sea_query::{
    Alias, Asterisk, Condition, Expr, ExprTrait, NullOrdering, Order as Direction, Query, SelectStatement,
    UnionType,
};
use sea_orm::{ConnectionTrait, QueryResult};

pub(crate) fn col(name: &str) -> Alias {
    Alias::new(name)
}

fn records<R: Record>(tenant: &str) -> SelectStatement {
    Query::select()
        .columns(["version", "changed_at", "message"].map(col))
        .columns(R::COLUMNS.iter().copied().map(col))
        .from(col(R::TABLE))
        .and_where(Expr::col(col("tenant")).eq(tenant))
        .take()
}

/// The ids of a table's records that link to one of `ids` under a role.
pub(crate) fn linking(tenant: &str, table: &str, role: &str, ids: &[String]) -> SelectStatement {
    Query::select()
        .column(col("record_id"))
        .from(col("link"))
        .and_where(Expr::col(col("tenant")).eq(tenant))
        .and_where(Expr::col(col("record_type")).eq(table))
        .and_where(Expr::col(col("role")).eq(role))
        .and_where(Expr::col(col("to_id")).is_in(ids.iter().map(String::as_str)))
        .take()
}

pub(crate) fn instant(micros: i64) -> Result<Timestamp> {
    Ok(Timestamp::from_microsecond(micros).map_err(|why| Corrupt::new("instant", why))?)
}

/// Reads a record from the bytes of its contract's message.
pub fn decode<R: Record>(bytes: &[u8]) -> Result<R> {
    let message = R::Message::decode(bytes).map_err(|why| Corrupt::new(R::TABLE, why))?;
    Ok(R::read(message)?)
}

fn versioned<R: Record>(row: &QueryResult) -> Result<Versioned<R>> {
    let version: i64 = row.try_get("", "version")?;
    let bytes: Vec<u8> = row.try_get("", "message")?;
    Ok(Versioned {
        record: decode(&bytes)?,
        version: version.unsigned_abs(),
        changed_at: instant(row.try_get("", "changed_at")?)?,
        as_of: None,
    })
}

/// The records of these ids that the tenant has, in no order.
pub async fn by_ids<R: Record>(
    db: &impl ConnectionTrait,
    tenant: &str,
    ids: &[String],
) -> Result<Vec<Versioned<R>>> {
    let select =
        records::<R>(tenant).and_where(Expr::col(col("id")).is_in(ids.iter().map(String::as_str))).take();
    db.query_all(&select).await?.iter().map(versioned).collect()
}

/// The record that has a value in a column that is unique over all tenants, and its tenant.
pub async fn of_anybody<R: Record>(
    db: &impl ConnectionTrait,
    column: &'static str,
    value: &str,
) -> Result<Option<(Tenant, Versioned<R>)>> {
    let select = Query::select()
        .columns(["tenant", "version", "changed_at", "message"].map(col))
        .from(col(R::TABLE))
        .and_where(Expr::col(col(column)).eq(value))
        .limit(1)
        .take();
    let Some(row) = db.query_one(&select).await? else { return Ok(None) };
    let tenant: String = row.try_get("", "tenant")?;
    let tenant = Tenant::parse(&tenant).map_err(|why| Corrupt::new("tenant", why))?;
    Ok(Some((tenant, versioned(&row)?)))
}

/// What lies behind a place in an order.
fn beyond(Order { column, descending }: Order, value: &Field, id: &str) -> Condition {
    let by = || Expr::col(col(column));
    let next = Expr::col(col("id"));
    let next = if descending { next.lt(id) } else { next.gt(id) };
    if column == "id" {
        return Condition::all().add(next);
    }
    match (value, descending) {
        (Field::Null, false) => Condition::any().add(by().is_null().and(next)).add(by().is_not_null()),
        (Field::Null, true) => Condition::all().add(by().is_null()).add(next),
        (value, false) => Condition::any().add(by().gt(value.clone())).add(by().eq(value.clone()).and(next)),
        (value, true) => Condition::any()
            .add(by().lt(value.clone()))
            .add(by().eq(value.clone()).and(next))
            .add(by().is_null()),
    }
}

/// The statement of a page, and whether there is another behind it: it asks for one more.
#[must_use]
pub fn page_statement<R: Record>(tenant: &str, request: &PageRequest) -> SelectStatement {
    let mut select = records::<R>(tenant);
    select.cond_where(request.filter.condition(tenant, R::TABLE));
    let Order { column, descending } = request.order;
    if let Some((value, id)) = &request.after {
        select.cond_where(beyond(request.order, value, id));
    }
    let (direction, nulls) = if descending {
        (Direction::Desc, NullOrdering::Last)
    } else {
        (Direction::Asc, NullOrdering::First)
    };
    // Were the id named twice, SQLite would sort by its key and look through the whole table, whatever is asked for.
    if column != "id" {
        select.order_by_with_nulls(col(column), direction.clone(), nulls);
    }
    select.order_by(col("id"), direction).limit(request.first as u64 + 1).take()
}

/// A page of the records that pass a filter.
pub async fn page<R: Record>(
    db: &impl ConnectionTrait,
    tenant: &str,
    request: &PageRequest,
) -> Result<Page<Versioned<R>>> {
    let mut rows = db.query_all(&page_statement::<R>(tenant, request)).await?;
    let more = rows.len() > request.first;
    rows.truncate(request.first);
    let rows = rows
        .iter()
        .map(|row| {
            let found = versioned::<R>(row)?;
            let at = order_value(&found, request.order.column);
            Ok((found, at))
        })
        .collect::<Result<_>>()?;
    Ok(Page { rows, more })
}

/// The value of a record in a column that lists sort by.
fn order_value<R: Record>(found: &Versioned<R>, column: &str) -> Field {
    match column {
        "id" => Field::Text(found.record.id().to_string()),
        "changed_at" => found.changed_at.into(),
        _ => R::COLUMNS
            .iter()
            .position(|name| *name == column)
            .and_then(|at| found.record.fields().into_iter().nth(at))
            .unwrap_or(Field::Null),
    }
}

/// How many records pass a filter.
pub async fn count<R: Record>(db: &impl ConnectionTrait, tenant: &str, filter: &Filter) -> Result<u64> {
    let select = Query::select()
        .expr_as(Expr::col(Asterisk).count(), col("n"))
        .from(col(R::TABLE))
        .and_where(Expr::col(col("tenant")).eq(tenant))
        .cond_where(filter.condition(tenant, R::TABLE))
        .take();
    let row = db.query_one(&select).await?;
    Ok(row.map_or(Ok(0), |row| row.try_get::<i64>("", "n"))?.unsigned_abs())
}

/// The values of a column that several records share whose values in column `of` differ, of the records that pass a
/// filter: in order, after a value, at most `most`.
pub async fn shared<R: Record>(
    db: &impl ConnectionTrait,
    tenant: &str,
    filter: &Filter,
    (column, of): (&'static str, &'static str),
    after: Option<&str>,
    most: usize,
) -> Result<Vec<String>> {
    let mut select = Query::select();
    select
        .column(col(column))
        .from(col(R::TABLE))
        .and_where(Expr::col(col("tenant")).eq(tenant))
        .cond_where(filter.condition(tenant, R::TABLE))
        .group_by_col(col(column))
        .and_having(Expr::col(col(of)).count_distinct().gt(1))
        .order_by(col(column), Direction::Asc)
        .limit(most as u64);
    if let Some(after) = after {
        select.and_where(Expr::col(col(column)).gt(after));
    }
    db.query_all(&select).await?.iter().map(|row| Ok(row.try_get("", column)?)).collect()
}

/// For each of `values`, the newest `first` records with that value in a
/// column: one statement, however many values, with a part for each that ends
/// when it has found so many.
pub async fn by_column<R: Record>(
    db: &impl ConnectionTrait,
    tenant: &str,
    column: &'static str,
    values: &[String],
    first: usize,
) -> Result<Vec<(String, Versioned<R>)>> {
    let part = |value: &String| newest_with::<R>(tenant, column, value, first);
    newest_of(db, values.iter().map(part).collect()).await
}

/// The newest `first` records with a value in a column.
#[must_use]
pub fn newest_with<R: Record>(
    tenant: &str,
    column: &'static str,
    value: &str,
    first: usize,
) -> SelectStatement {
    Query::select()
        .columns(["version", "changed_at", "message"].map(col))
        .expr_as(Expr::col(col(column)), col("parent"))
        .from(col(R::TABLE))
        .and_where(Expr::col(col("tenant")).eq(tenant))
        .and_where(Expr::col(col(column)).eq(value))
        .order_by(col("id"), Direction::Desc)
        .limit(first as u64)
        .take()
}

/// For each of `ids`, the newest `first` records that link to it under a role.
pub async fn by_link<R: Record>(
    db: &impl ConnectionTrait,
    tenant: &str,
    role: &'static str,
    ids: &[String],
    first: usize,
) -> Result<Vec<(String, Versioned<R>)>> {
    let part = |id: &String| newest_linking::<R>(tenant, role, id, first);
    newest_of(db, ids.iter().map(part).collect()).await
}

/// The newest `first` records that link to an id under a role.
#[must_use]
pub fn newest_linking<R: Record>(
    tenant: &str,
    role: &'static str,
    id: &str,
    first: usize,
) -> SelectStatement {
    let (own, link) = (|name| (col(R::TABLE), col(name)), |name| (col("link"), col(name)));
    Query::select()
        .columns(["version", "changed_at", "message"].map(own))
        .expr_as(Expr::col(link("to_id")), col("parent"))
        .from(col("link"))
        .inner_join(
            col(R::TABLE),
            Condition::all()
                .add(Expr::col(own("tenant")).equals(link("tenant")))
                .add(Expr::col(own("id")).equals(link("record_id"))),
        )
        .and_where(Expr::col(link("tenant")).eq(tenant))
        .and_where(Expr::col(link("record_type")).eq(R::TABLE))
        .and_where(Expr::col(link("role")).eq(role))
        .and_where(Expr::col(link("to_id")).eq(id))
        .order_by(link("record_id"), Direction::Desc)
        .limit(first as u64)
        .take()
}

/// The records of some selections together, each with its parent, the newest first.
async fn newest_of<R: Record>(
    db: &impl ConnectionTrait,
    parts: Vec<SelectStatement>,
) -> Result<Vec<(String, Versioned<R>)>> {
    let Some(select) = together(parts) else { return Ok(Vec::new()) };
    let rows = db.query_all(&select).await?;
    let mut found = rows
        .iter()
        .map(|row| Ok((row.try_get("", "parent")?, versioned::<R>(row)?)))
        .collect::<Result<Vec<(String, Versioned<R>)>>>()?;
    // Ids sort by the time they were made.
    found.sort_by_key(|(_, record)| std::cmp::Reverse(record.record.id()));
    Ok(found)
}

/// Selections that have an end of their own, as one statement.
fn together(parts: Vec<SelectStatement>) -> Option<SelectStatement> {
    let whole = |part| Query::select().column(Asterisk).from_subquery(part, col("part")).take();
    let mut parts = parts.into_iter().map(whole);
    let mut all = parts.next()?;
    for part in parts {
        all.union(UnionType::All, part);
    }
    Some(all)
}
