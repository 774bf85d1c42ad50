use clxs_api::table::{ColumnInfo, TableType};
use clxs_api::{FullName, Identifier, Privilege, SecurableKind};
use tempfile::TempDir;

use super::*;

const ADMIN: &str = "admin@clxs.local";

fn name(text: &str) -> Identifier {
    Identifier::new(text).unwrap()
}

fn full(text: &str) -> FullName {
    FullName::from_dotted(text).unwrap()
}

fn open(root: &TempDir) -> Metastore {
    Metastore::open(root.path(), ADMIN).unwrap()
}

/// `prod.sales` with managed tables of these names.
async fn with_tables(metastore: &Metastore, tables: Vec<String>) {
    let work = move |tx: &Transaction<'_>| {
        let catalog = CatalogRow::new(&name("Prod"), ADMIN);
        tx.insert_catalog(&catalog)?;
        let schema = SchemaRow::new(&catalog, &name("Sales"), ADMIN);
        tx.insert_securable(&schema)?;
        for table in tables {
            let mut row = TableRow::new(&schema, &name(&table), TableType::Managed, ADMIN);
            row.location = Some(tx.managed_location(&catalog, &schema, &row.id));
            row.columns = vec![ColumnInfo { name: Some("Id".into()), ..ColumnInfo::default() }];
            tx.insert_table(&row)?;
        }
        Ok::<_, MetastoreError>(())
    };
    metastore.write(work).await.unwrap();
}

#[tokio::test]
async fn rows_survive_closing_and_names_are_lower_case() {
    let root = TempDir::new().unwrap();
    let metastore = open(&root);
    with_tables(&metastore, vec!["Orders".into()]).await;
    let id = metastore.metastore().id.clone();
    drop(metastore);

    let metastore = open(&root);
    assert_eq!(metastore.metastore().id, id);
    let table = metastore.read(|tx| tx.table(&full("PROD.Sales.ORDERS"))).await.unwrap();
    assert_eq!(table.full_name().dotted(), "prod.sales.orders");
    assert_eq!(table.columns[0].name.as_deref(), Some("Id"));
    assert_eq!(table.location, Some(format!("{}/{}", metastore.managed_root(), table.id)));
}

#[tokio::test]
async fn first_missing_part_of_a_name_is_the_one_named() {
    let root = TempDir::new().unwrap();
    let metastore = open(&root);
    with_tables(&metastore, vec![]).await;
    for (asked, message) in [
        ("dev.sales.t", "Catalog 'dev' does not exist."),
        ("prod.hr.t", "Schema 'prod.hr' does not exist."),
        ("prod.sales.t", "Table 'prod.sales.t' does not exist."),
    ] {
        let error = metastore.read(move |tx| tx.table(&full(asked))).await.unwrap_err();
        assert_eq!(error.to_string(), message);
    }
}

#[tokio::test]
async fn pages_give_every_table_once() {
    let root = TempDir::new().unwrap();
    let metastore = open(&root);
    with_tables(&metastore, (0..25).map(|n| format!("t{n:02}")).collect()).await;
    let names = metastore
        .read(|tx| {
            let schema = tx.schema(&name("prod"), &name("sales"))?;
            let (mut names, mut request) =
                (Vec::new(), PageRequest { limit: Some(10), ..PageRequest::all() });
            loop {
                let page = tx.tables(&schema, ColumnDetail::Omitted, &request)?;
                names.extend(page.items.iter().map(|row| row.name.as_str().to_owned()));
                match page.next {
                    Some(after) => request.after = after,
                    None => return Ok::<_, MetastoreError>(names),
                }
            }
        })
        .await
        .unwrap();
    assert_eq!(names, (0..25).map(|n| format!("t{n:02}")).collect::<Vec<_>>());
}

