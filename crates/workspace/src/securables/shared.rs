//! What is the same for every kind of securable that keeps its own part as [`Details`].

use clxs_api::{FullName, Identifier, Privilege, Properties};

use super::new_name;
use crate::authorization::{Access, SecurableRef, Sight, Visibility};
use crate::metastore::{
    Bound, Details, MetastoreError, Page, PageRequest, Parent, SchemaRow, Securable, Transaction,
};

/// What a request to make a securable says of what all kinds have.
pub(super) struct New<'a> {
    pub(super) name: &'a str,
    pub(super) comment: &'a Option<String>,
    pub(super) properties: &'a Option<Properties>,
}

/// What a request to change a securable says of what all kinds have: what is absent stays.
#[derive(Default)]
pub(super) struct Change<'a> {
    pub(super) new_name: Option<&'a str>,
    pub(super) owner: Option<&'a str>,
    pub(super) comment: Option<&'a str>,
    pub(super) properties: Option<&'a Properties>,
}

/// A securable that the caller sees, and how much of it.
pub(super) fn get<D: Details>(
    tx: &Transaction<'_>,
    access: &Access,
    name: &FullName,
    include_browse: bool,
) -> Result<(Securable<D>, Sight), MetastoreError> {
    let sight = access.see(tx, &SecurableRef::of::<D>(name.clone()), include_browse)?;
    Ok((tx.securable(name)?, sight))
}

/// What a list of securables that are in the metastore itself holds besides what the caller may use.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Including {
    /// What the caller may only browse.
    pub(crate) browsable: bool,
    /// What is isolated from this workspace and the caller may bind to it.
    pub(crate) unbound: bool,
}

impl Including {
    /// What the caller may only browse too.
    pub(crate) const BROWSABLE: Self = Self { browsable: true, unbound: false };
}

/// Those securables of a kind that are in the metastore itself which the caller sees, of a page.
pub(super) fn list_of_metastore<D: Bound>(
    tx: &Transaction<'_>,
    access: &Access,
    including: Including,
    page: &PageRequest,
) -> Result<Page<(Securable<D>, Sight)>, MetastoreError> {
    let visible = |row: Securable<D>| {
        let held = access.find(tx, &SecurableRef::from(&row))?;
        Ok(match held.require_sight(including.browsable) {
            Ok(sight) => Some((row, sight)),
            Err(_) if including.unbound && held.require_to_bind().is_ok() => Some((row, Sight::Full)),
            Err(_) => None,
        })
    };
    page.kept(|page| tx.securables(None, page), visible, name_of)
}

/// Those securables of a kind in a schema that the caller sees, of a page.
///
/// # Errors
/// [`MetastoreError::PermissionDenied`] and [`MetastoreError::NotFound`] for the schema or its catalog.
pub(super) fn list_of_schema<D: Details>(
    tx: &Transaction<'_>,
    access: &Access,
    (catalog, schema): (&Identifier, &Identifier),
    include_browse: bool,
    page: &PageRequest,
) -> Result<Page<(Securable<D>, Sight)>, MetastoreError> {
    access.see(tx, &SecurableRef::schema(catalog.clone(), schema.clone()), include_browse)?;
    let schema = tx.schema(catalog, schema)?;
    let visibility = Visibility::load(tx, access, &tx.catalog(catalog)?)?;
    let visible = |row: Securable<D>| {
        let sight = visibility.in_schema(&D::KIND, &schema.id, &row.id, &row.owner);
        Ok(sight.is_seen(include_browse).then_some((row, sight)))
    };
    page.kept(|page| tx.securables(Some(&schema.as_parent()), page), visible, name_of)
}

/// Where a list continues after a securable.
pub(super) fn name_of<D>((row, _): &(Securable<D>, Sight)) -> Vec<String> {
    vec![row.name.as_str().to_owned()]
}

/// The schema in which something is to be made, if the caller may make it there.
///
/// # Errors
/// [`MetastoreError::NotFound`], and [`MetastoreError::PermissionDenied`] without the privilege.
pub(super) fn schema_for_new(
    tx: &Transaction<'_>,
    access: &Access,
    (catalog, schema): (&str, &str),
    privilege: &Privilege,
) -> Result<SchemaRow, MetastoreError> {
    let name = |field: &str, text: &str| {
        Identifier::new(text).map_err(|error| MetastoreError::invalid(format!("Invalid {field}: {error}.")))
    };
    let (catalog, schema) = (name("catalog_name", catalog)?, name("schema_name", schema)?);
    access.check(tx, &SecurableRef::schema(catalog.clone(), schema.clone()), privilege)?;
    tx.schema(&catalog, &schema)
}

/// The row of a new securable, owned by the caller; not yet in the metastore.
pub(super) fn new_row<D: Details>(
    access: &Access,
    parent: Option<Parent>,
    new: &New<'_>,
) -> Result<Securable<D>, MetastoreError> {
    let mut row = Securable::in_parent(parent, &new_name(&D::KIND, new.name)?, access.principal());
    row.comment = new.comment.clone().filter(|comment| !comment.is_empty());
    row.properties = new.properties.clone().unwrap_or_default();
    Ok(row)
}

/// Changes a securable: first what all kinds have, then its details.
///
/// # Errors
/// [`MetastoreError::PermissionDenied`] without `MANAGE`, [`MetastoreError::AlreadyExists`] for a new name that
/// is taken, [`MetastoreError::PrincipalNotFound`] for an owner that nobody is.
pub(super) fn update<D: Details>(
    tx: &Transaction<'_>,
    access: &Access,
    name: &FullName,
    change: &Change<'_>,
    change_details: impl FnOnce(&mut D),
) -> Result<Securable<D>, MetastoreError> {
    let mut row: Securable<D> = managed(tx, access, name)?;
    if let Some(name) = change.new_name {
        row.name = new_name(&D::KIND, name)?;
    }
    if let Some(owner) = change.owner {
        owner.clone_into(&mut row.owner);
    }
    if let Some(comment) = change.comment {
        row.comment = Some(comment.to_owned()).filter(|comment| !comment.is_empty());
    }
    if let Some(properties) = change.properties {
        row.properties.clone_from(properties);
    }
    change_details(&mut row.details);
    row.audit.touch(access.principal());
    tx.update_securable(&row)?;
    Ok(row)
}

/// A securable that the caller may change and drop.
///
/// # Errors
/// [`MetastoreError::PermissionDenied`] without `MANAGE`.
pub(super) fn managed<D: Details>(
    tx: &Transaction<'_>,
    access: &Access,
    name: &FullName,
) -> Result<Securable<D>, MetastoreError> {
    access.check(tx, &SecurableRef::of::<D>(name.clone()), &Privilege::Manage)?;
    tx.securable(name)
}

/// Refuses a value that the platform does not have: kept, it would mean whatever the reader makes of it.
///
/// # Errors
/// [`MetastoreError::InvalidParameter`]
pub(super) fn require_known(field: &str, value: &str, is_known: bool) -> Result<(), MetastoreError> {
    if is_known {
        return Ok(());
    }
    Err(MetastoreError::invalid(format!("'{value}' is not a valid {field}.")))
}
