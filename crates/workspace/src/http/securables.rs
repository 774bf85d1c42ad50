//! What all kinds of securables share over REST: listed by pages, made, found, changed and dropped. A kind is a
//! file that says what is its own ([`Resource`]).

use axum::Json;
use axum::extract::State;
use axum::handler::Handler;
use clxs_api::ErrorCode;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::paging::{self, Pages, Paging};
use super::routes::{Routes, get};
use super::{AppState, Body, Caller, Params, Path, RestError};
use crate::authorization::Access;
use crate::metastore::{Page, PageRequest, Transaction, WriteIntent};

/// A kind of securables as REST has it.
pub(super) trait Resource: Send + Sync + 'static {
    /// The path of the list; `/{full_name}` for one.
    const PATH: &'static str;
    /// How its list is cut.
    const PAGES: Pages = Pages::WHEN_ASKED;
    /// The query of a list but for what all lists take.
    type Filter: DeserializeOwned + Send + 'static;
    /// Body of a request to make one.
    type Create: DeserializeOwned + Serialize + Send + 'static;
    /// Body of a request to change one.
    type Update: DeserializeOwned + Serialize + Send + 'static;
    /// What is answered about one.
    type Info: Serialize + Send + 'static;
    /// What is answered to a list.
    type List: Serialize;

    /// Those of a page that the caller sees.
    fn list(
        tx: &Transaction<'_>,
        access: &Access,
        filter: &Self::Filter,
        include_browse: bool,
        page: &PageRequest,
    ) -> Result<Page<Self::Info>, RestError>;

    /// One that the caller sees.
    fn find(
        tx: &Transaction<'_>,
        access: &Access,
        name: &str,
        include_browse: bool,
    ) -> Result<Self::Info, RestError>;

    /// One that the caller sees, with what the query asks for besides.
    fn find_as_asked(
        tx: &Transaction<'_>,
        access: &Access,
        name: &str,
        reading: &Reading,
    ) -> Result<Self::Info, RestError> {
        Self::find(tx, access, name, reading.include_browse)
    }

    /// Makes one, owned by the caller. A kind that takes more than a transaction to make has a handler of its own
    /// ([`routes_with`]).
    fn create(_: &Transaction<'_>, _: &Access, _: &Self::Create) -> Result<Self::Info, RestError> {
        Err(RestError::new(ErrorCode::NotImplemented, format!("Nothing is made at {}.", Self::PATH)))
    }

    /// Changes one: what is absent stays.
    fn update(
        tx: &Transaction<'_>,
        access: &Access,
        name: &str,
        change: &Self::Update,
    ) -> Result<Self::Info, RestError>;

    /// Drops one; with `force` also one that is not empty. The intents are for the folders that go with it.
    fn drop(
        tx: &Transaction<'_>,
        access: &Access,
        name: &str,
        force: bool,
    ) -> Result<Vec<WriteIntent>, RestError>;

    /// The answer to a list.
    fn page(items: Vec<Self::Info>, next_page_token: Option<String>) -> Self::List;
}

/// The query of requests that read.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Reading {
    pub(super) include_browse: bool,
    /// Of registered models and their versions.
    pub(super) include_aliases: bool,
    /// Of tables.
    pub(super) include_delta_metadata: bool,
}

/// The query of requests that drop.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Dropping {
    force: bool,
}

/// The endpoints of a kind of securables.
pub(super) fn routes<R: Resource>() -> Routes {
    routes_with::<R, _, _>(create::<R>)
}

/// The endpoints of a kind of securables that are made by a handler of their own.
pub(super) fn routes_with<R, H, T>(create: H) -> Routes
where
    R: Resource,
    H: Handler<T, AppState>,
    T: 'static,
{
    Routes::new()
        .route(R::PATH, get(list::<R>).post(create))
        .route(&format!("{}/{{full_name}}", R::PATH), get(find::<R>).patch(update::<R>).delete(remove::<R>))
}

async fn list<R: Resource>(
    State(state): State<AppState>,
    caller: Caller,
    Params(filter): Params<R::Filter>,
    Params(reading): Params<Reading>,
    Params(paging): Params<Paging>,
) -> Result<Json<R::List>, RestError> {
    let page = paging.request_of(R::PAGES)?;
    let work = move |tx: &Transaction<'_>, access: &Access| {
        R::list(tx, access, &filter, reading.include_browse, &page)
    };
    let page = state.read(caller, work).await?;
    Ok(Json(R::page(page.items, paging::encode(page.next))))
}

async fn find<R: Resource>(
    State(state): State<AppState>,
    caller: Caller,
    Path(name): Path<String>,
    Params(reading): Params<Reading>,
) -> Result<Json<R::Info>, RestError> {
    let work = move |tx: &Transaction<'_>, access: &Access| R::find_as_asked(tx, access, &name, &reading);
    Ok(Json(state.read(caller, work).await?))
}

async fn create<R: Resource>(
    State(state): State<AppState>,
    caller: Caller,
    Body(request): Body<R::Create>,
) -> Result<Json<R::Info>, RestError> {
    let work = move |tx: &Transaction<'_>, access: &Access| R::create(tx, access, &request);
    Ok(Json(state.write(caller, work).await?))
}

async fn update<R: Resource>(
    State(state): State<AppState>,
    caller: Caller,
    Path(name): Path<String>,
    Body(change): Body<R::Update>,
) -> Result<Json<R::Info>, RestError> {
    let work = move |tx: &Transaction<'_>, access: &Access| R::update(tx, access, &name, &change);
    Ok(Json(state.write(caller, work).await?))
}

/// Rows first, then folders: a row without files would be a broken table.
async fn remove<R: Resource>(
    State(state): State<AppState>,
    caller: Caller,
    Path(name): Path<String>,
    Params(dropping): Params<Dropping>,
) -> Result<Json<Value>, RestError> {
    let work = move |tx: &Transaction<'_>, access: &Access| R::drop(tx, access, &name, dropping.force);
    let intents = state.write(caller, work).await?;
    state.metastore.abandon_writes(intents).await?;
    Ok(Json(json!({})))
}
