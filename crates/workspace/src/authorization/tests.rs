use clxs_api::table::TableType;
use clxs_api::{FullName, Identifier, Privilege, SecurableKind};
use tempfile::TempDir;

use super::*;
use crate::metastore::{
    CatalogRow, GrantRow, Metastore, PageRequest, PrincipalKind, SchemaRow, TableRow, Transaction,
};
use crate::principal::Principal;

const ADMIN: &str = "admin@clxs.local";

struct Fixture {
    metastore: Metastore,
    _root: TempDir,
}

fn name(text: &str) -> Identifier {
    Identifier::new(text).unwrap()
}

/// The securable of a dotted name.
fn on(text: &str) -> SecurableRef {
    let name = FullName::from_dotted(text).unwrap();
    let kind =
        [SecurableKind::Catalog, SecurableKind::Schema, SecurableKind::Table][name.parts().len() - 1].clone();
    SecurableRef::new(&kind, Some(&name)).unwrap()
}

/// `prod.sales.orders`, `prod.hr.people` and `dev`, all of the admin's; `ann` is in `inner`, `inner` in `outer`.
async fn fixture() -> Fixture {
    let root = TempDir::new().unwrap();
    let metastore = Metastore::open(root.path(), ADMIN).unwrap();
    let fill = |tx: &Transaction<'_>| {
        let ann = tx.insert_principal(PrincipalKind::User, "ann", "Ann")?;
        let inner = tx.insert_principal(PrincipalKind::Group, "inner", "inner")?;
        let outer = tx.insert_principal(PrincipalKind::Group, "outer", "outer")?;
        tx.insert_member(inner.id, ann.id)?;
        tx.insert_member(outer.id, inner.id)?;
        tx.insert_catalog(&CatalogRow::new(&name("dev"), ADMIN))?;
        let prod = CatalogRow::new(&name("prod"), ADMIN);
        tx.insert_catalog(&prod)?;
        for (schema, table) in [("sales", "orders"), ("hr", "people")] {
            let schema = SchemaRow::new(&prod, &name(schema), ADMIN);
            tx.insert_securable(&schema)?;
            tx.insert_table(&TableRow::new(&schema, &name(table), TableType::Managed, ADMIN))?;
        }
        Ok::<_, MetastoreError>(())
    };
    metastore.write(fill).await.unwrap();
    Fixture { metastore, _root: root }
}

fn grant(tx: &Transaction<'_>, principal: &str, securable: &str, privilege: &Privilege) {
    let admin = Access::load(tx, &Principal::new(ADMIN)).unwrap();
    let held = admin.find(tx, &on(securable)).unwrap();
    let row = GrantRow {
        kind: held.securable().kind.clone(),
        securable_id: held.securable().id.clone(),
        catalog_id: held.levels().nth(1).map(|level| level.id.clone()),
        principal: principal.to_owned(),
        privilege: privilege.clone(),
        grantor: ADMIN.to_owned(),
    };
    tx.insert_grant(&row).unwrap();
}

/// Grants, tries, and undoes the grants.
async fn outcome(
    fixture: &Fixture,
    granted: &[(&'static str, &'static str, Privilege)],
    action: (&'static str, Privilege),
) -> String {
    let granted = granted.to_vec();
    let work = move |tx: &Transaction<'_>| {
        for (principal, securable, privilege) in &granted {
            grant(tx, principal, securable, privilege);
        }
        let access = Access::load(tx, &Principal::new("ann"))?;
        let answer = access.check(tx, &on(action.0), &action.1);
        // The error undoes the grants.
        Err::<(), _>(MetastoreError::invalid(answer.map_or_else(|error| error.to_string(), |()| "ok".into())))
    };
    fixture.metastore.write(work).await.unwrap_err().to_string()
}

