//! Lists that come in pages.

use std::collections::HashSet;

use clxs_api::binding::{WorkspaceBinding, WorkspaceBindingsResponse};
use clxs_api::catalog::{CatalogInfo, ListCatalogsResponse};
use clxs_api::file::{DirectoryEntry, ListDirectoryResponse};
use clxs_api::function::{FunctionInfo, ListFunctionsResponse};
use clxs_api::grant::{
    EffectivePermissionsList, EffectivePrivilegeAssignment, GetPermissionsResponse, PrivilegeAssignment,
};
use clxs_api::model::{ListRegisteredModelsResponse, RegisteredModelInfo};
use clxs_api::model_version::{ListModelVersionsResponse, ModelVersionInfo};
use clxs_api::policy::{ListPoliciesResponse, PolicyInfo};
use clxs_api::query_history::{ListQueriesResponse, QueryInfo};
use clxs_api::schema::{ListSchemasResponse, SchemaInfo};
use clxs_api::table::{ListTableSummariesResponse, ListTablesResponse, TableInfo, TableSummary};
use clxs_api::volume::{ListVolumesResponse, VolumeInfo};
use clxs_api::warehouse::{ListWarehousesResponse, WarehouseInfo};
use futures::stream::{self, Stream, TryStreamExt};
use serde::de::DeserializeOwned;

use crate::request::ApiRequest;
use crate::{Client, Error, Result};

/// A page of a list.
pub(crate) trait Page: DeserializeOwned + Send {
    /// What the list is of.
    type Item: Send;

    /// The items of this page and the token of the next.
    fn into_parts(self) -> (Vec<Self::Item>, Option<String>);
}

macro_rules! page {
    ($($page:ty: $field:ident of $item:ty,)+) => {
        $(impl Page for $page {
            type Item = $item;

            fn into_parts(self) -> (Vec<$item>, Option<String>) {
                (self.$field, self.next_page_token)
            }
        })+
    };
}

page! {
    ListCatalogsResponse: catalogs of CatalogInfo,
    ListSchemasResponse: schemas of SchemaInfo,
    ListTablesResponse: tables of TableInfo,
    ListTableSummariesResponse: tables of TableSummary,
    ListVolumesResponse: volumes of VolumeInfo,
    ListFunctionsResponse: functions of FunctionInfo,
    ListRegisteredModelsResponse: registered_models of RegisteredModelInfo,
    ListModelVersionsResponse: model_versions of ModelVersionInfo,
    ListDirectoryResponse: contents of DirectoryEntry,
    ListPoliciesResponse: policies of PolicyInfo,
    WorkspaceBindingsResponse: bindings of WorkspaceBinding,
    ListWarehousesResponse: warehouses of WarehouseInfo,
    ListQueriesResponse: res of QueryInfo,
    GetPermissionsResponse: privilege_assignments of PrivilegeAssignment,
    EffectivePermissionsList: privilege_assignments of EffectivePrivilegeAssignment,
}

/// Where a list is.
enum Next {
    First,
    Token(String),
    End,
}

/// All items of all pages. Only a page without a token is the last: an empty one with a token is not
/// (`facts/rest_api.md` §5). A token that was there before would lead in a circle and is an error.
pub(crate) fn items<P: Page>(
    client: Client,
    request: Result<ApiRequest>,
) -> impl Stream<Item = Result<P::Item>> + Send {
    let begin = (request, Next::First, HashSet::new());
    stream::try_unfold(begin, move |(request, next, mut seen)| {
        let client = client.clone();
        async move {
            let request = request?;
            let page_request = match &next {
                Next::First => request.clone(),
                Next::Token(token) => request.clone().query("page_token", token),
                Next::End => return Ok(None),
            };
            let answer = client.send(page_request).await?;
            let call = answer.call.clone();
            let (items, token) = answer.json::<P>()?.into_parts();
            let next = match token.filter(|token| !token.is_empty()) {
                None => Next::End,
                Some(token) if seen.insert(token.clone()) => Next::Token(token),
                Some(_) => {
                    return Err(Error::Protocol {
                        detail: "a page token came twice: the list has no end".into(),
                        call,
                    });
                }
            };
            Ok(Some((stream::iter(items.into_iter().map(Ok)), (Ok(request), next, seen))))
        }
    })
    .try_flatten()
}
