//! The REST part of the scripted workspace.

use std::collections::HashMap;

use http::{Method, Uri};
use serde_json::{Value, json};

use super::State;

pub(super) type Answer = (u16, Value);

pub(super) fn error(status: u16, code: &str) -> Answer {
    (status, json!({"error_code": code, "message": format!("{code} was asked for")}))
}

impl State {
    /// Answers a request.
    pub(super) fn answer(&mut self, method: &Method, uri: &Uri, body: &Value) -> Answer {
        if method != Method::GET && !uri.path().contains("/statements") {
            self.writes.push(format!("{method} {} {body}", uri.path()));
        }
        let path: Vec<_> = uri.path().trim_matches('/').split('/').collect();
        let query: HashMap<_, _> =
            url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()).into_owned().collect();
        match (method.as_str(), path.as_slice()) {
            ("GET", [.., "Me"]) => (200, json!({"userName": "ann"})),
            ("GET", [.., "metastore_summary"]) => {
                self.summaries += 1;
                (200, json!({"metastore_id": "m", "owner": "root", "storage_root": "s3://root"}))
            }
            ("GET", [.., "catalogs", name]) => found(self.catalogs.get(*name), "CATALOG_DOES_NOT_EXIST"),
            ("POST", [.., "catalogs"]) => self.create(None, body),
            ("GET", [.., "schemas"]) => {
                let prefix = format!("{}.", query["catalog_name"]);
                let schemas: Vec<_> = self
                    .schemas
                    .iter()
                    .filter(|(name, _)| name.starts_with(&prefix))
                    .map(|(_, it)| it)
                    .collect();
                (200, json!({"schemas": schemas}))
            }
            ("POST", [.., "schemas"]) => self.create(body["catalog_name"].as_str(), body),
            ("GET", [.., "tables"]) if self.fails_lists => error(500, "INTERNAL_ERROR"),
            ("GET", [.., "tables"]) => {
                let prefix = format!("{}.{}.", query["catalog_name"], query["schema_name"]);
                let tables: Vec<_> = self
                    .tables
                    .iter()
                    .filter(|(name, _)| name.starts_with(&prefix))
                    .map(|(_, it)| &it.info)
                    .collect();
                (200, json!({"tables": tables}))
            }
            ("GET", [.., "tables", name]) => {
                found(self.tables.get(*name).map(|it| &it.info), "TABLE_DOES_NOT_EXIST")
            }
            ("GET", [.., "volumes" | "models"] | [.., "policies", _, _]) => (200, json!({})),
            ("GET", [.., "permissions", kind, name]) => (200, self.permissions(&format!("{kind}/{name}"))),
            ("PATCH", [.., "permissions", kind, name]) => self.grant(&format!("{kind}/{name}"), body),
            ("POST", [.., "statements"]) => self.submit(body),
            ("GET", [.., "history", "queries"]) => self.query_history(uri.query().unwrap_or_default()),
            ("GET", [.., "statements", id]) => self.refusal(id).unwrap_or_else(|| self.statement(id)),
            ("POST", [.., "statements", id, "cancel"]) => self.cancel(id),
            _ => error(404, "ENDPOINT_NOT_FOUND"),
        }
    }

    fn create(&mut self, catalog: Option<&str>, body: &Value) -> Answer {
        let mut info = body.clone();
        info["owner"] = json!("ann");
        let name = body["name"].as_str().unwrap();
        let (made, full_name, kind) = match catalog {
            Some(catalog) => (&mut self.schemas, format!("{catalog}.{name}"), "SCHEMA"),
            None => (&mut self.catalogs, name.to_owned(), "CATALOG"),
        };
        if made.insert(full_name, info.clone()).is_some() {
            return error(400, &format!("{kind}_ALREADY_EXISTS"));
        }
        if self.lose_creation_of.take_if(|lost| *lost == name).is_some() {
            error(502, "INTERNAL_ERROR")
        } else {
            (200, info)
        }
    }

    fn permissions(&self, key: &str) -> Value {
        let assignments = self.grants.get(key).into_iter().flatten();
        let assignments =
            assignments.map(|(principal, held)| json!({"principal": principal, "privileges": held}));
        json!({"privilege_assignments": assignments.collect::<Vec<_>>()})
    }

    fn grant(&mut self, key: &str, body: &Value) -> Answer {
        let changes = body["changes"].as_array().unwrap();
        let principal = |change: &Value| change["principal"].as_str().unwrap().to_owned();
        if changes.iter().any(|change| self.unknown_principals.contains(&principal(change))) {
            return error(404, "PRINCIPAL_DOES_NOT_EXIST");
        }
        for change in changes {
            let held = self.grants.entry(key.to_owned()).or_default().entry(principal(change)).or_default();
            held.extend(change["add"].as_array().unwrap().iter().map(|it| it.as_str().unwrap().to_owned()));
        }
        (200, self.permissions(key))
    }
}

fn found(value: Option<&Value>, code: &str) -> Answer {
    value.map_or_else(|| error(404, code), |value| (200, value.clone()))
}
