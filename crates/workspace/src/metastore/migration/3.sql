-- Volumes are found by their folders, as tables are.
CREATE INDEX volumes_by_location ON securables (details ->> '$.location') WHERE kind = 'VOLUME';
