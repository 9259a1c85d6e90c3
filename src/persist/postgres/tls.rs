//! Encrypted connections: `sslmode` and `sslrootcert` of a connection string.

use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use percent_encoding::percent_decode_str;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use tokio_postgres::Config;
use tokio_postgres::config::{SslMode, TargetSessionAttrs};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::error::BackendError;

use super::error::backend_error;

/// How to reach a server.
#[derive(Clone)]
pub(super) struct Reach {
    pub(super) config: Config,
    pub(super) tls: MakeRustlsConnect,
}

/// How a connection is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Disable,
    /// If the server can. Its certificate is not verified, as other clients do not verify it.
    Prefer,
    /// The certificate is not verified.
    Require,
    /// The certificate has to be that of the host, by an authority that is trusted.
    VerifyFull,
}

/// Why a setting cannot be used.
#[derive(Debug, thiserror::Error)]
pub(super) enum WrongSetting {
    #[error(
        "sslmode={0} is not known; it is disable, prefer, require, or verify-full, which looks at the certificate"
    )]
    Mode(String),
    #[error(
        "target_session_attrs=read-only asks for a standby, and a world is written to; leave it out, or say read-write"
    )]
    ReadOnly,
    #[error("the authorities in sslrootcert={} cannot be read: {why}", path.display())]
    Root { path: PathBuf, why: String },
    #[error("there is no encryption: {0}")]
    Provider(rustls::Error),
}

impl Reach {
    /// Reads a connection string.
    ///
    /// # Errors
    /// What cannot be read or used of it.
    pub(super) fn parse(connection: &str) -> Result<Self, BackendError> {
        let wrong = |error: WrongSetting| BackendError::of_server(error, None);
        let (settings, rest) = take(connection);
        let mode = match settings.mode.as_deref() {
            None | Some("prefer") => Mode::Prefer,
            Some("disable") => Mode::Disable,
            Some("require") => Mode::Require,
            Some("verify-full") => Mode::VerifyFull,
            Some(other) => return Err(wrong(WrongSetting::Mode(other.to_owned()))),
        };
        let parsed = rest.parse::<Config>();
        let mut config = parsed.map_err(|error| backend_error(error.into()))?;
        if config.get_target_session_attrs() == TargetSessionAttrs::ReadOnly {
            return Err(wrong(WrongSetting::ReadOnly));
        }
        config.ssl_mode(match mode {
            Mode::Disable => SslMode::Disable,
            Mode::Prefer => SslMode::Prefer,
            Mode::Require | Mode::VerifyFull => SslMode::Require,
        });
        let tls = connector(mode, settings.root).map_err(wrong)?;
        Ok(Self { config, tls })
    }
}

/// The settings of a connection string that the client does not know.
#[derive(Debug, Default, PartialEq)]
struct Settings {
    mode: Option<String>,
    root: Option<PathBuf>,
}

impl Settings {
    /// Takes a setting, unless it is another one.
    fn take(&mut self, name: &str, value: String) -> bool {
        match name {
            "sslmode" => self.mode = Some(value),
            "sslrootcert" => self.root = Some(value.into()),
            _ => return false,
        }
        true
    }
}

/// Takes our settings out of a connection string, which is a URL or a list of settings. What is malformed is left for the
/// client to refuse.
fn take(connection: &str) -> (Settings, String) {
    let is_url = ["postgres://", "postgresql://"]
        .iter()
        .any(|scheme| connection.starts_with(scheme));
    if is_url {
        take_of_url(connection)
    } else {
        take_of_list(connection)
    }
}

fn take_of_url(url: &str) -> (Settings, String) {
    let mut settings = Settings::default();
    let Some((address, options)) = url.split_once('?') else {
        return (settings, url.to_owned());
    };
    let others = options.split('&').filter(|option| {
        let Some((name, value)) = option.split_once('=') else {
            return true;
        };
        let value = percent_decode_str(value).decode_utf8_lossy();
        !settings.take(name, value.into_owned())
    });
    let others: Vec<_> = others.collect();
    let rest = match others.is_empty() {
        true => address.to_owned(),
        false => format!("{address}?{}", others.join("&")),
    };
    (settings, rest)
}

/// `name = value 'with blanks' ..`: values in quotes, with a backslash before a quote or a backslash.
fn take_of_list(list: &str) -> (Settings, String) {
    let (mut settings, mut rest) = (Settings::default(), list.to_owned());
    let mut taken: Vec<Range<usize>> = Vec::new();
    let mut at = 0;
    while let Some((name, value, span)) = next_setting(list, at) {
        at = span.end;
        if settings.take(name, value) {
            taken.push(span);
        }
    }
    for span in taken.into_iter().rev() {
        rest.replace_range(span, " ");
    }
    (settings, rest)
}

/// The setting from here on: its name, its value, and where it stands.
fn next_setting(list: &str, at: usize) -> Option<(&str, String, Range<usize>)> {
    let start = at + list[at..].find(|c: char| !c.is_whitespace())?;
    let equals = start + list[start..].find('=')?;
    let after = &list[equals + 1..];
    let value = equals + 1 + (after.len() - after.trim_start().len());
    let is_quoted = list[value..].starts_with('\'');
    let (mut text, mut is_escaped) = (String::new(), false);
    let first = value + usize::from(is_quoted);
    for (n, c) in list[first..].char_indices() {
        let is_end = !is_escaped
            && if is_quoted {
                c == '\''
            } else {
                c.is_whitespace()
            };
        if is_end {
            let end = first + n + usize::from(is_quoted);
            return Some((list[start..equals].trim(), text, start..end));
        }
        is_escaped = !is_escaped && c == '\\';
        if !is_escaped {
            text.push(c);
        }
    }
    let is_whole = !is_quoted && !is_escaped;
    is_whole.then(|| (list[start..equals].trim(), text, start..list.len()))
}

