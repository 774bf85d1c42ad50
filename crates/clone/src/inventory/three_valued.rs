//! `AND` and `OR` of answers of which some are not known: one answer that decides is enough.

/// Whether one is true; nothing when that hangs on one that nobody knows.
pub(super) fn any(answers: impl IntoIterator<Item = Option<bool>>) -> Option<bool> {
    all(answers.into_iter().map(|answer| answer.map(|holds| !holds))).map(|none| !none)
}

/// Whether all are true; nothing when that hangs on one that nobody knows.
pub(super) fn all(answers: impl IntoIterator<Item = Option<bool>>) -> Option<bool> {
    answers
        .into_iter()
        .try_fold(Some(true), |so_far, answer| match answer {
            Some(false) => Err(()),
            Some(true) => Ok(so_far),
            None => Ok(None),
        })
        .unwrap_or(Some(false))
}