#[tokio::test]
async fn what_a_grant_allows_and_what_is_missing_is_said() {
    use Privilege::{
        AllPrivileges, Browse, CreateSchema, CreateTable, Manage, Modify, Select, UseCatalog, UseSchema,
    };
    let fixture = fixture().await;
    let (prod, sales, orders) = ("prod", "prod.sales", "prod.sales.orders");
    let absent = "Catalog 'prod' does not exist.";
    let no_use_catalog = "User does not have USE CATALOG on Catalog 'prod'.";
    let no_use_schema = "User does not have USE SCHEMA on Schema 'prod.sales'.";
    let no_select = "User does not have SELECT on Table 'prod.sales.orders'.";
    let no_modify = "User does not have MODIFY on Table 'prod.sales.orders'.";
    let no_manage = "User does not have MANAGE on Table 'prod.sales.orders'.";
    let no_create = "User does not have CREATE TABLE on Schema 'prod.sales'.";
    let enter = [("ann", prod, UseCatalog), ("ann", prod, UseSchema)];
    let with = |more: &[(&'static str, &'static str, Privilege)]| [&enter[..], more].concat();

    for (granted, action, expected) in [
        // Nothing held: nothing there.
        (vec![], (orders, Select), absent),
        (vec![], ("prod.missing.t", Select), absent),
        (vec![], ("prod.information_schema", Select), absent),
        (vec![("ann", "dev", UseCatalog)], (orders, Select), absent),
        // The way in.
        (vec![("ann", orders, Select)], (orders, Select), no_use_catalog),
        (vec![("ann", prod, UseCatalog), ("ann", orders, Select)], (orders, Select), no_use_schema),
        (vec![("ann", prod, Browse)], (orders, Select), no_use_catalog),
        (enter.to_vec(), (orders, Select), no_select),
        (enter.to_vec(), ("prod.missing", Select), "Schema 'prod.missing' does not exist."),
        (enter.to_vec(), ("prod.sales.missing", Select), "Table 'prod.sales.missing' does not exist."),
        // What is missing looks like what may not be seen.
        (vec![("ann", prod, UseCatalog)], ("prod.sales.missing", Select), no_use_schema),
        (vec![("ann", prod, Select)], ("prod.missing", Select), no_use_catalog),
        (
            vec![("ann", prod, Browse)],
            ("prod.sales.missing", Select),
            "Table 'prod.sales.missing' does not exist.",
        ),
        // Inheritance goes down, never up or across.
        (with(&[("ann", orders, Select)]), (orders, Select), "ok"),
        (with(&[("ann", sales, Select)]), (orders, Select), "ok"),
        (with(&[("ann", prod, Select)]), (orders, Select), "ok"),
        (with(&[("ann", "prod.hr", Select)]), (orders, Select), no_select),
        (with(&[("ann", orders, Select)]), (orders, Modify), no_modify),
        // Groups, nested groups, everybody.
        (with(&[("inner", orders, Select)]), (orders, Select), "ok"),
        (with(&[("outer", sales, Select)]), (orders, Select), "ok"),
        (with(&[("account users", prod, Select)]), (orders, Select), "ok"),
        // ALL PRIVILEGES is not MANAGE, MANAGE is not reading.
        (vec![("ann", prod, AllPrivileges)], (orders, Select), "ok"),
        (vec![("ann", prod, AllPrivileges)], (sales, CreateTable), "ok"),
        (vec![("ann", prod, AllPrivileges)], (orders, Manage), no_manage),
        (with(&[("ann", prod, Manage)]), (orders, Manage), "ok"),
        (with(&[("ann", prod, Manage)]), (orders, Select), no_select),
        // Making something needs USE of what it is made in.
        (vec![("ann", prod, UseCatalog), ("ann", sales, CreateTable)], (sales, CreateTable), no_use_schema),
        (vec![("ann", prod, CreateSchema)], (prod, CreateSchema), no_use_catalog),
        (with(&[("ann", sales, CreateTable)]), (sales, CreateTable), "ok"),
        (enter.to_vec(), (sales, CreateTable), no_create),
        // What the platform made can be read, never changed.
        (enter.to_vec(), ("prod.information_schema", Select), "ok"),
        (vec![], ("system.information_schema", Select), "ok"),
        (
            with(&[("ann", prod, Manage)]),
            ("prod.information_schema", Manage),
            "User does not have MANAGE on Schema 'prod.information_schema'.",
        ),
    ] {
        let found = outcome(&fixture, &granted, action.clone()).await;
        assert_eq!(found, expected, "{granted:?} for {action:?}");
    }
}

