//! `/functions`

use clxs_api::endpoint::FUNCTIONS;
use clxs_api::function::{
    CreateFunctionRequest, FunctionInfo, FunctionParameterInfos, ListFunctionsResponse, ParameterStyle,
    SecurityType, UpdateFunction,
};
use clxs_api::table::ColumnTypeName;

use super::RestError;
use super::extract::{full_name, identifier};
use super::routes::Routes;
use super::securables::Resource;
use super::volumes::OfSchema;
use crate::authorization::{Access, Sight};
use crate::metastore::{Function, FunctionRow, Page, PageRequest, Returns, Transaction, WriteIntent};
use crate::{securables, sql};

pub(super) fn routes() -> Routes {
    super::securables::routes::<Functions>()
}

enum Functions {}

impl Resource for Functions {
    const PATH: &'static str = FUNCTIONS;
    type Filter = OfSchema;
    type Create = CreateFunctionRequest;
    type Update = UpdateFunction;
    type Info = FunctionInfo;
    type List = ListFunctionsResponse;

    fn list(
        tx: &Transaction<'_>,
        access: &Access,
        filter: &OfSchema,
        include_browse: bool,
        page: &PageRequest,
    ) -> Result<Page<FunctionInfo>, RestError> {
        let (catalog, schema) = (identifier(&filter.catalog_name)?, identifier(&filter.schema_name)?);
        let page = securables::list_functions(tx, access, (&catalog, &schema), include_browse, page)?;
        Ok(page.map(|(row, sight)| info(tx, row, sight)))
    }

    fn find(
        tx: &Transaction<'_>,
        access: &Access,
        name: &str,
        include_browse: bool,
    ) -> Result<FunctionInfo, RestError> {
        let (name, [_, _, _]) = full_name(name)?;
        let (row, sight) = securables::get_function(tx, access, &name, include_browse)?;
        Ok(info(tx, row, sight))
    }

    fn create(
        tx: &Transaction<'_>,
        access: &Access,
        request: &CreateFunctionRequest,
    ) -> Result<FunctionInfo, RestError> {
        let request = &request.function_info;
        let place = (request.catalog_name.as_str(), request.schema_name.as_str(), request.name.as_str());
        let function =
            sql::function_of_request(request).map_err(|error| RestError::invalid(error.to_string()))?;
        let row = securables::create_function(tx, access, place, request.comment.as_deref(), function)?;
        Ok(info(tx, row, Sight::Full))
    }

    fn update(
        tx: &Transaction<'_>,
        access: &Access,
        name: &str,
        change: &UpdateFunction,
    ) -> Result<FunctionInfo, RestError> {
        let (name, [_, _, _]) = full_name(name)?;
        Ok(info(tx, securables::update_function(tx, access, &name, change, None)?, Sight::Full))
    }

    fn drop(
        tx: &Transaction<'_>,
        access: &Access,
        name: &str,
        _: bool,
    ) -> Result<Vec<WriteIntent>, RestError> {
        let (name, [_, _, _]) = full_name(name)?;
        securables::drop_function(tx, access, &name)?;
        Ok(Vec::new())
    }

    fn page(functions: Vec<FunctionInfo>, next_page_token: Option<String>) -> ListFunctionsResponse {
        ListFunctionsResponse { functions, next_page_token }
    }
}

fn info(tx: &Transaction<'_>, row: FunctionRow, sight: Sight) -> FunctionInfo {
    let full_name = row.full_name();
    let (data_type, full_data_type) = result(&row.details);
    let columns = row.details.columns().to_vec();
    let properties = row.details.properties();
    FunctionInfo {
        name: Some(row.name.as_str().to_owned()),
        catalog_name: Some(full_name.catalog().as_str().to_owned()),
        schema_name: full_name.schema().map(|schema| schema.as_str().to_owned()),
        full_name: Some(full_name.dotted()),
        function_id: Some(row.id),
        specific_name: Some(row.name.as_str().to_owned()),
        input_params: Some(FunctionParameterInfos { parameters: row.details.parameters }),
        return_params: (!columns.is_empty()).then_some(FunctionParameterInfos { parameters: columns }),
        data_type: Some(data_type),
        full_data_type: Some(full_data_type),
        routine_body: Some(row.details.language.routine_body()),
        routine_definition: Some(row.details.definition),
        routine_dependencies: Some(row.details.dependencies)
            .filter(|dependencies| !dependencies.dependencies.is_empty()),
        external_language: row.details.language.external().map(str::to_owned),
        parameter_style: Some(ParameterStyle::S),
        is_deterministic: Some(row.details.deterministic),
        sql_data_access: Some(row.details.data_access),
        is_null_call: Some(false),
        security_type: Some(SecurityType::Definer),
        properties,
        owner: Some(row.owner),
        comment: row.comment,
        metastore_id: Some(tx.metastore().id.clone()),
        created_at: Some(row.audit.created_at),
        created_by: Some(row.audit.created_by),
        updated_at: Some(row.audit.updated_at),
        updated_by: Some(row.audit.updated_by),
        browse_only: Some(sight == Sight::Browse),
        ..FunctionInfo::default()
    }
}

/// The type of the result: its kind and its text in SQL (facts/settled.md §3).
fn result(function: &Function) -> (ColumnTypeName, String) {
    match &function.returns {
        Returns::Value { type_name, type_text, .. } => (type_name.clone(), type_text.clone()),
        Returns::Table { type_text, .. } => (ColumnTypeName::TableType, type_text.clone()),
    }
}
