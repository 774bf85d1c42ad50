use super::definition::Definition;
pub(super) const FUNCTIONS: &[Definition] = &[];
