-- Tables that were dropped and can be brought back. Their rows in `tables` are in no catalog then, under their ids; here is
-- where they were and how they were called.
CREATE TABLE dropped_tables (
    table_id TEXT PRIMARY KEY REFERENCES tables (id) ON DELETE CASCADE,
    schema_id TEXT NOT NULL REFERENCES securables (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    deleted_at INTEGER NOT NULL
) STRICT;

CREATE INDEX dropped_tables_by_schema ON dropped_tables (schema_id, name);
CREATE INDEX dropped_tables_by_time ON dropped_tables (deleted_at);
