//! Faults on demand: what a platform far away does to its clients now and then, as tests of clients want it.
//!
//! Rules say to which requests and statements what happens, how often, and with which chance. They are off unless
//! somebody sets them, and the same seed gives the same faults in the same order.

mod pattern;
mod state;

use serde::{Deserialize, Serialize};
use thiserror::Error;

pub(crate) use pattern::matches;
pub(crate) use state::{Faults, Subject};

/// The rules in force.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FaultPlan {
    /// Where the chances begin.
    pub seed: u64,
    /// The first rule that applies to a request decides.
    pub rules: Vec<FaultRule>,
}

/// What happens to which requests.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaultRule {
    /// Such as `POST`; any when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// The path, `*` for any text; any when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The text of a statement that is submitted, `*` for any text, case does not count; when absent, requests
    /// without statements are meant too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub statement: Option<String>,
    /// How many requests it lets pass first.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub skip: u32,
    /// How many requests it strikes; all when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u32>,
    /// With which chance it strikes, from 0 to 1; always when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub probability: Option<f64>,
    /// What happens then.
    pub effect: FaultEffect,
}

/// What a fault does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum FaultEffect {
    /// The request is answered with an error and not done.
    Status {
        /// 429, 500 or 503.
        code: u16,
        /// Seconds of the header `Retry-After`; no header when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_after: Option<u64>,
    },
    /// The request is refused with an error of the platform's, such as only some accounts answer, and not done.
    Error {
        /// 400 to 599.
        status: u16,
        /// Such as `INVALID_STATE`.
        error_code: String,
        /// What the error says.
        message: String,
    },
    /// The request is done later.
    Latency {
        /// How much later.
        milliseconds: u64,
    },
    /// The connection is closed before the request is done.
    DropBefore,
    /// The request is done, and the connection is closed without an answer.
    LostAfter,
    /// The statement fails as one that may be sent again (`facts/settled.md` §6, "transient"), and is not run.
    FailStatement,
    /// The statement is canceled before it is run, as by an administrator.
    CancelStatement,
    /// A list answers a page without items, and the token of the page that was asked for.
    EmptyPage,
    /// A list has pages of this size at most.
    PageSize {
        /// At least 1.
        items: u32,
    },
}

/// What happens to a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StatementFault {
    Fail,
    Cancel,
}

/// Why a plan of faults is none.
#[derive(Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum FaultError {
    /// A status that no rule may answer.
    #[error("rule {rule}: a fault answers with 429, 500 or 503, not with {code}")]
    Status {
        /// Which rule, from 1.
        rule: usize,
        /// The status.
        code: u16,
    },
    /// A status that is no error's.
    #[error("rule {rule}: an error has a status from 400 to 599, not {status}")]
    NoError {
        /// Which rule, from 1.
        rule: usize,
        /// The status.
        status: u16,
    },
    /// A chance that is none.
    #[error("rule {rule}: probability is a number from 0 to 1, not {probability}")]
    Probability {
        /// Which rule, from 1.
        rule: usize,
        /// The chance.
        probability: f64,
    },
    /// Pages without items would make lists endless.
    #[error("rule {rule}: page_size has at least 1 item")]
    PageSize {
        /// Which rule, from 1.
        rule: usize,
    },
}

impl FaultPlan {
    /// Refuses a plan with a rule that cannot be.
    ///
    /// # Errors
    /// The first such rule.
    pub fn check(&self) -> Result<(), FaultError> {
        self.rules.iter().enumerate().try_for_each(|(index, rule)| rule.check(index + 1))
    }
}

impl FaultRule {
    fn check(&self, rule: usize) -> Result<(), FaultError> {
        if let Some(probability) = self.probability
            && !(0.0..=1.0).contains(&probability)
        {
            return Err(FaultError::Probability { rule, probability });
        }
        match self.effect {
            FaultEffect::Status { code, .. } if ![429, 500, 503].contains(&code) => {
                Err(FaultError::Status { rule, code })
            }
            FaultEffect::Error { status, .. } if !(400..600).contains(&status) => {
                Err(FaultError::NoError { rule, status })
            }
            FaultEffect::PageSize { items: 0 } => Err(FaultError::PageSize { rule }),
            _ => Ok(()),
        }
    }
}

impl FaultEffect {
    /// Whether it is about statements and not about requests.
    pub(crate) fn of_statement(&self) -> Option<StatementFault> {
        match self {
            Self::FailStatement => Some(StatementFault::Fail),
            Self::CancelStatement => Some(StatementFault::Cancel),
            _ => None,
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over references")]
fn is_zero(count: &u32) -> bool {
    *count == 0
}

#[cfg(test)]
mod tests;
