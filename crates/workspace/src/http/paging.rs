//! `max_results` and `page_token` (`facts/rest_api.md` §5).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;

use super::RestError;
use crate::metastore::PageRequest;

/// How a list is cut.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pages {
    /// How many rows a page has when the caller does not say; absent when the list is not cut then.
    default: Option<u32>,
    /// How many it has at most, and when the caller leaves it to the workspace.
    most: u32,
}

impl Pages {
    /// Of a list that is whole unless pages are asked for. UNCONFIRMED: the most rows.
    pub(super) const WHEN_ASKED: Self = Self { default: None, most: 1_000 };
    /// Of a list that always comes in pages (the official SDK's documentation of the lists of volumes, of models of
    /// a schema and of summaries of tables).
    pub(super) const ALWAYS: Self = Self { default: Some(10_000), most: 10_000 };
}

/// The paging part of a list request.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Paging {
    max_results: Option<i64>,
    page_token: Option<String>,
}

impl Paging {
    /// The page asked for, of a list that is whole unless pages are asked for.
    ///
    /// # Errors
    /// Those of [`Paging::request_of`].
    pub(super) fn request(&self) -> Result<PageRequest, RestError> {
        self.request_of(Pages::WHEN_ASKED)
    }

    /// The page asked for.
    ///
    /// # Errors
    /// `INVALID_PARAMETER_VALUE` for a negative number and for a token that no page gave.
    pub(super) fn request_of(&self, pages: Pages) -> Result<PageRequest, RestError> {
        let Pages { default, most } = pages;
        let limit = match self.max_results {
            None => default,
            Some(0) => Some(most),
            Some(count) => {
                let refused =
                    |_| RestError::invalid(format!("max_results must not be negative, it is {count}."));
                let count = u64::try_from(count).map_err(refused)?;
                Some(u32::try_from(count).unwrap_or(most).min(most))
            }
        };
        Ok(PageRequest { after: decode_optional(self.page_token.as_deref())?, limit })
    }
}

/// The token of the page after these names.
pub(super) fn encode(next: Option<Vec<String>>) -> Option<String> {
    next.map(|names| URL_SAFE_NO_PAD.encode(names.join("\0")))
}

/// The names that the last page ended with; none for the first page.
///
/// # Errors
/// `INVALID_PARAMETER_VALUE` for a token that no page gave.
pub(super) fn decode_optional(token: Option<&str>) -> Result<Vec<String>, RestError> {
    token.filter(|token| !token.is_empty()).map_or_else(|| Ok(Vec::new()), decode)
}

fn decode(token: &str) -> Result<Vec<String>, RestError> {
    let refused = || RestError::invalid("page_token is not one that this list gave.");
    let bytes = URL_SAFE_NO_PAD.decode(token).map_err(|_| refused())?;
    let names = String::from_utf8(bytes).map_err(|_| refused())?;
    Ok(names.split('\0').map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn token_gives_back_the_names_it_was_made_of() {
        let names = vec!["sales".to_owned(), "order s/é".to_owned()];
        let token = encode(Some(names.clone()));
        let paging = Paging { max_results: Some(0), page_token: token };
        let request = paging.request().unwrap();
        assert_eq!((request.after, request.limit), (names, Some(Pages::WHEN_ASKED.most)));
    }

    #[test]
    fn list_is_cut_as_the_kind_of_list_has_it() {
        for (pages, max_results, limit) in [
            (Pages::WHEN_ASKED, None, None),
            (Pages::WHEN_ASKED, Some(5_000), Some(1_000)),
            (Pages::ALWAYS, None, Some(10_000)),
            (Pages::ALWAYS, Some(0), Some(10_000)),
            (Pages::ALWAYS, Some(5_000), Some(5_000)),
            (Pages::ALWAYS, Some(i64::MAX), Some(10_000)),
        ] {
            let request = Paging { max_results, page_token: None }.request_of(pages).unwrap();
            assert_eq!(request.limit, limit, "{max_results:?}");
        }
    }

    #[test]
    fn negative_numbers_and_foreign_tokens_are_refused() {
        assert!(Paging { max_results: Some(-1), page_token: None }.request().is_err());
        assert!(Paging { max_results: None, page_token: Some("§".into()) }.request().is_err());
    }
}
