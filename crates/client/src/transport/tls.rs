//! TLS: whom to trust, and what to say of a certificate that is not.

use std::error::Error as StdError;
use std::fmt;
use std::io;
use std::path::Path;
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, OtherError, SignatureScheme};
use rustls_platform_verifier::Verifier;

use super::BoxError;
use super::issuer::issuer;
use crate::Error;

/// The protocols that are offered, the better one first.
const PROTOCOLS: [&[u8]; 2] = [b"h2", b"http/1.1"];

/// TLS that trusts whom this machine trusts, and beside them the authorities of a file of certificates (PEM).
pub(super) fn configuration(ca_bundle: Option<&Path>) -> Result<ClientConfig, Error> {
    let authorities = match ca_bundle {
        Some(path) => read(path)?,
        None => Vec::new(),
    };
    let provider = Arc::new(aws_lc_rs::default_provider());
    let verifier = Verifier::new_with_extra_roots(authorities, provider.clone()).map_err(failed)?;
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(failed)?;
    let verifier = Arc::new(Telling(verifier));
    let mut configuration =
        builder.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth();
    configuration.alpn_protocols = PROTOCOLS.map(<[u8]>::to_vec).to_vec();
    Ok(configuration)
}

fn failed(error: rustls::Error) -> Error {
    Error::Tls { source: error.into() }
}

fn read(path: &Path) -> Result<Vec<CertificateDer<'static>>, Error> {
    let unusable = |source: BoxError| Error::CaBundle { path: path.to_owned(), source };
    let text = fs_err::read(path).map_err(|error| unusable(error.into()))?;
    let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&text).collect();
    match certificates {
        Ok(certificates) if certificates.is_empty() => Err(unusable("it holds no certificate".into())),
        Ok(certificates) => Ok(certificates),
        Err(error) => Err(unusable(error.into())),
    }
}

/// A certificate that is not accepted.
#[derive(Debug)]
pub(super) struct Unaccepted {
    reason: rustls::Error,
    /// Who issued the last certificate of the chain.
    issuer: String,
}

impl Unaccepted {
    /// Whether it would be accepted if its authority were trusted.
    pub(super) fn is_of_unknown_issuer(&self) -> bool {
        matches!(self.reason, rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer))
    }
}

impl fmt::Display for Unaccepted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { reason, issuer } = self;
        if self.is_of_unknown_issuer() {
            write!(f, "its issuer `{issuer}` is not among the authorities that this machine trusts")
        } else {
            write!(f, "{reason} (issued by `{issuer}`)")
        }
    }
}

impl StdError for Unaccepted {}

/// What TLS says of a certificate that it does not accept, wherever in a chain of causes.
pub(super) fn unaccepted<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a Unaccepted> {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if let Some(rustls::Error::InvalidCertificate(CertificateError::Other(OtherError(other)))) =
            error.downcast_ref()
        {
            return other.downcast_ref();
        }
        // An error of the system holds what it is made of, and calls only the cause of that its own.
        let inner = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        cause = match inner {
            Some(inner) => Some(inner),
            None => error.source(),
        };
    }
    None
}

/// Verifies as this machine does, and tells who issued what it does not accept.
#[derive(Debug)]
struct Telling(Verifier);

impl ServerCertVerifier for Telling {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let verified = self.0.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now);
        verified.map_err(|reason| {
            let last = intermediates.last().unwrap_or(end_entity);
            let issuer = issuer(last).unwrap_or_else(|| "an issuer without a name".to_owned());
            CertificateError::Other(OtherError(Arc::new(Unaccepted { reason, issuer }))).into()
        })
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.0.verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.0.verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_verify_schemes()
    }
}
