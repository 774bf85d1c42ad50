//! `CREATE POLICY`, `DROP POLICY`, `SHOW POLICIES` and `DESCRIBE POLICY`.

use chrono::DateTime;
use clxs_api::policy::{FunctionArgument, MatchColumn};
use clxs_api::{FullName, SecurableKind};

use super::context::Context;
use super::grants::securable;
use super::rows::text_result;
use crate::authorization::{Access, SecurableRef};
use crate::delta::schema::DataType;
use crate::metastore::{PageRequest, PolicyDefinition, PolicyEffect, Transaction};
use crate::securables::{self, NewPolicy, PolicyOn};
use crate::sql::SqlError;
use crate::sql::ast::{CreatePolicy, GrantTarget, PolicyName, PolicyTarget};
use crate::sql::execute::rows::result;
use crate::warehouse::{Row, StatementResult};

pub(super) async fn create(context: &Context, create: CreatePolicy) -> Result<StatementResult, SqlError> {
    let on = target(context, create.policy.on)?;
    let new = NewPolicy {
        name: create.policy.name.as_str().to_owned(),
        definition: PolicyDefinition {
            comment: create.comment,
            effect: create.effect,
            function: context.table_name(&create.function)?,
            using: create.using,
            when: create.when,
            columns: create.columns,
        },
        to: create.to,
        except: create.except,
    };
    let work = move |tx: &Transaction<'_>, access: &Access| {
        securables::create_policy(tx, access, &on, new, create.replace)?;
        Ok(StatementResult::none())
    };
    context.write(work).await
}

pub(super) async fn drop(context: &Context, policy: PolicyName) -> Result<StatementResult, SqlError> {
    let on = target(context, policy.on)?;
    let work = move |tx: &Transaction<'_>, access: &Access| {
        securables::drop_policy(tx, access, &on, policy.name.as_str())?;
        Ok(StatementResult::none())
    };
    context.write(work).await
}

/// The columns are documented.
pub(super) async fn show(
    context: &Context,
    on: PolicyTarget,
    effective: bool,
) -> Result<StatementResult, SqlError> {
    let on = target(context, on)?;
    let read = context.read(move |tx, access| {
        Ok(securables::list_policies(tx, access, &on, effective, &PageRequest::all())?.items)
    });
    let mut policies = read.await?;
    // Outermost first.
    policies.sort_by_key(|one| (one.securable.matches('.').count(), one.policy.name.clone()));
    let names = ["Policy Name", "Policy Type", "Catalog", "Schema", "Table", "Comment"];
    let columns = names.map(|name| (name, DataType::STRING)).into();
    Ok(result(columns, policies.into_iter().map(shown).collect()))
}

fn shown(one: PolicyOn) -> Row {
    let kind = type_word(&one.policy.definition.effect).to_owned();
    let name = FullName::from_dotted(&one.securable).ok();
    let part = |level: usize| Some(name.as_ref()?.parts().get(level)?.as_str().to_owned());
    vec![Some(one.policy.name), Some(kind), part(0), part(1), part(2), one.policy.definition.comment]
}

/// What is described is documented; the names of the two columns are UNCONFIRMED.
pub(super) async fn describe(context: &Context, policy: PolicyName) -> Result<StatementResult, SqlError> {
    let on = target(context, policy.on)?;
    let name = policy.name;
    let read =
        context.read(move |tx, access| Ok(securables::get_policy(tx, access, &on, name.as_str())?)).await?;
    Ok(text_result(["info_name", "info_value"], described(read)))
}

fn described(PolicyOn { policy, kind, securable }: PolicyOn) -> Vec<[String; 2]> {
    let definition = policy.definition;
    let columns = definition.columns.iter().map(match_text).collect::<Vec<_>>().join(", ");
    let using = definition.using.iter().filter_map(argument_text).collect::<Vec<_>>().join(", ");
    let masked = match &definition.effect {
        PolicyEffect::ColumnMask(alias) => alias.clone(),
        PolicyEffect::RowFilter => String::new(),
    };
    let rows = [
        ("Name", policy.name),
        ("Comment", definition.comment.unwrap_or_default()),
        ("On Securable Type", kind.to_string()),
        ("On Securable", securable),
        ("To Principals", policy.to.join(", ")),
        ("Except Principals", policy.except.join(", ")),
        ("For Securable Type", SecurableKind::Table.to_string()),
        ("When Condition", definition.when.unwrap_or_default()),
        ("Match Columns", columns),
        ("Policy Type", type_word(&definition.effect).to_owned()),
        ("Function Name", definition.function.dotted()),
        ("On Column", masked),
        ("Using Columns", using),
        ("Created By", policy.audit.created_by),
        ("Created At", time(policy.audit.created_at)),
        ("Updated By", policy.audit.updated_by),
        ("Updated At", time(policy.audit.updated_at)),
    ];
    // Fields that are not set are omitted.
    let set = rows.into_iter().filter(|(_, value)| !value.is_empty());
    set.map(|(name, value)| [name.to_owned(), value]).collect()
}

fn match_text(column: &MatchColumn) -> String {
    let condition = column.condition.as_deref().unwrap_or_default();
    column.alias.as_ref().map_or_else(|| condition.to_owned(), |alias| format!("{condition} AS {alias}"))
}

fn argument_text(argument: &FunctionArgument) -> Option<String> {
    argument.alias.clone().or_else(|| argument.constant.clone())
}

fn type_word(effect: &PolicyEffect) -> &'static str {
    match effect {
        PolicyEffect::RowFilter => "ROW_FILTER",
        PolicyEffect::ColumnMask(_) => "COLUMN_MASK",
    }
}

/// `2025-12-31 AD at 19:41:07 UTC`, as documented.
fn time(ms: i64) -> String {
    let time = DateTime::from_timestamp_millis(ms);
    time.map(|time| time.format("%Y-%m-%d AD at %H:%M:%S UTC").to_string()).unwrap_or_default()
}

fn target(context: &Context, PolicyTarget { kind, name }: PolicyTarget) -> Result<SecurableRef, SqlError> {
    securable(context, &GrantTarget { kind, name: Some(name) })
}
