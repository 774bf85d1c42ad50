-- All kinds of securables but tables in one table. `details` is JSON: what only the kind has.
CREATE TABLE securables (
    id TEXT PRIMARY KEY,
    parent_id TEXT REFERENCES securables (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    system INTEGER NOT NULL,
    owner TEXT NOT NULL REFERENCES principals (name) ON UPDATE CASCADE,
    comment TEXT,
    properties TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_by TEXT NOT NULL,
    details TEXT NOT NULL
) STRICT;

-- What is in the metastore itself has no parent.
CREATE UNIQUE INDEX securables_by_name ON securables (parent_id, kind, name);
CREATE UNIQUE INDEX securables_of_metastore ON securables (kind, name) WHERE parent_id IS NULL;

INSERT INTO securables
SELECT id, NULL, 'CATALOG', name, kind = 'CATALOG_SYSTEM', owner, comment, properties,
       created_at, created_by, updated_at, updated_by,
       json_object('isolation_mode', isolation_mode, 'storage_root', storage_root)
FROM catalogs;

INSERT INTO securables
SELECT id, catalog_id, 'SCHEMA', name, kind = 'SCHEMA_SYSTEM', owner, comment, properties,
       created_at, created_by, updated_at, updated_by, json_object('storage_root', storage_root)
FROM schemas;

DROP TRIGGER schema_grants;
DROP TRIGGER table_grants;

-- Tables stay apart: they are many, their columns are large, and their rows mirror Delta logs.
CREATE TABLE tables_2 (
    id TEXT PRIMARY KEY,
    schema_id TEXT NOT NULL REFERENCES securables (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    table_type TEXT NOT NULL,
    format TEXT,
    location TEXT,
    owner TEXT NOT NULL REFERENCES principals (name) ON UPDATE CASCADE,
    comment TEXT,
    properties TEXT NOT NULL,
    delta_version INTEGER,
    source TEXT,
    created_at INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_by TEXT NOT NULL,
    view TEXT,
    columns TEXT NOT NULL,
    UNIQUE (schema_id, name)
) STRICT;

INSERT INTO tables_2 SELECT * FROM tables;
DROP TABLE tables;
ALTER TABLE tables_2 RENAME TO tables;
CREATE INDEX tables_by_location ON tables (location) WHERE location IS NOT NULL;

CREATE TABLE grants_2 (
    securable_id TEXT NOT NULL,
    principal TEXT NOT NULL REFERENCES principals (name) ON UPDATE CASCADE ON DELETE CASCADE,
    privilege TEXT NOT NULL,
    kind TEXT NOT NULL,
    catalog_id TEXT REFERENCES securables (id) ON DELETE CASCADE,
    grantor TEXT NOT NULL,
    PRIMARY KEY (securable_id, principal, privilege)
) STRICT, WITHOUT ROWID;

INSERT INTO grants_2 SELECT * FROM grants;
DROP TABLE grants;
ALTER TABLE grants_2 RENAME TO grants;
CREATE INDEX grants_by_catalog ON grants (catalog_id, principal);

DROP TABLE schemas;
DROP TABLE catalogs;

CREATE TRIGGER securable_grants AFTER DELETE ON securables BEGIN
    DELETE FROM grants WHERE securable_id = old.id;
END;

CREATE TRIGGER table_grants AFTER DELETE ON tables BEGIN
    DELETE FROM grants WHERE securable_id = old.id;
END;
