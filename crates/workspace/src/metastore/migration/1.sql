CREATE TABLE metastore (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    owner TEXT NOT NULL REFERENCES principals (name) ON UPDATE CASCADE,
    workspace_id INTEGER NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE principals (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    name TEXT NOT NULL UNIQUE,
    display_name TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE group_members (
    group_id INTEGER NOT NULL REFERENCES principals (id) ON DELETE CASCADE,
    member_id INTEGER NOT NULL REFERENCES principals (id) ON DELETE CASCADE,
    PRIMARY KEY (group_id, member_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX group_members_by_member ON group_members (member_id, group_id);

-- Only the SHA-256 of a token is kept: the database cannot be used to log in.
CREATE TABLE tokens (
    hash BLOB PRIMARY KEY,
    principal_id INTEGER NOT NULL REFERENCES principals (id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE catalogs (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    owner TEXT NOT NULL REFERENCES principals (name) ON UPDATE CASCADE,
    comment TEXT,
    properties TEXT NOT NULL,
    isolation_mode TEXT NOT NULL,
    storage_root TEXT,
    created_at INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_by TEXT NOT NULL
) STRICT;

CREATE TABLE schemas (
    id TEXT PRIMARY KEY,
    catalog_id TEXT NOT NULL REFERENCES catalogs (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    owner TEXT NOT NULL REFERENCES principals (name) ON UPDATE CASCADE,
    comment TEXT,
    properties TEXT NOT NULL,
    storage_root TEXT,
    created_at INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_by TEXT NOT NULL,
    UNIQUE (catalog_id, name)
) STRICT;

-- Views are tables. `columns` and `view` are JSON; `location` is relative for folders under `managed/`.
CREATE TABLE tables (
    id TEXT PRIMARY KEY,
    schema_id TEXT NOT NULL REFERENCES schemas (id) ON DELETE CASCADE,
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

CREATE INDEX tables_by_location ON tables (location) WHERE location IS NOT NULL;

-- `catalog_id` is NULL for grants on the metastore; with it, all grants of a catalog are one index read.
CREATE TABLE grants (
    securable_id TEXT NOT NULL,
    principal TEXT NOT NULL REFERENCES principals (name) ON UPDATE CASCADE ON DELETE CASCADE,
    privilege TEXT NOT NULL,
    kind TEXT NOT NULL,
    catalog_id TEXT REFERENCES catalogs (id) ON DELETE CASCADE,
    grantor TEXT NOT NULL,
    PRIMARY KEY (securable_id, principal, privilege)
) STRICT, WITHOUT ROWID;

CREATE INDEX grants_by_catalog ON grants (catalog_id, principal);

CREATE TRIGGER schema_grants AFTER DELETE ON schemas BEGIN
    DELETE FROM grants WHERE securable_id = old.id;
END;

CREATE TRIGGER table_grants AFTER DELETE ON tables BEGIN
    DELETE FROM grants WHERE securable_id = old.id;
END;

-- Written before the files of a table are written or removed, deleted with the change of the table's row.
CREATE TABLE pending_writes (
    id INTEGER PRIMARY KEY,
    table_id TEXT NOT NULL,
    location TEXT NOT NULL,
    owns_folder INTEGER NOT NULL,
    writer TEXT NOT NULL,
    started_at INTEGER NOT NULL
) STRICT;
