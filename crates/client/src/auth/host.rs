//! URLs of workspaces as people write them.

use url::Url;

/// Reads a host: the scheme may be missing; path, query (`?o=…`) and fragment of a copied address are dropped,
/// and so is the port 443 of https (`facts/rest_api.md` §4.1).
pub(super) fn parse(text: &str) -> Result<Url, &'static str> {
    let text = text.trim();
    let text = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
    let mut url = Url::parse(&text).map_err(|_| "it cannot be read as a URL")?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err("its scheme is neither http nor https");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("it holds a user name or password");
    }
    url.set_path("");
    url.set_query(None);
    url.set_fragment(None);
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn host_is_brought_to_one_form() {
        for text in [
            "adb-1.azuredatabricks.net",
            " https://adb-1.azuredatabricks.net:443/ ",
            "https://adb-1.azuredatabricks.net/browse?o=1#x",
        ] {
            assert_eq!(parse(text).unwrap().as_str(), "https://adb-1.azuredatabricks.net/", "{text}");
        }
        assert_eq!(parse("http://127.0.0.1:8080").unwrap().as_str(), "http://127.0.0.1:8080/");
    }

    #[test]
    fn host_that_is_no_workspace_is_refused() {
        for text in ["", "ftp://x", "https://u:p@x", "https://"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
