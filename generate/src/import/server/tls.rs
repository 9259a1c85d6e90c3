//! Encrypted connections, asked for in the same words of either server.

use std::path::PathBuf;

/// How a connection is encrypted: `?sslmode=` and `?sslrootcert=`, or in MySQL's words `ssl-mode` and `ssl-ca`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Tls {
    pub(super) mode: TlsMode,
    /// A file with further authorities whose certificates are trusted.
    pub(super) root: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum TlsMode {
    /// Never.
    Disable,
    /// If the server can. Its certificate is not verified, as other clients do not verify it.
    #[default]
    Prefer,
    /// Always. The certificate is not verified.
    Require,
    /// Always, and the certificate has to be that of the host, by an authority that is trusted.
    VerifyFull,
}

impl Tls {
    /// Takes the options out of an address, and returns them with the rest of it.
    ///
    /// # Errors
    /// Why an option cannot be read.
    pub(super) fn take(url: &str) -> Result<(Self, String), String> {
        let mut tls = Self::default();
        let Some((path, options)) = url.split_once('?') else {
            return Ok((tls, url.to_owned()));
        };
        let mut others = Vec::new();
        for option in options.split('&') {
            match option.split_once('=') {
                Some(("sslmode" | "ssl-mode", mode)) => tls.mode = TlsMode::parse(mode)?,
                Some(("sslrootcert" | "ssl-ca", path)) => tls.root = Some(path.into()),
                _ => others.push(option),
            }
        }
        let rest = match others.is_empty() {
            true => path.to_owned(),
            false => format!("{path}?{}", others.join("&")),
        };
        Ok((tls, rest))
    }
}

impl TlsMode {
    fn parse(mode: &str) -> Result<Self, String> {
        match mode.to_ascii_lowercase().as_str() {
            "disable" | "disabled" => Ok(Self::Disable),
            "prefer" | "preferred" => Ok(Self::Prefer),
            "require" | "required" => Ok(Self::Require),
            "verify-full" | "verify_identity" => Ok(Self::VerifyFull),
            _ => Err("sslmode is one of disable, prefer, require and verify-full".to_owned()),
        }
    }
}

#[cfg(feature = "mysql")]
impl Tls {
    /// For MySQL's client; `None` without encryption.
    pub(super) fn mysql(&self) -> Option<::mysql::SslOpts> {
        let is_trusted = match self.mode {
            TlsMode::Disable => return None,
            TlsMode::Prefer | TlsMode::Require => true,
            TlsMode::VerifyFull => false,
        };
        let options = ::mysql::SslOpts::default()
            .with_danger_accept_invalid_certs(is_trusted)
            .with_danger_skip_domain_validation(is_trusted);
        Some(options.with_root_cert_path(self.root.clone()))
    }
}

#[cfg(feature = "postgres")]
pub(super) use of_postgres::connector;

#[cfg(feature = "postgres")]
mod of_postgres {
    use std::sync::Arc;

    use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
    use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
    use rustls::pki_types::pem::PemObject as _;
    use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
    use rustls::{ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
    use tokio_postgres_rustls::MakeRustlsConnect;

    use super::{Tls, TlsMode};

    /// For PostgreSQL's client.
    ///
    /// # Errors
    /// Why the file of authorities cannot be read.
    pub(in super::super) fn connector(tls: &Tls) -> Result<MakeRustlsConnect, String> {
        let provider = Arc::new(ring::default_provider());
        let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .map_err(|error| error.to_string())?;
        let config = if tls.mode == TlsMode::VerifyFull {
            builder.with_root_certificates(roots(tls)?)
        } else {
            let any = AnyCertificate { provider };
            builder
                .dangerous()
                .with_custom_certificate_verifier(Arc::new(any))
        };
        Ok(MakeRustlsConnect::new(config.with_no_client_auth()))
    }

    /// The authorities that browsers trust, and those of the file.
    fn roots(tls: &Tls) -> Result<RootCertStore, String> {
        let mut roots = RootCertStore::empty();
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        let Some(path) = &tls.root else {
            return Ok(roots);
        };
        let failed = |why: &dyn std::fmt::Display| format!("{}: {why}", path.display());
        let certificates = CertificateDer::pem_file_iter(path).map_err(|error| failed(&error))?;
        for certificate in certificates {
            let certificate = certificate.map_err(|error| failed(&error))?;
            roots.add(certificate).map_err(|error| failed(&error))?;
        }
        Ok(roots)
    }

    /// Takes any certificate, but no signature that was not made with its key.
    #[derive(Debug)]
    struct AnyCertificate {
        provider: Arc<CryptoProvider>,
    }

    impl ServerCertVerifier for AnyCertificate {
        fn verify_server_cert(
            &self,
            _: &CertificateDer<'_>,
            _: &[CertificateDer<'_>],
            _: &ServerName<'_>,
            _: &[u8],
            _: UnixTime,
        ) -> Result<ServerCertVerified, Error> {
            Ok(ServerCertVerified::assertion())
        }

        fn verify_tls12_signature(
            &self,
            message: &[u8],
            certificate: &CertificateDer<'_>,
            signature: &DigitallySignedStruct,
        ) -> Result<HandshakeSignatureValid, Error> {
            let known = &self.provider.signature_verification_algorithms;
            verify_tls12_signature(message, certificate, signature, known)
        }

        fn verify_tls13_signature(
            &self,
            message: &[u8],
            certificate: &CertificateDer<'_>,
            signature: &DigitallySignedStruct,
        ) -> Result<HandshakeSignatureValid, Error> {
            let known = &self.provider.signature_verification_algorithms;
            verify_tls13_signature(message, certificate, signature, known)
        }

        fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
            self.provider
                .signature_verification_algorithms
                .supported_schemes()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_taken_out_of_an_address() {
        let took = |url: &str| Tls::take(url).expect("an address");
        let plain = "postgres://me@h/db";
        assert_eq!(took(plain), (Tls::default(), plain.to_owned()));
        let full = Tls {
            mode: TlsMode::VerifyFull,
            root: Some("a/ca.pem".into()),
        };
        let url = "mysql://h/db?compress=true&ssl-mode=VERIFY_IDENTITY&ssl-ca=a/ca.pem";
        assert_eq!(
            took(url),
            (full.clone(), "mysql://h/db?compress=true".to_owned())
        );
        let url = "postgres://h/db?sslmode=verify-full&sslrootcert=a/ca.pem";
        assert_eq!(took(url), (full, "postgres://h/db".to_owned()));
        for mode in ["verify-ca", "", "on"] {
            let error = Tls::take(&format!("postgres://h/db?sslmode={mode}"));
            assert!(
                error.is_err_and(|error| error.contains("verify-full")),
                "{mode}"
            );
        }
    }
}
