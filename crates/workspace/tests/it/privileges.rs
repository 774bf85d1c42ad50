//! Who may do what: every action is refused without its privilege, in the words that were recorded, and allowed with
//! it, however it is held.

use serde_json::{Value, json};

use crate::sql::Sql;

const CATALOG: &str = "/api/2.1/unity-catalog";

/// An action on a securable. `{n}` is another number in every attempt.
struct Action {
    /// A statement, or a method, a path and a body.
    does: Does,
    /// Statements of the admin before it.
    after: &'static [&'static str],
    /// The privilege that it needs, in the words of SQL.
    needs: &'static str,
    /// The securable on which it needs it: kind and name.
    on: (&'static str, &'static str),
}

enum Does {
    Sql(&'static str),
    Rest(&'static str, &'static str, &'static str),
}

use Does::{Rest, Sql as Statement};

const T: (&str, &str) = ("TABLE", "main.s.t");
const V: (&str, &str) = ("VIEW", "main.s.v");
const S: (&str, &str) = ("SCHEMA", "main.s");
const C: (&str, &str) = ("CATALOG", "main");
const F: (&str, &str) = ("FUNCTION", "main.s.f");
const NEW_F: (&str, &str) = ("FUNCTION", "main.s.f{n}");
const OWN_TABLE: &[&str] = &["CREATE TABLE main.s.t{n} (id INT NOT NULL)"];
const OWN_VIEW: &[&str] = &["CREATE VIEW main.s.v{n} AS SELECT 1 AS a"];
const OWN_FUNCTION: &[&str] = &["CREATE FUNCTION main.s.f{n}() RETURNS INT RETURN 1"];
const OWN_SCHEMA: &[&str] = &["CREATE SCHEMA main.s{n}"];

const fn action(
    does: Does,
    after: &'static [&'static str],
    needs: &'static str,
    on: (&'static str, &'static str),
) -> Action {
    Action { does, after, needs, on }
}

const ACTIONS: &[Action] = &[
    action(Statement("SELECT * FROM main.s.t"), &[], "SELECT", T),
    action(Statement("SELECT * FROM main.s.v"), &[], "SELECT", V),
    action(Statement("DESCRIBE HISTORY main.s.t"), &[], "SELECT", T),
    action(Statement("INSERT INTO main.s.t VALUES (1)"), &[], "MODIFY", T),
    action(Statement("COMMENT ON TABLE main.s.t IS 'x'"), &[], "MODIFY", T),
    action(Statement("CREATE VIEW main.s.new{n} AS SELECT 1 AS a"), &[], "CREATE TABLE", S),
    action(Statement("CREATE SCHEMA main.new{n}"), &[], "CREATE SCHEMA", C),
    action(Statement("ALTER TABLE main.s.t SET TBLPROPERTIES ('a' = 'b')"), &[], "MANAGE", T),
    action(Statement("ALTER VIEW main.s.v SET TBLPROPERTIES ('a' = 'b')"), &[], "MANAGE", V),
    action(
        Statement("ALTER TABLE main.s.t{n} RENAME TO main.s.r{n}"),
        OWN_TABLE,
        "MANAGE",
        ("TABLE", "main.s.t{n}"),
    ),
    action(
        Statement("ALTER TABLE main.s.t{n} ADD PRIMARY KEY (id)"),
        OWN_TABLE,
        "MANAGE",
        ("TABLE", "main.s.t{n}"),
    ),
    action(
        Statement("ALTER VIEW main.s.v{n} OWNER TO `admin@clxs.local`"),
        OWN_VIEW,
        "MANAGE",
        ("VIEW", "main.s.v{n}"),
    ),
    action(Statement("DROP VIEW main.s.v{n}"), OWN_VIEW, "MANAGE", ("VIEW", "main.s.v{n}")),
    action(Statement("DROP TABLE main.s.t{n}"), OWN_TABLE, "MANAGE", ("TABLE", "main.s.t{n}")),
    action(Statement("DROP SCHEMA main.s{n}"), OWN_SCHEMA, "MANAGE", ("SCHEMA", "main.s{n}")),
    action(Statement("COMMENT ON SCHEMA main.s IS 'x'"), &[], "MANAGE", S),
    action(Statement("COMMENT ON CATALOG main IS 'x'"), &[], "MANAGE", C),
    action(
        Statement("GRANT MODIFY ON TABLE main.s.t{n} TO `account users`"),
        OWN_TABLE,
        "MANAGE",
        ("TABLE", "main.s.t{n}"),
    ),
    action(Statement("ALTER TABLE main.s.t SET TAGS ('a' = 'b')"), &[], "APPLY TAG", T),
    action(Statement("ALTER TABLE main.s.t ALTER COLUMN id SET TAGS ('a' = 'b')"), &[], "APPLY TAG", T),
    action(Statement("ALTER VIEW main.s.v UNSET TAGS ('a')"), &[], "APPLY TAG", V),
    action(Statement("SET TAG ON SCHEMA main.s a = b"), &[], "APPLY TAG", S),
    action(Statement("ALTER CATALOG main SET TAGS ('a' = 'b')"), &[], "APPLY TAG", C),
    action(Statement("SELECT main.s.f()"), &[], "EXECUTE", F),
    action(Statement("CREATE FUNCTION main.s.made{n}() RETURNS INT RETURN 1"), &[], "CREATE FUNCTION", S),
    action(
        Statement("CREATE OR REPLACE FUNCTION main.s.f{n}() RETURNS INT RETURN 2"),
        OWN_FUNCTION,
        "MANAGE",
        NEW_F,
    ),
    action(Statement("COMMENT ON FUNCTION main.s.f IS 'x'"), &[], "MANAGE", F),
    action(
        Statement("ALTER FUNCTION main.s.f{n} OWNER TO `admin@clxs.local`"),
        OWN_FUNCTION,
        "MANAGE",
        NEW_F,
    ),
    action(Statement("DROP FUNCTION main.s.f{n}"), OWN_FUNCTION, "MANAGE", NEW_F),
    action(
        Statement("GRANT EXECUTE ON FUNCTION main.s.f{n} TO `account users`"),
        OWN_FUNCTION,
        "MANAGE",
        NEW_F,
    ),
    action(Rest("GET", "/functions/main.s.f", ""), &[], "EXECUTE", F),
    action(
        Rest("PATCH", "/functions/main.s.f{n}", r#"{"owner": "admin@clxs.local"}"#),
        OWN_FUNCTION,
        "MANAGE",
        NEW_F,
    ),
    action(Rest("DELETE", "/functions/main.s.f{n}", ""), OWN_FUNCTION, "MANAGE", NEW_F),
    action(Rest("PATCH", "/permissions/function/main.s.f", r#"{"changes": []}"#), &[], "MANAGE", F),
    action(Rest("GET", "/tables/main.s.t", ""), &[], "SELECT", T),
    action(
        Rest("PATCH", "/tables/main.s.v{n}", r#"{"owner": "admin@clxs.local"}"#),
        OWN_VIEW,
        "MANAGE",
        ("VIEW", "main.s.v{n}"),
    ),
    action(Rest("DELETE", "/tables/main.s.v{n}", ""), OWN_VIEW, "MANAGE", ("VIEW", "main.s.v{n}")),
    action(
        Rest("POST", "/schemas", r#"{"name": "rest{n}", "catalog_name": "main"}"#),
        &[],
        "CREATE SCHEMA",
        C,
    ),
    action(Rest("PATCH", "/schemas/main.s", r#"{"comment": "x"}"#), &[], "MANAGE", S),
    action(Rest("DELETE", "/schemas/main.s{n}", ""), OWN_SCHEMA, "MANAGE", ("SCHEMA", "main.s{n}")),
    action(Rest("PATCH", "/catalogs/main", r#"{"comment": "x"}"#), &[], "MANAGE", C),
    action(Rest("PATCH", "/permissions/schema/main.s", r#"{"changes": []}"#), &[], "MANAGE", S),
    action(
        Rest(
            "POST",
            "/entity-tag-assignments",
            r#"{"entity_type": "tables", "entity_name": "main.s.t", "tag_key": "k"}"#,
        ),
        &[],
        "APPLY TAG",
        T,
    ),
    action(
        Rest(
            "POST",
            "/constraints",
            r#"{"full_name_arg": "main.s.t{n}", "constraint": {"primary_key_constraint": {"name": "k{n}", "child_columns": ["id"]}}}"#,
        ),
        OWN_TABLE,
        "MANAGE",
        ("TABLE", "main.s.t{n}"),
    ),
];

/// How a principal comes to hold a privilege.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Granted,
    AllPrivileges,
    OnSchema,
    OnCatalog,
    Ownership,
    NestedGroup,
}

const WAYS: [Way; 6] =
    [Way::Granted, Way::AllPrivileges, Way::OnSchema, Way::OnCatalog, Way::Ownership, Way::NestedGroup];

/// A principal in a workspace, and what it tries.
struct Attempt<'a> {
    sql: &'a Sql,
    action: &'a Action,
    number: usize,
    principal: String,
    token: String,
}

impl<'a> Attempt<'a> {
    async fn new(sql: &'a Sql, action: &'a Action, number: usize) -> Self {
        let principal = format!("p{number}@x");
        let token = sql.server.workspace.create_token(&principal).await.unwrap();
        let attempt = Self { sql, action, number, principal, token };
        for statement in action.after {
            sql.run(&attempt.filled(statement)).await;
        }
        attempt
    }

    fn filled(&self, text: &str) -> String {
        text.replace("{n}", &self.number.to_string())
    }

    /// The action; the text of the error when it is refused.
    async fn act(&self) -> Result<(), String> {
        match self.action.does {
            Does::Sql(statement) => {
                let answer = self.sql.answer(&self.token, &self.filled(statement)).await;
                match answer["status"]["error"]["message"].as_str() {
                    None => Ok(()),
                    Some(message) => Err(message.to_owned()),
                }
            }
            Does::Rest(method, path, body) => {
                let body: Value = if body.is_empty() {
                    json!({})
                } else {
                    serde_json::from_str(&self.filled(body)).unwrap()
                };
                let path = format!("{CATALOG}{}", self.filled(path));
                let answer = self.sql.server.send_as(&self.token, method, &path, body).await;
                if answer.status == 200 { Ok(()) } else { Err(answer.body.to_string()) }
            }
        }
    }

    async fn let_in(&self) {
        let who = &self.principal;
        self.sql.run(&format!("GRANT USE CATALOG ON CATALOG main TO `{who}`")).await;
        self.sql.run(&format!("GRANT USE SCHEMA ON CATALOG main TO `{who}`")).await;
    }

    /// Gives the principal the privilege; false when it cannot come that way.
    async fn give(&self, way: Way) -> bool {
        let (kind, name) = (self.action.on.0, self.filled(self.action.on.1));
        let needs = self.action.needs;
        let who = &self.principal;
        let grant = match way {
            Way::Granted => format!("GRANT {needs} ON {kind} {name} TO `{who}`"),
            Way::AllPrivileges if needs == "MANAGE" => return false,
            Way::AllPrivileges => format!("GRANT ALL PRIVILEGES ON {kind} {name} TO `{who}`"),
            Way::OnSchema if !name.starts_with("main.s.") => return false,
            Way::OnSchema => format!("GRANT {needs} ON SCHEMA main.s TO `{who}`"),
            Way::OnCatalog => format!("GRANT {needs} ON CATALOG main TO `{who}`"),
            Way::Ownership => format!("ALTER {kind} {name} OWNER TO `{who}`"),
            Way::NestedGroup => format!("GRANT {needs} ON {kind} {name} TO `{}`", self.outer_group().await),
        };
        self.sql.run(&grant).await;
        true
    }

    /// A group in which there is a group in which the principal is.
    async fn outer_group(&self) -> String {
        let scim = "/api/2.0/preview/scim/v2";
        let server = &self.sql.server;
        let filter =
            format!("{scim}/Users?filter=userName%20eq%20%22{}%22", self.principal.replace('@', "%40"));
        let user = server.get(&filter).await["Resources"][0]["id"].clone();
        let mut member = user;
        for name in ["inner", "outer"] {
            let group =
                json!({ "displayName": format!("{name}{}", self.number), "members": [{ "value": member }] });
            member = server.ok("POST", &format!("{scim}/Groups"), group).await["id"].clone();
        }
        format!("outer{}", self.number)
    }

    /// `User does not have MODIFY on Table 'main.s.t'.`
    fn denial(&self) -> String {
        let (kind, name) = (self.action.on.0, self.filled(self.action.on.1));
        let kind = match kind {
            "CATALOG" => "Catalog",
            "SCHEMA" => "Schema",
            "FUNCTION" => "Function",
            _ => "Table",
        };
        format!("User does not have {} on {kind} '{name}'.", self.action.needs)
    }

    fn what(&self) -> String {
        match self.action.does {
            Does::Sql(statement) => self.filled(statement),
            Does::Rest(method, path, _) => format!("{method} {}", self.filled(path)),
        }
    }
}

async fn workspace() -> Sql {
    let sql = Sql::start().await;
    for statement in [
        "CREATE SCHEMA main.s",
        "CREATE TABLE main.s.t (id INT)",
        "CREATE VIEW main.s.v AS SELECT 1 AS a",
        "CREATE FUNCTION main.s.f() RETURNS INT RETURN 1",
    ] {
        sql.run(statement).await;
    }
    sql
}

#[tokio::test]
async fn every_action_needs_its_privilege_however_it_is_held() {
    let sql = workspace().await;
    let mut number = 0;
    for action in ACTIONS {
        for way in WAYS {
            number += 1;
            let attempt = Attempt::new(&sql, action, number).await;
            attempt.let_in().await;
            let refused = attempt.act().await.expect_err(&attempt.what());
            assert!(refused.contains(&attempt.denial()), "{}: {refused}", attempt.what());
            if attempt.give(way).await {
                let allowed = attempt.act().await;
                assert_eq!(allowed, Ok(()), "{} by {way:?}", attempt.what());
            }
            // What was given away goes back, so that the next principal meets the same owner.
            if way == Way::Ownership && attempt.action.after.is_empty() {
                let (kind, name) = attempt.action.on;
                sql.run(&format!("ALTER {kind} {name} OWNER TO `admin@clxs.local`")).await;
            }
        }
    }
}

#[tokio::test]
async fn all_privileges_do_not_hold_manage() {
    let sql = workspace().await;
    for (number, action) in ACTIONS.iter().enumerate().filter(|(_, action)| action.needs == "MANAGE") {
        let attempt = Attempt::new(&sql, action, number).await;
        attempt.let_in().await;
        let (kind, name) = (action.on.0, attempt.filled(action.on.1));
        sql.run(&format!("GRANT ALL PRIVILEGES ON {kind} {name} TO `{}`", attempt.principal)).await;
        let refused = attempt.act().await.expect_err(&attempt.what());
        assert!(refused.contains(&attempt.denial()), "{}: {refused}", attempt.what());
    }
}

#[tokio::test]
async fn who_holds_nothing_is_told_that_there_is_no_such_catalog() {
    let sql = workspace().await;
    for (number, action) in ACTIONS.iter().enumerate() {
        let attempt = Attempt::new(&sql, action, number).await;
        let refused = attempt.act().await.expect_err(&attempt.what());
        let absent = refused.contains("Catalog 'main' was not found")
            || refused.contains("Catalog 'main' does not exist");
        assert!(absent, "{}: {refused}", attempt.what());
    }
}
