//! What is there: catalog `big`, and what runs make of it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

/// Who calls, and owns whatever is made.
pub(crate) const USER: &str = "bench@example.com";
/// Who owns the source.
const OWNER: &str = "owner@example.com";
const COLUMNS: usize = 10;

/// How much catalog `big` holds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shape {
    pub(crate) schemas: usize,
    pub(crate) tables: usize,
    pub(crate) views: usize,
    pub(crate) functions: usize,
    pub(crate) volumes: usize,
}

/// A commit of a table.
#[derive(Debug, Clone)]
pub(crate) struct Commit {
    pub(crate) version: usize,
    pub(crate) operation: &'static str,
    pub(crate) parameters: String,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Securable {
    pub(crate) fields: Map<String, Value>,
    pub(crate) tags: BTreeMap<String, String>,
    pub(crate) commits: Vec<Commit>,
}

/// Securables by kind (`tables`, `functions`, `volumes`) and full name.
type Securables = BTreeMap<(String, String), Securable>;

#[derive(Debug, Default)]
pub(crate) struct Catalogs {
    /// Catalogs and schemas by full name.
    pub(crate) containers: BTreeMap<String, Value>,
    pub(crate) securables: Securables,
    /// Privileges by `kind/full name` and principal.
    pub(crate) grants: BTreeMap<String, BTreeMap<String, BTreeSet<String>>>,
}

impl Catalogs {
    pub(crate) fn with_big(shape: Shape) -> Self {
        let mut catalogs = Self::default();
        catalogs.containers.insert(
            "big".to_owned(),
            json!({"name": "big", "owner": OWNER, "comment": "All of it", "properties": {"team": "bench"}}),
        );
        catalogs.give("catalog/big", &["USE_CATALOG"]);
        for schema in 0..shape.schemas {
            catalogs.add_schema(&format!("big.s{schema:03}"), shape);
        }
        catalogs
    }

    fn add_schema(&mut self, schema: &str, shape: Shape) {
        let own_name = schema.split('.').next_back().unwrap_or_default();
        self.containers.insert(
            schema.to_owned(),
            json!({"name": own_name, "catalog_name": "big", "full_name": schema, "owner": OWNER, "comment": "A schema", "properties": {"team": "bench"}}),
        );
        self.give(&format!("schema/{schema}"), &["USE_SCHEMA", "EXECUTE"]);
        for number in 0..shape.tables {
            self.add_table(schema, &format!("t{number:05}"));
        }
        for number in 0..shape.views {
            let read = format!("{schema}.t{number:05}");
            let view = json!({
                "table_type": "VIEW", "comment": "A view", "columns": columns(2), "view_definition": format!("SELECT c0, c1 FROM {read}"),
                "view_dependencies": {"dependencies": [{"table": {"table_full_name": read}}]},
            });
            self.add("tables", schema, &format!("v{number}"), &view);
        }
        for number in 0..shape.functions {
            let function = json!({
                "data_type": "INT", "full_data_type": "INT", "routine_body": "SQL", "routine_definition": "x + 1",
                "parameter_style": "S", "is_deterministic": true, "sql_data_access": "CONTAINS_SQL", "is_null_call": false,
                "security_type": "DEFINER", "specific_name": format!("f{number}"), "comment": "A function",
                "input_params": {"parameters": [{"name": "x", "type_text": "int", "type_name": "INT", "position": 0}]},
            });
            self.add("functions", schema, &format!("f{number}"), &function);
        }
        for number in 0..shape.volumes {
            self.add(
                "volumes",
                schema,
                &format!("files{number}"),
                &json!({"volume_type": "MANAGED", "comment": "Files"}),
            );
        }
    }

    fn add_table(&mut self, schema: &str, name: &str) {
        let table = json!({
            "table_type": "MANAGED", "data_source_format": "DELTA", "comment": "It holds things", "columns": columns(COLUMNS),
            "properties": {"delta.minReaderVersion": "1"},
        });
        let table = self.add("tables", schema, name, &table);
        table.commits.push(Commit {
            version: 7,
            operation: "WRITE",
            parameters: "{\"mode\":\"Append\"}".to_owned(),
        });
        table.tags.insert("cost_center".to_owned(), "17".to_owned());
        self.give(&format!("table/{schema}.{name}"), &["SELECT", "MODIFY"]);
    }

    fn add(&mut self, kind: &str, schema: &str, name: &str, fields: &Value) -> &mut Securable {
        let full_name = format!("{schema}.{name}");
        let mut fields = fields.as_object().cloned().unwrap_or_default();
        let id = if kind == "tables" { "table_id" } else { "id" };
        for (key, value) in [("name", name), ("full_name", &full_name), ("owner", OWNER), (id, &full_name)] {
            fields.insert(key.to_owned(), json!(value));
        }
        place_in(&mut fields, schema);
        let securable = Securable { fields, ..Securable::default() };
        self.securables.entry((kind.to_owned(), full_name)).or_insert(securable)
    }

    fn give(&mut self, key: &str, privileges: &[&str]) {
        let held = privileges.iter().map(|&privilege| privilege.to_owned()).collect();
        self.grants.entry(key.to_owned()).or_default().insert("readers@example.com".to_owned(), held);
    }

