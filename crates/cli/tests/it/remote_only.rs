//! The binary without the embedded workspace.

use crate::clxs::{Clxs, assert_ran};

#[test]
fn without_a_host_the_error_names_the_way_out() {
    assert_ran!(Clxs::new().run(&["sql", "SELECT 1"]));
    assert_eq!(Clxs::new().run(&["demo"]).code, 2);
    assert_eq!(Clxs::new().run(&["workspace", "serve"]).code, 2);
}
