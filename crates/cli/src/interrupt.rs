//! Ctrl-C and SIGTERM: the first asks the work to stop cleanly, the second ends the process at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use crate::exit::ExitStatus;
use crate::output::{Printer, style::Style};

/// Whether a signal has come, and which.
#[derive(Debug, Clone)]
pub(crate) struct Interrupt {
    token: CancellationToken,
    code: Arc<AtomicU8>,
}

impl Interrupt {
    /// Listens to both signals from now on.
    ///
    /// # Errors
    /// When the handlers cannot be installed.
    pub(crate) fn listen(printer: Printer) -> std::io::Result<Self> {
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        let this = Self { token: CancellationToken::new(), code: Arc::default() };
        let shared = this.clone();
        tokio::spawn(async move {
            loop {
                let status = tokio::select! {
                    _ = interrupt.recv() => ExitStatus::Interrupted,
                    _ = terminate.recv() => ExitStatus::Terminated,
                };
                shared.received(status, &printer);
            }
        });
        Ok(this)
    }

    /// Is cancelled by the first signal.
    pub(crate) fn token(&self) -> CancellationToken {
        self.token.clone()
    }

    /// The exit code of the signal that came.
    pub(crate) fn status(&self) -> Option<ExitStatus> {
        let code = self.code.load(Ordering::Acquire);
        ExitStatus::ALL.into_iter().find(|status| code != 0 && status.code() == code)
    }

    fn received(&self, status: ExitStatus, printer: &Printer) {
        if self.token.is_cancelled() {
            std::process::exit(i32::from(status.code()));
        }
        self.code.store(status.code(), Ordering::Release);
        self.token.cancel();
        printer.message(Style::Warning, "△ Stopping cleanly; press Ctrl-C again to stop at once");
    }
}