#[tokio::test]
async fn summaries_match_like_patterns_and_page_over_schemas() {
    let root = TempDir::new().unwrap();
    let metastore = open(&root);
    with_tables(&metastore, vec!["a_1".into(), "ab1".into(), "b".into()]).await;
    let matching = |pattern: &str| {
        let filter = TableFilter { table_pattern: Some(pattern.to_owned()), ..TableFilter::default() };
        metastore.read(move |tx| {
            let heads = tx.table_heads(&tx.catalog(&name("prod"))?, &filter, &PageRequest::all())?;
            let names = heads.items.into_iter().map(|head| head.name.as_str().to_owned());
            Ok::<_, MetastoreError>(names.collect::<Vec<_>>())
        })
    };
    assert_eq!(matching("a%").await.unwrap(), ["a_1", "ab1"]);
    assert_eq!(matching(r"a\_%").await.unwrap(), ["a_1"]);
    let second = metastore.read(|tx| {
        let request = PageRequest { after: vec!["sales".into(), "a_1".into()], limit: Some(1) };
        tx.table_heads(&tx.catalog(&name("prod"))?, &TableFilter::default(), &request)
    });
    let second = second.await.unwrap();
    assert_eq!(
        (second.items[0].name.as_str(), second.next),
        ("ab1", Some(vec!["sales".into(), "ab1".into()]))
    );
}

#[tokio::test]
async fn failed_work_leaves_nothing_behind() {
    let root = TempDir::new().unwrap();
    let metastore = open(&root);
    let failed: Result<(), MetastoreError> = metastore
        .write(|tx| {
            tx.insert_catalog(&CatalogRow::new(&name("half"), ADMIN))?;
            tx.insert_catalog(&CatalogRow::new(&name("HALF"), ADMIN))
        })
        .await;
    assert_eq!(failed.unwrap_err().to_string(), "Catalog 'half' already exists");
    let absent = metastore.read(|tx| tx.catalog(&name("half"))).await;
    assert!(matches!(absent, Err(MetastoreError::NotFound { kind: SecurableKind::Catalog, .. })));
}

#[tokio::test]
async fn reading_transaction_cannot_write() {
    let root = TempDir::new().unwrap();
    let metastore = open(&root);
    let refused = metastore.read(|tx| tx.insert_catalog(&CatalogRow::new(&name("c"), ADMIN))).await;
    assert!(matches!(refused, Err(MetastoreError::Database(_))));
}

#[tokio::test]
async fn dropping_a_table_removes_its_row_its_grants_and_then_its_folder() {
    let root = TempDir::new().unwrap();
    let metastore = open(&root);
    with_tables(&metastore, vec!["t".into()]).await;
    let table = metastore.read(|tx| tx.table(&full("prod.sales.t"))).await.unwrap();
    let catalog = metastore.read(|tx| tx.catalog(&name("prod"))).await.unwrap();
    let folder = root.path().join("managed").join(&table.id);
    fs_err::create_dir_all(folder.join("_delta_log")).unwrap();
    let grant = GrantRow {
        kind: SecurableKind::Table,
        securable_id: table.id.clone(),
        catalog_id: Some(catalog.id),
        principal: ALL_USERS.into(),
        privilege: Privilege::Select,
        grantor: ADMIN.into(),
    };
    metastore.write(move |tx| tx.insert_grant(&grant)).await.unwrap();

    let row = table.clone();
    let intent = metastore.write(move |tx| tx.delete_table(&row)).await.unwrap().unwrap();
    assert!(folder.exists());
    metastore.abandon_writes(vec![intent]).await.unwrap();
    assert!(!folder.exists());
    let left = metastore.read(move |tx| tx.grants_on(&[&table.id])).await.unwrap();
    assert_eq!(left, []);
}

