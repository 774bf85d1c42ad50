//! The OAuth secrets of service principals (`ServicePrincipalSecretsProxy` of the official SDK).

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, SecondsFormat};
use clxs_api::ErrorCode;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::resource::row;
use crate::authorization::Access;
use crate::http::routes::{Routes, delete, get};
use crate::http::{AppState, Body, Caller, Path, RestError};
use crate::metastore::{PrincipalKind, SecretRow, Transaction, now_ms};

const SECRETS: &str = "/api/2.0/accounts/servicePrincipals/{id}/credentials/secrets";
/// How long a secret lives at most, and when the request does not say: two years, as documented by the SDK.
const LIFE: Duration = Duration::from_hours(730 * 24);
/// How many secrets a service principal may have, as documented by the platform.
const MOST: usize = 5;

pub(super) fn routes() -> Routes {
    Routes::new()
        .route(SECRETS, get(list).post(create))
        .route(&format!("{SECRETS}/{{secret_id}}"), delete(remove))
}

/// Body of a request to make a secret.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct NewSecret {
    /// Such as `3600s`.
    lifetime: Option<String>,
}

async fn create(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<String>,
    Body(new): Body<NewSecret>,
) -> Result<Json<Value>, RestError> {
    let life = life(new.lifetime.as_deref())?;
    let work = move |tx: &Transaction<'_>, access: &Access| {
        access.require_metastore_admin(tx)?;
        let principal = row(tx, &[PrincipalKind::ServicePrincipal], &id)?;
        if tx.secrets(principal.id)?.len() >= MOST {
            let message = format!("A service principal has {MOST} secrets at most; delete one first.");
            return Err(RestError::new(ErrorCode::ResourceExhausted, message));
        }
        let (secret, value) = tx.insert_secret(principal.id, life)?;
        let mut shown = shown(&secret);
        shown["secret"] = json!(value);
        Ok(shown)
    };
    Ok(Json(state.write(caller, work).await?))
}

async fn list(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Value>, RestError> {
    let work = move |tx: &Transaction<'_>, access: &Access| {
        access.require_metastore_admin(tx)?;
        let principal = row(tx, &[PrincipalKind::ServicePrincipal], &id)?;
        Ok(tx.secrets(principal.id)?.iter().map(shown).collect::<Vec<_>>())
    };
    Ok(Json(json!({ "secrets": state.read(caller, work).await? })))
}

async fn remove(
    State(state): State<AppState>,
    caller: Caller,
    Path((id, secret)): Path<(String, String)>,
) -> Result<Json<Value>, RestError> {
    let work = move |tx: &Transaction<'_>, access: &Access| {
        access.require_metastore_admin(tx)?;
        let principal = row(tx, &[PrincipalKind::ServicePrincipal], &id)?;
        if tx.delete_secret(principal.id, &secret)? {
            return Ok(());
        }
        Err(RestError::new(ErrorCode::ResourceDoesNotExist, format!("No secret has id {secret}.")))
    };
    state.write(caller, work).await?;
    Ok(Json(json!({})))
}

fn life(text: Option<&str>) -> Result<Duration, RestError> {
    let Some(text) = text else { return Ok(LIFE) };
    let seconds = text.strip_suffix('s').and_then(|digits| digits.parse().ok());
    let life = seconds.map(Duration::from_secs).filter(|life| !life.is_zero() && *life <= LIFE);
    life.ok_or_else(|| {
        RestError::invalid(format!("lifetime must be between 1s and {}s; it is '{text}'.", LIFE.as_secs()))
    })
}

/// A secret without its value.
fn shown(secret: &SecretRow) -> Value {
    let time = |ms: i64| {
        DateTime::from_timestamp_millis(ms).map(|at| at.to_rfc3339_opts(SecondsFormat::Millis, true))
    };
    json!({
        "id": secret.id,
        "secret_hash": STANDARD.encode(&secret.hash),
        "status": if secret.expires_at > now_ms() { "ACTIVE" } else { "INACTIVE" },
        "create_time": time(secret.created_at),
        "update_time": time(secret.created_at),
        "expire_time": time(secret.expires_at),
    })
}
