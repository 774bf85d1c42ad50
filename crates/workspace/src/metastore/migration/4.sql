-- Tags of securables, and of columns of tables under the column's name; it is empty for the securable itself.
CREATE TABLE tags (
    securable_id TEXT NOT NULL,
    column_name TEXT NOT NULL COLLATE NOCASE,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_by TEXT NOT NULL,
    PRIMARY KEY (securable_id, column_name, key)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER securable_tags AFTER DELETE ON securables BEGIN
    DELETE FROM tags WHERE securable_id = old.id;
END;

CREATE TRIGGER table_tags AFTER DELETE ON tables BEGIN
    DELETE FROM tags WHERE securable_id = old.id;
END;

-- Primary and foreign keys, which inform and are not enforced. `parent_id` is the table that a foreign key points
-- to, `definition` JSON: the columns.
CREATE TABLE table_keys (
    table_id TEXT NOT NULL REFERENCES tables (id) ON DELETE CASCADE,
    name TEXT NOT NULL COLLATE NOCASE,
    parent_id TEXT REFERENCES tables (id) ON DELETE CASCADE,
    definition TEXT NOT NULL,
    PRIMARY KEY (table_id, name)
) STRICT, WITHOUT ROWID;

CREATE INDEX table_keys_by_parent ON table_keys (parent_id) WHERE parent_id IS NOT NULL;