    pub(crate) fn schemas<'a>(&'a self, catalog: &str) -> impl Iterator<Item = Value> + use<'a> {
        let prefix = format!("{catalog}.");
        let range = self.containers.range(prefix.clone()..);
        range.take_while(move |(name, _)| name.starts_with(&prefix)).map(|(_, value)| value.clone())
    }

    /// Everything of a kind in a schema, from a place on; what only a single read tells is left out.
    pub(crate) fn list<'a>(
        &'a self,
        kind: &str,
        schema: &str,
        begin: usize,
    ) -> impl Iterator<Item = Value> + use<'a> {
        let (kind, prefix) = (kind.to_owned(), format!("{schema}."));
        let range = self.securables.range((kind.clone(), prefix.clone())..);
        let inside = range.take_while(move |((own, name), _)| *own == kind && name.starts_with(&prefix));
        inside.skip(begin).map(|(_, securable)| {
            let mut fields = securable.fields.clone();
            fields.remove("view_dependencies");
            Value::Object(fields)
        })
    }

    pub(crate) fn get(&self, kind: &str, name: &str) -> Option<Value> {
        Some(Value::Object(self.securable(kind, name)?.fields.clone()))
    }

    fn securable(&self, kind: &str, name: &str) -> Option<&Securable> {
        self.securables.get(&(kind.to_owned(), name.to_owned()))
    }

    pub(crate) fn securable_mut(&mut self, kind: &str, name: &str) -> Option<&mut Securable> {
        self.securables.get_mut(&(kind.to_owned(), name.to_owned()))
    }

    pub(crate) fn table(&self, name: &str) -> Option<&Securable> {
        self.securable("tables", name)
    }

    pub(crate) fn permissions(&self, key: &str) -> Value {
        let held = self.grants.get(key).into_iter().flatten();
        let assignments: Vec<_> = held
            .map(|(principal, privileges)| json!({"principal": principal, "privileges": privileges}))
            .collect();
        json!({"privilege_assignments": assignments})
    }

    pub(crate) fn make_container(&mut self, body: &Value) -> Value {
        let mut info = body.clone();
        info["owner"] = json!(USER);
        let name = body["name"].as_str().unwrap_or_default();
        let full_name = body["catalog_name"]
            .as_str()
            .map_or_else(|| name.to_owned(), |catalog| format!("{catalog}.{name}"));
        self.containers.insert(full_name, info.clone());
        info
    }

    pub(crate) fn make_volume(&mut self, body: &Value) -> Value {
        let text = |key: &str| body[key].as_str().unwrap_or_default().to_owned();
        let schema = format!("{}.{}", text("catalog_name"), text("schema_name"));
        let volume = self.add("volumes", &schema, &text("name"), body);
        volume.fields.insert("owner".to_owned(), json!(USER));
        Value::Object(volume.fields.clone())
    }

    /// Puts something of another catalog under a new name, with changes.
    pub(crate) fn copy(
        &mut self,
        kind: &str,
        source: &str,
        name: &str,
        changes: &[(&str, Value)],
    ) -> Option<&mut Securable> {
        let mut fields = self.securable(kind, source)?.fields.clone();
        let schema = name.rsplit_once('.').map(|(schema, _)| schema.to_owned())?;
        fields.insert("owner".to_owned(), json!(USER));
        fields.insert("full_name".to_owned(), json!(name));
        place_in(&mut fields, &schema);
        for (key, value) in changes {
            fields.insert((*key).to_owned(), value.clone());
        }
        let made = self.securables.entry((kind.to_owned(), name.to_owned())).or_default();
        made.fields = fields;
        Some(made)
    }

    pub(crate) fn change(&mut self, kind: &str, name: &str, body: &Value) -> Option<Value> {
        let changes = body.as_object()?;
        if let Some(container) = self.containers.get_mut(name) {
            container.as_object_mut()?.extend(changes.clone());
            return Some(container.clone());
        }
        let securable = self.securable_mut(kind, name)?;
        securable.fields.extend(changes.clone());
        Some(Value::Object(securable.fields.clone()))
    }

    pub(crate) fn grant(&mut self, key: &str, body: &Value) {
        let texts = |value: &Value| -> Vec<String> {
            value.as_array().into_iter().flatten().filter_map(|it| it.as_str().map(str::to_owned)).collect()
        };
        for change in body["changes"].as_array().into_iter().flatten() {
            let principal = change["principal"].as_str().unwrap_or_default().to_owned();
            self.grants
                .entry(key.to_owned())
                .or_default()
                .entry(principal)
                .or_default()
                .extend(texts(&change["add"]));
        }
    }
}

fn place_in(fields: &mut Map<String, Value>, schema: &str) {
    if let Some((catalog, schema)) = schema.split_once('.') {
        fields.insert("catalog_name".to_owned(), json!(catalog));
        fields.insert("schema_name".to_owned(), json!(schema));
    }
}

fn columns(count: usize) -> Value {
    let column = |place| json!({"name": format!("c{place}"), "type_text": "string", "type_name": "STRING", "position": place, "nullable": true, "comment": "A column"});
    (0..count).map(column).collect()
}
