//! `clxs doctor` before a clone: the plan in hand, and what the caller lacks to run it.

use crate::clxs::{Clxs, Ran};
use crate::workspace::Server;

/// A served workspace with a catalog that Eve may read, and her token.
struct Prepared {
    clxs: Clxs,
    server: Server,
    eve: String,
}

impl Prepared {
    fn new() -> Self {
        Self::with_faults("rules: []")
    }

    fn with_faults(faults: &str) -> Self {
        let clxs = Clxs::new();
        clxs.write("faults.yaml", faults);
        let server = Server::start_with(&clxs, &["--faults", "faults.yaml"]);
        let eve =
            clxs.run(&["workspace", "token", "--principal", "eve@example.com", "--root", "w"]).success();
        let prepared = Self { clxs, server, eve: eve.trim().to_owned() };
        prepared.as_admin(
            "CREATE CATALOG shop; CREATE SCHEMA shop.s; CREATE TABLE shop.s.t AS SELECT 1 AS id; \
             CREATE FUNCTION shop.s.f(x INT) RETURNS INT RETURN x; \
             CREATE CATALOG dev; CREATE SCHEMA dev.s; \
             GRANT USE CATALOG, USE SCHEMA, SELECT, EXECUTE ON CATALOG shop TO `eve@example.com`; \
             GRANT USE CATALOG, USE SCHEMA ON CATALOG dev TO `eve@example.com`",
        );
        prepared
    }

    fn as_admin(&self, statements: &str) {
        let admin = fs_err::read_to_string(self.clxs.folder().join("w/admin.token")).unwrap();
        self.run(admin.trim(), &["sql", statements]).success();
    }

    fn run(&self, token: &str, arguments: &[&str]) -> Ran {
        let variables = [
            ("DATABRICKS_HOST", self.server.url.as_str()),
            ("DATABRICKS_TOKEN", token),
            ("DATABRICKS_WAREHOUSE_ID", "local"),
        ];
        self.clxs.run_with(&variables, arguments)
    }

    fn doctor(&self, dest: &str) -> Ran {
        self.run(&self.eve, &["doctor", "--source", "shop", "--dest", dest])
    }
}

#[test]
fn privileges_that_the_plan_needs_and_the_caller_lacks_are_named_with_their_grants() {
    let prepared = Prepared::new();
    let ran = prepared.doctor("dev");
    assert_eq!(ran.code, 4, "{ran}");
    let text: String = ran.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    for lacking in [
        "CREATE TABLE on schema dev.s",
        "GRANT CREATE TABLE ON SCHEMA `dev`.`s` TO `eve@example.com`",
        "GRANT CREATE FUNCTION ON SCHEMA `dev`.`s`",
    ] {
        assert!(text.contains(lacking), "{lacking}: {ran}");
    }
    prepared.as_admin("GRANT CREATE TABLE, CREATE FUNCTION ON SCHEMA dev.s TO `account users`");
    let text = prepared.doctor("dev").success();
    assert!(text.contains("✓  privileges") && text.contains("✓  plan"), "{text}");
    prepared.server.stop("-TERM");
}

#[test]
fn catalog_that_may_not_be_made_is_named() {
    let prepared = Prepared::new();
    let ran = prepared.doctor("fresh");
    assert_eq!(ran.code, 4, "{ran}");
    assert!(ran.stdout.contains("GRANT CREATE CATALOG ON METASTORE TO `eve@example.com`"), "{ran}");
    prepared.server.stop("-TERM");
}

#[test]
fn privileges_that_cannot_be_read_are_neither_there_nor_lacking() {
    let prepared = Prepared::with_faults(
        "rules: [{ path: /api/2.1/unity-catalog/effective-permissions/schema/*,
                   effect: { error: { status: 403, error_code: PERMISSION_DENIED, message: not you } } }]",
    );
    let text = prepared.doctor("dev").success();
    assert!(text.contains("?  privileges") && text.contains("schema dev.s cannot be read"), "{text}");
    assert!(text.contains("not you"), "{text}");
    prepared.server.stop("-TERM");
}

#[test]
fn metastore_admin_owns_no_catalog_of_others() {
    let prepared = Prepared::new();
    prepared.as_admin(
        "ALTER CATALOG dev OWNER TO `eve@example.com`; ALTER SCHEMA dev.s OWNER TO `eve@example.com`",
    );
    let admin = fs_err::read_to_string(prepared.clxs.folder().join("w/admin.token")).unwrap();
    let ran = prepared.run(admin.trim(), &["doctor", "--source", "shop", "--dest", "dev"]);
    assert_eq!(ran.code, 4, "{ran}");
    assert!(ran.stdout.contains("GRANT USE CATALOG ON CATALOG `dev` TO `admin@clxs.local`"), "{ran}");
    prepared.server.stop("-TERM");
}

#[test]
fn metastore_that_refuses_to_tell_of_itself_is_exit_code_4() {
    let prepared = Prepared::with_faults(
        "rules: [{ path: /api/2.1/unity-catalog/metastore_summary,
                   effect: { error: { status: 403, error_code: PERMISSION_DENIED, message: not you } } }]",
    );
    let ran = prepared.doctor("dev");
    assert!(ran.code == 4 && ran.stdout.contains("✗  metastore"), "{ran}");
    prepared.server.stop("-TERM");
}

#[test]
fn plan_is_made_as_patiently_as_by_a_clone() {
    // Source and destination are listed side by side: one of them meets more of these than a hasty client stands.
    let prepared = Prepared::with_faults(
        "rules: [{ method: GET, path: /api/2.1/unity-catalog/schemas, times: 6, effect: { status: { code: 503 } } }]",
    );
    let ran = prepared.doctor("dev");
    assert!(ran.stdout.contains("✓  plan"), "{ran}");
    prepared.server.stop("-TERM");
}
