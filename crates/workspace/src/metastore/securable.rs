//! What all kinds of securables but tables share: one table of the database, one type of row. A kind is a file
//! that says what it has besides ([`Details`]).

use clxs_api::{FullName, Identifier, Properties, SecurableKind};
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::principals::SYSTEM_USER;
use super::row::{Audit, assignments, identifier, json, json_text, new_id, placeholders};
use super::{MetastoreError, Page, PageRequest, Transaction};

/// What one kind of securables has besides what all have. Kept as JSON: a field that is added needs a default.
pub(crate) trait Details: Default + Serialize + DeserializeOwned + Send + 'static {
    /// The kind.
    const KIND: SecurableKind;

    /// The platform's finer kind, such as `CATALOG_STANDARD`; `system` for what the platform made.
    fn securable_kind(&self, system: bool) -> &'static str;
}

/// A securable of one kind.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Securable<D> {
    pub(crate) id: String,
    /// What it is in; absent for what is in the metastore itself.
    pub(crate) parent: Option<Parent>,
    pub(crate) name: Identifier,
    /// Whether it is the platform's own: nobody changes it.
    pub(crate) system: bool,
    pub(crate) owner: String,
    pub(crate) comment: Option<String>,
    pub(crate) properties: Properties,
    pub(crate) audit: Audit,
    pub(crate) details: D,
}

/// A catalog or schema as what is in it knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Parent {
    pub(crate) id: String,
    pub(crate) full_name: FullName,
}

/// A securable of any kind as lists of what is in its parent know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Child {
    pub(crate) id: String,
    pub(crate) name: Identifier,
    pub(crate) owner: String,
}

impl<D: Details> Securable<D> {
    /// A securable with nothing but a name, which becomes lower case, owned by its maker.
    pub(crate) fn in_parent(parent: Option<Parent>, name: &Identifier, maker: &str) -> Self {
        Self {
            id: new_id(),
            parent,
            name: name.to_lowercase(),
            system: false,
            owner: maker.to_owned(),
            comment: None,
            properties: Properties::new(),
            audit: Audit::now(maker),
            details: D::default(),
        }
    }

    /// What the platform makes: nobody changes it.
    pub(super) fn of_platform(
        parent: Option<Parent>,
        name: &str,
        comment: &str,
    ) -> Result<Self, MetastoreError> {
        let name = Identifier::new(name).map_err(|error| MetastoreError::invalid(error.to_string()))?;
        let comment = Some(comment.to_owned());
        Ok(Self { system: true, comment, ..Self::in_parent(parent, &name, SYSTEM_USER) })
    }

    /// Its full name.
    pub(crate) fn full_name(&self) -> FullName {
        match &self.parent {
            Some(parent) => parent.full_name.child(self.name.clone()),
            None => FullName::of_catalog(self.name.clone()),
        }
    }

    /// This securable as what is in it knows it.
    pub(crate) fn as_parent(&self) -> Parent {
        Parent { id: self.id.clone(), full_name: self.full_name() }
    }

    /// The platform's finer kind, such as `CATALOG_STANDARD`.
    pub(crate) fn securable_kind(&self) -> &'static str {
        self.details.securable_kind(self.system)
    }

    fn read(row: &Row<'_>, parent: Option<&Parent>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            parent: parent.cloned(),
            name: identifier(row, 3)?,
            system: row.get(4)?,
            owner: row.get(5)?,
            comment: row.get(6)?,
            properties: json(row, 7)?,
            audit: Audit::read(row, 8)?,
            details: json(row, 12)?,
        })
    }
}

/// In the order in which rows are read and written.
const COLUMNS: [&str; 13] = [
    "id",
    "parent_id",
    "kind",
    "name",
    "system",
    "owner",
    "comment",
    "properties",
    "created_at",
    "created_by",
    "updated_at",
    "updated_by",
    "details",
];

fn select() -> String {
    format!("SELECT {} FROM securables WHERE parent_id IS ?1 AND kind = ?2", COLUMNS.join(", "))
}

