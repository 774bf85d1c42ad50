//! Tokens that are given as they are: outright, in a file, or by a command.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use futures::future::BoxFuture;

use crate::auth::configuration::Configuration;
use crate::auth::program::{self, Program};
use crate::auth::renewed::{Renewed, TokenSource};
use crate::auth::token::{Access, Token};
use crate::auth::{CredentialsError, Resolved, TokenProvider};
use crate::transport::Transport;

/// A personal access token: the same for every request.
#[derive(Debug, Clone)]
pub struct PersonalAccessToken(Access);

impl PersonalAccessToken {
    /// Gives this token.
    pub fn new(token: impl Into<String>) -> Self {
        Self(Access::bearer(token))
    }
}

impl TokenProvider for PersonalAccessToken {
    fn token(&self) -> BoxFuture<'_, Result<Access, CredentialsError>> {
        Box::pin(std::future::ready(Ok(self.0.clone())))
    }

    fn method(&self) -> &'static str {
        "pat"
    }
}

pub(in crate::auth) fn token(resolved: &Resolved, _: &Arc<dyn Transport>) -> Arc<dyn TokenProvider> {
    Arc::new(PersonalAccessToken::new(resolved.configuration.value("token").unwrap_or_default()))
}

/// A file that holds a token and nothing else. It is read again when the token was refused: whoever writes it
/// may have put a new one there.
#[derive(Debug)]
struct TokenFile(PathBuf);

pub(in crate::auth) fn file(resolved: &Resolved, _: &Arc<dyn Transport>) -> Arc<dyn TokenProvider> {
    let configuration = &resolved.configuration;
    let path = configuration.environment.path(configuration.value("token_file").unwrap_or_default());
    Arc::new(Renewed::new("token-file", TokenFile(path)))
}

impl TokenSource for TokenFile {
    fn fetch(&self) -> BoxFuture<'_, Result<Token, CredentialsError>> {
        Box::pin(async move { Ok(Token::new(read_token(&self.0)?, None)) })
    }
}

/// Reads a file that holds a token.
pub(in crate::auth) fn read_token(path: &Path) -> Result<String, CredentialsError> {
    let text = fs_err::read_to_string(path).map_err(|source| CredentialsError::TokenFile { source })?;
    match text.trim() {
        "" => Err(CredentialsError::EmptyTokenFile { path: path.to_owned() }),
        token => Ok(token.to_owned()),
    }
}

/// A command that prints a token. It is run again when the token was refused.
#[derive(Debug)]
struct TokenCommand {
    program: Program,
    arguments: Vec<String>,
}

pub(in crate::auth) fn command(resolved: &Resolved, _: &Arc<dyn Transport>) -> Arc<dyn TokenProvider> {
    const METHOD: &str = "token-command";
    let configuration = &resolved.configuration;
    let mut words = configuration.value("token_command").unwrap_or_default().split_whitespace();
    let name = words.next().unwrap_or_default();
    let path = program::find(name, &configuration.environment).unwrap_or_else(|| PathBuf::from(name));
    let program = Program::new(METHOD, &path, &configuration.environment);
    Arc::new(Renewed::new(METHOD, TokenCommand { program, arguments: words.map(str::to_owned).collect() }))
}

/// What is wrong with the token command, before it is run.
pub(in crate::auth) fn check_command(configuration: &Configuration) -> Result<(), CredentialsError> {
    let Some(command) = configuration.get("token_command") else { return Ok(()) };
    let reason = match command.value.split_whitespace().next() {
        None => "it is empty",
        Some(_) if command.value.contains(['"', '\'', '`', '\\', '$', '|', '&', ';', '<', '>']) => {
            "it holds what only a shell understands"
        }
        Some(name) if program::find(name, &configuration.environment).is_none() => "there is no such program",
        Some(_) => return Ok(()),
    };
    Err(CredentialsError::TokenCommand { origin: command.origin, reason })
}

impl TokenSource for TokenCommand {
    fn fetch(&self) -> BoxFuture<'_, Result<Token, CredentialsError>> {
        Box::pin(async move {
            let arguments: Vec<_> = self.arguments.iter().map(String::as_str).collect();
            let printed = self.program.run(&arguments).await?;
            let mut words = printed.split_whitespace();
            match (words.next(), words.next()) {
                (Some(token), None) => Ok(Token::new(token, None)),
                (None, _) => Err(self.program.failed(&arguments, "it printed nothing")),
                _ => Err(self.program.failed(&arguments, "it printed more than a token")),
            }
        })
    }
}