fn connector(mode: Mode, root: Option<PathBuf>) -> Result<MakeRustlsConnect, WrongSetting> {
    let provider = Arc::new(ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(WrongSetting::Provider)?;
    let config = if mode == Mode::VerifyFull {
        builder.with_root_certificates(roots(root)?)
    } else {
        let any = AnyCertificate { provider };
        builder
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(any))
    };
    Ok(MakeRustlsConnect::new(config.with_no_client_auth()))
}

/// The authorities that browsers trust; or those of the file alone, if there is one.
fn roots(path: Option<PathBuf>) -> Result<RootCertStore, WrongSetting> {
    let mut roots = RootCertStore::empty();
    let Some(path) = path else {
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        return Ok(roots);
    };
    let failed = |why: String| WrongSetting::Root {
        path: path.clone(),
        why,
    };
    let certificates = CertificateDer::pem_file_iter(&path);
    let certificates = certificates.map_err(|error| failed(error.to_string()))?;
    for certificate in certificates {
        let certificate = certificate.map_err(|error| failed(error.to_string()))?;
        roots
            .add(certificate)
            .map_err(|error| failed(error.to_string()))?;
    }
    if roots.is_empty() {
        return Err(failed("there is no certificate in it".into()));
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
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let known = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, known)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let known = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, known)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        let known = &self.provider.signature_verification_algorithms;
        known.supported_schemes()
    }
}

/// What to do about an error that comes of encryption, or of its absence.
pub(super) fn advice(error: &tokio_postgres::Error) -> Option<&'static str> {
    if let Some(said) = error.as_db_error() {
        // The host-based access of the server has a line for encrypted connections only. The message may be translated,
        // and the code is that of every refusal of it.
        let is_refused = said.code().code() == "28000" && said.message().contains("pg_hba.conf");
        return is_refused.then_some(
            "if it takes encrypted connections only, leave sslmode=disable out of the connection string, or set \
             sslmode=require",
        );
    }
    let mut next = std::error::Error::source(error);
    while let Some(source) = next {
        let inner = source.downcast_ref::<std::io::Error>();
        let inner = inner.and_then(std::io::Error::get_ref);
        if source.is::<rustls::Error>() || inner.is_some_and(|inner| inner.is::<rustls::Error>()) {
            return Some(
                "name the server's authority with sslrootcert=FILE and its host as in its certificate; or encrypt with \
                 sslmode=require, which does not look at the certificate",
            );
        }
        if source.to_string() == "server does not support TLS" {
            return Some(
                "the server is not set up for encryption (ssl = on); do that, or use a private network and \
                 sslmode=prefer",
            );
        }
        next = source.source();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(mode: &str, root: &str) -> Settings {
        Settings {
            mode: Some(mode.into()),
            root: Some(root.into()),
        }
    }

    #[test]
    fn settings_are_taken_out_of_a_connection_string() {
        for (connection, expected, rest) in [
            (
                "postgres://u:sslmode=x@h/db?sslmode=verify-full&connect_timeout=3&sslrootcert=a%20b.pem",
                settings("verify-full", "a b.pem"),
                "postgres://u:sslmode=x@h/db?connect_timeout=3",
            ),
            (
                "postgresql://h/db?sslmode=require&sslrootcert=a",
                settings("require", "a"),
                "postgresql://h/db",
            ),
            (
                "host=h sslmode = require password='it\\'s sslmode=x' sslrootcert='a b\\\\c.pem' user=u",
                settings("require", "a b\\c.pem"),
                "host=h   password='it\\'s sslmode=x'   user=u",
            ),
            ("sslmode=a sslrootcert=b", settings("a", "b"), "   "),
            (
                "host=h password='not ended sslmode=x",
                Settings::default(),
                "host=h password='not ended sslmode=x",
            ),
            ("host=h", Settings::default(), "host=h"),
            ("nonsense", Settings::default(), "nonsense"),
        ] {
            let (found, left) = take(connection);
            assert_eq!((found, left.as_str()), (expected, rest), "{connection}");
        }
    }

    #[test]
    fn a_setting_that_cannot_be_used_is_said() {
        let refused = |connection: &str| {
            let reached = Reach::parse(connection);
            reached.err().expect("it is refused").to_string()
        };
        for mode in ["verify-ca", "", "on", "Require"] {
            let said = refused(&format!("postgres://h/db?sslmode={mode}"));
            assert!(said.contains("verify-full"), "{said}");
        }
        let said = refused("host=h sslmode=verify-full sslrootcert=/no/such/file.pem");
        assert!(said.contains("sslrootcert=/no/such/file.pem"), "{said}");
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("empty.pem");
        std::fs::write(&path, "nothing").expect("written");
        let said = refused(&format!(
            "host=h sslmode=verify-full sslrootcert={}",
            path.display()
        ));
        assert!(said.contains("no certificate"), "{said}");
        let reach = Reach::parse("host=h sslmode=disable").expect("a connection string");
        assert_eq!(reach.config.get_ssl_mode(), SslMode::Disable);
        let reach = Reach::parse("host=h").expect("a connection string");
        assert_eq!(reach.config.get_ssl_mode(), SslMode::Prefer);
    }
}