impl Transaction<'_> {
    /// The securable of this name, in any case.
    ///
    /// # Errors
    /// [`MetastoreError::NotFound`] for it or what it is in, whichever is missing.
    pub(crate) fn securable<D: Details>(&self, name: &FullName) -> Result<Securable<D>, MetastoreError> {
        let name = name.to_lowercase();
        let parent = self.parent_of(&name)?;
        let found = self.securable_in(parent.as_ref(), name.name())?;
        found.ok_or_else(|| MetastoreError::not_found(D::KIND, name.dotted()))
    }

    /// The securable of this name in its parent, if there is one.
    fn securable_in<D: Details>(
        &self,
        parent: Option<&Parent>,
        name: &Identifier,
    ) -> Result<Option<Securable<D>>, MetastoreError> {
        let mut statement = self.inner.prepare_cached(&format!("{} AND name = ?3", select()))?;
        let kind = D::KIND;
        let values = params![parent.map(|parent| &parent.id), kind.as_str(), name.as_str()];
        Ok(statement.query_row(values, |row| Securable::read(row, parent)).optional()?)
    }

    /// Securables of a kind in a parent, in the order of their names.
    pub(crate) fn securables<D: Details>(
        &self,
        parent: Option<&Parent>,
        page: &PageRequest,
    ) -> Result<Page<Securable<D>>, MetastoreError> {
        let query = format!("{} AND name > ?3 ORDER BY name LIMIT ?4", select());
        let mut statement = self.inner.prepare_cached(&query)?;
        let (parent_id, kind) = (parent.map(|parent| &parent.id), D::KIND);
        let values = params![parent_id, kind.as_str(), page.after(0), page.sql_limit()];
        let rows = statement.query_map(values, |row| Securable::read(row, parent))?;
        Ok(page.page(rows.collect::<Result<_, _>>()?, |row| vec![row.name.as_str().to_owned()]))
    }

    /// Names and owners of what is of a kind in a parent.
    pub(crate) fn children_of_kind(
        &self,
        parent_id: &str,
        kind: &SecurableKind,
    ) -> Result<Vec<Child>, MetastoreError> {
        let query = "SELECT id, name, owner FROM securables WHERE parent_id = ?1 AND kind = ?2 ORDER BY name";
        let mut statement = self.inner.prepare_cached(query)?;
        let children = statement.query_map(params![parent_id, kind.as_str()], |row| {
            Ok(Child { id: row.get(0)?, name: identifier(row, 1)?, owner: row.get(2)? })
        })?;
        Ok(children.collect::<Result<_, _>>()?)
    }

    /// Adds a securable.
    ///
    /// # Errors
    /// [`MetastoreError::AlreadyExists`] when the name is taken, [`MetastoreError::PrincipalNotFound`] for an
    /// unknown owner.
    pub(crate) fn insert_securable<D: Details>(&self, row: &Securable<D>) -> Result<(), MetastoreError> {
        self.require_insertable(row)?;
        insert(&self.inner, row)
    }

    /// Writes everything of the row that may change, its name too.
    ///
    /// # Errors
    /// Those of [`Transaction::insert_securable`]; [`MetastoreError::NotFound`] when it was dropped meanwhile.
    pub(crate) fn update_securable<D: Details>(&self, row: &Securable<D>) -> Result<(), MetastoreError> {
        self.require_insertable(row)?;
        let statement = format!("UPDATE securables SET {} WHERE id = ?1", assignments(&COLUMNS));
        match write(&self.inner, &statement, row)? {
            0 => Err(MetastoreError::not_found(D::KIND, row.full_name().dotted())),
            _ => Ok(()),
        }
    }

    /// Removes a securable with all that is in it, and its grants. Delete its tables before: their folders are
    /// found through their rows.
    pub(crate) fn delete_securable<D: Details>(&self, row: &Securable<D>) -> Result<(), MetastoreError> {
        self.inner.execute("DELETE FROM securables WHERE id = ?1", [&row.id])?;
        Ok(())
    }

    /// The catalog or schema that a name's securable is in.
    fn parent_of(&self, name: &FullName) -> Result<Option<Parent>, MetastoreError> {
        let Some(full_name) = name.parent() else { return Ok(None) };
        let kind = if full_name.schema().is_some() { SecurableKind::Schema } else { SecurableKind::Catalog };
        let outer = self.parent_of(&full_name)?.map(|outer| outer.id);
        let query = "SELECT id FROM securables WHERE parent_id IS ?1 AND kind = ?2 AND name = ?3";
        let mut statement = self.inner.prepare_cached(query)?;
        let values = params![outer, kind.as_str(), full_name.name().as_str()];
        match statement.query_row(values, |row| row.get(0)).optional()? {
            Some(id) => Ok(Some(Parent { id, full_name })),
            None => Err(MetastoreError::not_found(kind, full_name.dotted())),
        }
    }

    /// The platform names a taken securable without what it is in (facts/settled.md §1). UNCONFIRMED for kinds
    /// other than catalogs and schemas.
    fn require_insertable<D: Details>(&self, row: &Securable<D>) -> Result<(), MetastoreError> {
        let taken = self.securable_in::<D>(row.parent.as_ref(), &row.name)?;
        if taken.is_some_and(|other| other.id != row.id) {
            let name = row.name.as_str().to_owned();
            return Err(MetastoreError::AlreadyExists { kind: D::KIND, name });
        }
        self.require_principal(&row.owner)
    }
}

/// Adds a row without any check: the constraints of the database are left.
pub(super) fn insert<D: Details>(connection: &Connection, row: &Securable<D>) -> Result<(), MetastoreError> {
    let columns = COLUMNS.join(", ");
    let statement = format!("INSERT INTO securables ({columns}) VALUES ({})", placeholders(&COLUMNS));
    write(connection, &statement, row)?;
    Ok(())
}

/// Runs a statement on the columns of a row; how many rows it changed.
fn write<D: Details>(
    connection: &Connection,
    statement: &str,
    row: &Securable<D>,
) -> Result<usize, MetastoreError> {
    let kind = D::KIND;
    let mut statement = connection.prepare_cached(statement)?;
    let changed = statement.execute(params![
        row.id,
        row.parent.as_ref().map(|parent| &parent.id),
        kind.as_str(),
        row.name.as_str(),
        row.system,
        row.owner,
        row.comment,
        json_text(&row.properties)?,
        row.audit.created_at,
        row.audit.created_by,
        row.audit.updated_at,
        row.audit.updated_by,
        json_text(&row.details)?,
    ])?;
    Ok(changed)
}

#[cfg(test)]
mod tests;
