-- The row filter and the column masks of a table, as JSON.
ALTER TABLE tables ADD COLUMN guards TEXT NOT NULL DEFAULT '{}';

-- Policies by attribute on catalogs, schemas and tables. `definition` is JSON: all but whom a policy binds.
CREATE TABLE policies (
    id TEXT PRIMARY KEY,
    securable_id TEXT NOT NULL,
    name TEXT NOT NULL COLLATE NOCASE,
    definition TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_by TEXT NOT NULL,
    UNIQUE (securable_id, name)
) STRICT;

-- Whom a policy binds, and whom of these it does not.
CREATE TABLE policy_principals (
    policy_id TEXT NOT NULL REFERENCES policies (id) ON DELETE CASCADE,
    excepted INTEGER NOT NULL,
    position INTEGER NOT NULL,
    principal TEXT NOT NULL REFERENCES principals (name) ON UPDATE CASCADE ON DELETE CASCADE,
    PRIMARY KEY (policy_id, excepted, position)
) STRICT, WITHOUT ROWID;

CREATE INDEX policy_principals_by_principal ON policy_principals (principal);

CREATE TRIGGER securable_policies AFTER DELETE ON securables BEGIN
    DELETE FROM policies WHERE securable_id = old.id;
END;

CREATE TRIGGER table_policies AFTER DELETE ON tables BEGIN
    DELETE FROM policies WHERE securable_id = old.id;
END;
