//! The history of statements (`facts/rest_api.md` §7).

use clxs_api::endpoint;
use clxs_api::query_history::{ListQueriesResponse, QueryInfo};
use futures::Stream;

use crate::page::items;
use crate::request::{ApiRequest, path};
use crate::{Client, Result};

impl Client {
    /// The statements of warehouses since a moment in milliseconds, newest first. It may lack the very newest:
    /// what it does not show may have been sent all the same.
    pub fn statements_since(
        &self,
        warehouses: &[String],
        milliseconds: i64,
    ) -> impl Stream<Item = Result<QueryInfo>> + Send + use<> {
        let request = path(endpoint::QUERY_HISTORY, &[]).map(|path| {
            let since = ApiRequest::get(path)
                .query("filter_by.query_start_time_range.start_time_ms", &milliseconds.to_string());
            warehouses.iter().fold(since, |request, id| request.query("filter_by.warehouse_ids", id))
        });
        items::<ListQueriesResponse>(self.clone(), request)
    }
}