#[tokio::test]
async fn writes_of_a_dead_process_are_settled_and_those_of_a_living_one_are_left_alone() {
    let root = TempDir::new().unwrap();
    let living = open(&root);
    with_tables(&living, vec!["kept".into()]).await;
    let kept = living.read(|tx| tx.table(&full("prod.sales.kept"))).await.unwrap();
    let folder_of = |id: &str| root.path().join("managed").join(id);
    let url_of = |id: &str| format!("{}/{id}", living.managed_root());
    for id in ["lost", "running", kept.id.as_str()] {
        fs_err::create_dir_all(folder_of(id)).unwrap();
    }
    let dead = open(&root);
    let lost = dead.begin_write("lost", &url_of("lost"), Folder::Owned).await.unwrap();
    let replaced = dead.begin_write(&kept.id, &url_of(&kept.id), Folder::Owned).await.unwrap();
    drop((dead, lost));
    let running = living.begin_write("running", &url_of("running"), Folder::Owned).await.unwrap();

    let opened = open(&root);
    let interrupted = opened.settle_dead_writes().await.unwrap();
    assert_eq!(interrupted, [InterruptedWrite { intent: replaced, table: kept.clone() }]);
    let there = ["lost", "running", kept.id.as_str()].map(|id| folder_of(id).exists());
    assert_eq!(there, [false, true, true]);

    let ended = interrupted[0].intent.clone();
    opened.write(move |tx| tx.end_write(&ended)).await.unwrap();
    assert_eq!(opened.settle_dead_writes().await.unwrap(), []);
    living.abandon_writes(vec![running]).await.unwrap();
    assert!(!folder_of("running").exists());
}

#[tokio::test]
async fn folder_inside_or_around_a_tables_folder_is_refused() {
    let root = TempDir::new().unwrap();
    let metastore = open(&root);
    with_tables(&metastore, vec!["t".into()]).await;
    let mut table = metastore.read(|tx| tx.table(&full("prod.sales.t"))).await.unwrap();
    table.location = Some("file:///data/a/b".into());
    metastore.write(move |tx| tx.update_table(&table)).await.unwrap();
    for (location, free) in [
        ("file:///data/a/b", false),
        ("file:///data/a", false),
        ("file:///data/a/b/c/d", false),
        ("file:///data/a/bc", true),
        ("file:///data/a/b-2", true),
    ] {
        let outcome = metastore.read(move |tx| tx.require_free_location(location, "CreateTable")).await;
        assert_eq!(outcome.is_ok(), free, "{location}: {outcome:?}");
    }
}

#[tokio::test]
async fn groups_nest_and_a_ring_of_groups_ends() {
    let root = TempDir::new().unwrap();
    let metastore = open(&root);
    let groups = metastore.write(|tx| {
        let user = tx.insert_principal(PrincipalKind::User, "ann@x", "Ann")?;
        let inner = tx.insert_principal(PrincipalKind::Group, "inner", "inner")?;
        let outer = tx.insert_principal(PrincipalKind::Group, "outer", "outer")?;
        tx.insert_member(inner.id, user.id)?;
        tx.insert_member(outer.id, inner.id)?;
        tx.insert_member(inner.id, outer.id)?;
        tx.groups_of("ann@x")
    });
    let names: Vec<_> = groups.await.unwrap().into_iter().map(|group| group.name).collect();
    assert_eq!(names, ["inner", "outer"]);
}

#[tokio::test]
async fn principal_with_a_blank_name_is_refused() {
    let root = TempDir::new().unwrap();
    let metastore = open(&root);
    for name in ["", " "] {
        let made = metastore.write(move |tx| tx.insert_principal(PrincipalKind::User, name, name)).await;
        assert!(matches!(made, Err(MetastoreError::InvalidParameter { .. })), "{made:?}");
    }
}

