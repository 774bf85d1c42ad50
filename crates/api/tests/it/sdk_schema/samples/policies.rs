//! Policies by attribute.

use clxs_api::policy::*;
use clxs_api::{Extra, SecurableKind};

use super::{text, texts};

pub(crate) fn policy() -> PolicyInfo {
    PolicyInfo {
        id: text(),
        name: text(),
        on_securable_type: Some(SecurableKind::Schema),
        on_securable_fullname: text(),
        for_securable_type: Some(SecurableKind::Table),
        policy_type: Some(PolicyType::ColumnMask),
        row_filter: Some(RowFilterOptions {
            function_name: "c.s.f".into(),
            using: vec![argument()],
            extra: Extra::new(),
        }),
        column_mask: Some(ColumnMaskOptions {
            function_name: "c.s.f".into(),
            on_column: "m".into(),
            using: vec![argument()],
            extra: Extra::new(),
        }),
        to_principals: texts(),
        except_principals: texts(),
        when_condition: text(),
        match_columns: vec![MatchColumn { alias: text(), condition: text(), extra: Extra::new() }],
        comment: text(),
        created_at: Some(1),
        created_by: text(),
        updated_at: Some(2),
        updated_by: text(),
        extra: Extra::new(),
    }
}

pub(crate) fn policy_page() -> ListPoliciesResponse {
    ListPoliciesResponse { policies: vec![policy()], next_page_token: text() }
}

fn argument() -> FunctionArgument {
    FunctionArgument { alias: text(), constant: text(), extra: Extra::new() }
}
