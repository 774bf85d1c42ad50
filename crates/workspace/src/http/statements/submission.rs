//! What a request to run a statement asks for besides the statement.

use std::time::Duration;

use clxs_api::Identifier;
use clxs_api::statement::{
    Disposition as WireDisposition, ExecuteStatement, OnWaitTimeout, ResultCompression, ResultFormat,
};

use crate::http::RestError;
use crate::http::extract::identifier;
use crate::principal::Principal;
use crate::session::Session;
use crate::warehouse::{Delivery, Disposition, ResultLimits, SubmittedStatement, WAREHOUSE_ID};

/// The catalog of statements that name none.
const DEFAULT_CATALOG: &str = "main";
/// The schema of statements that name none.
const DEFAULT_SCHEMA: &str = "default";
/// What the official connector asks for when it takes small results in the answer; not in the SDK.
const HYBRID: &str = "INLINE_OR_EXTERNAL_LINKS";

/// How long a sender waits for the end of the statement, and what becomes of it then.
pub(super) struct Patience {
    time: Duration,
    cancel: bool,
}

impl Patience {
    /// # Errors
    /// `INVALID_PARAMETER_VALUE` for a time that is neither `0s` nor between `5s` and `50s`, and for another end of it
    /// than the platform has.
    pub(super) fn new(request: &ExecuteStatement) -> Result<Self, RestError> {
        if let Some(other) = request.on_wait_timeout.as_ref().filter(|end| !end.is_known()) {
            return Err(RestError::invalid(format!("{} is not an on_wait_timeout.", other.as_str())));
        }
        let text = request.wait_timeout.as_deref().unwrap_or("10s");
        let seconds = text.strip_suffix('s').and_then(|digits| digits.parse().ok());
        match seconds {
            Some(seconds @ (0 | 5..=50)) => Ok(Self {
                time: Duration::from_secs(seconds),
                cancel: seconds > 0 && request.on_wait_timeout == Some(OnWaitTimeout::Cancel),
            }),
            _ => Err(RestError::invalid(format!(
                "wait_timeout must be 0s, or between 5s and 50s; it is '{text}'."
            ))),
        }
    }

    /// Whether the sender waits at all.
    pub(super) fn is_none(&self) -> bool {
        self.time.is_zero()
    }

    /// Waits for the statement, and cancels it if asked to when the time is over. One that is committing then is left
    /// to its end.
    pub(super) async fn wait_for(&self, statement: &SubmittedStatement) {
        let finished = tokio::time::timeout(self.time, statement.finished()).await;
        if finished.is_err() && self.cancel && statement.cancel() {
            statement.finished().await;
        }
    }
}

/// How the sender wants to have its rows.
///
/// # Errors
/// `INVALID_PARAMETER_VALUE` for negative limits and for values and pairs that the platform does not have.
pub(super) fn delivery(request: &ExecuteStatement) -> Result<Delivery, RestError> {
    let disposition = disposition(request.disposition.as_ref())?;
    let format = request.format.clone().unwrap_or(ResultFormat::JsonArray);
    let known = matches!(format, ResultFormat::JsonArray | ResultFormat::ArrowStream | ResultFormat::Csv);
    if !known || (disposition == Disposition::Inline && format != ResultFormat::JsonArray) {
        return Err(RestError::invalid(format!(
            "The format {} cannot be used with the disposition {}.",
            format.as_str(),
            request.disposition.as_ref().map_or("INLINE", WireDisposition::as_str)
        )));
    }
    let lz4 = match &request.result_compression {
        None | Some(ResultCompression::None) => false,
        Some(ResultCompression::Lz4Frame) => true,
        Some(other) => {
            return Err(RestError::invalid(format!("{} is not a result_compression.", other.as_str())));
        }
    };
    let lz4 = lz4 && disposition != Disposition::Inline;
    Ok(Delivery { disposition, format, lz4, limits: limits(request)? })
}

fn disposition(wanted: Option<&WireDisposition>) -> Result<Disposition, RestError> {
    match wanted {
        None | Some(WireDisposition::Inline) => Ok(Disposition::Inline),
        Some(WireDisposition::ExternalLinks) => Ok(Disposition::Links),
        Some(other) if other.as_str() == HYBRID => Ok(Disposition::Hybrid),
        Some(other) => Err(RestError::invalid(format!("{} is not a disposition.", other.as_str()))),
    }
}

fn limits(request: &ExecuteStatement) -> Result<ResultLimits, RestError> {
    let limit = |name: &str, limit: Option<i64>| match limit.map(u64::try_from) {
        None => Ok(None),
        Some(Ok(limit)) => Ok(Some(limit)),
        Some(Err(_)) => Err(RestError::invalid(format!("{name} must not be negative."))),
    };
    Ok(ResultLimits {
        rows: limit("row_limit", request.row_limit)?,
        bytes: limit("byte_limit", request.byte_limit)?,
    })
}

/// Refuses every warehouse but the one there is.
///
/// # Errors
/// `INVALID_PARAMETER_VALUE`
pub(in crate::http) fn require_warehouse(id: &str) -> Result<(), RestError> {
    if id == WAREHOUSE_ID {
        return Ok(());
    }
    Err(RestError::invalid(format!("{id} is not a valid endpoint id.")))
}

/// A new session of a principal; what is not named is the workspace's default.
///
/// # Errors
/// `INVALID_PARAMETER_VALUE` for what is no name.
pub(in crate::http) fn default_session(
    principal: Principal,
    catalog: Option<&str>,
    schema: Option<&str>,
) -> Result<Session, RestError> {
    Ok(Session::new(principal, name_or(catalog, DEFAULT_CATALOG)?, name_or(schema, DEFAULT_SCHEMA)?))
}

fn name_or(name: Option<&str>, default: &str) -> Result<Identifier, RestError> {
    Ok(identifier(name.filter(|name| !name.is_empty()).unwrap_or(default))?.to_lowercase())
}