#[tokio::test]
async fn token_opens_and_is_not_in_the_database() {
    let root = TempDir::new().unwrap();
    let metastore = open(&root);
    let token = metastore.write(|tx| tx.insert_token(ADMIN)).await.unwrap();
    assert!(token.starts_with("dapi") && token.len() == 36, "{token}");
    let (right, wrong) = (token.clone(), format!("{token}0"));
    let found = metastore
        .read(move |tx| {
            Ok::<_, MetastoreError>((tx.principal_of_token(&right)?, tx.principal_of_token(&wrong)?))
        })
        .await;
    assert_eq!(found.unwrap(), (Some(ADMIN.to_owned()), None));
    drop(metastore);
    let bytes = fs_err::read(root.path().join("metastore.db")).unwrap();
    assert!(!bytes.windows(token.len()).any(|window| window == token.as_bytes()));
}

#[tokio::test]
async fn database_of_a_newer_version_is_refused() {
    let root = TempDir::new().unwrap();
    drop(open(&root));
    let database = rusqlite::Connection::open(root.path().join("metastore.db")).unwrap();
    database.pragma_update(None, "user_version", 99).unwrap();
    let error = Metastore::open(root.path(), ADMIN).unwrap_err();
    assert!(matches!(error, MetastoreError::NewerFormat { found: 99, .. }));
}

#[tokio::test]
async fn groups_and_the_platform_itself_get_no_token() {
    let root = TempDir::new().unwrap();
    let metastore = open(&root);
    for principal in [ALL_USERS, "System user"] {
        let refused = metastore.write(move |tx| tx.insert_token(principal)).await;
        assert!(matches!(refused, Err(MetastoreError::InvalidParameter { .. })), "{principal}");
    }
}

#[tokio::test]
async fn change_of_what_was_dropped_meanwhile_is_an_error() {
    let root = TempDir::new().unwrap();
    let metastore = open(&root);
    with_tables(&metastore, vec!["t".into()]).await;
    let (table, schema) = metastore
        .write(|tx| {
            let rows = (tx.table(&full("prod.sales.t"))?, tx.schema(&name("prod"), &name("sales"))?);
            tx.delete_securable(&rows.1)?;
            Ok::<_, MetastoreError>(rows)
        })
        .await
        .unwrap();
    let error = metastore.write(move |tx| tx.update_securable(&schema)).await.unwrap_err();
    assert_eq!(error.to_string(), "Schema 'prod.sales' does not exist.");
    let error = metastore.write(move |tx| tx.update_table(&table)).await.unwrap_err();
    assert_eq!(error.to_string(), "Table 'prod.sales.t' does not exist.");
}

#[tokio::test]
async fn table_that_was_dropped_seven_days_ago_goes_with_its_folder_and_a_younger_one_stays() {
    let root = TempDir::new().unwrap();
    let metastore = open(&root);
    with_tables(&metastore, vec!["old".into(), "young".into()]).await;
    let mut folders = Vec::new();
    for table in ["prod.sales.old", "prod.sales.young"] {
        let row = metastore.read(move |tx| tx.table(&full(table))).await.unwrap();
        let folder = root.path().join("managed").join(&row.id);
        fs_err::create_dir_all(&folder).unwrap();
        folders.push(folder);
        metastore.write(move |tx| tx.set_aside_table(&row)).await.unwrap();
    }
    let long_ago = now_ms() - 7 * 24 * 60 * 60 * 1000;
    let age = "UPDATE dropped_tables SET deleted_at = ?1 WHERE name = 'old'";
    metastore.write(move |tx| Ok::<_, MetastoreError>(tx.inner.execute(age, [long_ago])?)).await.unwrap();
    let names = |tx: &Transaction<'_>| {
        let dropped = tx.dropped_tables(&tx.schema(&name("prod"), &name("sales"))?)?;
        Ok::<_, MetastoreError>(
            dropped.iter().map(|it| it.table.name.as_str().to_owned()).collect::<Vec<_>>(),
        )
    };
    assert_eq!(metastore.read(names).await.unwrap(), ["young"]);
    metastore.purge_dropped_tables().await.unwrap();
    assert_eq!(folders.iter().map(|folder| folder.exists()).collect::<Vec<_>>(), [false, true]);
    assert_eq!(metastore.read(names).await.unwrap(), ["young"]);
}
