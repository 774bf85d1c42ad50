//! Which rule strikes when.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{FaultEffect, FaultPlan, FaultRule, matches};

/// The plan in force and how far it is. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(crate) struct Faults(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    plan: FaultPlan,
    /// How many requests each rule applied to, and how many it struck.
    counts: Vec<Count>,
    random: u64,
}

#[derive(Debug, Clone, Copy, Default)]
struct Count {
    applied: u32,
    struck: u32,
}

/// What rules look at.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Subject<'a> {
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    /// Of a request that submits one.
    pub(crate) statement: Option<&'a str>,
}

impl Faults {
    /// Puts a plan in force; counts begin anew.
    pub(crate) fn set(&self, plan: FaultPlan) {
        let counts = vec![Count::default(); plan.rules.len()];
        *self.lock() = State { random: plan.seed, counts, plan };
    }

    /// The plan in force, and how often each of its rules has struck.
    pub(crate) fn get(&self) -> (FaultPlan, Vec<u32>) {
        let state = self.lock();
        (state.plan.clone(), state.counts.iter().map(|count| count.struck).collect())
    }

    /// Whether there are rules at all.
    pub(crate) fn is_off(&self) -> bool {
        self.lock().plan.rules.is_empty()
    }

    /// What is to happen to a request.
    pub(crate) fn strike(&self, subject: Subject<'_>) -> Option<FaultEffect> {
        self.lock().strike(subject)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn strike(&mut self, subject: Subject<'_>) -> Option<FaultEffect> {
        for index in 0..self.plan.rules.len() {
            if !self.plan.rules[index].applies(subject) {
                continue;
            }
            self.counts[index].applied += 1;
            let (rule, count) = (&self.plan.rules[index], self.counts[index]);
            let due = count.applied > rule.skip && rule.times.is_none_or(|times| count.struck < times);
            let (probability, effect) = (rule.probability, rule.effect.clone());
            if due && probability.is_none_or(|probability| self.chance() < probability) {
                self.counts[index].struck += 1;
                return Some(effect);
            }
        }
        None
    }

    /// The next number from 0 to 1 (splitmix64).
    fn chance(&mut self) -> f64 {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.random;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^= bits >> 31;
        f64::from(u32::try_from(bits >> 32).unwrap_or(0)) / (f64::from(u32::MAX) + 1.0)
    }
}

impl FaultRule {
    fn applies(&self, subject: Subject<'_>) -> bool {
        self.method.as_deref().is_none_or(|method| method.eq_ignore_ascii_case(subject.method))
            && self.path.as_deref().is_none_or(|path| matches(path, subject.path))
            && self.is_about(subject.statement)
            && self.is_for(subject.method)
    }

    fn is_about(&self, statement: Option<&str>) -> bool {
        match (&self.statement, statement) {
            (Some(pattern), Some(statement)) => matches(pattern, statement.trim()),
            (Some(_), None) => false,
            (None, statement) => self.effect.of_statement().is_none() || statement.is_some(),
        }
    }

    /// Pages are read.
    fn is_for(&self, method: &str) -> bool {
        !matches!(self.effect, FaultEffect::EmptyPage | FaultEffect::PageSize { .. }) || method == "GET"
    }
}