#[tokio::test]
async fn owner_of_anything_above_may_do_everything_below_but_needs_the_way_in() {
    let fixture = fixture().await;
    let work = |tx: &Transaction<'_>| {
        let mut schema = tx.schema(&name("prod"), &name("sales"))?;
        schema.owner = "outer".to_owned();
        tx.update_securable(&schema)?;
        let ann = Access::load(tx, &Principal::new("ann"))?;
        let (table, other) = (on("prod.sales.orders"), on("prod.hr.people"));
        let refused = ann.check(tx, &table, &Privilege::Manage).unwrap_err();
        assert_eq!(refused.to_string(), "User does not have USE CATALOG on Catalog 'prod'.");
        grant(tx, "ann", "prod", &Privilege::UseCatalog);
        ann.check(tx, &table, &Privilege::Manage)?;
        ann.check(tx, &table, &Privilege::Modify)?;
        assert!(ann.check(tx, &other, &Privilege::Select).is_err());
        let admin = Access::load(tx, &Principal::new(ADMIN))?;
        admin.check(tx, &table, &Privilege::Manage)
    };
    fixture.metastore.write(work).await.unwrap();
}

#[tokio::test]
async fn lists_show_what_may_be_used_and_browsing_only_when_asked() {
    let fixture = fixture().await;
    let work = |tx: &Transaction<'_>| {
        let sights = |principal: &str| {
            let access = Access::load(tx, &Principal::new(principal))?;
            let catalog = tx.catalog(&name("prod"))?;
            let visibility = Visibility::load(tx, &access, &catalog)?;
            let mut sights = vec![("prod".to_owned(), visibility.catalog())];
            for schema in tx.schemas(&catalog, &PageRequest::all())?.items {
                sights.push((schema.full_name().dotted(), visibility.schema(&schema.id)));
            }
            let tables = tx.tables_of_catalog(
                &catalog,
                crate::metastore::ColumnDetail::Omitted,
                &crate::metastore::TableFilter::default(),
                &PageRequest::all(),
            );
            for table in tables?.items {
                let sight =
                    visibility.in_schema(&SecurableKind::Table, &table.schema_id, &table.id, &table.owner);
                sights.push((table.full_name().dotted(), sight));
            }
            let seen = sights.into_iter().filter(|(_, sight)| *sight != Sight::None);
            let seen = seen.map(|(name, sight)| format!("{name} {sight:?}"));
            Ok::<_, MetastoreError>(seen.collect::<Vec<_>>().join(", "))
        };
        assert_eq!(sights("ann")?, "");
        grant(tx, "outer", "prod.sales.orders", &Privilege::Select);
        assert_eq!(sights("ann")?, "");
        grant(tx, "inner", "prod", &Privilege::UseCatalog);
        assert_eq!(sights("ann")?, "prod Full, prod.information_schema Full");
        grant(tx, "ann", "prod.sales", &Privilege::UseSchema);
        assert_eq!(
            sights("ann")?,
            "prod Full, prod.information_schema Full, prod.sales Full, prod.sales.orders Full"
        );
        grant(tx, "ann", "prod", &Privilege::Browse);
        assert_eq!(
            sights("ann")?,
            "prod Full, prod.hr Browse, prod.information_schema Full, prod.sales Full, prod.hr.people Browse, \
             prod.sales.orders Full"
        );
        assert_eq!(sights(ADMIN)?.matches("Full").count(), 6);
        Ok::<_, MetastoreError>(())
    };
    fixture.metastore.write(work).await.unwrap();
}

#[test]
fn each_kind_carries_its_privileges_and_no_others() {
    let carried = |kind: &str| {
        let known = Privilege::KNOWN.iter().filter(|privilege| is_applicable(privilege, kind));
        known.map(Privilege::as_str).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(carried("TABLE_DELTA"), "ALL_PRIVILEGES APPLY_TAG MANAGE MODIFY READ_METADATA SELECT");
    assert_eq!(carried("TABLE_VIEW"), "ALL_PRIVILEGES APPLY_TAG MANAGE SELECT");
    assert_eq!(carried("TABLE_MATERIALIZED_VIEW"), "ALL_PRIVILEGES APPLY_TAG MANAGE REFRESH SELECT");
    assert_eq!(
        carried("SCHEMA_STANDARD"),
        "ALL_PRIVILEGES APPLY_TAG CREATE_FUNCTION CREATE_MATERIALIZED_VIEW CREATE_MODEL CREATE_TABLE CREATE_VOLUME \
         EXECUTE EXTERNAL_USE_SCHEMA MANAGE MODIFY READ_VOLUME REFRESH SELECT USE_SCHEMA WRITE_VOLUME"
    );
    for missing in [Privilege::CreateCatalog, Privilege::ReadFiles, Privilege::Unknown("UPDATE".into())] {
        assert!(!is_applicable(&missing, "CATALOG_STANDARD"), "{missing}");
    }
}
