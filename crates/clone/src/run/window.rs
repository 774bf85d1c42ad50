//! How many statements may run at once: as many as the settings allow, fewer after the workspace throttled.

use super::graph::Room;

/// Halves whenever the workspace made everybody wait, and grows back by one for every window that went well.
#[derive(Debug)]
pub(super) struct Window {
    most: usize,
    size: usize,
    /// Statements that ended since the window changed last.
    ended: usize,
    cool_downs: u64,
}

impl Window {
    pub(super) fn new(most: usize, cool_downs: u64) -> Self {
        Self { most, size: most, ended: 0, cool_downs }
    }

    /// A statement ended; `cool_downs` counts how often everybody had to wait so far.
    pub(super) fn ended(&mut self, cool_downs: u64) {
        self.ended += 1;
        if cool_downs > self.cool_downs {
            *self = Self { size: (self.size / 2).max(1), ended: 0, cool_downs, ..*self };
        } else if self.ended >= self.size && self.size < self.most {
            *self = Self { size: self.size + 1, ended: 0, ..*self };
        }
    }

    /// What may be begun while so much runs.
    pub(super) fn room(&self, running: Room, rest: usize) -> Room {
        Room {
            rest: rest.saturating_sub(running.rest),
            statements: self.size.saturating_sub(running.statements),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn statements(window: &Window) -> usize {
        window.room(Room { rest: 0, statements: 0 }, 0).statements
    }

    #[test]
    fn throttling_halves_the_window_once_and_success_brings_it_back() {
        let mut window = Window::new(32, 0);
        (0..5).for_each(|_| window.ended(1));
        assert_eq!(statements(&window), 16);
        window.ended(3);
        assert_eq!(statements(&window), 8);
        (0..1000).for_each(|_| window.ended(3));
        assert_eq!(statements(&window), 32);
    }

    #[test]
    fn one_statement_may_always_run_and_none_too_many() {
        let mut window = Window::new(2, 0);
        (1..10).for_each(|cool_downs| window.ended(cool_downs));
        assert_eq!(statements(&window), 1);
        assert_eq!(window.room(Room { rest: 20, statements: 5 }, 16), Room { rest: 0, statements: 0 });
    }
}
