//! Azure's clouds and how workspaces in them are named (official SDK, environments.py).

use url::Url;

/// One of Azure's clouds, as far as tokens go.
#[derive(Debug)]
pub(super) struct Cloud {
    name: &'static str,
    /// What hosts of workspaces end with.
    zone: &'static str,
    /// Where tokens are given.
    pub(super) login: &'static str,
    /// The application that Azure Databricks is.
    pub(super) databricks: &'static str,
    /// Azure's own management, as a resource.
    pub(super) management: &'static str,
}

const DATABRICKS: &str = "2ff814a6-3304-4ab8-85cb-cd0e6f879c1d";

const PUBLIC: Cloud = Cloud {
    name: "PUBLIC",
    zone: ".azuredatabricks.net",
    login: "https://login.microsoftonline.com/",
    databricks: DATABRICKS,
    management: "https://management.core.windows.net/",
};

const OTHERS: [Cloud; 2] = [
    Cloud {
        name: "USGOVERNMENT",
        zone: ".databricks.azure.us",
        login: "https://login.microsoftonline.us/",
        databricks: DATABRICKS,
        management: "https://management.core.usgovcloudapi.net/",
    },
    Cloud {
        name: "CHINA",
        zone: ".databricks.azure.cn",
        login: "https://login.chinacloudapi.cn/",
        databricks: DATABRICKS,
        management: "https://management.core.chinacloudapi.cn/",
    },
];

/// Whether a host is that of a workspace of Azure.
pub(super) fn is_azure(host: &Url) -> bool {
    let name = host.host_str().unwrap_or_default();
    name.ends_with(PUBLIC.zone) || OTHERS.iter().any(|cloud| name.ends_with(cloud.zone))
}

/// The cloud of a workspace: by its host, else by name, as in `AzureUSGovernment` or `USGOVERNMENTCLOUD`.
pub(super) fn of(host: &Url, name: Option<&str>) -> &'static Cloud {
    let host = host.host_str().unwrap_or_default();
    let name = name.unwrap_or_default().to_uppercase();
    let name = name.trim_start_matches("AZURE").trim_end_matches("CLOUD");
    let by_host = OTHERS.iter().find(|cloud| host.ends_with(cloud.zone));
    let by_name = || OTHERS.iter().find(|cloud| cloud.name == name && !host.ends_with(PUBLIC.zone));
    by_host.or_else(by_name).unwrap_or(&PUBLIC)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cloud_is_that_of_the_host_else_that_of_the_name() {
        let name = |host: &str, name| of(&Url::parse(host).unwrap(), name).name;
        assert_eq!(name("https://adb-1.azuredatabricks.net", Some("China")), "PUBLIC");
        assert_eq!(name("https://adb-1.databricks.azure.us", None), "USGOVERNMENT");
        assert_eq!(name("https://private.example", Some("AzureChinaCloud")), "CHINA");
        assert_eq!(name("https://private.example", None), "PUBLIC");
        assert!(is_azure(&Url::parse("https://adb-1.databricks.azure.cn").unwrap()));
        assert!(!is_azure(&Url::parse("https://x.cloud.databricks.com").unwrap()));
    }
}
