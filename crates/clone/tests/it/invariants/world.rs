//! Random small catalogs, as the statements that make them.

use clxs_api::SqlLiteral;
use proptest::prelude::*;

use crate::catalogs::identifier;

/// Stands for the catalog in texts; quoted, it is a name like any other.
const CATALOG: &str = "{catalog}";

pub(super) const PRINCIPALS: [&str; 3] = ["ann@example.com", "it's a `team`", "bob@example.com"];
const NAMES: [&str; 4] = ["orders", "with-hyphen", "tick`", "été"];
const TEXTS: [&str; 5] =
    ["plain", "it's \\ \"quoted\"", "two\nlines", "'; DROP TABLE x; --", "${x} `prod`.s.t"];
/// What protected columns hold: nothing else in the workspace does.
pub(super) const SECRET: &str = "only-the-source-may-know-4711";

/// The functions of guards, which every schema has.
const GUARDS: [&str; 3] = [
    "hide(text STRING) RETURNS STRING RETURN '***'",
    "show(text STRING, other STRING) RETURNS STRING RETURN CASE WHEN is_member('admins') THEN text ELSE other END",
    "first(id BIGINT) RETURNS BOOLEAN RETURN is_member('admins') OR id < 1",
];

/// A catalog.
#[derive(Debug, Clone)]
pub(super) struct World {
    marks: Marks,
    schemas: Vec<Schema>,
}

/// What all securables carry.
#[derive(Debug, Clone)]
struct Marks {
    comment: Option<&'static str>,
    tag: Option<(&'static str, &'static str)>,
    grant: Option<&'static str>,
    owner: Option<&'static str>,
}

#[derive(Debug, Clone)]
struct Schema {
    marks: Marks,
    tables: Vec<Table>,
    /// Views, by the number of the table that they read.
    views: Vec<(Marks, usize)>,
    function: Option<Marks>,
    volume: Option<Marks>,
    /// A model with so many versions.
    model: Option<u8>,
}

#[derive(Debug, Clone)]
struct Table {
    marks: Marks,
    rows: u8,
    column_tag: bool,
    key: bool,
    guard: Guard,
}

/// What hides rows or values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Guard {
    None,
    /// A row filter and a mask that show administrators everything.
    OfOthers,
    /// A mask that nobody sees through.
    OfAll,
}

fn marks() -> impl Strategy<Value = Marks> {
    let text = || prop::sample::select(TEXTS.to_vec());
    let principal = || prop::sample::select(PRINCIPALS.to_vec());
    let tag = (prop::sample::select(vec!["pii", "it's"]), text());
    (
        prop::option::of(text()),
        prop::option::of(tag),
        prop::option::of(principal()),
        prop::option::weighted(0.3, principal()),
    )
        .prop_map(|(comment, tag, grant, owner)| Marks { comment, tag, grant, owner })
}

fn table(masked: f64) -> impl Strategy<Value = Table> {
    let guard = (prop::bool::weighted(masked), prop::bool::weighted(0.3)).prop_map(|guard| match guard {
        (true, _) => Guard::OfAll,
        (false, true) => Guard::OfOthers,
        (false, false) => Guard::None,
    });
    (marks(), 0..3_u8, any::<bool>(), any::<bool>(), guard)
        .prop_map(|(marks, rows, column_tag, key, guard)| Table { marks, rows, column_tag, key, guard })
}

fn schema(masked: f64) -> impl Strategy<Value = Schema> {
    (
        marks(),
        prop::collection::vec(table(masked), 0..3),
        prop::collection::vec((marks(), 0..3_usize), 0..2),
        prop::option::of(marks()),
        prop::option::weighted(0.3, marks()),
        prop::option::weighted(0.3, 0..3_u8),
    )
        .prop_map(|(marks, tables, views, function, volume, model)| Schema {
            marks,
            tables,
            views,
            function,
            volume,
            model,
        })
}

/// Catalogs; of their tables this share is masked for everybody, and some of the others for others.
pub(super) fn world(masked: f64) -> impl Strategy<Value = World> {
    (marks(), prop::collection::vec(schema(masked), 1..3))
        .prop_map(|(marks, schemas)| World { marks, schemas })
}

impl World {
    /// The statements that make the catalog, in order.
    pub(super) fn statements(&self, catalog: &str) -> Vec<String> {
        let mut made = vec![format!("CREATE CATALOG {CATALOG}")];
        self.marks.add(&mut made, "CATALOG", CATALOG, "USE CATALOG");
        for (schema, name) in self.schemas.iter().zip(NAMES) {
            schema.add(&mut made, &format!("{CATALOG}.{}", identifier(name)));
        }
        // Who gives a container away may lose the right to fill it.
        made.sort_by_key(|statement| statement.contains(" OWNER TO "));
        let catalog = identifier(catalog).to_string();
        made.iter().map(|statement| statement.replace(CATALOG, &catalog)).collect()
    }

