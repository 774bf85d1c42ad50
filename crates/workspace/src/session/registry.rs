//! The sessions that clients have opened.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use uuid::Uuid;

use super::{LastingSession, Session};
use crate::principal::Principal;

/// How long a session lives that nobody uses. UNCONFIRMED: as long as the platform keeps a finished statement.
const IDLE: Duration = Duration::from_hours(12);

/// The open sessions by their ids. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sessions(Arc<Mutex<HashMap<String, Open>>>);

#[derive(Debug)]
struct Open {
    session: LastingSession,
    last_used: Instant,
}

impl Sessions {
    /// Opens a session and gives its id. Sessions that nobody used for long are forgotten.
    pub(crate) fn open(&self, session: Session) -> String {
        let id = Uuid::now_v7().to_string();
        let open = Open { session: LastingSession::new(session), last_used: Instant::now() };
        let mut sessions = self.lock();
        sessions.retain(|_, open| open.last_used.elapsed() < IDLE);
        sessions.insert(id.clone(), open);
        id
    }

    /// A principal's own session.
    pub(crate) fn get(&self, id: &str, principal: &Principal) -> Option<LastingSession> {
        let mut sessions = self.lock();
        let open = sessions.get_mut(id).filter(|open| open.session.now().principal == *principal)?;
        open.last_used = Instant::now();
        Some(open.session.clone())
    }

    /// Closes a principal's own session.
    pub(crate) fn close(&self, id: &str, principal: &Principal) {
        if self.get(id, principal).is_some() {
            self.lock().remove(id);
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Open>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
