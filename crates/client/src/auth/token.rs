//! A token and how long it is good.

use std::time::Duration;

use chrono::{DateTime, Local, NaiveDateTime, TimeZone, Utc};
use http::HeaderMap;
use serde::Deserialize;
use tokio::time::Instant;

use crate::secret::Secret;

/// What lets a request in: a token, and for some methods headers beside it.
#[derive(Clone)]
pub struct Access {
    /// The token, for `Authorization: Bearer`.
    pub token: Secret<String>,
    /// Further headers. Those that are secrets are marked sensitive.
    pub headers: HeaderMap,
}

impl Access {
    /// A token and nothing else.
    pub fn bearer(token: impl Into<String>) -> Self {
        Self { token: Secret::new(token.into()), headers: HeaderMap::new() }
    }
}

impl std::fmt::Debug for Access {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Access").field("token", &self.token).finish_non_exhaustive()
    }
}

/// A token as its giver told of it.
#[derive(Debug, Clone)]
pub(super) struct Token {
    pub(super) access: Access,
    /// When it is over; `None` when nobody says.
    pub(super) expires: Option<Instant>,
}

impl Token {
    /// A token that is good for so long, when somebody says so.
    pub(super) fn new(token: impl Into<String>, life: Option<Duration>) -> Self {
        let expires = life.and_then(|life| Instant::now().checked_add(life));
        Self { access: Access::bearer(token), expires }
    }
}

/// What token endpoints answer (RFC 6749 §5.1); Azure's give numbers as texts.
#[derive(Deserialize)]
pub(super) struct TokenAnswer {
    access_token: String,
    #[serde(default)]
    pub(super) refresh_token: Option<String>,
    #[serde(default)]
    expires_in: Option<Number>,
    /// Seconds since 1970: what Azure's instance metadata and Databricks' metadata service say instead.
    #[serde(default)]
    expires_on: Option<Number>,
}

impl TokenAnswer {
    /// How long the token is good.
    pub(super) fn life(&self) -> Option<Duration> {
        let from_now = self.expires_in.as_ref().and_then(Number::seconds);
        let until = || Some(until(epoch(self.expires_on.as_ref()?.seconds()?)?));
        from_now.map(Duration::from_secs).or_else(until)
    }

    pub(super) fn access_token(&self) -> &str {
        &self.access_token
    }

    pub(super) fn into_token(self) -> Token {
        let life = self.life();
        Token::new(self.access_token, life)
    }
}

/// A number, maybe written as a text.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Number {
    Number(f64),
    Text(String),
}

impl Number {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "seconds: as far as they go")]
    pub(super) fn seconds(&self) -> Option<u64> {
        match self {
            Self::Number(number) => (*number >= 0.0).then_some(*number as u64),
            Self::Text(text) => text.trim().parse().ok(),
        }
    }
}

/// The moment so many seconds after 1970 began.
pub(super) fn epoch(seconds: u64) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp(i64::try_from(seconds).ok()?, 0)
}

/// The time until a moment; none when it is over.
pub(super) fn until(moment: DateTime<Utc>) -> Duration {
    (moment - Utc::now()).to_std().unwrap_or_default()
}

/// Reads a moment as programs write it: with its offset, or without one in local time.
pub(super) fn moment(text: &str) -> Option<DateTime<Utc>> {
    let text = text.trim();
    if let Ok(moment) = DateTime::parse_from_rfc3339(text) {
        return Some(moment.to_utc());
    }
    let forms = ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f"];
    let naive = forms.iter().find_map(|form| NaiveDateTime::parse_from_str(text, form).ok())?;
    Some(Local.from_local_datetime(&naive).earliest()?.to_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn life_is_read_from_numbers_texts_and_moments() {
        let life = |json: &str| serde_json::from_str::<TokenAnswer>(json).unwrap().life();
        assert_eq!(life(r#"{"access_token":"t","expires_in":3600}"#), Some(Duration::from_hours(1)));
        assert_eq!(life(r#"{"access_token":"t","expires_in":"3599"}"#), Some(Duration::from_secs(3599)));
        assert_eq!(life(r#"{"access_token":"t"}"#), None);
        assert_eq!(life(r#"{"access_token":"t","expires_on":"1"}"#), Some(Duration::ZERO));
        let soon = Utc::now().timestamp() + 1000;
        let life = life(&format!(r#"{{"access_token":"t","expires_on":{soon}.5}}"#)).unwrap();
        assert!((Duration::from_mins(15)..=Duration::from_secs(1001)).contains(&life), "{life:?}");
    }

    #[test]
    fn moments_have_an_offset_or_are_local() {
        let utc = moment("2026-11-28T05:00:00.123456789+02:00").unwrap();
        assert_eq!(utc.to_rfc3339(), "2026-11-28T03:00:00.123456789+00:00");
        let local = moment("2026-11-28 05:00:00.000000").unwrap();
        assert_eq!(local.with_timezone(&Local).to_rfc3339()[..19], *"2026-11-28T05:00:00");
        assert_eq!(moment("soon"), None);
    }
}
