//! The exit codes. Each has one meaning for ever; scripts may rely on them.

use std::fmt::Write;
use std::process::ExitCode;

/// What the process tells its caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum ExitStatus {
    Success = 0,
    Failure = 1,
    Usage = 2,
    SomeFailed = 3,
    Unauthorized = 4,
    PlanStale = 5,
    NotVerified = 6,
    LimitReached = 7,
    Unavailable = 8,
    Locked = 9,
    Differences = 10,
    PolicyRefused = 11,
    Interrupted = 130,
    Terminated = 143,
}

impl ExitStatus {
    /// Every code, in order.
    pub(crate) const ALL: [Self; 14] = [
        Self::Success,
        Self::Failure,
        Self::Usage,
        Self::SomeFailed,
        Self::Unauthorized,
        Self::PlanStale,
        Self::NotVerified,
        Self::LimitReached,
        Self::Unavailable,
        Self::Locked,
        Self::Differences,
        Self::PolicyRefused,
        Self::Interrupted,
        Self::Terminated,
    ];

    /// The number the process exits with.
    pub(crate) fn code(self) -> u8 {
        self as u8
    }

    fn meaning(self) -> &'static str {
        match self {
            Self::Success => "done, or the plan is empty",
            Self::Failure => "failure of no other kind",
            Self::Usage => "wrong arguments or configuration; nothing was changed",
            Self::SomeFailed => "finished, but some securables failed",
            Self::Unauthorized => "authentication or authorization failed",
            Self::PlanStale => "the plan is stale and was refused",
            Self::NotVerified => "verification failed, or required metadata was not carried",
            Self::LimitReached => "a limit was reached; stopped cleanly, can be resumed",
            Self::Unavailable => "the workspace or the network failed, after all retries",
            Self::Locked => "another run works on the destination",
            Self::Differences => "there are differences (--detailed-exitcode of plan and drift)",
            Self::PolicyRefused => "a policy or an approval refused",
            Self::Interrupted => "interrupted by Ctrl-C; the journal is consistent",
            Self::Terminated => "terminated by SIGTERM; the journal is consistent",
        }
    }
}

impl From<ExitStatus> for ExitCode {
    fn from(status: ExitStatus) -> Self {
        Self::from(status.code())
    }
}

/// The table of exit codes that `--help` ends with.
pub(crate) fn help() -> String {
    let mut text = String::from("Exit codes:");
    for status in ExitStatus::ALL {
        write!(text, "\n  {:>3}  {}", status.code(), status.meaning()).ok();
    }
    text
}
