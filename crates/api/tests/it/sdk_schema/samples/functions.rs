//! Functions.

use clxs_api::Extra;
use clxs_api::function::*;
use clxs_api::table::ColumnTypeName;

use super::{dependencies, text};

pub(crate) fn function() -> FunctionInfo {
    FunctionInfo {
        name: text(),
        catalog_name: text(),
        schema_name: text(),
        full_name: text(),
        function_id: text(),
        specific_name: text(),
        input_params: Some(parameters()),
        return_params: Some(parameters()),
        data_type: Some(ColumnTypeName::TableType),
        full_data_type: text(),
        routine_body: Some(RoutineBody::Sql),
        routine_definition: text(),
        routine_dependencies: Some(dependencies()),
        external_language: text(),
        external_name: text(),
        parameter_style: Some(ParameterStyle::S),
        is_deterministic: Some(true),
        sql_data_access: Some(SqlDataAccess::ReadsSqlData),
        is_null_call: Some(true),
        security_type: Some(SecurityType::Definer),
        sql_path: text(),
        properties: text(),
        owner: text(),
        comment: text(),
        metastore_id: text(),
        created_at: Some(1),
        created_by: text(),
        updated_at: Some(2),
        updated_by: text(),
        browse_only: Some(true),
        extra: Extra::new(),
    }
}

fn parameters() -> FunctionParameterInfos {
    let parameter = FunctionParameterInfo {
        name: "x".into(),
        type_text: "int".into(),
        type_json: text(),
        type_name: ColumnTypeName::Int,
        type_precision: Some(0),
        type_scale: Some(0),
        type_interval_type: text(),
        position: 0,
        parameter_mode: Some(ParameterMode::In),
        parameter_type: Some(ParameterType::Param),
        parameter_default: text(),
        comment: text(),
        extra: Extra::new(),
    };
    FunctionParameterInfos { parameters: vec![parameter] }
}

pub(crate) fn function_page() -> ListFunctionsResponse {
    ListFunctionsResponse { functions: vec![function()], next_page_token: text() }
}

pub(crate) fn create_function() -> CreateFunctionRequest {
    let function_info = CreateFunction {
        name: "f".into(),
        catalog_name: "c".into(),
        schema_name: "s".into(),
        input_params: parameters(),
        data_type: ColumnTypeName::Int,
        full_data_type: "INT".into(),
        routine_body: RoutineBody::External,
        routine_definition: "return x".into(),
        parameter_style: ParameterStyle::S,
        is_deterministic: true,
        sql_data_access: SqlDataAccess::NoSql,
        is_null_call: true,
        security_type: SecurityType::Definer,
        specific_name: "f".into(),
        comment: text(),
        external_language: text(),
        external_name: text(),
        properties: text(),
        return_params: Some(parameters()),
        routine_dependencies: Some(dependencies()),
        sql_path: text(),
    };
    CreateFunctionRequest { function_info }
}

pub(crate) fn update_function() -> UpdateFunction {
    UpdateFunction { owner: text() }
}
