//! Tests of the client from outside: everything goes through a transport.

#[cfg(test)]
mod auth;
#[cfg(test)]
mod credentials;
#[cfg(test)]
mod errors;
#[cfg(test)]
mod external;
#[cfg(test)]
mod lists;
#[cfg(test)]
mod login;
#[cfg(test)]
mod programs;
#[cfg(test)]
mod queue;
#[cfg(test)]
mod recordings;
#[cfg(test)]
mod redaction;
#[cfg(test)]
mod renewal;
#[cfg(test)]
mod requests;
#[cfg(test)]
mod retry;
#[cfg(test)]
mod statements;
#[cfg(test)]
mod transports;
