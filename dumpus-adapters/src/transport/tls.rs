//! Whom connections trust.

use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::{Error as PemError, PemObject as _};
use rustls::{ClientConfig, RootCertStore};

use super::TransportError;

/// The public authorities, and those of a file.
pub(super) fn config(extra_ca_file: Option<&Path>) -> Result<ClientConfig, TransportError> {
    let mut roots = RootCertStore {
        roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
    };
    if let Some(file) = extra_ca_file {
        add(&mut roots, file)?;
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    Ok(ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(TransportError::Tls)?
        .with_root_certificates(roots)
        .with_no_client_auth())
}

fn add(roots: &mut RootCertStore, file: &Path) -> Result<(), TransportError> {
    let classify = |error| match error {
        PemError::Io(error) => TransportError::CaFile(error),
        _ => TransportError::NoCertificate,
    };
    let before = roots.len();
    for certificate in CertificateDer::pem_file_iter(file).map_err(classify)? {
        let certificate = certificate.map_err(classify)?;
        roots.add(certificate).map_err(|_| TransportError::NoCertificate)?;
    }
    if roots.len() == before {
        return Err(TransportError::NoCertificate);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    fn config_with(content: &str) -> Result<ClientConfig, TransportError> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(content.as_bytes()).unwrap();
        config(Some(file.path()))
    }

    #[test]
    fn a_file_without_certificates_is_refused() {
        let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        for content in ["", "no certificate", broken] {
            assert!(
                matches!(config_with(content), Err(TransportError::NoCertificate)),
                "{content}"
            );
        }
        let missing = config(Some(Path::new("/nowhere/ca.pem")));
        assert!(matches!(missing, Err(TransportError::CaFile(_))));
    }

    #[test]
    fn a_certificate_is_added_to_the_public_ones() {
        let issued = rcgen::generate_simple_self_signed(["stub.test".to_owned()]).unwrap();
        assert!(config_with(&issued.cert.pem()).is_ok());
    }
}
