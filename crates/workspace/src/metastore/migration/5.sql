-- What SCIM keeps of a principal beside its names, as JSON; one that is not active cannot log in.
ALTER TABLE principals ADD COLUMN active INTEGER NOT NULL DEFAULT 1;
ALTER TABLE principals ADD COLUMN attributes TEXT NOT NULL DEFAULT '{}';

-- Personal access tokens do not end, those of OAuth do.
ALTER TABLE tokens ADD COLUMN expires_at INTEGER;

-- What service principals get tokens with. Only the SHA-256 is kept.
CREATE TABLE secrets (
    id TEXT PRIMARY KEY,
    principal_id INTEGER NOT NULL REFERENCES principals (id) ON DELETE CASCADE,
    hash BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;

CREATE INDEX secrets_by_principal ON secrets (principal_id);