    /// Statements that change what a clone has copied: rows, comments, tags, grants, and something new.
    pub(super) fn changes(&self, catalog: &str) -> Vec<String> {
        let mut changes = vec!["CREATE SCHEMA {catalog}.later".to_owned()];
        for (schema, name) in self.schemas.iter().zip(NAMES) {
            let schema_name = format!("{CATALOG}.{}", identifier(name));
            changes.push(format!("COMMENT ON SCHEMA {schema_name} IS 'another'"));
            changes.push(format!("CREATE TABLE {schema_name}.later (id BIGINT)"));
            for (table, name) in schema.tables.iter().zip(NAMES) {
                let name = format!("{schema_name}.{}", identifier(name));
                if table.guard != Guard::OfAll {
                    changes.push(format!("INSERT INTO {name} VALUES (9, 'new')"));
                }
                changes.push(format!("ALTER TABLE {name} SET TAGS ('pii' = 'another')"));
                changes.push(format!("GRANT MODIFY ON TABLE {name} TO `ann@example.com`"));
                changes.push(format!("COMMENT ON TABLE {name} IS 'another'"));
            }
        }
        let catalog = identifier(catalog).to_string();
        changes.iter().map(|statement| statement.replace(CATALOG, &catalog)).collect()
    }

    /// The volumes that the catalog has, as schema and name.
    pub(super) fn volumes(&self) -> Vec<(&'static str, &'static str)> {
        let schemas = self.schemas.iter().zip(NAMES).filter(|(schema, _)| schema.volume.is_some());
        schemas.map(|(_, name)| (name, "files")).collect()
    }

    /// The schemas that have a model, and how many versions it has.
    pub(super) fn models(&self) -> Vec<(&'static str, u8)> {
        let schemas = self.schemas.iter().zip(NAMES);
        schemas.filter_map(|(schema, name)| Some((name, schema.model?))).collect()
    }
}

impl Schema {
    fn add(&self, made: &mut Vec<String>, schema: &str) {
        made.push(format!("CREATE SCHEMA {schema}"));
        self.marks.add(made, "SCHEMA", schema, "USE SCHEMA");
        made.extend(GUARDS.map(|guard| format!("CREATE FUNCTION {schema}.{guard}")));
        for (table, name) in self.tables.iter().zip(NAMES) {
            table.add(made, schema, &format!("{schema}.{}", identifier(name)));
        }
        for (index, (marks, read)) in self.views.iter().enumerate() {
            let query = match NAMES.get(*read).filter(|_| *read < self.tables.len()) {
                Some(table) => format!("SELECT id, 'prod.s.t' AS t FROM {schema}.{}", identifier(table)),
                None => "SELECT 1 AS id".to_owned(),
            };
            let view = format!("{schema}.v{index}");
            made.push(format!("CREATE VIEW {view} AS {query}"));
            marks.add(made, "VIEW", &view, "SELECT");
        }
        if let Some(marks) = &self.function {
            let function = format!("{schema}.f");
            made.push(format!("CREATE FUNCTION {function}(x INT) RETURNS INT RETURN x + 1"));
            Marks { tag: None, ..marks.clone() }.add(made, "FUNCTION", &function, "EXECUTE");
        }
        if let Some(marks) = &self.volume {
            let volume = format!("{schema}.files");
            made.push(format!("CREATE VOLUME {volume}"));
            marks.add(made, "VOLUME", &volume, "READ VOLUME");
        }
    }
}

impl Table {
    fn add(&self, made: &mut Vec<String>, schema: &str, table: &str) {
        let text = if self.guard == Guard::OfAll { SECRET } else { "clear" };
        made.push(format!("CREATE TABLE {table} (id BIGINT NOT NULL, text STRING COMMENT 'it\\'s text')"));
        for row in 0..self.rows {
            made.push(format!("INSERT INTO {table} VALUES ({row}, '{text}')"));
        }
        if self.key {
            let name = table.replace(['`', '{', '}', '.', '-'], "_").replace(|c: char| !c.is_ascii(), "_");
            made.push(format!("ALTER TABLE {table} ADD CONSTRAINT pk{name} PRIMARY KEY (id)"));
        }
        if self.column_tag {
            made.push(format!("ALTER TABLE {table} ALTER COLUMN text SET TAGS ('pii' = 'name', 'alone')"));
        }
        self.marks.add(made, "TABLE", table, "SELECT");
        let mask = |function| format!("ALTER TABLE {table} ALTER COLUMN text SET MASK {schema}.{function}");
        match self.guard {
            Guard::None => {}
            Guard::OfAll => made.push(mask("hide")),
            Guard::OfOthers => {
                made.push(mask("show USING COLUMNS ('***')"));
                made.push(format!("ALTER TABLE {table} SET ROW FILTER {schema}.first ON (id)"));
            }
        }
    }
}

impl Marks {
    fn add(&self, made: &mut Vec<String>, keyword: &str, name: &str, privilege: &str) {
        if let Some(text) = self.comment {
            let keyword = if keyword == "VIEW" { "TABLE" } else { keyword };
            made.push(format!("COMMENT ON {keyword} {name} IS {}", SqlLiteral::new(text)));
        }
        if let Some((key, value)) = self.tag {
            let tags = format!("{} = {}", SqlLiteral::new(key), SqlLiteral::new(value));
            made.push(format!("ALTER {keyword} {name} SET TAGS ({tags})"));
        }
        if let Some(principal) = self.grant {
            made.push(format!("GRANT {privilege} ON {keyword} {name} TO {}", identifier(principal)));
        }
        if let Some(principal) = self.owner {
            made.push(format!("ALTER {keyword} {name} OWNER TO {}", identifier(principal)));
        }
    }
}
