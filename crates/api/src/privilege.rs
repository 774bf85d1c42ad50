//! Privileges: REST writes them with underscores, SQL with blanks.

use crate::wire_enum::wire_enum;

wire_enum! {
    /// A privilege on a securable (`facts/sql.md` §4).
    pub enum Privilege {
        Access = "ACCESS",
        AllPrivileges = "ALL_PRIVILEGES",
        ApplyTag = "APPLY_TAG",
        Browse = "BROWSE",
        Create = "CREATE",
        CreateCatalog = "CREATE_CATALOG",
        CreateCleanRoom = "CREATE_CLEAN_ROOM",
        CreateConnection = "CREATE_CONNECTION",
        CreateExternalLocation = "CREATE_EXTERNAL_LOCATION",
        CreateExternalTable = "CREATE_EXTERNAL_TABLE",
        CreateExternalVolume = "CREATE_EXTERNAL_VOLUME",
        CreateFeature = "CREATE_FEATURE",
        CreateForeignCatalog = "CREATE_FOREIGN_CATALOG",
        CreateForeignSecurable = "CREATE_FOREIGN_SECURABLE",
        CreateFunction = "CREATE_FUNCTION",
        CreateManagedStorage = "CREATE_MANAGED_STORAGE",
        CreateMaterializedView = "CREATE_MATERIALIZED_VIEW",
        CreateModel = "CREATE_MODEL",
        CreateProvider = "CREATE_PROVIDER",
        CreateRecipient = "CREATE_RECIPIENT",
        CreateSchema = "CREATE_SCHEMA",
        CreateServiceCredential = "CREATE_SERVICE_CREDENTIAL",
        CreateShare = "CREATE_SHARE",
        CreateStorageCredential = "CREATE_STORAGE_CREDENTIAL",
        CreateTable = "CREATE_TABLE",
        CreateView = "CREATE_VIEW",
        CreateVolume = "CREATE_VOLUME",
        Execute = "EXECUTE",
        ExecuteCleanRoomTask = "EXECUTE_CLEAN_ROOM_TASK",
        ExternalUseLocation = "EXTERNAL_USE_LOCATION",
        ExternalUseSchema = "EXTERNAL_USE_SCHEMA",
        Manage = "MANAGE",
        ManageAllowlist = "MANAGE_ALLOWLIST",
        Modify = "MODIFY",
        ModifyCleanRoom = "MODIFY_CLEAN_ROOM",
        ReadFeature = "READ_FEATURE",
        ReadFiles = "READ_FILES",
        ReadMetadata = "READ_METADATA",
        ReadPrivateFiles = "READ_PRIVATE_FILES",
        ReadVolume = "READ_VOLUME",
        Refresh = "REFRESH",
        Select = "SELECT",
        SetSharePermission = "SET_SHARE_PERMISSION",
        Usage = "USAGE",
        UseCatalog = "USE_CATALOG",
        UseConnection = "USE_CONNECTION",
        UseMarketplaceAssets = "USE_MARKETPLACE_ASSETS",
        UseProvider = "USE_PROVIDER",
        UseRecipient = "USE_RECIPIENT",
        UseSchema = "USE_SCHEMA",
        UseShare = "USE_SHARE",
        WriteFiles = "WRITE_FILES",
        WritePrivateFiles = "WRITE_PRIVATE_FILES",
        WriteVolume = "WRITE_VOLUME",
    }
}

impl Privilege {
    /// The privilege as SQL writes it: `USE SCHEMA`.
    pub fn sql(&self) -> String {
        self.as_str().replace('_', " ")
    }

    /// Reads either spelling, in any case: recorded answers use both (`facts/settled.md` §2).
    pub fn from_any_spelling(text: &str) -> Self {
        let words: Vec<_> = text.split([' ', '_']).filter(|word| !word.is_empty()).collect();
        Self::from(words.join("_").to_uppercase().as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_spellings_of_a_privilege_are_the_same_privilege() {
        assert_eq!(Privilege::from_any_spelling("use schema"), Privilege::UseSchema);
        assert_eq!(Privilege::from_any_spelling("ALL_PRIVILEGES"), Privilege::AllPrivileges);
        assert_eq!(Privilege::UseSchema.sql(), "USE SCHEMA");
    }

    #[test]
    fn unknown_privilege_survives() {
        assert_eq!(Privilege::from("FLY").to_string(), "FLY");
    }
}
