//! How many statements may run at once: as many as the settings allow, fewer after the workspace throttled or
//! while statements wait long for the warehouse.

use clxs_client::Client;

use super::graph::Room;

/// What the workspace said so far of how much it is given.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Load {
    /// How often everybody had to wait because so much was throttled.
    pub(super) cool_downs: u64,
    /// Statements that waited long for the warehouse.
    pub(super) long_queued: u64,
}

impl Load {
    pub(super) fn of(client: &Client) -> Self {
        Self { cool_downs: client.cool_downs(), long_queued: client.long_queued() }
    }
}

/// Halves whenever the workspace made everybody wait. For every window-full that went well it grows by one; for
/// one in which a statement waited long it loses an eighth: gently, because a short queue is what keeps a
/// warehouse busy and what makes it add clusters.
#[derive(Debug)]
pub(super) struct Window {
    most: usize,
    size: usize,
    /// Statements that ended since the window was looked at last.
    ended: usize,
    load: Load,
}

impl Window {
    pub(super) fn new(most: usize, load: Load) -> Self {
        Self { most, size: most, ended: 0, load }
    }

    /// The settings allow so many from now on. What the workspace said of how much it takes stays.
    pub(super) fn allow(&mut self, most: usize) {
        if most != self.most {
            let is_held_back = self.size < self.most;
            let size = if is_held_back { self.size.min(most) } else { most };
            *self = Self { most, size: size.max(1), ..*self };
        }
    }

    /// A statement ended, and the workspace has said so much by now.
    pub(super) fn ended(&mut self, load: Load) {
        self.ended += 1;
        let throttled = load.cool_downs > self.load.cool_downs;
        if !throttled && self.ended < self.size {
            return;
        }
        let size = if throttled {
            self.size / 2
        } else if load.long_queued > self.load.long_queued {
            self.size - self.size.div_ceil(8)
        } else {
            self.size + 1
        };
        *self = Self { most: self.most, size: size.clamp(1, self.most.max(1)), ended: 0, load };
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

    fn cooled(cool_downs: u64) -> Load {
        Load { cool_downs, ..Load::default() }
    }

    fn queued(long_queued: u64) -> Load {
        Load { long_queued, ..Load::default() }
    }

    #[test]
    fn throttling_halves_the_window_once_and_success_brings_it_back() {
        let mut window = Window::new(32, cooled(0));
        (0..5).for_each(|_| window.ended(cooled(1)));
        assert_eq!(statements(&window), 16);
        window.ended(cooled(3));
        assert_eq!(statements(&window), 8);
        (0..1000).for_each(|_| window.ended(cooled(3)));
        assert_eq!(statements(&window), 32);
    }

    #[test]
    fn window_shrinks_once_a_window_full_while_statements_wait_long_and_grows_when_none_does() {
        let mut window = Window::new(32, queued(0));
        (0..31).for_each(|waits| window.ended(queued(waits)));
        assert_eq!(statements(&window), 32);
        window.ended(queued(32));
        assert_eq!(statements(&window), 28);
        (0..28).for_each(|waits| window.ended(queued(33 + waits)));
        assert_eq!(statements(&window), 24);
        (0..1000).for_each(|_| window.ended(queued(60)));
        assert_eq!(statements(&window), 32);
    }

    #[test]
    fn other_limits_hold_at_once_but_give_back_nothing_that_throttling_took() {
        let mut window = Window::new(32, cooled(0));
        for most in [2, 64] {
            window.allow(most);
            assert_eq!(statements(&window), most);
        }
        window.ended(cooled(1));
        window.allow(128);
        assert_eq!(statements(&window), 32);
    }

    #[test]
    fn one_statement_may_always_run_and_none_too_many() {
        let mut window = Window::new(2, cooled(0));
        (1..10).for_each(|cool_downs| window.ended(cooled(cool_downs)));
        assert_eq!(statements(&window), 1);
        (1..10).for_each(|waits| window.ended(Load { long_queued: waits, ..cooled(9) }));
        assert_eq!(statements(&window), 1);
        assert_eq!(window.room(Room { rest: 20, statements: 5 }, 16), Room { rest: 0, statements: 0 });
    }
}
