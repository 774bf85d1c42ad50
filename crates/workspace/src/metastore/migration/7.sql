-- The group of the workspace's admins, unless somebody made a group of that name.
INSERT INTO principals (kind, name, display_name, created_at)
    SELECT 'WORKSPACE_GROUP', 'admins', 'admins', created_at FROM metastore
    WHERE NOT EXISTS (SELECT * FROM principals WHERE name = 'admins' COLLATE NOCASE);

INSERT INTO group_members (group_id, member_id)
    SELECT g.id, m.id FROM principals g JOIN metastore JOIN principals m ON m.name = metastore.owner
    WHERE g.kind = 'WORKSPACE_GROUP';
